"""The socket of a real server: tables that stay true, telemetry that reaches the right eyes, acks that mean durable."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from ulid import ULID
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from dispatch.adapters.limits import Limits
from dispatch.protocol.waves import Wave, read_wave, wave_bytes
from tests.adapters.serving import WITHIN_S, Live, Server, demo_settings, running
from tests.end_to_end.test_server_http import underway
from tests.end_to_end.topology import until


def address(server: Server, ticket: str) -> str:
    """Return where the socket is."""
    return f"{server.url.replace('http', 'ws', 1)}/ws?ticket={ticket}"


def ticket_of(server: Server, account: str) -> str:
    """Get a ticket."""
    return str(server.client(account).http.post("/api/ticket").json()["ticket"])


def closing_code(raw: Any) -> int:  # noqa: ANN401 - a websockets connection
    """Wait until the server closes, and return why."""
    with suppress(ConnectionClosed):
        while True:
            raw.recv(timeout=WITHIN_S)
    return int(raw.close_code)


def now() -> str:
    """Return the time as a tablet writes it."""
    return datetime.now(UTC).isoformat()


def test_a_ticket_opens_one_socket(server: Server) -> None:
    ticket = ticket_of(server, "dispatcher1")
    with connect(address(server, ticket), subprotocols=[Subprotocol("gc.v1")]) as raw:
        assert raw.subprotocol == "gc.v1"
    for used in (ticket, "nonsense", ""):
        with connect(address(server, used), subprotocols=[Subprotocol("gc.v1")]) as raw:
            assert closing_code(raw) == 4001


def test_another_site_cannot_open_a_socket(server: Server) -> None:
    ticket = ticket_of(server, "dispatcher1")
    with pytest.raises(InvalidStatus) as refused:
        connect(address(server, ticket), subprotocols=[Subprotocol("gc.v1")], origin=Origin("https://evil.example"))
    assert refused.value.response.status_code == 403


def test_an_unknown_version_is_closed(server: Server) -> None:
    with connect(address(server, ticket_of(server, "dispatcher1"))) as raw:
        assert closing_code(raw) == 4010
    with connect(address(server, ticket_of(server, "dispatcher1")), subprotocols=[Subprotocol("gc.v1")]) as raw:
        raw.send(json.dumps({"t": "hello", "versions": ["gc.v9"]}))
        assert closing_code(raw) == 4010


@pytest.mark.parametrize(
    ("hello", "caps"),
    [
        ({"versions": ["gc.v1"]}, []),
        ({"versions": ["gc.v1", "gc.v0"], "caps": None, "streams": None}, []),
        ({"versions": ["gc.v2", "gc.v1"], "caps": ["telepathy", "backfill"], "mood": "calm"}, ["backfill"]),
    ],
    ids=["oldest", "older", "newer"],
)
def test_a_client_of_another_age_is_spoken_to_in_the_version_of_both(
    server: Server, hello: dict[str, Any], caps: list[str]
) -> None:
    subprotocols = [Subprotocol(str(each)) for each in hello["versions"]]
    with connect(address(server, ticket_of(server, "dispatcher1")), subprotocols=subprotocols) as raw:
        raw.send(json.dumps({"t": "hello", **hello}))
        welcome = Live(raw).until("welcome")
    assert (raw.subprotocol, welcome["version"], welcome["caps"]) == ("gc.v1", "gc.v1", caps)


def test_the_tables_stay_true_through_a_run(server: Server) -> None:
    with server.client("dispatcher1").socket() as live:
        live.subscribe()
        ids = underway(server, "U030")
        seq = (
            server.client("dispatcher1").command("write-note", incident_id=ids["incident_id"], text="好").json()["seq"]
        )
        live.until_seq(seq)
        with server.client("supervisor1").socket() as fresh:
            fresh.subscribe()
            assert fresh.seq >= seq
            live.until_seq(fresh.seq)
            assert live.tables == fresh.tables
    assert live.tables["units"]["U030"]["status"] == "at_patient"


def test_who_comes_back_gets_what_they_missed(server: Server) -> None:
    with server.client("dispatcher1").socket() as live:
        live.subscribe()
        epoch, seq, tables = live.welcome["feed_epoch"], live.seq, live.tables
    ids = server.client("exchange").call()
    with server.client("dispatcher1").socket() as again:
        again.tables, again.seq = tables, seq
        again.subscribe(epoch, seq)
        again.until_seq(server.client().get("/healthz").json()["journal_seq"])
        assert ids["incident_id"] in again.tables["incidents"]
        again.subscribe("another epoch", seq)
        assert again.seq >= seq


def test_a_crew_and_a_wall_see_their_own_and_no_names(server: Server) -> None:
    ids = underway(server, "U031")
    crew = server.client("crew-u031")
    crew.done("identify-patient", patient_id=ids["patient_id"], name="王小明")
    crew.done("choose-destination", patient_id=ids["patient_id"], center_id="YZ001", reason="家属要求", risk_told=True)
    with (
        server.client("dept-yz001").socket() as wall,
        crew.socket() as tablet,
        server.client("dept-yz019").socket() as other,
    ):
        for live in (wall, tablet, other):
            live.subscribe()
        assert wall.tables["patients"][ids["patient_id"]]["name"] is None
        assert "王小明" not in json.dumps(wall.tables, ensure_ascii=False)
        assert set(wall.tables["incidents"]) == set()
        assert tablet.tables["patients"][ids["patient_id"]]["name"] == "王小明"
        assert set(tablet.tables["units"]) == {"U031"}
        assert ids["patient_id"] not in other.tables["patients"]


def test_positions_reach_seats_and_the_own_crew(server: Server) -> None:
    with server.client("crew-u040").socket() as tablet, server.client("dispatcher1").socket() as seat:
        fix = {"unit_id": "U040", "lon": 103.68, "lat": 39.705, "datum": "wgs84", "heading_deg": 90, "speed_mps": 10}
        tablet.send(t="position", **fix, fix_at=now())
        for live in (tablet, seat):
            while not (
                rows := [row for row in live.until("positions")["units"] if row[:3] == ["U040", 103.68, 39.705]]
            ):
                continue
            assert rows[0][3:5] == [90, 10.0]
        tablet.send(t="position", **fix | {"unit_id": "U041"}, fix_at=now())
        assert tablet.until("nack")["code"] == "not_your_unit"
        tablet.send(t="position", **fix | {"lon": 0, "lat": 0}, fix_at=now())
        assert tablet.until("nack")["code"] == "bad_input"
        tablet.send(t="position", **{key: value for key, value in fix.items() if key != "datum"}, fix_at=now())
        assert "datum" in tablet.until("nack")["params"]["why"]
        ahead = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
        tablet.send(t="position", **fix, fix_at=ahead)
        assert "future" in tablet.until("nack")["params"]["why"]


def test_commands_from_an_outbox_are_durable_ordered_and_harmless_to_repeat(server: Server) -> None:
    ids = underway(server, "U042")
    crew, stream = server.client("crew-u042"), f"{ULID()}/steps"
    at = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    note = {"kind": "WriteNote", "data": {"incident_id": ids["incident_id"], "text": "门口有台阶"}, "entered_for": None}
    first = {"id": str(ULID()), "at": at}
    with crew.socket(streams=[stream]) as tablet:
        assert tablet.welcome["streams"] == {stream: 0}
        tablet.put(stream, 1, "command", note, **first)
        tablet.put(stream, 2, "command", {"kind": "ReportStatus", "data": {"unit_id": "U043", "status": "accepted"}})
        assert tablet.until("ack", stream=stream)["seq"] == 1
        refused = tablet.until("nack", stream=stream)
        assert (refused["seq"], refused["code"], refused["retry"]) == (2, "not_your_unit", False)
        assert tablet.until("ack", stream=stream)["seq"] == 2
        tablet.put(stream, 1, "command", note, **first)
        assert tablet.until("ack", stream=stream)["seq"] == 2
        tablet.put(stream, 4, "command", note)
        gap = tablet.until("nack", stream=stream)
        assert (gap["code"], gap["retry"], gap["params"]["expected_seq"]) == ("stream_gap", True, 3)
        tablet.put(stream, 1, "command", note, id=str(ULID()), at=at)
        assert tablet.until("nack", stream=stream)["code"] == "stream_conflict"
        tablet.put(stream, 3, "command", {"kind": "Fly", "data": {}})
        assert tablet.until("nack", stream=stream)["code"] == "bad_input"
        assert tablet.until("ack", stream=stream)["seq"] == 3
        tablet.put(stream, 4, "command", note, at="yesterday")
        assert tablet.until("nack", stream=stream)["code"] == "frame_malformed"
        assert tablet.until("ack", stream=stream)["seq"] == 4
    with crew.socket(streams=[stream]) as tablet:
        assert tablet.welcome["streams"] == {stream: 4}
    facts = server.client("dispatcher1").get(f"/api/incidents/{ids['incident_id']}/facts").json()
    notes = [row for row in facts if row["kind"] == "NoteWritten"]
    assert [(row["clock"], row["data"]["text"]) for row in notes] == [("device", "门口有台阶")]
    assert datetime.fromisoformat(notes[0]["at"]) == datetime.fromisoformat(at)


def with_monitor(server: Server, unit_id: str) -> dict[str, str]:
    """Drive to a patient, choose YZ001 and bind a monitor."""
    ids = underway(server, unit_id)
    crew = server.client(f"crew-{unit_id.lower()}")
    crew.done("choose-destination", patient_id=ids["patient_id"], center_id="YZ001", reason="家属要求", risk_told=True)
    crew.done("bind-monitor", patient_id=ids["patient_id"], device_id=f"M-{unit_id}")
    return ids


def test_vitals_of_the_bound_monitor_reach_wall_and_seats_and_others_stay_in_quarantine(server: Server) -> None:
    patient = with_monitor(server, "U044")["patient_id"]
    stream = f"{ULID()}/vitals"
    with (
        server.client("crew-u044").socket() as tablet,
        server.client("dept-yz001").socket() as wall,
        server.client("dispatcher1").socket() as seat,
    ):
        stray = {"patient_id": patient, "device_id": "M-other", "values": {"hr": 40}}
        bound = {"patient_id": patient, "device_id": "M-U044", "values": {"hr": 92, "sbp": 82, "dbp": 50}}
        tablet.put(stream, 1, "vitals", stray, at=now())
        tablet.put(stream, 2, "vitals", bound, at=now())
        tablet.put(stream, 3, "vitals", {**bound, "values": {"mood": 1}}, at=now())
        for live in (wall, seat):
            shown = live.until("vitals", patient_id=patient)
            assert shown["values"] == bound["values"]
            assert shown["levels"]["sbp"] == "high"
        refused = tablet.until("nack", stream=stream)
        assert (refused["seq"], refused["retry"]) == (3, False)
        while tablet.until("ack", stream=stream)["seq"] < 3:
            continue
    stored = server.client("crew-u044").get(f"/api/patients/{patient}/vitals").json()
    assert [row["values"] for row in stored] == [bound["values"]]


def test_one_impossible_value_costs_no_other_and_is_kept(server: Server) -> None:
    patient = with_monitor(server, "U048")["patient_id"]
    body = {
        "patient_id": patient,
        "device_id": "M-U048",
        "values": {"hr": 900, "rr": 18, "spo2": 62, "sbp": 80, "dbp": 79},
    }
    with server.client("crew-u048").socket() as tablet, server.client("dept-yz001").socket() as wall:
        tablet.put(f"{ULID()}/vitals", 1, "vitals", body, at=now())
        shown = wall.until("vitals", patient_id=patient)
    assert shown["values"] == {"rr": 18, "spo2": 62}
    assert shown["doubts"] == {
        "hr": "impossible", "spo2": "low_confidence", "sbp": "pressure_pair", "dbp": "pressure_pair",
    }  # fmt: skip
    assert server.client("crew-u048").get(f"/api/patients/{patient}/vitals").json()[0]["values"] == shown["values"]
    stored = server.app.state.parts.telemetry.vitals(patient, datetime(2026, 1, 1, tzinfo=UTC))
    assert json.loads(stored[0].body)["values"] == body["values"], "what the device said is kept as it came"


def test_what_was_measured_before_the_binding_or_after_it_is_on_no_screen(server: Server) -> None:
    early, ids = now(), with_monitor(server, "U049")
    patient, stream = ids["patient_id"], f"{ULID()}/vitals"
    body = {"patient_id": patient, "device_id": "M-U049", "values": {"hr": 90}}
    crew = server.client("crew-u049")
    with crew.socket() as tablet:
        tablet.put(stream, 1, "vitals", body, at=early)
        tablet.put(stream, 2, "vitals", {**body, "values": {"hr": 91}}, at=now())
        while tablet.until("ack", stream=stream)["seq"] < 2:
            continue
        crew.done("unbind-monitor", patient_id=patient, device_id="M-U049")
        tablet.put(stream, 3, "vitals", {**body, "values": {"hr": 92}}, at=now())
        while tablet.until("ack", stream=stream)["seq"] < 3:
            continue
    stored = crew.get(f"/api/patients/{patient}/vitals").json()
    assert [row["values"] for row in stored] == [{"hr": 91}]


def test_two_patients_on_one_tablet_keep_their_own_readings_and_traces(server: Server) -> None:
    ids, crew = with_monitor(server, "U054"), server.client("crew-u054")
    first = ids["patient_id"]
    second = crew.done("add-patient", incident_id=ids["incident_id"])["patient_id"]
    crew.done("choose-destination", patient_id=second, center_id="YZ002", reason="家属要求", risk_told=True)
    crew.done("bind-monitor", patient_id=second, device_id="M-second")
    devices, stream = {first: "M-U054", second: "M-second"}, f"{ULID()}/vitals"
    with (
        crew.socket() as tablet,
        server.client("dept-yz001").socket() as one,
        server.client("dept-yz002").socket() as other,
    ):
        for seq, (patient, device, hr) in enumerate(
            [(first, "M-U054", 61), (second, "M-second", 121), (first, "M-second", 199), (second, "M-second", 122)], 1
        ):
            body = {"patient_id": patient, "device_id": device, "values": {"hr": hr}}
            tablet.put(stream, seq, "vitals", body, at=now())
        for patient, device in devices.items():
            tablet.raw.send(wave(patient, 0, device=device))
        while tablet.until("ack", stream=stream)["seq"] < 4:
            continue
        for live, patient, rates in ((one, first, [61]), (other, second, [121, 122])):
            shown: list[str | float] = []  # readings and a chunk, whichever is durable first
            for frame in live.frames():
                if isinstance(frame, bytes):
                    shown.append(read_wave(frame).patient_id)
                elif frame["t"] == "vitals" and frame["patient_id"] in devices:
                    shown.append(frame["values"]["hr"])
                if len(shown) > len(rates):
                    break
            assert [each for each in shown if each != patient] == rates
            assert patient in shown
    for patient, rates in ((first, [61]), (second, [121, 122])):
        stored = crew.get(f"/api/patients/{patient}/vitals").json()
        assert [row["values"]["hr"] for row in stored] == rates, "a monitor's reading for somebody else is quarantined"


def wave(patient: str, chunk: int, *, stream_no: int = 7, late_s: float = 0.0, device: str | None = "M-U045") -> bytes:
    """Return one second of a single-lead wave."""
    samples, at = 50, datetime.now(UTC) - timedelta(seconds=late_s)
    head = Wave(patient, stream_no, 1, 50, 5.0, chunk * samples, at, samples, b"", device)
    return wave_bytes(head, bytes(2 * samples))


def test_waves_are_acked_by_sample_and_shown_to_the_wall_and_to_who_looks(server: Server) -> None:
    patient = with_monitor(server, "U045")["patient_id"]
    stream = f"wave/{patient}/7"
    with (
        server.client("crew-u045").socket() as tablet,
        server.client("dept-yz001").socket() as wall,
        server.client("dispatcher1").socket() as seat,
    ):
        seat.send(t="watch", patients=[patient])
        seat.send(t="ping", n=1)
        seat.until("pong")
        for chunk in range(3):
            tablet.raw.send(wave(patient, chunk))
        while tablet.until("ack", stream=stream)["seq"] < 100:
            continue
        for live in (wall, seat):
            frames = (each for each in live.frames() if isinstance(each, bytes))
            chunks = [read_wave(next(frames)) for _ in range(3)]
            assert [each.first_sample for each in chunks] == [0, 50, 100]
        tablet.raw.send(wave(patient, 0, stream_no=8, late_s=60.0))
        assert tablet.until("ack", stream=f"wave/{patient}/8")["seq"] == 0, "what comes late is stored"
        tablet.raw.send(wave(patient, 3))
        shown = read_wave(next(each for each in wall.frames() if isinstance(each, bytes)))
        assert (shown.stream_no, shown.first_sample) == (7, 150), "and not shown as if it were of now"
        for number, device in ((9, "M-other"), (10, None)):
            tablet.raw.send(wave(patient, 0, stream_no=number, device=device))
            assert tablet.until("ack", stream=f"wave/{patient}/{number}")["seq"] == 0, "a stranger's trace is stored"
        tablet.raw.send(wave(patient, 4))
        shown = read_wave(next(each for each in wall.frames() if isinstance(each, bytes)))
        assert (shown.stream_no, shown.device_id) == (7, None), "and is on no tile"
        tablet.raw.send(wave(patient, 6))
        assert tablet.until("nack", stream=stream)["code"] == "stream_gap"
        tablet.raw.send(wave(str(ULID()), 0))
        assert tablet.until("nack")["code"] == "not_your_patient"


def test_arrivals_are_told_within_seconds_of_a_new_run(server: Server) -> None:
    with server.client("dispatcher1").socket() as seat:
        dispatcher = server.client("dispatcher1")
        dispatcher.command("sign-on", unit_id="U046", crew=["doctor", "nurse", "driver"])
        ids = server.client("exchange").call()
        dispatcher.done("assign-unit", incident_id=ids["incident_id"], unit_id="U046")
        while "U046" not in (units := seat.until("etas")["units"]):
            continue
    assert units["U046"]["to"] == f"incident:{ids['incident_id']}"
    assert units["U046"]["low_s"] <= units["U046"]["eta_s"] <= units["U046"]["high_s"]


@pytest.mark.parametrize(
    "raw", ["nonsense", "[]", "{}", '{"t": "fly"}', '{"t": 7}', "[" * 5000, b"short", b"GW" + bytes(80)]
)
def test_a_malformed_frame_is_answered_and_the_connection_lives(server: Server, raw: str | bytes) -> None:
    with server.client("crew-u001").socket() as live:
        live.raw.send(raw)
        assert live.until("nack")["code"] == "frame_malformed"
        live.send(t="ping", n=3)
        assert live.until("pong")["n"] == 3


def test_who_sends_only_nonsense_is_closed(server: Server) -> None:
    with server.client("crew-u001").socket() as live:
        with suppress(ConnectionClosed):  # it may be closed before the last of them is sent
            for _ in range(30):
                live.raw.send("nonsense")
        assert closing_code(live.raw) == 4002


def test_a_frame_that_is_too_large_closes_its_sender_alone(server: Server) -> None:
    with server.client("crew-u001").socket() as live, server.client("crew-u002").socket() as neighbour:
        live.raw.send("x" * 70_000)
        assert closing_code(live.raw) == 1009
        neighbour.send(t="ping", n=1)
        assert neighbour.until("pong")["n"] == 1


def test_revoked_rights_close_the_socket_at_once(server: Server) -> None:
    admin = server.client("admin")
    with server.client("dept-yz010").socket() as live:
        admin.http.delete("/api/accounts/dept-yz010/sessions")
        assert closing_code(live.raw) == 4003


def test_an_account_has_a_bounded_number_of_sockets(fictional_pack: Path, tmp_path: Path) -> None:
    limits = Limits(connections_per_account=2)
    with running(demo_settings(fictional_pack, tmp_path, limits=limits)) as server:
        with server.client("dispatcher1").socket(), server.client("dispatcher1").socket():
            ticket = ticket_of(server, "dispatcher1")
            with connect(address(server, ticket), subprotocols=[Subprotocol("gc.v1")]) as raw:
                assert closing_code(raw) == 4009
        with server.client("taker1").socket() as live:
            assert isinstance(live, Live)


def test_a_screen_that_does_not_read_is_closed_and_nobody_else_notices(fictional_pack: Path, tmp_path: Path) -> None:
    limits = Limits(events_queued=20)
    with running(demo_settings(fictional_pack, tmp_path, limits=limits)) as server:
        access = server.app.state.parts.access
        with server.client("supervisor1").socket() as reader, server.client("taker1").socket() as lazy:
            reader.subscribe()
            for _ in range(2_000):
                if access.sockets_of("taker1") == 0:
                    break
                lazy.send(t="subscribe", feed_epoch=None, offset=None)  # asks for everything, and never looks
            until(lambda: access.sockets_of("taker1") == 0)
            ids = server.client("exchange").call()
            reader.until_seq(server.client().get("/healthz").json()["journal_seq"])
            assert ids["incident_id"] in reader.tables["incidents"]
