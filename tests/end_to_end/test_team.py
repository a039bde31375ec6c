"""A summoned person's own page over HTTP, the roster from a file, and both on the wall in a browser."""

import argparse
import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from dispatch.errors import BadInput
from dispatch.simulation.client import Server as SimulatedServer
from dispatch.simulation.client import ServerClock
from dispatch.simulation.members import Telephones, answer_of
from dispatch.simulation.team_gateway import Ring
from dispatch.terminal.roster import read_rows, run_roster
from tests.adapters.serving import Client, Live, Server

CENTER = "YZ004"
NURSE = "cath_nurse"


@pytest.fixture
def department(server: Server) -> Client:
    return server.client(f"dept-{CENTER.lower()}")


def link_of(client: Client, member_id: str) -> httpx.Client:
    """Return a phone that has scanned a person's code."""
    made = client.http.post(f"/api/team/members/{member_id}/link").json()
    assert "<svg" in made["qr_svg"]
    token = made["url"].partition("#")[2]
    return httpx.Client(base_url=client.url, headers={"X-Member-Token": token})


def test_a_person_opens_their_page_and_nobody_elses(server: Server, department: Client) -> None:
    listed = department.done("list-member", center_id=CENTER, name="刘护士", roles=[NURSE], phone="139")["member_id"]
    ends = (datetime.now(UTC) + timedelta(hours=8)).isoformat()
    now = datetime.now(UTC).isoformat()
    department.done("set-duty", center_id=CENTER, member_id=listed, role=NURSE, begins=now, ends=ends)
    with link_of(department, listed) as phone:
        page = phone.get("/api/team").json()
        assert (page["name"], [each["role"] for each in page["duties"]]) == ("刘护士", [NURSE])
        assert page["summonses"] == []
        keys = {"p256dh": "B" * 87, "auth": "a" * 22}
        refused = phone.post("/api/team/push", json={"endpoint": "https://10.0.0.7/inside", "keys": keys})
        assert (refused.status_code, refused.json()["code"]) == (422, "member.push_service")
        taken = phone.post("/api/team/push", json={"endpoint": "https://fcm.googleapis.com/fcm/send/x", "keys": keys})
        assert taken.json()["push_since"] is not None
        assert phone.post("/api/team/summonses/nothing", json={"answer": "coming"}).status_code == 404
        assert phone.post("/api/team/summonses/nothing", json={"answer": "perhaps"}).status_code == 422
        token = phone.headers["X-Member-Token"]
    people = department.get(f"/api/team/centers/{CENTER}/members").json()
    assert [(each["name"], "push" in each) for each in people] == [("刘护士", False)]
    for wrong in ("", "x", f"{listed}.", f"{token[:-6]}AAAAAA", "非"):
        answer = httpx.get(f"{server.url}/api/team", headers=[(b"X-Member-Token", wrong.encode())])
        assert answer.status_code in {401, 404}
    assert server.client("dept-yz002").http.post(f"/api/team/members/{listed}/link").status_code == 403
    assert server.client("dept-yz002").get(f"/api/team/centers/{CENTER}/members").status_code == 403
    department.done("remove-member", center_id=CENTER, member_id=listed)
    assert httpx.get(f"{server.url}/api/team", headers={"X-Member-Token": token}).status_code == 404


