"""A DICOM ECG comes out sample for sample; what is damaged, hostile or something else is refused by name."""

from datetime import UTC, datetime
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ImplicitVRLittleEndian

from dispatch.devices.dicom_ecg import LEAD_OF
from dispatch.devices.formats import open_recording, read_dicom
from dispatch.devices.recording import Origin, Recording, UnreadableError
from dispatch.protocol.waves import LEADS, NO_VALUE
from tests.devices.files import dicom_of
from tests.devices.test_formats import alone, recorded

MDC = {lead: code for code, lead in LEAD_OF.items() if code.startswith("2:")}
SCPECG = {lead: code for code, lead in LEAD_OF.items() if code.startswith("5.")}
GOOD = dicom_of(recorded(frames=60), MDC)


@pytest.mark.parametrize("codes", [MDC, SCPECG])
@pytest.mark.parametrize("seed", range(6))
def test_an_object_comes_out_sample_for_sample(codes: dict[str, str], seed: int) -> None:
    told = recorded(seed, 200)
    told.samples[7, :] = NO_VALUE
    order = Random(seed).sample(range(len(LEADS)), len(LEADS))
    mixed = Recording(tuple(LEADS[n] for n in order), 500, 5.0, told.samples[:, order], True, Origin())  # noqa: FBT003 - exact
    read = read_dicom(dicom_of(mixed, codes), alone)
    assert (read.leads, read.sample_rate_hz, read.uv_per_lsb, read.exact) == (LEADS, 500, 5.0, True), f"seed {seed}"
    assert (read.samples == told.samples).all(), f"seed {seed}"
    assert read.origin == Origin("ECG-1250", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "female", 80)


def test_the_ptb_record_comes_through_dicom_as_it_is(shared_dir: Path, tmp_path: Path) -> None:
    told = open_recording(shared_dir / "data" / "ecg" / "s0010_re.hea")
    (tmp_path / "a.dcm").write_bytes(dicom_of(told, MDC, syntax=ImplicitVRLittleEndian))
    read = open_recording(tmp_path / "a.dcm")
    assert (read.sample_rate_hz, read.uv_per_lsb, read.exact) == (1000, 0.5, True)
    assert (read.samples == told.samples).all()


def test_a_baseline_moves_every_sample_by_its_microvolts() -> None:
    told = recorded(frames=50)
    read = read_dicom(dicom_of(told, MDC, baseline=-25.0), alone)
    assert (read.samples.astype(np.int64) == told.samples - 5).all()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no DICOM"),
        (b"<xml/>", "no DICOM"),
        (GOOD[:700], "no DICOM|no lead|holds"),
        (dicom_of(recorded(frames=60), MDC, syntax=DeflatedExplicitVRLittleEndian), "deflated"),
        (dicom_of(recorded(frames=60), MDC, syntax=ExplicitVRBigEndian), "little endian"),
        (dicom_of(recorded(frames=60), MDC, sop_class="1.2.840.10008.5.1.4.1.1.9.2.1"), "no 12-lead"),
        (dicom_of(recorded(frames=60), dict.fromkeys(LEADS, "2:88")), "no original lead"),
    ],
)
def test_what_is_no_ecg_is_refused_by_name(content: bytes, why: str) -> None:
    with pytest.raises(UnreadableError, match=why):
        read_dicom(content, alone)


@settings(max_examples=120, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), max_size=6),
    st.integers(0, len(GOOD)),
)
def test_a_damaged_object_is_read_or_refused_and_nothing_else(bytes_at: list[tuple[int, int]], until: int) -> None:
    content = bytearray(GOOD)
    for place, byte in bytes_at:
        content[place] = byte
    try:
        read = read_dicom(bytes(content[:until] if until % 3 == 0 else content), alone)
    except UnreadableError:
        return
    assert read.leads in (LEADS, ("II",))
    assert read.samples.dtype == np.int16
