"""What the facts of the direct way change: doors, ways, consents, numbers before the papers."""

from dataclasses import replace

from dispatch import events as e
from dispatch.called import called, name_of
from dispatch.changes.change import Change, point_row
from dispatch.fact import Fact
from dispatch.state import incident as i
from dispatch.state.city import City
from dispatch.state.direct import (
    CONSENT_POINTS,
    ChosenDoor,
    Consent,
    ConsentStep,
    HospitalNumber,
    Procedure,
    Registration,
    WayInside,
)


def way_described(city: City, fact: Fact, d: e.WayDescribed) -> City:
    row = city.centers[d.center_id]
    way = WayInside(d.entrance, d.lift, d.floor, d.room, d.note, fact.at, called(city, fact.actor), d.check_after)
    return city.with_center(replace(row, ways={**row.ways, d.where: way}))


def door_chosen(city: City, fact: Fact, d: e.DoorChosen) -> City:
    actor = fact.actor
    door = ChosenDoor(d.where, d.proposed, fact.at, name_of(city, actor), actor.entered_for, d.reason)
    return city.with_activation(replace(city.activations[d.activation_id], chosen_door=door))


def activation_updated(city: City, fact: Fact, d: e.ActivationUpdated) -> City:
    row = city.activations[d.activation_id]
    more = tuple(each for each in d.activate if each not in row.activate)
    return city.with_activation(
        replace(
            row, conditions=d.conditions, bypass=d.bypass, activate=d.activate, updated_at=fact.at, updated_with=more
        )
    )


def consent_recorded(city: City, fact: Fact, d: e.ConsentRecorded) -> City:
    row, actor = city.patients[d.patient_id], fact.actor
    said = Consent(
        d.procedure,
        d.step,
        fact.at,
        d.asked,
        name_of(city, actor, row),
        actor.entered_for,
        d.signer,
        d.words,
        d.approver,
    )
    point = CONSENT_POINTS.get((Procedure(d.procedure), ConsentStep(d.step)))
    points = row.points if point is None else i.with_point(row.points, point, point_row(city, fact))
    return city.with_patient(replace(row, consents=(*row.consents, said), points=points))


def pre_registered(city: City, fact: Fact, d: e.PatientPreRegistered) -> City:
    row = city.patients[d.patient_id]
    known = Registration(d.center_id, d.temporary_id, fact.at, called(city, fact.actor))
    return city.with_patient(replace(row, registrations=(*row.registrations, known)))


def merged(city: City, fact: Fact, d: e.RegistrationMerged) -> City:
    row = city.patients[d.patient_id]
    number = HospitalNumber(d.hospital_id, fact.at, called(city, fact.actor), d.reason)
    registrations = tuple(
        replace(each, numbers=(*each.numbers, number)) if each.center_id == d.center_id else each
        for each in row.registrations
    )
    return city.with_patient(replace(row, registrations=registrations))


CHANGES: dict[type, Change] = {
    e.WayDescribed: way_described,
    e.DoorChosen: door_chosen,
    e.ActivationUpdated: activation_updated,
    e.ConsentRecorded: consent_recorded,
    e.PatientPreRegistered: pre_registered,
    e.RegistrationMerged: merged,
}
