"""Describe what the wire accepts for each command, and turn it into the command's value.

One pydantic model per command is derived from its dataclass: unknown fields are refused by name, times need a zone,
numbers are finite, closed lists are closed. Two things differ from the dataclass: a place names its ``datum`` and
leaves here as WGS-84, and so does every plain ``lon``/``lat`` pair.
"""

import math
from collections.abc import Iterable
from dataclasses import MISSING, Field, fields
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Strict, create_model
from pydantic import Field as BodyField
from pydantic_core import PydanticCustomError

from center_protocols.finding_groups import EcgResult, limits
from center_protocols.findings import InvalidFindingsError, findings_from
from center_protocols.vocabulary import Bypass, Condition, Given, Priority, Resource, TimePoint
from dispatch import commands as c
from dispatch.errors import BadInput
from dispatch.state.direct import ConsentBy, ConsentStep, Procedure
from dispatch.state.switchboard import SeatKind
from dispatch.state.team import TeamRole
from dispatch.words import Place
from geo.datum import Datum, to_wgs84
from geo.places.locate import SourceKind
from geo.point import BadPoint, checked_point

TEXT_MAX = 2_000  # characters of any one text
RADIUS_MAX_M = 100_000.0
POINTS_MAX = 2_000  # of one outline at the edge; the desk's own limit is lower and has a sentence
VITALS = ("hr", "rr", "sbp", "dbp", "spo2", "temp_c", "glucose_mmol_l", "gcs", "pain", "etco2")
_LIMIT_NAMES = {"gcs": "gcs_total", "etco2": "etco2_mmhg"}  # the protocols' own field names

MACHINES = {each.value for each in SourceKind} - {SourceKind.PERSON, SourceKind.CREW}  # who may report a position
OLDEST = datetime(2000, 1, 1, tzinfo=UTC)  # a time before this is a device whose clock was never set

_CONFIG = ConfigDict(extra="forbid", allow_inf_nan=False, str_max_length=TEXT_MAX)


def _in_utc(at: datetime) -> datetime:
    if at < OLDEST:
        raise ValueError(f"{at.isoformat()} is a clock that was never set")
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{at.isoformat()} is no time") from error


def _says_something(said: str) -> bool:
    """Tell whether anything can be read: spaces, control characters and invisible ones say nothing."""
    return any(each.isprintable() and not each.isspace() for each in said)


def _words(said: str) -> str:
    if not _says_something(said):
        raise PydanticCustomError("empty", "is empty")
    return said


def _words_if_any(said: str | None) -> str | None:
    return said if said is not None and _says_something(said) else None


Words = Annotated[str, AfterValidator(_words)]  # a reason, a name, a line: not a blank one
WordsIfAny = Annotated[str | None, AfterValidator(_words_if_any)]  # a blank one is none
Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
Number = Annotated[float, Strict()]  # neither "116.4" nor true is a coordinate
Column = Annotated[Words, BodyField(pattern=r"^[^\x00]*$")]  # PostgreSQL's text holds everything but NUL


