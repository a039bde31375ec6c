"""Hold a score as the range that its known items still allow."""

from collections.abc import Iterable

import msgspec

from center_protocols.finding_groups import Group, NotScored, limits
from center_protocols.vocabulary import UNKNOWN, Known


class Score(msgspec.Struct, frozen=True):
    """Hold the lowest and the highest total that the missing items allow; both are equal when nothing is missing."""

    code: str
    low: float
    high: float

    @property
    def is_complete(self) -> bool:
        """Tell whether no item is missing."""
        return self.low == self.high

    def at_least(self, cut: float) -> Known:
        """Tell whether the total reaches the cut, as far as the known items already decide it."""
        if self.low >= cut:
            return Known.YES
        return Known.NO if self.high < cut else Known.UNKNOWN

    def at_most(self, cut: float) -> Known:
        """Tell whether the total stays at or under the cut, as far as the known items already decide it."""
        if self.high <= cut:
            return Known.YES
        return Known.NO if self.low > cut else Known.UNKNOWN

    def plus(self, other: "Score") -> "Score":
        """Add two ranges under this score's code."""
        return Score(self.code, self.low + other.low, self.high + other.high)


def item_sum(code: str, group: Group, fields: Iterable[str]) -> Score:
    """Sum the named items of a group; a missing one may be anything that its limits allow.

    An untestable NIHSS item adds nothing to the sum; it stays stored as untestable, not as normal.
    """
    total = Score(code, 0, 0)
    for field in fields:
        value = getattr(group, field)
        if value is NotScored.UNTESTABLE:
            continue
        if isinstance(value, str):
            total = total.plus(Score(field, *limits(group.path, field)))
        else:
            total = total.plus(Score(field, value, value))
    return total


def stated_or_sum(code: str, group: Group, fields: Iterable[str]) -> Score:
    """Use the total that somebody called out while items are missing; complete items outrank it."""
    total = item_sum(code, group, fields)
    stated = getattr(group, "total", UNKNOWN)
    if total.is_complete or stated is UNKNOWN:
        return total
    return Score(code, stated, stated)


def answer_points(code: str, answer: Known, points: float = 1) -> Score:
    """Give points for a yes; an open question may still bring them."""
    if answer is Known.UNKNOWN:
        return Score(code, 0, points)
    return Score(code, points, points) if answer is Known.YES else Score(code, 0, 0)
