"""What the door, the handover and registered minutes change."""

from dataclasses import replace

from dispatch import events as e
from dispatch.called import called
from dispatch.changes.change import Change, point_row
from dispatch.changes.door_times import learned
from dispatch.fact import Fact
from dispatch.state import center
from dispatch.state import incident as i
from dispatch.state.city import City
from dispatch.state.consult import side_of
from dispatch.state.direct import Dispute, HandoffTold, Signature


def door_checked(city: City, fact: Fact, d: e.DoorChecked) -> City:
    checked = center.DoorCheck(fact.at, called(city, fact.actor), d.differing)
    return city.with_activation(replace(city.activations[d.activation_id], door=checked))


def handoff(city: City, fact: Fact, d: e.HandoffCompleted) -> City:
    """Keep every version; the receiving side's word on where stands before the crew's, the first minute before all."""
    row = city.patients[d.patient_id]
    side = side_of(fact.actor)
    told = HandoffTold(side, fact.at, called(city, fact.actor), d.where, d.taken_by)
    known = row.handoff
    made = i.Handoff(fact.at, d.center_id, d.where, d.bypassed_ed, d.given_by, d.taken_by, d.signed)
    if known is not None:
        stands = side == "crew" and any(each.side != "crew" for each in known.told)
        kept = known if stands else replace(made, at=known.at, given_by=known.given_by)
        made = replace(
            kept,
            taken_by=kept.taken_by or known.taken_by,
            signed=known.signed or d.signed,
            told=known.told,
            signatures=known.signatures,
            disputes=known.disputes,
        )
    made = replace(made, told=(*made.told, told))
    points = i.with_point(row.points, "handoff_complete", point_row(city, fact))
    row = replace(row, handoff=made, points=points, center_id=row.center_id or d.center_id)
    return learned(city.with_patient(row), row.id)


def handoff_signed(city: City, fact: Fact, d: e.HandoffSigned) -> City:
    row, known = _handed_over(city, d.patient_id)
    mark = Signature(d.side, fact.at, called(city, fact.actor), d.name)
    return city.with_patient(replace(row, handoff=replace(known, signed=True, signatures=(*known.signatures, mark))))


def _handed_over(city: City, patient_id: str) -> tuple[i.Patient, i.Handoff]:
    row = city.patients[patient_id]
    if row.handoff is None:
        raise AssertionError(f"nobody has handed over {patient_id}")
    return row, row.handoff


def handoff_disputed(city: City, fact: Fact, d: e.HandoffDisputed) -> City:
    row, known = _handed_over(city, d.patient_id)
    said = Dispute(d.side, fact.at, called(city, fact.actor), d.about, d.words)
    return city.with_patient(replace(row, handoff=replace(known, disputes=(*known.disputes, said))))


def point_registered(city: City, fact: Fact, d: e.TimePointRegistered) -> City:
    row = city.patients[d.patient_id]
    points = i.with_point(row.points, d.point, point_row(city, fact, d.happened_at, d.delay_reason))
    return learned(city.with_patient(replace(row, points=points)), row.id)


def point_left_open(city: City, fact: Fact, d: e.TimePointLeftOpen) -> City:
    row = city.patients[d.patient_id]
    return city.with_patient(replace(row, left_open=(*row.left_open, d.point)))


def point_corrected(city: City, fact: Fact, d: e.TimePointCorrected) -> City:
    row = city.patients[d.patient_id]
    points = i.corrected(row.points, d.point, point_row(city, fact, d.happened_at, d.delay_reason), d.reason)
    return learned(city.with_patient(replace(row, points=points)), row.id)


CHANGES: dict[type, Change] = {
    e.DoorChecked: door_checked,
    e.HandoffCompleted: handoff,
    e.HandoffSigned: handoff_signed,
    e.HandoffDisputed: handoff_disputed,
    e.TimePointRegistered: point_registered,
    e.TimePointLeftOpen: point_left_open,
    e.TimePointCorrected: point_corrected,
}
