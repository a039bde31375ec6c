"""Say which of a monitor's readings no patient has, and which are shown with a question mark.

A device is never refused for one bad number: what it said is stored as it came. What cannot be is unknown to everybody
who looks, not normal; what may be, but is seldom true, carries a code.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from dispatch.adapters.http.bodies import vital_limits
from dispatch.devices.limits import DeviceLimits, device_limits

IMPOSSIBLE, PAIR, DOUBTFUL, LOW_CONFIDENCE = "impossible", "pressure_pair", "doubtful", "low_confidence"


@dataclass(frozen=True, slots=True)
class Judged:
    """What may be shown, and by name why a value is doubted or left out."""

    values: dict[str, float]
    doubts: dict[str, str]


def judged(values: Mapping[str, float]) -> Judged:
    """Sort the wire's vitals; their names are known already."""
    limits = device_limits()
    doubts = {name: code for name, value in values.items() if (code := _doubt(name, value, limits)) is not None}
    pair = [values[name] for name in ("sbp", "dbp") if name in values and doubts.get(name) != IMPOSSIBLE]
    if len(pair) == 2 and pair[0] - pair[1] < limits.pulse_pressure_least:  # noqa: PLR2004 - both of them
        doubts |= dict.fromkeys(("sbp", "dbp"), PAIR)
    shown = {name: value for name, value in values.items() if doubts.get(name) not in (IMPOSSIBLE, PAIR)}
    return Judged(shown, doubts)


def _doubt(name: str, value: float, limits: DeviceLimits) -> str | None:
    low, high = vital_limits(name)
    if not low <= value <= high:
        return IMPOSSIBLE
    match name:
        case "hr":
            return None if limits.hr_doubt_below <= value <= limits.hr_doubt_above else DOUBTFUL
        case "temp_c":
            return None if limits.temp_c_doubt_below <= value <= limits.temp_c_doubt_above else DOUBTFUL
        case "spo2":
            return None if value >= limits.spo2_doubt_below else LOW_CONFIDENCE
        case _:
            return None
