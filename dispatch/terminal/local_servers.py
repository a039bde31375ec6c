"""Start real servers on this machine: PostgreSQL with PostGIS, and Redis, each in a folder of its own on a free port.

Tests, benchmarks and the hand-made production topology all use this one place. Each server is a context manager with
``stop``, ``kill9`` and ``restart``; leaving the context stops it and removes its folder. Everything listens on the
loopback only, behind a password made up for the occasion. PostgreSQL refuses to run as root: then it runs as the
system's ``postgres`` (or ``nobody``), in a folder that belongs to it.
"""

import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psycopg
import redis
from psycopg import sql

READY_WITHIN_S = 30.0
"""A cluster starts in about 1.5 s; a busy two-core machine may need ten times that."""
POLL_S = 0.02
PORT_LEAST, PORT_TRIES = 10_000, 50
OUTGOING_PORTS = Path("/proc/sys/net/ipv4/ip_local_port_range")
UNPRIVILEGED_USERS = ("postgres", "nobody")


class ServerMissing(RuntimeError):  # noqa: N818 - a state of the machine that callers turn into a skip or a message
    """Say which program is not installed on this machine."""


def postgres_bin() -> Path:
    """Return the newest PostgreSQL's folder of programs. Raises `ServerMissing`."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_version_of)
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if on_path is None:
        raise ServerMissing("PostgreSQL is not installed (Debian: postgresql, postgresql-postgis)")
    return Path(on_path).resolve().parent


def _version_of(initdb: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", initdb.parent.parent.name))


def redis_program() -> str:
    """Return the Redis server's program. Raises `ServerMissing`."""
    found = shutil.which("redis-server")
    if found is None:
        raise ServerMissing("Redis is not installed (Debian: redis-server)")
    return found


def free_port() -> int:
    """Return a TCP port of the loopback that is free now.

    It lies below those that the kernel gives to outgoing connections, where there is room: a server that restarts on
    it a second later still finds it free.
    """
    for _ in range(PORT_TRIES):
        port = PORT_LEAST + secrets.randbelow(max(1, _first_outgoing_port() - PORT_LEAST))
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _first_outgoing_port() -> int:
    """Return where the kernel's own choice of ports begins (Linux; elsewhere nothing lies below it)."""
    with suppress(OSError):
        return int(OUTGOING_PORTS.read_text(encoding="ascii").split()[0])
    return PORT_LEAST


