"""Read the catalogue: every reason, refusal and instruction as a code with one Chinese and one English sentence.

The texts lie in ``dispatch/texts/*.json``, one flat object per file: ``{"code": {"zh": "…", "en": "…"}}``.
The pages bundle the same files. A code that stands in two files must say the same in both.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

import msgspec

Language: TypeAlias = Literal["zh", "en"]

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class CatalogueError(ValueError):
    """Say which text file, or which code, is wrong."""


@dataclass(frozen=True, slots=True)
class Sentences:
    """Hold one text in both languages, with ``{param}`` placeholders."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Text:
    """Carry a code, its parameters and both sentences filled in: what the pages show."""

    code: str
    params: Mapping[str, Any]
    zh: str
    en: str


@cache
def catalogue_files() -> Mapping[str, Mapping[str, Sentences]]:
    """Return the texts by file name (without ``.json``); raise ``CatalogueError`` naming a file that cannot be read."""
    found: dict[str, Mapping[str, Sentences]] = {}
    folder = files("dispatch") / "texts"
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        if not entry.name.endswith(".json"):
            continue
        try:
            found[entry.name.removesuffix(".json")] = msgspec.json.decode(entry.read_bytes(), type=dict[str, Sentences])
        except msgspec.MsgspecError as error:
            raise CatalogueError(f"{entry.name}: {error}") from error
    return MappingProxyType(found)


@cache
def catalogue() -> Mapping[str, Sentences]:
    """Return all texts by code; raise ``CatalogueError`` when two files contradict each other."""
    merged: dict[str, Sentences] = {}
    for name, texts in catalogue_files().items():
        for code, sentences in texts.items():
            if merged.setdefault(code, sentences) != sentences:
                raise CatalogueError(f"{code} says something else in {name}.json than in an earlier file")
    return MappingProxyType(merged)


def say(code: str, params: Mapping[str, Any] | None = None, language: Language = "zh") -> str:
    """Return the sentence of a code; a parameter that is itself a code is said too.

    A code without a text shows as ``[code]``: better for a dispatcher than no answer. A test keeps it away.
    """
    sentences = catalogue().get(code)
    if sentences is None:
        return f"[{code}]"
    pieces, values = _pieces(getattr(sentences, language)), params or {}
    said = list(pieces)
    for nth in range(1, len(pieces), 2):
        name = pieces[nth]
        said[nth] = _word(values[name], language) if name in values else f"{{{name}}}"
    return "".join(said)


@cache
def _pieces(sentence: str) -> tuple[str, ...]:
    """Return what stands before, between and after the placeholders, and in turn with it their names."""
    return tuple(_PLACEHOLDER.split(sentence))


def text(code: str, params: Mapping[str, Any] | None = None) -> Text:
    """Return a code with both sentences filled in."""
    return Text(code, dict(params or {}), say(code, params, "zh"), say(code, params, "en"))


def placeholders(sentence: str) -> frozenset[str]:
    """Return the names of the parameters a sentence asks for."""
    return frozenset(_PLACEHOLDER.findall(sentence))


def _word(value: object, language: Language) -> str:
    if value is None:
        return "未知" if language == "zh" else "unknown"
    if isinstance(value, str) and (named := catalogue().get(value)) is not None:
        return str(getattr(named, language))
    if isinstance(value, list | tuple):
        return ("、" if language == "zh" else ", ").join(_word(each, language) for each in value)
    return str(value)
