"""Read a WFDB record: a header that names signal files, of format 16 or 212 (PhysioNet's two usual ones).

After https://physionet.org/physiotools/wag/header-5.htm and signal-5.htm. The checksum that the header holds of every
signal is compared: a file that was cut or changed is refused, not drawn. Why not the package ``wfdb``:
docs/decisions/0004-monitor-formats.md.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from dispatch.devices.recording import Beside, Origin, Recording, UnreadableError, recording_of
from dispatch.protocol.waves import LEADS, NO_VALUE

GAIN_DEFAULT = 200.0  # units per mV where the header says 0 or nothing
UV_OF = {"mv": 1000.0, "uv": 1.0, "v": 1_000_000.0}
INVALID = {16: -32_768, 212: -2_048}  # "no sample here", by format
SIGNALS_MOST, FRAMES_MOST, RATE_MOST_HZ = 64, 4_000_000, 4_000
LEAD_OF = {name.casefold(): name for name in LEADS} | {"mlii": "II"}  # a modified II is a monitor's strip, no diagnosis
_FILE = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_GAIN = re.compile(r"([0-9.eE+-]+)(?:\((-?\d+)\))?(?:/(\S+))?")
_SEX = {"male": "male", "m": "male", "female": "female", "f": "female"}


@dataclass(frozen=True, slots=True)
class _Signal:
    """One line of the header."""

    file: str
    layout: int
    gain: float  # numbers per unit
    baseline: int
    unit_uv: float
    checksum: int | None
    name: str


def read_wfdb(content: bytes, beside: Beside) -> Recording:
    """Read a ``.hea`` header and the signals beside it; leads that are no lead of ours are left out."""
    lines = [each.strip() for each in content.decode("utf-8", "replace").splitlines() if each.strip()]
    notes = [each[1:].strip() for each in lines if each.startswith("#")]
    rows = [each for each in lines if not each.startswith("#")]
    if not rows:
        raise UnreadableError("an empty header")
    count, rate_hz, frames, began_at = _head(rows[0])
    if len(rows) != count + 1:
        raise UnreadableError(f"the header names {count} signals and describes {len(rows) - 1}")
    signals = [_signal(each) for each in rows[1:]]
    numbers = _numbers(signals, frames, beside)
    leads = {
        LEAD_OF[signal.name.casefold()]: (_centred(each, signal), signal.unit_uv / signal.gain)
        for signal, each in zip(signals, numbers, strict=True)
        if signal.name.casefold() in LEAD_OF
    }
    return recording_of(leads, rate_hz, Origin(None, began_at, _sex(notes), _age(notes)))


def _head(row: str) -> tuple[int, int, int | None, datetime | None]:
    fields = row.split()
    if "/" in fields[0] or len(fields) < 2:  # noqa: PLR2004 - a name and a number of signals
        raise UnreadableError("a record of several segments, or no record")
    try:
        count = int(fields[1])
        rate = float(re.split(r"[/(]", fields[2])[0]) if len(fields) > 2 else 250.0  # noqa: PLR2004 - the third, if any
        frames = int(fields[3]) if len(fields) > 3 else 0  # noqa: PLR2004 - the fourth, if any
    except ValueError as error:
        raise UnreadableError(f"the first line of the header is {row!r}") from error
    if not 1 <= count <= SIGNALS_MOST or not 1 <= rate <= RATE_MOST_HZ or rate != int(rate):
        raise UnreadableError(f"{count} signals at {rate:g} Hz")
    if not 0 <= frames <= FRAMES_MOST:
        raise UnreadableError(f"{frames} samples of a signal, at most {FRAMES_MOST}")
    return count, int(rate), frames or None, _began(fields[4:6])


def _began(fields: Sequence[str]) -> datetime | None:
    """Return when it began; a header without date says nothing, and its clock has no zone: taken as UTC."""
    if len(fields) < 2:  # noqa: PLR2004 - time and date
        return None
    for layout in ("%d/%m/%Y %H:%M:%S.%f", "%d/%m/%Y %H:%M:%S"):
        try:
            return datetime.strptime(f"{fields[1]} {fields[0]}", layout).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


def _signal(row: str) -> _Signal:
    fields = row.split(maxsplit=8)
    if len(fields) < 2 or not _FILE.fullmatch(fields[0]):  # noqa: PLR2004 - file and format
        raise UnreadableError(f"no signal file is named by {row!r}")
    if fields[1] not in ("16", "212"):
        raise UnreadableError(f"signals of format {fields[1]}; 16 and 212 are read")
    layout, (gain, baseline, unit) = int(fields[1]), _gain(fields)
    checksum = int(fields[6]) if len(fields) > 6 else None  # noqa: PLR2004 - the seventh, if any
    name = fields[8] if len(fields) > 8 else ""  # noqa: PLR2004 - the ninth, if any
    return _Signal(fields[0], layout, gain, baseline, unit, checksum, name)


def _gain(fields: Sequence[str]) -> tuple[float, int, float]:
    found = _GAIN.fullmatch(fields[2]) if len(fields) > 2 else None  # noqa: PLR2004 - the third, if any
    if found is None:
        return GAIN_DEFAULT, 0, UV_OF["mv"]
    gain, unit = float(found[1]) or GAIN_DEFAULT, (found[3] or "mV").casefold()
    if unit not in UV_OF or gain <= 0:
        raise UnreadableError(f"a gain of {fields[2]!r}")
    zero = int(fields[4]) if len(fields) > 4 else 0  # noqa: PLR2004 - the fifth, if any
    return gain, zero if found[2] is None else int(found[2]), UV_OF[unit]


def _numbers(signals: Sequence[_Signal], frames: int | None, beside: Beside) -> list[NDArray[np.int64]]:
    """Return the numbers of every signal as its file holds them; signals of one file take turns in it."""
    columns: dict[str, NDArray[np.int64]] = {}
    for file in dict.fromkeys(each.file for each in signals):
        inside = [each for each in signals if each.file == file]
        if len({each.layout for each in inside}) != 1:
            raise UnreadableError(f"{file} mixes formats")
        columns[file] = _file(beside(file), inside, frames)
    taken = dict.fromkeys(columns, 0)
    numbers = []
    for signal in signals:
        column = columns[signal.file][:, taken[signal.file]]
        taken[signal.file] += 1
        _check(signal, column)
        numbers.append(column)
    return numbers


def _file(content: bytes, signals: Sequence[_Signal], frames: int | None) -> NDArray[np.int64]:
    flat = _of_212(content) if signals[0].layout == 212 else np.frombuffer(content[: len(content) & ~1], "<i2")  # noqa: PLR2004 - the format's name
    whole = len(flat) // len(signals)
    if frames is not None and whole < frames:
        raise UnreadableError(f"{signals[0].file} has {whole} samples of a signal, the header says {frames}")
    count = whole if frames is None else frames
    if count > FRAMES_MOST:
        raise UnreadableError(f"{count} samples of a signal, at most {FRAMES_MOST}")
    return flat[: count * len(signals)].reshape(count, len(signals)).astype(np.int64)


def _of_212(content: bytes) -> NDArray[np.int64]:
    """Unpack two 12-bit numbers from each three bytes, the high bits of both in the middle one."""
    raw = np.frombuffer(content[: len(content) // 3 * 3], np.uint8).reshape(-1, 3).astype(np.int64)
    pairs = np.stack([raw[:, 0] | (raw[:, 1] & 0x0F) << 8, raw[:, 2] | (raw[:, 1] & 0xF0) << 4], axis=1)
    numbers = pairs.reshape(-1)
    return np.where(numbers > 2_047, numbers - 4_096, numbers)  # noqa: PLR2004 - twelve bits, signed


def _check(signal: _Signal, column: NDArray[np.int64]) -> None:
    if signal.checksum is not None and (int(column.sum()) - signal.checksum) % 0x1_0000:
        raise UnreadableError(f"the signal {signal.name or signal.file} is not what its header's checksum says")


def _centred(column: NDArray[np.int64], signal: _Signal) -> NDArray[np.int64]:
    return np.where(column == INVALID[signal.layout], NO_VALUE, column - signal.baseline)


def _sex(notes: Sequence[str]) -> str | None:
    return _SEX.get(_noted(notes, "sex").casefold())


def _age(notes: Sequence[str]) -> int | None:
    years = _noted(notes, "age")
    return int(years) if years.isdecimal() and len(years) <= 3 else None  # noqa: PLR2004 - digits of an age


def _noted(notes: Sequence[str], what: str) -> str:
    """Return what a comment of the header says, as "age: 81" or "<age>: 81"; "" when it says nothing."""
    for note in notes:
        name, _, value = note.partition(":")
        if name.strip(" <>").casefold() == what:
            return value.strip()
    return ""
