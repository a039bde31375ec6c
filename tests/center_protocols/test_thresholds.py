"""Every number has a source; no number stands in a rule; every rule is covered by a vignette on both sides."""

import ast
import re
import tomllib
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

import center_protocols
from center_protocols.assess import assess
from center_protocols.assessment import ProtocolSettings
from center_protocols.finding_groups import Group, limits
from center_protocols.findings import Findings, findings_from
from center_protocols.site import read_site
from center_protocols.thresholds import InvalidThresholdError, Threshold, builtin, read_rows
from center_protocols.vocabulary import Mark

PACKAGE = Path(center_protocols.__file__).parent
VIGNETTES = Path(__file__).parent / "vignettes"
AT = datetime.fromisoformat("2026-11-21T10:00:00+08:00")
SOURCES = {path: path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")}
# Structure, not medicine: nothing, one, two; and three, the most points of one early-warning parameter.
STRUCTURAL: frozenset[float] = frozenset({0, 1, 2})
SCORE_POINTS: frozenset[float] = frozenset({3})
# Conversions and shapes of the world, with a name each.
NAMED = {
    "MONTHS_PER_YEAR",
    "DAYS_PER_YEAR",
    "SECONDS_PER_MINUTE",
    "MAX_REASONS",
    "CACHED_SETS",
    "TENTHS",
    "MEDIAN",
    "NINETIETH",
    "PERCENT",
    "MAX_TEXT",
    "SHOWN",
    "BYTES_PER_DRAW",
    "DRAWS_PER_PATIENT",
    "BITS_PER_BYTE",
    "NINE_TENTHS",
    "RIVALS",
    "KEPT",
}
# Rows that are read through another path than a vignette's findings: targets, defaults, scores with their own tests.
NOT_A_GATE = re.compile(
    r"^(dispatch|destination|plausibility|scores|priority|outcome|indicators|triage)\.|lysis_|ivt_window|added_time|_floor$"
)
SCORES_ALONE = re.compile(r"mewt_|lapss_|level2_sbp_to|level2_spo2_to|level3_|newborn_glucose_above|cstat_gaze_points")
# Rows whose neighbours say the same at their bound, so that moving them changes nothing: 70 + 2 x age meets both its
# neighbours, and the level I glucose lies above the stroke gate.
CONTINUOUS = {"newborn_child.toddler_from", "newborn_child.school_ten_from", "stroke.glucose_first_below"}


def test_every_number_has_unit_source_year_and_mark() -> None:
    rows = list(builtin())
    assert len(rows) > 300
    for row in rows:
        assert row.unit, row.id
        assert len(row.source) > 3, row.id
        assert 1990 <= row.year <= 2026, row.id
        assert row.mark in Mark, row.id
        assert row.signed_by == "", row.id


def test_what_comes_from_memory_is_marked_unverified() -> None:
    for row in builtin():
        if "memory" in row.source or row.source.startswith("our "):
            assert row.mark is Mark.UNVERIFIED, row.id


def test_a_number_without_a_source_does_not_load() -> None:
    with pytest.raises(msgspec.ValidationError, match="source"):
        read_rows("x", '[y]\nvalue = 1\nunit = "1"\nyear = 2020\nmark = "confirmed"\n')
    with pytest.raises(msgspec.ValidationError, match="mark"):
        read_rows("x", '[y]\nvalue = 1\nunit = "1"\nsource = "s"\nyear = 2020\nmark = "sure"\n')


def test_a_site_file_overrides_and_signs() -> None:
    site = builtin().overlaid({"stroke.lams_lvo": {"value": 5, "signed_by": "Dr Li 2026-12-01"}})
    assert site.number("stroke.lams_lvo") == 5
    assert site["stroke.lams_lvo"].signed_by == "Dr Li 2026-12-01"
    assert builtin().number("stroke.lams_lvo") == 4
    four = findings_from({"stroke": {"lams": {"total": 4}, "face_droop": "yes"}})
    assert assess(four, AT).codes == ("stroke_lvo",)
    assert assess(four, AT, ProtocolSettings(site)).codes == ("stroke",)


@pytest.mark.parametrize(
    ("site", "named"),
    [
        ({"stroke.nothing": {"value": 1}}, "stroke.nothing"),
        ({"stroke.lams_lvo": {"value": "four"}}, "stroke.lams_lvo"),
        ({"stroke.lams_lvo": {"unit": "min"}}, "unit"),
        ({"stroke.lams_lvo": {"colour": "red"}}, "colour"),
    ],
)
def test_a_wrong_site_file_is_refused_by_name(site: dict[str, dict[str, Any]], named: str) -> None:
    with pytest.raises(InvalidThresholdError, match=named):
        builtin().overlaid(site)


def test_a_site_file_is_read_and_checked() -> None:
    assert read_site('["stroke.lams_lvo"]\nvalue = 5\n').thresholds.number("stroke.lams_lvo") == 5
    assert "stroke.lams_lvo" in read_site("").thresholds
    for text, named in (("[[[", "TOML"), ("value = 5", "value")):
        with pytest.raises(InvalidThresholdError, match=named):
            read_site(text)


def test_every_numeric_finding_has_plausibility_limits_and_the_other_way_round() -> None:
    wanted = {"age.years", "age.months", "age.days"}
    for group in Group.__subclasses__():
        for field, kind in group.__annotations__.items():
            if group.path != "age" and any(word in str(kind) for word in ("float", "int")):
                low, high = limits(group.path, field)
                assert low < high
                wanted.add(f"{group.path}.{field}")
    assert wanted == {row.id.split(".", 1)[1].rsplit(".", 1)[0] for row in builtin() if row.id.startswith("plausib")}


def test_every_threshold_is_used() -> None:
    code = "\n".join(SOURCES.values())
    prefixes = set(re.findall(r'f"((?:[a-z_]+\.)?[a-z0-9_]*)\{', code))
    unused = [
        row.id
        for row in builtin()
        for match in [re.search(r"\.news2_(.+)", row.id)]
        if f'"{row.id}"' not in code
        and f'"{row.id.split(".", 1)[1]}"' not in code
        and not any(len(prefix) > 4 and row.id.startswith(prefix) for prefix in prefixes)
        and f'"{row.id.rsplit("_", 1)[0]}"' not in code  # the powers of a parabola
        and not (match and f'"{match[1]}"' in code)  # the bands of NEWS2 name their rows without the prefix
    ]
    assert unused == []


def test_no_rule_holds_a_number_of_its_own() -> None:
    found = []
    for path, text in SOURCES.items():
        tree = ast.parse(text)
        allowed = STRUCTURAL | (SCORE_POINTS if path.parent.name == "scores" else frozenset())
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign | ast.AnnAssign) and _name(node) in NAMED:
                allowed = allowed.union(value for value, _ in _numbers(node))
        found += [f"{path.name}:{line} {value}" for value, line in _numbers(tree) if value not in allowed]
    assert found == []


