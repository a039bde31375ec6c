"""Write recordings in the formats that are read: the slow, obvious other way round."""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian

from dispatch.devices.recording import Recording

Numbers = NDArray[np.int64]


def checksum(numbers: Numbers) -> int:
    """Return what a header says of a signal: the sum of its samples in 16 bits, signed."""
    total = int(numbers.sum()) & 0xFFFF
    return total - 0x1_0000 if total > 0x7FFF else total


def packed_212(flat: Numbers) -> bytes:
    """Write pairs of 12-bit numbers, sample by sample."""
    content = bytearray()
    for one, two in zip(flat[::2], flat[1::2], strict=True):
        low, high = int(one) & 0xFFF, int(two) & 0xFFF
        content += bytes([low & 0xFF, (low >> 8) | (high >> 8) << 4, high & 0xFF])
    return bytes(content)


def write_wfdb(folder: Path, leads: Mapping[str, Numbers], layout: int, gain: str = "200(0)/mV", hz: int = 500) -> Path:
    """Write a record of one signal file; return its header."""
    numbers = np.stack(list(leads.values()), axis=1)
    flat = numbers.reshape(-1)
    content = packed_212(flat) if layout == 212 else flat.astype("<i2").tobytes()
    (folder / "r.dat").write_bytes(content)
    rows = [f"r {len(leads)} {hz} {len(numbers)} 03:04:05 02/01/2026"]
    for name, column in leads.items():
        rows.append(f"r.dat {layout} {gain} 12 0 {column[0]} {checksum(column)} 0 {name}")
    header = folder / "r.hea"
    header.write_text("\n".join([*rows, "# age: 61", "# sex: male"]) + "\n", encoding="ascii")
    return header


def aecg_of(recording: Recording, leads: tuple[str, ...] | None = None, origin: str = "0", scale: str = "") -> bytes:
    """Write a recording as an HL7 aECG document, all leads or some."""
    step = scale or f"{recording.uv_per_lsb:g}"
    sequences = "".join(
        f'<component><sequence><code code="MDC_ECG_LEAD_{name.upper()}" codeSystem="2.16.840.1.113883.6.24"/>'
        f'<value xsi:type="SLIST_PQ"><origin value="{origin}" unit="uV"/><scale value="{step}" unit="uV"/>'
        f"<digits>{' '.join(map(str, recording.samples[:, column]))}</digits></value></sequence></component>"
        for column, name in enumerate(recording.leads)
        if leads is None or name in leads
    )
    seconds = f"{1 / recording.sample_rate_hz:g}"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<AnnotatedECG xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        "<componentOf><timepointEvent><componentOf><subjectAssignment><subject><trialSubject>"
        '<subjectDemographicPerson><administrativeGenderCode code="F"/><birthTime value="19450321"/>'
        "</subjectDemographicPerson></trialSubject></subject></subjectAssignment></componentOf></timepointEvent>"
        "</componentOf><component><series><author><seriesAuthor><manufacturedSeriesDevice>"
        "<manufacturerModelName>ECG-12</manufacturerModelName></manufacturedSeriesDevice></seriesAuthor></author>"
        '<component><sequenceSet><component><sequence><code code="TIME_ABSOLUTE"/><value xsi:type="GLIST_TS">'
        f'<head value="20260102110405.000"/><increment value="{seconds}" unit="s"/></value></sequence></component>'
        f"{sequences}</sequenceSet></component></series></component></AnnotatedECG>"
    ).encode()


def dicom_of(
    recording: Recording,
    codes: Mapping[str, str],
    baseline: float = 0.0,
    syntax: UID = ExplicitVRLittleEndian,
    sop_class: str = "1.2.840.10008.5.1.4.1.1.9.1.1",
) -> bytes:
    """Write a recording as a DICOM ECG object with the library; ``codes`` name the leads."""
    channels = []
    for lead in recording.leads:
        source, unit, channel = Dataset(), Dataset(), Dataset()
        source.CodeValue, source.CodingSchemeDesignator, source.CodeMeaning = codes[lead], "MDC", lead
        unit.CodeValue, unit.CodingSchemeDesignator, unit.CodeMeaning = "uV", "UCUM", "microvolt"
        channel.ChannelSourceSequence, channel.ChannelSensitivityUnitsSequence = [source], [unit]
        channel.ChannelSensitivity, channel.ChannelSensitivityCorrectionFactor = recording.uv_per_lsb, 1
        channel.ChannelBaseline, channel.WaveformBitsStored = baseline, 16
        channels.append(channel)
    group, file = Dataset(), Dataset()
    group.WaveformOriginality, group.NumberOfWaveformChannels = "ORIGINAL", len(channels)
    group.NumberOfWaveformSamples, group.SamplingFrequency = len(recording.samples), recording.sample_rate_hz
    group.ChannelDefinitionSequence = channels
    group.WaveformBitsAllocated, group.WaveformSampleInterpretation = 16, "SS"
    group.WaveformPaddingValue = (-32_768).to_bytes(2, "little", signed=True)
    group.WaveformData = recording.samples.astype("<i2").tobytes()
    group["WaveformData"].VR = "OW"
    group["WaveformPaddingValue"].VR = "OW"
    file.file_meta = FileMetaDataset()
    file.file_meta.TransferSyntaxUID, file.file_meta.MediaStorageSOPClassUID = syntax, UID(sop_class)
    file.file_meta.MediaStorageSOPInstanceUID = file.SOPInstanceUID = UID("1.2.3.4")
    file.SOPClassUID, file.AcquisitionDateTime = UID(sop_class), "20260102110405+0800"
    file.PatientSex, file.PatientBirthDate, file.ManufacturerModelName = "F", "19450321", "ECG-1250"
    file.WaveformSequence = [group]
    written = BytesIO()
    file.save_as(written, enforce_file_format=True)
    return written.getvalue()
