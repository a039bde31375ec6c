"""Find what a caller names, offline and on every keystroke: places, roads, crossings, house numbers, kilometre marks.

Typed in Chinese, pinyin (whole, begun, initials, mixed) or English, with the errors that typing and hearing make. The
gazetteer lives in memory, is read only, and is safe from any number of threads. `find` is the whole of it:

1. the names: `geo.places.index` compares the query with every name;
2. two roads that meet, a house number of a street, a kilometre mark of a road, as `geo.places.parse` reads them;
3. what was found is ranked by match, importance and nearness; places of one name are told apart by district.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from geo.city_pack import CityPack
from geo.places.entries import CROSSING, ROAD, Entry, Named, Street, crossing_name, gather
from geo.places.index import MISTYPED, TYPED, FormIndex, Hit
from geo.places.parse import (
    Cut,
    House,
    Mark,
    cuts_of,
    district_first,
    houses_of,
    mark_of,
    without_around,
    without_corner,
)
from geo.places.pinyin import typed_letters
from geo.places.score import IMPORTANCE_WEIGHT, NEAR_HALF_M, NEAR_WEIGHT
from geo.places.text import from_english, spelled_once
from geo.point import Point, distance_m

# Entries of one name closer than this are one answer (the stops on both sides of a street).
SAME_PLACE_M = 100.0

# Each further place of one name gives way a little to other names, where nothing else tells them apart.
_NEXT_OF_NAME = 0.02
_OF_NAME_MAX = 8
_DISTRICT_WEIGHT = 0.1

# Streets worth combining, and what they must reach.
_STREETS_MAX, _STREET_QUALITY_MIN = 8, 0.6

# A house number that is not on the map lies between its neighbours when they are this near, in numbers.
_NEIGHBOUR_NUMBERS = 60
_BEGUN_NUMBER, _SLIPPED_NUMBER, _BETWEEN_NUMBERS, _NO_SUCH_MARK = 0.08, 0.2, 0.1, 0.05
_HOUSES_MAX = 4
_HOUSE_IMPORTANCE = 0.4
# Kilometre marks farther apart than this say nothing about what lies between them.
_BETWEEN_MARKS_M = 5_000

_EXACT = 0.9999
# What begins a name as well as this is no crossing, unless a sign or a word says so.
_NAMED = 0.92


class MatchedBy(StrEnum):
    """How an answer was found; each has its sentence in the catalogue as ``geo.matched_by.…``."""

    NAME = "name"
    BEGINNING = "beginning"
    PART = "part"
    SIMILAR = "similar"
    PINYIN = "pinyin"
    INITIALS = "initials"
    MISSPELLED = "misspelled"
    ENGLISH = "english"
    CROSSING = "crossing"
    HOUSE_NUMBER = "house_number"
    BETWEEN_HOUSES = "between_houses"
    KILOMETRE = "kilometre"
    NO_KILOMETRES = "no_kilometres"


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """An answer. ``quality`` is 1 for the name itself; ``distance_m`` is from the point that was given, else None."""

    name: str
    name_en: str | None
    kind: str
    point: Point
    district: str | None
    matched_by: MatchedBy
    quality: float
    distance_m: float | None


@dataclass(frozen=True, slots=True)
class _Answer:
    """A found place with what it is ranked by."""

    worth: float
    place: FoundPlace


class Gazetteer:
    """The names of one city, ready to be searched."""

    def __init__(self, named: Named, city: str) -> None:
        self._named = named
        self._city = city
        self._names = FormIndex([entry.named() for entry in named.entries])
        self._streets = FormIndex([street.road.named() for street in named.streets])
        self._districts = tuple(sorted({entry.district for entry in named.entries if entry.district}, key=len)[::-1])

    @classmethod
    def of(cls, pack: CityPack) -> "Gazetteer":
        """Read the names of a city pack; takes seconds, so do it once and beside the queries."""
        gazetteer = cls(gather(pack), pack.name.removesuffix("市"))
        gazetteer.find("朝yang", 1)  # loads every kernel, or compiles it at set-up, so that no dispatcher waits for it
        return gazetteer

    @property
    def named(self) -> Named:
        """Return what can be found, for those who describe places."""
        return self._named

    @cached_property
    def size(self) -> int:
        """Return how many things can be found."""
        houses = sum(len(street.houses) + len(street.marks) for street in self._named.streets)
        return len(self._named.entries) + houses + sum(len(each) for each in self._named.crossings.values())

    @property
    def nbytes(self) -> int:
        """Return the memory of the search arrays; the entries themselves are Python objects beside them."""
        return self._names.nbytes + self._streets.nbytes

    def everything(self) -> Iterator[Entry]:
        """Yield everything that can be found, house numbers and kilometre marks apart."""
        yield from self._named.entries
        for meetings in self._named.crossings.values():
            yield from meetings

    def find(self, words: str, limit: int, near: Point | None = None) -> list[FoundPlace]:
        """Return at most ``limit`` places for what was typed, the likeliest first; none for no words.

        ``near`` (WGS-84) is where other sources say the caller is: it ranks, it never hides. Any text is an answer or
        nothing: punctuation, scripts and emoji hold no letters, and of a story only the beginning is read.
        """
        district, rest = district_first(words, self._districts, self._city)
        answers = [*self._by_name(words, near)]
        if district is not None:
            answers += [_in_district(answer, district) for answer in self._by_name(rest, near)]
        is_name = max((answer.place.quality for answer in answers), default=0.0) >= _NAMED
        answers += self._by_parts(rest, near, unmarked=not is_name)
        return _ranked(answers, limit)

    def _by_parts(self, words: str, near: Point | None, *, unmarked: bool) -> Iterator[_Answer]:
        """Yield crossings, house numbers and kilometre marks."""
        known: dict[str, list[tuple[int, float]]] = {}
        for cut in cuts_of(words, unmarked=unmarked):
            yield from self._crossings(cut, near, known)
        for house in houses_of(words):
            yield from self._houses(house, near, known)
        mark = mark_of(words)
        if mark is not None:
            yield from self._marks(mark, near, known)

    def _by_name(self, words: str, near: Point | None) -> Iterator[_Answer]:
        said = dict.fromkeys(spelled_once(each) for each in (words, without_around(words), without_corner(words)))
        for place, spelled in enumerate(said):
            if not spelled or (place and len(spelled) < 2):  # noqa: PLR2004 - "路口" alone leaves nothing
                continue
            letters = (
                typed_letters(spelled) if any(letter.isascii() and letter.isalpha() for letter in spelled) else None
            )
            for hit in self._names.find(spelled, letters, near):
                yield from self._told(hit, spelled, letters, near, less=0.03 * place)
        translated = from_english(words)
        if translated:
            spelled = spelled_once(translated)
            for hit in self._names.find("", typed_letters(spelled), near):
                yield from self._told(hit, spelled, None, near, less=0.01)

    def _told(self, hit: Hit, spelled: str, letters: str | None, near: Point | None, less: float) -> Iterator[_Answer]:
        """Yield the entries of a form: the nearest or best known first, further ones a little behind."""
        entries = [self._named.entries[number] for number in hit.entries]
        rows = sorted(((_extra(entry, near), entry) for entry in entries), key=lambda row: -row[0][0])
        how = _matched(hit, spelled, letters)
        for place, ((extra, point, away_m), entry) in enumerate(rows[:_OF_NAME_MAX]):
            quality = hit.quality - less
            found = FoundPlace(entry.name, entry.name_en, entry.kind, point, entry.district, how, quality, away_m)
            yield _Answer(quality + extra - _NEXT_OF_NAME * place, found)

    def _street_hits(self, words: str, known: dict[str, list[tuple[int, float]]]) -> list[tuple[int, float]]:
        """Return streets whose name the words may be, with the quality of each, best first."""
        if words not in known:
            spelled = spelled_once(from_english(words) or words)
            letters = (
                typed_letters(spelled) if any(letter.isascii() and letter.isalpha() for letter in spelled) else None
            )
            hits = self._streets.find(spelled, letters, None) if spelled else []
            found: dict[int, float] = {}
            for hit in hits:
                for number in hit.entries:
                    found[number] = max(found.get(number, 0.0), hit.quality)
            good = [each for each in found.items() if each[1] >= _STREET_QUALITY_MIN]
            known[words] = sorted(good, key=lambda each: -each[1])[:_STREETS_MAX]
        return known[words]

    def _crossings(self, cut: Cut, near: Point | None, known: dict[str, list[tuple[int, float]]]) -> Iterator[_Answer]:
        first = self._street_hits(cut.one, known)
        for one, one_quality in first:
            for other, other_quality in self._street_hits(cut.other, known):
                names = self._named.streets[one].road.name, self._named.streets[other].road.name
                quality = (one_quality + other_quality) / 2.0
                meetings = self._named.crossings.get((min(one, other), max(one, other)), ())
                yield from _meetings(meetings, crossing_name(*names), quality, near)

    def _houses(self, house: House, near: Point | None, known: dict[str, list[tuple[int, float]]]) -> Iterator[_Answer]:
        for number, quality in self._street_hits(house.street, known):
            street = self._named.streets[number]
            for found, less, how in _numbers(street, house.number):
                point, district = found[1]
                away_m = distance_m(near, point) if near else None
                name = f"{street.road.name}{found[0]}号"
                place = FoundPlace(name, None, "address", point, district, how, quality - less, away_m)
                yield _Answer(quality - less + _HOUSE_IMPORTANCE * IMPORTANCE_WEIGHT + _nearness(away_m), place)

    def _marks(self, mark: Mark, near: Point | None, known: dict[str, list[tuple[int, float]]]) -> Iterator[_Answer]:
        for number, quality in self._street_hits(mark.road, known):
            road, marks = self._named.streets[number].road, self._named.streets[number].marks
            point = _at_mark(marks, mark.mark_m)
            how = MatchedBy.NO_KILOMETRES if point is None else MatchedBy.KILOMETRE
            extra, road_point, away_m = _extra(road, near)
            if point is None:  # the road is known, the place on it is not: said, never guessed
                place = FoundPlace(road.name, road.name_en, ROAD, road_point, road.district, how, quality, away_m)
                yield _Answer(quality + extra - _NO_SUCH_MARK, place)
                continue
            away_m = distance_m(near, point) if near else None
            name = f"{road.name}K{mark.mark_m // 1000}+{mark.mark_m % 1000:03}"
            place = FoundPlace(name, None, "highway=milestone", point, road.district, how, quality, away_m)
            yield _Answer(quality + road.importance * IMPORTANCE_WEIGHT + _nearness(away_m), place)


def _meetings(meetings: Iterable[Entry], name: str, quality: float, near: Point | None) -> Iterator[_Answer]:
    rows = sorted(((_extra(entry, near), entry) for entry in meetings), key=lambda row: -row[0][0])
    for place, ((extra, point, away_m), entry) in enumerate(rows[:_OF_NAME_MAX]):
        found = FoundPlace(name, entry.name_en, CROSSING, point, entry.district, MatchedBy.CROSSING, quality, away_m)
        yield _Answer(quality + extra - _NEXT_OF_NAME * place, found)


def _nearness(away_m: float | None) -> float:
    return 0.0 if away_m is None else NEAR_WEIGHT / (1.0 + away_m / NEAR_HALF_M)


def _extra(entry: Entry, near: Point | None) -> tuple[float, Point, float | None]:
    """Return what importance and nearness add, the place of the entry to show, and how far it is."""
    known = entry.importance * IMPORTANCE_WEIGHT
    if near is None:
        return known, entry.point, None
    point = entry.point if len(entry.spots) == 1 else _nearest(entry, near)
    away_m = distance_m(near, point)
    return known + _nearness(away_m), point, away_m


def _nearest(entry: Entry, near: Point) -> Point:
    away = (entry.spots - (near.lon, near.lat)) * (math.cos(math.radians(near.lat)), 1.0)
    lon, lat = entry.spots[int((away * away).sum(axis=1).argmin())]
    return Point(float(lon), float(lat))


def _matched(hit: Hit, spelled: str, letters: str | None) -> MatchedBy:
    if hit.how == MISTYPED:
        return MatchedBy.MISSPELLED
    if hit.how == TYPED:
        if letters is None or hit.form.is_english:
            return MatchedBy.ENGLISH
        return MatchedBy.PINYIN if letters in hit.form.letters else MatchedBy.INITIALS
    own = hit.form.written
    if own == spelled or hit.quality >= _EXACT:
        return MatchedBy.NAME
    if own.startswith(spelled):
        return MatchedBy.BEGINNING
    return MatchedBy.PART if spelled in own else MatchedBy.SIMILAR


def _numbers(street: Street, wanted: int) -> Iterator[tuple[tuple[int, tuple[Point, str | None]], float, MatchedBy]]:
    """Yield the house itself; else where it must lie; and houses whose number is begun or has one slip."""
    houses = street.houses
    if wanted in houses:
        yield (wanted, houses[wanted]), 0.0, MatchedBy.HOUSE_NUMBER
    elif (between := _between(street, wanted)) is not None:
        yield (wanted, between), _BETWEEN_NUMBERS, MatchedBy.BETWEEN_HOUSES
    begun = [number for number in houses if number != wanted and str(number).startswith(str(wanted))]
    for number in sorted(begun)[:_HOUSES_MAX]:
        yield (number, houses[number]), _BEGUN_NUMBER, MatchedBy.HOUSE_NUMBER
    slipped = [number for number in houses if number not in begun and _one_slip(str(number), str(wanted))]
    for number in sorted(slipped, key=lambda each: abs(each - wanted))[:_HOUSES_MAX]:
        yield (number, houses[number]), _SLIPPED_NUMBER, MatchedBy.SIMILAR


def _one_slip(one: str, other: str) -> bool:
    """Tell whether two numbers differ by one figure, or by two neighbours swapped."""
    if len(one) == len(other):
        wrong = [at for at in range(len(one)) if one[at] != other[at]]
        swapped = len(wrong) == 2 and wrong[1] == wrong[0] + 1 and one[wrong[0]] == other[wrong[1]]  # noqa: PLR2004
        return len(wrong) == 1 or (swapped and one[wrong[1]] == other[wrong[0]])
    short, long = sorted((one, other), key=len)
    return len(long) == len(short) + 1 and any(long[:at] + long[at + 1 :] == short for at in range(len(long)))


def _between(street: Street, wanted: int) -> tuple[Point, str | None] | None:
    """Return where a house number must lie between its neighbours on the same side of the street; None: too far."""
    side = [number for number in street.houses if number % 2 == wanted % 2]
    below = max((number for number in side if number < wanted), default=None)
    above = min((number for number in side if number > wanted), default=None)
    if below is None or above is None or above - below > _NEIGHBOUR_NUMBERS:
        return None
    a, district = street.houses[below]
    b, _ = street.houses[above]
    return _on_the_way(a, b, (wanted - below) / (above - below)), district


def _on_the_way(a: Point, b: Point, share: float) -> Point:
    return Point(a.lon + share * (b.lon - a.lon), a.lat + share * (b.lat - a.lat))


def _at_mark(marks: tuple[tuple[int, Point], ...], wanted_m: int) -> Point | None:
    """Return the place of a kilometre mark, on the straight line between its neighbours; None where there are none."""
    for at, (mark_m, point) in enumerate(marks):
        if mark_m == wanted_m:
            return point
        if mark_m > wanted_m:
            if at == 0 or mark_m - marks[at - 1][0] > _BETWEEN_MARKS_M:
                return None
            before_m, before = marks[at - 1]
            return _on_the_way(before, point, (wanted_m - before_m) / (mark_m - before_m))
    return None


def _in_district(answer: _Answer, district: str) -> _Answer:
    here = answer.place.district == district
    return _Answer(answer.worth + (_DISTRICT_WEIGHT if here else -_DISTRICT_WEIGHT), answer.place)


def _ranked(answers: list[_Answer], limit: int) -> list[FoundPlace]:
    """Return the answers of most worth; one name is told once within `SAME_PLACE_M`."""
    answers.sort(key=lambda answer: (-answer.worth, answer.place.name, answer.place.point.lon, answer.place.point.lat))
    told: list[FoundPlace] = []
    for answer in answers:
        if len(told) == limit:
            break
        place = answer.place
        if not any(other.name == place.name and distance_m(other.point, place.point) < SAME_PLACE_M for other in told):
            told.append(place)
    return told
