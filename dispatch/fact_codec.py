"""Write facts down and read them back: JSON bodies whose personal fields are sealed; old versions readable for ever."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from dispatch.events import FACTS
from dispatch.fact import SUBJECT_FIELDS, Fact
from dispatch.words import ERASED, Actor, ClockSource, personal_fields

KINDS: dict[str, type] = {kind.__name__: kind for kind in FACTS}
VERSIONS: dict[str, int] = dict.fromkeys(KINDS, 1)
PERSONAL: dict[type, tuple[tuple[str, str], ...]] = {kind: personal_fields(kind) for kind in FACTS}


@dataclass(frozen=True, slots=True)
class Stored:
    """The part of a fact that goes into the stored body: everything the journal's own columns do not hold."""

    actor: Actor
    clock: ClockSource
    uncertainty_s: float
    data: dict[str, Any]


def personal_subjects(data: Any) -> tuple[str, ...]:  # noqa: ANN401 - any of FACTS
    """Return the subjects under whose keys a fact's words are sealed."""
    return tuple(
        f"{SUBJECT_FIELDS[subject_field]}:{getattr(data, subject_field)}"
        for name, subject_field in PERSONAL[type(data)]
        if getattr(data, name) is not None
    )


def encode_body(fact: Fact, seal: Callable[[str, str], str]) -> bytes:
    """Return the JSON body of a fact with its personal fields sealed by ``seal(subject, text)``."""
    data = msgspec.to_builtins(fact.data)
    for name, subject_field in PERSONAL[type(fact.data)]:
        if data[name] is not None:
            data[name] = seal(f"{SUBJECT_FIELDS[subject_field]}:{data[subject_field]}", data[name])
    return msgspec.json.encode(Stored(fact.actor, fact.clock, fact.uncertainty_s, data))


def decode_body(kind: str, body: bytes, unseal: Callable[[str], str | None]) -> tuple[Stored, Any]:
    """Read a stored body back; ``unseal`` returns None for an erased subject, which reads as ``ERASED``."""
    stored = msgspec.json.decode(body, type=Stored)
    fact_class = KINDS[kind]
    for name, _ in PERSONAL[fact_class]:
        token = stored.data.get(name)
        if token is not None:
            opened = unseal(token)
            stored.data[name] = ERASED if opened is None else opened
    return stored, msgspec.convert(stored.data, type=fact_class)
