"""Facts are for ever: every kind that was ever written can still be read, from the golden files beside this test."""

import json
from dataclasses import fields
from importlib import import_module
from pathlib import Path

import pytest

from dispatch.command import slug
from dispatch.command_roles import COMMANDS, RIGHTS
from dispatch.events import FACTS
from dispatch.evolve import CHANGES
from dispatch.fact import Fact, subjects_of
from dispatch.fact_codec import KINDS, PERSONAL, VERSIONS, decode_body, encode_body
from dispatch.flow import DECISIONS, STAGES
from dispatch.words import ERASED
from tests.dispatch.story import Story
from tests.dispatch.test_live_sync import whole_tale

GOLDEN = Path(__file__).with_name("golden")


@pytest.fixture(scope="module")
def story() -> Story:
    return whole_tale()


def test_every_fact_changes_the_city_and_every_command_is_decided_once() -> None:
    assert set(CHANGES) == set(FACTS)
    assert set(DECISIONS) == set(COMMANDS) == set(RIGHTS)
    assert sum(len(stage.DECISIONS) for stage in STAGES) == len(COMMANDS)
    assert len({slug(kind) for kind in COMMANDS}) == len(COMMANDS)


def test_a_stage_has_one_name_in_commands_flow_events_and_changes() -> None:
    for stage in STAGES:
        name = stage.__name__.rpartition(".")[2]
        changes = import_module(f"dispatch.changes.{name}").CHANGES
        assert {kind.__module__ for kind in stage.DECISIONS} == {f"dispatch.commands.{name}"}
        assert {kind.__module__ for kind in changes} == {f"dispatch.events.{name}"}


def test_the_tale_tells_every_kind_of_fact(story: Story) -> None:
    assert {type(fact.data) for fact in story.facts} == set(FACTS)


def test_a_fact_comes_back_as_it_was_written(story: Story) -> None:
    for fact in story.facts:
        body = encode_body(fact, lambda subject, text: f"{subject}|{text}")
        stored, data = decode_body(fact.kind, body, lambda token: token.split("|", 1)[1])
        assert data == fact.data
        assert (stored.actor, stored.clock) == (fact.actor, fact.clock)


def test_personal_words_are_sealed_under_their_subject(story: Story) -> None:
    for fact in story.facts:
        sealed: list[str] = []
        body = encode_body(fact, lambda subject, _, keep=sealed: keep.append(subject) or "TOKEN")  # type: ignore[misc]
        assert set(sealed) <= set(subjects_of(fact.data))
        given = [name for name, _ in PERSONAL[type(fact.data)] if getattr(fact.data, name) is not None]
        assert len(sealed) == len(given)
        _, erased = decode_body(fact.kind, body, lambda _: None)
        assert all(getattr(erased, name) == ERASED for name in given)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_old_facts_are_readable_for_ever(kind: str) -> None:
    stored = json.loads((GOLDEN / f"{kind}.v1.json").read_text(encoding="utf-8"))
    assert stored["version"] <= VERSIONS[kind]
    body = json.dumps(stored["body"]).encode()
    _, data = decode_body(kind, body, lambda token: token)
    assert type(data) is KINDS[kind]
    for field in fields(KINDS[kind]):
        assert field.name in stored["body"]["data"] or hasattr(data, field.name)


def write_golden(fact: Fact) -> None:
    """Keep one example of a new kind of fact; never called for a kind that has one."""
    path = GOLDEN / f"{fact.kind}.v{VERSIONS[fact.kind]}.json"
    if not path.exists():
        body = json.loads(encode_body(fact, lambda _, text: text))
        document = {"version": VERSIONS[fact.kind], "body": body}
        path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    for told in whole_tale().facts:
        write_golden(told)
