"""Waveform chunks in checksummed segment files with a retention, and an index that says where each lies.

ECG of 200 ambulances is 2.4 MB/s, 207 GB a day (reference/realtime.md): rows would rewrite it again and again, a
segment is written once and dropped whole. A chunk is acknowledged when its *segment* is durable. The index follows some
thousand chunks later, which costs a fraction of indexing each group, in a thread of its own, so that no chunk waits for
it; it is completed from the segments' own lists when the server did not come to it. Until then memory knows where the
newest chunks lie.
"""

import json
import logging
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from itertools import groupby, islice
from pathlib import Path
from threading import Lock

import msgspec

from dispatch.adapters.storage.sqlite_pair import COMMITTED, STREAM_TABLE, SqlitePair, save_committed
from dispatch.adapters.telemetry.sample_streams import Key, microseconds, time_of
from dispatch.adapters.telemetry.wave_files import (
    FRAME,
    Chunk,
    Segment,
    listed_behind,
    overwrite,
    read_body,
    segment_path,
    segments_in,
)
from dispatch.ports import Sample

SEGMENT_MAX_BYTES = 64 * 1_048_576  # half a minute of a whole city: small enough to drop, large enough to be few
INDEX_AT = 4_000  # chunks that memory alone knows the place of when the index is brought up: four seconds of a large
# city. Those of one stream lie on the same pages, so four times as many cost hardly more to write.
UNINDEXED_MOST = 20_000  # beyond them, because the index cannot be written, no chunk is taken before it can
STREAMS_KEPT = 5_000  # streams whose number is at hand
INDEX_FILE = "index.sqlite3"
log = logging.getLogger(__name__)

SCHEMA = f"""{STREAM_TABLE}
CREATE TABLE IF NOT EXISTS segment (segment INTEGER PRIMARY KEY, newest_us INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS chunk (
    stream TEXT NOT NULL, seq INTEGER NOT NULL, patient_id TEXT NOT NULL, at_us INTEGER NOT NULL,
    segment INTEGER NOT NULL, start INTEGER NOT NULL, size INTEGER NOT NULL,
    PRIMARY KEY (stream, seq)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS chunk_of_patient ON chunk (patient_id, at_us);
CREATE INDEX IF NOT EXISTS chunk_of_segment ON chunk (segment);
"""
COLUMNS = ", ".join(f"json_extract(value, '$[{each}]')" for each in range(7))
# In order: the rows of one page one after the other. SQLite sorts without keeping the interpreter.
INDEX = f"INSERT OR IGNORE INTO chunk SELECT {COLUMNS} FROM json_each(?) ORDER BY 1, 2"  # noqa: S608 - our own text
READ = f"SELECT {', '.join(Chunk._fields)} FROM chunk"  # noqa: S608 - our own text


