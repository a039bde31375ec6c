"""A real record goes from its file through the Python client to a department's wall, sample for sample."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from dispatch.cli import main
from dispatch.devices.formats import open_recording
from dispatch.devices.recording import diagnostic
from dispatch.protocol.waves import HEAD_BYTES, LEADS, Wave, read_wave
from tests.adapters.serving import WITHIN_S, Server
from tests.devices.files import aecg_of, dicom_of
from tests.devices.test_dicom_ecg import MDC
from tests.end_to_end.test_server_http import underway
from tests.end_to_end.test_server_socket import with_monitor


def split(content: bytes) -> list[Wave]:
    """Cut an answer of stored frames into its frames."""
    frames = []
    while content:
        samples = int.from_bytes(content[28:30], "little")
        size = HEAD_BYTES + samples * content[3] * 2
        frames.append(read_wave(content[:size]))
        content = content[size:]
    return frames


def joined(frames: list[Wave]) -> np.ndarray:
    """Return the samples of frames of twelve leads, one after the other."""
    return np.concatenate([np.frombuffer(each.content, "<i2").reshape(-1, len(LEADS)) for each in frames])


def test_the_ptb_record_reaches_the_wall_sample_for_sample(
    server: Server, shared_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = shared_dir / "data" / "ecg" / "s0010_re.hea"
    told = np.fromfile(record.with_suffix(".dat"), "<i2").reshape(-1, len(LEADS))
    patient = with_monitor(server, "U050")["patient_id"]
    since = datetime.now(UTC)
    with server.client("dept-yz001").socket() as wall:
        arguments = ["--url", server.url, "--account", "crew-u050", "--patient", patient, "--device", "M-U050"]
        assert main(["monitor", "replay", str(record), *arguments, "--twelve", "--at-once"]) == 0
        assert json.loads(capsys.readouterr().out) == {"samples": len(told), "leads": 12}
        shown: list[Wave] = []
        while sum(each.samples for each in shown) < len(told):
            raw = wall.raw.recv(timeout=WITHIN_S)
            shown += [read_wave(raw)] if isinstance(raw, bytes) else []
    assert (joined(shown) == told).all()
    assert {(each.patient_id, each.sample_rate_hz, each.uv_per_lsb) for each in shown} == {(patient, 1000, 0.5)}

    department = server.client("dept-yz001")
    stored = department.get(f"/api/patients/{patient}/waves", params={"since": since.isoformat()})
    assert (joined(split(stored.content)) == told).all(), "and is there for who was too slow"
    ecg_id = server.app.state.parts.feed.city.patients[patient].ecgs[0].id
    twelve = department.get(f"/api/patients/{patient}/ecgs/{ecg_id}")
    assert twelve.headers["cache-control"] == "no-store"
    assert (np.frombuffer(twelve.content, "<i2").reshape(-1, 12) == told[:10_000]).all()
    assert twelve.headers["X-Uv-Per-Lsb"] == "0.5"


def test_stored_waves_of_nobody_and_of_others_are_not_given(server: Server) -> None:
    ids = underway(server, "U051")
    since = {"since": (datetime.now(UTC) - timedelta(minutes=1)).isoformat()}
    answer = server.client("crew-u051").get(f"/api/patients/{ids['patient_id']}/waves", params=since)
    assert (answer.status_code, answer.content) == (200, b"")
    assert server.client("crew-u001").get(f"/api/patients/{ids['patient_id']}/waves", params=since).status_code == 403


def test_a_monitor_s_own_file_is_taken_as_it_is(server: Server, shared_dir: Path) -> None:
    recording = diagnostic(open_recording(shared_dir / "data" / "ecg" / "s0010_re.hea"))
    ids = underway(server, "U052")
    crew = server.client("crew-u052")
    path = f"/api/patients/{ids['patient_id']}/ecgs/AECG-1"
    document = aecg_of(recording)
    answer = crew.http.put(f"{path}/aecg", content=document)
    assert answer.status_code == 201, answer.text
    assert answer.json() == {"sample_rate_hz": 1000, "leads": list(LEADS), "uv_per_lsb": 0.5, "doubts": []}
    assert crew.http.put(f"{path}/aecg", content=document).status_code == 200
    assert (np.frombuffer(crew.get(path).content, "<i2").reshape(-1, 12) == recording.samples).all()
    other = f"/api/patients/{ids['patient_id']}/ecgs/DICOM-1"
    assert crew.http.put(f"{other}/dicom", content=dicom_of(recording, MDC)).status_code == 201
    assert crew.get(other).content == crew.get(path).content
    assert crew.http.put(f"{other}/dicom", content=document).json()["field"] == "body"
    assert crew.http.put(f"{other}/scp", content=document).status_code == 422
    broken = crew.http.put(f"{path}/aecg", content=document.replace(b"<digits>", b"<digits>x "))
    assert (broken.status_code, broken.json()["field"]) == (422, "body")


def test_exchanged_cables_are_said_with_the_answer(server: Server) -> None:
    ids = underway(server, "U053")
    crew = server.client("crew-u053")
    samples = np.tile(np.arange(500, dtype="<i2")[:, None], (1, 12))
    headers = {"X-Sample-Rate-Hz": "500", "X-Leads": ",".join(LEADS), "X-Uv-Per-Lsb": "5"}
    answer = crew.http.put(f"/api/patients/{ids['patient_id']}/ecgs/E1", content=samples.tobytes(), headers=headers)
    assert answer.status_code == 201
    said = answer.json()["doubts"][0]
    assert (said["code"], said["zh"][:4]) == ("ecg.doubt.limb_leads", "肢体导联")


def test_a_recording_is_described_before_it_is_sent(shared_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = shared_dir / "data" / "ecg" / "s0010_re.hea"
    assert main(["monitor", "show", str(record)]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["samples"], said["sex"], said["age_years"], said["doubts"]) == (38_400, "female", 81, [])
    assert main(["monitor", "show", str(record.with_suffix(".dat"))]) == 2
