"""Remove what is kept of an erased patient: keys, vitals, waveforms, ECGs, photos; prove that nothing of it is left.

Every process does this for the files and keys it holds, and again after a restart until the proof is a fact. The fact
that asks for it is durable before: a crash in between only means that it is done later. What is there is counted and
noted before anything of it goes: a proof made in two attempts says what both removed. The writer goes first, and the
others once its proof is a fact: what they share must still be there when it counts.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Protocol

import msgspec

from dispatch.adapters.photos.sealed import KeepsSealed
from dispatch.adapters.photos.uploads import PartialUploads
from dispatch.adapters.record.patient_record import Tally, tally_of
from dispatch.adapters.storage.written_once import write_once
from dispatch.adapters.telemetry.ecg_files import KeepsEcgs
from dispatch.commands.record import ReportErasure
from dispatch.events.record import ErasureReported, PatientErased
from dispatch.fact import Fact
from dispatch.ports import JournalUnavailable, Keyring, Telemetry, TelemetryUnavailable
from dispatch.state.city import City
from dispatch.state.incident import Patient

log = logging.getLogger(__name__)


class Holds(Protocol):
    """What a process keeps of patients."""

    @property
    def telemetry(self) -> Telemetry:
        """Vitals and waves."""
        ...

    @property
    def ecgs(self) -> KeepsEcgs:
        """Diagnostic ECGs."""
        ...

    @property
    def photos(self) -> KeepsSealed:
        """Photos, sealed."""
        ...

    @property
    def keyring(self) -> Keyring:
        """The keys of personal words."""
        ...


class Erasures:
    """Carry out what facts ask for; ``look`` again and again. ``notes`` is a folder for what was counted before."""

    def __init__(self, holds: Holds, uploads: PartialUploads, notes: Path, city: City) -> None:
        self._holds = holds
        self._uploads = uploads
        self._notes = notes
        self._unread: City | None = city
        self._asked: dict[str, tuple[str, ...]] = {}
        self._proved: set[str] = set()

    def told(self, facts: Iterable[Fact]) -> None:
        """Note who is to be forgotten, and who is proved to be."""
        for fact in facts:
            if isinstance(fact.data, PatientErased):
                self._asked[fact.data.patient_id] = fact.data.subjects
            if isinstance(fact.data, ErasureReported):
                self._proved.add(fact.data.patient_id)

    async def look(self, report: Callable[[ReportErasure], Awaitable[object]] | None = None) -> None:
        """Remove what is asked for, one patient after the other; only who writes the journal reports."""
        if self._unread is not None:
            self._remember(await asyncio.to_thread(_erased_in, self._unread))
            self._unread = None
        for patient_id, subjects in list(self._asked.items()):
            is_proved = patient_id in self._proved
            if report is None and not is_proved:
                continue  # the writer counts first
            try:
                await self._carry_out(patient_id, subjects, None if is_proved else report)
            except (TelemetryUnavailable, JournalUnavailable) as failure:
                log.warning("the erasure of patient %s is put off: %s", patient_id, failure)  # nobody else's is

    async def _carry_out(
        self, patient_id: str, subjects: tuple[str, ...], report: Callable[[ReportErasure], Awaitable[object]] | None
    ) -> None:
        note = self._notes / f"{patient_id}.json"
        if report is None:
            await asyncio.to_thread(self._remove, patient_id, subjects)
        else:
            counted = await asyncio.to_thread(self._counted, note, patient_id, subjects)
            await asyncio.to_thread(self._remove, patient_id, subjects)
            await report(ReportErasure(patient_id, **asdict(counted)))
        with suppress(OSError):  # it holds nothing but counts and a digest
            await asyncio.to_thread(note.unlink)
        self._proved.add(patient_id)
        self._asked.pop(patient_id, None)

    def _remember(self, erased: Iterable[Patient]) -> None:
        for patient in erased:
            if patient.erased is not None:
                self._asked.setdefault(patient.id, patient.erased.subjects)
                if patient.erased.digest:
                    self._proved.add(patient.id)

    def _counted(self, note: Path, patient_id: str, subjects: Iterable[str]) -> Tally:
        """Return what was there before the first attempt; its note is durable before anything is removed."""
        if not note.exists():
            holds = self._holds
            tally = tally_of(holds.telemetry, holds.ecgs, holds.photos, patient_id, _owners(patient_id, subjects))
            write_once(note, msgspec.json.encode(tally))
        return msgspec.json.decode(note.read_bytes(), type=Tally)

    def _remove(self, patient_id: str, subjects: Iterable[str]) -> None:
        for subject in subjects:
            self._holds.keyring.destroy(subject)
        self._holds.telemetry.erase(patient_id)
        self._holds.ecgs.erase(patient_id)
        for owner in _owners(patient_id, subjects):
            self._holds.photos.erase(owner)
        self._uploads.drop_all(patient_id)
        again = self._holds.telemetry.erase(patient_id)
        if again.vitals or again.chunks or self._holds.ecgs.ids(patient_id):
            raise TelemetryUnavailable(f"patient {patient_id} is still being written")


def _owners(patient_id: str, subjects: Iterable[str]) -> list[str]:
    """Return under whose names photos of a patient lie: theirs, and the links' whose keys go with them."""
    return [patient_id, *(each.removeprefix("link:") for each in subjects if each.startswith("link:"))]


def _erased_in(city: City) -> list[Patient]:
    """Return who was erased; reads every patient, those asleep too: not before a server serves, nor on its loop."""
    return [each for each in city.patients.values() if each.erased is not None]
