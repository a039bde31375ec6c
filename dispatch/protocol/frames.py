"""Every text frame of ``gc.v1`` as a type: what a client may send, what a server says.

The Python client reads with these, the tests hold every frame of a real server against them, and
docs/protocol-schemas.json is made from them. A reader ignores fields that it does not know: they come from a newer end.
"""

from datetime import datetime
from typing import Any, Final, Literal

import msgspec

Rows = dict[str, dict[str, Any]]  # by id; a row is a dataclass of dispatch/state/
PositionRow = tuple[str, float, float, float | None, float | None, datetime]
"""unit_id, lon, lat (WGS-84), heading_deg, speed_mps, fix_at."""


class Frame(msgspec.Struct, frozen=True, tag_field="t", kw_only=True):
    """A JSON object with its kind in ``t``."""


# ---- what a client sends ----


class Hello(Frame, frozen=True, tag="hello"):
    """Greet: versions best first, capabilities, whose device, and the uplink streams to be told about."""

    versions: list[str]
    device: str = ""
    boot_id: str = ""
    caps: list[str] = []
    streams: list[str] = []


class Subscribe(Frame, frozen=True, tag="subscribe"):
    """Ask for the tables: what was missed since an offset of an epoch, else a snapshot."""

    feed_epoch: str | None = None
    offset: int | None = None


class Watch(Frame, frozen=True, tag="watch"):
    """Name the patients whose waveforms this page shows."""

    patients: list[str]


class Put(Frame, frozen=True, tag="put"):
    """One numbered message of an uplink stream."""

    stream: str
    seq: int
    id: str
    kind: Literal["command", "position", "vitals"]
    at: datetime
    clock_offset_ms: float | None
    body: dict[str, Any]


class PositionFix(Frame, frozen=True, tag="position"):
    """Where a unit is, unnumbered: the latest wins."""

    unit_id: str
    lon: float
    lat: float
    datum: Literal["wgs84", "gcj02", "bd09"]
    fix_at: datetime
    heading_deg: float | None = None
    speed_mps: float | None = None
    accuracy_m: float | None = None


class Ping(Frame, frozen=True, tag="ping"):
    """Measure the clock and the line."""

    n: int
    client_time: datetime | None = None
    armed: bool | None = None  # only of a wall: whether it can sound


class Line(Frame, frozen=True, tag="line"):
    """What a seat's own telephone does."""

    event: dict[str, Any]


# ---- what a server says ----


class Account(msgspec.Struct, frozen=True):
    """Who is signed in."""

    account: str
    name: str
    role: str
    unit_id: str | None
    center_id: str | None
    expires_at: datetime


class LimitsNote(msgspec.Struct, frozen=True):
    """What the server bears from one client."""

    frame_bytes: int
    queue: int


class Welcome(Frame, frozen=True, tag="welcome"):
    """Answer a hello: the version and capabilities in force, how far each asked stream is, the clock."""

    version: str
    feed_epoch: str
    seq: int
    streams: dict[str, int]
    limits: LimitsNote
    server_time: datetime
    clock_speed: float
    account: Account
    caps: list[str] = []


class Snapshot(Frame, frozen=True, tag="snapshot"):
    """All tables at a number."""

    feed_epoch: str
    seq: int
    tables: dict[str, Rows]


class Change(Frame, frozen=True, tag="change"):
    """What changed between two numbers."""

    from_seq: int
    to_seq: int
    set: dict[str, Rows] = {}
    drop: dict[str, list[str]] = {}


class Ack(Frame, frozen=True, tag="ack"):
    """Everything of a stream up to ``seq`` is durable; of a waveform, the chunk that begins with that sample."""

    stream: str
    seq: int


class BothTexts(msgspec.Struct, frozen=True):
    """A sentence in both languages."""

    zh: str
    en: str


class Nack(Frame, frozen=True, tag="nack"):
    """A message was refused; ``retry``: send again from this number."""

    stream: str | None
    seq: int | None
    code: str
    retry: bool
    params: dict[str, Any]
    text: BothTexts


class Pong(Frame, frozen=True, tag="pong"):
    """Answer a ping; ``n`` and ``client_time`` come back as they were sent."""

    n: Any
    client_time: Any
    server_time: datetime


class Positions(Frame, frozen=True, tag="positions"):
    """Where units are that moved."""

    at: datetime
    units: list[PositionRow]


