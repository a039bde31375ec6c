"""What can be asked about the page that a caller opens."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SendLink:
    """Give a caller a page of their own; only the hash of its token is known here."""

    incident_id: str
    token_hash: str
    number: str | None = None
    language: str = "zh"


@dataclass(frozen=True, slots=True)
class ReportLinkMessage:
    """Say what became of the text message that carries a link: sent, failed, or none because nothing sends any."""

    link_id: str
    fate: str  # sent | failed | none


@dataclass(frozen=True, slots=True)
class OpenLink:
    """Report that the caller has opened the page; from here on it answers that browser alone."""

    link_id: str
    device_hash: str


@dataclass(frozen=True, slots=True)
class EndLink:
    """Close a link before its time."""

    link_id: str


@dataclass(frozen=True, slots=True)
class WriteMessage:
    """Write to the caller, or as the caller: for those who cannot hear or must not speak."""

    link_id: str
    text: str


@dataclass(frozen=True, slots=True)
class SendPhoto:
    """Report a photo whose bytes are stored."""

    link_id: str
    photo_id: str
    size_bytes: int
