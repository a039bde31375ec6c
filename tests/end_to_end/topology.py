"""The production set-up without a container engine: the compose file's own settings, its parts started by hand."""

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Any, Self
from urllib.parse import urlsplit

import httpx
import yaml
from ulid import ULID

from dispatch.adapters.accounts.access import hash_password
from dispatch.adapters.accounts.storage import Account, AccountStore
from dispatch.adapters.storage.local import sqlalchemy_url
from dispatch.terminal.local_servers import PostgresServer, RedisServer
from dispatch.words import Role
from tests.adapters.serving import Client
from tests.running_server import RunningServer

ACCOUNTS = (
    Account("seat1", "调度席 1", Role.DISPATCHER),
    Account("exchange", "电话交换机", Role.SERVICE),
    Account("crew1", "急救001", Role.CREW, unit_id="U001"),
    Account("wall1", "胸痛中心", Role.DEPARTMENT, center_id="YZ001"),
)
WITHIN_S = 90.0  # a take-over takes a second or two; a machine that does much else, many more


@dataclass(frozen=True)
class Topology:
    """A desk, its standby and a gateway on one PostgreSQL and one Redis, with an account for every kind of person."""

    desk: RunningServer
    standby: RunningServer
    gateway: RunningServer
    postgres: PostgresServer
    redis: RedisServer
    database: str
    passwords: Mapping[str, str]
    clients: list[Client]

    def client(self, server: RunningServer, account: str = "exchange") -> Client:
        """Sign in at one of them."""
        client = Client(server.url)
        self.clients.append(client)
        client.sign_in(account, self.passwords[account])
        return client

    def writer(self) -> RunningServer:
        """Return who writes now, once somebody does."""
        for _ in within():
            for server in (self.desk, self.standby):
                if health(server) == (200, "ok"):
                    return server
        raise AssertionError("nobody took over\n" + "\n".join(self.desk.lines[-20:] + self.standby.lines[-20:]))

    def revive(self) -> None:
        """Start whoever ended, as the engine would: it becomes the standby."""
        for server in (self.desk, self.standby):
            if health(server) == (0, "gone"):
                server.restart()


def health(server: RunningServer) -> tuple[int, str]:
    """Return what a server says about itself; (0, "gone") when it does not answer."""
    try:
        answer = httpx.get(f"{server.url}/healthz", timeout=15)
    except httpx.TransportError:
        return 0, "gone"
    return answer.status_code, str(answer.json()["status"])


def within() -> Iterator[None]:
    """Go round until the time is over; each round takes its own."""
    last_s = time.monotonic() + WITHIN_S
    while time.monotonic() < last_s:
        yield


def until(happens: Callable[[], bool], *servers: RunningServer) -> None:
    """Ask again until it happens, within a bound."""
    for _ in within():
        if happens():
            return
    raise AssertionError("\n".join(line for server in servers for line in server.lines[-20:]))


@contextmanager
def running_topology(project: Path, pack: Path, folder: Path) -> Iterator[Topology]:
    """Start everything, with the settings that docker-compose.yml gives each service."""
    with ExitStack() as running:
        postgres, redis = running.enter_context(PostgresServer()), running.enter_context(RedisServer())
        here = Places(project, pack, folder, postgres, redis)
        postgres.create_database(here.database)
        url = postgres.dsn(here.database)
        passwords = add_accounts(here.environment("desk"), url)
        desk = running.enter_context(RunningServer(["serve"], here.environment("desk")))
        standby = RunningServer(["serve"], here.environment("standby"))
        gateway = RunningServer(["serve"], here.environment("gateway", desk, standby))
        with ThreadPoolExecutor() as starting:  # both wait for their imports most of the time
            list(starting.map(running.enter_context, (standby, gateway)))
        topology = Topology(desk, standby, gateway, postgres, redis, url, passwords, [])
        until(lambda: health(gateway)[0] == 200, gateway)
        yield topology
        for client in topology.clients:
            client.http.close()


