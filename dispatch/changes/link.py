"""What the facts of a caller's page change."""

from dataclasses import replace

from dispatch import events as e
from dispatch.changes.change import Change
from dispatch.fact import Fact
from dispatch.state.city import City
from dispatch.state.location import Link, Message, Photo


def link_sent(city: City, fact: Fact, d: e.LinkSent) -> City:
    link = Link(d.link_id, d.incident_id, d.token_hash, fact.at, d.expires_at, d.language, d.number)
    row = city.incidents[d.incident_id]
    return city.with_link(link).with_incident(replace(row, link_ids=(*row.link_ids, link.id)))


def link_message_reported(city: City, _fact: Fact, d: e.LinkMessageReported) -> City:
    return city.with_link(replace(city.links[d.link_id], message=d.fate))


def link_opened(city: City, fact: Fact, d: e.LinkOpened) -> City:
    opened = replace(city.links[d.link_id], opened_at=fact.at, stream_until=d.stream_until, device_hash=d.device_hash)
    return city.with_link(opened)


def link_ended(city: City, _fact: Fact, d: e.LinkEnded) -> City:
    return city.with_link(replace(city.links[d.link_id], ended=d.reason))


def message_written(city: City, fact: Fact, d: e.MessageWritten) -> City:
    link = city.links[d.link_id]
    line = Message(fact.at, d.by, d.text, fact.actor.account)
    return city.with_link(replace(link, messages=(*link.messages, line)))


def photo_sent(city: City, fact: Fact, d: e.PhotoSent) -> City:
    link = city.links[d.link_id]
    return city.with_link(replace(link, photos=(*link.photos, Photo(d.photo_id, fact.at, d.size_bytes))))


CHANGES: dict[type, Change] = {
    e.LinkSent: link_sent,
    e.LinkMessageReported: link_message_reported,
    e.LinkOpened: link_opened,
    e.LinkEnded: link_ended,
    e.MessageWritten: message_written,
    e.PhotoSent: photo_sent,
}
