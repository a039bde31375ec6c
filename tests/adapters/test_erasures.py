"""Who was erased before a restart is found beside the work, not before it; and one erasure never stops another."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict
from datetime import timedelta
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import msgspec
import pytest

from dispatch.adapters.journal.sealing import KEYS_FILE
from dispatch.adapters.live.fanout_local import LocalFanout
from dispatch.adapters.photos.sealed import Photos
from dispatch.adapters.photos.uploads import PartialUploads
from dispatch.adapters.record.erasures import Erasures
from dispatch.adapters.record.patient_record import tally_of
from dispatch.adapters.storage.local import Storage, open_local_storage, sqlalchemy_url
from dispatch.adapters.storage.shared import SharedPlaces, open_shared_storage
from dispatch.adapters.telemetry.ecg_files import EcgHead, StoredEcg
from dispatch.commands.record import ReportErasure
from dispatch.events.record import ErasureReported, PatientErased
from dispatch.fact import Fact
from dispatch.state.incident import Patient
from dispatch.state.table import Asleep, Table
from dispatch.words import ClockSource
from tests.contracts.journal_backends import NOON
from tests.dispatch.story import TAKER, incident_underway, opened_city

PROVED = ("vitals", "chunks", "ecgs", "photos", "digest")
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


class Killed(BaseException):
    """End an eraser where nobody catches it, as a kill -9 does."""


class Dying:
    """Something that removes, and a process that ends at one of the steps of all of these, before it or behind it."""

    def __init__(self, real: object, steps: Iterator[int], last: int) -> None:
        self._real, self._steps, self._last = real, steps, last

    def __getattr__(self, name: str) -> object:
        member = getattr(self._real, name)
        return self.dying(member) if name in {"erase", "destroy", "drop_all"} else member

    def dying(self, step: Callable[..., Any]) -> Callable[..., Any]:
        def taken(*given: object) -> object:
            self._tick()
            answer = step(*given)
            self._tick()
            return answer

        return taken

    def _tick(self) -> None:
        if next(self._steps) == self._last:
            raise Killed


@pytest.fixture(params=["local", pytest.param("postgres", marks=pytest.mark.servers)])
def anywhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    """Open an embedded city's storage, and a production city's."""
    if request.param == "local":
        with closing(open_local_storage(tmp_path, "city")) as storage:
            yield storage
        return
    server = request.getfixturevalue("postgres")
    database = f"erasing_{uuid4().hex}"
    server.create_database(database)
    url = server.dsn(database)
    with closing(open_shared_storage(tmp_path, "city", SharedPlaces(url, sqlalchemy_url(url), LocalFanout()))) as kept:
        yield kept


def filled(kept: Storage, patient_id: str, uploads: PartialUploads) -> str:
    """Keep one of everything of a patient and of the link of their caller; return a token of their words."""
    at = NOON + timedelta(seconds=1)
    kept.telemetry.append_vitals(patient_id, f"s{patient_id}/vitals", 1, at, b'{"hr":91}').wait(60)
    kept.telemetry.append_wave(patient_id, f"wave/{patient_id}/1", 1, at, bytes(range(200))).wait(60)
    kept.ecgs.put(patient_id, "E1", ECG)
    photos = Photos(kept.photos, kept.keyring)
    photos.put(patient_id, "F1", b"crew's", "patient")
    photos.put(f"L{patient_id}", "F1", b"caller's", "link")
    uploads.append(patient_id, "half", 0, b"half a photo")
    return kept.keyring.seal(f"patient:{patient_id}", "words")


def asking_with_link(patient_id: str) -> list[Fact]:
    """Return the fact that asks for the erasure of a patient whose caller had a link."""
    subjects = (f"patient:{patient_id}", f"link:L{patient_id}")
    erased = PatientErased(patient_id, "I1", "retention_over", NOON, subjects)
    return [Fact(1, NOON, NOON, ClockSource.SERVER, 0.0, TAKER, "C1", erased)]


def left_of(kept: Storage, patient_id: str, tmp_path: Path) -> list[Any]:
    """Return whatever is still there."""
    waves = kept.telemetry.read_wave(patient_id, NOON, NOON + timedelta(days=1))
    pictures = [*kept.photos.ids(patient_id), *kept.photos.ids(f"L{patient_id}")]
    uploads = list((tmp_path / "uploads").glob(f"{patient_id}/*"))
    return [*kept.telemetry.vitals(patient_id, NOON), *waves, *kept.ecgs.ids(patient_id), *pictures, *uploads]


async def test_an_eraser_that_is_killed_at_any_step_is_finished_by_the_next_and_proves_all_of_it(
    anywhere: Storage, tmp_path: Path
) -> None:
    city, uploads, killed, last = opened_city().city, PartialUploads(tmp_path / "uploads"), 0, -1
    while killed == last + 1:
        last += 1
        patient_id, steps = f"P{last}", count()
        token = filled(anywhere, patient_id, uploads)
        owners = [patient_id, f"L{patient_id}"]
        there = tally_of(anywhere.telemetry, anywhere.ecgs, anywhere.photos, patient_id, owners)
        assert (there.vitals, there.chunks, there.ecgs, there.photos) == (1, 1, 1, 2)
        said: list[ReportErasure] = []

        async def report(done: ReportErasure, said: list[ReportErasure] = said) -> None:
            said.append(done)

        mortal = SimpleNamespace(
            **{part: Dying(getattr(anywhere, part), steps, last) for part in ("keyring", "telemetry", "ecgs", "photos")}
        )
        first = Erasures(mortal, cast("PartialUploads", Dying(uploads, steps, last)), tmp_path / "erasing", city)
        first.told(asking_with_link(patient_id))
        try:
            await first.look(report)
        except Killed:
            killed += 1
            assert said == []
        else:
            break
        again = Erasures(anywhere, uploads, tmp_path / "erasing", city)
        again.told(asking_with_link(patient_id))
        await again.look(report)
        assert said[-1] == ReportErasure(patient_id, **asdict(there)), f"killed at step {last}"
        assert left_of(anywhere, patient_id, tmp_path) == []
        assert anywhere.keyring.open(token) is None
    assert killed == 16, "two keys, traces, ECGs, photos of two, uploads, the second look: before and behind each"
    assert list((tmp_path / "erasing").iterdir()) == []


async def test_who_shares_the_storage_waits_until_the_writer_has_counted(anywhere: Storage, tmp_path: Path) -> None:
    """A gateway that was quicker than the desk left a proof of nothing."""
    city, uploads = opened_city().city, PartialUploads(tmp_path / "uploads")
    filled(anywhere, "P1", uploads)
    said: list[ReportErasure] = []

    async def report(done: ReportErasure) -> None:
        said.append(done)

    desk, gateway = (Erasures(anywhere, uploads, tmp_path / name, city) for name in ("desk", "gateway"))
    for each in (desk, gateway):
        each.told(asking_with_link("P1"))
    await gateway.look()
    await desk.look(report)
    assert [(each.vitals, each.chunks, each.ecgs, each.photos) for each in said] == [(1, 1, 1, 2)]
    anywhere.telemetry.append_vitals("P1", "late/vitals", 1, NOON, b"{}").wait(60)  # the gateway had not heard of it
    await gateway.look()
    assert anywhere.telemetry.vitals("P1", NOON) != [], "nobody has proved anything yet"
    proof = ErasureReported("P1", "I1", **{each: getattr(said[0], each) for each in PROVED})
    gateway.told([Fact(2, NOON, NOON, ClockSource.SERVER, 0.0, TAKER, "C2", proof)])
    await gateway.look()
    assert left_of(anywhere, "P1", tmp_path) == []


async def test_keys_that_cannot_be_written_put_an_erasure_off(kept: Storage, tmp_path: Path) -> None:
    erasures = Erasures(kept, PartialUploads(tmp_path / "uploads"), tmp_path / "erasing", opened_city().city)
    erasures.told(asking("P1"))

    async def report(_: ReportErasure) -> None:
        assert kept.keyring.open(token) is None

    token = kept.keyring.seal("patient:P1", "words")
    with closing(sqlite3.connect(tmp_path / KEYS_FILE, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        await erasures.look(report)
    assert kept.keyring.open(token) == "words"
    await erasures.look(report)
    assert kept.keyring.open(token) is None
