"""Segment files: what rolling, damage, a crash and retention do to waveforms."""

from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from dispatch.adapters.telemetry.sample_streams import StreamWriter
from dispatch.adapters.telemetry.wave_segments import FRAME, WaveSegments
from dispatch.ports import Sample
from tests.contracts.journal_backends import NOON

LATER = NOON + timedelta(days=1)


def store(waves: WaveSegments, seqs: Sequence[int], body: bytes = b"chunk" * 100) -> None:
    """Append one chunk a minute."""
    with closing(StreamWriter("waves", waves)) as writer:
        tickets = [writer.append(Sample("p", "s", seq, NOON + timedelta(minutes=seq), body)) for seq in seqs]
        assert [ticket.wait(10) for ticket in tickets] == list(seqs)


def numbers(waves: WaveSegments) -> list[int]:
    """Return which chunks can be read."""
    return [chunk.seq for chunk in waves.chunks("p", NOON, LATER, 10_000)]


def test_a_full_segment_is_followed_by_the_next(tmp_path: Path) -> None:
    with closing(WaveSegments(tmp_path, segment_max_bytes=1_000)) as waves:
        for seq in range(1, 10):
            store(waves, [seq])
        assert len(list(tmp_path.glob("*.wave"))) == 5
        assert numbers(waves) == list(range(1, 10))


@pytest.mark.parametrize("where", [0, 5, FRAME.size, FRAME.size + 100], ids=["mark", "length", "first", "middle"])
def test_a_damaged_chunk_is_missing_and_its_neighbours_are_not(tmp_path: Path, where: int) -> None:
    with closing(WaveSegments(tmp_path)) as waves:
        store(waves, [1, 2, 3])
        (segment,) = tmp_path.glob("*.wave")
        content = bytearray(segment.read_bytes())
        content[FRAME.size + 500 + where] ^= 0x10
        segment.write_bytes(content)
        assert numbers(waves) == [1, 3]
        segment.write_bytes(content[: FRAME.size + 500])
        assert numbers(waves) == [1]
        segment.unlink()
        assert numbers(waves) == []


def test_what_a_crash_left_behind_the_last_promise_is_never_read(tmp_path: Path) -> None:
    with closing(WaveSegments(tmp_path)) as waves:
        store(waves, [1, 2])
    (segment,) = [path for path in tmp_path.glob("*.wave") if path.stat().st_size]
    with segment.open("ab") as file:
        file.write(b"half a chu")
    (tmp_path / "0000000077.wave").write_bytes(b"a segment without any promise")
    with closing(WaveSegments(tmp_path)) as waves:
        store(waves, [3])
        assert numbers(waves) == [1, 2, 3]
        assert not (tmp_path / "0000000077.wave").exists()


def test_retention_drops_whole_segments_and_never_the_one_being_written(tmp_path: Path) -> None:
    with closing(WaveSegments(tmp_path, segment_max_bytes=1_000)) as waves:
        for seq in range(1, 8):
            store(waves, [seq])
        waves.forget_before(NOON + timedelta(minutes=4))
        assert numbers(waves) == [3, 4, 5, 6, 7]
        waves.forget_before(LATER)
        assert numbers(waves) == [7]
        assert len(list(tmp_path.glob("*.wave"))) == 1
        assert waves.committed_seq("s") == 7
        store(waves, [8])
        assert numbers(waves) == [7, 8]
