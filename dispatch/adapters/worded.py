"""Put both sentences beside every reason of an answer: ``Reason`` becomes ``{code, params, zh, en}``."""

from dataclasses import fields, is_dataclass
from typing import Any

import msgspec

from center_protocols.assessment import Coded
from dispatch.texts_catalogue import text
from dispatch.words import Reason


def worded(value: Any) -> Any:  # noqa: ANN401 - any row
    """Return plain lists and mappings of a row, every reason in it filled in."""
    if isinstance(value, Reason | Coded):
        source = getattr(value, "source", "")
        return msgspec.to_builtins(text(value.code, value.params)) | ({"source": source} if source else {})
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: worded(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, tuple | list):
        return [worded(each) for each in value]
    return value
