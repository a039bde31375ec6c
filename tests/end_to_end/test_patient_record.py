"""A patient's whole record: taken out with checksums, sealed, kept as long as the law wants, then gone, with proof."""

import hashlib
import io
import json
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from ulid import ULID

from dispatch.adapters.clock import RunningClock
from dispatch.cli import main
from dispatch.protocol.waves import Wave, wave_bytes
from tests.adapters.serving import Client, Server, demo_settings, running
from tests.end_to_end.test_server_http import underway
from tests.end_to_end.topology import until

YEAR_S = 366 * 86_400.0
NAME, CALLER, WORDS = "欧阳若兰", "13912345678", "柳荫巷七号三单元"
SAMPLES = bytes(range(1, 201)) * 5  # 500 samples of one lead that occur nowhere else


@dataclass
class Archive:
    """A server whose clock can be moved by years, and where its files are."""

    server: Server
    folder: Path
    later_s: list[float]

    def admin(self) -> list[str]:
        """Return the arguments of an administrator."""
        return ["--url", self.server.url, "--account", "admin", "--password", "demo"]

    def holding(self, *content: bytes) -> list[str]:
        """Return the files that hold any of these bytes."""
        files = [each for each in self.folder.rglob("*") if each.is_file()]
        return [each.name for each in files for one in content if one in each.read_bytes()]


