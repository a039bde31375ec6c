"""Keep diagnostic ECGs as files: written once, synced to disk before anybody is told, never changed.

The file holds one line with rate, leads and scale as JSON and the CRC-32 of the samples, then the samples as they came
(int16, little-endian). A trace that a disk has changed is not shown: somebody decides by it.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from zlib import crc32

import msgspec

from dispatch.adapters.storage.written_once import DamagedFile, removed_for_good, write_once

_SAFE = re.compile(r"[A-Za-z0-9_-]{1,64}")


class EcgDiffersError(ValueError):
    """Say that this ECG number already holds other content."""


@dataclass(frozen=True, slots=True)
class EcgHead:
    """How to read the samples."""

    sample_rate_hz: int
    leads: tuple[str, ...]
    uv_per_lsb: float


@dataclass(frozen=True, slots=True)
class StoredEcg:
    """One diagnostic ECG: the head and the raw samples."""

    head: EcgHead
    samples: bytes


class KeepsEcgs(Protocol):
    """Where diagnostic ECGs are: files of an embedded city, rows of a production city. Everything blocks."""

    def put(self, patient_id: str, ecg_id: str, ecg: StoredEcg) -> bool:
        """Make an ECG durable; False when the very same is there already, ``EcgDiffersError`` when another is."""
        ...

    def get(self, patient_id: str, ecg_id: str) -> StoredEcg | None:
        """Return an ECG, None when there is none."""
        ...

    def ids(self, patient_id: str) -> list[str]:
        """Return the numbers of a patient's ECGs, in their order."""
        ...

    def erase(self, patient_id: str) -> list[bytes]:
        """Remove a patient's ECGs for good; return what was removed, in the order of their numbers."""
        ...

    def close(self) -> None:
        """Give everything back."""
        ...


class EcgStore:
    """Files in one directory, a folder per patient. Everything here blocks; a full disk is ``TelemetryUnavailable``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def put(self, patient_id: str, ecg_id: str, ecg: StoredEcg) -> bool:
        """Make an ECG durable; False when the very same is there already, ``EcgDiffersError`` when another is."""
        path = self._path(patient_id, ecg_id)
        content = b"%b %08x\n%b" % (msgspec.json.encode(ecg.head), crc32(ecg.samples), ecg.samples)
        if write_once(path, content):
            return True
        if self.get(patient_id, ecg_id) != ecg:
            raise EcgDiffersError(path.stem)
        return False

    def get(self, patient_id: str, ecg_id: str) -> StoredEcg | None:
        """Return an ECG, None when there is none; ``DamagedFile`` when it is not what was written."""
        path = self._path(patient_id, ecg_id)
        if not path.exists():
            return None
        line, _, samples = path.read_bytes().partition(b"\n")
        head, has_end, checksum = line.rpartition(b"}")
        damaged = DamagedFile(f"ECG {ecg_id} of patient {patient_id} is damaged")
        try:
            stored = StoredEcg(msgspec.json.decode(head + has_end, type=EcgHead), samples)
            is_whole = not checksum or int(checksum, 16) == crc32(samples)  # older files have none
        except ValueError as failure:
            raise damaged from failure
        if not is_whole:
            raise damaged
        return stored

    def ids(self, patient_id: str) -> list[str]:
        """Return the numbers of a patient's ECGs, in their order."""
        folder = self._path(patient_id, "x").parent
        return sorted(each.stem for each in folder.glob("*.ecg")) if folder.is_dir() else []

    def erase(self, patient_id: str) -> list[bytes]:
        """Overwrite and remove a patient's files."""
        return removed_for_good(self._path(patient_id, "x").parent, "*.ecg")

    def close(self) -> None:
        """Do nothing: files are open only while they are read or written."""

    def _path(self, patient_id: str, ecg_id: str) -> Path:
        for name in (patient_id, ecg_id):
            if not _SAFE.fullmatch(name):
                raise ValueError(f"{name!r} is no id of an ECG")
        return self._folder / patient_id / f"{ecg_id}.ecg"