class BadFieldError(BadInput):
    """Say which field of a request is wrong, and why; 422 or nack."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}")
        self.field = field
        self.why = why


class PlaceSource(StrEnum):
    """Where a position came from."""

    HANDSET = "handset"
    MAP_CLICK = "map_click"
    GAZETTEER = "gazetteer"
    ONLINE = "online"
    CALLER_WORDS = "caller_words"
    STATION = "station"
    IMPORT = "import"
    AML = "aml"
    LINK = "link"
    DEVICE = "device"
    PASTED = "pasted"
    WORDS = "words"
    FIXED_LINE = "fixed_line"
    CELL = "cell"


class PlaceBody(BaseModel):
    """A position with its datum: without it a Chinese coordinate is worth nothing."""

    model_config = _CONFIG
    lon: Number
    lat: Number
    radius_m: Number = BodyField(ge=0, le=RADIUS_MAX_M)
    datum: Datum
    source: PlaceSource
    confirmed: bool = False


Detail = dict[Annotated[str, BodyField(max_length=40)], Annotated[str, BodyField(max_length=120)]]

# Fields whose values are narrower than their dataclass says.
LineEvent = Literal["ring", "answered", "held", "retrieved", "transferred", "hung_up"]
_Center = Literal["open", "busy", "closed", "unknown"]
OrderCode = Literal["ecg_again", "vitals_again", "other"] | Given
Decline = Literal["contraindicated", "patient_refuses", "not_available", "given_already", "not_possible", "other"]
_Door = Literal["ed"] | Bypass
_Points = Annotated[tuple[tuple[Number, Number], ...], BodyField(max_length=POINTS_MAX)]
_CLOSED: dict[tuple[type, str], Any] = {
    (c.ListCenter, "center_id"): Column,
    (c.ListCenter, "name"): Column,
    (c.ListCenter, "grade"): Column,
    (c.ListCenter, "capabilities"): tuple[Column, ...],
    (c.CommissionUnit, "unit_id"): Column,
    (c.CommissionUnit, "level"): Literal["als", "bls"],
    (c.ReportCenterStatus, "state"): _Center,
    (c.CloseRoad, "outline"): _Points,
    (c.CloseRoad, "picks"): _Points,
    (c.SlowRoads, "outline"): _Points,
    (c.SlowRoads, "picks"): _Points,
    (c.EndCall, "reason"): Literal["caller", "operator", "lost"],
    (c.ReportLineEvent, "event"): LineEvent,
    (c.OpenSeat, "kind"): SeatKind,
    (c.MarkNumber, "kind"): Literal["prank", "nuisance", "frequent", "threat"],
    (c.RecordCallBack, "outcome"): Literal["needs_help", "no_need", "no_answer", "unreachable"],
    (c.ExportRecord, "form"): Literal["json", "text"],
    (c.ReportPosition, "confidence"): Annotated[float, Strict(), BodyField(ge=0, le=1)],
    (c.ReportPosition, "alternatives"): Annotated[tuple[PlaceBody, ...], BodyField(max_length=4)],
    (c.ReportPosition, "outline"): Annotated[tuple[tuple[Number, Number], ...], BodyField(max_length=64)],
    (c.ReportPosition, "detail"): Annotated[Detail, BodyField(max_length=12)],
    (c.ReportLinkMessage, "fate"): Literal["sent", "failed", "none"],
    (c.SendLink, "language"): Literal["zh", "en"],
    (c.SendLink, "token_hash"): Annotated[str, BodyField(pattern="^[0-9a-f]{64}$")],
    (c.SetPriority, "priority"): Priority,
    (c.ConfirmCondition, "condition"): Condition,
    (c.ChooseDestination, "chosen_by"): Literal["crew_doctor", "patient_or_family", "dispatcher"],
    (c.ReserveResource, "resource"): Resource,
    (c.ReserveResource, "minutes"): Annotated[int, BodyField(ge=1, le=24 * 60)],
    (c.ReportResourceReady, "resource"): Resource,
    (c.CountResource, "resource"): Resource,
    (c.CountResource, "count"): Annotated[int, BodyField(ge=0, le=500)],
    (c.CorrectResource, "resource"): Resource,
    (c.CorrectResource, "state"): Literal["ready", "busy", "down"],
    (c.ListMember, "roles"): Annotated[tuple[str, ...], BodyField(max_length=len(TeamRole))],
    (c.SetDuty, "role"): TeamRole,
    (c.SetDuty, "rank"): Annotated[int, BodyField(ge=1, le=9)],
    (c.SetDuty, "conditions"): Annotated[tuple[str, ...], BodyField(max_length=len(Condition))],
    (c.SummonMember, "role"): TeamRole,
    (c.AnswerSummons, "answer"): Literal["coming", "in_place", "declined"],
    (c.AnswerSummons, "minutes"): Annotated[int, BodyField(ge=0, le=240)] | None,
    (c.CompleteHandoff, "where"): _Door,
    (c.DescribeWay, "where"): _Door,
    (c.ChooseDoor, "where"): _Door,
    (c.RecordConsent, "procedure"): Procedure,
    (c.RecordConsent, "step"): ConsentStep,
    (c.RecordConsent, "asked"): ConsentBy,
    (c.DisputeHandoff, "about"): Literal["where", "when", "condition", "treatment", "belongings", "other"],
    (c.SendReaderLink, "language"): Literal["zh", "en"],
    (c.SendReaderLink, "token_hash"): Annotated[str, BodyField(pattern="^[0-9a-f]{64}$")],
    (c.GiveOrder, "code"): OrderCode,
    (c.AnswerOrder, "answer"): Literal["acknowledged", "done", "declined"],
    (c.AnswerOrder, "why"): Decline | None,
    (c.ReadEcg, "reading"): EcgResult,
    (c.GiveTreatment, "code"): Given,
    (c.RegisterTimePoint, "point"): TimePoint,
    (c.LeaveTimePointOpen, "point"): TimePoint,
    (c.CorrectTimePoint, "point"): TimePoint,
    (c.RecordEcg, "sample_rate_hz"): Annotated[int, BodyField(ge=50, le=4_000)],
}

_AT_THE_EDGE: dict[Any, Any] = {
    datetime: Moment,
    float: Number,
    str: Words,
    dict[str, float]: dict[str, Number],
    Place: PlaceBody,
}


@cache
def body_of(kind: type) -> type[BaseModel]:
    """Return the model of a command's data."""
    members: dict[str, Any] = {each.name: (_wire_type(kind, each), _default(each)) for each in fields(kind)}
    if _has_pair(kind):
        members["datum"] = (Datum | None, None)
    if _has_outline(kind):
        members["datum"] = (Datum, ...)
    model: type[BaseModel] = create_model(kind.__name__, __config__=_CONFIG, __doc__=kind.__doc__, **members)
    return model


