"""Read a DICOM 12-lead or general ECG (PS3.3 A.34.3, A.34.4): the first original group of channels that holds leads.

A sample is worth sample × sensitivity × correction + baseline (PS3.3 C.10.9). Leads are named by the codes of CID 3001.
"""

import logging
import struct
import warnings
from collections.abc import Iterator
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from pydicom import config, dcmread
from pydicom.dataset import Dataset
from pydicom.errors import BytesLengthException, InvalidDicomError

from dispatch.devices.recording import Beside, Origin, Recording, UnreadableError, moment, recording_of, years
from dispatch.protocol.waves import LEADS, NO_VALUE

TWELVE_LEAD, GENERAL = (f"1.2.840.10008.5.1.4.1.1.9.1.{nth}" for nth in (1, 2))
PLAIN = {"1.2.840.10008.1.2", "1.2.840.10008.1.2.1"}  # little endian, implicit and explicit
DEFLATED = b"1.2.840.10008.1.2.1.99"  # small on the wire, any size in memory
NUMBERS = (1, 2, 61, 62, 63, 64, 3, 4, 5, 6, 7, 8)
LEAD_OF = {f"2:{n}": lead for n, lead in zip(NUMBERS, LEADS, strict=True)}  # MDC
LEAD_OF |= {f"5.6.3-9-{n}": lead for n, lead in zip(NUMBERS, LEADS, strict=True)}  # SCPECG, retired
UV_OF = {"uv": 1.0, "mv": 1000.0, "nv": 0.001, "v": 1_000_000.0}
SEX_OF = {"M": "male", "F": "female"}
LONGEST = 16 << 20
FRAMES_MOST = 400_000
BROKEN = (
    InvalidDicomError,
    BytesLengthException,
    struct.error,
    EOFError,
    OSError,
    NotImplementedError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
    OverflowError,
    RecursionError,
)  # fmt: skip - what the library says of files that are none
config.settings.reading_validation_mode = config.IGNORE  # what we use we check; of the rest nobody needs to hear
logging.getLogger("pydicom").setLevel(logging.CRITICAL)


def read_ecg(content: bytes, beside: Beside) -> Recording:  # noqa: ARG001 - one file is the whole recording
    """Read an ECG object."""
    if len(content) > LONGEST:
        raise UnreadableError(f"has more than {LONGEST} bytes")
    if DEFLATED in content[:4_096]:
        raise UnreadableError("is deflated; send it as explicit or implicit little endian")
    try:
        with warnings.catch_warnings(action="ignore"):
            return _recording(dcmread(BytesIO(content)))
    except UnreadableError:
        raise
    except BROKEN as error:
        raise UnreadableError(f"is no DICOM that can be read: {type(error).__name__}") from error


def _recording(file: Dataset) -> Recording:
    if file.file_meta.TransferSyntaxUID not in PLAIN:
        raise UnreadableError("is not little endian")
    if file.SOPClassUID not in (TWELVE_LEAD, GENERAL):
        raise UnreadableError("is no 12-lead or general ECG waveform")
    for group in file.WaveformSequence:
        leads = dict(_leads(group)) if group.get("WaveformOriginality", "ORIGINAL") == "ORIGINAL" else {}
        if leads:
            began_at = moment(str(file.get("AcquisitionDateTime") or ""))
            born, device = moment(f"{file.get('PatientBirthDate') or ''}000000"), file.get("ManufacturerModelName")
            age = None if born is None or began_at is None else years(born, began_at)
            origin = Origin(str(device) if device else None, began_at, SEX_OF.get(str(file.get("PatientSex"))), age)
            return recording_of(leads, _rate(group), origin)
    raise UnreadableError("holds no original lead")


def _leads(group: Dataset) -> Iterator[tuple[str, tuple[NDArray[np.int64], float]]]:
    frames, channels = int(group.NumberOfWaveformSamples), int(group.NumberOfWaveformChannels)
    if (group.WaveformBitsAllocated, group.WaveformSampleInterpretation) != (16, "SS"):
        raise UnreadableError("its samples are not 16 bits with a sign")
    if not 0 < frames <= FRAMES_MOST or not 0 < channels == len(group.ChannelDefinitionSequence):
        raise UnreadableError(f"has {frames} samples of {channels} channels")
    table = np.frombuffer(group.WaveformData, "<i2", frames * channels).reshape(frames, channels).astype(np.int64)
    padding = group.get("WaveformPaddingValue")
    unknown = None if padding is None else int.from_bytes(padding[:2], "little", signed=True)
    for channel, numbers in zip(group.ChannelDefinitionSequence, table.T, strict=True):
        lead = LEAD_OF.get(str(channel.ChannelSourceSequence[0].CodeValue))
        if lead is not None:
            step_uv, offset = _scale(lead, channel)
            missing = np.zeros(frames, bool) if unknown is None else numbers == unknown
            yield lead, (np.where(missing, NO_VALUE, numbers + offset), step_uv)


def _scale(lead: str, channel: Dataset) -> tuple[float, int]:
    """Return the step of a channel in µV, and its baseline in steps."""
    unit = str(channel.ChannelSensitivityUnitsSequence[0].CodeValue).casefold()
    step = float(channel.ChannelSensitivity) * float(channel.get("ChannelSensitivityCorrectionFactor") or 1)
    baseline = float(channel.get("ChannelBaseline") or 0)
    if unit not in UV_OF or not 0 < step < np.inf or not abs(baseline / step) < 1 << 31:
        raise UnreadableError(f"lead {lead} is measured in {step:g} {unit!r} from {baseline:g}")
    return step * UV_OF[unit], round(baseline / step)


def _rate(group: Dataset) -> int:
    rate = float(group.SamplingFrequency)
    if not 1 <= rate <= 4_000 or rate != round(rate):  # noqa: PLR2004 - hertz
        raise UnreadableError(f"samples at {rate:g} Hz")
    return round(rate)
