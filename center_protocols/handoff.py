"""Render one structured handoff as ATMIST, IMIST-AMBO, ISBAR or ASHICE: sections of codes, worded by the caller."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from typing import Final, TypeAlias

import msgspec

from center_protocols.assessment import Assessment, Coded, Param, tidy
from center_protocols.finding_groups import Vitals
from center_protocols.findings import Age, Complaint, Consciousness, Findings, Sex
from center_protocols.vocabulary import Given

# Words a code with its parameters; a parameter that is itself a code is worded too.
Say: TypeAlias = Callable[[str, Mapping[str, Param]], str]

SECONDS_PER_MINUTE: Final = 60
# What can be read aloud in half a minute.
MAX_REASONS: Final = 4

VITAL_UNITS: Final = {
    "hr": "/min",
    "rr": "/min",
    "sbp": "mmHg",
    "dbp": "mmHg",
    "spo2": "%",
    "temp_c": "°C",
    "glucose_mmol_l": "mmol/L",
    "etco2_mmhg": "mmHg",
    "gcs_eye": "",
    "gcs_verbal": "",
    "gcs_motor": "",
    "gcs_total": "",
}


class HandoffFormat(StrEnum):
    """Name the spoken formats."""

    ATMIST = "atmist"
    IMIST_AMBO = "imist_ambo"
    ISBAR = "isbar"
    ASHICE = "ashice"


class TreatmentGiven(msgspec.Struct, frozen=True):
    """Hold one thing the crew did; ``detail`` is a dose or a size."""

    code: Given
    at: datetime | None = None
    detail: str = ""


class Handoff(msgspec.Struct, frozen=True, kw_only=True):
    """Hold everything that is said at the door, once; every format is a view of it.

    History, allergies, medicines and background are the crew's own words.
    """

    findings: Findings
    assessment: Assessment
    eta_s: float | None = None
    occurred_at: datetime | None = None
    treatments: tuple[TreatmentGiven, ...] = ()
    earlier: Findings | None = None
    history: tuple[str, ...] = ()
    allergies: tuple[str, ...] = ()
    medicines: tuple[str, ...] = ()
    other: tuple[str, ...] = ()
    call_sign: str = ""
    activation_acknowledged_at: datetime | None = None


class Section(msgspec.Struct, frozen=True):
    """Hold one letter of a format and its lines; a section without lines says that nothing is known."""

    code: str
    lines: tuple[Coded, ...]


# Sections in spoken order; each letter names the parts of the record that it reads.
FORMATS: Final[Mapping[HandoffFormat, tuple[tuple[str, tuple[str, ...]], ...]]] = {
    HandoffFormat.ATMIST: (
        ("age", ("patient",)),
        ("time", ("occurred", "eta")),
        ("mechanism", ("complaint",)),
        ("injuries", ("conditions", "reasons")),
        ("signs", ("signs", "trends")),
        ("treatment", ("treatments", "requests")),
    ),
    HandoffFormat.IMIST_AMBO: (
        ("identification", ("patient",)),
        ("mechanism", ("complaint", "occurred")),
        ("injuries", ("conditions", "reasons")),
        ("signs", ("signs",)),
        ("treatment", ("treatments", "trends")),
        ("allergies", ("allergies",)),
        ("medicines", ("medicines",)),
        ("background", ("history",)),
        ("other", ("other", "requests")),
    ),
    HandoffFormat.ISBAR: (
        ("identify", ("caller", "patient")),
        ("situation", ("conditions", "eta")),
        ("background", ("complaint", "occurred", "history", "allergies", "medicines")),
        ("assessment", ("reasons", "signs", "trends")),
        ("recommendation", ("treatments", "requests")),
    ),
    HandoffFormat.ASHICE: (
        ("age", ("age",)),
        ("sex", ("sex",)),
        ("history", ("complaint", "occurred", "history")),
        ("injuries", ("conditions", "reasons")),
        ("condition", ("signs", "trends")),
        ("eta", ("eta", "requests")),
    ),
}


def view(handoff: Handoff, shape: HandoffFormat, zone: tzinfo = UTC) -> tuple[Section, ...]:
    """Arrange the handoff in the order of one format; clock times are those of the zone."""
    record = Record(handoff, zone)
    return tuple(
        Section(f"handoff.{shape}.{name}", tuple(line for part in parts for line in PARTS[part](record)))
        for name, parts in FORMATS[shape]
    )


def render(sections: tuple[Section, ...], say: Say) -> str:
    """Word the sections, one per line, with the caller's catalogue."""
    nothing = say("handoff.not_known", {})
    rows = []
    for section in sections:
        said = "; ".join(say(line.code, line.params) for line in section.lines)
        rows.append(f"{say(section.code, {})}: {said or nothing}")
    return "\n".join(rows)


@dataclass(frozen=True, slots=True)
class Record:
    """Hold a handoff while one format reads it."""

    handoff: Handoff
    zone: tzinfo


def clock(moment: datetime, zone: tzinfo) -> str:
    """Return a clock time as it is said."""
    return moment.astimezone(zone).strftime("%H:%M")


def _patient(record: Record) -> list[Coded]:
    age, sex = record.handoff.findings.age, record.handoff.findings.sex
    if not isinstance(age, Age):
        return [Coded("handoff.age_unknown", {"sex": f"sex.{sex}"})]
    return [Coded("handoff.patient", {"age": tidy(age.value), "unit": f"age_unit.{age.unit}", "sex": f"sex.{sex}"})]