class PostgresServer:
    """One PostgreSQL cluster of its own. ``dsn()`` names a database in it; ``postgis`` can be created in each."""

    def __init__(self, *, settings: Mapping[str, str] | None = None) -> None:
        self._bin = postgres_bin()
        self._user = _unprivileged_user()
        self._settings = dict(settings or {})
        self._password = secrets.token_urlsafe(18)
        self.folder = Path(tempfile.mkdtemp(prefix="greenchannel-pg-"))
        self.port = free_port()

    def __enter__(self) -> Self:
        try:
            self._initialise()
            self.start()
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()
        shutil.rmtree(self.folder)

    def dsn(self, database: str = "postgres") -> str:
        """Return the URL of a database, for psycopg; SQLAlchemy wants ``postgresql+psycopg``."""
        return f"postgresql://greenchannel:{self._password}@127.0.0.1:{self.port}/{quote(database, safe='')}"

    def create_database(self, name: str) -> str:
        """Create an empty database and return its URL."""
        with psycopg.connect(self.dsn(), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.dsn(name)

    def start(self) -> None:
        """Start the server and wait until it answers. Raises `RuntimeError` with its log when it does not."""
        options = {
            "port": str(self.port),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            **self._settings,
        }
        flags = " ".join(f"-c {name}={value!r}" for name, value in options.items())
        self._pg_ctl("start", "--wait", f"--timeout={READY_WITHIN_S:.0f}", f"--log={self._log}", f"--options={flags}")

    def stop(self) -> None:
        """Stop the server in order, if it runs; open connections are closed."""
        if self._pid() is not None:
            self._pg_ctl("stop", "--wait", "--mode=fast")

    def kill9(self) -> None:
        """Kill the server as a crash would, and wait until nothing of it is left."""
        pid = self._pid()
        if pid is None:
            return
        family = [pid, *_children_of(pid)]
        os.kill(pid, signal.SIGKILL)
        # The children notice by themselves; until the last has gone the cluster refuses a new start.
        _wait_until(lambda: not any(_is_alive(member) for member in family), f"PostgreSQL {pid} to be gone")
        (self._data / "postmaster.pid").unlink(missing_ok=True)

    def restart(self) -> None:
        """Stop if it runs, and start on the same port with the same data."""
        self.stop()
        self.start()

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    @property
    def _log(self) -> Path:
        return self.folder / "server.log"

    def _initialise(self) -> None:
        password_file = self.folder / "password"
        password_file.write_text(self._password, encoding="ascii")
        if self._user is not None:
            for path in (self.folder, password_file):
                shutil.chown(path, self._user.pw_uid, self._user.pw_gid)
        self._run(
            "initdb",
            f"--pgdata={self._data}",
            "--username=greenchannel",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
        )
        password_file.unlink()

    def _pg_ctl(self, *arguments: str) -> None:
        self._run("pg_ctl", f"--pgdata={self._data}", *arguments)

    def _run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs as the unprivileged user, its output kept for the error alone."""
        with tempfile.TemporaryFile() as output:  # not a pipe: the server inherits it and would keep it open
            finished = subprocess.run(  # noqa: S603 - PostgreSQL's own program, our own arguments
                [str(self._bin / program), *arguments],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
                user=self._user and self._user.pw_uid,
                group=self._user and self._user.pw_gid,
                extra_groups=[] if self._user else None,
                env={"PATH": os.environ.get("PATH", os.defpath), "HOME": str(self.folder), "LC_ALL": "C"},
            )
            if finished.returncode == 0:
                return
            output.seek(0)
            said = output.read().decode(errors="replace")
        log = self._log.read_text(errors="replace")[-2000:] if self._log.exists() else ""
        raise RuntimeError(f"{program} {arguments[1:2]} ended with {finished.returncode}: {said}{log}")

    def _pid(self) -> int | None:
        """Return the running postmaster's process id, None when none runs."""
        file = self._data / "postmaster.pid"
        if not file.exists():
            return None
        pid = int(file.read_text(encoding="ascii").split("\n", 1)[0])
        return pid if _is_alive(pid) else None


class RedisServer:
    """One Redis of its own, with an append-only file, so that a restart finds what was written."""

    def __init__(self, *, appendfsync: str = "everysec") -> None:
        self._program = redis_program()
        self._appendfsync = appendfsync
        self._password = secrets.token_urlsafe(18)
        self._process: subprocess.Popen[bytes] | None = None
        self.folder = Path(tempfile.mkdtemp(prefix="greenchannel-redis-"))
        self.port = free_port()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.kill9()
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()
        shutil.rmtree(self.folder)

    @property
    def url(self) -> str:
        """Return the URL that redis-py takes."""
        return f"redis://:{self._password}@127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start the server and wait until it answers. Raises `RuntimeError` with its log when it does not."""
        settings = self.folder / "redis.conf"  # a file, because arguments are readable by everybody on the machine
        settings.write_text(self._settings(), encoding="ascii")
        settings.chmod(0o600)
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - the server's own program, our own settings
                [self._program, str(settings)], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        _wait_until(self._answers, f"Redis in {self.folder} to answer")

    def stop(self) -> None:
        """Stop the server in order, if it runs."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(READY_WITHIN_S)
            self._process = None

    def kill9(self) -> None:
        """Kill the server as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(READY_WITHIN_S)
            self._process = None

    def restart(self) -> None:
        """Stop if it runs, and start on the same port with the same data."""
        self.stop()
        self.start()

    def _settings(self) -> str:
        lines = {
            "port": str(self.port),
            "bind": "127.0.0.1",
            "dir": f'"{self.folder}"',
            "requirepass": self._password,
            "appendonly": "yes",
            "appendfsync": self._appendfsync,
            "save": '""',
            "daemonize": "no",
        }
        return "".join(f"{name} {value}\n" for name, value in lines.items())

    def _answers(self) -> bool:
        if self._process is not None and self._process.poll() is not None:
            raise RuntimeError(f"Redis ended: {(self.folder / 'server.log').read_text(errors='replace')[-2000:]}")
        with redis.Redis.from_url(self.url, socket_timeout=1) as client:
            try:
                return bool(client.ping())
            except redis.ConnectionError:  # not listening yet, or still loading its file
                return False


def _unprivileged_user() -> pwd.struct_passwd | None:
    """Return whom a server runs as when we are root, None when we are somebody already."""
    if os.geteuid() != 0:
        return None
    for name in UNPRIVILEGED_USERS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise ServerMissing(f"PostgreSQL refuses root, and none of the users {UNPRIVILEGED_USERS} exists")


def _is_alive(pid: int) -> bool:
    """Say whether a process runs; a zombie does not."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def _children_of(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in children.read_text(encoding="ascii").split()] if children.exists() else []


def _wait_until(happens: Callable[[], bool], what: str) -> None:
    """Wait for another process, within a bound. Raises `RuntimeError` naming what did not happen."""
    last = time.monotonic() + READY_WITHIN_S
    while not happens():
        if time.monotonic() > last:
            raise RuntimeError(f"waited {READY_WITHIN_S:.0f} s for {what}")
        time.sleep(POLL_S)
