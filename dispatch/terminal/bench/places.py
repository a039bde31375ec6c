"""Measure the gazetteer beside SQLite's trigram index and a plain rapidfuzz scan, on the same seeded questions."""

import argparse
import random
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from rapidfuzz import fuzz, process

from dispatch.terminal.bench.command import Bench, pack_path, row
from dispatch.terminal.bench.place_questions import Kind, Question, is_right, questions
from dispatch.terminal.geo_input import open_pack
from geo.places.entries import Named
from geo.places.gazetteer import Gazetteer
from geo.point import Point

EACH_KIND, ANSWERS, SEED = 250, 10, 120
TRIGRAM = 3
# A scan of all names takes tens of milliseconds: it is asked so many of the questions only.
_SCANNED = 400
# Every keystroke of so many questions is timed.
_TYPED = 200
# How many places a large city's gazetteer holds.
GROWN = 60_000

Answer = tuple[str, Point]
Search = Callable[[Question], list[Answer]]


def measure(given: argparse.Namespace) -> Bench:
    """Ask all three the same; say how often the right place came first, and among the first three, by kind of error."""
    path = pack_path(given)
    pack = open_pack(path)
    asked = questions(pack, EACH_KIND, SEED)
    bench = Bench()
    started = time.perf_counter()
    gazetteer = Gazetteer.of(pack)
    bench.checks["built_in_s"] = round(time.perf_counter() - started, 2)
    bench.checks["entries"] = gazetteer.size
    bench.checks["index_mb"] = round(gazetteer.nbytes / 2**20, 1)

    def ours(question: Question) -> list[Answer]:
        return [(each.name, each.point) for each in gazetteer.find(question.words, ANSWERS, question.near)]

    for question in asked[:_TYPED]:  # the first searches compile or load the kernels
        ours(question)
    _ask(bench, "ours", ours, asked)
    _keystrokes(bench, "keystroke", gazetteer, asked)
    grown = Gazetteer(_grown(gazetteer.named), pack.name)
    _keystrokes(bench, f"keystroke, {GROWN:,} names", grown, asked)
    everything = [(entry.name, entry.point) for entry in gazetteer.everything()]
    _ask(bench, "fts5", _trigrams(everything), asked)
    _ask(bench, "rapidfuzz", _scan(everything), asked[:_SCANNED])
    return bench


def _ask(bench: Bench, system: str, search: Search, asked: Sequence[Question]) -> None:
    taken: list[float] = []
    count: Counter[Kind] = Counter()
    first: Counter[Kind] = Counter()
    in_three: Counter[Kind] = Counter()
    for question in asked:
        started = time.perf_counter()
        found = search(question)
        taken.append(time.perf_counter() - started)
        right = [is_right(question, name, point) for name, point in found[:3]]
        count[question.kind] += 1
        first[question.kind] += bool(right[:1] and right[0])
        in_three[question.kind] += any(right)
    bench.rows.append(row("search", system, taken))
    prefix = "" if system == "ours" else f"{system}_"
    bench.checks[f"{prefix}right_first"] = round(first.total() / len(asked), 4)
    bench.checks[f"{prefix}right_in_first_3"] = round(in_three.total() / len(asked), 4)
    for kind in Kind:
        bench.checks[f"{prefix}{kind}_right_first"] = round(first[kind] / count[kind], 4)
        bench.checks[f"{prefix}{kind}_right_in_first_3"] = round(in_three[kind] / count[kind], 4)


def _grown(named: Named) -> Named:
    """Add made-up places until there are `GROWN` names: the head of one name and the tail of another, near the one."""
    chance = random.Random(SEED)  # noqa: S311 - names, not secrets
    entries, names = list(named.entries), {each.name for each in named.entries}
    real = [each for each in named.entries if len(each.name) > 1]
    while real and len(entries) < GROWN:
        one, other = chance.choice(real), chance.choice(real)
        name = one.name[: chance.randrange(1, len(one.name))] + other.name[-chance.randrange(1, len(other.name)) :]
        if name not in names:
            names.add(name)
            moved = one.spots + chance.gauss(0.0, 0.01)
            entries.append(replace(one, name=name, name_en=None, spots=moved, aliases=()))
    return Named(tuple(entries), named.streets, named.crossings)


def _keystrokes(bench: Bench, what: str, gazetteer: Gazetteer, asked: Sequence[Question]) -> None:
    """Time every beginning of what is typed, in any order: no search may profit from the one before."""
    typed = [(each.words[:end], each.near) for each in asked[:_TYPED] for end in range(1, len(each.words) + 1)]
    random.Random(SEED).shuffle(typed)  # noqa: S311 - an order, not a secret
    for words, _ in typed[:_TYPED]:
        gazetteer.find(words, ANSWERS)
    taken = []
    for words, near in typed:
        started = time.perf_counter()
        gazetteer.find(words, ANSWERS, near)
        taken.append(time.perf_counter() - started)
    bench.rows.append(row(what, "ours", taken))


def _trigrams(everything: Sequence[Answer]) -> Search:
    """Put the names into an FTS5 table with trigrams; any shared trigram is a hit, the best rank first."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE place USING fts5(name, tokenize='trigram')")
    database.executemany(
        "INSERT INTO place(rowid, name) VALUES (?, ?)", ((n, name) for n, (name, _) in enumerate(everything, 1))
    )

    def search(question: Question) -> list[Answer]:
        words = question.words.replace('"', "")
        grams = [f'"{words[at : at + TRIGRAM]}"' for at in range(len(words) - TRIGRAM + 1)]
        if not grams:
            return []
        rows = database.execute(
            "SELECT rowid FROM place WHERE name MATCH ? ORDER BY rank LIMIT ?", (" OR ".join(grams), ANSWERS)
        )
        return [everything[rowid - 1] for (rowid,) in rows]

    return search


def _scan(everything: Sequence[Answer]) -> Search:
    """Compare with every name."""
    names = [name for name, _ in everything]

    def search(question: Question) -> list[Answer]:
        found = process.extract(question.words, names, scorer=fuzz.WRatio, limit=ANSWERS)
        return [everything[at] for _, _, at in found]

    return search
