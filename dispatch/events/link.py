"""The facts of the page that a caller opens."""

from datetime import datetime

from dispatch.fact import fact
from dispatch.words import personal


@fact
class LinkSent:
    """A caller got a page of their own; the token itself is nowhere kept."""

    link_id: str
    incident_id: str
    token_hash: str
    expires_at: datetime
    language: str
    number: str | None = personal("link_id")


@fact
class LinkMessageReported:
    """The text message with the link went out, or did not."""

    link_id: str
    incident_id: str
    fate: str  # sent | failed | none: nothing sends text messages here


@fact
class LinkOpened:
    """The caller opened the page; from here on its position is taken for some minutes."""

    link_id: str
    incident_id: str
    stream_until: datetime
    device_hash: str  # of what only the browser knows that opened it


@fact
class LinkEnded:
    """The link counts no more."""

    link_id: str
    incident_id: str
    reason: str  # replaced | ended


@fact
class MessageWritten:
    """A line between the caller and the seats."""

    link_id: str
    incident_id: str
    by: str  # caller | seat
    text: str | None = personal("link_id")


@fact
class PhotoSent:
    """The caller sent a photo; its bytes are durable."""

    link_id: str
    incident_id: str
    photo_id: str
    size_bytes: int
