"""What every keyring promises, wherever its keys lie."""

import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest

from dispatch.adapters.journal.sealing import (
    MemoryKeys,
    SealBroken,
    SqliteKeys,
    SubjectKeyring,
    open_memory_keyring,
    open_sqlite_keyring,
)
from dispatch.adapters.journal.sealing_postgres import open_postgres_keyring
from dispatch.ports import JournalUnavailable

Opener = Callable[[], SubjectKeyring]


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgres", marks=pytest.mark.servers)])
def opener(request: pytest.FixtureRequest, tmp_path: Path) -> Opener:
    """Return a function that opens the same keys again."""
    if request.param == "memory":
        kept = MemoryKeys()
        return lambda: SubjectKeyring(kept)
    if request.param == "sqlite":
        return lambda: open_sqlite_keyring(tmp_path / "keys.sqlite3")
    conninfo, city = request.getfixturevalue("postgres").dsn(), uuid4().hex
    return lambda: open_postgres_keyring(conninfo, city)


@pytest.fixture
def keyring(opener: Opener) -> Iterator[SubjectKeyring]:
    with closing(opener()) as opened:
        yield opened


def test_sealed_words_open_again_after_a_restart(opener: Opener) -> None:
    with closing(opener()) as keyring:
        token = keyring.seal("patient:01H", "王先生 13800000000")
        assert "王" not in token
        assert keyring.open(token) == "王先生 13800000000"
    with closing(opener()) as keyring:
        assert keyring.open(token) == "王先生 13800000000"


def test_a_destroyed_subject_is_erased_for_good_and_alone(opener: Opener) -> None:
    with closing(opener()) as keyring:
        erased, kept = keyring.seal("patient:1", "gone"), keyring.seal("patient:2", "stays")
        keyring.destroy("patient:1")
        assert keyring.open(erased) is None
    with closing(opener()) as keyring:
        assert keyring.open(erased) is None
        late = keyring.seal("patient:1", "arrived after the erasure")
        assert keyring.open(late) is None
        assert keyring.open(kept) == "stays"


def test_a_subject_without_words_can_be_erased_before_its_first(keyring: SubjectKeyring) -> None:
    keyring.destroy("call:7")
    keyring.destroy("call:7")
    assert keyring.open(keyring.seal("call:7", "x")) is None


def test_equal_words_leave_different_tokens(keyring: SubjectKeyring) -> None:
    assert keyring.seal("patient:1", "same") != keyring.seal("patient:1", "same")


def test_a_token_cannot_be_altered_or_given_to_another(keyring: SubjectKeyring) -> None:
    token = keyring.seal("patient:1", "words")
    keyring.seal("patient:2", "others")
    for wrong in (
        token.replace("patient:1", "patient:2"),
        token[:-6] + ("A" if token[-6] != "A" else "B") + token[-5:],
        token[:30],
        "gcs1|patient:1",
        "plain words",
        "",
        "gcs1|patient:1|###",
    ):
        with pytest.raises(SealBroken):
            keyring.open(wrong)


def test_a_lost_key_is_not_mistaken_for_an_erasure(keyring: SubjectKeyring) -> None:
    token = open_memory_keyring().seal("patient:9", "words")
    with pytest.raises(SealBroken, match="lost"):
        keyring.open(token)


def test_a_subject_must_have_a_name_that_a_token_can_carry(keyring: SubjectKeyring) -> None:
    for wrong in ("", "a|b"):
        with pytest.raises(ValueError, match="subject"):
            keyring.seal(wrong, "words")


def test_another_process_forgets_an_erased_key_when_told(opener: Opener) -> None:
    with closing(opener()) as desk, closing(opener()) as gateway:
        token = desk.seal("patient:1", "words")
        assert gateway.open(token) == "words"
        desk.destroy("patient:1")
        gateway.forget("patient:1")
        assert gateway.open(token) is None


def test_two_processes_that_meet_a_new_subject_agree_on_one_key(opener: Opener) -> None:
    with closing(opener()) as one, closing(opener()) as other:
        tokens = [one.seal("patient:1", "a"), other.seal("patient:1", "b")]
        assert [other.open(token) for token in tokens] == ["a", "b"]


def test_a_thousand_random_words_equal_a_plain_dict(keyring: SubjectKeyring) -> None:
    seed = 20260303
    random_source = random.Random(seed)
    twin: dict[str, tuple[str, str | None]] = {}
    for step in range(1000):
        subject = f"patient:{random_source.randint(1, 60)}"
        if random_source.random() < 0.02:
            keyring.destroy(subject)
            twin = {token: (owner, None if owner == subject else words) for token, (owner, words) in twin.items()}
            twin |= {f"gcs1|{subject}|": (subject, None)}
        words = "".join(chr(random_source.randint(1, 0xD7FF)) for _ in range(random_source.randint(0, 20)))
        token = keyring.seal(subject, words)
        twin[token] = (subject, None if token.endswith("|") else words)
        probe = random_source.choice(list(twin))
        assert keyring.open(probe) == twin[probe][1], f"seed {seed} step {step}"


