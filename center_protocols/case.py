"""Read one patient for the rules: three-valued questions, comparisons that keep their evidence, clock windows.

A comparison with an unknown number yields no evidence: unknown never fires a gate. Who the patient is (newborn, child,
pregnant) is a three-valued answer too, so that an unknown age closes nothing.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import cache, cached_property
from operator import attrgetter, ge, gt, le, lt
from typing import TypeAlias

from center_protocols.assessment import Evidence, ExpectedTimePoint, ProtocolSettings, tidy
from center_protocols.finding_groups import Group, Number
from center_protocols.findings import Age, Complaint, Consciousness, Findings, Moment
from center_protocols.scores.score import Score
from center_protocols.vocabulary import UNKNOWN, Known, TimePoint

Proof: TypeAlias = list[Evidence]

getter = cache(attrgetter)


class Case:
    """Hold the findings, the minute of the question and the city's settings while the rules look at them."""

    def __init__(self, findings: Findings, at: datetime | None, settings: ProtocolSettings) -> None:
        self.findings = findings
        self.at = at
        self.settings = settings
        self.thresholds = settings.thresholds

    # Reading

    def limit(self, row: str) -> float:
        """Return a threshold's number."""
        return self.thresholds.number(row)

    def answer(self, path: str) -> Known:
        """Return a yes-or-no finding by its path."""
        value: Known = getter(path)(self.findings)
        return value

    def number(self, path: str) -> Number:
        """Return a number by its path."""
        value: Number = getter(path)(self.findings)
        return value

    def is_yes(self, *paths: str) -> bool:
        """Tell whether one of these findings is a yes."""
        return any(getter(path)(self.findings) is Known.YES for path in paths)

    def any_yes_in(self, group: Group) -> bool:
        """Tell whether any field of a group is a yes."""
        return any(getattr(group, field) is Known.YES for field in group.__struct_fields__)

    # Evidence

    def yes(self, source: str, *paths: str) -> Proof:
        """Prove every finding among these that is a yes; its code is its path."""
        return [Evidence(path, {"value": Known.YES}, source) for path in paths if self.is_yes(path)]

    def is_one_of(self, path: str, values: Iterable[str], source: str) -> Proof:
        """Prove a graded finding that has one of these values; its code is found, path and value."""
        value: str = getter(path)(self.findings)
        return [Evidence(f"found.{path}.{value}", {"value": value}, source)] if value in set(values) else []

    def below(self, path: str, row: str) -> Proof:
        """Prove a number under a threshold."""
        return self.compared(path, self.number(path), "below", self.limit(row), row)

    def above(self, path: str, row: str) -> Proof:
        """Prove a number over a threshold."""
        return self.compared(path, self.number(path), "above", self.limit(row), row)

    def at_least(self, path: str, row: str) -> Proof:
        """Prove a number at or over a threshold."""
        return self.compared(path, self.number(path), "at_least", self.limit(row), row)

    def at_most(self, path: str, row: str) -> Proof:
        """Prove a number at or under a threshold."""
        return self.compared(path, self.number(path), "at_most", self.limit(row), row)

    def compared(self, path: str, value: Number, relation: str, limit: float, row: str) -> Proof:
        """Prove a relation (below, above, at_least, at_most) between a value and a limit; the row is its source."""
        if value is UNKNOWN or not RELATIONS[relation](value, limit):
            return []
        unit = self.thresholds[row].unit
        return [Evidence(f"{path}.{relation}", {"value": tidy(value), "limit": tidy(limit), "unit": unit}, row)]

    def score_at_least(self, score: Score, row: str) -> Proof:
        """Prove that a score reaches its cut whatever its missing items are."""
        limit = self.limit(row)
        if score.at_least(limit) is not Known.YES:
            return []
        return [
            Evidence(
                f"{score.code}.at_least",
                {"value": tidy(score.low), "high": tidy(score.high), "limit": tidy(limit)},
                row,
            )
        ]

    def score_at_most(self, score: Score, row: str) -> Proof:
        """Prove that a score stays at or under its cut whatever its missing items are."""
        limit = self.limit(row)
        if score.at_most(limit) is not Known.YES:
            return []
        return [
            Evidence(
                f"{score.code}.at_most", {"value": tidy(score.high), "low": tidy(score.low), "limit": tidy(limit)}, row
            )
        ]

    # Clock windows

    def elapsed(self, moment: Moment) -> timedelta | None:
        """Return the time since a moment; ``None`` when either end is unknown, in the future or wildly old."""
        if self.at is None or not isinstance(moment, datetime):
            return None
        since = self.at - moment
        return since if timedelta(0) <= since <= self.span("dispatch.wildly_old_time") else None

    def span(self, row: str) -> timedelta:
        """Return a threshold of time as a duration."""
        return self.settings.span(row)

    def is_past(self, moment: Moment, row: str) -> bool:
        """Tell whether a window is known to be over; an unknown time never closes it."""
        since = self.elapsed(moment)
        return since is not None and since > self.span(row)

    # Who

    @cached_property
    def age(self) -> Age | None:
        """Return the age, ``None`` while it is unknown."""
        return self.findings.age if isinstance(self.findings.age, Age) else None

    @cached_property
    def newborn(self) -> Known:
        """Tell whether this is a newborn; without an age, what is said about one decides."""
        if self.age is not None:
            return _known(self.age.days <= self.limit("newborn_child.newborn_to"))
        newborn = self.findings.newborn
        said = self.findings.complaint is Complaint.NEWBORN or self.any_yes_in(newborn)
        return Known.YES if said or any(True for _ in newborn.numbers()) else Known.UNKNOWN

    @cached_property
    def child(self) -> Known:
        """Tell whether this is a child past the newborn period."""
        if self.age is not None:
            past_newborn = self.newborn is Known.NO
            return _known(past_newborn and self.age.years < self.limit("newborn_child.child_below"))
        said = self.findings.complaint is Complaint.SICK_CHILD or self.any_yes_in(self.findings.child)
        return Known.YES if said or any(True for _ in self.findings.child.numbers()) else Known.UNKNOWN

    @property
    def reads_as_adult(self) -> bool:
        """Tell whether adult limits apply: to everybody not known by age or complaint to be a newborn or a child."""
        if self.age is None:
            return self.findings.complaint not in (Complaint.NEWBORN, Complaint.SICK_CHILD)
        return Known.YES not in (self.newborn, self.child)

    @cached_property
    def maternal(self) -> bool:
        """Tell whether a pregnancy or the 42 days after it is known; any obstetric sign implies it."""
        obstetric = self.findings.obstetric
        days = obstetric.postpartum_days
        if days is not UNKNOWN and days <= self.limit("maternal.postpartum_to"):
            return True
        if obstetric.pregnant is Known.NO:
            return days is UNKNOWN and self.any_yes_in(obstetric)
        if days is not UNKNOWN and obstetric.pregnant is Known.UNKNOWN:
            return False
        return obstetric.weeks is not UNKNOWN or self.any_yes_in(obstetric)

    @cached_property
    def unresponsive(self) -> Known:
        """Tell whether the patient reacts to nothing: the caller's answer or the crew's grade."""
        consciousness, responsive = self.findings.consciousness, self.findings.responsive
        if consciousness is Consciousness.UNRESPONSIVE or responsive is Known.NO:
            return Known.YES
        reacts = consciousness is not Consciousness.UNKNOWN or responsive is Known.YES
        return Known.NO if reacts else Known.UNKNOWN

    @property
    def is_transfer(self) -> bool:
        """Tell whether the patient comes from another hospital, which has its own targets."""
        return self.is_yes("scene.interhospital_transfer")

    # What the register should show

    def expect(
        self, code: TimePoint, since: TimePoint | None = None, row: str = "", *, floor: str = "", optional: bool = False
    ) -> ExpectedTimePoint:
        """Expect a time point, with the target of a threshold row in minutes."""
        return ExpectedTimePoint(
            code=code,
            since=since,
            target_min=self.minutes(row) if row else None,
            source=row,
            floor_min=self.minutes(floor) if floor else None,
            optional=optional,
        )

    def minutes(self, row: str) -> float:
        """Return a threshold of time in minutes."""
        return self.settings.minutes(row)


RELATIONS: Mapping[str, Callable[[float, float], bool]] = {
    "below": lt,
    "above": gt,
    "at_least": ge,
    "at_most": le,
}


def _known(fact: bool) -> Known:  # noqa: FBT001 - it wraps exactly one truth
    return Known.YES if fact else Known.NO
