"""How sure a lead is, what goes straight to the operating room, the lysis gate's clock, newborn levels."""

from datetime import timedelta

import pytest

from center_protocols.assess import assess, assessment_of
from center_protocols.destination import Candidate, rank_destinations
from center_protocols.door_times import DoorTime
from center_protocols.findings import findings_from
from center_protocols.site import read_site
from center_protocols.vocabulary import Capability, Condition, Strength, Treatment
from tests.center_protocols.driven import driven
from tests.center_protocols.test_destination import AT, asked, center, order


@pytest.mark.parametrize(
    ("second_min", "strength"),
    [
        (12, Strength.COIN_TOSS),
        (12.5, Strength.COIN_TOSS),
        (13, Strength.CLOSE),
        (23, Strength.CLOSE),
        (26, Strength.CLEAR),
    ],
)
def test_how_clearly_the_first_leads(second_min: float, strength: Strength) -> None:
    """Two doors that nobody has measured differ by up to 10 min by themselves; the drives add their fifths."""
    candidates = [center("a", 10, "pci_24_7"), center("b", second_min, "pci_24_7")]
    assert rank_destinations(assessment_of(Condition.STEMI), candidates, AT).strength is strength


def doors(p90_min: float, cases: int) -> dict[Treatment, DoorTime]:
    return {Treatment.WIRE: DoorTime(60 * 60, p90_min * 60, cases)}


@pytest.mark.parametrize(
    ("p90_min", "cases", "strength"),
    [(65, 40, Strength.CLEAR), (120, 40, Strength.CLOSE), (120, 400, Strength.CLEAR), (240, 5, Strength.COIN_TOSS)],
)
def test_a_learned_door_that_varies_makes_a_lead_doubtful_and_many_cases_make_it_sure(
    p90_min: float, cases: int, strength: Strength
) -> None:
    candidates = [
        driven(name, frozenset({Capability.PCI_24_7}), minutes * 60.0, (), doors(p90_min, cases))
        for name, minutes in (("a", 10), ("b", 17))
    ]
    assert rank_destinations(assessment_of(Condition.STEMI), candidates, AT).strength is strength


def test_a_road_that_varies_makes_a_lead_doubtful() -> None:
    steady, jammed = (
        [
            Candidate("a", frozenset({Capability.PCI_24_7}), 600, (), doors(61, 400), eta_slow_s),
            Candidate("b", frozenset({Capability.PCI_24_7}), 1000, (), doors(61, 400), 1020),
        ]
        for eta_slow_s in (620, 2400)
    )
    assert rank_destinations(assessment_of(Condition.STEMI), steady, AT).strength is Strength.CLEAR
    assert rank_destinations(assessment_of(Condition.STEMI), jammed, AT).strength is Strength.CLOSE


@pytest.mark.parametrize(("eta_s", "eta_slow_s"), [(600.0, None), (None, 600.0)])
def test_a_drive_and_its_range_come_together(eta_s: float | None, eta_slow_s: float | None) -> None:
    with pytest.raises(ValueError, match="90th percentile"):
        Candidate("a", frozenset({Capability.PCI_24_7}), eta_s, (), {}, eta_slow_s)


def test_the_slow_tenth_of_an_option_joins_drive_and_door() -> None:
    candidate = Candidate("a", frozenset({Capability.PCI_24_7}), 600, (), doors(90, 40), 600 + 40 * 60)
    option = rank_destinations(assessment_of(Condition.STEMI), [candidate], AT).options[0]
    assert option.slow_s == pytest.approx(600 + 3600 + 50 * 60)  # 30 and 40 minutes join to 50


def test_an_arrival_straight_in_the_operating_room_is_earlier_where_the_centre_allows_it() -> None:
    bleeding = asked(trauma={"penetrating_torso": "yes"}, vitals={"sbp": 70})
    candidates = [
        center("closed", 10, "trauma trauma_high blood_bank"),
        center("open", 20, "trauma trauma_high blood_bank"),
    ]
    both = rank_destinations(bleeding, candidates, AT)
    assert [(row.center_id, row.time_to_treatment_s) for row in both.options] == [("closed", 1380), ("open", 1980)]
    site = read_site('[centers.closed]\nbypass_off = ["or"]\n')
    one = rank_destinations(bleeding, candidates, AT, site)
    assert [(row.center_id, row.time_to_treatment_s) for row in one.options] == [("open", 1980), ("closed", 4200)]
    assert "destination.direct_to_operating_room" in {each.code for each in one.options[0].reasons}
    assert "destination.operating_room_through_the_bay" in {each.code for each in one.options[1].reasons}
    stable = asked(trauma={"penetrating_torso": "yes"}, vitals={"sbp": 90})
    assert rank_destinations(stable, candidates, AT).options[0].time_to_treatment_s == 4200


def test_the_lysis_gate_counts_from_the_first_contact() -> None:
    stemi, candidates = assessment_of(Condition.STEMI), [center("a", 30, "pci_24_7")]
    gate = AT - timedelta(minutes=30)
    assert rank_destinations(stemi, candidates, AT, contact_at=gate).advice == ()
    late = rank_destinations(stemi, candidates, AT, contact_at=gate - timedelta(minutes=1))
    assert [row.code for row in late.advice] == ["destination.consider_lysis"]


def test_a_city_may_make_the_level_of_a_newborn_centre_a_gate() -> None:
    preterm = {"age": {"value": 1, "unit": "days"}, "newborn": {"gestation_weeks": 27}}
    candidates = [center("any", 5, "nicu"), center("province", 40, "nicu nicu_city nicu_province")]
    wished = rank_destinations(asked(**preterm), candidates, AT)
    assert order(wished) == ["any", "province"]
    assert "destination.wished.nicu_province" in {each.code for each in wished.options[0].warnings}
    strict = read_site('[city]\nnewborn_levels = "require"\n')
    gate = rank_destinations(assess(findings_from(preterm), AT, strict), candidates, AT, strict)
    assert order(gate) == ["province"]
    assert gate.excluded[0].reason.code == "destination.missing.nicu_province"
    off = read_site('[city]\nnewborn_levels = "off"\n')
    silent = assess(findings_from(preterm), AT, off)
    assert silent.preferred_capabilities == frozenset()