def test_a_roster_comes_from_a_file_once(server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "roster.csv"
    begins, ends = (datetime.now(UTC) + timedelta(hours=each) for each in (0, 8))
    duty = f"{begins.isoformat()},{ends.isoformat()}"
    file.write_text(
        f"\ufeffname,phone,role,begins,ends,rank,conditions\n王医生,139,interventional_cardiologist,{duty},1,stemi\n"
        f"王医生,,cardiologist,{duty},2,\n刘护士,138,{NURSE},,,,\n",
        encoding="utf-8",
    )
    said: list[Any] = []
    for _ in range(2):
        assert run_roster(asking(server, file)) == 0
        said.append(json.loads(capsys.readouterr().out))
    assert said == [{"people": 3, "duties": 2}, {"people": 0, "duties": 0}]
    assert run_roster(asking(server, None)) == 0
    people = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {each["name"]: len(each["duties"]) for each in people} == {"王医生": 2, "刘护士": 0}
    with pytest.raises(BadInput, match="own"):
        run_roster(argparse.Namespace(**{**vars(asking(server, file)), "center": "YZ001"}))


def until_row(live: Live, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Follow the tables until an activation looks as wanted."""
    for _ in live.frames():
        found = [row for row in live.tables["activations"].values() if wanted(row)]
        if found:
            return dict(found[0])
    raise AssertionError("frames end only by an exception")


def asking(server: Server, file: Path | None, line: str | None = None) -> argparse.Namespace:
    asked = {"center": "YZ005", "file": file, "line": line, "account": "dept-yz005", "password": "demo"}
    return argparse.Namespace(url=server.url, **asked)


def test_a_department_enters_its_own_line_and_changes_nothing_else(server: Server) -> None:
    with server.client("dispatcher1").socket() as live:
        live.subscribe()
        before = live.tables["centers"]["YZ005"]
        assert run_roster(asking(server, None, "13600000599")) == 0
        assert any(live.tables["centers"]["YZ005"]["phone"] == "13600000599" for _ in live.frames())
        assert live.tables["centers"]["YZ005"] == before | {"phone": "13600000599"}
    with pytest.raises(BadInput):
        run_roster(argparse.Namespace(**{**vars(asking(server, None, "1")), "center": "YZ001"}))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("name,phone\n", "column role"),
        ("name,role\n,cath_nurse\n", "line 2: name and role"),
        ("name,role,begins,ends\nA,b,2026-11-22T00:00:00Z,\n", "come together"),
        ("name,role,rank\nA,b,first\n", "no number"),
    ],
)
def test_a_wrong_roster_names_its_line(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "roster.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=why):
        list(read_rows(file))


def test_a_summons_reaches_the_phone_and_its_answer_the_wall(server: Server) -> None:
    center = "YZ001"
    wall = server.client(f"dept-{center.lower()}")
    person = wall.done("list-member", center_id=center, name="王医生", roles=["emergency_physician"])["member_id"]
    now = datetime.now(UTC)
    times = {"begins": now.isoformat(), "ends": (now + timedelta(hours=8)).isoformat()}
    wall.done("set-duty", center_id=center, member_id=person, role="emergency_physician", **times)
    seat, ids = server.client("dispatcher1"), server.client("exchange").call()
    arrest = {"responsive": "no", "breathing": "absent"}
    seat.done("record-findings", patient_id=ids["patient_id"], findings=arrest)
    seat.done("pre-alert", patient_id=ids["patient_id"], center_id=center)
    with wall.socket() as live, link_of(wall, person) as phone:
        live.subscribe()
        until_row(live, lambda row: any(each["member_id"] == person for each in row["summonses"]))
        (asked,) = phone.get("/api/team").json()["summonses"]
        assert (asked["role"], asked["conditions"][0]) == ("emergency_physician", ["cardiac_arrest", "suspected"])
        answered = phone.post(f"/api/team/summonses/{asked['id']}", json={"answer": "coming", "minutes": 4})
        assert answered.json()["summonses"][0]["phase"] == "coming"
        shown = until_row(live, lambda row: any(each["minutes"] == 4 for each in row["summonses"]))
        assert shown["summonses"][0]["phase"] == "coming"
    seat.done("close-incident", incident_id=ids["incident_id"], reason="test")


@pytest.mark.parametrize("phase", ["coming", "declined"])
async def test_a_simulated_member_answers_on_the_page_of_the_message(server: Server, phase: str) -> None:
    wall, role = server.client("dept-yz002"), "emergency_physician"
    person = wall.done("list-member", center_id="YZ002", name="王医生", roles=[role], phone="136")["member_id"]
    seat, ids = server.client("dispatcher1"), server.client("exchange").call()
    seat.done("record-findings", patient_id=ids["patient_id"], findings={"responsive": "no", "breathing": "absent"})
    activation = seat.done("pre-alert", patient_id=ids["patient_id"], center_id="YZ002")["activation_id"]
    seat.done("summon-member", activation_id=activation, member_id=person, role=role)
    url = wall.http.post(f"/api/team/members/{person}/link").json()["url"]
    outside = SimulatedServer(server.url)
    health = await outside.meet()
    outside.clock = ServerClock(datetime.fromisoformat(health["clock"]["now"]), 600.0)
    with link_of(wall, person) as phone:
        (asked,) = phone.get("/api/team").json()["summonses"]
    seed = next(each for each in range(1_000) if answer_of(each, "136", asked["sent_at"]) == phase)
    telephones = Telephones(outside, seed)
    answering = asyncio.create_task(telephones.run())
    telephones.ring(Ring("S/2", "summons", "136", f"速到 {url}", voice=True))
    with wall.socket() as live:
        live.subscribe()
        shown = await asyncio.to_thread(until_row, live, lambda row: row["id"] == activation and said(row) == phase)
    answering.cancel()
    await asyncio.gather(answering, return_exceptions=True)
    await outside.close()
    assert said(shown) == phase
    wall.done("remove-member", center_id="YZ002", member_id=person)
    seat.done("close-incident", incident_id=ids["incident_id"], reason="test")


def said(activation: dict[str, Any]) -> str:
    return str(activation["summonses"][0]["phase"])
