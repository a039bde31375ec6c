"""Segment files of waveform chunks: written in groups, each behind the list of what it holds.

A group is one frame with the list, then one frame for each chunk: mark, body length, CRC-32, body. The list makes the
file enough to know what it holds, so an index may follow later. Only the last group of a file can be half written: no
other is begun before a group is durable.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from struct import Struct
from typing import BinaryIO, NamedTuple
from zlib import crc32

import msgspec

from dispatch.adapters.storage.written_once import sync_folder

FRAME = Struct("<4sII")  # mark, body length, crc32 of the body, of a chunk of number, stream and body
CHUNK_MARK, LIST_MARK = b"GCW1", b"GCWL"


class Chunk(NamedTuple):
    """Where a chunk lies, and whose it is: a row of the index."""

    stream: str
    seq: int
    patient_id: str
    at_us: int
    segment: int
    start: int  # of its frame in the file
    size: int  # of its body

    @property
    def ends(self) -> int:
        """The first byte behind it."""
        return self.start + FRAME.size + self.size


class _List(msgspec.Struct, array_like=True):
    """What a group holds: the chunks behind the list, one after the other."""

    chunks: list[tuple[str, int, str, int, int]]  # as in ``Chunk``, without the place


_decode_list = msgspec.msgpack.Decoder(_List).decode


class Segment:
    """One append-only file."""

    def __init__(self, folder: Path, number: int) -> None:
        self.number = number
        self.size = 0
        self.broken = False
        # With O_DSYNC what is written is durable: one step of the thread instead of two, each of which waits its turn.
        self._file = os.open(segment_path(folder, number), os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_DSYNC, 0o600)
        try:
            sync_folder(folder)
        except OSError:
            self.close()
            raise

    def append(self, bodies: Sequence[tuple[str, int, str, int, bytes]]) -> list[Chunk]:
        """Make (stream, seq, patient, microseconds, body) durable; after a failure the file is not used again."""
        listed = [(stream, seq, patient_id, at_us, len(body)) for stream, seq, patient_id, at_us, body in bodies]
        head = msgspec.msgpack.encode(_List(listed))
        parts = [FRAME.pack(LIST_MARK, len(head), crc32(head)), head]
        for stream, seq, _, _, body in bodies:
            parts += FRAME.pack(CHUNK_MARK, len(body), crc32(body, _begun(stream, seq))), body
        self.broken = True
        content = memoryview(b"".join(parts))
        total = len(content)
        while content:
            content = content[os.write(self._file, content) :]
        self.broken = False
        start, self.size = self.size + FRAME.size + len(head), self.size + total
        return list(_placed(listed, self.number, start))

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)


def listed_behind(folder: Path, number: int, end: int) -> Iterator[Chunk]:
    """Yield the readable chunks of a file that lie behind a place; of a half-written group none."""
    with segment_path(folder, number).open("rb") as file:
        groups = list(_groups(file, number, end))
        for nth, group in enumerate(groups, 1):
            readable = [each for each in group if _body(file, each) is not None]
            if nth < len(groups) or len(readable) == len(group):
                yield from readable


def read_body(folder: Path, chunk: Chunk) -> bytes | None:
    """Return a chunk's body, None when its bytes are not what was written."""
    try:
        with segment_path(folder, chunk.segment).open("rb") as file:
            return _body(file, chunk)
    except FileNotFoundError:
        return None


def overwrite(folder: Path, number: int, chunks: Iterable[Chunk]) -> None:
    """Put zeros where bodies were, and wait until the disk has them; a segment that is gone needs nothing."""
    try:
        file = os.open(segment_path(folder, number), os.O_WRONLY)
    except FileNotFoundError:
        return
    try:
        for chunk in chunks:
            os.pwrite(file, bytes(chunk.size), chunk.start + FRAME.size)
        os.fsync(file)
    finally:
        os.close(file)


def segment_path(folder: Path, number: int) -> Path:
    """Return where a segment lies."""
    return folder / f"{number:010d}.wave"


def segments_in(folder: Path) -> list[int]:
    """Return the numbers of the files that are there, oldest first."""
    return sorted(int(path.stem) for path in folder.glob("*.wave"))


def _groups(file: BinaryIO, number: int, end: int) -> Iterator[list[Chunk]]:
    """Yield what the lists of a file say, from a place where a frame begins, as far as frames follow.

    A list that the disk changed costs its own group: where the next frame begins is still known.
    """
    while (head := _frame_at(file, end)) is not None:
        mark, body, checksum = head
        end += FRAME.size + len(body)
        if mark not in (CHUNK_MARK, LIST_MARK):
            return
        if mark == CHUNK_MARK or crc32(body) != checksum:  # the rest of a group that was indexed, and in part erased
            continue
        group = list(_placed(_decode_list(body).chunks, number, end))
        end = group[-1].ends
        yield group


def _frame_at(file: BinaryIO, start: int) -> tuple[bytes, bytes, int] | None:
    file.seek(start)
    head = file.read(FRAME.size)
    if len(head) != FRAME.size:
        return None
    mark, length, checksum = FRAME.unpack(head)
    body = file.read(length)
    return (mark, body, checksum) if len(body) == length else None


def _placed(listed: Sequence[tuple[str, int, str, int, int]], number: int, start: int) -> Iterator[Chunk]:
    starts = accumulate((FRAME.size + each[-1] for each in listed), initial=start)
    for (stream, seq, patient_id, at_us, size), at in zip(listed, starts, strict=False):
        yield Chunk(stream, seq, patient_id, at_us, number, at, size)


def _body(file: BinaryIO, chunk: Chunk) -> bytes | None:
    mark, body, checksum = _frame_at(file, chunk.start) or (b"", b"", 0)
    if (mark, len(body)) != (CHUNK_MARK, chunk.size):
        return None
    return body if crc32(body, _begun(chunk.stream, chunk.seq)) == checksum else None


def _begun(stream: str, seq: int) -> int:
    """Return the checksum of a chunk's identity, to go on from."""
    return crc32(f"{stream} {seq}".encode())
