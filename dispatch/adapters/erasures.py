"""Remove what is kept of an erased patient: keys, vitals, waveforms, ECGs, photos; prove that nothing of it is left.

Every process does this for the files and keys it holds, and again after a restart until the proof is a fact. The fact
that asks for it is durable before: a crash in between only means that it is done later.
"""

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol

from dispatch.adapters.location.photos import KeepsSealed
from dispatch.adapters.telemetry.ecg_files import KeepsEcgs
from dispatch.adapters.uploads import PartialUploads
from dispatch.city import City
from dispatch.commands.record import ReportErasure
from dispatch.events.record import PatientErased
from dispatch.fact import Fact
from dispatch.incident import Patient
from dispatch.ports import Keyring, Telemetry, TelemetryUnavailable

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
    """Carry out what facts ask for; ``look`` again and again."""

    def __init__(self, holds: Holds, uploads: PartialUploads, city: City) -> None:
        self._holds = holds
        self._uploads = uploads
        self._unread: City | None = city
        self._asked: dict[str, tuple[str, ...]] = {}
        self._proved: set[str] = set()

    def told(self, facts: Iterable[Fact]) -> None:
        """Note who is to be forgotten."""
        for fact in facts:
            if isinstance(fact.data, PatientErased):
                self._asked[fact.data.patient_id] = fact.data.subjects

    async def look(self, report: Callable[[ReportErasure], Awaitable[object]] | None = None) -> None:
        """Remove what is asked for, one patient after the other; only who writes the journal reports."""
        if self._unread is not None:
            self._remember(await asyncio.to_thread(_erased_in, self._unread))
            self._unread = None
        for patient_id, subjects in list(self._asked.items()):
            try:
                done = await asyncio.to_thread(self._removed, patient_id, subjects)
            except TelemetryUnavailable as failure:
                log.warning("an erasure is put off: %s", failure)
                return
            if report is not None and patient_id not in self._proved:
                await report(done)
            self._proved.add(patient_id)
            self._asked.pop(patient_id, None)

    def _remember(self, erased: Iterable[Patient]) -> None:
        for patient in erased:
            if patient.erased is not None:
                self._asked.setdefault(patient.id, patient.erased.subjects)
                if patient.erased.digest:
                    self._proved.add(patient.id)

    def _removed(self, patient_id: str, subjects: Iterable[str]) -> ReportErasure:
        for subject in subjects:
            self._holds.keyring.destroy(subject)
        links = [each.removeprefix("link:") for each in subjects if each.startswith("link:")]
        telemetry, ecgs = self._holds.telemetry.erase(patient_id), self._holds.ecgs.erase(patient_id)
        photos = [one for owner in (patient_id, *links) for one in self._holds.photos.erase(owner)]
        self._uploads.drop_all(patient_id)
        again = self._holds.telemetry.erase(patient_id)
        if again.vitals or again.chunks or self._holds.ecgs.ids(patient_id):
            raise TelemetryUnavailable(f"patient {patient_id} is still being written")
        digest = hashlib.sha256()
        for content in (*telemetry.vitals, *telemetry.chunks, *ecgs, *photos):
            digest.update(content)
        return ReportErasure(
            patient_id, len(telemetry.vitals), len(telemetry.chunks), len(ecgs), len(photos), digest.hexdigest()
        )


def _erased_in(city: City) -> list[Patient]:
    """Return who was erased; reads every patient, those asleep too: not before a server serves, nor on its loop."""
    return [each for each in city.patients.values() if each.erased is not None]
