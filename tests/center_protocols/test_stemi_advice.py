"""STEMI: the wire-time rule with the lysis gate, and what published delays cost (clinical reference §8.4)."""

from datetime import datetime, timedelta

import pytest

from center_protocols.assess import assess
from center_protocols.assessment import DEFAULT_SETTINGS
from center_protocols.destination import Candidate, Question, rank_destinations
from center_protocols.findings import findings_from
from center_protocols.stemi_advice import StemiAdvice, Strategy, stemi_advice
from center_protocols.vocabulary import Capability, Strength
from tests.center_protocols.driven import driven

AT = datetime.fromisoformat("2026-11-21T10:00:00+08:00")
STEMI = {"ecg": {"result": "stemi", "read_by": "physician"}}


def center(name: str, minutes: float | None, codes: str) -> Candidate:
    capabilities = frozenset(Capability(code) for code in codes.split())
    return driven(name, capabilities, None if minutes is None else minutes * 60)


def advised(
    *candidates: Candidate, contact_min: float = 0, findings: dict[str, object] | None = None
) -> StemiAdvice | None:
    question = Question(
        assess(findings_from({**STEMI, **(findings or {})}), AT),
        AT,
        DEFAULT_SETTINGS,
        AT - timedelta(minutes=contact_min),
    )
    ranking = rank_destinations(question.assessment, candidates, AT, contact_at=question.contact_at)
    return stemi_advice(question, ranking, candidates)


@pytest.mark.parametrize(("contact_min", "strategy"), [(40, "primary_pci"), (41, "lysis_first")])
def test_the_gate_is_two_hours_from_contact_to_wire(contact_min: float, strategy: str) -> None:
    """20 min drive + 60 min behind the door = 80 min."""
    said = advised(center("pci", 20, "pci_24_7"), center("near", 5, "ivt_24_7"), contact_min=contact_min)
    assert said is not None
    assert said.strategy == strategy
    assert (said.lysis_center_id, said.needle_min) == ("near", contact_min + 35)
    assert said.pci_delay_min == 45
    assert said.reason.code == f"stemi_advice.{strategy}"


@pytest.mark.parametrize(
    ("drive", "pci", "lysis"),
    [
        (34, 0.027, 0.074),  # 94 - 35 = 59 min behind lysis
        (35, 0.036, 0.055),  # 60
        (65, 0.036, 0.055),  # 90
        (66, 0.057, 0.061),  # 91
    ],
)
def test_what_pci_loses_to_its_delay(drive: float, pci: float, lysis: float) -> None:
    said = advised(center("pci", drive, "pci_24_7"), center("near", 5, "ivt_24_7"))
    assert said is not None
    assert (said.pci_mortality, said.lysis_mortality) == (pci, lysis)


def test_half_an_hour_later_costs_a_fourteenth() -> None:
    said = advised(center("first", 10, "pci_24_7"), center("later", 40, "pci_24_7"), center("latest", 70, "pci_24_7"))
    assert said is not None
    assert [(row.center_id, row.relative_risk) for row in said.rows] == [
        ("first", 1),
        ("later", 1.07),  # 1.075, shown with two places
        ("latest", 1.16),  # 1.075 squared
    ]


@pytest.mark.parametrize(
    "ruled_out",
    [
        {"chest_pain": {"lysis_contraindicated": "yes"}},
        {"onset_at": "2026-11-20T21:59:00+08:00"},
        {"chest_pain": {"tearing": "yes"}},
    ],
)
def test_without_lysis_there_is_nothing_to_choose(ruled_out: dict[str, object]) -> None:
    """A contraindication, twelve hours of pain, a possible dissection."""
    said = advised(
        center("pci", 100, "pci_24_7 cta cardiac_surgery"), center("near", 5, "ivt_24_7"), findings=ruled_out
    )
    if said is None:  # a possible dissection waits for its scan, not for the wire
        assert "chest_pain" in ruled_out
        return
    assert (said.strategy, said.lysis_center_id, said.strength) == (Strategy.PRIMARY_PCI, None, Strength.CLEAR)
    assert said.reason.code == "stemi_advice.primary_pci.only"


def test_near_the_gate_the_choice_is_a_coin_toss() -> None:
    strengths = [
        said.strength
        for drive in (20, 50, 58, 62, 110)
        if (said := advised(center("pci", drive, "pci_24_7"), center("near", 5, "ivt_24_7"))) is not None
    ]
    assert strengths == [Strength.CLEAR, Strength.CLOSE, Strength.COIN_TOSS, Strength.COIN_TOSS, Strength.CLEAR]


def test_no_cath_lab_no_advice() -> None:
    assert advised(center("near", 5, "ivt_24_7")) is None
    assert advised(center("gone", None, "pci_24_7")) is None
