"""Write down everything that is kept of one patient as one ZIP file, with the checksum of every part.

What monitors measured that were not bound lies in ``quarantine/``: it is the record's, and nobody says that it is the
patient's. ``waves.gcw`` holds frames of docs/protocol.md one behind the other. The manifest also says what the proof
of an erasure will say when nothing came in between: how much is kept, and the digest of the stored bytes.
"""

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import IO, Any, TypeVar

import msgspec

from dispatch.adapters.photos.sealed import KeepsSealed, Photos
from dispatch.adapters.storage.written_once import DamagedFile
from dispatch.adapters.telemetry.ecg_files import KeepsEcgs
from dispatch.adapters.telephony.record import Export
from dispatch.adapters.wire import encoded
from dispatch.adapters.worded import worded
from dispatch.fact import Fact
from dispatch.ports import Sample, Telemetry
from dispatch.protocol.waves import read_wave
from dispatch.state.city import City
from dispatch.state.incident import Patient, wore
from dispatch.views.register import register_rows

Stored = TypeVar("Stored")
MANIFEST = "manifest.json"
LAYOUT = 1
PAGE = 5_000
LONG_AGO, EVER = datetime(1970, 1, 1, tzinfo=UTC), timedelta(days=36_500)


@dataclass(frozen=True, slots=True)
class Kept:
    """Where the parts of a record lie, and the facts of the patient's incident, in order."""

    telemetry: Telemetry
    ecgs: KeepsEcgs
    photos: Photos
    facts: Sequence[Fact]


@dataclass(frozen=True, slots=True)
class Tally:
    """How much is kept of a patient beside the journal, and the SHA-256 of the bytes as they are stored."""

    vitals: int
    chunks: int
    ecgs: int
    photos: int
    digest: str


def tally_of(
    telemetry: Telemetry, ecgs: KeepsEcgs, photos: KeepsSealed, patient_id: str, owners: Iterable[str]
) -> Tally:
    """Count what is kept of a patient and of these owners of photos: readings, chunks, 12-leads, photos as sealed."""
    digest = hashlib.sha256()

    def counted(stored: Iterable[bytes]) -> int:
        count = 0
        for count, each in enumerate(stored, 1):  # noqa: B007 - the number of the last is how many there were
            digest.update(each)
        return count

    vitals = counted(each.body for each in _vitals(telemetry, patient_id))
    chunks = counted(each.body for each in _chunks(telemetry, patient_id))
    found = [_unless_damaged(ecgs.get, patient_id, each) for each in ecgs.ids(patient_id)]
    leads = counted(b"" if each is None else msgspec.json.encode(each.head) + each.samples for each in found)
    sealed = (photos.get(owner, each) for owner in owners for each in photos.ids(owner))
    pictures = counted(each.encode() for each in sealed if each is not None)
    return Tally(vitals, chunks, leads, pictures, digest.hexdigest())


class _Parts:
    """The ZIP while it is written: every part once, its size and checksum noted."""

    def __init__(self, file: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED)
        self.noted: dict[str, dict[str, Any]] = {}

    def add(self, name: str, pieces: Iterable[bytes]) -> None:
        """Write one part; an empty one is not written."""
        digest, size = hashlib.sha256(), 0
        with self._zip.open(name, "w", force_zip64=True) as part:
            for piece in pieces:
                part.write(piece)
                digest.update(piece)
                size += len(piece)
        self.noted[name] = {"bytes": size, "sha256": digest.hexdigest()}

    def close(self, head: dict[str, Any]) -> None:
        """Write the manifest last."""
        document = {"layout": LAYOUT, **head, "parts": self.noted}
        self._zip.writestr(MANIFEST, json.dumps(document, ensure_ascii=False, indent=1))
        self._zip.close()


