"""A long history, written into a journal as a desk would have: one incident after another, each with its own ids."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import fields, is_dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from ulid import ULID

from dispatch import commands as c
from dispatch.adapters.journal.sealing import KEYS_FILE, open_sqlite_keyring
from dispatch.adapters.journal.sqlite import JOURNAL_FILE, open_sqlite_journal
from dispatch.fact import Fact
from dispatch.fact_codec import personal_subjects
from dispatch.words import UnitStatus
from tests.adapters.real_facts import drafts_of
from tests.dispatch.story import TAKER, crew, department, incident_underway, opened_city

AT_ONCE = 200  # incidents of one batch
STEMI = {"complaint": "chest_pain", "clinician_says": ["stemi"]}


def write_history(folder: Path, city: str, count: int) -> int:
    """Write so many facts or a few more into an empty journal, their words sealed; return how many."""
    told, seq = history(), 0
    with (
        closing(open_sqlite_keyring(folder / KEYS_FILE)) as keyring,
        closing(open_sqlite_journal(folder / JOURNAL_FILE, city)) as journal,
    ):
        while seq < count:
            batch = [fact for incident in islice(told, AT_ONCE) for fact in incident]
            keyring.prepare({subject for fact in batch for subject in personal_subjects(fact.data)})
            seq = journal.append(drafts_of(batch, keyring.seal_ahead), keyring.keep).wait(60)
    return seq


def history() -> Iterator[list[Fact]]:
    """Yield the founding of a small city, then incidents that came to their end, without end."""
    story = opened_city(watched=False)
    founded = len(story.facts)
    incident_id, patient_id, _ = incident_underway(story, findings=STEMI)
    call_id = story.city.incidents[incident_id].call_ids[0]
    story.ask(c.AnswerCall(call_id, "3"), TAKER)
    story.ask(c.EndCall(call_id), TAKER)
    story.ask(c.WrapUpCall(call_id), TAKER)
    story.ask(c.RecordVitals(patient_id, {"hr": 96, "sbp": 118}), crew("U1"))
    story.ask(c.GiveTreatment(patient_id, "aspirin"), crew("U1"))
    story.ask(c.ChooseDestination(patient_id, "C1"), crew("U1"))
    for status in ("patient_loaded", "transporting", "at_hospital"):
        story.later(300).ask(c.ReportStatus("U1", UnitStatus(status)), crew("U1"))
    story.ask(c.CompleteHandoff(patient_id, "ed", taken_by="李医生"), department("C1"))
    for status in ("handed_over", "cleaning", "available"):
        story.later(300).ask(c.ReportStatus("U1", UnitStatus(status)), crew("U1"))
    assert not story.city.open_incidents | story.city.open_calls | story.city.open_tasks
    incident, seq = story.facts[founded:], founded
    yield story.facts[:founded]
    known = {each for fact in incident for each in (*_ids_in(fact.data), fact.command_id)}
    while True:
        ids = {each: str(ULID()) for each in known}
        yield [
            replace(fact, seq=at, command_id=ids[fact.command_id], data=_with_ids(fact.data, ids))
            for at, fact in enumerate(incident, seq + 1)
        ]
        seq += len(incident)


def _with_ids(value: Any, ids: Mapping[str, str]) -> Any:  # noqa: ANN401 - whatever a fact holds
    """Return a value with its ids exchanged."""
    if isinstance(value, str):
        return ids.get(value, value) if type(value) is str else value
    if isinstance(value, tuple):
        return tuple(_with_ids(each, ids) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{each.name: _with_ids(getattr(value, each.name), ids) for each in fields(value)})
    return value


def _ids_in(value: Any) -> Iterator[str]:  # noqa: ANN401 - whatever a fact holds
    """Yield the ULIDs in a value."""
    if isinstance(value, str) and len(value) == len(str(ULID())) and value.isalnum():
        yield value
    if isinstance(value, tuple):
        for each in value:
            yield from _ids_in(each)
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from _ids_in(getattr(value, field.name))
