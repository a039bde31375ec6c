"""The production set-up without a container engine: the settings of docker-compose.yml, the parts started by hand.

One topology serves all three tests; each leaves it whole for the next.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import yaml

from dispatch.terminal.local_servers import PostgresServer, RedisServer
from tests.running_server import RunningServer

pytestmark = pytest.mark.servers

CALL = {"number": "13800000000", "complaint": "chest_pain", "words": "胸痛"}


@dataclass(frozen=True)
class Topology:
    """A desk and its standby on one PostgreSQL and one Redis, with one account that may take calls."""

    desk: RunningServer
    standby: RunningServer
    postgres: PostgresServer
    redis: RedisServer
    password: str

    def client(self, server: RunningServer) -> httpx.Client:
        """Sign in at one of the two."""
        with httpx.Client(base_url=server.url) as signing_in:
            answer = signing_in.post("/api/session", json={"account": "seat1", "password": self.password})
        assert answer.status_code == 200, answer.text
        return httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {answer.json()['token']}"})

    def ring(self, server: RunningServer) -> str:
        """Take a call, and return the incident's id once the server has acknowledged it."""
        with self.client(server) as client:
            answer = client.post("/api/calls", json=CALL)
            assert answer.status_code == 200, answer.text
            return str(answer.json()["ids"]["incident_id"])

    def kinds(self, server: RunningServer, incident_id: str) -> list[str]:
        """Return the kinds of facts that one server knows of an incident."""
        with self.client(server) as client:
            answer = client.get(f"/api/incidents/{incident_id}/facts")
            assert answer.status_code == 200, answer.text
            return [fact["kind"] for fact in answer.json()]


@pytest.fixture(scope="module")
def settings(project_dir: Path) -> dict[str, str]:
    """Return what the compose file tells the desk."""
    compose: dict[str, Any] = yaml.safe_load((project_dir / "docker-compose.yml").read_text(encoding="utf-8"))
    return {name: str(value) for name, value in compose["services"]["desk"]["environment"].items()}


@pytest.fixture(scope="module")
def topology(
    settings: dict[str, str], fictional_pack: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Topology]:
    folder = tmp_path_factory.mktemp("topology")
    with ExitStack() as running:
        postgres, redis = running.enter_context(PostgresServer()), running.enter_context(RedisServer())
        postgres.create_database(urlsplit(settings["GREENCHANNEL_JOURNAL"]).path.strip("/"))
        environment = settings | {
            "GREENCHANNEL_CITY": str(fictional_pack),
            "GREENCHANNEL_DATA": str(folder),
            "GREENCHANNEL_HOST": "127.0.0.1",
            "GREENCHANNEL_WEB": str(folder),
            "GREENCHANNEL_JOURNAL": settings["GREENCHANNEL_JOURNAL"].replace(
                "postgis:5432", f"127.0.0.1:{postgres.port}"
            ),
            "GREENCHANNEL_REDIS": redis.url,
            "GREENCHANNEL_ORIGINS": "https://120.example.cn",
            "PGPASSWORD": str(urlsplit(postgres.dsn()).password),
        }
        password = add_account(environment)
        desk = running.enter_context(RunningServer(["serve"], environment))
        standby = running.enter_context(RunningServer(["serve"], environment | {"GREENCHANNEL_ROLE": "standby"}))
        yield Topology(desk, standby, postgres, redis, password)


def add_account(environment: dict[str, str]) -> str:
    """Add a seat as docs/operations.md says, and return its password."""
    added = subprocess.run(
        [sys.executable, "-m", "dispatch.cli", "serve", "--add-account", "seat1", "--role", "dispatcher", "--generate"],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return added.stdout.strip()


def health(server: RunningServer) -> int:
    return httpx.get(f"{server.url}/healthz", timeout=5).status_code


def wait_until(happens: Callable[[], bool], process: RunningServer) -> None:
    """Ask again until it happens; each question takes its own time, and there is a last one."""
    for _ in range(2000):
        if happens():
            return
    raise AssertionError("\n".join(process.lines[-20:]))


def test_redis_is_never_the_only_copy_of_anything(topology: Topology) -> None:
    first = topology.ring(topology.desk)
    topology.redis.kill9()
    second = topology.ring(topology.desk)
    assert topology.kinds(topology.desk, first) == topology.kinds(topology.desk, second)
    topology.redis.start()


def test_a_killed_desk_is_replaced_and_nothing_acknowledged_is_lost(topology: Topology) -> None:
    assert (health(topology.desk), health(topology.standby)) == (200, 503)
    first = topology.ring(topology.desk)
    known = topology.kinds(topology.desk, first)

    topology.desk.kill9()
    wait_until(lambda: health(topology.standby) == 200, topology.standby)
    assert topology.kinds(topology.standby, first) == known
    second = topology.ring(topology.standby)

    topology.standby.kill9()
    topology.desk.start()
    assert topology.kinds(topology.desk, first) == known
    assert topology.kinds(topology.desk, second) == known


def test_a_killed_database_loses_nothing_and_is_waited_for(topology: Topology) -> None:
    incident_id = topology.ring(topology.desk)
    known = topology.kinds(topology.desk, incident_id)
    with topology.client(topology.desk) as client:
        topology.postgres.kill9()
        refused = client.post("/api/calls", json=CALL)
        assert refused.status_code == 503, refused.text
        topology.postgres.start()
        wait_until(lambda: client.post("/api/calls", json=CALL).status_code == 200, topology.desk)
    assert topology.kinds(topology.desk, incident_id) == known
