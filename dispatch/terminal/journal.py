"""``greenchannel journal``: verify the chain, anchor its head elsewhere, replay what happened.

PATH is a SQLite journal, the data directory that holds it, or a ``postgresql://`` URL.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import msgspec

from dispatch.adapters.journal.audit import ANCHORS_FILE, VerifyReport, anchor, read_anchors, verify
from dispatch.adapters.journal.grouped import StoredFacts
from dispatch.adapters.journal.postgres import cities_of, open_postgres_reader
from dispatch.adapters.journal.sqlite import JOURNAL_FILE, open_sqlite_reader
from dispatch.errors import BadInput
from dispatch.evolve import evolve
from dispatch.fact import Fact
from dispatch.fact_codec import KINDS
from dispatch.fact_records import fact_of
from dispatch.ports import JournalDamaged, JournalUnavailable, Record
from dispatch.sealed_rows import TABLES
from dispatch.snapshot import PLAIN
from dispatch.state.city import City, empty_city


def add_to(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``journal verify``, ``journal anchor`` and ``journal replay``."""
    commands = subparsers.add_parser("journal", help="the city's history").add_subparsers(
        dest="journal_command", required=True
    )
    verifying = commands.add_parser("verify", help="check every hash, every number and every anchor")
    verifying.add_argument("--anchors", type=Path, metavar="FILE", help=f"default: {ANCHORS_FILE} beside the journal")
    verifying.set_defaults(run=run_verify)
    anchoring = commands.add_parser("anchor", help="append date, seq and hash of the head to a file kept elsewhere")
    anchoring.add_argument("--to", type=Path, required=True, metavar="FILE")
    anchoring.set_defaults(run=run_anchor)
    replaying = commands.add_parser("replay", help="fold all facts and tell what is true at the end")
    replaying.set_defaults(run=run_replay)
    for command in (verifying, anchoring, replaying):
        command.add_argument("path", metavar="PATH", help="journal file, data directory or postgresql:// URL")
        command.add_argument("--city", help="which journal of a database that holds several")
        command.add_argument("--json", action="store_true", help="one JSON document on stdout")


def run_verify(arguments: argparse.Namespace) -> int:
    """Tell whether the journal is what was written; 1 when it is not."""
    anchors_path: Path | None = arguments.anchors or _anchors_beside(arguments.path)
    anchors = {} if anchors_path is None else read_anchors(anchors_path)
    with opened_journal(arguments.path, arguments.city) as journal:
        report = verify(journal, anchors)
        _tell(_report_of(report, journal.city), _sentence(report, journal.city), as_json=arguments.json)
    return 0 if report.ok else 1


def run_anchor(arguments: argparse.Namespace) -> int:
    """Append an anchor of the head."""
    with opened_journal(arguments.path, arguments.city) as journal:
        head = journal.head()
    try:
        anchor(arguments.to, head, datetime.now(UTC))
    except OSError as error:
        raise BadInput(f"{arguments.to} cannot be written: {error}") from error
    _tell(
        {"seq": head.seq, "hash": head.hash.hex()},
        f"anchored fact {head.seq} {head.hash.hex()}",
        as_json=arguments.json,
    )
    return 0


def run_replay(arguments: argparse.Namespace) -> int:
    """Fold the whole journal and print a summary; sealed words stay sealed, so no key is needed."""
    try:
        with opened_journal(arguments.path, arguments.city) as journal:
            city, head_hash = replayed(journal)
    except JournalDamaged as damage:
        sys.stderr.write(f"greenchannel: the journal cannot be replayed: {damage}\n")
        return 1
    summary = {
        "facts": city.seq,
        "head_seq": city.seq,
        "head_hash": head_hash.hex(),
        "incidents": len(city.incidents),
        "patients": len(city.patients),
        "units": len(city.units),
        "open_incidents": len(city.open_incidents),
        "state_hash": state_hash(city),
    }
    _tell(summary, "\n".join(f"{name} {value}" for name, value in summary.items()), as_json=arguments.json)
    return 0


def replayed(journal: StoredFacts) -> tuple[City, bytes]:
    """Fold every fact; return the city and the hash of its last fact. Sealed words stay sealed: no key is needed.

    Raises
    ------
    JournalDamaged
        A fact cannot be read; the message names the last that could.
    """
    city, head_hash = empty_city(), journal.head().hash
    try:
        for record in journal.read():
            city, head_hash = evolve(city, _fact_of(record)), record.hash
    except (JournalDamaged, msgspec.DecodeError) as damage:
        raise JournalDamaged(f"behind fact {city.seq}: {damage}") from damage
    return city, head_hash


def state_hash(city: City) -> str:
    """Return a fingerprint of a city that does not depend on the order in which its tables are kept."""
    document: dict[str, object] = {name: getattr(city, name) for name in (*PLAIN, "history")}
    document["history"] = dict(city.history.items())
    document |= {name: dict(getattr(city, name).items()) for name in TABLES}
    return sha256(msgspec.json.encode(document, order="deterministic")).hexdigest()


@contextmanager
def opened_journal(path: str, city: str | None) -> Iterator[StoredFacts]:
    """Open PATH for reading; what cannot be opened or read is bad input."""
    try:
        with closing(_open_database(path, city) if _is_url(path) else _open_file(Path(path), city)) as journal:
            yield journal
    except JournalUnavailable as unavailable:
        raise BadInput(f"{path} cannot be read: {unavailable}") from unavailable


def _open_database(url: str, city: str | None) -> StoredFacts:
    cities = cities_of(url)
    if city is None and len(cities) == 1:
        city = cities[0]
    if city is None or city not in cities:
        raise BadInput(f"the database holds the journals of {', '.join(cities) or 'no city'}: name one with --city")
    return open_postgres_reader(url, city)


def _open_file(path: Path, city: str | None) -> StoredFacts:
    file = path / JOURNAL_FILE if path.is_dir() else path
    if not file.is_file():
        raise BadInput(f"{file} does not exist")
    journal = open_sqlite_reader(file)
    if city is not None and city != journal.city:
        journal.close()
        raise BadInput(f"{file} is the journal of {journal.city}, not of {city}")
    return journal


def _is_url(path: str) -> bool:
    return path.startswith(("postgresql://", "postgres://"))


def _anchors_beside(path: str) -> Path | None:
    if _is_url(path):
        return None
    folder = Path(path) if Path(path).is_dir() else Path(path).parent
    beside = folder / ANCHORS_FILE
    return beside if beside.is_file() else None


def _fact_of(record: Record) -> Fact:
    if record.kind not in KINDS:
        raise JournalDamaged(f"fact {record.seq} is of the unknown kind {record.kind}")
    return fact_of(record, lambda token: token)


def _report_of(report: VerifyReport, city: str) -> dict[str, object]:
    return {
        "ok": report.ok,
        "city": city,
        "facts": report.facts,
        "first_bad_seq": report.first_bad_seq,
        "head_hash": report.head_hash.hex(),
        "anchors": report.anchors,
        "problem": report.problem,
    }


def _sentence(report: VerifyReport, city: str) -> str:
    if report.ok:
        return f"ok: {city}, {report.facts} facts, {report.anchors} anchors, head {report.head_hash.hex()}"
    return f"BROKEN: {city}, {report.facts} facts are sound, then: {report.problem}"


def _tell(document: dict[str, object], sentence: str, *, as_json: bool) -> None:
    sys.stdout.write((json.dumps(document, ensure_ascii=False) if as_json else sentence) + "\n")
