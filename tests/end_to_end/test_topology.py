"""Desk, standby and gateway as they run in production: seen everywhere, taken over, never a word lost.

One topology serves all tests; each leaves it whole for the next.
"""

import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from ulid import ULID

from dispatch.adapters.journal.postgres import cities_of, open_postgres_reader
from dispatch.adapters.live.remote_desk import SECRET_HEADER
from dispatch.adapters.report.postgis import PostgisReport
from dispatch.main import open_pack
from geo.travel import TravelTimes
from tests.adapters.serving import CREW, Live
from tests.end_to_end.topology import GATEWAY_SECRET, Caller, Topology, audit, health, running_topology, until
from tests.quickness import quickest_s

pytestmark = pytest.mark.servers

SEEN_WITHIN_S = 1.0
ACKNOWLEDGED_LEAST = 10
PLACE = {"lon": 103.69, "lat": 39.71}
ELSEWHERE = {"lon": 103.7, "lat": 39.72}
REPORT_ROWS = {
    "report_center": "center_id, name, grade, capabilities, ST_AsText(geom)",
    "report_station": "station_id, name, ST_AsText(geom)",
    "report_area": "area_id, name, ST_AsText(geom)",
    "report_incident": "incident_id, number, opened_at, located_at, closed_at, outcome, radius_m, ST_AsText(geom)",
}


@pytest.fixture(scope="module")
def topology(project_dir: Path, fictional_pack: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Topology]:
    TravelTimes.open(open_pack(fictional_pack))  # what a new pack needs once must not look like a slow start
    with running_topology(project_dir, fictional_pack, tmp_path_factory.mktemp("topology")) as running:
        yield running


@pytest.mark.parametrize("by_way_of", ["gateway", "desk"])
def test_a_call_on_one_process_is_on_the_screens_of_the_other_within_a_second(
    topology: Topology, by_way_of: str
) -> None:
    rung, shown = topology.desk, topology.gateway
    if by_way_of == "gateway":
        rung, shown = shown, rung
    exchange = topology.client(rung)
    with topology.client(shown, "seat1").socket() as screen:
        screen.subscribe()

        def seen_s(_: int) -> float:
            started_s = time.monotonic()
            rang = exchange.call()["incident_id"]
            while rang not in screen.tables["incidents"]:
                screen.until("change")
            return time.monotonic() - started_s

        assert quickest_s(seen_s, SEEN_WITHIN_S) <= SEEN_WITHIN_S
    incident_id = exchange.call()["incident_id"]
    # Whoever is told "done" reads it at once, on the process that told them.
    assert topology.client(rung, "seat1").get(f"/api/incidents/{incident_id}/register").status_code == 200


def test_rights_are_those_of_the_session_on_the_gateway(topology: Topology) -> None:
    wall, crew = topology.client(topology.gateway, "wall1"), topology.client(topology.gateway, "crew1")
    assert wall.command("receive-call").json()["code"] == "not_your_role"
    assert crew.command("sign-on", unit_id="U002", crew=CREW).json()["code"] == "not_your_unit"
    assert crew.command("sign-on", unit_id="U001").status_code == 422
    refused = topology.client(topology.gateway, "seat1").command("assign-unit", incident_id=str(ULID()), unit_id="U001")
    assert refused.status_code == 409
    assert refused.json()["text"]["zh"]


@pytest.mark.parametrize("secret", ["", "wrong", GATEWAY_SECRET])
def test_the_desk_believes_no_gateway_that_invents_people(topology: Topology, secret: str) -> None:
    actor = {"account": "root", "role": "admin", "unit_id": None, "center_id": None, "entered_for": None}
    body: dict[str, Any] = {
        "id": str(ULID()),
        "kind": "ReceiveCall",
        "data": {},
        "actor": actor,
        "at": datetime.now(UTC).isoformat(),
        "clock": "server",
        "uncertainty_s": 0,
    }
    headers = {SECRET_HEADER: secret}
    for account, role in (("root", "admin"), ("crew1", "dispatcher"), ("desk", "system")):
        body["actor"] = actor | {"account": account, "role": role}
        answer = httpx.post(f"{topology.desk.url}/internal/commands", json=body, headers=headers)
        assert answer.status_code in (401, 403), answer.text


