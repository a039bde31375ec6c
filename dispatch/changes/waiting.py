"""What the facts of an incident that waits change."""

from dataclasses import replace

from dispatch import events as e
from dispatch.changes.change import Change, stepped
from dispatch.fact import Fact
from dispatch.state.city import City


def held(city: City, fact: Fact, d: e.IncidentHeld) -> City:
    return city.with_incident(replace(stepped(city.incidents[d.incident_id], fact), review_at=d.review_at))


def reviewed(city: City, _fact: Fact, d: e.HeldIncidentReviewed) -> City:
    row = city.incidents[d.incident_id]
    return city.with_incident(replace(row, review_at=d.review_at, reviews=row.reviews + 1))


def resumed(city: City, fact: Fact, d: e.IncidentResumed) -> City:
    return city.with_incident(replace(stepped(city.incidents[d.incident_id], fact), review_at=None))


CHANGES: dict[type, Change] = {
    e.IncidentHeld: held,
    e.HeldIncidentReviewed: reviewed,
    e.IncidentResumed: resumed,
}
