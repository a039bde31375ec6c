"""What a monitor measured, whatever its format was: simultaneous leads as the patient link carries them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dispatch.protocol.waves import LEADS, NO_VALUE

SAMPLE_MOST = 32_767  # int16 without the mark of a missing value
STRIP = ("II",)  # what a monitor without twelve leads shows
UV_STEP = 0.01  # the finest the wire can say
DIAGNOSTIC_S = 10  # of a 12-lead; reference/clinical.md §9.2
SITE_ZONE = timezone(timedelta(hours=8))  # a clock without a zone in its time is one of ours
LIMB = {"III": (-1.0, 1.0), "aVR": (-0.5, -0.5), "aVL": (1.0, -0.5), "aVF": (-0.5, 1.0)}  # of I and II: Einthoven


class UnreadableError(ValueError):
    """Say which file cannot be read, and why."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What a file says of itself. Sex and age are for a person to compare with the patient, never taken over."""

    device: str | None = None
    began_at: datetime | None = None
    sex: str | None = None
    age_years: int | None = None


@dataclass(frozen=True, slots=True)
class Recording:
    """Leads of one patient, in the protocol's order.

    ``samples`` is int16, frames × leads, in steps of ``uv_per_lsb``; ``NO_VALUE`` where nothing was measured.
    ``exact``: every sample is what the file says, none was scaled.
    """

    leads: tuple[str, ...]
    sample_rate_hz: int
    uv_per_lsb: float
    samples: NDArray[np.int16]
    exact: bool
    origin: Origin

    @property
    def duration_s(self) -> float:
        """How long it is."""
        return len(self.samples) / self.sample_rate_hz


class ReadsRecording(Protocol):
    """A format: whatever a monitor or its software leaves, as one recording."""

    def __call__(self, content: bytes, beside: "Beside") -> Recording:
        """Read; ``beside`` fetches the other files of the same recording. Raise ``UnreadableError``."""
        ...


class Beside(Protocol):
    """Fetches a file that lies beside the one that is read."""

    def __call__(self, name: str) -> bytes:
        """Return its bytes; raise ``UnreadableError`` when there is none."""
        ...


def recording_of(
    microvolts: Mapping[str, tuple[NDArray[np.int64], float]],
    sample_rate_hz: int,
    origin: Origin,
) -> Recording:
    """Bring leads to one scale: ``microvolts`` has by lead whole numbers (``NO_VALUE``: none) and their step in µV.

    Limb leads that follow from I and II are computed when they are absent, as every electrocardiograph does. Leads of
    one common step that the wire can say are not touched; others are scaled to the finest step that fits.
    """
    leads = _leads_of(microvolts)
    steps = {step for _, step in (microvolts[each] for each in leads if each in microvolts)}
    step = min(steps)
    derived = set(leads) - set(microvolts)
    exact = len(steps) == 1 and not derived and _says(step) and _fits(microvolts)
    scale = step if exact else _coarser(microvolts, step)
    columns = {
        lead: _scaled(numbers, own / scale, exact=exact) for lead, (numbers, own) in microvolts.items() if lead in leads
    }
    for lead in derived:
        columns[lead] = _from_limbs(columns["I"], columns["II"], LIMB[lead])
    frames = min(len(each) for each in columns.values())
    samples = np.stack([columns[each][:frames] for each in leads], axis=1).astype(np.int16)
    return Recording(leads, sample_rate_hz, scale, samples, exact, origin)


def diagnostic(recording: Recording, from_s: float = 0.0) -> Recording:
    """Return the ten seconds of a 12-lead; raise ``UnreadableError`` when the recording has not as much."""
    first = round(from_s * recording.sample_rate_hz)
    samples = recording.samples[first : first + DIAGNOSTIC_S * recording.sample_rate_hz]
    if recording.leads != LEADS or len(samples) < DIAGNOSTIC_S * recording.sample_rate_hz:
        raise UnreadableError(f"a diagnostic ECG has {len(LEADS)} leads of {DIAGNOSTIC_S} s")
    return replace(recording, samples=samples)


def moment(written: str) -> datetime | None:
    """Return a time of HL7 or DICOM, "20260102030405.678+0800"; without a zone it is one of ours."""
    for layout in ("%Y%m%d%H%M%S.%f%z", "%Y%m%d%H%M%S%z", "%Y%m%d%H%M%S.%f", "%Y%m%d%H%M%S"):
        try:
            at = datetime.strptime(written, layout)  # noqa: DTZ007 - the next line gives it its zone
        except ValueError:
            continue
        return (at if at.tzinfo is not None else at.replace(tzinfo=SITE_ZONE)).astimezone(UTC)
    return None


def years(born: datetime, at: datetime) -> int:
    """Return an age in whole years."""
    return at.year - born.year - ((at.month, at.day) < (born.month, born.day))


def _leads_of(microvolts: Mapping[str, object]) -> tuple[str, ...]:
    known = set(microvolts)
    if {"I", "II"} <= known:
        known |= set(LIMB)
    if known >= set(LEADS):
        return LEADS
    if "II" in known:
        return STRIP
    raise UnreadableError(f"holds neither twelve leads nor lead II, but {', '.join(sorted(microvolts)) or 'nothing'}")


def _says(step: float) -> bool:
    """Say whether the wire can carry this step: hundredths of a microvolt in 16 bits."""
    return 1 <= round(step / UV_STEP) <= 0xFFFF and abs(step / UV_STEP - round(step / UV_STEP)) < 1e-6  # noqa: PLR2004 - float dust


def _fits(microvolts: Mapping[str, tuple[NDArray[np.int64], float]]) -> bool:
    return all(np.abs(numbers[numbers != NO_VALUE]).max(initial=0) <= SAMPLE_MOST for numbers, _ in microvolts.values())


def _coarser(microvolts: Mapping[str, tuple[NDArray[np.int64], float]], step: float) -> float:
    """Return the finest step, from ``step`` up, in which every lead and every sum of two leads fits."""
    largest_uv = max(
        float(np.abs(numbers[numbers != NO_VALUE]).max(initial=0)) * own for numbers, own in microvolts.values()
    )
    hundredths = max(step / UV_STEP, 2 * largest_uv / SAMPLE_MOST / UV_STEP, 1.0)
    return float(np.ceil(hundredths - 1e-6)) * UV_STEP


def _scaled(numbers: NDArray[np.int64], factor: float, *, exact: bool) -> NDArray[np.int64]:
    if exact:
        return numbers
    return np.where(numbers == NO_VALUE, NO_VALUE, np.rint(numbers * factor)).astype(np.int64)


def _from_limbs(one: NDArray[np.int64], two: NDArray[np.int64], parts: tuple[float, float]) -> NDArray[np.int64]:
    frames = min(len(one), len(two))
    one, two = one[:frames], two[:frames]
    unknown = (one == NO_VALUE) | (two == NO_VALUE)
    return np.where(unknown, NO_VALUE, np.rint(parts[0] * one + parts[1] * two)).astype(np.int64)