def write_record(file: IO[bytes], city: City, patient_id: str, kept: Kept, export: Export) -> None:
    """Write the record; blocks."""
    patient, parts = city.patients[patient_id], _Parts(file)
    incident = city.incidents[patient.incident_id]
    mine = [each for each in kept.facts if _is_of(each, patient, city)]
    parts.add("patient.json", [encoded(patient)])
    parts.add("incident.json", [encoded(incident)])
    parts.add("facts.jsonl", (_line(each) for each in mine))
    parts.add("register.json", [encoded(worded(register_rows(city, patient_id, export.at)))])
    parts.add("vitals.jsonl", (_reading(each, patient) for each in _vitals(kept.telemetry, patient_id)))
    for folder, bound in (("", True), ("quarantine/", False)):
        parts.add(f"{folder}waves.gcw", _frames(kept.telemetry, patient, bound=bound))
    damaged = []
    for ecg_id in kept.ecgs.ids(patient_id):
        ecg = _unless_damaged(kept.ecgs.get, patient_id, ecg_id)
        if ecg is None:
            damaged.append(f"ecgs/{ecg_id}")
        else:
            parts.add(f"ecgs/{ecg_id}.json", [msgspec.json.encode(ecg.head)])
            parts.add(f"ecgs/{ecg_id}.int16le", [ecg.samples])
    owners = (patient_id, *incident.link_ids)
    for owner in owners:
        for photo_id in kept.photos.ids(owner):
            jpeg = _unless_damaged(kept.photos.get, owner, photo_id)
            if jpeg is None:
                damaged.append(f"photos/{photo_id}")
            else:
                parts.add(f"photos/{photo_id}.jpg", [jpeg])
    parts.close({
        "patient_id": patient_id, "incident": incident.number, "exported_by": export.by,
        "exported_at": export.at.isoformat(), "purpose": export.purpose, "facts": len(mine),
        "journal_seq": mine[-1].seq if mine else None,
        "unreadable": damaged,
        "kept": asdict(tally_of(kept.telemetry, kept.ecgs, kept.photos.store, patient_id, owners)),
    })  # fmt: skip


def faults_of(file: IO[bytes]) -> list[str]:
    """Return what is wrong with a record that was taken out: parts that are missing, changed, or not its own."""
    with zipfile.ZipFile(file) as record:
        noted = json.loads(record.read(MANIFEST))["parts"]
        names = set(record.namelist()) - {MANIFEST}
        wrong = [f"{name}: missing" for name in sorted(noted.keys() - names)]
        wrong += [f"{name}: not in the manifest" for name in sorted(names - noted.keys())]
        for name in sorted(names & noted.keys()):
            if hashlib.sha256(record.read(name)).hexdigest() != noted[name]["sha256"]:
                wrong.append(f"{name}: changed")
    return wrong


def _unless_damaged(get: Callable[[str, str], Stored | None], owner: str, name: str) -> Stored | None:
    """Return what is kept, None when it cannot be read any more: the rest of a record is taken out all the same."""
    try:
        return get(owner, name)
    except DamagedFile:
        return None


def _is_of(fact: Fact, patient: Patient, city: City) -> bool:
    """Say whether a fact is this patient's or the whole incident's: what is of another patient stays behind."""
    whose = getattr(fact.data, "patient_id", None)
    activation = city.activations.get(getattr(fact.data, "activation_id", None) or "")
    if whose is None and activation is not None:
        whose = activation.patient_id
    return whose in (None, patient.id)


def _line(fact: Fact) -> bytes:
    names = ("seq", "kind", "at", "recorded_at", "clock", "uncertainty_s", "actor", "command_id", "data")
    return encoded({name: getattr(fact, name) for name in names}) + b"\n"


def _reading(sample: Sample, patient: Patient) -> bytes:
    body = msgspec.json.decode(sample.body)
    return encoded({"at": sample.at, **body, "bound": wore(patient, body["device_id"], sample.at)}) + b"\n"


def _vitals(telemetry: Telemetry, patient_id: str) -> Iterator[Sample]:
    return _paged(lambda since, limit: telemetry.vitals(patient_id, since, limit))


def _chunks(telemetry: Telemetry, patient_id: str) -> Iterator[Sample]:
    return _paged(lambda since, limit: telemetry.read_wave(patient_id, since, since + EVER, limit))


def _frames(telemetry: Telemetry, patient: Patient, *, bound: bool) -> Iterator[bytes]:
    for sample in _chunks(telemetry, patient.id):
        wave = read_wave(sample.body)
        if wore(patient, wave.device_id, wave.at) is bound:
            yield sample.body


def _paged(page: Callable[[datetime, int], Sequence[Sample]]) -> Iterator[Sample]:
    """Walk through all samples; those of the last moment of a page come again on the next and are passed over."""
    since, seen, limit = LONG_AGO, set[tuple[str, int]](), PAGE
    while True:
        samples = page(since, limit)
        fresh = [each for each in samples if (each.stream, each.seq) not in seen]
        yield from fresh
        if len(samples) < limit:
            return
        limit = PAGE if fresh else limit * 2  # more than a page of one moment
        since = samples[-1].at
        seen = {(each.stream, each.seq) for each in samples if each.at == since}
