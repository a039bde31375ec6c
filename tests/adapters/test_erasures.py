"""Who was erased before a restart is found beside the work, not before it; and one erasure never stops another."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from dispatch.adapters.journal.sealing import KEYS_FILE
from dispatch.adapters.photos.uploads import PartialUploads
from dispatch.adapters.record.erasures import Erasures
from dispatch.adapters.storage.local import Storage, open_local_storage
from dispatch.adapters.telemetry.ecg_files import EcgHead, StoredEcg
from dispatch.commands.record import ReportErasure
from dispatch.events.record import PatientErased
from dispatch.fact import Fact
from dispatch.state.incident import Patient
from dispatch.state.table import Asleep, Table
from dispatch.words import ClockSource
from tests.contracts.journal_backends import NOON
from tests.dispatch.story import TAKER, incident_underway, opened_city

ECG = StoredEcg(EcgHead(500, ("I",), 4.88), bytes(200))


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Storage]:
    monkeypatch.setattr("dispatch.adapters.storage.sqlite_pair.SCRUB_MS", 1)  # nobody waits for a lock
    with closing(open_local_storage(tmp_path, "city")) as storage:
        yield storage


def asking(*patient_ids: str) -> list[Fact]:
    """Return facts that ask for erasures."""
    return [
        Fact(
            1, NOON, NOON, ClockSource.SERVER, 0.0, TAKER, "C1",
            PatientErased(each, "I1", "retention_over", NOON, (f"patient:{each}",)),
        )
        for each in patient_ids
    ]  # fmt: skip


async def test_a_start_reads_no_patient_and_the_first_look_reads_each_once(kept: Storage, tmp_path: Path) -> None:
    story = opened_city(watched=False)
    incident_underway(story)
    read: list[bytes] = []

    def awoken(stored: bytes) -> Patient:
        read.append(stored)
        return story.city.patients[stored.decode()]

    asleep = Asleep({each: each.encode() for each in story.city.patients}, awoken)
    city = msgspec.structs.replace(story.city, patients=Table(sleeping=asleep))
    erasures = Erasures(kept, PartialUploads(tmp_path / "uploads"), tmp_path / "erasing", city)
    assert read == []
    await erasures.look()
    await erasures.look()
    assert sorted(read) == sorted(each.encode() for each in story.city.patients) != []


async def test_an_erasure_that_cannot_be_ends_nothing_and_its_proof_counts_what_was_there(
    kept: Storage, tmp_path: Path
) -> None:
    """The vitals of P1 go, then its ECGs cannot; P2 goes at once. After a restart the proof of P1 counts both."""
    for patient_id in ("P1", "P2"):
        kept.telemetry.append_vitals(patient_id, f"s{patient_id}/vitals", 1, NOON + timedelta(seconds=1), b"{}").wait(
            60
        )
        kept.ecgs.put(patient_id, "E1", ECG)
    (tmp_path / "ecgs" / "P1" / "folder").mkdir()
    said: list[ReportErasure] = []

    async def report(done: ReportErasure) -> None:
        said.append(done)

    def started() -> Erasures:
        return Erasures(kept, PartialUploads(tmp_path / "uploads"), tmp_path / "erasing", opened_city().city)

    erasures = started()
    erasures.told(asking("P1", "P2"))
    await erasures.look(report)
    assert [each.patient_id for each in said] == ["P2"]
    assert kept.telemetry.vitals("P1", NOON) == []

    (tmp_path / "ecgs" / "P1" / "folder").rmdir()
    again = started()
    again.told(asking("P1"))
    await again.look(report)
    await again.look(report)
    assert [(each.patient_id, each.vitals, each.ecgs) for each in said] == [("P2", 1, 1), ("P1", 1, 1)]
    assert said[0].digest == said[1].digest, "the same bytes"
    assert list((tmp_path / "erasing").iterdir()) == []


async def test_keys_that_cannot_be_written_put_an_erasure_off(kept: Storage, tmp_path: Path) -> None:
    erasures = Erasures(kept, PartialUploads(tmp_path / "uploads"), tmp_path / "erasing", opened_city().city)
    erasures.told(asking("P1"))
    token = kept.keyring.seal("patient:P1", "words")
    with closing(sqlite3.connect(tmp_path / KEYS_FILE, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        await erasures.look()
    assert kept.keyring.open(token) == "words"
    await erasures.look()
    assert kept.keyring.open(token) is None
