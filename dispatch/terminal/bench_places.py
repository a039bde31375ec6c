"""Measure the search for places by name beside SQLite's trigram index, on the same seeded questions."""

import argparse
import random
import sqlite3
import time
from collections.abc import Callable

from dispatch.errors import BadInput
from dispatch.terminal.bench import Bench, pack_path, row
from dispatch.terminal.geo_input import open_pack
from geo.osm_import import NamedPlace
from geo.place_names import PlaceNames
from geo.point import distance_m

QUESTIONS, ANSWERS, SEED = 500, 10, 120
SAME_PLACE_M = 100.0
TRIGRAM = 3

Search = Callable[[str], list[NamedPlace]]


def measure(given: argparse.Namespace) -> Bench:
    """Ask both for exact names and for beginnings of names."""
    path = pack_path(given)
    places = [each for each in open_pack(path).places if len(each.name) >= TRIGRAM]
    if not places:
        raise BadInput(f"{path} names no places")
    chance = random.Random(SEED)  # noqa: S311 - questions, not secrets
    wanted = [chance.choice(places) for _ in range(QUESTIONS)]
    questions = [(each.name[: chance.randint(TRIGRAM, len(each.name))], each) for each in wanted]
    names = PlaceNames(places)
    bench = Bench()
    _ask(bench, "ours", lambda words: names.find(words, ANSWERS), questions)
    _ask(bench, "fts5", _trigrams(places), questions)
    return bench


def _ask(bench: Bench, system: str, search: Search, questions: list[tuple[str, NamedPlace]]) -> None:
    taken, first, in_three = [], 0, 0
    for words, place in questions:
        started = time.perf_counter()
        found = search(words)
        taken.append(time.perf_counter() - started)
        right = [each.name == place.name or distance_m(each.point, place.point) < SAME_PLACE_M for each in found]
        first += bool(right[:1] and right[0])
        in_three += any(right[:3])
    bench.rows.append(row("search", system, taken))
    prefix = "" if system == "ours" else f"{system}_"
    bench.checks[f"{prefix}right_first"] = round(first / len(questions), 4)
    bench.checks[f"{prefix}right_in_first_3"] = round(in_three / len(questions), 4)


def _trigrams(places: list[NamedPlace]) -> Search:
    """Put the names into an FTS5 table with trigrams."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE place USING fts5(name, tokenize='trigram')")
    database.executemany("INSERT INTO place(rowid, name) VALUES (?, ?)", ((n, p.name) for n, p in enumerate(places, 1)))

    def search(words: str) -> list[NamedPlace]:
        quoted = '"' + words.replace('"', '""') + '"'
        rows = database.execute("SELECT rowid FROM place WHERE name MATCH ? ORDER BY rank LIMIT ?", (quoted, ANSWERS))
        return [places[rowid - 1] for (rowid,) in rows]

    return search
