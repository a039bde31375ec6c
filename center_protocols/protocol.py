"""Say what a protocol is: how it recognises its conditions, and what each of them needs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from center_protocols.assessment import Evidence, ExpectedTimePoint
from center_protocols.case import Case
from center_protocols.vocabulary import Activation, Advice, Blocked, Bypass, Capability, Condition, FindingStatus


@dataclass(frozen=True, slots=True)
class Recognised:
    """Hold one condition whose gate is open, and why."""

    code: Condition
    evidence: tuple[Evidence, ...]
    status: FindingStatus = FindingStatus.SUSPECTED


@dataclass(frozen=True, slots=True)
class Plan:
    """Hold what one condition needs from a centre, and what is told to whom."""

    requires: frozenset[Capability]
    prefers: frozenset[Capability] = frozenset()
    bypass: tuple[Bypass, ...] = ()
    activate: tuple[Activation, ...] = ()
    time_points: tuple[ExpectedTimePoint, ...] = ()
    blocked: tuple[Blocked, ...] = ()
    advice: tuple[Advice, ...] = ()


@dataclass(frozen=True, slots=True)
class Protocol:
    """Join the recognition of some conditions with one plan for each."""

    recognise: Callable[[Case], list[Recognised]]
    plans: Mapping[Condition, Callable[[Case], Plan]]


def suspected(code: Condition, evidence: list[Evidence]) -> list[Recognised]:
    """Recognise a condition as 疑似 when there is any evidence for it."""
    return [Recognised(code, tuple(evidence))] if evidence else []