class Vitals(Frame, frozen=True, tag="vitals"):
    """A reading of the monitor that is bound to a patient.

    ``doubts`` names what is not in ``values`` because no patient has it (impossible, pressure_pair), and what is there
    and seldom true (doubtful, low_confidence).
    """

    patient_id: str
    at: datetime
    device_id: str
    values: dict[str, float]
    levels: dict[str, Literal["high", "medium", "low", "none"]]
    doubts: dict[str, Literal["impossible", "pressure_pair", "doubtful", "low_confidence"]] = {}


class Elsewhere(Frame, frozen=True, tag="elsewhere"):
    """To a tablet: what it sends of this monitor is stored and not shown, for another tablet or patient has it."""

    device_id: str | None
    why: Literal["other_tablet", "other_patient"]
    unit: str | None


class Eta(msgspec.Struct, frozen=True):
    """When a unit arrives where it goes."""

    to: str
    eta_s: float | None
    arrive_at: datetime | None
    low_s: float | None
    high_s: float | None


class Etas(Frame, frozen=True, tag="etas"):
    """Arrival times by unit."""

    at: datetime
    weights_epoch: int
    units: dict[str, Eta]


class LiveFactor(msgspec.Struct, frozen=True):
    """What the own fleet's drives take, relative to the speeds before: on ``all`` roads or those of one class."""

    what: str
    factor: float
    drives: float
    newest_at: datetime | None


class LiveSpeeds(msgspec.Struct, frozen=True):
    """What the own fleet's drives of the last hour say."""

    drives: int
    newest_at: datetime | None
    learned_at: datetime | None
    factors: list[LiveFactor]
    areas: int
    area_least: float | None
    area_most: float | None


class Speeds(msgspec.Struct, frozen=True):
    """Which speeds the weights begin with: the profile's, or learned ones, from how many drives of whom until when.

    ``live`` is what the own fleet's drives change about them, null when that is switched off.
    """

    kind: Literal["profile", "learned"]
    drives: int
    vehicles: str | None
    mark: str | None
    last_at: datetime | None
    live: LiveSpeeds | None


class Weights(Frame, frozen=True, tag="weights"):
    """Which travel times are in force."""

    epoch: int
    as_of: datetime | None
    failed_at: datetime | None
    not_on_map: list[str]
    speeds: Speeds


class Gap(Frame, frozen=True, tag="gap"):
    """Waveform samples that this reader was too slow for; they are stored."""

    what: Literal["wave"]
    patient_id: str
    from_: int = msgspec.field(name="from")
    to: int


class Lined(Frame, frozen=True, tag="lined"):
    """What became of a telephone's event."""

    event_id: str
    seq: int
    facts: list[dict[str, Any]]
    ids: dict[str, str]


FROM_CLIENT: Final = (Hello, Subscribe, Watch, Put, PositionFix, Ping, Line)
FROM_SERVER: Final = (
    Welcome, Snapshot, Change, Ack, Nack, Pong, Positions, Vitals, Elsewhere, Etas, Weights, Gap, Lined,
)  # fmt: skip

Said = Welcome | Snapshot | Change | Ack | Nack | Pong | Positions | Vitals | Elsewhere | Etas | Weights | Gap | Lined

_said: Final = msgspec.json.Decoder(Said)
_KINDS: Final = frozenset(str(each.__struct_config__.tag) for each in FROM_SERVER)


class _Kind(msgspec.Struct, frozen=True):
    t: str


_kind: Final = msgspec.json.Decoder(_Kind)


def read_said(raw: str | bytes) -> Said | None:
    """Read what a server said; None for a kind that only a newer server has. Raise ``msgspec.ValidationError``."""
    return _said.decode(raw) if _kind.decode(raw).t in _KINDS else None


def schemas() -> dict[str, Any]:
    """Return the JSON schemas of all frames (draft 2020-12), by who sends them."""
    (client, server), parts = msgspec.json.schema_components(
        [_union(FROM_CLIENT), _union(FROM_SERVER)], ref_template="#/$defs/{name}"
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "gc.v1: the text frames",
        "from_client": client,
        "from_server": server,
        "$defs": dict(sorted(parts.items())),
    }


def _union(frames: tuple[type[Frame], ...]) -> Any:  # noqa: ANN401 - a union made at run time has no static type
    joined: Any = frames[0]
    for each in frames[1:]:
        joined |= each
    return joined
