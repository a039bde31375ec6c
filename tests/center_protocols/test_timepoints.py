"""The register judges, flags and keeps; it never deletes."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from center_protocols.assess import assess
from center_protocols.assessment import ExpectedTimePoint
from center_protocols.findings import findings_from
from center_protocols.process_points import process_points
from center_protocols.timepoints import (
    CHAINS,
    INTERVALS,
    ClockQuality,
    Point,
    RegisterRow,
    intervals,
    out_of_order,
    register,
)
from center_protocols.vocabulary import Interval, RowStatus, TimePoint

P = TimePoint
START = datetime.fromisoformat("2026-11-21T10:00:00+08:00")
ECG = ExpectedTimePoint(P.FIRST_ECG, P.PATIENT_CONTACT, 10, "chest_pain.fmc_to_ecg")


def minute(value: float) -> datetime:
    return START + timedelta(minutes=value)


def at(code: TimePoint, value: float) -> Point:
    return Point(code, minute(value))


def row(rows: tuple[RegisterRow, ...], code: TimePoint) -> RegisterRow:
    return next(item for item in rows if item.code is code)


@pytest.mark.parametrize(
    ("ecg_at", "status"),
    [(10, RowStatus.MET), (10 + 1 / 60, RowStatus.LATE), (0, RowStatus.MET), (-1, RowStatus.OUT_OF_ORDER)],
)
def test_a_point_is_met_late_or_out_of_order(ecg_at: float, status: RowStatus) -> None:
    rows = register([ECG], [at(P.PATIENT_CONTACT, 0), at(P.FIRST_ECG, ecg_at)])
    found = row(rows, P.FIRST_ECG)
    assert found.status is status
    assert found.minutes == pytest.approx(ecg_at)
    assert found.due_at == minute(10)
    assert found.source == "chest_pain.fmc_to_ecg"


@pytest.mark.parametrize(("now", "status"), [(10, RowStatus.PENDING), (10.1, RowStatus.MISSING)])
def test_what_is_overdue_is_missing(now: float, status: RowStatus) -> None:
    assert row(register([ECG], [at(P.PATIENT_CONTACT, 0)], now=minute(now)), P.FIRST_ECG).status is status


def test_what_a_later_point_has_overtaken_is_missing() -> None:
    points = [at(P.CALL_RECEIVED, 0), at(P.UNIT_ON_SCENE, 9)]
    rows = register([ExpectedTimePoint(P.UNIT_EN_ROUTE), ExpectedTimePoint(P.ARRIVAL_GATE)], points)
    assert row(rows, P.UNIT_EN_ROUTE).status is RowStatus.MISSING
    assert row(rows, P.ARRIVAL_GATE).status is RowStatus.PENDING


def test_a_closed_record_misses_everything_absent() -> None:
    assert row(register([ECG], [], closed=True), P.FIRST_ECG).status is RowStatus.MISSING
    assert row(register([ECG], []), P.FIRST_ECG).status is RowStatus.PENDING


def test_an_optional_or_excused_point_is_not_applicable_until_it_happens() -> None:
    lysis = ExpectedTimePoint(P.NEEDLE, P.ARRIVAL_GATE, 30, "chest_pain.lysis_start", optional=True)
    assert register([lysis], [], closed=True)[0].status is RowStatus.NOT_APPLICABLE
    done = [at(P.ARRIVAL_GATE, 0), at(P.NEEDLE, 31)]
    assert row(register([lysis], done), P.NEEDLE).status is RowStatus.LATE
    excused = register([ECG], [], closed=True, not_applicable=frozenset({P.FIRST_ECG}))
    assert excused[0].status is RowStatus.NOT_APPLICABLE


def test_a_target_without_its_start_has_no_due_time() -> None:
    found = register([ECG], [at(P.FIRST_ECG, 5)])[0]
    assert (found.due_at, found.minutes, found.status) == (None, None, RowStatus.MET)


def test_the_last_point_of_a_code_is_the_correction_and_the_first_is_kept() -> None:
    first, second = at(P.FIRST_ECG, 15), Point(P.FIRST_ECG, minute(8), "crew", ClockQuality.REPORTED, "typing error")
    found = row(register([ECG], [at(P.PATIENT_CONTACT, 0), first, second]), P.FIRST_ECG)
    assert found.status is RowStatus.MET
    assert found.point is second
    assert found.replaced == (first,)


def test_what_nobody_expected_is_listed_too() -> None:
    rows = register([ECG], [at(P.ASPIRIN, 3)])
    assert [item.code for item in rows] == [P.FIRST_ECG, P.ASPIRIN]
    assert row(rows, P.ASPIRIN).status is RowStatus.MET


def test_onset_consent_and_drugs_may_fall_anywhere() -> None:
    points = {code: at(code, -30) for code in (P.ONSET, P.ASPIRIN, P.CONSENT_SIGNED)} | {
        P.CALL_RECEIVED: at(P.CALL_RECEIVED, 0)
    }
    assert out_of_order(points) == frozenset()


def test_every_step_of_every_chain_is_watched() -> None:
    for chain in CHAINS:
        for earlier, later in pairwise(chain):
            wrong = {earlier: at(earlier, 1), later: at(later, 0)}
            assert later in out_of_order(wrong), (earlier, later)
            assert out_of_order({earlier: at(earlier, 0), later: at(later, 0)}) == frozenset()


def test_a_gap_in_a_chain_hides_nothing() -> None:
    points = {P.CALL_RECEIVED: at(P.CALL_RECEIVED, 5), P.HANDOFF_COMPLETE: at(P.HANDOFF_COMPLETE, 0)}
    assert out_of_order(points) == {P.HANDOFF_COMPLETE}


@pytest.mark.parametrize("code", list(Interval))
def test_intervals_count_minutes_between_their_ends(code: Interval) -> None:
    start, end = INTERVALS[code]
    found = {item.code: item.minutes for item in intervals([at(start, 2), at(end, 31.5)])}
    assert found[code] == pytest.approx(29.5)
    assert {item.code: item.minutes for item in intervals([at(start, 2)])}[code] is None


def test_a_stemi_register_from_ring_to_wire() -> None:
    expected = assess(findings_from({"ecg": {"result": "stemi", "read_by": "physician"}})).time_points
    points = [
        at(P.CALL_RECEIVED, 0),
        at(P.CALL_ANSWERED, 0.2),
        at(P.UNIT_ASSIGNED, 1.5),
        at(P.UNIT_EN_ROUTE, 3),
        at(P.UNIT_ON_SCENE, 12),
        at(P.PATIENT_CONTACT, 14),
        at(P.FIRST_ECG, 20),
        at(P.DIAGNOSIS, 24),
        at(P.LAB_ACTIVATED, 25),
        at(P.LAB_READY, 56),
        at(P.ARRIVAL_GATE, 50),
        at(P.LAB_ARRIVAL, 57),
        at(P.WIRE, 104),
        at(P.HANDOFF_COMPLETE, 58),
    ]
    rows = register(expected, points, closed=True)
    status = {(item.code, item.since): item.status for item in rows}
    assert status[P.CALL_ANSWERED, P.CALL_RECEIVED] is RowStatus.LATE
    assert status[P.FIRST_ECG, P.PATIENT_CONTACT] is RowStatus.MET
    assert status[P.LAB_READY, P.LAB_ACTIVATED] is RowStatus.LATE
    assert status[P.WIRE, P.PATIENT_CONTACT] is RowStatus.MET
    assert status[P.WIRE, P.DIAGNOSIS] is RowStatus.LATE
    assert status[P.WIRE, P.ARRIVAL_GATE] is RowStatus.MET
    assert status[P.ECG_TRANSMITTED, P.FIRST_ECG] is RowStatus.MISSING
    assert status[P.NEEDLE, P.ARRIVAL_GATE] is RowStatus.NOT_APPLICABLE


def test_the_register_of_an_infarction_asks_for_the_whole_chain_of_the_platform() -> None:
    """clinical.md §2.5, group by group; what the plan expects already is not asked for twice."""
    planned = assess(findings_from({"ecg": {"result": "stemi", "read_by": "physician"}})).time_points
    beside = process_points(["stemi"], (row.code for row in planned))
    asked = {row.code for row in (*planned, *beside)}
    assert asked >= {P.ONSET, P.CALL_ANSWERED, P.UNIT_ASSIGNED, P.UNIT_EN_ROUTE, P.UNIT_ON_SCENE, P.PATIENT_CONTACT}
    assert asked >= {P.FIRST_ECG, P.ECG_TRANSMITTED, P.ECG_READ, P.DIAGNOSIS}
    assert asked >= {P.ARRIVAL_GATE, P.HOSPITAL_RECEPTION, P.CONSULT_CALLED, P.CONSULT_ARRIVED}
    assert asked >= {P.ASPIRIN, P.CLOPIDOGREL, P.TICAGRELOR, P.ANTICOAGULANT}
    assert asked >= {P.PCI_DECIDED, P.LAB_ACTIVATED, P.CONSENT_STARTED, P.CONSENT_SIGNED, P.LAB_READY, P.LAB_ARRIVAL}
    assert asked >= {P.PUNCTURE_STARTED, P.PUNCTURE_DONE, P.ANGIOGRAPHY_STARTED, P.WIRE, P.PROCEDURE_ENDED}
    assert asked >= {P.LYSIS_SCREENED, P.LYSIS_CONSENT_STARTED, P.LYSIS_CONSENT_SIGNED, P.NEEDLE, P.LYSIS_ENDED}
    assert asked >= {P.RECANALISED, P.FIRST_HOSPITAL_DOOR, P.TRANSFER_DECIDED, P.TRANSFER_UNIT_ARRIVED}
    assert not {row.code for row in planned} & {row.code for row in beside}
    optional = {row.code for row in beside if row.optional}
    assert P.LYSIS_SCREENED in optional
    assert P.PUNCTURE_STARTED not in optional


def test_several_conditions_join_their_chains_and_a_must_outranks_a_may() -> None:
    rows = process_points(["cardiac_arrest", "stroke_lvo", "stroke", "nonsense"], ())
    assert len({row.code for row in rows}) == len(rows)
    assert not next(row for row in rows if row.code is P.REPERFUSION).optional
    assert next(row for row in rows if row.code is P.AED_ON_SCENE).optional
    assert process_points([], ()) == ()
