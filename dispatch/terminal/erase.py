"""``greenchannel erase``: destroy the keys of a person's words, so that no copy of them can be read again.

Processes that run keep in memory what they have read: restart desk, standby and gateways afterwards, one by one.
"""

import argparse
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from dispatch.adapters.journal.postgres import cities_of
from dispatch.adapters.journal.sealing import KEYS_FILE, KeyStore, SqliteKeys
from dispatch.adapters.journal.sealing_postgres import PostgresKeys
from dispatch.errors import BadInput
from dispatch.flow.record import unless_forgettable
from dispatch.ports import JournalDamaged, JournalUnavailable
from dispatch.rules import builtin
from dispatch.terminal.journal import opened_journal, replayed
from dispatch.texts_catalogue import text

ABOUT_A_PERSON = frozenset({"call", "patient", "position", "link"})  # beside their incident


def add_to(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Offer ``erase``."""
    erasing = subparsers.add_parser("erase", help="make the words about a person unreadable for ever")
    erasing.add_argument("path", metavar="PATH", help="the data directory or a postgresql:// URL")
    erasing.add_argument(
        "subjects",
        nargs="+",
        metavar="SUBJECT",
        help="call:ID, incident:ID, patient:ID, position:ID, link:ID, mark:ID …",
    )
    erasing.add_argument(
        "--everything",
        action="store_true",
        help="of each incident:ID also its calls, patients, positions and links, as the journal names them",
    )
    erasing.add_argument("--city", help="whose keys, in a database that holds several cities")
    erasing.set_defaults(run=run_erase)


def run_erase(arguments: argparse.Namespace) -> int:
    """Destroy the keys; none, when one of the subjects has never had a key or the law still wants what it opens."""
    try:
        named = _everything(arguments) if arguments.everything else arguments.subjects
        with _keys(arguments.path, arguments.city) as keys:
            found = keys.find_all(named)
            unknown = [subject for subject in named if subject not in found]
            if unknown and not arguments.everything:
                raise BadInput(f"no words were ever kept about {', '.join(unknown)}")
            _refuse_what_is_kept_by_law(arguments, named)
            known = [subject for subject in named if subject in found]
            if not known:
                raise BadInput(f"no words were ever kept about {', '.join(arguments.subjects)}")
            for subject in known:
                keys.destroy(subject)
                sys.stdout.write(f"{subject}\n")
    except (JournalUnavailable, psycopg.Error, sqlite3.Error) as failure:
        raise BadInput(f"{arguments.path} cannot be opened: {failure}") from failure
    sys.stderr.write("greenchannel: erased; restart the city's processes, one by one, so that they forget as well\n")
    return 0


def _refuse_what_is_kept_by_law(arguments: argparse.Namespace, subjects: list[str]) -> None:
    """Ask the same rule as a running desk: no open case, no seal, no record within its legal retention."""
    try:
        with opened_journal(arguments.path, arguments.city) as journal:
            city, _ = replayed(journal)
    except JournalDamaged as damage:
        raise BadInput(f"nothing is erased beside a journal that cannot be read: {damage}") from damage
    refused = unless_forgettable(city, subjects, datetime.now(UTC), builtin())
    if refused is not None:
        said = text(refused.code, refused.params)
        raise BadInput(f"{said.en} / {said.zh}")


def _everything(arguments: argparse.Namespace) -> list[str]:
    """Return what the journal names beside each incident: who rang, who was ill, where they were, what they wrote."""
    incidents = [subject for subject in arguments.subjects if subject.startswith("incident:")]
    if len(incidents) != len(arguments.subjects):
        raise BadInput("--everything is asked of incident:ID")
    found = dict.fromkeys(incidents)
    with opened_journal(arguments.path, arguments.city) as journal:
        for record in journal.read():
            if not found.keys().isdisjoint(each for each in record.subjects if each.startswith("incident:")):
                found |= dict.fromkeys(each for each in record.subjects if each.partition(":")[0] in ABOUT_A_PERSON)
    return list(found)


@contextmanager
def _keys(path: str, city: str | None) -> Iterator[KeyStore]:
    with closing(_database(path, city) if "://" in path else _file(Path(path))) as keys:
        yield keys


def _database(url: str, city: str | None) -> KeyStore:
    cities = cities_of(url)
    if city is None and len(cities) == 1:
        city = cities[0]
    if city is None or city not in cities:
        raise BadInput(f"the database holds the keys of {', '.join(cities) or 'no city'}: name one with --city")
    return PostgresKeys(url, city)


def _file(folder: Path) -> KeyStore:
    if not (folder / KEYS_FILE).is_file():
        raise BadInput(f"{folder} holds no {KEYS_FILE}")
    return SqliteKeys(folder / KEYS_FILE)
