"""Monitor formats: what a file says comes out sample for sample; what is damaged or hostile is refused by name."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.devices.formats import open_recording
from dispatch.devices.hl7_aecg import read_aecg
from dispatch.devices.limits import device_limits
from dispatch.devices.quality import doubts
from dispatch.devices.recording import LIMB, Origin, Recording, UnreadableError, diagnostic
from dispatch.devices.replay import Trace, waves
from dispatch.devices.wfdb_record import read_wfdb
from dispatch.protocol.waves import LEADS, NO_VALUE, read_wave
from tests.devices.files import Numbers, aecg_of, packed_212, write_wfdb

AT = datetime(2026, 11, 21, 6, tzinfo=UTC)
SEEDS = range(12)


def alone(name: str) -> bytes:
    raise UnreadableError(f"no {name} here")


def heart(seed: int, frames: int = 500, most: int = 2_000) -> dict[str, Numbers]:
    """Twelve leads of chance that obey Einthoven."""
    chance = np.random.default_rng(seed)
    leads = {name: chance.integers(-most // 2, most // 2, frames) for name in LEADS}
    leads |= {name: np.rint(one * leads["I"] + two * leads["II"]).astype(np.int64) for name, (one, two) in LIMB.items()}
    return leads


def recorded(seed: int = 1, frames: int = 500, hz: int = 500, step: float = 5.0, most: int = 2_000) -> Recording:
    samples = np.stack(list(heart(seed, frames, most).values()), axis=1).astype(np.int16)
    return Recording(LEADS, hz, step, samples, exact=True, origin=Origin())


@pytest.mark.parametrize("layout", [16, 212])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_wfdb_record_comes_out_sample_for_sample(tmp_path: Path, layout: int, seed: int) -> None:
    leads = heart(seed, 200)
    order = Random(seed).sample(list(leads), len(leads))
    read = open_recording(write_wfdb(tmp_path, {name.lower(): leads[name] for name in order}, layout))
    assert (read.leads, read.sample_rate_hz, read.uv_per_lsb, read.exact) == (LEADS, 500, 5.0, True), f"seed {seed}"
    assert (read.samples == np.stack([leads[name] for name in LEADS], axis=1)).all(), f"seed {seed}"
    assert (read.origin.sex, read.origin.age_years) == ("male", 61)
    assert read.origin.began_at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_the_ptb_record_is_read_as_its_checksums_say(shared_dir: Path) -> None:
    read = open_recording(shared_dir / "data" / "ecg" / "s0010_re.hea")
    raw = np.fromfile(shared_dir / "data" / "ecg" / "s0010_re.dat", "<i2").reshape(-1, 12)
    assert (read.leads, read.sample_rate_hz, read.uv_per_lsb, read.exact) == (LEADS, 1000, 0.5, True)
    assert (read.samples == raw).all()
    assert (read.origin.sex, read.origin.age_years) == ("female", 81)
    assert doubts(diagnostic(read)) == []


def test_another_gain_is_scaled_and_says_so(tmp_path: Path) -> None:
    read = open_recording(write_wfdb(tmp_path, heart(3), 16, gain="7247.4(10)/mV"))
    millivolts = (np.stack(list(heart(3).values()), axis=1) - 10) / 7247.4
    assert not read.exact
    assert np.abs(read.samples * read.uv_per_lsb / 1000 - millivolts).max() <= read.uv_per_lsb / 2000 + 1e-9


def test_a_lead_that_was_off_is_no_value_and_no_zero(tmp_path: Path) -> None:
    leads = heart(4)
    leads["V3"][100:200] = -32_768
    read = open_recording(write_wfdb(tmp_path, leads, 16))
    assert (read.samples[100:200, LEADS.index("V3")] == NO_VALUE).all()
    assert [each.code for each in doubts(read)] == ["ecg.doubt.lead_off"]


def test_one_strip_of_a_monitor_is_one_lead(tmp_path: Path) -> None:
    leads = heart(5)
    read = open_recording(write_wfdb(tmp_path, {"MLII": leads["II"], "V5": leads["V5"]}, 212, hz=360))
    assert read.leads == ("II",)
    with pytest.raises(UnreadableError, match="12 leads"):
        diagnostic(read)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda text: text.replace("r.dat 16", "../r.dat 16"), "no signal file"),
        (lambda text: text.replace("r.dat 16", "r.dat 310"), "format 310"),
        (lambda text: text.replace("r 12 500 500", "r 12 500 501"), "501"),
        (lambda text: text.replace("r 12 500", "r/2 12 500"), "several segments"),
        (lambda text: text.replace("r 12 500", "r 13 500"), "13 signals"),
        (lambda text: text.replace("r 12 500", "r 12 1e9"), "Hz"),
        (lambda text: text.replace("r 12 500 500", "r 12 500 99999999999"), "99999999999"),
        (lambda text: text.replace("/mV", "/mmHg"), "gain"),
        (lambda text: text.replace(" 0 I\n", " 1 I\n"), None),
        (lambda _: "", "empty"),
        (lambda text: text.replace("r.dat", "s.dat"), "s.dat"),
    ],
)
def test_a_broken_header_is_refused_by_name(tmp_path: Path, change: Callable[[str], str], named: str | None) -> None:
    header = write_wfdb(tmp_path, heart(6), 16)
    header.write_text(change(header.read_text(encoding="ascii")), encoding="ascii")
    if named is None:
        assert open_recording(header).leads == LEADS
        return
    with pytest.raises(UnreadableError, match=named):
        open_recording(header)


def test_one_changed_sample_is_noticed(tmp_path: Path) -> None:
    header = write_wfdb(tmp_path, heart(7), 16)
    content = bytearray((tmp_path / "r.dat").read_bytes())
    content[1234] ^= 1
    (tmp_path / "r.dat").write_bytes(content)
    with pytest.raises(UnreadableError, match="checksum"):
        open_recording(header)


@settings(max_examples=100)
@given(st.binary(max_size=300))
def test_noise_is_refused_and_breaks_nothing(content: bytes) -> None:
    for reads in (read_wfdb, read_aecg):
        with pytest.raises(UnreadableError):
            reads(content, alone)


def test_212_of_every_number() -> None:
    numbers = np.arange(-2_048, 2_048)
    leads = {"II": numbers, "V1": -numbers - 1}
    flat = np.stack(list(leads.values()), axis=1).reshape(-1)
    content = packed_212(flat)
    header = b"r 2 500 4096\nr.dat 212 200 12 0 0 0 0 II\nr.dat 212 200 12 0 0 0 0 V1\n"
    header = header.replace(b" 0 0 0 II", f" 0 {int(numbers.sum())} 0 II".encode())
    header = header.replace(b" 0 0 0 V1", f" 0 {int((-numbers - 1).sum())} 0 V1".encode())
    read = read_wfdb(header, lambda _: content)
    assert (read.samples[1:, 0] == numbers[1:]).all()
    assert read.samples[0, 0] == NO_VALUE


@pytest.mark.parametrize("seed", SEEDS)
def test_an_aecg_comes_out_sample_for_sample(seed: int) -> None:
    told = recorded(seed, frames=120, step=2.5)
    read = read_aecg(aecg_of(told), alone)
    assert (read.leads, read.sample_rate_hz, read.uv_per_lsb, read.exact) == (LEADS, 500, 2.5, True), f"seed {seed}"
    assert (read.samples == told.samples).all(), f"seed {seed}"
    assert read.origin == Origin("ECG-12", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "female", 80)


def test_limb_leads_that_a_file_leaves_out_follow_from_two() -> None:
    told = recorded()
    read = read_aecg(aecg_of(told, ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")), alone)
    assert read.leads == LEADS
    assert not read.exact
    assert np.abs(read.samples * read.uv_per_lsb - told.samples * told.uv_per_lsb).max() <= 2 * told.uv_per_lsb


def test_origin_and_scale_of_an_aecg_count() -> None:
    read = read_aecg(aecg_of(recorded(), origin="100", scale="5"), alone)
    assert (read.samples == recorded().samples + 20).all()


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (("urn:hl7-org:v3", "urn:hl7-org:v2"), "AnnotatedECG"),
        (('unit="uV"/><scale', 'unit="m"/><scale'), "'m'"),
        (('<scale value="5"', '<scale value="0"'), "scale of 0"),
        (("GLIST_TS", "GLIST"), "clock"),
        (('increment value="0.002"', 'increment value="0"'), "distance"),
        (('increment value="0.002"', 'increment value="0.0000001"'), "Hz"),
        (("SLIST_PQ", "SLIST_INT"), "SLIST_PQ"),
        (("<digits>", "<digits>x "), "no numbers"),
        (("<digits>", "<digits>9e99 "), "no heart"),
        (("MDC_ECG_LEAD_", "MDC_X_"), "no lead"),
        (("<AnnotatedECG", '<!DOCTYPE a [<!ENTITY b "c">]><AnnotatedECG'), "trusted"),
    ],
)
def test_a_broken_aecg_is_refused_by_name(change: tuple[str, str], named: str) -> None:
    with pytest.raises(UnreadableError, match=named):
        read_aecg(aecg_of(recorded()).decode().replace(*change).encode(), alone)


def test_a_replay_is_the_recording_chunk_by_chunk() -> None:
    told = recorded(frames=1_130)
    frames = [read_wave(each.raw) for each in waves(told, Trace("P" * 26, "MON-1", 7, AT))]
    again = np.concatenate([np.frombuffer(each.content, "<i2").reshape(-1, 12) for each in frames])
    assert (again == told.samples).all()
    assert [(each.stream_no, each.first_sample, each.samples) for each in frames] == [
        *((7, first, 250) for first in range(0, 1_000, 250)),
        (8, 0, 130),
    ]
    assert {each.device_id for each in frames} == {"MON-1"}
    assert [(each.at - AT).total_seconds() for each in frames] == [0.0, 0.5, 1.0, 1.5, 2.0]


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda samples: samples[:, LEADS.index("V2")].fill(7), "flat"),
        (lambda samples: samples[:, LEADS.index("V2")].fill(NO_VALUE), "lead_off"),
        (lambda samples: samples[3:4, LEADS.index("V2")].fill(9_000), "too_loud"),
        (lambda samples: np.negative(samples[:, 0], out=samples[:, 0]), "limb_leads"),
    ],
)
def test_what_speaks_against_a_recording_is_said(spoil: Callable[[Numbers], object], code: str) -> None:
    told = recorded()
    assert doubts(told) == []
    spoil(told.samples)  # type: ignore[arg-type] # int16 as well
    assert f"ecg.doubt.{code}" in [each.code for each in doubts(told)]


def test_a_coarse_recording_is_no_diagnostic_one() -> None:
    found = [each.code for each in doubts(recorded(hz=250, step=12.5, most=500))]
    assert found == ["ecg.doubt.rate", "ecg.doubt.step"]
    assert device_limits().ecg_rate_least == 500
