"""Write the whole city down and read it back, so that a restart need not fold a million facts.

A snapshot is disposable: it belongs to one version of the state's code and is rebuilt by any other. Personal words
leave memory only sealed. What only the past is about stays asleep (``dispatch/state/table.py``): the next snapshot does
not write it anew, and the next start does not read it.
"""

import hashlib
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.util import MAGIC_NUMBER  # of the interpreter's code: another version has another
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace
from rpds import HashTrieMap

from dispatch.sealed_rows import TABLES, Seal, Unseal, opened, reader_of, writer_of
from dispatch.state.call import dialled
from dispatch.state.city import CALLS_REMEMBERED, City, DoorMinutes, empty_city
from dispatch.state.table import Asleep, Table

PAGE = 2_000  # rows that are put together at once: nobody waits longer than that takes
FASTEST = 1  # of zlib's levels; rows repeat much: 300 MB become 22
ROWS_AT_ONCE = 25  # rows written between two breaths
STATE_CODE = ("dispatch.evolve", "dispatch.fact_records", "dispatch.snapshot")
"""What folds, reads and writes state: these and all that they import give it its meaning, and nothing else does."""
OURS = Path(__file__).resolve().parent.parent  # where all our packages lie
IMPORTED = re.compile(r"^ *(?:from ([\w.]+) )?import (\([^)]*\)|.*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Written:
    """A city that was written down: the document, and the rows that it is made of."""

    city: City
    rows: dict[str, dict[str, bytes]]
    document: bytes


class _Document(msgspec.Struct):
    """What lies in a snapshot: rows in compressed pages of id -> bytes, and the few things that are no rows."""

    seq: int
    rows: dict[str, list[bytes]]
    history: list[bytes]
    open_incidents: frozenset[str]
    recently_closed: tuple[str, ...]
    live_activations: frozenset[str]
    open_tasks: frozenset[str]
    open_calls: frozenset[str]
    kept_positions: frozenset[str]
    links_sent: tuple[datetime, ...]
    incidents_opened: int
    door_minutes: dict[str, tuple[DoorMinutes, ...]]


class _CallKeys(msgspec.Struct):
    """What of a call the indexes are made from."""

    id: str
    received_at: datetime
    number: str | None
    exchange_id: str | None


class _LinkKeys(msgspec.Struct):
    id: str
    token_hash: str


PLAIN = tuple(name for name in _Document.__struct_fields__ if name not in ("rows", "history"))
_decode_page = msgspec.msgpack.Decoder(dict[str, bytes]).decode
_decode_history = msgspec.msgpack.Decoder(dict[str, tuple[tuple[int, ...], ...]]).decode
_decode_call = msgspec.msgpack.Decoder(_CallKeys).decode
_decode_link = msgspec.msgpack.Decoder(_LinkKeys).decode


@cache
def code_version() -> str:
    """Return a fingerprint of the code that gives state its meaning, and of what reads and runs it.

    No number of a rule's table reaches the fold, and it reads no file: a test changes them all and folds again. What a
    fold needs to know of a rule must come in the fact.
    """
    digest = hashlib.sha256(MAGIC_NUMBER + msgspec.__version__.encode())
    for each in state_files():
        digest.update(f"\n{each.relative_to(OURS)}\n".encode() + each.read_bytes())
    return digest.hexdigest()[:16]


def state_files() -> list[Path]:
    """Return the files of ``STATE_CODE`` and of everything of ours that they import, in order of their names."""
    found: dict[str, Path | None] = {}
    waiting = list(STATE_CODE)
    if None in map(_file_of, waiting):
        raise AssertionError(f"{OURS} holds no sources: nobody can say to which code a snapshot belongs")
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = file = _file_of(name)
            waiting.append(name.rpartition(".")[0])
            waiting += () if file is None else _imported(file.read_text(encoding="utf-8"))
    return sorted({file for file in found.values() if file is not None})


def _imported(source: str) -> Iterator[str]:
    """Yield what may be a module that a source imports: names in it that are none have no file."""
    for whence, names in IMPORTED.findall(source):
        listed = re.findall(r"[\w.]+", names)
        yield from [whence, *(f"{whence}.{each}" for each in listed)] if whence else listed


def _file_of(name: str) -> Path | None:
    path = OURS.joinpath(*name.split(".")) if name else OURS
    return next((each for each in (path / "__init__.py", path.with_suffix(".py")) if each.is_file()), None)


def encode_city(city: City, seal: Seal) -> bytes:
    """Return the city as msgpack, personal words sealed by ``seal(subject, text)``."""
    return write_city(city, seal).document


def write_city(city: City, seal: Seal, breathe: Callable[[], object] = lambda: None) -> Written:
    """Write the city down, and call ``breathe`` after every few rows: somebody else may want to work meanwhile."""
    rows = {name: _written_rows(getattr(city, name), writer_of(name, seal), breathe) for name in TABLES}
    document = _Document(
        rows={name: list(_pages(table)) for name, table in rows.items()},
        history=list(_pages(dict(city.history.items()))),
        **{name: getattr(city, name) for name in PLAIN},
    )
    return Written(city, rows, msgspec.msgpack.encode(document))


def decode_city(blob: bytes, unseal: Unseal) -> City:
    """Read a city back; words of erased subjects read as ``ERASED``."""
    document = msgspec.msgpack.decode(blob, type=_Document)
    rows = {name: _joined(pages) for name, pages in document.rows.items()}
    empty = empty_city()
    tables: dict[str, Any] = {}
    for name in TABLES:
        read = reader_of(name, unseal)
        is_large = isinstance(getattr(empty, name), Table)
        tables[name] = (
            Table(sleeping=Asleep(rows[name], read))
            if is_large
            else HashTrieMap({row_id: read(stored) for row_id, stored in rows[name].items()})
        )
    history: dict[str, tuple[tuple[int, ...], ...]] = {}
    for page in document.history:
        history |= _decode_history(zlib.decompress(page))
    people: dict[str, frozenset[str]] = {}
    for member in tables["members"].values():
        people[member.center_id] = people.get(member.center_id, frozenset()) | {member.id}
    tokens = {link.token_hash: link.id for link in map(_decode_link, rows["links"].values())}
    readers = {link.token_hash: link.id for link in map(_decode_link, rows["reader_links"].values())}
    city = City(
        **{name: getattr(document, name) for name in PLAIN},
        **tables,
        **_call_indexes(rows["calls"], unseal),
        history=HashTrieMap(history),
        link_tokens=HashTrieMap(tokens),
        center_members=HashTrieMap(people),
        reader_tokens=HashTrieMap(readers),
    )
    return _woken(city)


def put_to_sleep(city: City, written: Written, unseal: Unseal) -> City:
    """Return the same city with all that was written asleep, but for what changed since and what is under way."""
    at_hand = _at_hand(city)
    changes: dict[str, Any] = {}
    for name, table in _large_tables(city):
        before = getattr(written.city, name).awake
        keep = at_hand[name]
        awake = {row_id: row for row_id, row in table.awake.items() if row_id in keep or row is not before.get(row_id)}
        changes[name] = Table(HashTrieMap(awake), Asleep(written.rows[name], reader_of(name, unseal)))
    return replace(city, **changes)


def _woken(city: City) -> City:
    """Return the city with the rows at hand that the next commands are about."""
    at_hand = _at_hand(city)
    changes = {
        name: Table(HashTrieMap({each: table[each] for each in at_hand[name] if each in table}), table.sleeping)
        for name, table in _large_tables(city)
    }
    return replace(city, **changes)


def _at_hand(city: City) -> dict[str, set[str]]:
    """Return the ids of what is open or still on screens, by table."""
    incidents = [city.incidents[each] for each in (*city.open_incidents, *city.recently_closed)]
    return {
        "incidents": {each.id for each in incidents},
        "calls": {*city.open_calls, *(each for row in incidents for each in row.call_ids)},
        "patients": {each for row in incidents for each in row.patient_ids},
        "assignments": {each for row in incidents for each in row.assignment_ids},
        "activations": {*city.live_activations, *(each for row in incidents for each in row.activation_ids)},
        "tasks": set(city.open_tasks),
        "positions": {*city.kept_positions, *(each for row in incidents for each in row.position_ids)},
        "links": {each for row in incidents for each in row.link_ids},
    }


def _large_tables(city: City) -> Iterator[tuple[str, "Table[Any]"]]:
    for name in TABLES:
        table = getattr(city, name)
        if isinstance(table, Table):
            yield name, table


def _written_rows(table: Any, write: Callable[[Any], bytes], breathe: Callable[[], object]) -> dict[str, bytes]:  # noqa: ANN401
    asleep, awake = (table.asleep, table.awake) if isinstance(table, Table) else ({}, table)
    rows = dict(asleep)
    for nth, (row_id, row) in enumerate(awake.items(), 1):
        rows[row_id] = write(row)
        if nth % ROWS_AT_ONCE == 0:
            breathe()
    return rows


def _pages(rows: Mapping[str, Any]) -> Iterator[bytes]:
    left = iter(rows.items())
    while page := dict(islice(left, PAGE)):
        yield zlib.compress(msgspec.msgpack.encode(page), FASTEST)


def _joined(pages: list[bytes]) -> dict[str, bytes]:
    rows: dict[str, bytes] = {}
    for page in pages:
        rows |= _decode_page(zlib.decompress(page))
    return rows


def _call_indexes(rows: Mapping[str, bytes], unseal: Unseal) -> dict[str, Any]:
    callers: dict[str, tuple[str, ...]] = {}
    exchange_calls: dict[str, str] = {}
    calls = sorted(map(_decode_call, rows.values()), key=lambda each: (each.received_at, each.id))
    for call in calls:
        if (number := dialled(opened(call.number, unseal))) is not None:
            callers[number] = (*callers.get(number, ()), call.id)[-CALLS_REMEMBERED:]
        if call.exchange_id is not None:
            exchange_calls[call.exchange_id] = call.id
    return {"callers": HashTrieMap(callers), "exchange_calls": HashTrieMap(exchange_calls)}
