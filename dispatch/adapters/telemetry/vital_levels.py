"""Say how far each vital sign is from normal, for the colour of a tile; sound is scarce and not decided here.

Adults: the points that NEWS2 gives this one parameter (thresholds/scores.toml): 3 high, 2 medium. One point alone
carries no colour: colour is for what is wrong, and a pulse of 95 is not.
Children have no such table in force: only hypotension for their age is marked, the rest carries no colour.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, TypeAlias

from center_protocols.findings import Age, InvalidFindingsError, findings_from
from center_protocols.scores.child import hypotension_below
from center_protocols.scores.early_warning import news2_parts
from center_protocols.thresholds import Thresholds, builtin
from center_protocols.vocabulary import UNKNOWN

ADULT_FROM_YEARS = 16  # NEWS2 is made for 16 years and older (RCP 2017)
_LEVELS: Final = ("none", "none", "medium", "high")
_NAMES: Final = {"temp": "temp_c"}  # NEWS2 says temp, the wire says temp_c
_Items: TypeAlias = tuple[tuple[str, Any], ...]
_READ: Final = ("hr", "rr", "sbp", "spo2", "temp_c")


def vital_levels(values: Mapping[str, float], findings: Mapping[str, Any]) -> dict[str, str]:
    """Return "high", "medium", "low" or "none" for each value that has a table.

    ``values`` are the wire's vitals, already plausible; ``findings`` is what is known of the patient and only its age
    and oxygen count.
    """
    patient = _patient(findings)
    levels = {name: _level(name, values[name], *patient) for name in _READ if name in values}
    return {name: level for name, level in levels.items() if level is not None}


def _patient(findings: Mapping[str, Any]) -> tuple[_Items, _Items]:
    """Return what counts of a patient, as something that can be looked up: the age, and the oxygen."""
    vitals = findings.get("vitals") or {}
    oxygen = tuple((name, vitals[name]) for name in ("on_oxygen", "hypercapnic_scale") if name in vitals)
    age = findings.get("age", UNKNOWN)
    return tuple(age.items()) if isinstance(age, Mapping) else (), oxygen


@lru_cache(maxsize=4_096)  # a pulse is one of some hundred numbers, and asked about once a second for every patient
def _level(name: str, value: float, age: _Items, oxygen: _Items) -> str | None:
    """Return the level of one value, None where no table has one."""
    try:
        patient = findings_from({"age": dict(age) or UNKNOWN, "vitals": {name: value, **dict(oxygen)}})
    except InvalidFindingsError:  # a number that no patient has
        return None
    known_age = patient.age
    if isinstance(known_age, Age) and known_age.years < ADULT_FROM_YEARS:
        return _child({name: value}, known_age, builtin()).get(name)
    part = next(each for each in news2_parts(patient, builtin()) if _NAMES.get(each.code, each.code) == name)
    return _LEVELS[int(part.high)]


def _child(values: Mapping[str, float], age: Age, thresholds: Thresholds) -> dict[str, str]:
    if "sbp" not in values:
        return {}
    below, _ = hypotension_below(age, thresholds)
    return {"sbp": "high" if values["sbp"] < below else "none"}
