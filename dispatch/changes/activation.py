"""What the activation facts change: the centre's side, its holds, and the minutes both give the register."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from dispatch import center
from dispatch import incident as i
from dispatch.changes.change import Change
from dispatch.changes.resource import with_hold, without_hold
from dispatch.city import City
from dispatch.events import center as ce
from dispatch.events import door as de
from dispatch.fact import Fact
from dispatch.resources import Hold
from dispatch.words import Role

CALLED_POINTS = {"cath_lab": "lab_activated"}  # called and ready are two points
READY_POINTS = {"cath_lab": "lab_ready"}


def activation_sent(city: City, fact: Fact, d: ce.ActivationSent) -> City:
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
    points = i.with_point(patient.points, "prealert_sent", i.point_row(fact))
    patient = replace(patient, activation_id=row.id, points=points)
    case = city.incidents[d.incident_id]
    case = replace(case, activation_ids=(*case.activation_ids, row.id))
    return city.with_activation(row).with_patient(patient).with_incident(case)


def activation_moved(city: City, fact: Fact, d: Any, *, point: str | None = None, **changes: Any) -> City:  # noqa: ANN401
    row = city.activations[d.activation_id]
    phase = center.next_phase(row, type(d))
    if phase is None:
        raise AssertionError(f"{fact.kind} shouldn't happen to an activation that is {row.phase}")
    city = city.with_activation(replace(row, phase=phase, **changes))
    if point is None:
        return city
    patient = city.patients[row.patient_id]
    return city.with_patient(replace(patient, points=i.with_point(patient.points, point, i.point_row(fact))))


def received(city: City, fact: Fact, d: ce.ActivationReceived) -> City:
    return activation_moved(city, fact, d)


def acknowledged(city: City, fact: Fact, d: ce.ActivationAcknowledged) -> City:
    return activation_moved(
        city, fact, d, point="prealert_acknowledged", acknowledged_at=fact.at, acknowledged_by=fact.actor.account
    )


def team_ready(city: City, fact: Fact, d: ce.TeamReady) -> City:
    return activation_moved(city, fact, d, point="team_ready", team_ready_at=fact.at)


def arrived(city: City, fact: Fact, d: ce.PatientArrived) -> City:
    return activation_moved(city, fact, d, point="arrival_gate", arrived_at=fact.at)


def accepted(city: City, fact: Fact, d: ce.PatientAccepted) -> City:
    return activation_moved(city, fact, d, accepted_at=fact.at, ended_at=fact.at)


def redirected(city: City, fact: Fact, d: ce.ActivationRedirected) -> City:
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


def cancelled(city: City, fact: Fact, d: ce.ActivationCancelled) -> City:
    return ended_activation(
        activation_moved(city, fact, d, ended_at=fact.at, end_reason=d.reason, crew_knows_at=_known_to_crew(fact)),
        d,
    )


def ended_activation(city: City, d: ce.ActivationRedirected | ce.ActivationCancelled) -> City:
    patient = city.patients[city.activations[d.activation_id].patient_id]
    if patient.activation_id != d.activation_id:
        return city
    return city.with_patient(replace(patient, activation_id=None))


def _known_to_crew(fact: Fact) -> datetime | None:
    """Return when the crew knew it: at once what it ordered itself, or told somebody to enter."""
    by_crew = fact.actor.role is Role.CREW or fact.actor.entered_for is not None
    return fact.at if by_crew else None


def end_acknowledged(city: City, fact: Fact, d: ce.ActivationEndAcknowledged) -> City:
    return activation_moved(city, fact, d, center_knows_at=fact.at)


def reserved(city: City, fact: Fact, d: ce.ResourceReserved) -> City:
    row = city.activations[d.activation_id]
    hold = center.Reservation(d.reservation_id, d.resource, fact.at, d.expires_at)
    city = city.with_activation(replace(row, reservations=(*row.reservations, hold)))
    city = with_hold(city, d.center_id, d.resource, Hold(hold.id, row.id, hold.expires_at))
    return patient_point(city, row.patient_id, CALLED_POINTS.get(d.resource), fact)


def resource_ready(city: City, fact: Fact, d: ce.ResourceReady) -> City:
    row = city.activations[d.activation_id]
    holds = tuple(
        replace(each, ready_at=fact.at)
        if each.resource == d.resource and each.ended is None and each.ready_at is None
        else each
        for each in row.reservations
    )
    city = city.with_activation(replace(row, reservations=holds))
    return patient_point(city, row.patient_id, READY_POINTS.get(d.resource), fact)


def reservation_ended(city: City, fact: Fact, d: ce.ReservationEnded) -> City:
    row = city.activations[d.activation_id]
    holds = tuple(replace(each, ended=d.reason) if each.id == d.reservation_id else each for each in row.reservations)
    resource = next(each.resource for each in row.reservations if each.id == d.reservation_id)
    city = city.with_activation(replace(row, reservations=holds))
    return without_hold(city, d.center_id, resource, d.reservation_id)


def patient_point(city: City, patient_id: str, point: str | None, fact: Fact) -> City:
    if point is None:
        return city
    row = city.patients[patient_id]
    return city.with_patient(replace(row, points=i.with_point(row.points, point, i.point_row(fact))))


def door_checked(city: City, fact: Fact, d: de.DoorChecked) -> City:
    checked = center.DoorCheck(fact.at, fact.actor.entered_for or fact.actor.account, d.differing)
    return city.with_activation(replace(city.activations[d.activation_id], door=checked))


CHANGES: dict[type, Change] = {
    de.DoorChecked: door_checked,
    ce.ActivationSent: activation_sent,
    ce.ActivationReceived: received,
    ce.ActivationAcknowledged: acknowledged,
    ce.TeamReady: team_ready,
    ce.PatientArrived: arrived,
    ce.PatientAccepted: accepted,
    ce.ActivationRedirected: redirected,
    ce.ActivationCancelled: cancelled,
    ce.ActivationEndAcknowledged: end_acknowledged,
    ce.ResourceReserved: reserved,
    ce.ResourceReady: resource_ready,
    ce.ReservationEnded: reservation_ended,
}
