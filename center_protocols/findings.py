"""Hold everything that a call-taker and a crew can know about one patient.

The field names here are final: the console, the tablet, the journal and the handoff use them. In JSON a finding is its
value, the word "unknown", or absent (which is unknown too); null, other types, unknown names and impossible values are
refused with the field named.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Final, TypeAlias

import msgspec

from center_protocols.finding_groups import (
    Arrest,
    ChestPain,
    Child,
    Critical,
    Ecg,
    Group,
    Newborn,
    Obstetric,
    Scene,
    Stroke,
    Trauma,
    Vitals,
    limits,
)
from center_protocols.vocabulary import UNKNOWN, Condition, Known, Unknown

# A clock time that nobody has given is UNSET: the JSON field is absent or the word "unknown".
Moment: TypeAlias = Annotated[datetime, msgspec.Meta(tz=True)] | msgspec.UnsetType
UNKNOWN_TIME: Final = msgspec.UNSET


class InvalidFindingsError(ValueError):
    """Say which finding cannot be read, and why."""


class AgeUnit(StrEnum):
    """Count an age as people say it."""

    YEARS = "years"
    MONTHS = "months"
    DAYS = "days"


MONTHS_PER_YEAR: Final = 12
DAYS_PER_YEAR: Final = 365.25


class Age(Group, frozen=True):
    """Hold an age with its unit."""

    path = "age"
    value: float
    unit: AgeUnit = AgeUnit.YEARS

    def __post_init__(self) -> None:
        """Refuse an age that nobody reaches, in its own unit."""
        low, high = limits("age", self.unit)
        if not low <= self.value <= high:
            raise ValueError(f"age.value: {self.value:g} {self.unit} is outside {low:g}..{high:g}")

    @property
    def years(self) -> float:
        """Return the age in years."""
        if self.unit is AgeUnit.YEARS:
            return self.value
        return self.value / (MONTHS_PER_YEAR if self.unit is AgeUnit.MONTHS else DAYS_PER_YEAR)

    @property
    def months(self) -> float:
        """Return the age in months."""
        return self.value if self.unit is AgeUnit.MONTHS else self.years * MONTHS_PER_YEAR

    @property
    def days(self) -> float:
        """Return the age in days."""
        return self.value if self.unit is AgeUnit.DAYS else self.years * DAYS_PER_YEAR


class Sex(StrEnum):
    """Name the sex that the reference values need."""

    FEMALE = "female"
    MALE = "male"
    UNKNOWN = "unknown"


class Complaint(StrEnum):
    """Name why somebody called; it chooses the questions and never a condition."""

    CHEST_PAIN = "chest_pain"
    STROKE_SIGNS = "stroke_signs"
    TRAUMA = "trauma"
    BREATHING = "breathing"
    UNCONSCIOUS = "unconscious"
    SEIZURE = "seizure"
    CHOKING = "choking"
    POISONING = "poisoning"
    BLEEDING = "bleeding"
    ABDOMINAL_PAIN = "abdominal_pain"
    PREGNANCY = "pregnancy"
    NEWBORN = "newborn"
    SICK_CHILD = "sick_child"
    MENTAL_HEALTH = "mental_health"
    MINOR = "minor"
    OTHER = "other"
    UNKNOWN = "unknown"


class Consciousness(StrEnum):
    """Grade consciousness as ACVPU."""

    ALERT = "alert"
    CONFUSED = "confused"
    VOICE = "voice"
    PAIN = "pain"
    UNRESPONSIVE = "unresponsive"
    UNKNOWN = "unknown"


class Breathing(StrEnum):
    """Hold the answer to "is the patient breathing normally?"; ``not_sure`` is an answer, ``unknown`` is none."""

    NORMAL = "normal"
    ABNORMAL = "abnormal"
    GASPING = "gasping"
    ABSENT = "absent"
    NOT_SURE = "not_sure"
    UNKNOWN = "unknown"


class Findings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Hold the findings about one patient at one moment; the default knows nothing."""

    age: Age | Unknown = UNKNOWN
    sex: Sex = Sex.UNKNOWN
    complaint: Complaint = Complaint.UNKNOWN
    clinician_says: tuple[Condition, ...] = ()
    clinician_confirms: tuple[Condition, ...] = ()
    responsive: Known = Known.UNKNOWN
    consciousness: Consciousness = Consciousness.UNKNOWN
    breathing: Breathing = Breathing.UNKNOWN
    sudden_collapse: Known = Known.UNKNOWN
    airway_obstructed: Known = Known.UNKNOWN
    choking: Known = Known.UNKNOWN
    cyanosis: Known = Known.UNKNOWN
    sweating_or_pale: Known = Known.UNKNOWN
    severe_bleeding: Known = Known.UNKNOWN
    anticoagulant: Known = Known.UNKNOWN
    diabetes: Known = Known.UNKNOWN
    onset_at: Moment = UNKNOWN_TIME
    last_known_well_at: Moment = UNKNOWN_TIME
    vitals: Vitals = Vitals()
    arrest: Arrest = Arrest()
    chest_pain: ChestPain = ChestPain()
    ecg: Ecg = Ecg()
    stroke: Stroke = Stroke()
    trauma: Trauma = Trauma()
    obstetric: Obstetric = Obstetric()
    newborn: Newborn = Newborn()
    child: Child = Child()
    critical: Critical = Critical()
    scene: Scene = Scene()


NOTHING_KNOWN: Final = Findings()


def decode_findings(document: bytes | str) -> Findings:
    """Read findings from JSON.

    Raises
    ------
    InvalidFindingsError
        The document is no JSON, a name is unknown, a type is wrong or a value is impossible; the field is named.
    """
    try:
        raw = msgspec.json.decode(document)
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidFindingsError(f"findings are not JSON: {error}") from error
    return findings_from(raw)


def findings_from(raw: object) -> Findings:
    """Read findings from plain mappings (parsed JSON); raises ``InvalidFindingsError`` as ``decode_findings`` does."""
    try:
        return msgspec.convert(_without_unknown(raw), Findings)
    except msgspec.ValidationError as error:
        raise InvalidFindingsError(f"findings: {error}") from error


def revise(findings: Findings, patch: Mapping[str, Any]) -> Findings:
    """Return the findings with a patch laid over them; "unknown" takes a finding back.

    A group is patched field by field (``{"vitals": {"sbp": 88}}`` keeps the heart rate); an age is replaced whole.
    """
    return findings_from(_merged(encode(findings), patch))


def encode(findings: Findings) -> dict[str, Any]:
    """Return plain mappings that hold only what is known, ready for JSON."""
    return _known_only(msgspec.to_builtins(findings))


def _known_only(plain: Mapping[str, Any]) -> dict[str, Any]:
    pruned = {key: _known_only(value) if isinstance(value, Mapping) else value for key, value in plain.items()}
    listed = {key: list(value) if isinstance(value, tuple) else value for key, value in pruned.items()}
    return {key: value for key, value in listed.items() if value not in ({}, [])}


def _without_unknown(raw: object) -> object:
    if not isinstance(raw, Mapping):
        return raw
    return {key: _without_unknown(value) for key, value in raw.items() if value != UNKNOWN}


def _merged(old: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(old)
    for key, value in patch.items():
        before = merged.get(key)
        whole = key == "age" or not (isinstance(before, Mapping) and isinstance(value, Mapping))
        merged[key] = value if whole else _merged(before, value)  # type: ignore[arg-type] # `whole` says it is a mapping
    return merged
