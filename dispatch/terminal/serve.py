"""``greenchannel serve`` and ``greenchannel demo``: run a server; add its accounts."""

import argparse
import gc
import getpass
import json
import logging
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from dispatch.adapters.accounts.access import PASSWORD_LEAST, hash_password
from dispatch.adapters.accounts.storage import Account, AccountExistsError, AccountStore
from dispatch.adapters.http.accounts import scoped
from dispatch.adapters.live.direct_socket import DirectProtocol
from dispatch.adapters.storage.local import open_accounts, sqlalchemy_url
from dispatch.errors import BadInput
from dispatch.main import build
from dispatch.settings import Settings, settings_from
from dispatch.simulation.team_gateway import Listening, open_gateway
from dispatch.terminal.heaps import set_aside_what_stays, share_heaps
from dispatch.terminal.simulate import SECRET
from dispatch.words import NO_ACCOUNT, Role
from geo.without_blas import load_numba

GRACE_S = 5  # how long open requests may finish; sockets are told to come back at once
YIELDS = 10  # niceness of the simulated day: whoever looks at the server's screens goes first
SWITCH_S = 0.0005  # so long a thread that computes keeps the loop waiting; Python lets it for 5 ms
SPEED = 4.0  # of the demo: ambulances visibly move, and a person can still follow

FIRST_ACCOUNT = """green channel: nobody can sign in yet. Make the first account:
  greenchannel serve --data {data} --add-account NAME --role admin
The password is asked for, or read from standard input, or made up with --generate and shown once."""


def add_to(subparsers: Any) -> None:  # noqa: ANN401 - argparse keeps this class to itself
    """Offer ``serve`` and ``demo``."""
    serve = subparsers.add_parser("serve", help="run the server of a city, or add an account")
    _server_options(serve)
    serve.add_argument("--add-account", metavar="NAME", help="add an account and end")
    serve.add_argument("--role", choices=[role for role in Role if role not in NO_ACCOUNT], help="of the new account")
    serve.add_argument("--label", help="of the new account, as screens show it; by default its name")
    serve.add_argument("--unit", metavar="ID", help="the unit of a new crew account")
    serve.add_argument("--center", metavar="ID", help="the centre of a new department account")
    serve.add_argument("--generate", action="store_true", help="make a password up and show it once")
    serve.set_defaults(run=run_serve)
    demo = subparsers.add_parser("demo", help="run a simulated day on this machine, with accounts to try")
    _server_options(demo)
    demo.add_argument("--seed", type=int, default=120, help="of the simulated day")
    demo.add_argument("--empty", action="store_true", help="without the simulated day")
    demo.set_defaults(run=run_demo)


def _server_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--city", type=Path, metavar="PACK", help="the city pack; GREENCHANNEL_CITY")
    parser.add_argument("--protocols-site", type=Path, metavar="FILE", help="what this city signed (TOML)")
    parser.add_argument("--data", type=Path, metavar="DIR", help="where everything is kept; GREENCHANNEL_DATA")
    parser.add_argument("--host", help="the address to listen on; 127.0.0.1")
    parser.add_argument("--port", type=int, help="the port to listen on; 8120")
    parser.add_argument("--speed", dest="clock_speed", type=float, help="how fast the city's clock runs")
    parser.add_argument("--web", type=Path, metavar="DIR", help="the built pages; web/dist")
    parser.add_argument("--log-level", choices=("DEBUG", "INFO", "WARNING", "ERROR"))


def run_serve(given: argparse.Namespace) -> int:
    """Serve until told to stop, or add an account."""
    settings = settings_from(os.environ, _server_settings(given))
    if given.add_account is not None:
        return add_account(settings, given)
    if settings.journal is None and settings.accounts is None and _nobody(settings):
        _say(FIRST_ACCOUNT.format(data=settings.data))
    return serve(settings)


