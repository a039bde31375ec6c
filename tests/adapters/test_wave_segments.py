"""Segment files: what rolling, damage, a crash and retention do to waveforms."""

import shutil
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from dispatch.adapters.telemetry import wave_segments
from dispatch.adapters.telemetry.sample_streams import StreamWriter
from dispatch.adapters.telemetry.wave_files import FRAME
from dispatch.adapters.telemetry.wave_segments import WaveSegments
from dispatch.ports import Sample
from tests.contracts.journal_backends import NOON

LATER = NOON + timedelta(days=1)


def store(waves: WaveSegments, seqs: Sequence[int], body: bytes = b"chunk" * 100) -> None:
    """Append one chunk a minute."""
    with closing(StreamWriter("waves", waves)) as writer:
        tickets = [writer.append(Sample("p", "s", seq, NOON + timedelta(minutes=seq), body)) for seq in seqs]
        assert [ticket.wait(60) for ticket in tickets] == list(seqs)


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
        second = content.index(b"chunk" * 100, content.index(b"chunk" * 100) + 500) - FRAME.size
        content[second + where] ^= 0x10
        segment.write_bytes(content)
        assert numbers(waves) == [1, 3]
        segment.write_bytes(content[:second])
        assert numbers(waves) == [1]
        segment.unlink()
        assert numbers(waves) == []


def test_a_page_that_is_not_full_is_the_last_whatever_the_disk_damaged(tmp_path: Path) -> None:
    with closing(WaveSegments(tmp_path)) as waves:
        store(waves, range(1, 9))
        (segment,) = tmp_path.glob("*.wave")
        content = segment.read_bytes()
        first = content.index(b"chunk" * 100)
        segment.write_bytes(content[:first] + b"X" + content[first + 1 :])
        assert [each.seq for each in waves.chunks("p", NOON, LATER, 3)] == [2, 3, 4]
        assert [each.seq for each in waves.chunks("p", NOON, LATER, 8)] == [2, 3, 4, 5, 6, 7, 8]


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


def test_a_killed_server_finds_in_its_segments_what_the_index_did_not_come_to(tmp_path: Path) -> None:
    """A whole group counts, a half written one does not: nobody was told of it."""
    waves = WaveSegments(tmp_path)
    store(waves, [1, 2])
    store(waves, [3, 4])
    (segment,) = tmp_path.glob("*.wave")
    content = segment.read_bytes()
    killed = []
    for name, kept in (("whole", content), ("torn", content[:-1]), ("hole", content[:-300] + bytes(300))):
        folder = tmp_path / name
        folder.mkdir()
        (folder / segment.name).write_bytes(kept)
        with closing(WaveSegments(folder)) as again:
            killed.append((numbers(again), again.committed_seq("s")))
            store(again, [again.committed_seq("s") + 1])
    waves.close()
    assert killed[0] == ([1, 2, 3, 4], 4)
    assert all(seqs == list(range(1, last + 1)) and last < 4 for seqs, last in killed[1:])


def test_what_is_just_being_indexed_is_read_once_and_never_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Index beside the writing after every few chunks; a reader looks after each, a killed server's copy in the end."""
    monkeypatch.setattr(wave_segments, "INDEX_AT", 3)
    waves = WaveSegments(tmp_path, segment_max_bytes=20_000)
    with closing(StreamWriter("waves", waves)) as writer:
        for seq in range(1, 101):
            ticket = writer.append(Sample("p", "s", seq, NOON + timedelta(minutes=seq), b"chunk" * 100))
            assert ticket.wait(60) == seq
            assert numbers(waves) == list(range(1, seq + 1))
            assert waves.committed_seq("s") == seq
    killed = shutil.copytree(tmp_path, tmp_path.with_name(f"{tmp_path.name}-killed"))
    waves.close()
    for folder in (killed, tmp_path):
        with closing(WaveSegments(folder)) as again:
            assert numbers(again) == list(range(1, 101))
            assert again.committed_seq("s") == 100


def test_a_damaged_list_costs_a_killed_server_its_own_group_only(tmp_path: Path) -> None:
    waves = WaveSegments(tmp_path)
    for seqs in ([1, 2], [3, 4], [5, 6]):
        store(waves, seqs)
    (segment,) = tmp_path.glob("*.wave")
    content = bytearray(segment.read_bytes())
    killed = tmp_path / "killed"
    killed.mkdir()
    content[FRAME.size + 3] ^= 0x01  # inside the very first list
    (killed / segment.name).write_bytes(content)
    with closing(WaveSegments(killed)) as again:
        assert numbers(again) == [3, 4, 5, 6]
    waves.close()


def test_what_was_erased_does_not_come_back_from_a_segment(tmp_path: Path) -> None:
    waves = WaveSegments(tmp_path)
    with closing(StreamWriter("waves", waves)) as writer:
        for who, seq in (("p", 1), ("q", 1), ("p", 2)):
            writer.append(Sample(who, who, seq, NOON, b"chunk" * 100))
    assert len(waves.erase("p")) == 2
    killed = shutil.copytree(tmp_path, tmp_path.with_name(f"{tmp_path.name}-killed"))
    waves.close()
    with closing(WaveSegments(killed)) as again:
        assert not numbers(again)
        assert len(again.chunks("q", NOON, LATER, 10)) == 1
        assert again.committed_seq("p") == 2


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
