"""Every code that the protocols can return has a sentence in both languages."""

import re
import tomllib
from datetime import datetime
from pathlib import Path

import pytest

import center_protocols
from center_protocols import vocabulary
from center_protocols.assess import assess
from center_protocols.call_triage import BY_COMPLAINT, COMMON, FIRST, STEPS, StepCard
from center_protocols.finding_groups import Group
from center_protocols.findings import Findings, findings_from
from center_protocols.indicators import Indicator
from dispatch.texts_catalogue import catalogue, placeholders, say

AT = datetime.fromisoformat("2026-11-21T10:00:00+08:00")
PACKAGE = Path(center_protocols.__file__).parent
VIGNETTES = Path(__file__).parent / "vignettes"
LISTS = {
    "condition": vocabulary.Condition,
    "capability": vocabulary.Capability,
    "resource": vocabulary.Resource,
    "bypass": vocabulary.Bypass,
    "activate": vocabulary.Activation,
    "blocked": vocabulary.Blocked,
    "advice": vocabulary.Advice,
    "treatment": vocabulary.Treatment,
    "center_status": vocabulary.StatusKind,
    "timepoint": vocabulary.TimePoint,
    "interval": vocabulary.Interval,
    "row_status": vocabulary.RowStatus,
    "mark": vocabulary.Mark,
    "given": vocabulary.Given,
    "certainty": vocabulary.FindingStatus,
    "area": vocabulary.Area,
    "indicator": Indicator,
    "stroke_advice": vocabulary.Strength,
    "strength": vocabulary.Strength,
    "card": StepCard,
    "handoff.place": vocabulary.Bypass,
    "destination.missing": vocabulary.Capability,
    "destination.lacks": vocabulary.Capability,
    "destination.wished": vocabulary.Capability,
    "destination.predicted": vocabulary.Treatment,
    "destination.status_expired": vocabulary.StatusKind,
    "clinician_says": vocabulary.Condition,
    "clinician_confirms": vocabulary.Condition,
}


def missing(codes: set[str]) -> list[str]:
    return sorted(codes - set(catalogue()))


@pytest.mark.parametrize("prefix", sorted(LISTS))
def test_every_word_of_the_closed_lists_has_a_text(prefix: str) -> None:
    assert missing({f"{prefix}.{code}" for code in LISTS[prefix]}) == []


def test_every_finding_has_a_label() -> None:
    fields = {field for field, kind in Findings.__annotations__.items() if not _is_group(kind)}
    nested = {f"{group.path}.{field}" for group in Group.__subclasses__() for field in group.__annotations__}
    assert missing(fields | {path for path in nested if not path.startswith("age.") and _is_leaf(path)}) == []


def _is_group(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, Group)


def _is_leaf(path: str) -> bool:
    return not path.endswith(".path")


def test_every_status_of_every_room_has_a_text() -> None:
    kinds = [f"destination.status_{kind}" for kind in vocabulary.StatusKind]
    assert missing({*kinds, *(f"{kind}.{room}" for kind in kinds for room in vocabulary.Resource)}) == []


def test_every_question_and_step_has_a_text() -> None:
    questions = {question.code for group in (FIRST, COMMON, *BY_COMPLAINT.values()) for question in group}
    steps = {f"step.{card}.{step}" for card, names in STEPS.items() for step in names}
    assert missing(questions | steps) == []


def test_every_fixed_code_in_the_rules_has_a_text() -> None:
    found = set()
    for path in PACKAGE.rglob("*.py"):
        found |= set(re.findall(r'(?:Coded|Evidence)\(\s*"([a-z_.]+)"', path.read_text(encoding="utf-8")))
    assert len(found) > 15
    assert missing(found) == []


def test_every_reason_of_every_vignette_can_be_said() -> None:
    for file in VIGNETTES.glob("*.toml"):
        for row in tomllib.loads(file.read_text(encoding="utf-8"))["vignette"]:
            result = assess(findings_from(row.get("findings", {})), AT)
            for fired in result.conditions:
                for item in (*fired.evidence, *result.priority_reasons, *result.contradictions):
                    assert item.code in catalogue(), item.code
                    assert placeholders(catalogue()[item.code].zh) <= set(item.params), item.code
                    assert "{" not in say(item.code, item.params, "en")


def test_both_languages_ask_for_the_same_parameters() -> None:
    for code, sentences in catalogue().items():
        if code.split(".")[0] in {"destination", "handoff", "vitals", "contradiction", "found"}:
            assert placeholders(sentences.zh) == placeholders(sentences.en), code
