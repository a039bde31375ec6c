import os
from pathlib import Path

import pytest

from tools import stamps


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    (folder / "deep er").mkdir(parents=True)
    (folder / "a.txt").write_text("a", encoding="ascii")
    (folder / "deep er" / "b.txt").write_text("b", encoding="ascii")
    return folder


def test_a_fingerprint_is_of_contents_not_of_times(source: Path) -> None:
    before = stamps.fingerprint([source])
    os.utime(source / "a.txt", (1, 1))
    assert stamps.fingerprint([source]) == before


def test_every_content_name_and_fact_counts(source: Path) -> None:
    seen = {stamps.fingerprint([source]), stamps.fingerprint([source], "3.11")}
    (source / "deep er" / "b.txt").write_text("c", encoding="ascii")
    seen.add(stamps.fingerprint([source]))
    (source / "a.txt").rename(source / "z.txt")
    seen.add(stamps.fingerprint([source]))
    (source / "new.txt").touch()
    seen.add(stamps.fingerprint([source]))
    assert len(seen) == 5


def test_what_was_built_or_fetched_does_not_count(source: Path) -> None:
    before = stamps.fingerprint([source])
    for folder in stamps.NEVER_SOURCES:
        (source / folder).mkdir()
        (source / folder / "x").touch()
    assert stamps.fingerprint([source]) == before


def test_a_step_is_current_only_with_the_key_it_finished_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stamps, "STAMPS", tmp_path / "stamps")
    assert not stamps.is_current("step", "key")
    stamps.mark_current("step", "key")
    assert stamps.is_current("step", "key")
    assert not stamps.is_current("step", "another key")
