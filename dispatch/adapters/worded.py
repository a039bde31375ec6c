"""Put both sentences beside every reason of an answer: ``Reason`` becomes ``{code, params, zh, en}``."""

from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

import msgspec

from center_protocols.assessment import Coded
from dispatch.texts_catalogue import say
from dispatch.words import Reason

_REASONS = (Reason, Coded)
_AS_IT_IS = frozenset({str, int, float, bool, type(None)})  # most of what a row holds


def worded(value: Any) -> Any:  # noqa: ANN401 - any row
    """Return plain lists and mappings of a row, every reason in it filled in."""
    kind: type = type(value)
    if kind in _AS_IT_IS:
        return value
    if isinstance(value, _REASONS):
        return _sentences(value)
    if isinstance(value, tuple | list):
        return [worded(each) for each in value]
    names = _parts(kind)
    return value if names is None else {name: worded(getattr(value, name)) for name in names}


def _sentences(reason: Reason | Coded) -> dict[str, Any]:
    code, params, source = reason.code, reason.params, getattr(reason, "source", "")
    both = {"code": code, "params": msgspec.to_builtins(params)}
    both |= {"zh": say(code, params, "zh"), "en": say(code, params, "en")}
    return both | {"source": source} if source else both


@cache
def _parts(kind: type) -> tuple[str, ...] | None:
    """Return the fields of a dataclass; None of anything else."""
    return tuple(each.name for each in fields(kind)) if is_dataclass(kind) else None
