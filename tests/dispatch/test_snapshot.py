"""A snapshot is the city: written down, sealed, read back, the same; and one that belongs to other code is not used."""

import pickle
import random
import subprocess
import sys
from ast import literal_eval
from collections import Counter
from pathlib import Path

import pytest

from dispatch import commands as c
from dispatch.evolve import evolve
from dispatch.snapshot import (
    OURS,
    STATE_CODE,
    code_version,
    decode_city,
    encode_city,
    put_to_sleep,
    state_files,
    write_city,
)
from dispatch.state.city import City, empty_city
from dispatch.words import ERASED, Outcome
from tests.dispatch.story import crew, incident_underway, opened_city
from tests.dispatch.test_live_sync import some_command, whole_tale

LOADED = "import sys, {}; print([file for each in sys.modules.values() if (file := getattr(each, '__file__', None))])"


def test_a_snapshot_is_of_all_code_that_gives_state_its_meaning_and_of_no_other() -> None:
    """The interpreter itself says what folding a fact loads."""
    command = [sys.executable, "-c", LOADED.format(", ".join(STATE_CODE))]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True, cwd=OURS).stdout
    files = {Path(each).resolve() for each in literal_eval(loaded)}
    assert set(state_files()) == {
        each for each in files if each.is_relative_to(OURS) and "site-packages" not in each.parts
    }
    parts = {each.relative_to(OURS).parts[1] for each in state_files()}
    assert parts >= {"changes", "events", "state"}
    assert not parts & {"adapters", "terminal", "texts_catalogue.py", "desk.py", "flow", "views", "rules.py"}


FOLDED = """
import sys, tomllib
read, loads, factor = [], tomllib.loads, float(sys.argv[1])
def changed(value):
    if isinstance(value, dict):
        return {name: changed(each) for name, each in value.items()}
    return value * factor if isinstance(value, float) else value
tomllib.loads = lambda text: changed(loads(text))
import pickle
from dispatch.state.city import empty_city
from dispatch.evolve import evolve
from dispatch.snapshot import decode_city, encode_city
facts, city = pickle.load(sys.stdin.buffer), empty_city()
sys.addaudithook(lambda event, given: read.append(given[0]) if event == "open" else None)
for fact in facts:
    city = evolve(city, fact)
written = encode_city(city, lambda _, text: text)
decode_city(written, lambda token: token)
if read:
    raise AssertionError(f"folding reads {read}")
sys.stdout.buffer.write(written)
"""


def test_no_number_of_a_rule_reaches_the_state_that_a_snapshot_holds() -> None:
    """Else a changed threshold would go on with the old one's state: a snapshot belongs to code, not to tables."""
    tale = whole_tale()
    command = [sys.executable, "-c", FOLDED, "1.01"]  # a number is one percent more than its table says
    done = subprocess.run(command, input=pickle.dumps(tale.facts), capture_output=True, check=True, cwd=OURS)
    assert decode_city(done.stdout, lambda token: token) == tale.city


def test_a_snapshot_belongs_to_the_interpreter_and_the_reader_too(monkeypatch: pytest.MonkeyPatch) -> None:
    now = code_version()
    for name, other in (("dispatch.snapshot.MAGIC_NUMBER", b"another"), ("msgspec.__version__", "99")):
        code_version.cache_clear()
        with monkeypatch.context() as patched:
            patched.setattr(name, other)
            assert code_version() != now
    code_version.cache_clear()
    assert code_version() == now
    monkeypatch.setattr("dispatch.snapshot.OURS", Path("nowhere"))
    code_version.cache_clear()
    with pytest.raises(AssertionError, match="no sources"):
        code_version()
    code_version.cache_clear()


def seal(subject: str, text: str) -> str:
    return f"sealed|{subject}|{text[::-1]}"


def unseal(token: str) -> str | None:
    return token.split("|", 2)[2][::-1]


def test_a_city_comes_back_as_it_was() -> None:
    city = whole_tale().city
    assert decode_city(encode_city(city, seal), unseal) == city


@pytest.mark.parametrize("seed", [7])
def test_a_city_that_sleeps_between_its_facts_is_the_same_city(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dispatch.state.city.RECENT", 3)  # so that most of what is over sleeps
    chance = random.Random(seed)
    story = opened_city(watched=False)
    while len(story.facts) < 1_000:
        data, actor = some_command(story, chance)
        story.later(chance.randrange(90)).try_(data, actor)
    city = empty_city()
    for fact in story.facts:
        city = evolve(city, fact)
        if chance.random() < 0.03:
            city = slept(city, chance)
    assert city == story.city, f"seed {seed}"
    assert len(city.incidents.awake) < len(city.incidents)


def slept(city: City, chance: random.Random) -> City:
    if chance.random() < 0.5:
        return decode_city(encode_city(city, seal), unseal)
    return put_to_sleep(city, write_city(city, seal), unseal)


def test_what_changed_while_a_snapshot_was_written_stays_changed() -> None:
    story = opened_city(watched=False)
    _, patient_id, run = incident_underway(story)
    written = write_city(story.city, seal)
    story.ask(c.EndAssignment(run, Outcome.REFUSED, risk_told=True, witness="家属"), crew("U1"))
    asleep = put_to_sleep(story.city, written, unseal)
    assert asleep == story.city
    assert asleep.patients[patient_id].outcome is Outcome.REFUSED
    assert decode_city(encode_city(asleep, seal), unseal) == story.city


def test_only_what_changed_is_written_again() -> None:
    story = opened_city(watched=False)
    for _ in range(80):
        _, _, run = incident_underway(story)
        story.ask(c.EndAssignment(run, Outcome.REFUSED, risk_told=True, witness="家属"), crew("U1"))
    sealed: Counter[str] = Counter()

    def counting(subject: str, words: str) -> str:
        sealed[subject] += 1
        return seal(subject, words)

    written = write_city(story.city, counting)
    first = sealed.total()
    asleep = put_to_sleep(story.city, written, unseal)
    again = write_city(asleep, counting)
    assert len(asleep.patients.awake) == 60, "those of incidents that screens still show"
    assert sealed.total() - first < first
    assert again.rows == written.rows


def test_no_personal_word_is_written_in_clear() -> None:
    rows = write_city(whole_tale().city, seal).rows
    blob = b"".join(row for table in rows.values() for row in table.values()).decode("utf-8", "replace")
    assert "急救000" in blob
    for word in ("赵六", "东单", "胸痛", "张三", "李医生", "typo", "nearer"):
        assert word not in blob


def test_erased_words_read_as_erased() -> None:
    city = decode_city(encode_city(whole_tale().city, seal), lambda _: None)
    assert {call.words for call in city.calls.values()} <= {ERASED, None}
    assert any(call.words == ERASED for call in city.calls.values())
