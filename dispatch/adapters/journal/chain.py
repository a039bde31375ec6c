"""How a fact lies in storage, and how its hash is chained to the one before.

Stored bytes are one header line of JSON, a newline, and the body exactly as the desk gave it. The hash covers these
bytes and nothing else: no reader ever has to serialise a fact again to check it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

import msgspec

from dispatch.ports import Draft, Head, JournalDamaged, Record

FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True)
class Row:
    """One fact ready for storage: its number, the command that caused it, its stored bytes."""

    seq: int
    command_id: str
    stored: bytes


@dataclass(frozen=True, slots=True)
class ChainedRow:
    """One fact as it lies in storage."""

    seq: int
    command_id: str
    stored: bytes
    hash: bytes


class Header(msgspec.Struct, frozen=True):
    """The first line of the stored bytes."""

    seq: int
    at: datetime
    recorded_at: datetime
    kind: str
    version: int
    command_id: str
    actor: str
    subjects: tuple[str, ...]


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Header).decode


def genesis(city: str) -> bytes:
    """Return the hash that stands before the first fact of a city; no two cities share a chain."""
    return sha256(f"green channel journal {FORMAT_VERSION} {city}".encode()).digest()


def row_of(draft: Draft) -> Row:
    """Write a fact's stored bytes.

    Raises
    ------
    ValueError
        A time is not aware UTC, the command id is no printable ASCII, the body is no JSON: one wrong fact must not
        fail the storage and everybody's facts with it.
    """
    if not (draft.command_id.isascii() and draft.command_id.isprintable() and draft.command_id):
        raise ValueError(f"fact {draft.seq} {draft.kind} has no usable command id: {draft.command_id!r}")
    if draft.at.utcoffset() != timedelta(0) or draft.recorded_at.utcoffset() != timedelta(0):
        raise ValueError(f"fact {draft.seq} {draft.kind} has a time that is not aware UTC")
    try:
        msgspec.json.decode(draft.body)
    except msgspec.DecodeError as error:
        raise ValueError(f"fact {draft.seq} {draft.kind} has a body that is no JSON: {error}") from error
    header = Header(
        draft.seq,
        draft.at,
        draft.recorded_at,
        draft.kind,
        draft.version,
        draft.command_id,
        draft.actor,
        draft.subjects,
    )
    return Row(draft.seq, draft.command_id, _encode(header) + b"\n" + draft.body)


def record_of(seq: int, stored: bytes, row_hash: bytes) -> Record:
    """Read a stored fact back; raise ``JournalDamaged`` when it is not what ``row_of`` wrote under this number."""
    line, separator, body = stored.partition(b"\n")
    try:
        header = _decode(line)
    except msgspec.DecodeError as error:
        raise JournalDamaged(f"fact {seq} cannot be read: {error}") from error
    if header.seq != seq or not separator:
        raise JournalDamaged(f"fact {seq} is stored as {header.seq}")
    return Record(
        header.seq,
        header.at,
        header.recorded_at,
        header.kind,
        header.version,
        header.command_id,
        header.actor,
        header.subjects,
        body,
        row_hash,
    )


def next_hash(previous: bytes, stored: bytes) -> bytes:
    """Return sha256(previous hash + stored bytes)."""
    return sha256(previous + stored).digest()


def chain(head: Head, rows: Iterable[Row]) -> Iterator[ChainedRow]:
    """Continue a chain behind ``head``."""
    previous = head.hash
    for row in rows:
        previous = next_hash(previous, row.stored)
        yield ChainedRow(row.seq, row.command_id, row.stored, previous)


def command_spans(rows: Iterable[ChainedRow]) -> list[tuple[str, int, int]]:
    """Return (command id, first seq, last seq) of each run of facts that one command left."""
    spans: list[tuple[str, int, int]] = []
    for row in rows:
        if spans and spans[-1][0] == row.command_id:
            spans[-1] = (row.command_id, spans[-1][1], row.seq)
            continue
        spans.append((row.command_id, row.seq, row.seq))
    return spans
