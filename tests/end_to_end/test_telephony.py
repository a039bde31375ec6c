"""The exchange at a real server: signed events, repeats, fifty lines at once; a softphone; what a seat asks."""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from ulid import ULID

from dispatch.adapters.pages.text_message import TextMessages
from dispatch.adapters.telephony.signature import SIGNATURE_HEADER, TIME_HEADER, sign
from dispatch.cli import main
from tests.adapters.serving import Client, Server

SECRET = "an exchange and a server know this, and nobody else"  # noqa: S105 - of this test
NEAR = {"lon": 103.69, "lat": 39.71, "radius_m": 50.0, "datum": "wgs84", "source": "handset"}


@pytest.fixture(scope="module")
def known(server: Server) -> Iterator[Server]:
    """Give the shared server a secret for its exchange."""
    parts = server.app.state.parts
    server.app.state.parts = replace(parts, exchange_secret=SECRET)
    yield server
    server.app.state.parts = parts


def event(kind: str, call_id: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of the event
    at = datetime.now(UTC).isoformat()
    return {"event_id": str(ULID()), "event": kind, "call_id": call_id, "at": at, **more}


def told(client: Client, *events: dict[str, Any], secret: str = SECRET, late_s: float = 0) -> Any:  # noqa: ANN401 - an answer
    body = json.dumps({"events": events}).encode()
    at_ms = int((time.time() - late_s) * 1000)
    json_type = {"Content-Type": "application/json"}
    headers = {**json_type, TIME_HEADER: str(at_ms), SIGNATURE_HEADER: sign(secret, at_ms, body)}
    return client.http.post("/api/telephony/events", content=body, headers=headers)


def test_signed_events_make_a_call_and_repeats_change_nothing(known: Server) -> None:
    exchange, line = known.client(), str(ULID())
    ring = event("ring", line, number="13911112222", trunk="T7", recording=f"rec/{line}", place=NEAR)
    first, again = told(exchange, ring), told(exchange, ring)
    assert first.status_code == again.status_code == 200, first.text
    assert first.json() == again.json()
    answered = told(exchange, event("answered", line, extension="8009"), event("held", line)).json()["results"]
    assert [[fact["kind"] for fact in row["facts"]] for row in answered] == [["CallAnswered"], ["CallHeld"]]
    changed = told(exchange, {**ring, "number": "110"})
    assert (changed.status_code, changed.json()["results"][0]["code"]) == (409, "exchange.event_changed")


@pytest.mark.parametrize(("secret", "late_s", "code"), [("wrong" * 9, 0, "not_trusted"), (SECRET, 900, "too_old")])
def test_who_does_not_know_the_secret_now_is_not_believed(known: Server, secret: str, late_s: float, code: str) -> None:
    answer = told(known.client(), event("ring", "x"), secret=secret, late_s=late_s)
    assert (answer.status_code, answer.json()["code"]) == (401, f"exchange.{code}")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"event": "exploded"}, "events.0.event"), ({"call_id": ""}, "events.0.call_id"), ({"at": "noon"}, "events.0.at"),
     ({"colour": "red"}, "events.0.colour"), ({"place": {**NEAR, "datum": "moon"}}, "events.0.place.datum"),
     ({"at": (datetime.now(UTC) + timedelta(hours=2)).isoformat()}, "events.0.at")],
)  # fmt: skip
def test_a_malformed_event_is_refused_with_its_field(known: Server, wrong: dict[str, Any], field: str) -> None:
    answer = told(known.client(), {**event("ring", "x"), **wrong})
    assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_only_connected_systems_may_tell_without_a_signature(known: Server) -> None:
    body = {"events": [event("ring", str(ULID()))]}
    assert known.client("dispatcher1").http.post("/api/telephony/events", json=body).status_code == 403
    assert known.client("exchange").http.post("/api/telephony/events", json=body).status_code == 200


