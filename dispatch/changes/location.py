"""What the facts of finding out where it is change."""

from dataclasses import replace

from dispatch.changes.change import Change
from dispatch.city import City
from dispatch.events import location as le
from dispatch.fact import Fact
from dispatch.location import Link, LocationEstimate, Message, Photo, kept, reported


def position_reported(city: City, fact: Fact, d: le.PositionReported) -> City:
    city = city.with_position(reported(d, fact.recorded_at))
    row = city.incidents[d.incident_id]
    if d.position_id in row.position_ids:
        return city
    return city.with_incident(replace(row, position_ids=(*row.position_ids, d.position_id)))


def position_kept(city: City, fact: Fact, d: le.PositionKept) -> City:
    return city.with_position(kept(d, fact.recorded_at))


def kept_position_expired(city: City, _fact: Fact, d: le.KeptPositionExpired) -> City:
    return city.without_position(d.position_id)


def location_estimated(city: City, fact: Fact, d: le.LocationEstimated) -> City:
    row = city.incidents[d.incident_id]
    found = LocationEstimate(fact.at, d.possible, d.conflicts, d.set_aside)
    return city.with_incident(replace(row, estimate=found))


def indoors_noted(city: City, _fact: Fact, d: le.IndoorsNoted) -> City:
    row = city.incidents[d.incident_id]
    return city.with_incident(replace(row, building=d.building, floor=d.floor, room=d.room, access=d.access))


def link_sent(city: City, fact: Fact, d: le.LinkSent) -> City:
    link = Link(d.link_id, d.incident_id, d.token_hash, fact.at, d.expires_at, d.language, d.number)
    row = city.incidents[d.incident_id]
    return city.with_link(link).with_incident(replace(row, link_ids=(*row.link_ids, link.id)))


def link_message_reported(city: City, _fact: Fact, d: le.LinkMessageReported) -> City:
    return city.with_link(replace(city.links[d.link_id], message=d.fate))


def link_opened(city: City, fact: Fact, d: le.LinkOpened) -> City:
    opened = replace(city.links[d.link_id], opened_at=fact.at, stream_until=d.stream_until, device_hash=d.device_hash)
    return city.with_link(opened)


def link_ended(city: City, _fact: Fact, d: le.LinkEnded) -> City:
    return city.with_link(replace(city.links[d.link_id], ended=d.reason))


def message_written(city: City, fact: Fact, d: le.MessageWritten) -> City:
    link = city.links[d.link_id]
    line = Message(fact.at, d.by, d.text, fact.actor.account)
    return city.with_link(replace(link, messages=(*link.messages, line)))


def photo_sent(city: City, fact: Fact, d: le.PhotoSent) -> City:
    link = city.links[d.link_id]
    return city.with_link(replace(link, photos=(*link.photos, Photo(d.photo_id, fact.at, d.size_bytes))))


CHANGES: dict[type, Change] = {
    le.PositionReported: position_reported,
    le.PositionKept: position_kept,
    le.KeptPositionExpired: kept_position_expired,
    le.LocationEstimated: location_estimated,
    le.IndoorsNoted: indoors_noted,
    le.LinkSent: link_sent,
    le.LinkMessageReported: link_message_reported,
    le.LinkOpened: link_opened,
    le.LinkEnded: link_ended,
    le.MessageWritten: message_written,
    le.PhotoSent: photo_sent,
}
