"""The link: a page of the caller's own, for those who do not know where they are, cannot hear or must not speak.

Its token is random, travels once, and only its hash is known here. A link ends by its time, by its follower, by hand,
or with its incident.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from math import ceil

from dispatch import commands as c
from dispatch import events as e
from dispatch.command import Command
from dispatch.errors import Refused
from dispatch.flow.call import unless_open
from dispatch.flow.decision import Decide, Decision, Facts
from dispatch.rules import Rules
from dispatch.state.city import City
from dispatch.state.incident import IncidentPhase
from dispatch.state.location import Link
from dispatch.words import Role

MESSAGES_LIMIT = 200
PHOTOS_LIMIT = 6
PHOTO_BYTES_MAX = 300_000  # a photo that a bad connection still carries


def send_link(city: City, command: Command, ask: c.SendLink, rules: Rules) -> Decision:
    """Give a caller a page; the one before it ends. A flood is refused: so many callers are no callers."""
    if (refused := unless_open(city, ask.incident_id)) is not None:
        return refused
    minute_ago = command.received_at - timedelta(minutes=1)
    lately = [each for each in city.links_sent if each > minute_ago]
    if len(lately) >= rules.links_per_minute:
        wait_s = ceil((lately[-rules.links_per_minute] - minute_ago).total_seconds())
        return Refused("link.too_many", {"limit": rules.links_per_minute, "wait_s": wait_s})
    if ask.token_hash in city.link_tokens:
        return Refused("link.token_used")
    links = (city.links[each] for each in city.incidents[ask.incident_id].link_ids)
    facts: Facts = [e.LinkEnded(each.id, each.incident_id, "replaced") for each in links if each.ended is None]
    expires_at = command.received_at + timedelta(minutes=rules.link_valid_min)
    sent = e.LinkSent(command.new_id(1), ask.incident_id, ask.token_hash, expires_at, ask.language, ask.number)
    return [*facts, sent]


def report_message(city: City, _command: Command, ask: c.ReportLinkMessage, _rules: Rules) -> Decision:
    """Keep what became of the text message; the same again adds nothing."""
    link = city.links.get(ask.link_id)
    if link is None:
        return Refused("link.unknown")
    return [] if link.message == ask.fate else [e.LinkMessageReported(link.id, link.incident_id, ask.fate)]


def unsent_links(city: City, incident_id: str, now: datetime, rules: Rules) -> Iterator[e.TaskRaised]:
    """Yield the phone task for a caller who waits for a link that did not go out, or of which nobody has heard."""
    for link in (city.links[each] for each in city.incidents[incident_id].link_ids):
        if link.opened_at is not None or not link.is_valid(now) or link.number is None:
            continue
        unheard_at = link.sent_at + timedelta(seconds=rules.link_message_within_s)
        if link.message == "failed" or (link.message is None and now >= unheard_at):
            subject, number = f"link:{link.id}", city.incidents[incident_id].number
            due_at = min(now, unheard_at)
            yield e.TaskRaised(
                f"link_unsent:{subject}",
                "link_unsent",
                subject,
                incident_id,
                Role.CALL_TAKER,
                due_at,
                {"incident": number},
            )


def open_page(city: City, command: Command, ask: c.OpenLink, rules: Rules) -> Decision:
    """Note the first time that the page is opened; its position is taken from here on."""
    link = open_link(city, command, ask.link_id)
    if isinstance(link, Refused):
        return link
    if link.opened_at is not None:
        return [] if link.device_hash == ask.device_hash else Refused("link.opened_elsewhere")
    until = min(link.expires_at, command.received_at + timedelta(minutes=rules.link_stream_min))
    return [e.LinkOpened(link.id, link.incident_id, until, ask.device_hash)]


def end_link(city: City, _command: Command, ask: c.EndLink, _rules: Rules) -> Decision:
    """Close a link by hand."""
    link = city.links.get(ask.link_id)
    if link is None:
        return Refused("link.unknown")
    return [] if link.ended is not None else [e.LinkEnded(link.id, link.incident_id, "ended")]


def write_message(city: City, command: Command, ask: c.WriteMessage, _rules: Rules) -> Decision:
    """Carry a line between the caller and the seats."""
    link = open_link(city, command, ask.link_id)
    if isinstance(link, Refused):
        return link
    if not ask.text.strip():
        return Refused("link.no_words")
    if len(link.messages) >= MESSAGES_LIMIT:
        return Refused("link.too_many_messages", {"limit": MESSAGES_LIMIT})
    by = "caller" if command.actor.role is Role.CALLER else "seat"
    return [e.MessageWritten(link.id, link.incident_id, by, ask.text.strip())]


def send_photo(city: City, command: Command, ask: c.SendPhoto, _rules: Rules) -> Decision:
    """Note a photo that is stored; the same again adds nothing."""
    link = open_link(city, command, ask.link_id)
    if isinstance(link, Refused):
        return link
    if any(each.id == ask.photo_id for each in link.photos):
        return []
    if len(link.photos) >= PHOTOS_LIMIT:
        return Refused("link.too_many_photos", {"limit": PHOTOS_LIMIT})
    return [e.PhotoSent(link.id, link.incident_id, ask.photo_id, ask.size_bytes)]


def open_link(city: City, command: Command, link_id: str) -> Link | Refused:
    """Return a link that still answers, or why it does not."""
    link = city.links.get(link_id)
    if link is None:
        return Refused("link.unknown")
    if not link.is_valid(command.received_at):
        return Refused("link.over")
    if city.incidents[link.incident_id].phase is IncidentPhase.CLOSED:
        return Refused("link.over")
    return link


DECISIONS: dict[type, Decide] = {
    c.SendLink: send_link,
    c.ReportLinkMessage: report_message,
    c.OpenLink: open_page,
    c.EndLink: end_link,
    c.WriteMessage: write_message,
    c.SendPhoto: send_photo,
}
