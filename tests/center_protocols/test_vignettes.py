"""Assess every vignette and compare it with what its source row says."""

import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from center_protocols.assess import assess
from center_protocols.assessment import Assessment
from center_protocols.findings import findings_from
from center_protocols.vocabulary import UNKNOWN

FOLDER = Path(__file__).parent / "vignettes"
AT = datetime.fromisoformat("2026-11-21T10:00:00+08:00")
READS = {
    "source",
    "why",
    "findings",
    "conditions",
    "priority",
    "status",
    "required",
    "preferred",
    "bypass",
    "activate",
} | {
    "advice",
    "blocked",
    "contradictions",
    "list_nearest",
    "targets",
    "floors",
    "china_triage",
}


def _vignettes() -> list[Any]:
    found = []
    for file in sorted(FOLDER.glob("*.toml")):
        for number, row in enumerate(tomllib.loads(file.read_text(encoding="utf-8"))["vignette"], 1):
            found.append(pytest.param(row, id=f"{file.stem}-{number}-{row['why']}"))
    return found


VIGNETTES = _vignettes()


def _seen(result: Assessment) -> dict[str, Any]:
    return {
        "conditions": list(result.codes),
        "priority": result.priority,
        "required": sorted(result.required_capabilities),
        "preferred": sorted(result.preferred_capabilities),
        "bypass": list(result.bypass),
        "activate": list(result.activate),
        "advice": list(result.advice),
        "blocked": list(result.blocked),
        "contradictions": [item.code for item in result.contradictions],
        "china_triage": result.china_triage if result.china_triage is UNKNOWN else result.china_triage.name,
        "list_nearest": result.list_nearest_resus_ed,
    }


@pytest.mark.parametrize("row", VIGNETTES)
def test_the_assessment_says_what_the_source_says(row: dict[str, Any]) -> None:
    assert set(row) <= READS
    result = assess(findings_from(row.get("findings", {})), AT)
    seen = _seen(result)
    wanted = {key: row[key] for key in seen if key in row}
    assert {key: seen[key] for key in wanted} == wanted
    status = {fired.code: fired.status for fired in result.conditions}
    assert {code: status[code] for code in row.get("status", {})} == row.get("status", {})
    first = {point.code: point for point in reversed(result.time_points)}
    assert {code: first[code].target_min for code in row.get("targets", {})} == row.get("targets", {})
    assert {code: first[code].floor_min for code in row.get("floors", {})} == row.get("floors", {})


def test_there_are_enough_of_them_and_each_cites_its_row() -> None:
    assert len(VIGNETTES) >= 300
    for parameter in VIGNETTES:
        row: Any = parameter.values[0]
        assert row["source"]
        assert "conditions" in row or "china_triage" in row
