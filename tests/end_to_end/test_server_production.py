"""A city in production: desk, standby and gateway as processes on a real PostgreSQL and Redis, one of them killed."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from ulid import ULID

from dispatch.terminal.local_servers import PostgresServer, RedisServer
from tests.adapters.serving import CREW, WITHIN_S, Client
from tests.end_to_end.test_server_process import ADDRESS

pytestmark = pytest.mark.servers
PASSWORD = "correct horse battery"  # noqa: S105 - of accounts that live for one test


class City:
    """Start and stop the processes of one city."""

    def __init__(self, pack: Path, folder: Path, journal: str, redis: str) -> None:
        self._folder = folder
        self._processes: list[subprocess.Popen[str]] = []
        self._clients: list[Client] = []
        self._environment = os.environ | {
            "GREENCHANNEL_CITY": str(pack),
            "GREENCHANNEL_JOURNAL": journal,
            "GREENCHANNEL_REDIS": redis,
        }

    def add_account(self, account: str, role: str, *scope: str) -> None:
        """Let somebody sign in."""
        command = [sys.executable, "-m", "dispatch.cli", "serve", "--data", str(self._folder / "desk")]
        command += ["--add-account", account, "--role", role, *scope]
        subprocess.run(command, env=self._environment, input=PASSWORD, text=True, check=True, capture_output=True)

    def start(self, name: str, role: str, **settings: str) -> tuple[subprocess.Popen[str], str]:
        """Start a process; return it and its address."""
        environment = self._environment | {"GREENCHANNEL_ROLE": role, "GREENCHANNEL_DATA": str(self._folder / name)}
        environment |= {f"GREENCHANNEL_{key.upper()}": value for key, value in settings.items()}
        process = subprocess.Popen(
            [sys.executable, "-m", "dispatch.cli", "serve", "--port", "0"],
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._processes.append(process)
        assert process.stderr is not None
        for line in process.stderr:
            if found := ADDRESS.search(line):
                return process, found[0]
        raise AssertionError(f"{name} ended with {process.wait()}")

    def client(self, url: str, account: str) -> Client:
        """Return a client that is signed in."""
        client = Client(url)
        self._clients.append(client)
        client.sign_in(account, PASSWORD)
        return client

    def stop(self) -> None:
        """End everything."""
        for client in self._clients:
            client.http.close()
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.wait(WITHIN_S)
            assert process.stderr is not None
            process.stderr.close()


@pytest.fixture
def city(fictional_pack: Path, tmp_path: Path, postgres: PostgresServer, redis_server: RedisServer) -> Iterator[City]:
    made = City(fictional_pack, tmp_path, postgres.create_database("production"), redis_server.url)
    yield made
    made.stop()


def until(url: str, status: int) -> None:
    """Wait for an answer of /healthz."""
    with httpx.Client(base_url=url, timeout=WITHIN_S) as client:
        while client.get("/healthz").status_code != status:
            continue


def test_a_gateway_serves_what_the_desk_decides_and_the_standby_takes_over(city: City) -> None:
    for account, role, *scope in (("d1", "dispatcher"), ("x1", "service"), ("c1", "crew", "--unit", "U001")):
        city.add_account(account, role, *scope)
    desk, desk_url = city.start("desk", "desk")
    _, standby_url = city.start("standby", "standby")
    _, gateway_url = city.start("gateway", "gateway", desk_url=desk_url)
    until(standby_url, 503)
    until(gateway_url, 200)

    at_desk, at_gateway = city.client(desk_url, "d1"), city.client(gateway_url, "d1")
    tablet = city.client(gateway_url, "c1")
    with at_gateway.socket() as far, at_desk.socket() as near, tablet.socket() as crew:
        far.subscribe()
        near.subscribe()
        at_gateway.done("sign-on", unit_id="U001", crew=CREW)
        ids = city.client(gateway_url, "x1").call()
        at_gateway.done("assign-unit", incident_id=ids["incident_id"], unit_id="U001")
        assert at_gateway.command("assign-unit", incident_id=str(ULID()), unit_id="U002").status_code == 409
        facts = at_gateway.get(f"/api/incidents/{ids['incident_id']}/facts").json()
        assert facts[-1]["kind"] == "UnitAssigned"
        for live in (far, near):
            live.until_seq(facts[-1]["seq"])
        assert far.tables == near.tables

        fix = {"unit_id": "U001", "lon": 103.69, "lat": 39.7, "datum": "wgs84", "fix_at": facts[-1]["at"]}
        crew.send(t="position", **fix)
        for live in (far, near):
            while ["U001", 103.69, 39.7] not in [row[:3] for row in live.until("positions")["units"]]:
                continue

    keyless = at_desk.http.post("/internal/commands", content=b"{}")
    assert keyless.status_code == 401
    notes = [at_desk.command("write-note", incident_id=ids["incident_id"], text=f"{n}") for n in range(20)]
    acknowledged = {answer.json()["seq"] for answer in notes}
    desk.kill()
    until(standby_url, 200)
    after = city.client(standby_url, "d1")
    kept = {row["seq"] for row in after.get(f"/api/incidents/{ids['incident_id']}/facts").json()}
    assert acknowledged <= kept
    assert after.command("write-note", incident_id=ids["incident_id"], text="after").status_code == 200
    assert at_gateway.command("write-note", incident_id=ids["incident_id"], text="x").status_code == 503
    assert at_gateway.get(f"/api/incidents/{ids['incident_id']}/register").status_code == 200