def run_demo(given: argparse.Namespace) -> int:
    """Serve with accounts to try and, beside it, a simulated day."""
    wanted = _server_settings(given)
    with _demo_folder(wanted["data"]) as folder:
        speed = wanted["clock_speed"] or SPEED
        settings = settings_from(os.environ, wanted | {"data": folder, "demo": True, "clock_speed": speed})
        if given.empty:
            return serve(settings)
        settings, gateway = with_gateway(settings)
        return serve(settings, SimulatedDay(settings, given.seed, gateway))


def with_gateway(settings: Settings) -> tuple[Settings, Listening | None]:
    """Let the simulated hospitals' people be reached, unless a gateway is named or nobody knows our own port yet."""
    if settings.team_url is not None or settings.sms_url is not None or settings.port == 0:
        return settings, None
    gateway = open_gateway()
    link_url = settings.link_url or f"http://{settings.host}:{settings.port}"
    reached = replace(settings, team_url=gateway.url, team_secret=gateway.secret, link_url=link_url)
    return reached, gateway


def add_account(settings: Settings, given: argparse.Namespace) -> int:
    """Add one account; the password comes from the terminal, from standard input, or is made up and shown once."""
    if given.role is None:
        raise BadInput("--add-account needs --role")
    account = scoped(
        Account(given.add_account, given.label or given.add_account, Role(given.role), given.unit, given.center)
    )
    password = _password(generate=given.generate)
    if len(password) < PASSWORD_LEAST:
        raise BadInput(f"a password has at least {PASSWORD_LEAST} characters")
    store = _account_store(settings)
    try:
        store.add([account], hash_password(password))
    except AccountExistsError as error:
        raise BadInput(f"the account {account.account} exists already") from error
    finally:
        store.close()
    _say(f"account {account.account} ({account.role}) may sign in")
    if given.generate:
        print(password)  # noqa: T201 - the one thing on standard output
    return 0


def serve(settings: Settings, day: "SimulatedDay | None" = None) -> int:
    """Run one server in the foreground; 1 when it broke."""
    sys.setswitchinterval(SWITCH_S)
    gc.disable()  # until it listens: a start makes a million objects and hardly any garbage
    share_heaps()
    load_numba()
    start_logging(settings.log_level)
    failures: list[BaseException] = []

    def broken(failure: BaseException) -> None:
        failures.append(failure)
        server.should_exit = True

    config = server_config(build(settings, broken=broken), settings)
    server = AnnouncedServer(config, settings, day)
    # What is wrong with the input is said in one sentence by the command line; its traceback helps nobody.
    logging.getLogger("uvicorn.error").addFilter(lambda _: not any(isinstance(each, BadInput) for each in failures))
    # uvicorn raises the signal that stopped it once more: then it is answered already.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: setattr(server, "should_exit", True))
    try:
        with closing(listen(settings)) as listening, suppress(SystemExit):
            server.run(sockets=[listening])
    finally:
        if day is not None:
            day.end()
    for failure in failures:
        if isinstance(failure, BadInput):
            raise failure
        logging.getLogger(__name__).critical("the server's own work ended", exc_info=failure)
    return 1 if failures or not server.started else 0


def listen(settings: Settings) -> socket.socket:
    """Take the port; raise ``BadInput`` when somebody else has it or nobody may."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=2_048)
    except OSError as error:
        raise BadInput(f"cannot listen on {settings.host} port {settings.port}: {error.strerror}") from error


def server_config(app: FastAPI, settings: Settings) -> uvicorn.Config:
    """Say how uvicorn serves the application; the tests' servers run with the same."""
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        ws=DirectProtocol,
        ws_max_size=settings.limits.frame_bytes,
        ws_per_message_deflate=False,  # 26 µs a frame, and nothing to gain on a LAN
        log_config=None,
        access_log=False,
        proxy_headers=True,
        forwarded_allow_ips=settings.proxies,
        timeout_graceful_shutdown=GRACE_S,
        server_header=False,
    )


