"""Hold everything that an installation may set, with defaults and limits. Values only; ``main`` builds from them."""

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

ServerRole: TypeAlias = Literal["desk", "standby", "gateway"]


@dataclass(frozen=True, slots=True)
class Settings:
    """Say what one process serves, where it keeps things and how fast its clock runs."""

    city: Path | None = None  # the city pack
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
    role: ServerRole = "desk"
    desk_url: str | None = None  # where a gateway sends commands
    origins: tuple[str, ...] = ()  # other origins that may open sockets, "https://120.example.cn"
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
        if self.role == "gateway" and (self.journal is None or self.desk_url is None):
            raise BadInput("a gateway needs journal=postgresql://… to follow and desk_url to send commands to")


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
            value = written.split(",") if each.name == "origins" else written
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
