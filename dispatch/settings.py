"""Hold everything that an installation may set, with defaults and limits. Values only; ``main`` builds from them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, TypeAlias

import msgspec

from dispatch.adapters.limits import Limits
from dispatch.errors import BadInput

PREFIX = "GREENCHANNEL_"
PORT = 8120
SECRET_LEAST = 32  # characters; 43 of token_urlsafe(32) are 256 bits
LISTS = ("origins", "desk_url", "push_hosts", "monitors")  # comma-separated in the environment

ServerRole: TypeAlias = Literal["desk", "standby", "gateway"]


@dataclass(frozen=True, slots=True)
class Settings:
    """Say what one process serves, where it keeps things and how fast its clock runs."""

    city: Path | None = None  # the city pack
    learned_speeds: Path | None = None  # what `greenchannel tracks learn` wrote; None: the profile's speeds
    live_speeds: bool = True  # learn from the own units' drives while the server runs; False: weights as they begin
    protocols_site: Path | None = None  # TOML: the city's stroke scale, switches and signed numbers; None: as shipped
    data: Path = Path("data")  # journal, keys, accounts, telemetry, ECGs
    host: str = "127.0.0.1"
    port: int = PORT
    web: Path | None = None  # the built pages; None: ``web/dist`` beside the program
    demo: bool = False
    clock_speed: float = 1.0
    clock_start: datetime | None = None  # None: now; never before the last fact of the journal
    journal: str | None = None  # postgresql://…; None: SQLite in ``data``
    redis: str | None = None  # redis://…; None: fan-out within this process
    accounts: str | None = None  # SQLAlchemy URL; None: SQLite in ``data``, or the journal's PostgreSQL
    anchors: Path | None = None  # where the journal's head is anchored daily, on another machine's disk; None: by hand
    role: ServerRole = "desk"
    desk_url: tuple[str, ...] = ()  # where a gateway sends commands: the desk, then its standby
    sms_url: str | None = None  # the site's gateway for text messages: POST {number, text}; None: there is none
    sms_secret: str | None = field(default=None, repr=False)  # what we sign those with
    service_url: str | None = None  # the site's way to 110, 119 and 122: POST a notice; None: by telephone alone
    service_secret: str | None = field(default=None, repr=False)  # what we sign those with
    team_url: str | None = None  # the site's gateway to hospital staff, SMS and voice: POST a summons; None: sms_url
    team_secret: str | None = field(default=None, repr=False)  # what we sign those with
    push_secret: str | None = field(default=None, repr=False)  # the push key is made of it; None: made in ``data`` once
    push_contact: str = "mailto:120@example.cn"  # whom a push service writes to when we misbehave
    push_hosts: tuple[str, ...] = (  # push services that a browser may name; a dot before: any host that ends so
        "fcm.googleapis.com", "updates.push.services.mozilla.com", ".notify.windows.com", ".push.apple.com",
    )  # fmt: skip
    link_url: str | None = None  # https://… where callers reach their page; None: where the console is reached
    geocoder: Literal["amap", "baidu", "tianditu"] | None = None  # an online geocoder beside the call; None: none
    geocoder_key: str | None = field(default=None, repr=False)
    geocoder_url: str | None = None  # a relay in front of the provider; None: the provider itself
    neighbors: Path | None = None  # TOML: other cities' centres with their numbers, for callers who are not ours
    gateway_secret: str | None = field(default=None, repr=False)  # what desk and gateways share; None: no gateway
    exchange_secret: str | None = field(default=None, repr=False)  # what the telephone exchange signs with; None: none
    origins: tuple[str, ...] = ()  # other origins that may open sockets, "https://120.example.cn"
    monitors: tuple[str, ...] = ()  # monitors' gateways that tablets may read, "wss://monitor.ambulance.example:7125"
    proxies: str = "127.0.0.1"  # whose X-Forwarded-* headers are believed
    log_level: str = "WARNING"
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        """Refuse what cannot work, naming the setting."""
        if not 1 <= self.clock_speed <= 120:  # noqa: PLR2004 - a day in twelve minutes is the fastest that was tried
            raise BadInput(f"clock_speed {self.clock_speed:g} is outside 1..120")
        if not 0 <= self.port <= 65_535:  # noqa: PLR2004 - TCP's own range
            raise BadInput(f"port {self.port} is outside 0..65535")
        if self.clock_start is not None and self.clock_start.tzinfo is None:
            raise BadInput("clock_start needs a time zone, for example 2026-05-01T08:00:00+08:00")
        if self.demo and self.host not in ("127.0.0.1", "::1", "localhost"):
            raise BadInput(f"the demo shows its passwords and serves this machine only, not {self.host}")
        self._refuse_unsafe()
        if self.geocoder is not None and self.geocoder_key is None:
            raise BadInput("a geocoder needs geocoder_key")
        if self.role == "standby" and self.journal is None:
            raise BadInput("a standby needs journal=postgresql://… to wait for")
        if self.role == "gateway":
            self._refuse_lone_gateway()

    def _refuse_unsafe(self) -> None:
        for each in self.monitors:
            if not re.fullmatch(r"wss?://[\w.*-]+(:(\d+|\*))?", each, re.ASCII):
                raise BadInput(f"monitors: {each!r} is not ws://HOST:PORT or wss://HOST:PORT")
        for name in ("gateway_secret", "exchange_secret", "push_secret"):
            if (given := getattr(self, name)) is not None and len(given) < SECRET_LEAST:
                raise BadInput(f"{name} has fewer than {SECRET_LEAST} characters; make secrets writes good ones")

    def _refuse_lone_gateway(self) -> None:
        if self.journal is None or not self.desk_url or self.gateway_secret is None:
            raise BadInput(
                "a gateway needs journal=postgresql://… to follow, desk_url to send commands to, and gateway_secret"
            )
        if self.demo or self.clock_speed != 1 or self.clock_start is not None:
            raise BadInput("a gateway runs on real time and has no demo")


def settings_from(environment: Mapping[str, str], given: Mapping[str, Any]) -> Settings:
    """Join defaults, ``GREENCHANNEL_*`` variables and what was given explicitly, which wins; None means not given.

    Raises
    ------
    BadInput
        A variable or a value is not what the setting takes; it is named.
    """
    values: dict[str, Any] = {}
    for each in fields(Settings):
        if each.name == "limits":
            continue
        written = environment.get(PREFIX + each.name.upper())
        value = given.get(each.name)
        if value is None and written is not None:
            value = [part for part in written.split(",") if part] if each.name in LISTS else written
        if value is not None:
            values[each.name] = _converted(each.name, value)
    return replace(Settings(), **values)


def _converted(name: str, value: object) -> object:
    wanted = _TYPES[name]
    try:
        return msgspec.convert(value, wanted, strict=False, dec_hook=_path)
    except (msgspec.ValidationError, ValueError) as error:
        raise BadInput(f"setting {name}: {value!r}: {error}") from error


def _path(kind: type, value: object) -> object:
    if kind is Path:
        return Path(str(value)).expanduser()
    raise NotImplementedError(f"{kind} is no kind of setting")


_TYPES: dict[str, Any] = {each.name: each.type for each in fields(Settings)}