class AnnouncedServer(uvicorn.Server):
    """Say where the pages are once they can be opened, and start the simulated day then."""

    def __init__(self, config: uvicorn.Config, settings: Settings, day: "SimulatedDay | None") -> None:
        super().__init__(config)
        self._settings = settings
        self._day = day

    async def startup(self, sockets: list[Any] | None = None) -> None:
        """Listen."""
        await super().startup(sockets)
        if self.should_exit or not self.servers:
            return
        set_aside_what_stays()
        gc.enable()
        port = self.servers[0].sockets[0].getsockname()[1]
        _say(f"green channel: http://{self._settings.host}:{port}/")
        if self._day is not None:
            self._day.begin(port)


class SimulatedDay:
    """The simulation in a process of its own, an ordinary client; it ends with the server."""

    def __init__(self, settings: Settings, seed: int, gateway: Listening | None) -> None:
        self._settings = settings
        self._seed = seed
        self._gateway = gateway
        self._process: subprocess.Popen[bytes] | None = None

    def begin(self, port: int) -> None:
        """Start it; say so when it ends by itself."""
        url = f"http://{self._settings.host}:{port}"
        command = [sys.executable, "-m", "dispatch.cli", "simulate", "--url", url, "--endless", "--until-stdin-ends"]
        command += ["--seed", str(self._seed), "--speed", f"{self._settings.clock_speed:g}"]
        command += ["--city", str(self._settings.city)]
        told = dict(os.environ)
        handed: tuple[int, ...] = ()
        if self._gateway is not None:
            handed = (self._gateway.socket.fileno(),)
            command += ["--gateway", *map(str, handed)]
            told |= {SECRET: self._gateway.secret}
        held, nothing = subprocess.PIPE, subprocess.DEVNULL  # held by us: it ends with us, however we end
        self._process = subprocess.Popen(command, stdin=held, stdout=nothing, env=told, pass_fds=handed)  # noqa: S603
        if self._gateway is not None:
            self._gateway.socket.close()  # theirs alone: a gateway that is gone must refuse, not keep us waiting
        os.setpriority(os.PRIO_PROCESS, self._process.pid, YIELDS)
        threading.Thread(target=self._watch, args=(self._process,), daemon=True).start()

    def end(self) -> None:
        """Stop it."""
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _watch(self, process: subprocess.Popen[bytes]) -> None:
        with process:
            code = process.wait()
        if self._process is process:
            _say(f"green channel: the simulated day ended with {code}; the server goes on without it")


class JsonLines(logging.Formatter):
    """Write each record as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; what was given as ``extra`` stands beside the message."""
        line = {
            "at": self.formatTime(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **{key: value for key, value in vars(record).items() if key not in _PLAIN_RECORD},
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


_PLAIN_RECORD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}


def start_logging(level: str) -> None:
    """Send JSON lines to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)  # below, it writes tickets into the log


@contextmanager
def _demo_folder(given: Path | None) -> Iterator[Path]:
    """Use the named directory, or one that goes with the demo."""
    named = given or (Path(os.environ["GREENCHANNEL_DATA"]) if "GREENCHANNEL_DATA" in os.environ else None)
    if named is not None:
        yield named
        return
    with tempfile.TemporaryDirectory(prefix="greenchannel-demo-") as folder:
        yield Path(folder)


def _server_settings(given: argparse.Namespace) -> dict[str, Any]:
    names = ("city", "protocols_site", "data", "host", "port", "clock_speed", "web", "log_level")
    return {name: getattr(given, name) for name in names}


def _account_store(settings: Settings) -> AccountStore:
    url = settings.accounts or settings.journal
    return open_accounts(settings.data, None if url is None else sqlalchemy_url(url))


def _nobody(settings: Settings) -> bool:
    store = _account_store(settings)
    try:
        return store.is_empty()
    finally:
        store.close()


def _password(*, generate: bool) -> str:
    if generate:
        return secrets.token_urlsafe(12)
    if sys.stdin.isatty():
        return getpass.getpass("password: ")
    return sys.stdin.readline().rstrip("\n")


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)  # noqa: T201 - the server's own voice
