"""Open a recording by its name: ``.hea`` is WFDB, ``.xml`` is HL7 aECG, ``.dcm`` is DICOM."""

from pathlib import Path
from types import MappingProxyType

from dispatch.devices.hl7_aecg import read_aecg
from dispatch.devices.recording import Beside, ReadsRecording, Recording, UnreadableError
from dispatch.devices.wfdb_record import read_wfdb


def read_dicom(content: bytes, beside: Beside) -> Recording:
    """Read a DICOM ECG; its library is loaded with the first one."""
    from dispatch.devices.dicom_ecg import read_ecg  # noqa: PLC0415 - 21 MB that no other format needs

    return read_ecg(content, beside)


FORMATS: MappingProxyType[str, ReadsRecording] = MappingProxyType(
    {".hea": read_wfdb, ".xml": read_aecg, ".dcm": read_dicom}
)


def open_recording(path: Path) -> Recording:
    """Read a file, and the files beside it that it names; raise ``UnreadableError`` naming what is wrong."""
    reads = FORMATS.get(path.suffix.casefold())
    if reads is None:
        raise UnreadableError(f"{path.name} is none of {', '.join(FORMATS)}")

    def beside(name: str) -> bytes:
        return _content(path.parent / name)

    try:
        return reads(_content(path), beside)
    except UnreadableError as error:
        raise UnreadableError(f"{path.name}: {error}") from error


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnreadableError(f"{path.name} cannot be read: {error.strerror}") from error
