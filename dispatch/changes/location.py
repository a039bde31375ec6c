"""What positions and places change."""

from dataclasses import replace

from dispatch import events as e
from dispatch.changes.change import Change, point_row, stepped
from dispatch.fact import Fact
from dispatch.state import incident as i
from dispatch.state.city import City
from dispatch.state.location import FUSED, LocationEstimate, ToldPlace, kept, kind_told, reported


def located(city: City, fact: Fact, d: e.IncidentLocated) -> City:
    row = stepped(city.incidents[d.incident_id], fact)
    points = i.with_point(row.points, "incident_located", point_row(city, fact))
    if d.place.confirmed:
        points = i.with_point(points, "address_verified", point_row(city, fact))
    told = row.told
    if d.place.source != FUSED:
        kind = kind_told(d.place, fact.actor.role)
        told = {**told, kind.value: ToldPlace(d.place, fact.at)}
    return city.with_incident(replace(row, place=d.place, told=told, words=d.words or row.words, points=points))


def position_reported(city: City, fact: Fact, d: e.PositionReported) -> City:
    city = city.with_position(reported(d, fact.recorded_at))
    row = city.incidents[d.incident_id]
    if d.position_id in row.position_ids:
        return city
    return city.with_incident(replace(row, position_ids=(*row.position_ids, d.position_id)))


def position_kept(city: City, fact: Fact, d: e.PositionKept) -> City:
    return city.with_position(kept(d, fact.recorded_at))


def kept_position_expired(city: City, _fact: Fact, d: e.KeptPositionExpired) -> City:
    return city.without_position(d.position_id)


def location_estimated(city: City, fact: Fact, d: e.LocationEstimated) -> City:
    row = city.incidents[d.incident_id]
    found = LocationEstimate(fact.at, d.possible, d.conflicts, d.set_aside)
    return city.with_incident(replace(row, estimate=found))


def indoors_noted(city: City, _fact: Fact, d: e.IndoorsNoted) -> City:
    row = city.incidents[d.incident_id]
    return city.with_incident(replace(row, building=d.building, floor=d.floor, room=d.room, access=d.access))


CHANGES: dict[type, Change] = {
    e.IncidentLocated: located,
    e.PositionReported: position_reported,
    e.PositionKept: position_kept,
    e.KeptPositionExpired: kept_position_expired,
    e.LocationEstimated: location_estimated,
    e.IndoorsNoted: indoors_noted,
}
