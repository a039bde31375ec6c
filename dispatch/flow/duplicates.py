"""Propose that two calls are about one event: place, time, words, number. A person decides; nothing links itself."""

import re
from dataclasses import dataclass

from dispatch.rules import Rules
from dispatch.state.call import dialled
from dispatch.state.city import City
from dispatch.state.incident import Incident
from dispatch.words import ERASED, Place, Reason
from geo.point import Point, distance_m

PROPOSED = 5  # more are no help
# What speaks for one event, and how loudly; together they make 1. Our choice, checked on the burst of the tests.
PLACE, TIME, WORDS, COMPLAINT = 0.50, 0.15, 0.20, 0.15
SAME_NUMBER = 0.95  # one telephone rings twice about one event, nearly always
VAGUE_M = 2_000.0  # fixes that are vaguer than this together overlap with half a city
PAIR = 2  # characters that are compared at a time: a Chinese word is two of them


@dataclass(frozen=True, slots=True)
class SameEvent:
    """An open incident that a call may be about as well, with what speaks for it; ``score`` from 0 to 1."""

    incident_id: str
    number: str
    score: float
    callers: int
    distance_m: float | None  # None: one of the two has no place yet
    reasons: tuple[Reason, ...]


def same_events(city: City, incident_id: str, rules: Rules) -> tuple[SameEvent, ...]:
    """Return the open incidents that this one may repeat: first those that several rang about, then by score."""
    incident = city.incidents[incident_id]
    others = (city.incidents[each] for each in city.open_incidents if each != incident_id)
    found = (_compared(city, incident, other, rules) for other in others)
    likely = (each for each in found if each is not None and each.score >= rules.same_event_score)
    return tuple(sorted(likely, key=lambda each: (each.callers == 1, -each.score, each.number))[:PROPOSED])


def _compared(city: City, new: Incident, known: Incident, rules: Rules) -> SameEvent | None:
    same_number = bool(_numbers(city, new) & _numbers(city, known))
    apart_min = abs((new.opened_at - known.opened_at).total_seconds()) / 60
    apart_m = _apart_m(new.place, known.place)
    near = 0.0 if apart_m is None else _nearness(apart_m, new.place, known.place, rules)
    if not same_number and (apart_min > rules.same_event_min or (apart_m is not None and near == 0)):
        return None
    words, complaint = overlap(new.words, known.words), overlap(new.complaint, known.complaint)
    if apart_m is None:
        near = words  # without a second place its words stand for it
    score = PLACE * near + WORDS * words + TIME * (1 - min(1.0, apart_min / rules.same_event_min))
    score += COMPLAINT * complaint - (COMPLAINT if _differ(new.complaint, known.complaint) else 0)
    reasons = [Reason("same_event.number")] if same_number else []
    if apart_m is not None:
        reasons.append(Reason("same_event.near", {"distance_m": round(apart_m)}))
    reasons.append(Reason("same_event.minutes", {"minutes": round(apart_min)}))
    if words > 0:
        reasons.append(Reason("same_event.words", {"percent": round(100 * words)}))
    if complaint > 0:
        reasons.append(Reason("same_event.complaint"))
    if _differ(new.complaint, known.complaint):
        reasons.append(Reason("same_event.other_complaint"))
    score = max(SAME_NUMBER, score) if same_number else max(0.0, score)
    return SameEvent(known.id, known.number, round(score, 3), len(known.call_ids), apart_m, tuple(reasons))


def _numbers(city: City, incident: Incident) -> set[str]:
    numbers = (dialled(city.calls[each].number) for each in incident.call_ids)
    return {each for each in numbers if each is not None}


def _apart_m(new: Place | None, known: Place | None) -> float | None:
    if new is None or known is None:
        return None
    return distance_m(Point(new.lon, new.lat), Point(known.lon, known.lat))


def _nearness(apart_m: float, new: Place | None, known: Place | None, rules: Rules) -> float:
    """Return 1 within the radii of the two fixes, falling to 0 at ``same_event_m`` beyond; vague fixes say less."""
    radii_m = sum(each.radius_m for each in (new, known) if each is not None)
    beyond_m = max(0.0, apart_m - radii_m)
    share = max(0.0, 1 - beyond_m / rules.same_event_m)
    return share if radii_m <= VAGUE_M else share * VAGUE_M / radii_m


def overlap(one: str | None, other: str | None) -> float:
    """Return which share of the shorter text's pairs of characters the longer one has, 0 when either is unknown."""
    a, b = _pairs(one), _pairs(other)
    return len(a & b) / min(len(a), len(b)) if a and b else 0.0


def _pairs(text: str | None) -> set[str]:
    if text is None or text == ERASED:
        return set()
    letters = re.sub(r"[\W_]+", "", text.lower())
    if len(letters) < PAIR:
        return {letters} if letters else set()
    return {letters[at : at + PAIR] for at in range(len(letters) - 1)}


def _differ(one: str | None, other: str | None) -> bool:
    """Say whether two complaints have nothing in common, not even a character: 车祸 and 两车相撞 have."""
    if not _pairs(one) or not _pairs(other):
        return False
    return not set("".join(_pairs(one))) & set("".join(_pairs(other)))