@cache
def envelope_of(kind: type) -> type[BaseModel]:
    """Return the model of a whole request: the command's data, with who it was entered for and when it happened."""
    members: dict[str, Any] = {
        "command_id": (Annotated[str, BodyField(pattern="^[0-7][0-9A-HJKMNP-TV-Z]{25}$")] | None, None),
        "at": (Moment | None, None),
        "entered_for": (Annotated[str, BodyField(min_length=1, max_length=120)] | None, None),
        "data": (body_of(kind), ...),
    }
    model: type[BaseModel] = create_model(f"{kind.__name__}Request", __config__=_CONFIG, **members)
    return model


def command_data(kind: type, body: BaseModel) -> Any:  # noqa: ANN401 - an instance of ``kind``
    """Return the command that a checked body asks for; raise ``BadFieldError`` for what only the whole can show."""
    values = {each.name: getattr(body, each.name) for each in fields(kind)}
    values = {name: _inside(value, name, fields_by_name(kind)[name].type) for name, value in values.items()}
    if _has_pair(kind):
        values["lon"], values["lat"] = _pair(values["lon"], values["lat"], getattr(body, "datum", None))
    if _has_outline(kind):
        datum: Datum = body.datum  # type: ignore[attr-defined] # the model of a kind with an outline has it
        values |= {name: _points(values[name], datum, name) for name in ("outline", "picks") if name in values}
    if kind is c.ReportPosition and values["place"].source not in MACHINES:
        raise BadFieldError("place.source", f"is none of {', '.join(sorted(MACHINES))}")
    if kind is c.RecordFindings:
        check_findings(values["findings"])
    if kind is c.RecordVitals:
        check_vitals(values["vitals"], "vitals")
    return kind(**values)


def _inside(value: Any, field: str, written: Any) -> Any:  # noqa: ANN401 - any value of a body, and its field's type
    """Return a value as the dataclass has it: places in WGS-84, closed lists as text where the field is text."""
    if isinstance(value, PlaceBody):
        return place_of(value, field)
    if isinstance(value, tuple) and value and isinstance(value[0], PlaceBody):
        return tuple(place_of(each, field) for each in value)
    return str(value) if isinstance(value, StrEnum) and written is str else value


