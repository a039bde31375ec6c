"""Erasing from the command line: the words are gone, the chain holds, and a slip of the finger erases nothing."""

from contextlib import closing
from pathlib import Path

import pytest

from dispatch import commands as c
from dispatch.adapters.journal.sealing import KEYS_FILE, open_sqlite_keyring
from dispatch.adapters.journal.sqlite import JOURNAL_FILE, open_sqlite_journal
from dispatch.cli import main
from tests.adapters.real_facts import drafts_of
from tests.dispatch.story import AML, EXCHANGE, TAKER, opened_city

YEAR_S = 366 * 86_400.0


def sealed(folder: Path) -> tuple[str, str]:
    """Seal words about a caller and about a patient, beside a journal that knows neither."""
    open_sqlite_journal(folder / JOURNAL_FILE, "city").close()
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


def test_everything_about_an_incident_goes_with_it_and_nothing_of_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    story = opened_city(watched=False).later(-16 * YEAR_S)
    kept = {}
    for number in ("13800000001", "13800000002"):
        story.ask(c.ReportPosition(AML, number=number, indoors="3楼"), EXCHANGE)
        rung = story.ask(c.ReceiveCall(number, "东单", "胸痛"), TAKER)[0].data
        link_id = story.ask(c.SendLink(rung.incident_id, number, number), TAKER)[-1].data.link_id
        story.ask(c.WriteMessage(link_id, "快来"), TAKER)
        kept[rung.incident_id] = {f"call:{rung.call_id}", f"incident:{rung.incident_id}", f"link:{link_id}"}
        kept[rung.incident_id] |= {f"position:{each}" for each in story.city.incidents[rung.incident_id].position_ids}
        story.ask(c.CloseIncident(rung.incident_id, None, "结束"), TAKER)
        story.later(8 * YEAR_S)
    with (
        closing(open_sqlite_keyring(tmp_path / KEYS_FILE)) as keyring,
        closing(open_sqlite_journal(tmp_path / JOURNAL_FILE, "city")) as journal,
    ):
        journal.append(drafts_of(story.facts, keyring.seal)).wait(60)
        sealed_words = {each: keyring.seal(each, "x") for ids in kept.values() for each in ids}
    first, second = kept
    assert main(["erase", str(tmp_path), "--everything", f"incident:{first}"]) == 0
    assert set(capsys.readouterr().out.split()) >= kept[first]
    assert not set(opened(tmp_path, *(sealed_words[each] for each in kept[first]))) - {None}
    assert set(opened(tmp_path, *(sealed_words[each] for each in kept[second]))) == {"x"}
    assert main(["erase", str(tmp_path), "--everything", "call:1"]) == 2
    for subject in kept[second]:
        assert main(["erase", str(tmp_path), subject]) == 2, "the law still wants it"
        assert "法定保存期" in capsys.readouterr().err


def test_a_folder_without_keys_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["erase", str(tmp_path), "patient:1"]) == 2
    assert KEYS_FILE in capsys.readouterr().err
