"""Name the levels of the Chinese ED triage consensus 2018."""

from enum import IntEnum, auto


class TriageLevel(IntEnum):
    """Name the four levels of the Chinese ED triage; a smaller one is more urgent."""

    I = auto()  # noqa: E741 - the consensus writes Roman numerals
    II = auto()
    III = auto()
    IV = auto()