def test_a_tablet_on_the_gateway_is_on_a_wall_of_the_desk(topology: Topology) -> None:
    seat, tablet_account = topology.client(topology.desk, "seat1"), topology.client(topology.gateway, "crew1")
    ids = seat.call() | {"unit_id": "U001"}
    stream, vitals = f"{ULID()}/steps", f"{ULID()}/vitals"
    with tablet_account.socket() as tablet, topology.client(topology.desk, "wall1").socket() as wall:
        wall.subscribe()
        on_duty = {"kind": "SignOn", "data": {"unit_id": "U001", "crew": CREW}, "entered_for": None}
        tablet.put(stream, 1, "command", on_duty)
        assert tablet.until("ack", stream=stream)["seq"] == 1
        seat.done("assign-unit", incident_id=ids["incident_id"], unit_id="U001")
        steps = ("accepted", "en_route", "on_scene", "at_patient")
        for seq, status in enumerate(steps, start=2):
            tablet.put(stream, seq, "command", {"kind": "ReportStatus", "data": {"unit_id": "U001", "status": status}})
        while tablet.until("ack", stream=stream)["seq"] < len(steps) + 1:
            continue
        patient = ids["patient_id"]
        tablet_account.done(
            "choose-destination", patient_id=patient, center_id="YZ001", reason="家属要求", risk_told=True
        )
        tablet_account.done("bind-monitor", patient_id=patient, device_id="M-1")
        reading = {"patient_id": patient, "device_id": "M-1", "values": {"hr": 92}}
        tablet.put(vitals, 1, "vitals", reading)
        assert tablet.until("ack", stream=vitals)["seq"] == 1
        assert wall.until("vitals", patient_id=patient)["values"] == {"hr": 92}
        fix = {"unit_id": "U001", **PLACE, "datum": "wgs84", "fix_at": datetime.now(UTC).isoformat()}
        tablet.send(t="position", **fix)
        while ["U001", PLACE["lon"], PLACE["lat"]] not in [row[:3] for row in wall.until("positions")["units"]]:
            continue
        ecg = {"X-Sample-Rate-Hz": "500", "X-Leads": "II", "X-Uv-Per-Lsb": "5"}
        assert (
            tablet_account.http.put(f"/api/patients/{patient}/ecgs/E1", content=bytes(1_000), headers=ecg).status_code
            == 201
        )
    for server in (topology.desk, topology.gateway):
        stored = topology.client(server, "seat1").get(f"/api/patients/{patient}/vitals").json()
        assert [row["values"] for row in stored] == [{"hr": 92}]
        assert topology.client(server, "seat1").get(f"/api/patients/{patient}/ecgs/E1").content == bytes(1_000)


def drives_and_is_seen(tablet: Live, screen: Live) -> bool:
    """Report a position on one process; say whether a screen of another has it by now."""
    fix = {"unit_id": "U001", **ELSEWHERE, "datum": "wgs84", "fix_at": datetime.now(UTC).isoformat()}
    tablet.send(t="position", **fix)
    tablet.until("positions")  # its own process shows it within a second
    screen.send(t="ping", n=1)
    for frame in screen.frames():
        if isinstance(frame, dict) and frame["t"] == "positions":
            seen = [row[:3] for row in frame["units"]]
            if ["U001", ELSEWHERE["lon"], ELSEWHERE["lat"]] in seen:
                return True
        if isinstance(frame, dict) and frame["t"] == "pong":
            return False
    raise AssertionError("frames end only by an exception")


