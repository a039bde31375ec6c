"""Check a journal as an auditor does: every hash again, every number present, every external anchor met.

The chain alone shows an altered, lost or moved fact. A tail cut off, or a whole history written anew, only shows
against an anchor: a line with date, seq and hash, appended now and then to a file that lies elsewhere.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from dispatch.adapters.journal.chain import genesis, next_hash, record_of
from dispatch.errors import BadInput
from dispatch.ports import Head, JournalDamaged, JournalUnavailable

ANCHORS_FILE = "journal.anchors"  # looked for beside a journal
ANCHOR_LINE = re.compile(r"(?P<at>\S+) (?P<seq>[1-9]\d*) (?P<hash>[0-9a-f]{64})")


class StoredChain(Protocol):
    """A journal that shows its facts as they lie in storage."""

    @property
    def city(self) -> str:
        """Name the city."""
        ...

    def stored(self, after_seq: int = 0) -> Iterator[tuple[int, bytes, bytes]]:
        """Yield (seq, stored bytes, hash) in order, gaps and all."""
        ...


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What an audit found. ``facts`` and ``head_hash`` count up to the first bad fact; ``problem`` is None when ok."""

    ok: bool
    facts: int
    first_bad_seq: int | None
    head_hash: bytes
    anchors: int
    problem: str | None


def anchor(path: Path, head: Head, at: datetime) -> None:
    """Append one durable line: date, seq and hash of the head. An empty journal leaves none.

    What a full disk or a crash left of a line before goes: nobody was told of it, and the next would be glued to it.
    """
    if head.seq == 0:
        return
    with path.open("a+b") as file:
        file.seek(0)
        content = file.read()
        whole = content.rfind(b"\n") + 1
        last = content[whole:].decode("ascii", "replace")
        if ANCHOR_LINE.fullmatch(last):
            file.write(b"\n")
        else:
            file.truncate(whole)
        file.write(f"{at.isoformat()} {head.seq} {head.hash.hex()}\n".encode("ascii"))
        file.flush()
        os.fsync(file.fileno())


def read_anchors(path: Path) -> dict[int, bytes]:
    """Return seq -> hash of an anchor file; raise ``BadInput`` naming a line that is none, or two that disagree.

    A last line that was not finished is none: nobody was told of it.
    """
    anchors: dict[int, bytes] = {}
    try:
        text = path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"anchor file {path} cannot be read: {error}") from error
    lines = text.splitlines()
    for number, line in enumerate(lines, start=1):
        match = ANCHOR_LINE.fullmatch(line)
        if match is None and number == len(lines) > 1 and not text.endswith("\n"):
            break
        if match is None:
            raise BadInput(f"{path} line {number} is not an anchor (date seq hash)")
        seq, expected = int(match["seq"]), bytes.fromhex(match["hash"])
        if anchors.setdefault(seq, expected) != expected:
            raise BadInput(f"{path} line {number} contradicts an earlier anchor of fact {seq}")
    return anchors


def verify(
    journal: StoredChain, anchors: Mapping[int, bytes] | None = None, *, passed: Callable[[int], None] = lambda _: None
) -> VerifyReport:
    """Walk the whole chain and every anchor; stop at the first thing that is wrong. ``passed`` hears each sound seq."""
    anchors = anchors or {}
    last = Head(0, genesis(journal.city))
    try:
        for fact in _sound_facts(journal, anchors):
            last = fact
            passed(fact.seq)
    except _BrokenError as broken:
        return VerifyReport(
            ok=False,
            facts=last.seq,
            first_bad_seq=last.seq + 1,
            head_hash=last.hash,
            anchors=len(anchors),
            problem=str(broken),
        )
    return VerifyReport(
        ok=True, facts=last.seq, first_bad_seq=None, head_hash=last.hash, anchors=len(anchors), problem=None
    )


class _BrokenError(Exception):
    """Carry what is wrong with the fact behind the last sound one."""


def _sound_facts(journal: StoredChain, anchors: Mapping[int, bytes]) -> Iterator[Head]:
    """Yield each fact's number and hash while number, hash, content and anchor agree."""
    last = Head(0, genesis(journal.city))
    try:
        for seq, stored, row_hash in journal.stored():
            if seq != last.seq + 1:
                raise _BrokenError(f"fact {last.seq + 1} is missing")
            if next_hash(last.hash, stored) != row_hash:
                raise _BrokenError(f"fact {seq} does not continue the chain: it was altered or moved")
            if anchors.get(seq, row_hash) != row_hash:
                raise _BrokenError(f"fact {seq} differs from its anchor")
            record_of(seq, stored, row_hash)
            last = Head(seq, row_hash)
            yield last
    except (JournalDamaged, JournalUnavailable) as damaged:
        raise _BrokenError(str(damaged)) from damaged
    if max(anchors, default=0) > last.seq:
        raise _BrokenError(f"cut off: {max(anchors)} facts were anchored, {last.seq} are left")
