"""The words that facts, commands and rows share: who, where, which status, which outcome, for what reason."""

from dataclasses import MISSING, dataclass, field, fields, is_dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

ERASED = "␀erased"  # what a personal field reads as once its subject's key is destroyed; nobody can type it


def personal(subject_field: str, *, required: bool = False) -> Any:  # noqa: ANN401 - dataclasses.field has no better type
    """Mark a text field as personal: sealed under the key of the subject named by ``subject_field``.

    Names, numbers, words of places, and everything that somebody typed freely; None when it is not given.
    """
    return field(default=MISSING if required else None, metadata={"personal_of": subject_field})


def personal_fields(kind: type) -> tuple[tuple[str, str], ...]:
    """Return (field, subject field) of every personal field of a fact or row class."""
    return tuple((f.name, f.metadata["personal_of"]) for f in fields(kind) if "personal_of" in f.metadata)


NESTED_WORDS = frozenset(
    {"reason", "delay_reason", "dose", "taken_by", "answer", "text"}
    | {"signer", "words", "approver", "hospital_id", "reader", "question", "name", "note"}
    | {"who", "told_by", "confirmed_by"}
)
"""Free words in the parts of a row: a corrected minute's reason, a dose, who took over."""


def without_words(row: Any) -> Any:  # noqa: ANN401 - any row of the city
    """Return a row that has forgotten every personal word in it, in its parts as well."""
    secret = {name for name, _ in personal_fields(type(row))}
    changes = {}
    for each in fields(row):
        value = getattr(row, each.name)
        if each.name in secret and value is not None:
            changes[each.name] = ERASED
        else:
            changes[each.name] = _parts_without_words(value)
    return replace(row, **changes)


def _parts_without_words(value: Any) -> Any:  # noqa: ANN401 - any part of a row
    if isinstance(value, tuple):
        return tuple(_parts_without_words(each) for each in value)
    if isinstance(value, dict):
        return {name: _parts_without_words(each) for name, each in value.items()}
    if not is_dataclass(value) or isinstance(value, type):
        return value
    parts = {each.name: getattr(value, each.name) for each in fields(value)}
    return replace(
        value,
        **{
            name: ERASED if name in NESTED_WORDS and isinstance(part, str) else _parts_without_words(part)
            for name, part in parts.items()
        },
    )


class Role(StrEnum):
    """Who may speak. ``system`` is the desk's own deadline clock, ``service`` a machine such as the exchange."""

    CALL_TAKER = "call_taker"
    DISPATCHER = "dispatcher"
    SUPERVISOR = "supervisor"
    CREW = "crew"
    DEPARTMENT = "department"
    REMOTE_PHYSICIAN = "remote_physician"
    ADMIN = "admin"
    SERVICE = "service"
    SYSTEM = "system"
    CALLER = "caller"  # who opened a location link; never an account
    MEMBER = "member"  # who opened the link of a summons; never an account


NO_ACCOUNT = frozenset({Role.SYSTEM, Role.CALLER, Role.MEMBER})


@dataclass(frozen=True, slots=True)
class Actor:
    """Say who acted, with what rights, and for whom a voice report was entered."""

    account: str
    role: Role
    unit_id: str | None = None
    center_id: str | None = None
    entered_for: str | None = None  # "crew of U012 by radio": anyone's step can be entered for them, marked so


class ClockSource(StrEnum):
    """Which clock gave a time."""

    SERVER = "server"
    DEVICE = "device"  # a tablet's clock, corrected by the measured offset
    HUMAN = "human"  # typed by a person


@dataclass(frozen=True, slots=True)
class Place:
    """A position as it was reported. ``point`` is WGS-84; ``datum`` says what the source spoke before conversion."""

    lon: float
    lat: float
    radius_m: float
    datum: str  # wgs84 | gcj02 | bd09, as received
    source: str  # handset | map_click | gazetteer | online | caller_words | station | import | fused | a `SourceKind`
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class PossiblePlace:
    """A place where it may be, WGS-84: the circle of 95 %, how far it is believed, and which sources say so."""

    lon: float
    lat: float
    radius_m: float
    confidence: float
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SourceConflict:
    """Two sources that cannot both be right, and how far apart they are."""

    one: str
    other: str
    distance_m: float


class UnitStatus(StrEnum):
    """Where a unit stands in its journey; the order of the list is the order of a run."""

    AVAILABLE = "available"
    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    EN_ROUTE = "en_route"
    ON_SCENE = "on_scene"
    AT_PATIENT = "at_patient"
    PATIENT_LOADED = "patient_loaded"
    TRANSPORTING = "transporting"
    AT_HOSPITAL = "at_hospital"
    STRETCHER_HELD = "stretcher_held"
    HANDED_OVER = "handed_over"
    CLEANING = "cleaning"
    RETURNING = "returning"
    OUT_OF_SERVICE = "out_of_service"


class Outcome(StrEnum):
    """How an assignment, and each patient, ended: exactly one of these."""

    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    NOT_FOUND = "not_found"
    SELF_CONVEYED = "self_conveyed"
    REFUSED = "refused"
    TREATED_ON_SCENE = "treated_on_scene"
    DEATH_ON_SCENE = "death_on_scene"
    HANDED_TO_OTHER_UNIT = "handed_to_other_unit"


@dataclass(frozen=True, slots=True)
class EtaRow:
    """One candidate as it was ranked when a decision was taken; ``eta_s`` None means unreachable.

    ``worst_s`` is the longest time over a region, None for one place and where some place has no way.
    """

    id: str
    eta_s: float | None
    rank: int
    worst_s: float | None = None


@dataclass(frozen=True, slots=True)
class ModelUsed:
    """An outcome model that advised beside a ranking: its name and version, what went in, what came out."""

    model: str
    inputs: dict[str, str | float | None]
    results: dict[str, float]  # by centre
    strength: str | None = None


@dataclass(frozen=True, slots=True)
class RankingUsed:
    """The evidence a decision used, so that any day can be replayed, and replayed under another rule."""

    weights_epoch: int
    computed_at: datetime
    rows: tuple[EtaRow, ...]
    rule: str  # name and version of the rule that ranked
    strength: str | None = None  # clear | close | coin_toss
    models: tuple[ModelUsed, ...] = ()
    region_m: float | None = None  # the widest possible place, where the place was only a region


@dataclass(frozen=True, slots=True)
class Reason:
    """A code of the catalogue with the parameters of its sentence, and the source it rests on."""

    code: str
    params: dict[str, str | int | float] = field(default_factory=dict)
    source: str = ""


@dataclass(frozen=True, slots=True)
class FiredCondition:
    """A suspected or confirmed condition with the evidence that fired it."""

    code: str
    status: str  # suspected | confirmed
    evidence: tuple[Reason, ...]
    confirmed_by: str | None = None
    confirmed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PlannedActivation:
    """Whom the pre-alert calls, in order, due some minutes after a point; ``shown_by`` is the minute of its doing."""

    order: int
    code: str
    since: str
    within_min: float
    source: str = ""
    shown_by: str | None = None


@dataclass(frozen=True, slots=True)
class TargetPoint:
    """A time point that is now expected, with its target."""

    code: str
    since: str | None
    target_min: float | None
    source: str
    optional: bool = False  # absent is not missing: lysis, ROSC, a transfer
    floor_min: float | None = None  # the older, looser target where two are in use