def _age(record: Record) -> list[Coded]:
    age = record.handoff.findings.age
    if not isinstance(age, Age):
        return []
    return [Coded("handoff.age", {"age": tidy(age.value), "unit": f"age_unit.{age.unit}"})]


def _sex(record: Record) -> list[Coded]:
    sex = record.handoff.findings.sex
    return [] if sex is Sex.UNKNOWN else [Coded(f"sex.{sex}")]


def _caller(record: Record) -> list[Coded]:
    return [Coded("handoff.caller", {"call_sign": record.handoff.call_sign})] if record.handoff.call_sign else []


def _complaint(record: Record) -> list[Coded]:
    complaint = record.handoff.findings.complaint
    return [] if complaint is Complaint.UNKNOWN else [Coded(f"complaint.{complaint}")]


def _occurred(record: Record) -> list[Coded]:
    if record.handoff.occurred_at is None:
        return []
    return [Coded("handoff.occurred", {"time": clock(record.handoff.occurred_at, record.zone)})]


def _eta(record: Record) -> list[Coded]:
    if record.handoff.eta_s is None:
        return []
    return [Coded("handoff.eta", {"minutes": round(record.handoff.eta_s / SECONDS_PER_MINUTE)})]


def _conditions(record: Record) -> list[Coded]:
    return [
        Coded("handoff.condition", {"status": f"certainty.{item.status}", "condition": f"condition.{item.code}"})
        for item in record.handoff.assessment.conditions
    ]


def _reasons(record: Record) -> list[Coded]:
    """Read the first reasons, one condition after the other, each once."""
    found = {
        (item.code, tuple(item.params.items())): Coded(item.code, item.params)
        for fired in record.handoff.assessment.conditions
        for item in fired.evidence
    }
    return list(found.values())[:MAX_REASONS]


def _signs(record: Record) -> list[Coded]:
    consciousness = record.handoff.findings.consciousness
    graded = [] if consciousness is Consciousness.UNKNOWN else [Coded(f"found.consciousness.{consciousness}")]
    known = _known_vitals(record.handoff.findings.vitals)
    pressure = []
    if "sbp" in known and "dbp" in known:
        pressure = [Coded("handoff.pressure", {"sbp": tidy(known.pop("sbp")), "dbp": tidy(known.pop("dbp"))})]
    return [*graded, *pressure, *(_value(field, value) for field, value in known.items())]


def _trends(record: Record) -> list[Coded]:
    """Read what has changed since the first set."""
    if record.handoff.earlier is None:
        return []
    before, now = _known_vitals(record.handoff.earlier.vitals), _known_vitals(record.handoff.findings.vitals)
    return [
        Coded("handoff.trend", {"label": f"vitals.{field}", "before": tidy(before[field]), "value": tidy(value)})
        for field, value in now.items()
        if field in before and before[field] != value
    ]


def _known_vitals(vitals: Vitals) -> dict[str, float]:
    return {field: value for field, value in vitals.numbers() if field in VITAL_UNITS}


def _value(field: str, value: float) -> Coded:
    return Coded("handoff.value", {"label": f"vitals.{field}", "value": tidy(value), "unit": VITAL_UNITS[field]})


def _treatments(record: Record) -> list[Coded]:
    return [_treatment(item, record.zone) for item in record.handoff.treatments]


def _treatment(item: TreatmentGiven, zone: tzinfo) -> Coded:
    name = f"given.{item.code}"
    if item.at is None:
        return (
            Coded("handoff.treatment_detail", {"treatment": name, "detail": item.detail})
            if item.detail
            else Coded(name)
        )
    params: dict[str, Param] = {"treatment": name, "time": clock(item.at, zone)}
    if not item.detail:
        return Coded("handoff.treatment_timed", params)
    return Coded("handoff.treatment_timed_detail", {**params, "detail": item.detail})


def _requests(record: Record) -> list[Coded]:
    """Say where the stretcher goes, what is blocked, and whether the centre has answered."""
    assessment = record.handoff.assessment
    lines = [Coded("handoff.straight_to", {"place": f"handoff.place.{place}"}) for place in assessment.bypass]
    lines += [Coded("handoff.blocked", {"what": f"blocked.{item}"}) for item in assessment.blocked]
    answered = record.handoff.activation_acknowledged_at
    if answered is not None:
        lines.append(Coded("handoff.acknowledged", {"time": clock(answered, record.zone)}))
    return lines


def _words(words: tuple[str, ...]) -> list[Coded]:
    return [Coded("handoff.words", {"words": text}) for text in words]


PARTS: Final[Mapping[str, Callable[[Record], list[Coded]]]] = {
    "patient": _patient,
    "age": _age,
    "sex": _sex,
    "caller": _caller,
    "complaint": _complaint,
    "occurred": _occurred,
    "eta": _eta,
    "conditions": _conditions,
    "reasons": _reasons,
    "signs": _signs,
    "trends": _trends,
    "treatments": _treatments,
    "requests": _requests,
    "history": lambda record: _words(record.handoff.history),
    "allergies": lambda record: _words(record.handoff.allergies),
    "medicines": lambda record: _words(record.handoff.medicines),
    "other": lambda record: _words(record.handoff.other),
}
