"""Write and read what goes over the wire: JSON answers, refusals, frames.

docs/protocol.md is the contract, dispatch/protocol the words that both ends share. Everything here is a pure function
of values.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from rpds import HashTrieMap
from starlette.responses import Response

from dispatch.errors import Refused
from dispatch.fact import SUBJECT_FIELDS, Fact
from dispatch.protocol.waves import FrameError
from dispatch.texts_catalogue import Text, text


def _plain(value: object) -> object:
    if isinstance(value, HashTrieMap):
        return dict(value)
    if isinstance(value, Refused):
        return refusal(value)
    raise NotImplementedError(f"{type(value).__name__} does not go over the wire")


_encoder = msgspec.json.Encoder(enc_hook=_plain)


def encoded(value: object) -> bytes:
    """Return compact JSON: dataclasses by field name, times as RFC 3339, no NaN."""
    return _encoder.encode(value)


class JsonResponse(Response):
    """Answer with JSON encoded once, by msgspec."""

    media_type = "application/json"

    def render(self, content: object) -> bytes:
        """Encode."""
        return encoded(content)


@dataclass(frozen=True, slots=True)
class BadRequest:
    """The body of a 422: which field, and why."""

    code: str
    field: str
    text: dict[str, str]


def refusal(refused: Refused) -> Text:
    """Return a refusal with both sentences."""
    return text(refused.code, refused.params)


def refusal_body(refused: Refused) -> dict[str, Any]:
    """Return the body of a 401, 403, 404, 409 or 503."""
    said = text(refused.code, refused.params)
    return {"code": said.code, "params": said.params, "text": {"zh": said.zh, "en": said.en}}


def bad_input_body(field: str, why: str) -> BadRequest:
    """Return the body of a 422; ``why`` may quote what came in, however broken."""
    readable = why.encode("utf-8", "backslashreplace").decode()[:300]
    named = field.encode("utf-8", "backslashreplace").decode()[:200]
    said = text("bad_input", {"field": named, "why": readable})
    return BadRequest("bad_input", named, {"zh": said.zh, "en": said.en})


def done_body(seq: int, facts: tuple[Fact, ...]) -> dict[str, Any]:
    """Return the answer to a command: its facts without content, and every id they name, first named first."""
    rows, ids = [], dict[str, str]()
    for fact in facts:
        named = ids_of(fact)
        rows.append({"seq": fact.seq, "kind": fact.kind, **named})
        for name, value in named.items():
            ids.setdefault(name, value)
    return {"seq": seq, "facts": rows, "ids": ids}


def ids_of(fact: Fact) -> dict[str, str]:
    """Return the ids that a fact names."""
    found = ((name, getattr(fact.data, name, None)) for name in SUBJECT_FIELDS)
    return {name: value for name, value in found if value is not None}


def frame(kind: str, **content: object) -> str:
    """Return one text frame."""
    return encoded({"t": kind, **content}).decode()


def nack(stream: str | None, seq: int | None, refused: Refused, *, retry: bool) -> str:
    """Return the refusal of one uplink message."""
    body = refusal_body(refused)
    return frame(
        "nack", stream=stream, seq=seq, code=body["code"], retry=retry, params=body["params"], text=body["text"]
    )


def read_frame(raw: str | bytes) -> dict[str, Any]:
    """Read one text frame; raise ``FrameError`` when it is no JSON object with a ``t``."""
    try:
        content = msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError) as error:
        raise FrameError(f"not JSON: {error}") from error
    if not isinstance(content, dict) or not isinstance(content.get("t"), str):
        raise FrameError("not an object with a string t")
    return content


def moment_from(content: Mapping[str, Any], name: str) -> datetime:
    """Read a required RFC 3339 time with a zone; raise ``FrameError`` naming the field."""
    try:
        at = msgspec.convert(content.get(name), datetime)
    except msgspec.ValidationError as error:
        raise FrameError(f"{name}: {error}") from error
    if at.tzinfo is None:
        raise FrameError(f"{name}: the time has no zone")
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        raise FrameError(f"{name}: {at.isoformat()} is no time") from error
