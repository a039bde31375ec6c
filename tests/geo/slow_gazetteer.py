"""Score every form of an index in plain Python as `geo.places.score` says: the twin of `geo.places.kernels`."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from geo.places import score as price
from geo.places.forms import Form, NamedSpots, plain_letters
from geo.places.index import FormIndex
from geo.places.pinyin import sound_class, syllables_of
from geo.places.text import is_han
from geo.point import EARTH_RADIUS_M, Point


@dataclass(frozen=True)
class Scored:
    value: float
    quality: float
    form: int
    entries: tuple[int, ...]


def best_of(
    index: FormIndex, entries: list[NamedSpots], spelled: str, letters: str | None, near: Point | None
) -> list[Scored]:
    """Return every form that is an answer, best first."""
    found = _scored(index, entries, near, lambda form: max(_written(form, spelled), _typed(form, letters or "")))
    if letters and not (found and found[0].quality >= price.SPELLED):
        errors = _scored(index, entries, near, lambda form: _mistyped(form, letters))
        better = {each.form: each for each in sorted([*found, *errors], key=lambda each: each.value)}
        found = sorted(better.values(), key=lambda each: (-each.value, each.form))
    return [each for each in found if each.value >= found[0].value - price.BEHIND]


def _scored(
    index: FormIndex, entries: list[NamedSpots], near: Point | None, quality_of: Callable[[Form], float]
) -> list[Scored]:
    found = []
    for number, (form, named) in enumerate(index.forms.items()):
        quality = quality_of(form)
        if quality > 0.0:
            worth = max(_worth(entries[at], near) for at in named)
            found.append(Scored(quality + worth, quality, number, named))
    return sorted(found, key=lambda each: (-each.value, each.form))


def _worth(entry: NamedSpots, near: Point | None) -> float:
    worth = entry.importance * price.IMPORTANCE_WEIGHT
    if near is None:
        return worth
    degree_m = math.radians(1.0) * EARTH_RADIUS_M
    away = [
        math.hypot((lon - near.lon) * math.cos(math.radians(near.lat)) * degree_m, (lat - near.lat) * degree_m)
        for lon, lat in entry.spots
    ]
    return worth + price.NEAR_WEIGHT / (1.0 + min(away) / price.NEAR_HALF_M)


def _tail(left: int) -> float:
    return min(price.TAIL_MAX, price.TAIL_EACH * left)


def _inside(skipped: int) -> float:
    return min(price.INSIDE_MAX, price.INSIDE_FIRST + price.INSIDE_NEXT * (skipped - 1)) if skipped else 0.0


def _written(form: Form, spelled: str) -> float:
    if form.chars[0] <= 0 or not any(is_han(each) or each.isdigit() for each in spelled):
        return 0.0
    query = list(zip((ord(each) for each in spelled), syllables_of(spelled), strict=True))
    name = list(zip(form.chars, form.sounds, strict=True))
    n, m = len(query), len(name)
    kinds = {sound_class(sound) for sound in form.sounds}
    shared = sum(sound_class(sound) in kinds for _, sound in query)
    if shared < (n + 1) // 2:
        return 0.0
    table = [[math.inf] * (m + 1) for _ in range(n + 1)]
    table[0] = [_inside(j) * n for j in range(m + 1)]
    for i in range(1, n + 1):
        table[i][0] = table[i - 1][0] + price.EXTRA
        for j in range(1, m + 1):
            ways = [table[i - 1][j - 1] + _unlike(query[i - 1], name[j - 1]), table[i - 1][j] + price.EXTRA]
            ways += [table[i][j - k] + price.GAP_OPEN + price.GAP_NEXT * (k - 1) for k in range(1, j + 1)]
            if i > 1 and j > 1 and _alike(query[i - 2], name[j - 1]) and _alike(query[i - 1], name[j - 2]):
                ways.append(table[i - 2][j - 2] + price.SWAPPED)
            table[i][j] = min(ways)
    quality = 1.0 - min(table[n][j] / n + _tail(m - j) for j in range(1, m + 1))
    if shared == n and n >= price.BAG_FROM and m <= n + price.BAG_LONGER:
        quality = max(quality, price.BAG_QUALITY - _tail(abs(m - n)))
    return quality if quality >= price.QUALITY_MIN else 0.0


def _alike(one: tuple[int, str], other: tuple[int, str]) -> bool:
    return one[0] == other[0] or one[1] == other[1]


def _unlike(one: tuple[int, str], other: tuple[int, str]) -> float:
    if one[0] == other[0]:
        return 0.0
    if chr(one[0]).isascii() and chr(one[0]).isdigit() and other[0] and chr(other[0]).isdigit():
        return price.DIGIT_WRONG
    if one[1] == other[1]:
        return price.SAME_SOUND
    return price.SIMILAR_SOUND if sound_class(one[1]) == sound_class(other[1]) else price.LETTER_WRONG


def _typed(form: Form, letters: str) -> float:
    """Try every way to spell the letters with begun syllables."""
    best = 0.0
    if not letters:
        return best
    for start in range(len(form.sounds) if len(letters) >= price.INSIDE_FROM else 1):
        cost = {0: 0.0}
        for used, sound in enumerate(form.sounds[start:], 1):
            following: dict[int, float] = {}
            for at, spent in cost.items():
                for k in range(1, len(sound) + 1):
                    if letters[at : at + k] != sound[:k]:
                        break
                    unfinished = price.UNFINISHED if at + k == len(letters) else price.ABBREVIATED
                    paid = spent + (unfinished if k < len(sound) else 0.0)
                    following[at + k] = min(following.get(at + k, math.inf), paid)
            cost = following
            if len(letters) in cost:
                left = len(form.sounds) - start - used
                best = max(best, 1.0 - cost[len(letters)] / used - _inside(start) - _tail(left))
    return best if best >= price.QUALITY_MIN else 0.0


def _plain(form: Form) -> tuple[str, list[int]]:
    """Return the plain letters of a form and the syllable of each: a letter stays when the letters before keep it."""
    whole = "".join(form.sounds)
    syllables = [number for number, sound in enumerate(form.sounds) for _ in sound]
    kept = [at for at in range(len(whole)) if len(plain_letters(whole[: at + 1])) > len(plain_letters(whole[:at]))]
    return plain_letters(whole), [syllables[at] for at in kept]


def _mistyped(form: Form, letters: str) -> float:
    query = plain_letters(letters)
    name, syllable = _plain(form)
    n, m = len(query), len(name)
    pairs = {frozenset(name[at : at + 2]) for at in range(m - 1)}
    shared = sum(frozenset(query[at : at + 2]) in pairs for at in range(n - 1))
    if n < price.MISSPELLED_FROM or shared < math.ceil(price.SHARED_PAIRS * (n - 1)):
        return 0.0
    unit = price.MISSPELLED / n
    table = [[math.inf] * (m + 1) for _ in range(n + 1)]
    for j in range(m):
        if j == 0 or syllable[j] != syllable[j - 1]:
            table[0][j] = _inside(syllable[j]) if j else 0.0
    for i in range(1, n + 1):
        table[i][0] = table[i - 1][0] + unit
        for j in range(1, m + 1):
            step = 0.0 if query[i - 1] == name[j - 1] else unit
            ways = [table[i - 1][j - 1] + step, table[i - 1][j] + unit, table[i][j - 1] + unit]
            if i > 1 and j > 1 and query[i - 2] == name[j - 1] and query[i - 1] == name[j - 2]:
                ways.append(table[i - 2][j - 2] + unit)
            table[i][j] = min(ways)
    cost = min(table[n][j] + _tail(len(form.sounds) - 1 - syllable[j - 1]) for j in range(1, m + 1))
    quality = 1.0 - price.FAR - cost
    return quality if quality >= price.MISSPELLED_MIN else 0.0
