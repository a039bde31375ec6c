"""Flags and grades are assumptions, declared codes are facts, an unknown grade is not a low one."""

import pytest

from center_protocols.assess import assessment_of
from center_protocols.capabilities import UnknownCapabilityError, assumed, builtin_rules, capabilities_of
from center_protocols.vocabulary import Capability, CenterKind, Condition

ALL: dict[str, bool] = {str(kind): True for kind in CenterKind}


def test_every_hospital_has_an_ed() -> None:
    assert capabilities_of({}, "", ()) == {Capability.ED}


@pytest.mark.parametrize(
    ("flag", "gives"),
    [
        ("chest_pain", {Capability.PCI_24_7, Capability.RESUS_ED}),
        ("stroke", {Capability.IVT_24_7, Capability.CT, Capability.CTA}),
        ("trauma", {Capability.TRAUMA, Capability.BLOOD_BANK}),
        ("maternal", {Capability.OBSTETRIC_OR, Capability.BLOOD_BANK, Capability.ICU}),
        ("neonatal", {Capability.NICU}),
        ("paediatric", {Capability.PICU}),
    ],
)
def test_each_flag_gives_its_capabilities(flag: str, gives: set[Capability]) -> None:
    assert gives <= capabilities_of({flag: True}, "二级甲等", ())
    assert gives.isdisjoint(capabilities_of({flag: False}, "", ()) - {Capability.ED})


@pytest.mark.parametrize(("grade", "has"), [("三级甲等", True), ("", True), ("二级甲等", False)])
def test_an_unknown_grade_is_not_a_low_one(grade: str, has: bool) -> None:  # noqa: FBT001 - a table row
    found = capabilities_of({"stroke": True, "trauma": True}, grade, ())
    assert (Capability.EVT_24_7 in found) is has
    assert (Capability.TRAUMA_HIGH in found) is has


def test_a_declared_code_is_added_and_an_unknown_one_is_named() -> None:
    assert Capability.ECPR in capabilities_of({}, "", ["ecpr", " helipad ", ""])
    with pytest.raises(UnknownCapabilityError, match="teleport"):
        capabilities_of({}, "", ["teleport"])


def test_a_grade_gives_a_resuscitation_room() -> None:
    assert Capability.RESUS_ED in assumed({}, "二级甲等")
    assert Capability.RESUS_ED not in assumed({}, "一级")


def test_every_assumption_says_that_it_is_one() -> None:
    rules = builtin_rules()
    said = [(rule.mark, rule.why) for rule in rules.flag] + [(rule.mark, rule.why) for rule in rules.grade]
    for mark, why in [*said, (rules.every_hospital.mark, rules.every_hospital.why)]:
        assert mark == "assumed"
        assert len(why) > 10


@pytest.mark.parametrize("condition", list(Condition))
def test_a_hospital_with_every_flag_serves_every_condition(condition: Condition) -> None:
    required = assessment_of(condition).required_capabilities
    assert required <= capabilities_of(ALL, "三级甲等", ())
