"""Say by when each activation is due: the target of the minute it makes possible, else ready when the door opens."""

from typing import Final

import msgspec

from center_protocols.assessment import Assessment
from center_protocols.vocabulary import Activation, TimePoint

# The registered minute that shows that the one who was called has done what they were called for.
SHOWN_BY: Final = {
    Activation.TELEPHONE_CPR: TimePoint.FIRST_COMPRESSION,
    Activation.PHYSICIAN_ECG_READ: TimePoint.ECG_READ,
    Activation.CATH_LAB: TimePoint.LAB_READY,
    Activation.INTERVENTIONAL_CARDIOLOGIST: TimePoint.WIRE,
    Activation.STROKE_TEAM: TimePoint.STROKE_TEAM_ARRIVED,
    Activation.NEURO_INTERVENTION: TimePoint.GROIN,
    Activation.CT: TimePoint.CT_STARTED,
    Activation.TRAUMA_TEAM: TimePoint.RESUS_STARTED,
    Activation.BLOOD_BANK: TimePoint.TRANSFUSION_STARTED,
    Activation.OR: TimePoint.OR_ARRIVAL,
}


class ActivationStep(msgspec.Struct, frozen=True):
    """Hold whom to call, in order; due within ``within_min`` of ``since``, nothing meaning when the door opens.

    ``shown_by`` is the minute that shows it done, where the register knows one.
    """

    order: int
    code: Activation
    since: TimePoint
    within_min: float
    source: str = ""
    shown_by: TimePoint | None = None


def activation_plan(assessment: Assessment) -> tuple[ActivationStep, ...]:
    """Return the activations in their order with their deadlines; of several targets the strictest from the door."""
    return tuple(_step(order, code, assessment) for order, code in enumerate(assessment.activate, 1))


def _step(order: int, code: Activation, assessment: Assessment) -> ActivationStep:
    point = SHOWN_BY.get(code)
    due = [
        (row.target_min, row.since, row.source)
        for row in assessment.time_points
        if row.code is point and row.target_min is not None and row.since is not None
    ]
    if not due:
        return ActivationStep(order, code, TimePoint.ARRIVAL_GATE, 0, shown_by=point)
    at_door = [row for row in due if row[1] is TimePoint.ARRIVAL_GATE]
    within_min, since, source = min(at_door or due)
    return ActivationStep(order, code, since, within_min, source, point)