@pytest.fixture(scope="module")
def archive(fictional_pack: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    folder, later_s = tmp_path_factory.mktemp("record"), [0.0]
    clock = RunningClock(monotonic=lambda: time.monotonic() + later_s[0])
    with running(demo_settings(fictional_pack, folder), clock=clock) as server:
        yield Archive(server, folder, later_s)


def recorded(server: Server, unit_id: str) -> dict[str, str]:
    """Carry somebody with a name, two readings of which one is a stranger's, a trace and a 12-lead."""
    ids = underway(server, unit_id, number=CALLER, words=WORDS)
    patient, crew = ids["patient_id"], server.client(f"crew-{unit_id.lower()}")
    crew.done("identify-patient", patient_id=patient, name=NAME)
    crew.done("bind-monitor", patient_id=patient, device_id=f"M-{unit_id}")
    headers = {"X-Sample-Rate-Hz": "500", "X-Leads": "II", "X-Uv-Per-Lsb": "5"}
    crew.http.put(f"/api/patients/{patient}/ecgs/E1", content=SAMPLES, headers=headers).raise_for_status()
    stream = f"{ULID()}/vitals"
    with crew.socket() as tablet:
        for seq, device in ((1, f"M-{unit_id}"), (2, "M-other")):
            body = {"patient_id": patient, "device_id": device, "values": {"hr": 91.25, "spo2": 97}}
            tablet.put(stream, seq, "vitals", body)
        while tablet.until("ack", stream=stream)["seq"] < 2:
            continue
        for number, bound in ((1, f"M-{unit_id}"), (2, None)):
            tablet.raw.send(chunk(patient, number, bound))
            tablet.until("ack", stream=f"wave/{patient}/{number}")
    return ids


def chunk(patient: str, number: int, device: str | None) -> bytes:
    """Return a second of lead II."""
    head = Wave(patient, number, 1, 500, 5.0, 0, datetime.now(UTC), 500, b"", device)
    return wave_bytes(head, SAMPLES)


def closed(server: Server, unit_id: str, ids: dict[str, str]) -> None:
    """End the run and the case."""
    run = server.app.state.parts.feed.city.units[unit_id].assignment_id
    server.client("dispatcher1").done("end-assignment", assignment_id=run, outcome="treated_on_scene")
    city = server.app.state.parts.feed
    until(lambda: city.city.incidents[ids["incident_id"]].phase in ("closed", "waiting", "underway"))
    if city.city.incidents[ids["incident_id"]].phase != "closed":
        server.client("dispatcher1").done("close-incident", incident_id=ids["incident_id"], reason="结束")


def refused(client: Client, slug: str, **data: str) -> str:
    answer = client.command(slug, **data)
    assert answer.status_code == 409, answer.text
    return str(answer.json()["code"])


def test_a_record_leaves_whole_with_its_checksums_and_its_purpose(
    archive: Archive, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ids, out = recorded(archive.server, "U001"), tmp_path / "record.zip"
    assert (
        main(["record", "export", ids["patient_id"], *archive.admin(), "--purpose", "患者申请", "--out", str(out)]) == 0
    )
    assert json.loads(capsys.readouterr().out)["faults"] == []
    with zipfile.ZipFile(out) as record:
        manifest = json.loads(record.read("manifest.json"))
        assert manifest["purpose"] == "患者申请"
        for name, noted in manifest["parts"].items():
            content = record.read(name)
            assert (len(content), hashlib.sha256(content).hexdigest()) == (noted["bytes"], noted["sha256"])
        facts = [json.loads(each) for each in record.read("facts.jsonl").splitlines()]
        assert {"CallReceived", "PatientIdentified", "MonitorBound", "PatientExported"} <= {
            each["kind"] for each in facts
        }
        assert NAME in record.read("facts.jsonl").decode()
        vitals = [json.loads(each) for each in record.read("vitals.jsonl").splitlines()]
        assert sorted((each["device_id"], each["bound"]) for each in vitals) == [("M-U001", True), ("M-other", False)]
        assert SAMPLES in record.read("waves.gcw")
        assert SAMPLES in record.read("quarantine/waves.gcw")
        assert record.read("ecgs/E1.int16le") == SAMPLES
        assert record.read("register.json").startswith(b"[{")


def test_a_changed_part_is_found(archive: Archive, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ids, out = underway(archive.server, "U002"), tmp_path / "record.zip"
    main(["record", "export", ids["patient_id"], *archive.admin(), "--purpose", "x", "--out", str(out)])
    other = tmp_path / "changed.zip"
    with zipfile.ZipFile(out) as record, zipfile.ZipFile(other, "w") as changed:
        for name in record.namelist():
            changed.writestr(name, record.read(name) + (b" " if name == "vitals.jsonl" else b""))
    capsys.readouterr()
    assert main(["record", "check", str(other)]) == 2
    assert json.loads(capsys.readouterr().out)["faults"] == ["vitals.jsonl: changed"]
    assert main(["record", "check", str(Path(__file__))]) == 2


def test_who_may_take_a_record_out(archive: Archive) -> None:
    patient = underway(archive.server, "U003")["patient_id"]
    for account, status in (("supervisor1", 200), ("admin", 200), ("dispatcher1", 403), ("crew-u003", 403)):
        answer = archive.server.client(account).http.post(f"/api/patients/{patient}/record", json={"purpose": "x"})
        assert answer.status_code == status, account
    assert (
        archive.server.client("supervisor1").command("erase-patient", patient_id=patient, reason="x").status_code == 403
    )
    empty = archive.server.client("admin").http.post(f"/api/patients/{patient}/record", json={"purpose": ""})
    assert empty.status_code == 422


def test_an_erased_patient_is_gone_from_every_file_and_the_chain_holds(
    archive: Archive, capsys: pytest.CaptureFixture[str]
) -> None:
    server, admin = archive.server, archive.server.client("admin")
    ids = recorded(server, "U004")
    patient = ids["patient_id"]
    stays = recorded(server, "U005")["patient_id"]
    assert refused(admin, "erase-patient", patient_id=patient, reason="patient_request") == "record.open"
    closed(server, "U004", ids)
    assert refused(admin, "erase-patient", patient_id=patient, reason="patient_request") == "record.retained"
    admin.done("seal-record", patient_id=patient, reason="医疗纠纷")
    archive.later_s[0] += 16 * YEAR_S
    admin, erase = server.client("admin"), ["record", "erase", patient, *archive.admin(), "--reason", "retention_over"]
    assert main(erase) == 2
    assert "封存" in capsys.readouterr().err
    admin.done("unseal-record", patient_id=patient, reason="已调解")
    answer = admin.http.post(f"/api/patients/{patient}/record", json={"purpose": "本人申请"})
    with zipfile.ZipFile(io.BytesIO(answer.content)) as record:
        kept = json.loads(record.read("manifest.json"))["kept"]
    assert (kept["vitals"], kept["chunks"], kept["ecgs"], kept["photos"]) == (2, 2, 1, 0)
    telemetry = server.app.state.parts.telemetry
    long = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
    assert archive.holding(patient.encode() + b"M-U004" + SAMPLES)
    assert main(erase) == 0
    proof = json.loads(capsys.readouterr().out)["erased"]
    assert proof["why"] == "retention_over"
    assert proof["digest"] == kept["digest"], "just what the record that was taken out before says"

    assert archive.holding(patient.encode() + b"M-U004" + SAMPLES, patient.encode() + SAMPLES) == []
    assert telemetry.vitals(patient, long[0]) == telemetry.read_wave(patient, *long) == []
    assert not (archive.folder / "ecgs" / patient).exists()
    city = server.app.state.parts.feed.city
    assert city.patients[patient].name != NAME
    assert all(city.calls[each].number != CALLER for each in city.incidents[ids["incident_id"]].call_ids)
    supervisor = server.client("supervisor1")
    told = supervisor.get(f"/api/incidents/{ids['incident_id']}/facts").text
    assert all(each not in told for each in (NAME, CALLER, WORDS, "医疗纠纷"))
    assert {"PatientErased", "ErasureReported"} <= {each["kind"] for each in json.loads(told)}
    assert refused(admin, "export-patient", patient_id=patient, purpose="x") == "record.erased"
    assert city.patients[stays].name == NAME, "nobody else is forgotten"
    assert telemetry.read_wave(stays, *long)
    crew = server.client("crew-u004")
    with crew.socket() as tablet:
        tablet.raw.send(chunk(patient, 9, "M-U004"))
        assert tablet.until("nack")["code"] == "record.erased"


def test_the_chain_holds_and_a_restart_remembers_nothing(archive: Archive) -> None:
    assert main(["journal", "verify", str(archive.folder)]) == 0
    assert archive.holding(NAME.encode(), CALLER.encode(), WORDS.encode()) == [], "words are sealed in every file"
