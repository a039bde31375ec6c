"""One row of the city as bytes with its personal words sealed, and read back."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import msgspec

from dispatch.road_measure import RoadMeasure
from dispatch.state.call import Call
from dispatch.state.center import Activation, Center
from dispatch.state.city import Task
from dispatch.state.consult import ReaderLink
from dispatch.state.incident import Incident, Patient
from dispatch.state.location import Link, Position
from dispatch.state.switchboard import NumberMark, Seat
from dispatch.state.team import Member
from dispatch.state.unit import Assignment, Unit
from dispatch.words import ERASED, NESTED_WORDS, personal_fields

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
    "members": (Member, "member"),
    "reader_links": (ReaderLink, "reader_link"),
}
SECRETS: Mapping[type, tuple[tuple[str, str], ...]] = {kind: personal_fields(kind) for kind, _ in TABLES.values()}

Seal = Callable[[str, str], str]
Unseal = Callable[[str], str | None]


def writer_of(table: str, seal: Seal) -> Callable[[Any], bytes]:
    """Return how a row of this table is written, its personal words sealed by ``seal(subject, text)``."""
    kind, word = TABLES[table]
    return partial(_written, secrets=SECRETS[kind], word=word, seal=seal)


def reader_of(table: str, unseal: Unseal) -> Callable[[bytes], Any]:
    """Return how a row of this table is read; words of an erased subject read as ``ERASED``."""
    kind, _ = TABLES[table]
    return partial(_read, kind=kind, secrets=SECRETS[kind], unseal=unseal)


def opened(token: str | None, unseal: Unseal) -> str | None:
    """Return the words of a token, ``ERASED`` when its subject was erased."""
    return token if token is None or token == ERASED else unseal(token) or ERASED


def _written(row: Any, secrets: tuple[tuple[str, str], ...], word: str, seal: Seal) -> bytes:  # noqa: ANN401 - any row
    plain = msgspec.to_builtins(row)
    for name, subject_field in secrets:
        if plain[name] is not None and plain[name] != ERASED:
            plain[name] = seal(f"{word}:{plain[subject_field]}", plain[name])
    _turn_nested(plain, lambda text: text if text == ERASED else seal(f"{word}:{plain['id']}", text))
    return msgspec.msgpack.encode(plain)


def _read(stored: bytes, kind: type, secrets: tuple[tuple[str, str], ...], unseal: Unseal) -> Any:  # noqa: ANN401
    plain = msgspec.msgpack.decode(stored)
    for name, _ in secrets:
        plain[name] = opened(plain[name], unseal)
    _turn_nested(plain, lambda token: opened(token, unseal) or ERASED)
    return msgspec.convert(plain, kind)


def _turn_nested(value: Any, turn: Callable[[str], str]) -> None:  # noqa: ANN401 - plain JSON values
    """Turn the free words inside the parts of a row: a corrected minute's reason, a dose, who took over."""
    parts = value.values() if isinstance(value, dict) else value
    for part in parts:
        if isinstance(part, dict):
            part.update({name: turn(part[name]) for name in NESTED_WORDS if isinstance(part.get(name), str)})
        if isinstance(part, dict | list | tuple):
            _turn_nested(part, turn)
