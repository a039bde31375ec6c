"""From many sources to one place: what counts, what follows, and when it is worth a fact. Decides nothing by itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dispatch import events as e
from dispatch.command import Command
from dispatch.flow.decision import Facts, PositionEvidence
from dispatch.rules import Rules
from dispatch.state.call import dialled
from dispatch.state.city import City
from dispatch.state.incident import Incident, IncidentPhase
from dispatch.state.location import FUSED, LocationEstimate, Position, ToldPlace, kind_told, reported
from dispatch.words import Place, PossiblePlace, Reason, SourceConflict
from geo.places.locate import Estimate, Source, SourceKind, estimate, too_wide_m
from geo.places.shapes import around
from geo.point import Point, distance_m

SAME_PLACE_M = 3.0  # nobody on a screen or a road sees less
SAME_SHARE = 0.1  # of a radius
SAME_CONFIDENCE = 0.02


@dataclass(frozen=True, slots=True)
class Known:
    """What an estimate is made from, before it is folded into the city."""

    incident_id: str
    positions: tuple[Position, ...] = ()
    told: Mapping[str, ToldPlace] | None = None
    place: Place | None = None
    before: LocationEstimate | None = None


def known_of(city: City, incident: Incident, *new: Position) -> Known:
    """Return what is known about an incident, with newer words of its sources."""
    rows = {each: city.positions[each] for each in incident.position_ids} | {each.id: each for each in new}
    return Known(incident.id, tuple(rows.values()), incident.told, incident.place, incident.estimate)


def told(known: Known, command: Command, place: Place) -> Known:
    """Return what is known once somebody has given a place directly."""
    kind = kind_told(place, command.actor.role)
    return replace(known, told={**(known.told or {}), kind.value: ToldPlace(place, command.at)}, place=place)


def concluded(known: Known, now: datetime) -> Facts:
    """Return what follows from all sources: an estimate when it says something new, and the place unless confirmed."""
    found = _estimate(known, now)
    if found is None:
        return []
    facts: Facts = []
    fact = e.LocationEstimated(
        known.incident_id,
        tuple(_possible(each.center, each.radius_m, each.confidence, each.sources) for each in found.possible),
        tuple(SourceConflict(each.one, each.other, round(each.distance_m, 1)) for each in found.conflicts),
        found.set_aside,
    )
    if known.before is None or _says_more(known.before, fact):
        facts.append(fact)
    best = fact.possible[0]
    place = Place(best.lon, best.lat, best.radius_m, "wgs84", FUSED)
    if known.place is None or (not known.place.confirmed and _moved(known.place, place)):
        facts.append(e.IncidentLocated(known.incident_id, place))
    return facts


def _estimate(known: Known, now: datetime) -> Estimate | None:
    found = estimate(list(_sources(known, now)))
    if found is not None:
        return found
    # Nothing counts yet. Words of unknown datum still name a few places: the circle around them is a region. A pair and
    # itself turned round lie continents apart: there the circle says nothing, and a person chooses.
    open_words = [each for each in known.positions if each.alternatives]
    if not open_words:
        return None
    area = around([Point(place.lon, place.lat) for place in open_words[-1].places])
    radius_m = area.radius_m + open_words[-1].place.radius_m
    if radius_m >= too_wide_m():
        return None
    return estimate([Source(open_words[-1].id, SourceKind.PASTED, area.center, radius_m, 0.95, 0.0)])


def _sources(known: Known, now: datetime) -> Iterable[Source]:
    for each in known.positions:
        if each.counts:
            yield _source(each.id, SourceKind(each.place.source), each.place, each.confidence, now, each.measured_at)
    for kind, row in (known.told or {}).items():
        yield _source(f"told:{kind}", SourceKind(kind), row.place, 0.95, now, row.at)


def _source(  # noqa: PLR0913, PLR0917 - one source, spelled out
    name: str, kind: SourceKind, place: Place, confidence: float, now: datetime, at: datetime
) -> Source:
    age_s = max(0.0, (now - at).total_seconds())
    return Source(name, kind, Point(place.lon, place.lat), place.radius_m, confidence, age_s)


def _possible(center: Point, radius_m: float, confidence: float, sources: tuple[str, ...]) -> PossiblePlace:
    return PossiblePlace(round(center.lon, 7), round(center.lat, 7), round(radius_m, 1), round(confidence, 3), sources)


def _says_more(before: LocationEstimate, now: e.LocationEstimated) -> bool:
    pairs = {(each.one, each.other) for each in before.conflicts}
    if len(before.possible) != len(now.possible) or pairs != {(each.one, each.other) for each in now.conflicts}:
        return True
    return any(
        one.sources != other.sources or abs(one.confidence - other.confidence) > SAME_CONFIDENCE or _moved(one, other)
        for one, other in zip(before.possible, now.possible, strict=True)
    )


def _moved(one: Place | PossiblePlace, other: Place | PossiblePlace) -> bool:
    """Say whether a place differs so much that somebody could see it."""
    apart_m = distance_m(Point(one.lon, one.lat), Point(other.lon, other.lat))
    return apart_m > SAME_PLACE_M or abs(one.radius_m - other.radius_m) > SAME_SHARE * max(one.radius_m, 1.0)


def doubts_about(place: Place, command: Command, rules: Rules) -> tuple[Reason, ...]:
    """Return what is wrong with a position that is well-formed all the same; what the map knows comes as evidence."""
    if place.lon == 0.0 and place.lat == 0.0:
        return (Reason("position.null_island"),)
    doubts = []
    looked = command.evidence if isinstance(command.evidence, PositionEvidence) else PositionEvidence()
    if looked.swapped is not None:
        doubts.append(Reason("position.swapped"))
    elif not looked.inside:
        center, phone = looked.neighbor or ("—", "—")
        doubts.append(Reason("position.outside", {"center": center, "phone": phone}))
    if place.radius_m >= too_wide_m():
        doubts.append(Reason("position.too_wide", {"radius_km": round(place.radius_m / 1000.0)}))
    if place.radius_m == 0.0:
        doubts.append(Reason("position.no_radius"))
    age_min = (command.received_at - command.at) / timedelta(minutes=1)
    if age_min >= rules.position_old_min:
        doubts.append(Reason("position.old", {"minutes": round(age_min)}))
    return tuple(doubts)


def attached(city: City, command: Command, incident_id: str, number: str | None) -> list[e.PositionReported]:
    """Return the words of a telephone that told its position before it rang."""
    wanted = dialled(number)
    if wanted is None:
        return []
    rows = (city.positions[each] for each in sorted(city.kept_positions))
    return [
        e.PositionReported(
            each.id,
            incident_id,
            each.place,
            each.confidence,
            each.measured_at,
            outline=each.outline,
            doubts=each.doubts,
            detail=each.detail,
            indoors=each.indoors,
        )
        for each in rows
        if dialled(each.number) == wanted and each.expires_at is not None and command.at < each.expires_at
    ]


def rung(city: City, command: Command, incident_id: str, number: str | None, place: Place | None) -> Facts:
    """Return what a ring says about where it is: the exchange's own position, and what the telephone told before."""
    known = city.incidents.get(incident_id)
    if known is not None and known.phase is IncidentPhase.CLOSED:
        return []  # its number became known too late to help
    facts = attached(city, command, incident_id, number)
    rows = [reported(each, command.received_at) for each in facts]
    about = Known(incident_id, tuple(rows)) if known is None else known_of(city, known, *rows)
    if place is not None:
        about = told(about, command, place)
    if not facts:
        return []
    return [*facts, *concluded(about, command.at)]
