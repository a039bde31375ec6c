"""Three why-nots: the nearest centres that do not lead, each with the one reason that counts."""

from datetime import datetime, timedelta

from center_protocols.assess import assess
from center_protocols.destination import Candidate, rank_destinations
from center_protocols.destination_costs import CenterStatus
from center_protocols.findings import findings_from
from center_protocols.vocabulary import Capability, Resource, StatusKind
from center_protocols.why_not import why_nots
from tests.center_protocols.driven import driven

AT = datetime.fromisoformat("2026-11-21T10:00:00+08:00")
LAB = frozenset({Capability.ED, Capability.RESUS_ED, Capability.PCI_24_7})
ED = frozenset({Capability.ED})
STEMI = assess(findings_from({"ecg": {"result": "stemi", "read_by": "physician"}}), AT)
BUSY = CenterStatus(StatusKind.RESOURCE_BUSY, "lab", "in use", AT + timedelta(hours=1), Resource.CATH_LAB)


def reasons(*candidates: Candidate) -> list[tuple[str, str]]:
    ranking = rank_destinations(STEMI, candidates, AT)
    return [(item.center_id, item.reason.code) for item in why_nots(ranking)]


def test_the_nearest_come_first_and_only_three() -> None:
    said = reasons(
        driven("door", ED, 60.0),
        driven("busy", LAB, 300.0, (BUSY,)),
        driven("best", LAB, 600.0),
        driven("equal", LAB, 610.0),
        driven("later", LAB, 2400.0),
    )
    assert said == [
        ("door", "destination.missing.pci_24_7"),
        ("busy", "destination.status_resource_busy.cath_lab"),
        ("equal", "why_not.equal"),
    ]


def test_a_later_one_says_by_how_much_and_an_unreachable_one_stands_last() -> None:
    ranking = rank_destinations(
        STEMI, [driven("none", LAB, None), driven("best", LAB, 600.0), driven("later", LAB, 1500.0)], AT
    )
    later, unreachable = why_nots(ranking)
    assert (later.center_id, later.reason.code, later.reason.params) == ("later", "why_not.later", {"later_min": 15})
    assert (unreachable.center_id, unreachable.reason.code) == ("none", "destination.unreachable")


def test_without_any_option_the_excluded_explain_themselves() -> None:
    assert reasons(driven("none", LAB, None)) == [("none", "destination.unreachable")]