class Caller:
    """Ring 120 again and again in a thread, each call until it is acknowledged; remember every acknowledgement."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._stop = Event()
        self._thread = Thread(target=self._ring)
        self.acknowledged: list[str] = []
        self.refused = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def has_another(self, count: int) -> Callable[[], bool]:
        """Return the question whether so many more calls were acknowledged by now."""
        wanted = len(self.acknowledged) + count
        return lambda: self._stop.wait(0.01) or len(self.acknowledged) >= wanted

    def _ring(self) -> None:
        while not self._stop.is_set():
            command_id = str(ULID())
            while not self._acknowledged(command_id) and not self._stop.is_set():
                self.refused += 1
                self._stop.wait(0.02)

    def _acknowledged(self, command_id: str) -> bool:
        try:
            answer = self._client.command("receive-call", command_id, number="13800000000", words="东街路口")
        except httpx.TransportError:
            return False
        assert answer.status_code in (200, 503), answer.text
        if answer.status_code == 200:
            self.acknowledged.append(answer.json()["ids"]["incident_id"])
        return answer.status_code == 200


def audit(topology: Topology, incident_ids: list[str], *servers: RunningServer) -> None:
    """Ask servers for everything that a client was told is durable: each call once, and opened."""
    assert len(set(incident_ids)) == len(incident_ids)
    for server in servers:
        seat = topology.client(server, "seat1")
        for incident_id in incident_ids:
            kinds = [row["kind"] for row in seat.get(f"/api/incidents/{incident_id}/facts").json()]
            assert kinds.count("IncidentOpened") == 1, f"{server.url} knows of {incident_id}: {kinds}"


@dataclass(frozen=True)
class Places:
    """Where things of the compose file are on this machine."""

    project: Path
    pack: Path
    folder: Path
    postgres: PostgresServer
    redis: RedisServer

    @property
    def settings(self) -> dict[str, dict[str, str]]:
        """What the compose file tells each of its services."""
        compose: dict[str, Any] = yaml.safe_load((self.project / "docker-compose.yml").read_text(encoding="utf-8"))
        return {
            name: {key: str(value) for key, value in service.get("environment", {}).items()}
            for name, service in compose["services"].items()
        }

    @property
    def database(self) -> str:
        """The database of the desk."""
        return urlsplit(self.settings["desk"]["GREENCHANNEL_JOURNAL"]).path.strip("/")

    def environment(self, service: str, *desks: RunningServer) -> dict[str, str]:
        """Return a service's environment with this machine's addresses in it."""
        given = self.settings[service]
        address = f"127.0.0.1:{self.postgres.port}"
        folder = self.folder / ("gateway" if service == "gateway" else "data")
        mine = {
            "GREENCHANNEL_CITY": str(self.pack),
            "GREENCHANNEL_DATA": str(folder),
            "GREENCHANNEL_HOST": "127.0.0.1",
            "GREENCHANNEL_WEB": str(self.folder),
            "GREENCHANNEL_JOURNAL": given["GREENCHANNEL_JOURNAL"].replace("postgis:5432", address),
            "GREENCHANNEL_REDIS": self.redis.url,
            "GREENCHANNEL_ORIGINS": "https://120.example.cn",
            "GREENCHANNEL_GATEWAY_SECRET": GATEWAY_SECRET,
            "PGPASSWORD": str(urlsplit(self.postgres.dsn()).password),
        }
        if desks:
            mine["GREENCHANNEL_DESK_URL"] = ",".join(server.url for server in desks)
        return given | mine


GATEWAY_SECRET = "a secret of this test, as long as one of make secrets"  # noqa: S105 - opens nothing but this test's


def add_accounts(environment: Mapping[str, str], database: str) -> dict[str, str]:
    """Add the first account as docs/operations.md says, the others beside it; return their passwords."""
    first, *others = ACCOUNTS
    command = [sys.executable, "-m", "dispatch.cli", "serve", "--add-account", first.account, "--role", first.role]
    added = subprocess.run(
        [*command, "--generate"], env={**os.environ, **environment}, capture_output=True, text=True, check=True
    )
    password = secrets.token_urlsafe(12)
    with closing(AccountStore(sqlalchemy_url(database))) as store:
        store.add(others, hash_password(password))
    return {each.account: password for each in others} | {first.account: added.stdout.strip()}
