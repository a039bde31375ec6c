"""Make the questions of ``greenchannel bench places``: seeded names of a city with the errors that typing makes.

It shares no code with the gazetteer: crossings are read from the graph here once more, and pinyin comes straight from
pypinyin. Eight kinds of error, as many questions of each; every second one carries a position near the place.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from pypinyin import Style, lazy_pinyin

from dispatch.errors import BadInput
from geo.city_pack import CityPack
from geo.point import Point, destination_point, distance_m

# The same name within this distance is the same place.
SAME_PLACE_M = 100.0
_AWAY_MAX_M = 1_500.0
_NAME_MIN, _INITIALS_MIN, _NAME_MAX = 3, 4, 14

_NEIGHBOURS = {
    "a": "sqz", "b": "vghn", "c": "xdfv", "d": "sfec", "e": "wrd", "f": "dgrv", "g": "fhtb", "h": "gjyn", "i": "uok",
    "j": "hkun", "k": "jlim", "l": "kop", "m": "nk", "n": "bhm", "o": "ipl", "p": "ol", "q": "wa", "r": "etf",
    "s": "adwx", "t": "ryg", "u": "yij", "v": "cfb", "w": "qes", "x": "zsc", "y": "tuh", "z": "asx",
}  # fmt: skip
_FIGURES = dict(zip("0123456789", "〇一二三四五六七八九", strict=True))


class Kind(StrEnum):
    """The kinds of error."""

    TYPO = "typo"
    WRONG_CHARACTER = "wrong_character"
    PINYIN = "pinyin"
    INITIALS = "initials"
    PARTIAL = "partial"
    SWAPPED = "swapped"
    CROSSING = "crossing"
    ALIAS = "alias"


@dataclass(frozen=True, slots=True)
class Question:
    """What is typed, what it means (every place of one of these names), and where the caller is thought to be."""

    kind: Kind
    words: str
    names: frozenset[str]
    at: Point
    near: Point | None


@dataclass(frozen=True, slots=True)
class Target:
    """A name and one of the places that carry it; a crossing has two names of roads instead of one."""

    name: str
    point: Point
    roads: tuple[str, str] | None = None


def is_right(question: Question, name: str, point: Point) -> bool:
    """Tell whether an answer is the place: by name, and within `SAME_PLACE_M` where a position was given."""
    return name in question.names and (question.near is None or distance_m(point, question.at) < SAME_PLACE_M)


def questions(pack: CityPack, count: int, seed: int) -> list[Question]:
    """Return ``count`` questions of every kind, mixed."""
    chance = random.Random(seed)  # noqa: S311 - questions, not secrets
    named, crossings = targets(pack)
    if not named or not crossings:
        raise BadInput(f"{pack.name} names too little to ask for")
    long = [each for each in named if len(each.name) >= _INITIALS_MIN]
    sounds = _by_sound(named)
    made = []
    for kind in Kind:
        pool = {Kind.CROSSING: crossings, Kind.INITIALS: long}.get(kind, named)
        kept = 0
        while kept < count:
            target = chance.choice(pool)
            words = _SPOILED[kind](target, chance, sounds)
            if words is None:
                continue
            made.append(_question(kind, words, target, chance))
            kept += 1
    chance.shuffle(made)
    return made


def _question(kind: Kind, words: str, target: Target, chance: random.Random) -> Question:
    near = None
    if chance.random() < 0.5 or kind is Kind.INITIALS:  # noqa: PLR2004 - every second one
        near = destination_point(target.point, chance.uniform(0, 360), chance.uniform(0, _AWAY_MAX_M))
    names = {target.name}
    if target.roads is not None:
        one, other = target.roads
        names = {f"{one}与{other}路口", f"{other}与{one}路口"}
    return Question(kind, words, frozenset(names), target.point, near)


def targets(pack: CityPack) -> tuple[list[Target], list[Target]]:
    """Return places with a name worth typing, and crossings. A road counts as one target at each of its junctions."""
    named = [Target(each.name, each.point) for each in pack.places if _worth(each.name)]
    meeting: Mapping[int, set[str]] = defaultdict(set)
    graph, names = pack.graph, [None if each is None else each.zh for each in pack.road_names]
    for arc in range(graph.arc_count):
        name = names[graph.road_name[graph.arc_stretch[arc]]]
        if name is not None:
            meeting[int(graph.arc_from[arc])].add(name)
            meeting[int(graph.arc_to[arc])].add(name)
    crossings: dict[tuple[str, str], list[Point]] = defaultdict(list)
    for node, roads in meeting.items():
        here = sorted(roads)
        for place, one in enumerate(here):
            for other in here[place + 1 :]:
                crossings[one, other].append(graph.node_point(node))
    met = [Target("", point, roads) for roads, points in crossings.items() for point in _middles(points)]
    return named, met


def _middles(points: Sequence[Point]) -> list[Point]:
    """Return the middle of a crossing that is one place; of a pair of roads that meets again and again, nothing."""
    middle = Point(float(np.mean([each.lon for each in points])), float(np.mean([each.lat for each in points])))
    return [middle] if all(distance_m(middle, each) < SAME_PLACE_M / 2 for each in points) else []


def _worth(name: str) -> bool:
    return _NAME_MIN <= len(name) <= _NAME_MAX and sum("㐀" <= letter <= "鿿" for letter in name) >= _NAME_MIN


def _by_sound(named: Sequence[Target]) -> Mapping[str, list[str]]:
    sounds: dict[str, list[str]] = defaultdict(list)
    for letter in sorted({letter for each in named for letter in each.name if "㐀" <= letter <= "鿿"}):
        sounds[lazy_pinyin(letter)[0]].append(letter)
    return sounds


_Sounds = Mapping[str, list[str]]


def _pinyin(target: Target, chance: random.Random, _: _Sounds) -> str:
    return chance.choice(["", "", " "]).join(lazy_pinyin(target.name)).lower()


def _initials(target: Target, _: random.Random, __: _Sounds) -> str:
    return "".join(lazy_pinyin(target.name, style=Style.FIRST_LETTER)).lower()


def _typo(target: Target, chance: random.Random, sounds: _Sounds) -> str:
    """Slip once: in pinyin a neighbouring, missing, doubled letter; in Chinese a missing or doubled character."""
    if chance.random() < 0.3:  # noqa: PLR2004 - mostly pinyin
        at = chance.randrange(len(target.name))
        again = chance.choice(["", target.name[at] * 2])
        return target.name[:at] + again + target.name[at + 1 :]
    words = _pinyin(target, chance, sounds)
    at = chance.randrange(1, len(words))
    letter = words[at]
    slip = chance.choice([chance.choice(_NEIGHBOURS.get(letter, "e")), "", letter * 2])
    return words[:at] + slip + words[at + 1 :]


def _wrong_character(target: Target, chance: random.Random, sounds: _Sounds) -> str | None:
    """Take another character: of the same sound mostly, as pinyin keyboards do; else any."""
    at = chance.randrange(len(target.name))
    if chance.random() < 0.7:  # noqa: PLR2004 - mostly the same sound
        same = [each for each in sounds.get(lazy_pinyin(target.name[at])[0], []) if each != target.name[at]]
        if not same:
            return None
        other = chance.choice(same)
    else:
        other = chance.choice(chance.choice(list(sounds.values())))
    return target.name[:at] + other + target.name[at + 1 :]


def _partial(target: Target, chance: random.Random, _: _Sounds) -> str | None:
    """Stop before the end, or begin after the beginning; at least two thirds are there."""
    length = max(_NAME_MIN, -(-2 * len(target.name) // 3))
    if length >= len(target.name):
        return None
    words = chance.choice([target.name[:length], target.name[:length], target.name[-length:]])
    return words if chance.random() < 0.7 else "".join(lazy_pinyin(words)).lower()  # noqa: PLR2004


def _swapped(target: Target, chance: random.Random, sounds: _Sounds) -> str | None:
    words = target.name if chance.random() < 0.6 else _pinyin(target, chance, sounds)  # noqa: PLR2004
    at = chance.randrange(len(words) - 1)
    swapped = words[:at] + words[at + 1] + words[at] + words[at + 2 :]
    return swapped if swapped != words else None


def _crossing(target: Target, chance: random.Random, sounds: _Sounds) -> str | None:
    if target.roads is None:
        return None
    one, other = chance.sample(target.roads, 2)
    style = chance.random()
    if style < 0.2:  # noqa: PLR2004 - a fifth in pinyin
        return "".join(lazy_pinyin(one)) + chance.choice([" ", "", "/"]) + "".join(lazy_pinyin(other))
    if style < 0.4:  # noqa: PLR2004 - a fifth with a wrong character
        one = _wrong_character(Target(one, target.point), chance, sounds) or one
    joint = chance.choice(["与", "和", "", "/", " ", "跟", "、"])
    return one + joint + other + chance.choice(["路口", "交叉口", "", "交汇处", "十字路口", "口"])


def _alias(target: Target, chance: random.Random, _: _Sounds) -> str | None:
    """Say it as people do: without brackets or the city, with numbers the other way, the station's words turned."""
    name = target.name
    figures = "".join(_FIGURES.get(letter, letter) for letter in name)
    ways = [
        name.replace("（", "(").replace("）", ")").split("(")[0],
        name.removeprefix("北京市").removeprefix("北京"),
        figures if not any(two.isdigit() for two in _neighbours(name)) else name,
        name.removeprefix("地铁").removesuffix("站") + "地铁站" if name.startswith("地铁") else name,
        name.removesuffix("站") if name.endswith("站") else name,
        name + chance.choice(["附近", "旁边", "对面", "门口"]),
        "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in name),
        chance.choice([" ", "-", "·"]).join((name[:2], name[2:])),
    ]
    said = chance.choice([way for way in ways if len(way) >= _NAME_MIN - 1 and way != name])
    return said if said != name else None


def _neighbours(name: str) -> list[str]:
    return [name[at : at + 2] for at in range(len(name) - 1)]


_SPOILED: Mapping[Kind, Callable[[Target, random.Random, _Sounds], str | None]] = {
    Kind.TYPO: _typo,
    Kind.WRONG_CHARACTER: _wrong_character,
    Kind.PINYIN: _pinyin,
    Kind.INITIALS: _initials,
    Kind.PARTIAL: _partial,
    Kind.SWAPPED: _swapped,
    Kind.CROSSING: _crossing,
    Kind.ALIAS: _alias,
}