class WaveSegments:
    """Implement ``SampleStore``, its transaction and the backfill read over a directory. One process writes it."""

    failures: tuple[type[Exception], ...] = (sqlite3.Error, OSError)

    def __init__(self, folder: Path, segment_max_bytes: int = SEGMENT_MAX_BYTES) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._segment_max_bytes = segment_max_bytes
        self._indexing = Lock()  # of whoever writes the index; taken before the other one
        self._lock = Lock()  # of everything below, and of the segment that is written
        self._indexer = ThreadPoolExecutor(1, "wave index")
        self._index_task: Future[None] | None = None
        self._index = SqlitePair(folder / INDEX_FILE, SCHEMA)
        self._unindexed: dict[Key, Chunk] = {}
        self._reached: dict[str, int] = {}
        self._recover()
        # A new file for every start: nobody has to find out what a crash left at the end of the last one.
        self._active = Segment(folder, self._newest_segment() + 1)
        self._drop_unknown_segments()

    @contextmanager
    def transaction(self) -> Iterator["WaveSegments"]:
        """Write a group of chunks; a failure leaves the file as it was or leaves the file."""
        if len(self._unindexed) >= UNINDEXED_MOST:
            self._bring_index_up()
        elif len(self._unindexed) >= INDEX_AT and (self._index_task is None or self._index_task.done()):
            self._index_task = self._indexer.submit(self._index_beside)
        with self._lock:
            if self._active.size >= self._segment_max_bytes or self._active.broken:
                # The new one first: where a full disk refuses it, the old one must not be closed, and closed again.
                full, self._active = self._active, Segment(self._folder, self._newest_segment() + 1)
                full.close()
            yield self

    def committed_seq(self, stream: str) -> int:
        """Read how far a stream is."""
        with self._lock:
            return self.committed([stream]).get(stream, 0)

    def chunks(self, patient_id: str, since: datetime, until: datetime, limit: int) -> list[Sample]:
        """Return chunks with since <= at < until, oldest first; damaged ones are left out, and others take their place.

        Fewer than ``limit`` therefore means that there are no more: who reads page by page must not stop at damage.
        """
        found = self._listed(patient_id, microseconds(since), microseconds(until), limit)
        readable = list(self._samples(found))
        if len(readable) < len(found) == limit:
            everything = self._listed(patient_id, microseconds(since), microseconds(until), -1)
            readable = list(islice(self._samples(everything), limit))
        return readable

    def _listed(self, patient_id: str, since_us: int, until_us: int, limit: int) -> list[Chunk]:
        """Return where chunks lie, oldest first; all of them when ``limit`` is negative."""
        with self._lock:
            rows = self._index.read(
                f"{READ} WHERE patient_id = ? AND at_us >= ? AND at_us < ? ORDER BY at_us, stream, seq LIMIT ?",
                patient_id, since_us, until_us, limit,
            )  # fmt: skip
            waiting = [each for each in self._unindexed.values() if each.patient_id == patient_id]
        # A set: what is just being indexed is known to both.
        found = {Chunk(*row) for row in rows} | {each for each in waiting if since_us <= each.at_us < until_us}
        in_order = sorted(found, key=lambda each: (each.at_us, each.stream, each.seq))
        return in_order[:limit] if limit >= 0 else in_order

    def forget_before(self, at: datetime, sealed: Collection[str] = ()) -> None:
        """Drop segments whose newest chunk is older than ``at``: index first, so that no row points to nothing.

        A segment that holds anything of a sealed record stays whole.
        """
        old = (
            "SELECT segment FROM segment WHERE newest_us < ? AND segment < ? AND segment NOT IN "
            "(SELECT segment FROM chunk WHERE patient_id IN (SELECT value FROM json_each(?)))"
        )
        with self._indexing, self._lock:
            self._index_all()
            with self._index.transaction() as connection:
                limits = (microseconds(at), self._active.number, json.dumps(sorted(sealed)))
                connection.execute(f"DELETE FROM chunk WHERE segment IN ({old})", limits)  # noqa: S608 - our own text
                connection.execute(f"DELETE FROM segment WHERE segment IN ({old})", limits)  # noqa: S608 - our own text
            self._drop_unknown_segments()

    def erase(self, patient_id: str) -> list[bytes]:
        """Overwrite a patient's chunks in their segments, then forget where they were.

        In this order a power cut leaves rows that point to zeros: unreadable already, and removed by the next try.
        """
        with self._indexing, self._lock:
            self._index_all()
            rows = self._index.read(f"{READ} WHERE patient_id = ? ORDER BY segment, start", patient_id)
            chunks = [Chunk(*row) for row in rows]
            in_order = sorted(chunks, key=lambda each: (each.stream, each.seq))
            gone = [sample.body for sample in self._samples(in_order)]
            for segment, inside in groupby(chunks, key=lambda each: each.segment):
                overwrite(self._folder, segment, inside)
            with self._index.transaction() as connection:
                connection.execute("DELETE FROM chunk WHERE patient_id = ?", (patient_id,))
            self._index.scrub()
        return gone

    def close(self) -> None:
        """Close the files."""
        self._indexer.shutdown()
        self._index_beside()
        with self._lock:
            self._active.close()
            self._index.close()

    def committed(self, streams: Iterable[str]) -> Mapping[str, int]:
        """Return how far each known stream is; one process writes, nobody else can move it. Within a transaction."""
        wanted = set(streams)
        unknown = {each for each in wanted if each not in self._reached}  # not a difference: that looks at all of them
        if unknown:
            found: dict[str, int] = json.loads(self._index.read(COMMITTED, json.dumps(sorted(unknown)))[0][0])
            self._reached |= {each: found.get(each, 0) for each in unknown}
        return {each: self._reached[each] for each in wanted if self._reached[each]}

    def stored(self, keys: Sequence[Key]) -> Mapping[Key, Sample]:
        """Read repeated chunks back. Within a transaction."""
        chunks = [self._unindexed[key] for key in keys if key in self._unindexed]
        for key in keys:
            chunks += [Chunk(*row) for row in self._index.read(f"{READ} WHERE stream = ? AND seq = ?", *key)]
        return {(sample.stream, sample.seq): sample for sample in self._samples(chunks)}

    def write(self, samples: Sequence[Sample], committed: Mapping[str, int]) -> None:
        """Make chunks durable in the segment. Within a transaction."""
        group = [(each.stream, each.seq, each.patient_id, microseconds(each.at), each.body) for each in samples]
        self._unindexed |= {(chunk.stream, chunk.seq): chunk for chunk in self._active.append(group)}
        self._reached |= committed

    def _samples(self, chunks: Iterable[Chunk]) -> Iterator[Sample]:
        for each in chunks:
            body = read_body(self._folder, each)
            if body is None:
                log.warning("chunk %d of %s in segment %d is damaged", each.seq, each.stream, each.segment)
            else:
                yield Sample(each.patient_id, each.stream, each.seq, time_of(each.at_us), body)

    def _index_beside(self) -> None:
        """Bring the index up beside the writing; a failure is nobody's answer, and the next group tries again."""
        try:
            self._bring_index_up()
        except self.failures as failure:
            log.warning("the index of waveforms is behind, at the latest completed by the next start: %s", failure)

    def _bring_index_up(self) -> None:
        """Index what memory alone knows; when it fails memory goes on knowing it. Chunks are written meanwhile."""
        with self._indexing:
            with self._lock:
                chunks = list(self._unindexed.values())
            self._write_index(chunks)
            with self._lock:
                self._note_indexed(chunks)

    def _index_all(self) -> None:
        """Do the same while nothing is written. Under both locks."""
        chunks = list(self._unindexed.values())
        self._write_index(chunks)
        self._note_indexed(chunks)

    def _write_index(self, chunks: Sequence[Chunk]) -> None:
        if not chunks:
            return
        newest: dict[int, int] = {}
        for each in chunks:
            newest[each.segment] = max(each.at_us, newest.get(each.segment, each.at_us))
        with self._index.transaction() as connection:
            connection.executemany(
                "INSERT INTO segment VALUES (?, ?) "
                "ON CONFLICT DO UPDATE SET newest_us = max(newest_us, excluded.newest_us)",
                newest.items(),
            )
            connection.execute(INDEX, (msgspec.json.encode(chunks).decode(),))
            save_committed(connection, {each.stream: each.seq for each in chunks})  # the last of each is its highest

    def _note_indexed(self, chunks: Sequence[Chunk]) -> None:
        for each in chunks:
            del self._unindexed[each.stream, each.seq]
        if len(self._reached) > STREAMS_KEPT:
            waiting = {stream for stream, _ in self._unindexed}
            self._reached = {stream: self._reached[stream] for stream in waiting}

    def _recover(self) -> None:
        """Index what the last process did not come to; nothing lies before its newest row: it indexed all it knew."""
        newest = max((row[0] for row in self._index.read("SELECT segment FROM segment")), default=0)
        for number in segments_in(self._folder):
            if number >= newest:
                ends = self._index.read("SELECT max(start + size) FROM chunk WHERE segment = ?", number)[0][0]
                indexed = 0 if ends is None else ends + FRAME.size
                behind = listed_behind(self._folder, number, indexed)
                self._unindexed |= {(chunk.stream, chunk.seq): chunk for chunk in behind}
        self._bring_index_up()

    def _newest_segment(self) -> int:
        indexed: list[int] = [row[0] for row in self._index.read("SELECT segment FROM segment")]
        return max([0, *indexed, *segments_in(self._folder)])

    def _drop_unknown_segments(self) -> None:
        known = {row[0] for row in self._index.read("SELECT segment FROM segment")}
        for number in segments_in(self._folder):
            if number not in known and number < self._active.number:
                segment_path(self._folder, number).unlink()