def place_of(body: PlaceBody, field: str) -> Place:
    """Return a place in WGS-84 that remembers its datum; raise ``BadFieldError`` when it is no place."""
    try:
        point = to_wgs84(checked_point(body.lon, body.lat), body.datum)
    except BadPoint as error:
        raise BadFieldError(field, str(error)) from error
    return Place(point.lon, point.lat, body.radius_m, body.datum.value, body.source.value, body.confirmed)


def check_findings(findings: dict[str, Any]) -> None:
    """Raise ``BadFieldError`` naming the finding that the protocols cannot read."""
    if not findings:
        raise BadFieldError("findings", "why.empty")
    try:
        findings_from(findings)
    except InvalidFindingsError as error:
        raise BadFieldError("findings", str(error).removeprefix("findings: ")) from error


def check_vital_names(vitals: Iterable[str], field: str) -> None:
    """Raise ``BadFieldError`` when there is none, or naming the one that the wire does not know."""
    if not vitals:
        raise BadFieldError(field, "why.empty")
    for name in vitals:
        if name not in VITALS:
            raise BadFieldError(f"{field}.{name}", f"is none of {', '.join(VITALS)}")


def vital_limits(name: str) -> tuple[float, float]:
    """Return what a patient can have, ends included."""
    return limits("vitals", _LIMIT_NAMES.get(name, name))


def check_vitals(vitals: dict[str, float], field: str) -> None:
    """Raise ``BadFieldError`` naming the value that no patient has: a person can look again, and type it again."""
    check_vital_names(vitals, field)
    for name, value in vitals.items():
        low, high = vital_limits(name)
        if not math.isfinite(value) or not low <= value <= high:
            raise BadFieldError(f"{field}.{name}", f"{value:g} is outside {low:g}..{high:g}")


@cache
def fields_by_name(kind: type) -> dict[str, Field[Any]]:
    """Return the dataclass fields of a command by name."""
    return {each.name: each for each in fields(kind)}


def _has_pair(kind: type) -> bool:
    return {"lon", "lat"} <= fields_by_name(kind).keys()


def _has_outline(kind: type) -> bool:
    return "outline" in fields_by_name(kind)


def _points(pairs: tuple[tuple[float, float], ...], datum: Datum, field: str) -> tuple[tuple[float, float], ...]:
    points = []
    for nth, (lon, lat) in enumerate(pairs):
        try:
            point = to_wgs84(checked_point(lon, lat), datum)
        except BadPoint as error:
            raise BadFieldError(f"{field}.{nth}", str(error)) from error
        points.append((point.lon, point.lat))
    return tuple(points)


def _pair(lon: float | None, lat: float | None, datum: Datum | None) -> tuple[float | None, float | None]:
    if lon is None and lat is None:
        return None, None
    if lon is None or lat is None:
        raise BadFieldError("lon" if lon is None else "lat", "why.other_coordinate")
    if datum is None:
        raise BadFieldError("datum", "why.datum")
    try:
        point = to_wgs84(checked_point(lon, lat), datum)
    except BadPoint as error:
        raise BadFieldError("lon", str(error)) from error
    return point.lon, point.lat


def _wire_type(kind: type, each: Field[Any]) -> Any:  # noqa: ANN401 - a type
    closed = _CLOSED.get((kind, each.name))
    if closed is not None:
        return closed
    names_a_thing = each.name.endswith("_id")
    return WordsIfAny if each.type == str | None and not names_a_thing else _edge_type(each.type)


def _edge_type(written: Any) -> Any:  # noqa: ANN401 - types in, types out
    if written in _AT_THE_EDGE:
        return _AT_THE_EDGE[written]
    if isinstance(written, UnionType):
        whole: Any = NoneType
        for each in get_args(written):
            whole = whole | _edge_type(each)
        return whole
    return written


def _default(each: Field[Any]) -> Any:  # noqa: ANN401 - the field's own default
    if each.default_factory is not MISSING:
        return each.default_factory()
    return ... if each.default is MISSING else each.default
