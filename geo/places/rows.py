"""Put found places of one name that lie near each other into one row: ten rows are ten choices to whoever looks."""

from collections.abc import Sequence
from typing import NamedTuple

from geo.places.gazetteer import FoundPlace
from geo.point import Point, distance_m

ONE_ROW_M = 350.0  # assumed: a stop's other poles, the building and the metro station of its name
_ASKED_A_ROW = 3


class Namesake(NamedTuple):
    """Another place of a row's name, ``away_m`` from the one that stands first."""

    kind: str
    point: Point
    away_m: float


class PlaceRow(NamedTuple):
    """The likeliest place of a name, and those of the same name near it, the likeliest first."""

    place: FoundPlace
    also: tuple[Namesake, ...]


def asked_for(rows: int) -> int:
    """Return how many places to look for, so that so many rows come of them nearly always."""
    return _ASKED_A_ROW * rows


def rows_of(found: Sequence[FoundPlace], limit: int) -> list[PlaceRow]:
    """Return the first ``limit`` rows of ranked places; the name of a row is told once within `ONE_ROW_M` of it."""
    first: list[FoundPlace] = []
    also: list[list[Namesake]] = []
    for place in found:
        at = next((nth for nth, row in enumerate(first) if _is_beside(row, place)), None)
        if at is not None:
            also[at].append(Namesake(place.kind, place.point, distance_m(first[at].point, place.point)))
        elif len(first) < limit:
            first.append(place)
            also.append([])
    return [PlaceRow(place, tuple(others)) for place, others in zip(first, also, strict=True)]


def _is_beside(row: FoundPlace, place: FoundPlace) -> bool:
    return row.name == place.name and distance_m(row.point, place.point) < ONE_ROW_M
