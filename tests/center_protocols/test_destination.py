"""Destinations on small maps: gates, costs, ties, large-vessel limits, what is always listed."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest

from center_protocols.assess import assess, assessment_of
from center_protocols.assessment import Assessment, ProtocolSettings
from center_protocols.destination import Candidate, DestinationRanking, rank_destinations
from center_protocols.destination_costs import CenterStatus
from center_protocols.findings import findings_from
from center_protocols.vocabulary import Area, Capability, Condition, Resource, StatusKind, Treatment
from tests.center_protocols.driven import driven

AT = datetime.fromisoformat("2026-11-21T10:00:00+08:00")
LATER, EARLIER = AT + timedelta(minutes=30), AT - timedelta(minutes=1)
STROKE_UNIT = "ed resus_ed ct ivt_24_7"
THROMBECTOMY = "ed resus_ed ct cta ivt_24_7 evt_24_7"


def center(name: str, minutes: float | None, codes: str = "ed", *statuses: CenterStatus) -> Candidate:
    capabilities = frozenset(Capability(code) for code in codes.split())
    return driven(name, capabilities, None if minutes is None else minutes * 60, statuses)


def status(
    kind: StatusKind, *, resource: Resource | None = None, until: datetime = LATER, cost_s: float | None = None
) -> CenterStatus:
    return CenterStatus(kind, "ED head nurse", "12 waiting", until, resource, cost_s)


def asked(**findings: object) -> Assessment:
    return assess(findings_from(findings), AT)


def order(ranking: DestinationRanking) -> list[str]:
    return [option.center_id for option in ranking.options]


def codes(items: Iterable[Any]) -> list[str]:
    return [item.code for item in items]


def test_the_nearest_of_equals_leads_and_the_reason_says_so() -> None:
    ranking = rank_destinations(
        assessment_of(Condition.STEMI), [center("far", 20, "pci_24_7"), center("near", 10, "pci_24_7")], AT
    )
    assert order(ranking) == ["near", "far"]
    best = ranking.options[0]
    assert best.treatment is Treatment.WIRE
    assert best.time_to_treatment_s == (10 + 60) * 60
    assert codes(best.reasons) == ["destination.shortest_predicted_time", "destination.predicted.wire"]
    assert best.reasons[1].params == {"eta_min": 10, "total_min": 70}


def test_a_missing_capability_excludes_and_is_named() -> None:
    ranking = rank_destinations(
        assessment_of(Condition.STEMI), [center("small", 3), center("lab", 30, "ed pci_24_7")], AT
    )
    assert order(ranking) == ["lab"]
    assert [(row.center_id, row.reason.code) for row in ranking.excluded] == [("small", "destination.missing.pci_24_7")]
    assert ranking.excluded[0].reason.params == {"capabilities": "pci_24_7"}


def test_an_unreachable_centre_is_excluded_not_infinite() -> None:
    ranking = rank_destinations(
        assessment_of(Condition.STEMI), [center("island", None, "pci_24_7"), center("lab", 30, "pci_24_7")], AT
    )
    assert order(ranking) == ["lab"]
    assert codes(row.reason for row in ranking.excluded) == ["destination.unreachable"]


def test_no_candidate_at_all_says_so() -> None:
    ranking = rank_destinations(assessment_of(Condition.OTHER), [], AT)
    assert ranking.options == ()
    assert codes(ranking.advice) == ["destination.no_destination"]


def test_other_goes_to_any_ed() -> None:
    ranking = rank_destinations(asked(), [center("b", 9), center("a", 5), center("c", 20, "ed pci_24_7")], AT)
    assert order(ranking) == ["a", "b", "c"]
    assert {option.treatment for option in ranking.options} == {Treatment.ED}


def test_critical_other_goes_to_the_nearest_resuscitation_capable_ed() -> None:
    ranking = rank_destinations(
        asked(critical={"shock": "yes"}), [center("plain", 2), center("resus", 6, "ed resus_ed")], AT
    )
    assert order(ranking) == ["resus"]


# Full is not closed


@pytest.mark.parametrize("kind", [StatusKind.FULL, StatusKind.DIVERSION, StatusKind.NO_BED, StatusKind.STRETCHER_QUEUE])
def test_a_status_is_a_cost_and_never_a_gate(kind: StatusKind) -> None:
    only = center("only", 10, "pci_24_7", status(kind, cost_s=86400))
    ranking = rank_destinations(assessment_of(Condition.STEMI), [only], AT)
    assert order(ranking) == ["only"]
    warning = ranking.options[0].warnings[0]
    assert warning.code == f"destination.status_{kind}"
    assert warning.params["owner"] == "ED head nurse"
    assert warning.params["reason"] == "12 waiting"
    assert warning.params["valid_min"] == 30


def test_a_busy_cath_lab_costs_its_time() -> None:
    busy = center("near", 5, "pci_24_7", status(StatusKind.RESOURCE_BUSY, resource=Resource.CATH_LAB))
    free = center("far", 25, "pci_24_7")
    ranking = rank_destinations(assessment_of(Condition.STEMI), [busy, free], AT)
    assert order(ranking) == ["far", "near"]
    assert ranking.options[1].time_to_treatment_s == (5 + 60 + 30) * 60


def test_a_busy_room_that_nobody_waits_for_costs_nothing() -> None:
    busy = center("near", 5, "pci_24_7", status(StatusKind.RESOURCE_BUSY, resource=Resource.PICU))
    ranking = rank_destinations(assessment_of(Condition.STEMI), [busy, center("far", 15, "pci_24_7")], AT)
    assert order(ranking) == ["near", "far"]
    assert ranking.options[0].warnings[0].params["cost_min"] == 0


def test_an_expired_status_is_unknown_and_still_shown() -> None:
    old = center("near", 5, "pci_24_7", status(StatusKind.FULL, until=EARLIER, cost_s=7200))
    ranking = rank_destinations(assessment_of(Condition.STEMI), [old, center("far", 15, "pci_24_7")], AT)
    assert order(ranking) == ["near", "far"]
    assert ranking.options[0].time_to_treatment_s == (5 + 60) * 60
    assert codes(ranking.options[0].warnings) == ["destination.status_expired.full"]


def test_a_status_expires_at_its_minute() -> None:
    for until, cost in ((AT, 0), (AT + timedelta(seconds=1), 600)):
        one = center("one", 0, "pci_24_7", status(StatusKind.FULL, until=until, cost_s=600))
        assert (
            rank_destinations(assessment_of(Condition.STEMI), [one], AT).options[0].time_to_treatment_s == 3600 + cost
        )


def test_a_full_house_still_resuscitates_at_once() -> None:
    full = center("near", 5, "ed resus_ed", status(StatusKind.FULL, cost_s=7200))
    ranking = rank_destinations(
        asked(responsive="no", breathing="absent"), [full, center("far", 15, "ed resus_ed")], AT
    )
    assert order(ranking) == ["near", "far"]


# Always listed


def test_the_nearest_resuscitation_capable_ed_is_always_listed_for_bleeding() -> None:
    candidates = [center("near", 4, "ed resus_ed"), center("top", 25, "ed resus_ed trauma trauma_high blood_bank")]
    bleeding = asked(trauma={"bleeding_needs_tourniquet_or_packing": "yes"})
    ranking = rank_destinations(bleeding, candidates, AT)
    assert order(ranking) == ["top", "near"]
    assert ranking.nearest_resus_ed == "near"
    assert "destination.nearest_resus_ed" in codes(ranking.options[1].reasons)
    assert "destination.lacks.trauma_high" in codes(ranking.options[1].warnings)
    assert ranking.excluded == ()
    stable = rank_destinations(asked(trauma={"pelvic_fracture": "yes"}), candidates, AT)
    assert order(stable) == ["top"]
    assert stable.nearest_resus_ed is None


def test_for_an_arrest_the_nearest_leads() -> None:
    ranking = rank_destinations(
        asked(responsive="no", breathing="gasping"),
        [center("plain", 1), center("pci", 9, "ed resus_ed pci_24_7"), center("near", 6, "ed resus_ed")],
        AT,
    )
    assert order(ranking) == ["near", "pci"]
    assert ranking.nearest_resus_ed == "near"


def test_without_any_resuscitation_room_the_eds_remain() -> None:
    ranking = rank_destinations(asked(responsive="no", breathing="absent"), [center("a", 3), center("b", 5)], AT)
    assert order(ranking) == ["a", "b"]
    assert ranking.relaxed == (Condition.CARDIAC_ARREST,)
    assert codes(ranking.options[0].warnings) == ["destination.lacks.resus_ed"]
    assert ranking.nearest_resus_ed is None


# Several conditions


def test_a_centre_with_everything_outranks_nearer_halves() -> None:
    both = asked(clinician_says=["stemi", "stroke"])
    ranking = rank_destinations(
        both,
        [center("heart", 3, "pci_24_7"), center("brain", 4, "ct ivt_24_7"), center("all", 20, "pci_24_7 ct ivt_24_7")],
    )
    assert order(ranking) == ["all"]
    assert ranking.relaxed == ()


def test_when_nobody_has_everything_the_immediate_threat_decides() -> None:
    both = asked(clinician_says=["stroke", "trauma_red"])
    ranking = rank_destinations(
        both, [center("brain", 3, "ct ivt_24_7"), center("trauma", 9, "trauma_high blood_bank")]
    )
    assert order(ranking) == ["trauma"]
    assert ranking.relaxed == (Condition.STROKE,)
    assert codes(ranking.options[0].warnings) == ["destination.lacks.ivt_24_7", "destination.lacks.ct"]


def test_a_threat_that_nobody_serves_does_not_hide_the_others() -> None:
    both = asked(clinician_says=["critical_pregnancy", "stemi"])
    ranking = rank_destinations(both, [center("heart", 9, "ed pci_24_7"), center("plain", 2)])
    assert order(ranking) == ["heart"]
    assert ranking.relaxed == (Condition.CRITICAL_PREGNANCY,)


# Ties


def test_the_band_is_measured_from_the_best_only() -> None:
    candidates = [
        center(name, minutes, "pci_24_7") for name, minutes in (("a", 10), ("b", 11.5), ("c", 13), ("d", 14.5))
    ]
    ranking = rank_destinations(assessment_of(Condition.STEMI), candidates, AT)
    assert order(ranking) == ["a", "b", "c", "d"]
    assert [option.tie for option in ranking.options] == [True, True, False, False]


@pytest.mark.parametrize(("minutes", "leads"), [(12, "equipped"), (12.1, "near")])
def test_inside_the_band_the_better_equipped_leads(minutes: float, leads: str) -> None:
    child = asked(age={"value": 4}, trauma={"ejected": "yes"})
    ranking = rank_destinations(
        child, [center("near", 10, "ed trauma"), center("equipped", minutes, "ed trauma paediatric_ed")], AT
    )
    assert order(ranking)[0] == leads
    if leads == "equipped":
        assert ranking.options[0].reasons[0].code == "destination.best_equipped_of_equals"


def test_a_single_option_has_nothing_to_compare_with() -> None:
    assert rank_destinations(assessment_of(Condition.STEMI), [center("a", 10, "pci_24_7")], AT).strength is None
    assert rank_destinations(assessment_of(Condition.STEMI), [], AT).strength is None


def test_the_nearest_why_not_stands_first() -> None:
    candidates = [center("gone", None), center("far", 20), center("next_door", 2), center("lab", 30, "pci_24_7")]
    ranking = rank_destinations(assessment_of(Condition.STEMI), candidates, AT)
    assert [(row.center_id, row.eta_s) for row in ranking.excluded] == [
        ("next_door", 120),
        ("far", 1200),
        ("gone", None),
    ]


# Large-vessel occlusion, clinical reference §3.5


def lvo(stroke: dict[str, str] | None = None, **more: object) -> Assessment:
    return asked(stroke={"lams": {"total": 5}, **(stroke or {})}, **more)


def test_within_the_added_time_the_way_is_direct() -> None:
    for added, first in ((30, "evt"), (30.5, "ivt")):
        candidates = [center("ivt", 10, STROKE_UNIT), center("evt", 10 + added, THROMBECTOMY)]
        ranking = rank_destinations(lvo(), candidates, AT)
        assert order(ranking)[0] == first
    assert codes(ranking.advice) == ["destination.request_transfer"]
    assert ranking.options[0].treatment is Treatment.NEEDLE
    assert ranking.options[1].center_id == "evt"
    assert ranking.options[1].warnings[0].code == "destination.added_time_over_limit"


@pytest.mark.parametrize(("area", "added"), [(Area.URBAN, 30), (Area.SUBURBAN, 45), (Area.RURAL, 60)])
def test_the_limit_is_the_areas(area: Area, added: float) -> None:
    settings = ProtocolSettings(area=area)
    for minutes, first in ((added, "evt"), (added + 1, "ivt")):
        candidates = [center("ivt", 5, STROKE_UNIT), center("evt", 5 + minutes, THROMBECTOMY)]
        assert order(rank_destinations(lvo(), candidates, AT, settings))[0] == first


@pytest.mark.parametrize(("since_min", "first"), [(180, "evt"), (181, "ivt")])
def test_lysis_must_not_be_forfeited(since_min: int, first: str) -> None:
    """4.5 h = 270 min: known well + 30 min drive + 60 min door to needle must stay inside."""
    known = (AT - timedelta(minutes=since_min)).isoformat()
    candidates = [center("ivt", 10, STROKE_UNIT), center("evt", 30, THROMBECTOMY)]
    ranking = rank_destinations(lvo(last_known_well_at=known), candidates, AT)
    assert order(ranking)[0] == first
    if first == "ivt":
        assert ranking.options[1].warnings[0].code == "destination.direct_forfeits_lysis"


def test_outside_the_lysis_window_the_distance_does_not_matter() -> None:
    known = (AT - timedelta(hours=5)).isoformat()
    candidates = [center("ivt", 10, STROKE_UNIT), center("evt", 90, THROMBECTOMY)]
    ranking = rank_destinations(lvo(last_known_well_at=known), candidates, AT)
    assert order(ranking)[0] == "evt"
    assert codes(ranking.options[0].reasons)[-1] == "destination.direct_without_lysis"


def test_a_contraindication_makes_it_direct() -> None:
    candidates = [center("ivt", 10, STROKE_UNIT), center("evt", 90, THROMBECTOMY)]
    ranking = rank_destinations(lvo(stroke={"ivt_contraindicated": "yes"}), candidates, AT)
    assert order(ranking)[0] == "evt"


def test_an_unknown_time_closes_nothing() -> None:
    candidates = [center("ivt", 10, STROKE_UNIT), center("evt", 35, THROMBECTOMY)]
    assert order(rank_destinations(lvo(), candidates, AT))[0] == "evt"


def test_a_thrombectomy_centre_without_lysis_would_forfeit_it() -> None:
    candidates = [center("ivt", 10, STROKE_UNIT), center("evt", 15, "ed ct cta evt_24_7")]
    ranking = rank_destinations(lvo(), candidates, AT)
    assert order(ranking) == ["ivt"]
    assert codes(row.reason for row in ranking.excluded) == ["destination.direct_forfeits_lysis"]


def test_without_any_thrombectomy_centre_the_nearest_lysis_counts() -> None:
    ranking = rank_destinations(lvo(), [center("b", 20, STROKE_UNIT), center("a", 10, STROKE_UNIT)], AT)
    assert order(ranking) == ["a", "b"]
    assert ranking.relaxed == ()
    assert codes(ranking.advice) == ["destination.request_transfer"]


def test_plain_stroke_takes_the_nearest_stroke_facility_before_any_other() -> None:
    ranking = rank_destinations(
        asked(stroke={"face_droop": "yes"}),
        [center("plain", 2), center("near", 9, STROKE_UNIT), center("evt", 14, THROMBECTOMY)],
    )
    assert order(ranking) == ["near", "evt"]


# STEMI and time


@pytest.mark.parametrize(("eta_min", "advised"), [(60, False), (61, True)])
def test_lysis_is_considered_beyond_120_minutes(eta_min: int, advised: bool) -> None:  # noqa: FBT001 - a table row
    ranking = rank_destinations(assessment_of(Condition.STEMI), [center("lab", eta_min, "pci_24_7")], AT)
    assert ("destination.consider_lysis" in codes(ranking.advice)) is advised


@pytest.mark.parametrize(
    "findings",
    [
        {"chest_pain": {"lysis_contraindicated": "yes"}},
        {"chest_pain": {"tearing": "yes"}},
        {"arrest": {"confirmed_by_crew": "yes", "rosc": "yes"}},
        {"onset_at": (AT - timedelta(hours=12, minutes=1)).isoformat()},
    ],
)
def test_lysis_is_not_considered_where_it_is_wrong(findings: dict[str, Any]) -> None:
    stemi = asked(ecg={"result": "stemi", "read_by": "physician"}, **findings)
    lab = center("lab", 90, "ed resus_ed pci_24_7 cta cardiac_surgery")
    ranking = rank_destinations(stemi, [lab], AT)
    assert order(ranking) == ["lab"]
    assert ranking.advice == ()


def test_lysis_window_is_twelve_hours() -> None:
    stemi = asked(ecg={"result": "stemi", "read_by": "physician"}, onset_at=(AT - timedelta(hours=12)).isoformat())
    ranking = rank_destinations(stemi, [center("lab", 90, "pci_24_7")], AT)
    assert codes(ranking.advice) == ["destination.consider_lysis"]


@pytest.mark.parametrize(
    ("condition", "treatment", "door_min", "needs"),
    [
        ("stemi", Treatment.WIRE, 60, "pci_24_7"),
        ("acs_non_st", Treatment.RESUS, 5, "pci_24_7"),
        ("aortic_dissection", Treatment.CT, 25, "cta cardiac_surgery"),
        ("stroke", Treatment.NEEDLE, 60, "ct ivt_24_7"),
        ("stroke_lvo", Treatment.GROIN, 90, "ct ivt_24_7 evt_24_7"),
        ("trauma_red", Treatment.OR, 60, "trauma_high blood_bank"),
        ("trauma_yellow", Treatment.CT, 25, "trauma"),
        ("critical_pregnancy", Treatment.OBSTETRIC_OR, 10, "obstetric_or blood_bank icu nicu"),
        ("imminent_delivery", Treatment.OBSTETRIC_OR, 10, "obstetric_or nicu"),
        ("critical_child", Treatment.PICU, 10, "picu paediatric_ed"),
        ("critical_newborn", Treatment.NICU, 10, "nicu"),
        ("cardiac_arrest", Treatment.RESUS, 5, "resus_ed"),
        ("critical_other", Treatment.RESUS, 5, "resus_ed"),
        ("other", Treatment.ED, 30, "ed"),
    ],
)
def test_each_condition_waits_for_its_step(condition: str, treatment: Treatment, door_min: int, needs: str) -> None:
    ranking = rank_destinations(assessment_of(Condition(condition)), [center("one", 10, needs)], AT)
    option = ranking.options[0]
    assert option.treatment is treatment
    assert option.time_to_treatment_s == (10 + door_min) * 60
    assert option.warnings == ()
