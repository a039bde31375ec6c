"""The order of the packages, lowest first. A module belongs to the entry with the longest name that matches it.

Lower never imports higher; neighbours on one line may import each other. A new module that no entry matches fails a
test: whoever adds it says here where it stands.
"""

LAYERS: tuple[tuple[str, ...], ...] = (
    (
        "center_protocols",
        "geo.point",
        "dispatch.protocol",
        "dispatch.errors",
        "dispatch.rules",
        "dispatch.texts_catalogue",
    ),
    ("geo", "dispatch.devices"),
    ("dispatch", "dispatch.words", "dispatch.fact", "dispatch.road_measure"),
    (
        "dispatch.events",
        "dispatch.fact_codec",
    ),
    (
        "dispatch.state",
        "dispatch.team_plan",
        "dispatch.command",
        "dispatch.commands",
        "dispatch.rights_of_care",
        "dispatch.called",
        "dispatch.command_roles",
        "dispatch.changes",
        "dispatch.evolve",
    ),
    ("dispatch.ports",),
    ("dispatch.fact_records",),
    ("dispatch.flow",),
    ("dispatch.sources", "dispatch.possible_places"),
    ("dispatch.evidence", "dispatch.region_evidence", "dispatch.views", "dispatch.rights"),
    ("dispatch.sealed_rows", "dispatch.snapshot"),
    ("dispatch.desk",),
    ("dispatch.adapters", "dispatch.client", "dispatch.simulation"),
    (
        "dispatch.settings",
        "dispatch.serving",
        "dispatch.gateway",
        "dispatch.main",
        "dispatch.terminal",
        "dispatch.diagrams",
        "dispatch.cli",
    ),
)

STANDS_ALONE = {
    "center_protocols": ("center_protocols",),
    "geo": ("geo",),
    "dispatch.protocol": ("dispatch.protocol",),
    "dispatch.client": ("dispatch.client", "dispatch.protocol"),
    "dispatch.devices": ("dispatch.devices", "dispatch.protocol"),
}
"""Packages that import nothing of ours but themselves."""

PURE = (
    "center_protocols",
    "dispatch.protocol",
    "dispatch.errors",
    "dispatch.rules",
    "dispatch.rights",
    "dispatch.texts_catalogue",
    "dispatch.words",
    "dispatch.fact",
    "dispatch.events",
    "dispatch.fact_codec",
    "dispatch.state",
    "dispatch.team_plan",
    "dispatch.sealed_rows",
    "dispatch.road_measure",
    "dispatch.command",
    "dispatch.commands",
    "dispatch.command_roles",
    "dispatch.changes",
    "dispatch.evolve",
    "dispatch.ports",
    "dispatch.fact_records",
    "dispatch.flow",
    "dispatch.sources",
    "dispatch.possible_places",
    "dispatch.evidence",
    "dispatch.region_evidence",
    "dispatch.views",
    "dispatch.snapshot",
)
"""Rules and values: time, ids and everything from outside arrive as arguments."""

WORLD = frozenset({
    "asyncio", "threading", "concurrent", "multiprocessing", "subprocess", "signal", "socket", "select", "selectors",
    "ssl", "fastapi", "starlette", "uvicorn", "uvloop", "websockets", "httpx", "httptools", "requests", "urllib",
    "sqlite3", "sqlalchemy", "geoalchemy2", "psycopg", "redis", "hiredis",
    "time", "random", "secrets", "uuid", "os", "sys", "logging",
})  # fmt: skip
"""What a pure module may not import."""

NO_CLOCK = frozenset({"time", "asyncio", "fastapi", "starlette", "sqlalchemy", "psycopg", "redis", "secrets", "uuid"})
"""What `geo` may not import: it has files and threads, but no clock and no servers."""

CLOCK_CALLS = frozenset({"now", "utcnow", "today", "from_timestamp", "from_datetime", "ULID"})
"""Last names of calls that read a clock or draw a ULID; `ULID.from_str` and `from_bytes` only read one."""


def rank_of(module: str) -> int | None:
    """Return the height of a module's layer, None when no entry matches."""
    matching = [
        (len(entry), height)
        for height, layer in enumerate(LAYERS)
        for entry in layer
        if module == entry or (module.startswith(f"{entry}.") and entry != "dispatch")
    ]
    return max(matching)[1] if matching else None


def is_below(module: str, names: tuple[str, ...]) -> bool:
    """Say whether a module is one of the names or lies inside one."""
    return any(module == name or module.startswith(f"{name}.") for name in names)