def _numbers(tree: ast.AST) -> list[tuple[float, int]]:
    return [
        (node.value, node.lineno)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool)
    ]


def _name(node: ast.Assign | ast.AnnAssign) -> str:
    target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
    return target.id if isinstance(target, ast.Name) else ""


@cache
def _cases(name: str) -> list[Findings]:
    rows = tomllib.loads((VIGNETTES / f"{name}.toml").read_text(encoding="utf-8"))["vignette"]
    return [findings_from(row.get("findings", {})) for row in rows]


def _outcome(findings: Findings, settings: ProtocolSettings) -> object:
    result = assess(findings, AT, settings)
    codes = [(fired.code, sorted(item.code for item in fired.evidence)) for fired in result.conditions]
    reasons = sorted(item.code for item in result.priority_reasons)
    targets = [(point.code, point.target_min) for point in result.time_points]
    needs = (result.required_capabilities, result.preferred_capabilities, result.bypass, result.advice)
    return codes, result.priority, reasons, targets, needs


@cache
def _before(name: str) -> list[object]:
    return [_outcome(findings, ProtocolSettings()) for findings in _cases(name)]


def _moved(row: Threshold, direction: int) -> ProtocolSettings:
    step = 1 if row.value == int(row.value) else 0.1 if round(row.value, 1) == row.value else 0.01
    return ProtocolSettings(builtin().overlaid({row.id: {"value": round(row.value + direction * step, 2)}}))


GATES = [row for row in builtin() if not NOT_A_GATE.search(row.id) and not SCORES_ALONE.search(row.id)]
GATES = [row for row in GATES if row.id not in CONTINUOUS]


@pytest.mark.parametrize("row", GATES, ids=[row.id for row in GATES])
def test_a_vignette_notices_when_a_gate_moves(row: Threshold) -> None:
    """Move each gate one step up and one step down: some vignette must come out differently both times."""
    name = row.id.split(".")[0]
    for direction in (1, -1):
        settings = _moved(row, direction)
        pairs = zip(_cases(name), _before(name), strict=True)
        assert any(_outcome(findings, settings) != before for findings, before in pairs), direction
