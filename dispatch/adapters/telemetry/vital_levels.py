"""Say how far each vital sign is from normal, for the colour of a tile; sound is scarce and not decided here.

Adults: the points that NEWS2 gives this one parameter (thresholds/scores.toml): 3 high, 2 medium. One point alone
carries no colour: colour is for what is wrong, and a pulse of 95 is not.
Children have no such table in force: only hypotension for their age is marked, the rest carries no colour.
"""

from collections.abc import Mapping
from typing import Any, Final

from center_protocols.findings import Age, Findings, InvalidFindingsError, findings_from
from center_protocols.scores.child import hypotension_below
from center_protocols.scores.early_warning import news2_parts
from center_protocols.thresholds import Thresholds, builtin
from center_protocols.vocabulary import UNKNOWN

ADULT_FROM_YEARS = 16  # NEWS2 is made for 16 years and older (RCP 2017)
_LEVELS: Final = ("none", "none", "medium", "high")
_NAMES: Final = {"temp": "temp_c"}  # NEWS2 says temp, the wire says temp_c
_READ: Final = ("hr", "rr", "sbp", "spo2", "temp_c")


def vital_levels(values: Mapping[str, float], findings: Mapping[str, Any]) -> dict[str, str]:
    """Return "high", "medium", "low" or "none" for each value that has a table.

    ``values`` are the wire's vitals, already plausible; ``findings`` is what is known of the patient and only its age
    and oxygen count.
    """
    known = {name: values[name] for name in _READ if name in values}
    patient = _patient(known, findings)
    if patient is None:
        return {}
    age = patient.age
    if isinstance(age, Age) and age.years < ADULT_FROM_YEARS:
        return _child(known, age, builtin())
    parts = {_NAMES.get(part.code, part.code): part for part in news2_parts(patient, builtin())}
    return {name: _LEVELS[int(parts[name].high)] for name in known}


def _patient(vitals: Mapping[str, float], findings: Mapping[str, Any]) -> Findings | None:
    oxygen = {
        key: value
        for key, value in dict(findings.get("vitals") or {}).items()
        if key in ("on_oxygen", "hypercapnic_scale")
    }
    try:
        return findings_from({"age": findings.get("age", UNKNOWN), "vitals": {**vitals, **oxygen}})
    except InvalidFindingsError:  # a pressure pair that contradicts itself has no level
        return None


def _child(values: Mapping[str, float], age: Age, thresholds: Thresholds) -> dict[str, str]:
    if "sbp" not in values:
        return {}
    below, _ = hypotension_below(age, thresholds)
    return {"sbp": "high" if values["sbp"] < below else "none"}
