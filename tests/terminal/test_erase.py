"""Erasing from the command line: the words are gone, the chain holds, and a slip of the finger erases nothing."""

from contextlib import closing
from pathlib import Path

import pytest

from dispatch.adapters.journal.sealing import KEYS_FILE, open_sqlite_keyring
from dispatch.cli import main


def sealed(folder: Path) -> tuple[str, str]:
    """Seal words about a caller and about a patient."""
    with closing(open_sqlite_keyring(folder / KEYS_FILE)) as keyring:
        return keyring.seal("call:1", "13800000000"), keyring.seal("patient:1", "王小明")


def opened(folder: Path, *tokens: str) -> list[str | None]:
    with closing(open_sqlite_keyring(folder / KEYS_FILE)) as keyring:
        return [keyring.open(token) for token in tokens]


def test_an_erased_person_is_unreadable_and_others_are_not(tmp_path: Path) -> None:
    tokens = sealed(tmp_path)
    assert main(["erase", str(tmp_path), "patient:1"]) == 0
    assert opened(tmp_path, *tokens) == ["13800000000", None]


def test_a_wrong_name_erases_nobody(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tokens = sealed(tmp_path)
    assert main(["erase", str(tmp_path), "patient:1", "patient:2"]) == 2
    assert "patient:2" in capsys.readouterr().err
    assert opened(tmp_path, *tokens) == ["13800000000", "王小明"]


def test_a_folder_without_keys_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["erase", str(tmp_path), "patient:1"]) == 2
    assert KEYS_FILE in capsys.readouterr().err