def test_a_destroyed_key_is_nowhere_in_the_files(tmp_path: Path) -> None:
    keys = SqliteKeys(tmp_path / "keys.sqlite3")
    destroyed, kept = bytes(range(32)), bytes(range(32, 64))
    keys.keep_all({"patient:1": destroyed, "patient:2": kept})
    keys.destroy("patient:1")
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    keys.close()
    assert destroyed not in content
    assert kept in content


def test_a_key_that_somebody_still_reads_is_not_called_destroyed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dispatch.adapters.storage.sqlite_pair.SCRUB_MS", 1)
    path, key = tmp_path / "keys.sqlite3", bytes(range(32))
    keys = SqliteKeys(path)
    keys.keep_all({"patient:1": key})
    with closing(sqlite3.connect(path, isolation_level=None)) as backup:
        backup.execute("BEGIN")
        backup.execute("SELECT * FROM personal_key").fetchall()
        with pytest.raises(JournalUnavailable, match="read by somebody"):
            keys.destroy("patient:1")
    keys.destroy("patient:1")
    assert key not in b"".join(each.read_bytes() for each in tmp_path.iterdir())
    keys.close()


def test_many_keys_are_kept_in_one_write_and_open_again_after_a_restart(opener: Opener) -> None:
    subjects = [f"call:{number}" for number in range(50)]
    with closing(opener()) as keyring:
        early = keyring.seal("call:7", "known before")
        keyring.destroy("call:8")
        keyring.prepare(subjects)
        tokens = {each: keyring.seal_ahead(each, each[::-1]) for each in [*subjects, "call:unprepared"]}
        keyring.keep()
    with closing(opener()) as keyring:
        assert keyring.open(early) == "known before"
        for subject, token in tokens.items():
            assert keyring.open(token) == (None if subject == "call:8" else subject[::-1])


def test_a_key_of_its_own_process_alone_opens_nothing_until_it_is_kept(opener: Opener) -> None:
    with closing(opener()) as desk, closing(opener()) as gateway:
        token = desk.seal_ahead("patient:1", "words")
        with pytest.raises(SealBroken, match="lost"):
            gateway.open(token)
        desk.keep()
        assert gateway.open(token) == "words"


def test_what_was_sealed_ahead_of_another_process_is_not_stored(opener: Opener) -> None:
    with closing(opener()) as desk, closing(opener()) as gateway:
        desk.prepare(["patient:1", "patient:2"])
        photo = gateway.seal("patient:1", "photo")
        with pytest.raises(JournalUnavailable, match="same subject"):
            desk.keep()
        desk.keep()  # nothing is left of it: the command comes again
        again = desk.seal_ahead("patient:1", "words"), desk.seal_ahead("patient:2", "more")
        desk.keep()
        assert [gateway.open(each) for each in (photo, *again)] == ["photo", "words", "more"]


def test_a_subject_that_is_erased_before_its_key_is_kept_stays_erased(opener: Opener) -> None:
    with closing(opener()) as desk, closing(opener()) as offline:
        here, there = desk.seal_ahead("patient:1", "words"), desk.seal_ahead("patient:2", "words")
        desk.destroy("patient:1")
        offline.destroy("patient:2")
        desk.keep()
        assert desk.open(here) is None
        assert desk.open(there) is None
    with closing(opener()) as again:
        assert again.open(here) is None
        assert again.open(there) is None


def test_words_that_must_be_durable_at_once_share_the_key_that_was_cut(opener: Opener) -> None:
    with closing(opener()) as keyring:
        ahead = keyring.seal_ahead("link:1", "a line")
        photo = keyring.seal("link:1", "a photo")
    with closing(opener()) as keyring:  # the first was never kept, the second had to be
        assert keyring.open(photo) == "a photo"
        assert keyring.open(ahead) == "a line"


def test_a_key_that_left_memory_before_it_was_kept_is_not_cut_twice(
    opener: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dispatch.adapters.journal.sealing.CACHED_MAX", 2)
    with closing(opener()) as keyring:
        tokens = [keyring.seal_ahead(f"call:{number % 5}", str(number)) for number in range(10)]
        keyring.keep()
    with closing(opener()) as keyring:
        assert [keyring.open(token) for token in tokens] == [str(number) for number in range(10)]
