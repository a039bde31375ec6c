"""Numbered messages duplicated, reordered, cut short, too large, replayed: what was acknowledged is there, once."""

import json
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ulid import ULID
from websockets.exceptions import ConnectionClosed

from tests.adapters.serving import Client, Live, Server
from tests.faults.load.table import FaultRow

NOTES = 5
MANGLED = st.sampled_from(["whole", "whole", "whole", "cut short", "with a tail", "other content"])
ORDERS = st.lists(st.tuples(st.integers(1, NOTES), MANGLED), min_size=NOTES, max_size=4 * NOTES)


@pytest.fixture(scope="module")
def crew(attacked: Server) -> Client:
    """Return a crew with an incident of its own."""
    return attacked.client("crew-u025")


@pytest.fixture(scope="module")
def seat(attacked: Server) -> Client:
    """Return a dispatcher."""
    return attacked.client("dispatcher1")


@pytest.fixture(scope="module")
def incident_id(seat: Client, crew: Client) -> str:
    """Return an incident that the crew is sent to."""
    crew.done("sign-on", unit_id="U025", crew=["doctor", "nurse", "driver"])
    opened = seat.call()["incident_id"]
    seat.done("assign-unit", incident_id=opened, unit_id="U025")
    return opened


def notes_of(seat: Client, incident_id: str, run: str) -> Counter[str]:
    """Return how often each note of a run is there."""
    facts = seat.get(f"/api/incidents/{incident_id}/facts").json()
    texts = (row["data"]["text"] for row in facts if row["kind"] == "NoteWritten")
    return Counter(each for each in texts if each.startswith(run))


def put(run: str, number: int, incident_id: str) -> dict[str, Any]:
    """Return a note as a tablet numbers it: the same number is always the same message."""
    note = {"kind": "WriteNote", "data": {"incident_id": incident_id, "text": f"{run} {number}"}, "entered_for": None}
    now = datetime.now(UTC).isoformat()
    head = {"t": "put", "stream": f"{run}/steps", "seq": number, "id": str(ULID()), "kind": "command"}
    return {**head, "at": now, "clock_offset_ms": 0, "body": note}


def mangled(message: dict[str, Any], how: str) -> str:
    """Write a message as it leaves a tablet, or as it never should."""
    written = json.dumps(message)
    if how == "cut short":
        return written[: len(written) // 2]
    if how == "with a tail":
        return written + written[:10]
    if how == "other content":
        return json.dumps({**message, "id": str(ULID())})
    return written


def answers(live: Live) -> int:
    """Return how far the stream was acknowledged when everything that was sent is answered."""
    reached = 0
    live.send(t="put", stream=f"{ULID()}/end", seq=1, id=str(ULID()), kind="command", at="", body={})
    for frame in live.frames():
        if isinstance(frame, dict) and frame["t"] == "ack":
            if frame["stream"].endswith("/end"):
                return reached
            reached = max(reached, frame["seq"])
    raise AssertionError("frames end only by an exception")


@pytest.mark.parametrize("runs", [12, pytest.param(300, marks=pytest.mark.soak)])
def test_whatever_order_messages_come_in_each_is_there_once(
    seat: Client, crew: Client, incident_id: str, fault_table: list[FaultRow], runs: int
) -> None:
    acknowledged = []

    @settings(max_examples=runs)
    @given(sent=ORDERS)
    def hold(sent: list[tuple[int, str]]) -> None:
        run = str(ULID())
        messages = {number: put(run, number, incident_id) for number in range(1, NOTES + 1)}
        with crew.socket() as live:
            for number, how in sent:
                live.raw.send(mangled(messages[number], how))
            told = answers(live)
        assert notes_of(seat, incident_id, run) == {f"{run} {number}": 1 for number in range(1, told + 1)}
        with crew.socket(streams=[f"{run}/steps"]) as live:
            assert live.welcome["streams"] == {f"{run}/steps": told}
            for number in range(1, NOTES + 1):  # the whole stream again, as a tablet that heard nothing would
                live.raw.send(json.dumps(messages[number]))
            assert answers(live) == NOTES
        assert notes_of(seat, incident_id, run) == {f"{run} {number}": 1 for number in range(1, NOTES + 1)}
        acknowledged.append(NOTES)

    hold()
    name = "messages disordered, cut short, glued, repeated, replaced, replayed"
    fault_table.append(FaultRow(name, len(acknowledged), sum(acknowledged), 0))


def test_a_frame_too_large_costs_its_sender_the_connection_and_no_message(
    seat: Client, crew: Client, incident_id: str
) -> None:
    run = str(ULID())
    with crew.socket() as live:
        live.raw.send(json.dumps(put(run, 1, incident_id)))
        assert live.until("ack", stream=f"{run}/steps")["seq"] == 1
        live.raw.send(json.dumps({**put(run, 2, incident_id), "filler": "x" * 70_000}))
        with pytest.raises(ConnectionClosed):
            answers(live)
    with crew.socket(streams=[f"{run}/steps"]) as live:
        assert live.welcome["streams"] == {f"{run}/steps": 1}
    assert notes_of(seat, incident_id, run) == {f"{run} 1": 1}
