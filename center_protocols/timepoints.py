"""Turn registered minutes into rows of the register: met, late, missing or out of order.

Nothing is ever deleted: a minute that contradicts the usual order stays, with a flag.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec

from center_protocols.assessment import ExpectedTimePoint
from center_protocols.vocabulary import Condition, Given, Interval, RowStatus, TimePoint

P = TimePoint

# Later points never stand before earlier ones in the same chain (China CPC data platform). Onset, drug and consent
# times are in no chain: they may legitimately fall anywhere.
CHAINS: Final[tuple[tuple[TimePoint, ...], ...]] = (
    (
        P.CALL_RECEIVED,
        P.CALL_ANSWERED,
        P.UNIT_ASSIGNED,
        P.UNIT_ACCEPTED,
        P.UNIT_EN_ROUTE,
        P.UNIT_ON_SCENE,
        P.PATIENT_CONTACT,
        P.PATIENT_LOADED,
        P.DEPART_SCENE,
        P.ARRIVAL_GATE,
        P.HANDOFF_COMPLETE,
    ),
    (P.PATIENT_CONTACT, P.FIRST_ECG, P.ECG_READ, P.DIAGNOSIS),
    (P.FIRST_ECG, P.ECG_TRANSMITTED),
    (P.CALL_RECEIVED, P.ARREST_RECOGNISED, P.TCPR_STARTED, P.FIRST_COMPRESSION),
    (
        P.ARRIVAL_GATE,
        P.LAB_ARRIVAL,
        P.PUNCTURE_STARTED,
        P.PUNCTURE_DONE,
        P.ANGIOGRAPHY_STARTED,
        P.WIRE,
        P.PROCEDURE_ENDED,
    ),
    (P.LAB_ACTIVATED, P.LAB_READY),
    (P.PREALERT_SENT, P.PREALERT_RECEIVED, P.PREALERT_ACKNOWLEDGED, P.TEAM_READY),
    (P.ARRIVAL_GATE, P.CT_STARTED, P.CT_READ),
    (P.ARRIVAL_GATE, P.GROIN, P.REPERFUSION),
    (P.ARRIVAL_GATE, P.OR_ARRIVAL),
    (P.TRANSFUSION_REQUESTED, P.TRANSFUSION_STARTED),
    (P.NEEDLE, P.LYSIS_ENDED),
    (P.FIRST_HOSPITAL_DOOR, P.TRANSFER_DECIDED, P.FIRST_HOSPITAL_LEFT, P.ARRIVAL_GATE),
)

INTERVALS: Final[Mapping[Interval, tuple[TimePoint, TimePoint]]] = {
    Interval.CALL_TO_ANSWER: (P.CALL_RECEIVED, P.CALL_ANSWERED),
    Interval.CALL_TO_ASSIGNMENT: (P.CALL_RECEIVED, P.UNIT_ASSIGNED),
    Interval.ASSIGNMENT_TO_DEPARTURE: (P.UNIT_ASSIGNED, P.UNIT_EN_ROUTE),
    Interval.RESPONSE_TIME: (P.CALL_RECEIVED, P.UNIT_ON_SCENE),
    Interval.ON_SCENE_TIME: (P.UNIT_ON_SCENE, P.DEPART_SCENE),
    Interval.CALL_TO_RECOGNITION: (P.CALL_RECEIVED, P.ARREST_RECOGNISED),
    Interval.CALL_TO_COMPRESSION: (P.CALL_RECEIVED, P.FIRST_COMPRESSION),
    Interval.SYMPTOM_TO_FMC: (P.ONSET, P.PATIENT_CONTACT),
    Interval.FMC2ECG: (P.PATIENT_CONTACT, P.FIRST_ECG),
    Interval.ECG_TO_DIAGNOSIS: (P.FIRST_ECG, P.DIAGNOSIS),
    Interval.FMC2W: (P.PATIENT_CONTACT, P.WIRE),
    Interval.D2W: (P.ARRIVAL_GATE, P.WIRE),
    Interval.DIAGNOSIS_TO_WIRE: (P.DIAGNOSIS, P.WIRE),
    Interval.LAB_ACTIVATION_TIME: (P.LAB_ACTIVATED, P.LAB_READY),
    Interval.DOOR_TO_CT: (P.ARRIVAL_GATE, P.CT_STARTED),
    Interval.DOOR_TO_CT_READ: (P.ARRIVAL_GATE, P.CT_READ),
    Interval.DNT: (P.ARRIVAL_GATE, P.NEEDLE),
    Interval.DPT: (P.ARRIVAL_GATE, P.GROIN),
    Interval.ONSET_TO_NEEDLE: (P.ONSET, P.NEEDLE),
    Interval.DIDO: (P.FIRST_HOSPITAL_DOOR, P.FIRST_HOSPITAL_LEFT),
    Interval.DOOR_TO_OR: (P.ARRIVAL_GATE, P.OR_ARRIVAL),
    Interval.DOOR_TO_IMAGING: (P.ARRIVAL_GATE, P.IMAGING_DONE),
    Interval.REQUEST_TO_TRANSFUSION: (P.TRANSFUSION_REQUESTED, P.TRANSFUSION_STARTED),
    Interval.PREALERT_TO_ACKNOWLEDGEMENT: (P.PREALERT_SENT, P.PREALERT_ACKNOWLEDGED),
    Interval.DOOR_TO_HANDOFF: (P.ARRIVAL_GATE, P.HANDOFF_COMPLETE),
}

# What a crew gives and the minute that it registers.
GIVEN_POINTS: Final[Mapping[Given, TimePoint]] = {
    Given.ASPIRIN: P.ASPIRIN,
    Given.CLOPIDOGREL: P.CLOPIDOGREL,
    Given.TICAGRELOR: P.TICAGRELOR,
    Given.HEPARIN: P.ANTICOAGULANT,
    Given.LYSIS: P.NEEDLE,
    Given.TOURNIQUET: P.TOURNIQUET,
    Given.TRANEXAMIC_ACID: P.TRANEXAMIC_ACID,
    Given.CPR: P.FIRST_COMPRESSION,
    Given.COMPRESSIONS: P.FIRST_COMPRESSION,
    Given.DEFIBRILLATION: P.FIRST_SHOCK,
    Given.SHOCK: P.FIRST_SHOCK,
    Given.DELIVERY: P.DELIVERY,
}
# The chest-pain register asks for the minute of the first diagnosis; no other centre's does.
DIAGNOSED: Final = frozenset({Condition.STEMI, Condition.ACS_NON_ST, Condition.AORTIC_DISSECTION})


# Who can know a minute that no machine saw; each is asked once, after the handover.
KNOWN_TO_CREW: Final = frozenset(
    {
        P.ONSET,
        P.UNIT_ON_SCENE,
        P.PATIENT_CONTACT,
        P.FIRST_ECG,
        P.PATIENT_LOADED,
        P.DEPART_SCENE,
        P.ARRIVAL_GATE,
        P.ASPIRIN,
        P.FIRST_COMPRESSION,
        P.FIRST_SHOCK,
        P.TOURNIQUET,
        P.BIRTH,
        P.PPV_STARTED,
    }
)
KNOWN_TO_DEPARTMENT: Final = frozenset(
    {
        P.LAB_ARRIVAL,
        P.PUNCTURE_STARTED,
        P.ANGIOGRAPHY_STARTED,
        P.WIRE,
        P.CT_STARTED,
        P.CT_READ,
        P.NEEDLE,
        P.GROIN,
        P.REPERFUSION,
        P.IMAGING_DONE,
        P.TRANSFUSION_STARTED,
        P.OR_ARRIVAL,
        P.OBSTETRIC_OR_ARRIVAL,
        P.DELIVERY,
        P.NICU_ARRIVAL,
        P.PICU_ARRIVAL,
        P.ICU_ARRIVAL,
        P.ECPR_FLOW,
    }
)


class ClockQuality(StrEnum):
    """Say how far the clock behind a point can be trusted."""

    SYNCHRONISED = "synchronised"
    DEVICE = "device"
    REPORTED = "reported"
    ESTIMATED = "estimated"
    UNKNOWN = "unknown"


class Point(msgspec.Struct, frozen=True):
    """Hold one registered minute; of several with one code the last one given is the valid correction."""

    code: TimePoint
    at: datetime
    source: str = ""
    clock: ClockQuality = ClockQuality.UNKNOWN
    delay_reason: str = ""


class RegisterRow(msgspec.Struct, frozen=True):
    """Hold one line of the register; ``minutes`` counts from ``since``, ``due_at`` is the target as a clock time."""

    code: TimePoint
    since: TimePoint | None
    at: datetime | None
    target_min: float | None
    due_at: datetime | None
    status: RowStatus
    minutes: float | None
    source: str
    floor_min: float | None = None
    point: Point | None = None
    replaced: tuple[Point, ...] = ()


class IntervalRow(msgspec.Struct, frozen=True):
    """Hold one interval; ``minutes`` is ``None`` while an end is missing, negative when the ends are out of order."""

    code: Interval
    minutes: float | None


def register(
    expected: Sequence[ExpectedTimePoint],
    points: Iterable[Point],
    *,
    now: datetime | None = None,
    closed: bool = False,
    not_applicable: frozenset[TimePoint] = frozenset(),
) -> tuple[RegisterRow, ...]:
    """Judge every expected point, and list every registered one that nobody expected.

    ``now`` turns what is overdue into missing; ``closed`` does so with everything that is absent. Without either,
    an absent point is missing only when a later point of its chain is already there. An absent optional point is
    not applicable.
    """
    history = _by_code(points)
    valid = {code: entries[-1] for code, entries in history.items()}
    wrong = out_of_order(valid)
    rows = []
    for row in [*expected, *_unexpected(expected, valid)]:
        due_at = _due_at(row, valid)
        if row.code in valid:
            status = _present(row, valid[row.code], due_at, wrong)
        elif row.optional or row.code in not_applicable:
            status = RowStatus.NOT_APPLICABLE
        else:
            overdue = now is not None and due_at is not None and now > due_at
            gone = closed or overdue or _overtaken(row.code, valid)
            status = RowStatus.MISSING if gone else RowStatus.PENDING
        rows.append(_row(row, status, due_at, valid, history))
    return tuple(rows)


def _row(
    row: ExpectedTimePoint,
    status: RowStatus,
    due_at: datetime | None,
    valid: Mapping[TimePoint, Point],
    history: Mapping[TimePoint, list[Point]],
) -> RegisterRow:
    point = valid.get(row.code)
    return RegisterRow(
        code=row.code,
        since=row.since,
        at=point.at if point else None,
        target_min=row.target_min,
        due_at=due_at,
        status=status,
        minutes=_minutes(row.since, row.code, valid),
        source=row.source,
        floor_min=row.floor_min,
        point=point,
        replaced=tuple(history.get(row.code, ())[:-1]),
    )


def intervals(points: Iterable[Point]) -> tuple[IntervalRow, ...]:
    """Compute every named interval from the valid points, in minutes."""
    valid = {code: entries[-1] for code, entries in _by_code(points).items()}
    return tuple(IntervalRow(code, _minutes(start, end, valid)) for code, (start, end) in INTERVALS.items())


def out_of_order(valid: Mapping[TimePoint, Point]) -> frozenset[TimePoint]:
    """Return the codes whose minute stands before that of an earlier point of its chain."""
    wrong = set()
    for chain in CHAINS:
        latest: datetime | None = None
        for code in chain:
            point = valid.get(code)
            if point is None:
                continue
            if latest is not None and point.at < latest:
                wrong.add(code)
            latest = point.at if latest is None else max(latest, point.at)
    return frozenset(wrong)


def _by_code(points: Iterable[Point]) -> dict[TimePoint, list[Point]]:
    history: dict[TimePoint, list[Point]] = {}
    for point in points:
        history.setdefault(point.code, []).append(point)
    return history


def _unexpected(expected: Sequence[ExpectedTimePoint], valid: Mapping[TimePoint, Point]) -> list[ExpectedTimePoint]:
    named = {row.code for row in expected}
    return [ExpectedTimePoint(code) for code in TimePoint if code in valid and code not in named]


def _due_at(row: ExpectedTimePoint, valid: Mapping[TimePoint, Point]) -> datetime | None:
    if row.since is None or row.target_min is None or row.since not in valid:
        return None
    return valid[row.since].at + timedelta(minutes=row.target_min)


def _present(row: ExpectedTimePoint, point: Point, due_at: datetime | None, wrong: frozenset[TimePoint]) -> RowStatus:
    if row.code in wrong:
        return RowStatus.OUT_OF_ORDER
    return RowStatus.LATE if due_at is not None and point.at > due_at else RowStatus.MET


def _overtaken(code: TimePoint, valid: Mapping[TimePoint, Point]) -> bool:
    return any(later in valid for chain in CHAINS if code in chain for later in chain[chain.index(code) + 1 :])


def _minutes(start: TimePoint | None, end: TimePoint, valid: Mapping[TimePoint, Point]) -> float | None:
    if start is None or start not in valid or end not in valid:
        return None
    return (valid[end].at - valid[start].at) / timedelta(minutes=1)
