"""Every address and every command, tried on somebody else's patient; and no personal word where it does not belong."""

import json
import logging
from collections.abc import Iterator
from dataclasses import MISSING, dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dispatch.command import slug
from dispatch.command_roles import RIGHTS
from dispatch.commands.consult import AnswerOrder
from dispatch.words import NO_ACCOUNT, Role
from tests.adapters.serving import CREW, Client, Server, demo_settings, running

NUMBER, WORDS, COMPLAINT, NOTE, NAME = "13911112222", "暗号街道", "暗号胸痛", "暗号备注", "暗号姓名"
NURSE, TAKER, TASK = "暗号护士", "暗号接收人", "暗号见证人"
LINE, SIGNER, READER = "暗号留言", "暗号家属", "暗号专家"
PERSONAL = (NUMBER, WORDS, COMPLAINT, NOTE, NAME, NURSE, TAKER, TASK, LINE, SIGNER, READER)
STRANGERS = ("dept-yz001", "dept-yz003", "crew-u001", "crew-u003", "exchange", "admin")
LEADS = "I,II,III,aVR,aVL,aVF,V1,V2,V3,V4,V5,V6"


@dataclass(frozen=True)
class Scene:
    """A server with one patient on the way to YZ002 with U002, another to YZ001 with U001."""

    server: Server
    theirs: dict[str, str]
    data: Path
    log: Path


