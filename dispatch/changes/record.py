"""What the facts about a whole record change: seals, and words that nobody here remembers any more."""

from dataclasses import replace
from typing import Any

from dispatch import events as e
from dispatch.called import called
from dispatch.changes.change import Change, unchanged
from dispatch.fact import Fact
from dispatch.state import incident as i
from dispatch.state.city import City
from dispatch.words import without_words

ROWS = {
    "patient": ("patients", "with_patient"),
    "incident": ("incidents", "with_incident"),
    "activation": ("activations", "with_activation"),
    "assignment": ("assignments", "with_assignment"),
    "task": ("tasks", "with_task"),
    "call": ("calls", "with_call"),
    "position": ("positions", "with_position"),
    "link": ("links", "with_link"),
    "reader_link": ("reader_links", "with_reader_link"),
}


def photo_attached(city: City, fact: Fact, d: e.PhotoAttached) -> City:
    row = city.patients[d.patient_id]
    photo = i.Photo(d.photo_id, fact.at, called(city, fact.actor), d.size_bytes)
    return city.with_patient(replace(row, photos=(*row.photos, photo)))


def sealed(city: City, fact: Fact, d: e.RecordSealed) -> City:
    seal = i.RecordSeal(fact.at, called(city, fact.actor))
    return city.with_patient(replace(city.patients[d.patient_id], sealed=seal))


def unsealed(city: City, fact: Fact, d: e.RecordUnsealed) -> City:
    return city.with_patient(replace(city.patients[d.patient_id], sealed=None))


def erased(city: City, fact: Fact, d: e.PatientErased) -> City:
    mark = i.Erased(fact.at, called(city, fact.actor), d.reason, d.subjects)
    city = city.with_patient(replace(city.patients[d.patient_id], erased=mark))
    for subject in d.subjects:
        word, _, row_id = subject.partition(":")
        table, keep = ROWS[word]
        row: Any = getattr(city, table).get(row_id)
        if row is not None:
            city = getattr(city, keep)(without_words(row))
    return city


def reported(city: City, fact: Fact, d: e.ErasureReported) -> City:
    row = city.patients[d.patient_id]
    if row.erased is None:
        raise AssertionError(f"{fact.kind} shouldn't happen to a patient who is not erased")
    return city.with_patient(replace(row, erased=replace(row.erased, digest=d.digest, removed_at=fact.at)))


CHANGES: dict[type, Change] = {
    e.PatientExported: unchanged,
    e.PhotoAttached: photo_attached,
    e.RecordSealed: sealed,
    e.RecordUnsealed: unsealed,
    e.PatientErased: erased,
    e.ErasureReported: reported,
}
