"""Describe the findings as a JSON Schema, with the plausibility limits as minimum and maximum."""

from typing import Any

import msgspec

from center_protocols.finding_groups import Group, limits
from center_protocols.findings import Age, Findings
from center_protocols.vocabulary import UNKNOWN


def findings_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the findings document."""
    schema: dict[str, Any] = msgspec.json.schema(Findings)
    for group in _groups(Group):
        if group is not Age:
            _limit(schema["$defs"][group.__name__]["properties"], group)
    for name, described in schema["$defs"]["Findings"]["properties"].items():
        if name.endswith("_at"):
            schema["$defs"]["Findings"]["properties"][name] = {"anyOf": [described, {"const": UNKNOWN}]}
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Findings about one patient; an absent field and the word unknown both mean unknown"
    return schema


def _groups(parent: type[Group]) -> list[type[Group]]:
    return sorted(parent.__subclasses__(), key=lambda group: group.__name__)


def _limit(properties: dict[str, Any], group: type[Group]) -> None:
    for name, described in properties.items():
        for kind in described.get("anyOf", ()):
            if kind.get("type") in {"number", "integer"}:
                kind["minimum"], kind["maximum"] = limits(group.path, name)