def test_fifty_lines_of_one_event_ring_at_once_and_none_is_lost(
    known: Server, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GREENCHANNEL_EXCHANGE_SECRET", SECRET)
    assert main(["exchange", "--url", known.url, "--ring", "50", "--at", "103.7,39.72", "--seed", "50"]) == 0
    rung = json.loads(capsys.readouterr().out)
    assert (rung["rung"], rung["calls"]) == (50, 50)
    seat = known.client("taker1")
    with seat.socket() as live:
        live.subscribe()
        ringing = [row for row in live.tables["calls"].values() if row["phase"] == "ringing" and row["recording"]]
        assert len(ringing) >= 50
        incident_id = ringing[-1]["incident_id"]
    found = seat.get(f"/api/incidents/{incident_id}/same-events").json()
    assert len(found) == 5
    assert all({"zh", "en"} <= reason.keys() for row in found for reason in row["reasons"])
    for row in ringing:  # the other tests of this server want a quiet room
        seat.done("end-call", call_id=row["id"])


def test_a_softphone_tells_about_its_own_line_only(known: Server) -> None:
    line = str(ULID())
    told(known.client(), event("ring", line, number="13933334444"))
    with known.client("taker1").socket() as phone:
        phone.send(t="line", event=event("answered", line))
        lined = phone.until("lined")
        assert [fact["kind"] for fact in lined["facts"]] == ["CallAnswered"]
        phone.send(t="line", event=event("hung_up", line, extension="8123"))
        assert phone.until("nack")["code"] == "seat.not_yours"
        phone.send(t="line", event={"event": "ring"})
        assert phone.until("nack")["code"] == "frame_malformed"
        phone.send(t="line", event=event("hung_up", line))
        phone.until("lined")


def test_a_link_that_no_text_message_carries_is_a_phone_task_on_every_seat(server: Server) -> None:
    parts = server.app.state.parts
    nobody = TextMessages("http://127.0.0.1:1/", None, parts.clock)
    server.app.state.parts = replace(parts, text_messages=nobody)
    try:
        seat = server.client("taker1")
        incident_id = seat.call(number="13755557777")["incident_id"]
        made = seat.http.post(f"/api/incidents/{incident_id}/link", json={"number": "13755557777"}).json()
    finally:
        server.app.state.parts = parts
    assert made["message"] == "failed"
    with server.client("dispatcher1").socket() as live:
        live.subscribe()
        assert live.tables["links"][made["link_id"]]["message"] == "failed"
        task_id = f"link_unsent:link:{made['link_id']}"
        assert task_id in live.tables["tasks"] or any(task_id in live.tables["tasks"] for _ in live.frames())


def test_a_caller_is_known_by_earlier_calls_without_their_words(known: Server) -> None:
    taker = known.client("taker1")
    first = taker.call(number="+86 137 5555 6666", words="东街 1 号", complaint="胸口很痛")
    again = taker.call(number="13755556666")
    history = taker.get(f"/api/calls/{again['call_id']}/caller").json()
    assert [(row["call_id"], row["where"], row["is_open"]) for row in history["calls"]] == [
        (first["call_id"], "东街 1 号", True)
    ]
    assert "胸口很痛" not in json.dumps(history, ensure_ascii=False)
    assert taker.get("/api/calls/none/caller").status_code == 404
    assert known.client("crew-u001").get(f"/api/calls/{again['call_id']}/caller").status_code == 403


def test_a_record_leaves_with_its_purpose_by_a_supervisor_and_holds_every_step(known: Server) -> None:
    taker, supervisor = known.client("taker1"), known.client("supervisor1")
    ids = taker.call(number="13700001111", complaint="胸痛")
    other = taker.call(number="13700002222", words="同一处")
    taker.done("record-step", call_id=ids["call_id"], question="breathing", answer="yes")
    taker.done("link-call", call_id=other["call_id"], incident_id=ids["incident_id"])
    path = f"/api/incidents/{ids['incident_id']}/record"
    assert taker.http.post(path, json={"purpose": "x"}).status_code == 403
    assert supervisor.http.post(path, json={"purpose": " "}).status_code == 422
    record = supervisor.http.post(path, json={"purpose": "家属投诉"}).json()
    assert (record["callers"], record["exported_by"], record["purpose"]) == (2, "supervisor1", "家属投诉")
    kinds = [fact["kind"] for fact in record["facts"]]
    assert kinds.count("CallReceived") == 2
    assert {"QuestionAnswered", "CallLinked", "RecordExported"} <= set(kinds)
    text = supervisor.http.post(path, json={"purpose": "质控", "form": "text"}).text
    assert "回答 / Answered" in text
    assert "13700002222" in text


def test_the_record_of_one_call_is_written_by_a_command(
    known: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = known.client("exchange")
    at = datetime.now(UTC).isoformat()
    ring = {"event_id": "rec-1", "event": "ring", "call_id": "PBX-77 a", "at": at, "number": "13700003333"}
    told = line.http.post("/api/telephony/events", json={"events": [ring | {"recording": "rec/77.wav"}]})
    call_id = told.json()["results"][0]["ids"]["call_id"]
    known.client("taker1").done("record-step", call_id=call_id, question="breathing", answer="yes")
    who = ["--url", known.url, "--account", "supervisor1", "--password", "demo", "--purpose", "质控"]
    for named, form in (("PBX-77 a", "json"), (call_id, "text")):
        out = tmp_path / f"record.{form}"
        assert main(["record", "call", named, *who, "--form", form, "--out", str(out)]) == 0
        assert json.loads(capsys.readouterr().out)["file"] == str(out)
    record = json.loads((tmp_path / "record.json").read_text(encoding="utf-8"))
    assert [each["recording"] for each in record["calls"]] == ["rec/77.wav"]
    assert [fact["kind"] for fact in record["facts"]][-1] == "RecordExported"
    assert "录音 recording: rec/77.wav" in (tmp_path / "record.text").read_text(encoding="utf-8")
    taker = [each if each != "supervisor1" else "taker1" for each in who]
    assert main(["record", "call", call_id, *taker, "--out", str(tmp_path / "x")]) == 2
    assert main(["record", "call", "none", *who, "--out", str(tmp_path / "x")]) == 2
    assert not (tmp_path / "x").exists()
