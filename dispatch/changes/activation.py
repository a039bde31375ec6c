"""What the activation facts change: the choice, the centre's side, its holds, and the minutes both give."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from dispatch import events as e
from dispatch.called import called
from dispatch.changes.change import Change, point_row, step
from dispatch.changes.resources import with_hold, without_hold
from dispatch.fact import Fact
from dispatch.state import center
from dispatch.state import incident as i
from dispatch.state.city import City
from dispatch.state.resources import Hold
from dispatch.words import Role

CALLED_POINTS = {"cath_lab": "lab_activated"}  # called and ready are two points
READY_POINTS = {"cath_lab": "lab_ready"}


def destination(city: City, fact: Fact, d: e.DestinationChosen) -> City:
    row = city.patients[d.patient_id]
    points = i.with_point(row.points, "destination_confirmed", point_row(city, fact))
    return city.with_patient(
        replace(
            row,
            center_id=d.center_id,
            assignment_id=d.assignment_id,
            chosen_by=d.chosen_by,
            choice_reason=d.reason,
            risk_told=d.risk_told,
            points=points,
        )
    )


def activation_sent(city: City, fact: Fact, d: e.ActivationSent) -> City:
    row = center.Activation(
        d.activation_id,
        d.patient_id,
        d.incident_id,
        d.center_id,
        center.ActivationPhase.SENT,
        fact.at,
        d.acknowledge_by,
        d.conditions,
        d.bypass,
        d.activate,
        d.eta_s,
        d.early,
    )
    patient = city.patients[d.patient_id]
    points = i.with_point(patient.points, "prealert_sent", point_row(city, fact))
    patient = replace(patient, activation_id=row.id, points=points)
    case = city.incidents[d.incident_id]
    case = replace(case, activation_ids=(*case.activation_ids, row.id))
    return city.with_activation(row).with_patient(patient).with_incident(case)


def received(city: City, fact: Fact, d: e.ActivationReceived) -> City:
    return activation_moved(city, fact, d)


def activation_moved(city: City, fact: Fact, d: Any, *, point: str | None = None, **changes: Any) -> City:  # noqa: ANN401
    row = city.activations[d.activation_id]
    late = (row.phase, type(d)) in center.LATE  # it counts, and moves nothing
    phase = row.phase if late else step(center.ACTIVATION_STEPS, row.phase, fact)
    city = city.with_activation(replace(row, phase=phase, **changes))
    if point is None:
        return city
    patient = city.patients[row.patient_id]
    return city.with_patient(replace(patient, points=i.with_point(patient.points, point, point_row(city, fact))))


def acknowledged(city: City, fact: Fact, d: e.ActivationAcknowledged) -> City:
    return activation_moved(
        city, fact, d, point="prealert_acknowledged", acknowledged_at=fact.at, acknowledged_by=called(city, fact.actor)
    )


def team_ready(city: City, fact: Fact, d: e.TeamReady) -> City:
    return activation_moved(city, fact, d, point="team_ready", team_ready_at=fact.at)


def arrived(city: City, fact: Fact, d: e.PatientArrived) -> City:
    return activation_moved(city, fact, d, point="arrival_gate", arrived_at=fact.at)


def accepted(city: City, fact: Fact, d: e.PatientAccepted) -> City:
    return activation_moved(city, fact, d, accepted_at=fact.at, ended_at=fact.at)


def redirected(city: City, fact: Fact, d: e.ActivationRedirected) -> City:
    return ended_activation(
        activation_moved(
            city,
            fact,
            d,
            ended_at=fact.at,
            end_reason=d.reason,
            to_center_id=d.to_center_id,
            crew_knows_at=_known_to_crew(fact),
        ),
        d,
    )


def ended_activation(city: City, d: e.ActivationRedirected | e.ActivationCancelled) -> City:
    patient = city.patients[city.activations[d.activation_id].patient_id]
    if patient.activation_id != d.activation_id:
        return city
    return city.with_patient(replace(patient, activation_id=None))


def _known_to_crew(fact: Fact) -> datetime | None:
    """Return when the crew knew it: at once what it ordered itself, or told somebody to enter."""
    by_crew = fact.actor.role is Role.CREW or fact.actor.entered_for is not None
    return fact.at if by_crew else None


def cancelled(city: City, fact: Fact, d: e.ActivationCancelled) -> City:
    return ended_activation(
        activation_moved(city, fact, d, ended_at=fact.at, end_reason=d.reason, crew_knows_at=_known_to_crew(fact)),
        d,
    )


def end_acknowledged(city: City, fact: Fact, d: e.ActivationEndAcknowledged) -> City:
    return activation_moved(city, fact, d, center_knows_at=fact.at)


def reserved(city: City, fact: Fact, d: e.ResourceReserved) -> City:
    row = city.activations[d.activation_id]
    hold = center.Reservation(d.reservation_id, d.resource, fact.at, d.expires_at)
    city = city.with_activation(replace(row, reservations=(*row.reservations, hold)))
    city = with_hold(city, d.center_id, d.resource, Hold(hold.id, row.id, hold.expires_at))
    return patient_point(city, row.patient_id, CALLED_POINTS.get(d.resource), fact)


def patient_point(city: City, patient_id: str, point: str | None, fact: Fact) -> City:
    if point is None:
        return city
    row = city.patients[patient_id]
    return city.with_patient(replace(row, points=i.with_point(row.points, point, point_row(city, fact))))


def resource_ready(city: City, fact: Fact, d: e.ResourceReady) -> City:
    row = city.activations[d.activation_id]
    holds = tuple(
        replace(each, ready_at=fact.at)
        if each.resource == d.resource and each.ended is None and each.ready_at is None
        else each
        for each in row.reservations
    )
    city = city.with_activation(replace(row, reservations=holds))
    return patient_point(city, row.patient_id, READY_POINTS.get(d.resource), fact)


def reservation_ended(city: City, fact: Fact, d: e.ReservationEnded) -> City:
    row = city.activations[d.activation_id]
    holds = tuple(replace(each, ended=d.reason) if each.id == d.reservation_id else each for each in row.reservations)
    resource = next(each.resource for each in row.reservations if each.id == d.reservation_id)
    city = city.with_activation(replace(row, reservations=holds))
    return without_hold(city, d.center_id, resource, d.reservation_id)


def center_status(city: City, fact: Fact, d: e.CenterStatusReported) -> City:
    row = city.centers[d.center_id]
    status = center.CenterStatus(d.topic, d.state, d.owner, d.reason, fact.at, d.expires_at)
    return city.with_center(replace(row, statuses={**row.statuses, d.topic: status}))


CHANGES: dict[type, Change] = {
    e.DestinationChosen: destination,
    e.ActivationSent: activation_sent,
    e.ActivationReceived: received,
    e.ActivationAcknowledged: acknowledged,
    e.TeamReady: team_ready,
    e.PatientArrived: arrived,
    e.PatientAccepted: accepted,
    e.ActivationRedirected: redirected,
    e.ActivationCancelled: cancelled,
    e.ActivationEndAcknowledged: end_acknowledged,
    e.ResourceReserved: reserved,
    e.ResourceReady: resource_ready,
    e.ReservationEnded: reservation_ended,
    e.CenterStatusReported: center_status,
}
