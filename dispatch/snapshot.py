"""Write the whole city down and read it back, so that a restart need not fold a million facts.

A snapshot is disposable: it belongs to one version of the state's code and is rebuilt by any other. Personal words
leave memory only sealed.
"""

import hashlib
from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
from rpds import HashTrieMap

from dispatch.call import Call, dialled
from dispatch.center import Activation, Center
from dispatch.city import CALLS_REMEMBERED, City, DoorMinutes, Task
from dispatch.incident import Incident, Patient
from dispatch.location import Link, Position
from dispatch.road_measure import RoadMeasure
from dispatch.switchboard import NumberMark, Seat
from dispatch.unit import Assignment, Unit
from dispatch.words import ERASED, personal_fields

TABLES: dict[str, tuple[type, str]] = {
    "calls": (Call, "call"),
    "incidents": (Incident, "incident"),
    "patients": (Patient, "patient"),
    "units": (Unit, "unit"),
    "assignments": (Assignment, "assignment"),
    "centers": (Center, "center"),
    "activations": (Activation, "activation"),
    "tasks": (Task, "task"),
    "seats": (Seat, "seat"),
    "marks": (NumberMark, "mark"),
    "measures": (RoadMeasure, "measure"),
    "positions": (Position, "position"),
    "links": (Link, "link"),
}
FOLLOWS = ("callers", "exchange_calls", "link_tokens")  # indexes that are made from the rows again
NESTED_WORDS = ("reason", "delay_reason", "dose", "taken_by", "answer", "text")
STATE_CODE = ("dispatch", "dispatch.changes", "center_protocols")
"""The packages whose own files may give state its meaning: one too many costs a fold, one too few a wrong city."""


@cache
def code_version() -> str:
    """Return a fingerprint of the code that gives state its meaning."""
    sources = (each for name in STATE_CODE for each in files(name).iterdir() if each.name.endswith(".py"))
    whole = b"".join(each.read_bytes() for each in sorted(sources, key=str))
    return hashlib.sha256(whole).hexdigest()[:16]


def encode_city(city: City, seal: Callable[[str, str], str]) -> bytes:
    """Return the city as msgpack, personal words sealed by ``seal(subject, text)``."""
    document: dict[str, Any] = {
        field.name: getattr(city, field.name)
        for field in fields(City)
        if field.name not in TABLES and field.name not in FOLLOWS
    }
    document["history"] = dict(city.history.items())
    document["door_minutes"] = msgspec.to_builtins(city.door_minutes)
    for name, (row_class, word) in TABLES.items():
        secret = personal_fields(row_class)
        rows = (msgspec.to_builtins(row) for row in getattr(city, name).values())
        document[name] = [_sealed(row, secret, word, seal) for row in rows]
    return msgspec.msgpack.encode(document)


def _sealed(
    row: dict[str, Any], secret: tuple[tuple[str, str], ...], word: str, seal: Callable[[str, str], str]
) -> dict[str, Any]:
    for name, subject_field in secret:
        if row[name] is not None and row[name] != ERASED:
            row[name] = seal(f"{word}:{row[subject_field]}", row[name])
    _turn_nested(row, lambda text: text if text == ERASED else seal(f"{word}:{row['id']}", text))
    return row


def _turn_nested(value: Any, turn: Callable[[str], str]) -> None:  # noqa: ANN401 - plain JSON values
    """Turn the free words inside the parts of a row: a corrected minute's reason, a dose, who took over."""
    parts = value.values() if isinstance(value, dict) else value
    for part in parts:
        if isinstance(part, dict):
            part.update({name: turn(part[name]) for name in NESTED_WORDS if isinstance(part.get(name), str)})
        if isinstance(part, dict | list | tuple):
            _turn_nested(part, turn)


def decode_city(blob: bytes, unseal: Callable[[str], str | None]) -> City:
    """Read a city back; words of erased subjects read as ``ERASED``."""
    document = msgspec.msgpack.decode(blob)
    for name, (row_class, _) in TABLES.items():
        secret = personal_fields(row_class)
        rows: list[Any] = [msgspec.convert(_unsealed(row, secret, unseal), row_class) for row in document[name]]
        document[name] = HashTrieMap({row.id: row for row in rows})
    document["history"] = HashTrieMap({key: tuple(seqs) for key, seqs in document["history"].items()})
    for name in ("open_incidents", "live_activations", "open_tasks", "open_calls", "kept_positions"):
        document[name] = frozenset(document[name])
    document["recently_closed"] = tuple(document["recently_closed"])
    document["links_sent"] = msgspec.convert(document["links_sent"], tuple[datetime, ...])
    document["door_minutes"] = msgspec.convert(document["door_minutes"], dict[str, tuple[DoorMinutes, ...]])
    tokens = HashTrieMap({link.token_hash: link.id for link in document["links"].values()})
    return City(**document, **_call_indexes(document["calls"]), link_tokens=tokens)


def _call_indexes(calls: "HashTrieMap[str, Call]") -> dict[str, Any]:
    callers: dict[str, tuple[str, ...]] = {}
    exchange_calls: dict[str, str] = {}
    for call in sorted(calls.values(), key=lambda each: (each.received_at, each.id)):
        if (number := dialled(call.number)) is not None:
            callers[number] = (*callers.get(number, ()), call.id)[-CALLS_REMEMBERED:]
        if call.exchange_id is not None:
            exchange_calls[call.exchange_id] = call.id
    return {"callers": HashTrieMap(callers), "exchange_calls": HashTrieMap(exchange_calls)}


def _unsealed(
    row: dict[str, Any], secret: tuple[tuple[str, str], ...], unseal: Callable[[str], str | None]
) -> dict[str, Any]:
    for name, _ in secret:
        token = row[name]
        if token is not None and token != ERASED:
            opened = unseal(token)
            row[name] = ERASED if opened is None else opened
    _turn_nested(row, lambda token: token if token == ERASED else unseal(token) or ERASED)
    return row
