"""Propose complaints from what the caller said; a call-taker chooses, and nothing fires from a word alone."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from center_protocols.findings import Complaint

# A caller's sentence, not a document; what lies beyond is not read.
MAX_TEXT: Final = 2000


@cache
def builtin_words() -> Mapping[Complaint, tuple[str, ...]]:
    """Return the words of each complaint, Chinese and English."""
    text = files("center_protocols").joinpath("thresholds", "complaint_words.toml").read_text(encoding="utf-8")
    return {Complaint(code): tuple(words) for code, words in tomllib.loads(text).items()}


def suggest_complaints(text: str) -> tuple[Complaint, ...]:
    """Return the complaints whose words occur, the most mentioned first, of equals in the order of the list."""
    said = text[:MAX_TEXT].casefold()
    counts = {code: sum(_occurs(word, said) for word in words) for code, words in builtin_words().items()}
    found = [code for code, count in counts.items() if count]
    return tuple(sorted(found, key=lambda code: -counts[code]))


def _occurs(word: str, said: str) -> bool:
    """Find Chinese words anywhere, and Latin ones from the beginning of a word ("fit" is not in "benefit")."""
    if not word.isascii():
        return word in said
    return re.search(rf"\b{re.escape(word)}", said) is not None
