"""Bring what a call-taker types, and what the map calls a place, to one spelling.

One spelling: NFKC (full width to half width), small letters, no spaces and no punctuation, numbers as digits
("十二号楼" is "12号楼"). The same function reads both sides, so a name never has to be right, only consistent.
"""

import re
import unicodedata

# Longer input is no place's name: the call-taker pasted a story. Its beginning is searched.
LETTERS_MAX = 64

# A story cut here before it is even normalised, so that ten thousand characters cost what a hundred do.
_RAW_MAX = 4 * LETTERS_MAX

_DIGIT_OF = {zh: str(value) for value, zh in enumerate("零一二三四五六七八九")} | {"〇": "0", "○": "0"}
_HAN_NUMBER = re.compile(f"[{''.join(_DIGIT_OF)}十]+")
_TEN = "十"
_KEPT = frozenset("0123456789abcdefghijklmnopqrstuvwxyz")
# Letters that mean an "ü" in pinyin, and tone marks that NFKD takes off.
_U_UMLAUT = str.maketrans({"ü": "v", "ǖ": "v", "ǘ": "v", "ǚ": "v", "ǜ": "v"})
FIRST_HAN, LAST_HAN = "㐀", "鿿"
_BRACKETED = re.compile(r"[(\[〔【《].*?[)\]〕】》]")


def is_han(letter: str) -> bool:
    """Tell whether a letter is a Chinese character."""
    return FIRST_HAN <= letter <= LAST_HAN


def folded(words: str) -> str:
    """Return the words in half width and small letters, accents off, everything else as it was."""
    wide = unicodedata.normalize("NFKC", words[:_RAW_MAX]).lower().translate(_U_UMLAUT)
    if wide.isascii():
        return wide
    parts = unicodedata.normalize("NFKD", wide)
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


def spelled_once(words: str) -> str:
    """Return the one spelling of the words: Chinese characters, a-z and 0-9 only, at most `LETTERS_MAX` of them."""
    kept = "".join(letter for letter in folded(words) if letter in _KEPT or is_han(letter) or letter == "〇")
    return in_digits(kept)[:LETTERS_MAX]


def in_digits(words: str) -> str:
    """Write Chinese numbers up to 99 as digits, and any run of single numerals digit by digit."""
    return _HAN_NUMBER.sub(lambda run: _number(run[0]), words)


def _number(run: str) -> str:
    if _TEN not in run:
        return "".join(_DIGIT_OF[numeral] for numeral in run)
    tens, _, ones = run.partition(_TEN)
    if len(tens) > 1 or len(ones) > 1 or _TEN in ones:  # no number below a hundred: "八一十字路"
        return "".join(_DIGIT_OF.get(numeral, numeral) for numeral in run)
    return (_DIGIT_OF[tens] if tens else "1") + (_DIGIT_OF[ones] if ones else "0")


def without_brackets(name: str) -> str:
    """Return a name without what stands in brackets; unchanged when nothing else is left."""
    bare = _BRACKETED.sub("", unicodedata.normalize("NFKC", name)).strip()
    return bare or name


# English words of Chinese maps, and the syllables they stand for.
_ENGLISH = {
    "road": "lu", "rd": "lu", "street": "jie", "st": "jie", "avenue": "dajie", "ave": "dajie", "av": "dajie",
    "boulevard": "dadao", "blvd": "dadao", "lane": "xiang", "ln": "xiang", "alley": "xiang", "bridge": "qiao",
    "north": "bei", "south": "nan", "east": "dong", "west": "xi", "middle": "zhong", "central": "zhong",
    "inner": "nei", "outer": "wai", "n": "bei", "s": "nan", "e": "dong", "w": "xi",
    "expressway": "gaosu", "expwy": "gaosu", "highway": "gonglu", "hwy": "gonglu",
    "ring": "huan", "1st": "yi", "2nd": "er", "3rd": "san", "4th": "si", "5th": "wu", "6th": "liu",
    "second": "er", "third": "san", "fourth": "si", "fifth": "wu", "sixth": "liu",
    "station": "zhan", "hospital": "yiyuan", "university": "daxue", "park": "gongyuan", "square": "guangchang",
    "school": "xuexiao", "hotel": "jiudian", "mansion": "dasha", "tower": "dasha", "building": "dasha",
    "plaza": "guangchang", "market": "shichang", "district": "qu", "community": "shequ", "village": "cun",
    "gate": "men", "garden": "huayuan", "subway": "ditie", "metro": "ditie", "bank": "yinhang",
    "airport": "jichang", "temple": "si", "river": "he", "lake": "hu", "no": "", "of": "", "the": "",
}  # fmt: skip
_WORD = re.compile(r"[a-z]+|\d+(?:st|nd|rd|th)?|[^a-z\d\s]+")


def from_english(words: str) -> str | None:
    """Return English words of roads and buildings as pinyin ("Chaoyang Rd" is "chaoyanglu"); None: nothing to change.

    Single letters are directions only beside another English word: "E 3rd Ring" is one, "a e lu" is not.
    """
    parts = _WORD.findall(folded(words))
    if len(parts) < 2 or not any(len(part) > 1 and part in _ENGLISH for part in parts):  # noqa: PLR2004 - two words
        return None
    return "".join(_ENGLISH.get(part, part) for part in parts)