def test_a_lost_redis_slows_screens_and_stops_nothing(topology: Topology) -> None:
    with (
        topology.client(topology.desk, "seat1").socket() as at_desk,
        topology.client(topology.gateway, "seat1").socket() as at_gateway,
        topology.client(topology.gateway, "crew1").socket() as tablet,
    ):
        at_desk.subscribe()
        at_gateway.subscribe()
        topology.redis.kill9()
        rung = [topology.client(server).call()["incident_id"] for server in (topology.desk, topology.gateway)]
        for screen in (at_desk, at_gateway):
            while not set(rung) <= screen.tables["incidents"].keys():
                screen.until("change")
        until(lambda: drives_and_is_seen(tablet, at_desk))
        topology.redis.start()
        rung.append(topology.client(topology.gateway).call()["incident_id"])
    assert {health(server)[0] for server in (topology.desk, topology.gateway)} == {200}
    audit(topology, rung, topology.desk, topology.gateway)


def test_a_killed_desk_is_replaced_while_calls_come_in_and_nothing_acknowledged_is_lost(topology: Topology) -> None:
    assert health(topology.standby) == (503, "standby")
    with Caller(topology.client(topology.gateway)) as caller:
        until(caller.has_another(ACKNOWLEDGED_LEAST), topology.gateway)
        topology.desk.kill9()
        until(caller.has_another(ACKNOWLEDGED_LEAST), topology.gateway, topology.standby)
    assert health(topology.standby) == (200, "ok")
    audit(topology, caller.acknowledged, topology.standby, topology.gateway)

    topology.desk.start()
    assert health(topology.desk) == (503, "standby")


def test_a_restarted_database_is_waited_for_and_nothing_acknowledged_is_lost(topology: Topology) -> None:
    with (
        Caller(topology.client(topology.gateway)) as caller,
        topology.client(topology.gateway, "seat1").socket() as screen,
    ):
        screen.subscribe()
        until(caller.has_another(ACKNOWLEDGED_LEAST), topology.gateway)
        topology.postgres.restart()
        until(caller.has_another(ACKNOWLEDGED_LEAST), topology.gateway, topology.standby, topology.desk)
        last = caller.acknowledged[-1]
        while last not in screen.tables["incidents"]:
            screen.until("change")
    assert last in screen.tables["incidents"]
    audit(topology, caller.acknowledged, topology.writer(), topology.gateway)
    topology.revive()


def test_the_report_in_postgis_is_what_the_journal_says(topology: Topology, fictional_pack: Path) -> None:
    (city,) = cities_of(topology.database)
    with (
        psycopg.connect(topology.database, autocommit=True) as live,
        closing(open_postgres_reader(topology.database, city)) as journal,
    ):
        until(lambda: live.execute("SELECT seq FROM report_offset").fetchone() == (journal.head().seq,))
        near = live.execute(
            "SELECT count(*) FROM report_incident "
            "WHERE ST_DWithin(geom::geography, ST_SetSRID(ST_MakePoint(%s, %s), 4326)::geography, 50)",
            (PLACE["lon"], PLACE["lat"]),
        ).fetchone()
        located = live.execute("SELECT count(*) FROM report_incident WHERE located_at IS NOT NULL").fetchone()
        assert near == located
        assert near is not None
        assert near[0] >= 6
        assert live.execute("SELECT count(*) FROM report_track_point WHERE unit_id = 'U001'").fetchone() != (0,)

        url = topology.postgres.create_database("rebuilt")
        with closing(PostgisReport(url, city)) as report, psycopg.connect(url, autocommit=True) as rebuilt:
            report.rebuild(journal.read(), open_pack(fictional_pack))
            for table, columns in REPORT_ROWS.items():
                query = f"SELECT {columns} FROM {table} ORDER BY 1".encode()  # noqa: S608 - our own names
                assert live.execute(query).fetchall() == rebuilt.execute(query).fetchall(), table


def test_an_orderly_end_leaves_a_snapshot_for_a_quick_start(topology: Topology) -> None:
    writer = topology.writer()
    with psycopg.connect(topology.database, autocommit=True) as database:
        database.execute("DELETE FROM journal_snapshot")
        writer.stop()
        assert database.execute("SELECT count(*) FROM journal_snapshot").fetchone() == (1,)
    other = topology.writer()
    assert other is not writer
    topology.client(other).call()
    topology.revive()
