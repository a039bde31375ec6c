"""Read what was typed as a crossing, a house number or a kilometre mark, as far as its words say so.

Nothing is decided here: each reading is one that may be meant, and the gazetteer keeps those that exist.
"""

import re
from typing import NamedTuple

from geo.places.text import folded, is_han

# So many ways to cut a crossing are tried, the likeliest first.
_CUTS_MAX = 8
_PART_MIN, _NUMBER_MAX = 2, 99_999

_CORNER = re.compile(
    r"(?:的)?(?:(?:东|西|南|北){1,2}角|十字路?口|丁字路?口|三岔路?口|交叉路口|交叉口|交叉点|交叉处|交汇处?|交会处?|交界处?|相交处?|交口|路囗|路口|口)$"
    r"|\s*(?:shi\s*zi\s*lu\s*kou|jiao\s*cha\s*kou|jiao\s*hui\s*chu|lu\s*kou|crossing|crossroads?|intersection|junction|corner)$"
)
_AROUND = re.compile(r"(?:的)?(?:附近|旁边|旁|对面|对过|门口|门前|这边|那边|这里|那里|这儿|那儿|一带|里面|楼下|处)$")
_SIGNS = re.compile(r"\s*[/\\&+,，、;；|@×~－—-]+\s*|\s+(?:and|at|x|he|yu)\s+")
_JOINED = re.compile("[与和跟及同交]")
_ROAD_END = re.compile("(?:路|街|道|巷|桥|胡同|条|线|高速|公路|环|里|弄)")
_ROAD_END_LETTERS = re.compile(r"(?:lu|jie|dao|hutong|xiang|qiao|gaosu|road|rd|street|st|avenue|ave)(?=[a-z ])")

_HOUSE = re.compile(r"^(?P<street>.*\D)(?P<number>\d{1,5})\s*(?:号|號|hao|h|no)?(?:院|楼|門|门)?$")
_HAN_HOUSE = re.compile(r"^(?P<street>.+?)(?P<number>[〇零一二三四五六七八九十百千]+)[号號]$")
_PINYIN_HOUSE = re.compile(r"^(?P<street>.+?)(?P<number>(?:ling|yi|er|san|si|wu|liu|qi|ba|jiu|shi|bai|qian)+)hao$")
_SOUND_OF = {
    "ling": "〇", "yi": "一", "er": "二", "san": "三", "si": "四", "wu": "五", "liu": "六", "qi": "七", "ba": "八",
    "jiu": "九", "shi": "十", "bai": "百", "qian": "千",
}  # fmt: skip
_SOUND = re.compile("|".join(sorted(_SOUND_OF, key=len, reverse=True)))
_FIGURES = frozenset("0123456789")
_SPACE = re.compile(r"\s+")

_MARK = re.compile(
    r"^(?P<road>.*?)[\s,，]*(?:k|桩号|里程|gong\s*li\s*zhuang)*\s*(?P<km>\d{1,4}(?:\.\d{1,3})?)\s*(?:公里|千米|km|gong\s*li|\+)"
    r"(?:又|加|\+)?\s*(?P<metres>\d{1,3})?\s*(?:米|m|mi)?(?:处|左右|附近)?$"
)
_PLAIN_MARK = re.compile(r"^(?P<road>.*?)\s*k\s*(?P<km>\d{1,4}(?:\.\d{1,3})?)$")


class Cut(NamedTuple):
    """Two halves that may be two roads."""

    one: str
    other: str


class House(NamedTuple):
    """A house number on what may be a street."""

    street: str
    number: int


class Mark(NamedTuple):
    """A kilometre mark of what may be a road, in metres from its beginning."""

    road: str
    mark_m: int


def without_around(words: str) -> str:
    """Return the words without what only says "near it"."""
    return _AROUND.sub("", folded(words).strip())


def without_corner(words: str) -> str:
    """Return the words without the ending that says "crossing"; unchanged when there is none."""
    return _CORNER.sub("", without_around(words))


def cuts_of(words: str, *, unmarked: bool = True) -> list[Cut]:
    """Return the likeliest ways to read the words as two roads: at signs, at "与"; unmarked, where a road ends."""
    said = without_corner(words)
    places = [(found.start(), found.end()) for found in _SIGNS.finditer(said)]
    places += [(found.start(), found.end()) for found in _JOINED.finditer(said)]
    if unmarked or said != without_around(words):
        places += [(found.end(), found.end()) for found in _ROAD_END.finditer(said)]
        places += [(found.end(), found.end()) for found in _ROAD_END_LETTERS.finditer(said)]
    found = dict.fromkeys(Cut(said[:end].strip(), said[start:].strip()) for end, start in places)
    return [cut for cut in found if len(cut.one) >= _PART_MIN and len(cut.other) >= _PART_MIN][:_CUTS_MAX]


def houses_of(words: str) -> list[House]:
    """Return the ways to read the words as a house number."""
    said = _SPACE.sub("", without_around(words))
    found = []
    written = _HOUSE.match(said)
    if written is not None:
        found.append(House(written["street"], int(written["number"])))
    spoken = _HAN_HOUSE.match(said)
    if spoken is not None:
        found.append(House(spoken["street"], _value(spoken["number"])))
    heard = _PINYIN_HOUSE.match(said)
    if heard is not None:
        found.append(House(heard["street"], _value(_SOUND.sub(lambda sound: _SOUND_OF[sound[0]], heard["number"]))))
    figures = "".join(letter for letter in said if letter in _FIGURES)
    rest = "".join(letter for letter in said if letter not in _FIGURES).replace("号", "").removesuffix("hao")
    if figures and rest:  # a figure slipped into the street's name, or the name's last letter among the figures
        found.append(House(rest, int(figures[:5])))
    return [house for house in dict.fromkeys(found) if house.street and 0 < house.number <= _NUMBER_MAX]


def _value(numerals: str) -> int:
    """Read a Chinese number below ten thousand; bare numerals are figures ("九六三")."""
    figures = "〇一二三四五六七八九"
    plain = numerals.replace("零", "〇")
    if all(letter in figures for letter in plain):
        return int("".join(str(figures.index(letter)) for letter in plain[:5]))
    total, waiting = 0, 0
    for letter in plain:
        weight = {"十": 10, "百": 100, "千": 1000}.get(letter)
        if weight is None:
            waiting = figures.index(letter)
            continue
        total += max(1, waiting) * weight
        waiting = 0
    return total + waiting


def mark_of(words: str) -> Mark | None:
    """Return the kilometre mark the words name ("京藏高速45公里", "G6 K45+200"); None when they name none."""
    said = folded(words).strip()
    found = _MARK.match(said) or _PLAIN_MARK.match(said)
    if found is None or not found["road"].strip():
        return None
    metres = found.groupdict().get("metres")
    return Mark(found["road"].strip(), round(float(found["km"]) * 1000) + int(metres or 0))


def district_first(words: str, districts: tuple[str, ...], city: str) -> tuple[str | None, str]:
    """Return the district that the words begin with, and the rest; "北京市朝阳区建国路" is (朝阳区, 建国路)."""
    said = folded(words).strip()
    for prefix in (city + "市", city):
        if said.startswith(prefix) and len(said) > len(prefix) + 1:
            rest = said.removeprefix(prefix).strip()
            said = rest if any(rest.startswith(district) for district in districts) else said
    for district in districts:
        rest = said.removeprefix(district).strip()
        if rest != said and len(rest) >= _PART_MIN and any(is_han(letter) or letter.isalpha() for letter in rest):
            return district, rest
    return None, said
