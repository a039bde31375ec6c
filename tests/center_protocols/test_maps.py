"""Rank every small map and compare the order with what its source row says."""

import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from center_protocols.assess import assess
from center_protocols.destination import Candidate, rank_destinations
from center_protocols.destination_costs import CenterStatus
from center_protocols.findings import findings_from
from center_protocols.vocabulary import Capability, Resource, StatusKind
from tests.center_protocols.driven import driven

MAPS = tomllib.loads((Path(__file__).parent / "maps.toml").read_text(encoding="utf-8"))["vignette"]
AT = datetime.fromisoformat("2026-11-21T10:00:00+08:00")


def _center(row: list[Any]) -> Candidate:
    center_id, minutes, codes, *statuses = row
    eta_s = None if minutes == "none" else minutes * 60.0
    capabilities = frozenset(Capability(code) for code in codes.split())
    return driven(center_id, capabilities, eta_s, tuple(_status(text) for text in statuses))


def _status(text: str) -> CenterStatus:
    """Read "full", "expired:full" or "resource_busy:cath_lab"."""
    expired = text.startswith("expired:")
    kind, _, room = text.removeprefix("expired:").partition(":")
    until = AT - timedelta(minutes=1) if expired else AT + timedelta(hours=1)
    return CenterStatus(StatusKind(kind), "bed desk", "told by telephone", until, Resource(room) if room else None)


@pytest.mark.parametrize("row", MAPS, ids=lambda row: row["why"])
def test_the_ranking_says_what_the_source_says(row: dict[str, Any]) -> None:
    assessment = assess(findings_from(row["findings"]), AT)
    ranking = rank_destinations(assessment, [_center(center) for center in row["centers"]], AT)
    assert [option.center_id for option in ranking.options] == row["order"]
    reasons = {item.center_id: item.reason.code for item in ranking.excluded}
    assert {key: reasons[key] for key in row.get("excluded", {})} == row.get("excluded", {})
    assert list(ranking.relaxed) == row.get("relaxed", [])
    if "nearest" in row:
        assert ranking.nearest_resus_ed == row["nearest"]
    if "advice" in row:
        assert [item.code for item in ranking.advice] == row["advice"]