@pytest.fixture(scope="module")
def scene(fictional_pack: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Tell the story of the two patients with personal words wherever words can be."""
    data, log = tmp_path_factory.mktemp("strangers"), tmp_path_factory.mktemp("log") / "log"
    handler = logging.FileHandler(log, encoding="utf-8")
    root = logging.getLogger()
    root.addHandler(handler)
    level = root.level
    root.setLevel(logging.DEBUG)
    with running(demo_settings(fictional_pack, data)) as server:
        run(server, "u001", "yz001")
        yield Scene(server, run(server, "u002", "yz002"), data, log)
    root.removeHandler(handler)
    handler.close()
    root.setLevel(level)


def run(server: Server, unit: str, center: str) -> dict[str, str]:
    """Ring, drive, decide; return every id."""
    seat, crew = server.client("dispatcher1"), server.client(f"crew-{unit}")
    crew.done("sign-on", unit_id=unit.upper(), crew=CREW, names=NURSE)
    ids = seat.call(number=NUMBER, words=WORDS, complaint=COMPLAINT)
    seat.done("write-note", incident_id=ids["incident_id"], text=NOTE)
    seat.done("identify-patient", patient_id=ids["patient_id"], name=NAME)
    ids |= seat.done("assign-unit", incident_id=ids["incident_id"], unit_id=unit.upper())
    for status in ("accepted", "en_route", "on_scene", "at_patient"):
        crew.done("report-status", unit_id=unit.upper(), status=status)
    patient = {"patient_id": ids["patient_id"]}
    crew.done("record-findings", **patient, findings={"complaint": "chest_pain", "clinician_says": ["stemi"]})
    crew.done("bind-monitor", **patient, device_id=f"M-{unit}")
    ids |= crew.done("choose-destination", **patient, center_id=center.upper(), reason="x")
    crew.done("write-to-team", **patient, text=LINE)
    crew.done("record-consent", **patient, procedure="pci", step="signed", asked="spouse", signer=SIGNER)
    link = crew.http.post(f"/api/patients/{ids['patient_id']}/reader-link", json={"physician": READER})
    ids["reader_link_id"] = link.json()["reader_link_id"]
    head = {"X-Sample-Rate-Hz": "500", "X-Leads": LEADS, "X-Uv-Per-Lsb": "5"}
    stored = crew.http.put(f"/api/patients/{ids['patient_id']}/ecgs/E1", content=bytes(24), headers=head)
    assert stored.status_code == 201
    crew.done("complete-handoff", **patient, where="ed", taken_by=TAKER)
    crew.done("end-patient", **patient, outcome="refused", risk_told=True, witness=TASK)
    return ids | {"device_id": f"M-{unit}", "center_id": center.upper(), "unit_id": unit.upper()}


def addresses(scene: Scene) -> list[str]:
    """Return every address that reads something of the patient."""
    known = {"{ecg_id}": "E1"} | {f"{{{name}}}": each for name, each in scene.theirs.items()}
    found = []
    for path, methods in scene.server.client().get("/openapi.json").json()["paths"].items():
        if "get" in methods and ("{patient_id}" in path or "{incident_id}" in path):
            for name, value in known.items():
                path = path.replace(name, value)  # noqa: PLW2901 - filled in step by step
            found.append(path)
    return found


def asked(scene: Scene, kind: type) -> dict[str, Any]:
    """Return the data of a command that would do something to the patient."""
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    place = {"lon": 103.69, "lat": 39.71, "radius_m": 1, "datum": "wgs84", "source": "map_click"}
    some: dict[str, Any] = scene.theirs | {
        "reservation_id": "x", "ecg_id": "E1", "reading": "stemi", "text": "x", "name": "x", "vitals": {"hr": 50},
        "findings": {"complaint": "trauma"}, "code": "aspirin", "service": "110", "by": "police",
        "status": "transporting", "outcome": "cancelled",
        "reason": "x", "condition": "stemi", "crew": CREW, "topic": "full", "state": "busy", "expires_at": soon,
        "place": place, "resource": "ct", "where": "ed", "point": "onset", "happened_at": "2026-11-21T00:00:00Z",
        "sample_rate_hz": 500, "leads": ["I"], "count": 1, "photo_id": "P1", "size_bytes": 1,
        "roles": ["cath_nurse"], "role": "cath_nurse", "member_id": "x", "duty_id": "x", "summons_id": "x",
        "answer": "in_place", "begins": soon, "ends": soon, "push": "x", "end": "center", "purpose": "x",
        "procedure": "pci", "step": "started", "hospital_id": "x", "physician": "x", "token_hash": "0" * 64,
        "order_id": "x", "about": "when", "words": "x", "phone": "1",
    }  # fmt: skip
    if kind is AnswerOrder:
        some["answer"] = "acknowledged"
    needed = [each.name for each in fields(kind) if each.default is MISSING and each.default_factory is MISSING]
    return {name: some[name] for name in needed}


@pytest.mark.parametrize("account", STRANGERS)
def test_a_stranger_reads_nothing_of_a_patient(scene: Scene, account: str) -> None:
    client = scene.server.client(account)
    tried = addresses(scene)
    assert len(tried) >= 7
    # Who may erase a record sees whether it is sealed or erased, and nothing that stands in it.
    allowed = {f"/api/patients/{scene.theirs['patient_id']}/erasure"} if account == "admin" else set()
    assert {path for path in tried if client.get(path).status_code != 403} == allowed
    for path in allowed:
        assert client.get(path).json() == {"patient_id": scene.theirs["patient_id"], "sealed": None, "erased": None}


@pytest.mark.parametrize("account", [each for each in STRANGERS if each not in {"exchange", "admin"}])
def test_a_stranger_does_nothing_to_a_patient(scene: Scene, account: str) -> None:
    client = scene.server.client(account)
    role = Role(client.account["role"])
    mine = [kind for kind, roles in RIGHTS.items() if role in roles]
    assert len(mine) > 10
    done = {kind: client.command(slug(kind), **asked(scene, kind)) for kind in mine}
    assert {slug(kind): answer.text for kind, answer in done.items() if answer.status_code != 403} == {}


def test_what_is_not_your_role_is_refused_whatever_it_says(scene: Scene) -> None:
    for account in ("dept-yz002", "exchange", "admin", "physician1"):
        client = scene.server.client(account)
        role = Role(client.account["role"])
        for kind, roles in RIGHTS.items():
            if role not in roles and not roles <= NO_ACCOUNT:
                assert client.command(slug(kind)).status_code in {403, 422}, (account, kind)


def test_a_department_is_not_told_where_else_its_patient_might_go(scene: Scene) -> None:
    path = f"/api/incidents/{scene.theirs['incident_id']}/recommendation"
    assert scene.server.client("dept-yz002").get(path).status_code == 403
    assert scene.server.client("crew-u002").get(path).status_code == 200


@pytest.mark.parametrize("account", ["dept-yz001", "dept-yz002", "dept-yz003", "physician1"])
def test_no_personal_word_reaches_a_wall(scene: Scene, account: str) -> None:
    client = scene.server.client(account)
    heard = []
    with client.socket() as live:
        live.send(t="watch", patients=[scene.theirs["patient_id"]])
        live.subscribe()
        heard.append(json.dumps(live.tables, ensure_ascii=False))
    heard += [client.get(path).text for path in addresses(scene)]
    own = {TAKER, LINE, SIGNER, READER} if account in {"dept-yz001", "dept-yz002"} else set()
    assert [word for word in PERSONAL if word not in own and any(word in each for each in heard)] == []


def test_no_personal_word_lies_on_the_disk_or_in_the_log(scene: Scene) -> None:
    for client in (scene.server.client("crew-u001"), scene.server.client("dispatcher1")):
        refused(client)
    whole = {path: path.read_bytes() for path in [*scene.data.rglob("*"), scene.log] if path.is_file()}
    assert len(whole) > 5
    assert [(path.name, word) for path, raw in whole.items() for word in PERSONAL if word.encode() in raw] == []


def refused(client: Client) -> None:
    """Send personal words that are refused: they must not be logged either."""
    for data in ({"patient_id": NAME, "name": NAME}, {"patient_id": "x", "name": NAME * 1_000}, {NAME: NAME}):
        assert client.command("identify-patient", **data).status_code in {403, 409, 422}
