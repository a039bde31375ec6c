"""The limits of what devices say, read once from ``limits.toml`` next to their sources."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class DeviceLimits:
    """From where on a reading is doubted, and what a diagnostic ECG must be."""

    hr_doubt_below: float
    hr_doubt_above: float
    spo2_doubt_below: float
    temp_c_doubt_below: float
    temp_c_doubt_above: float
    pulse_pressure_least: float
    ecg_rate_least: float
    ecg_step_most: float
    ecg_amplitude_most: float
    ecg_limb_off_most: float


@cache
def device_limits() -> DeviceLimits:
    """Return the limits as shipped."""
    rows = tomllib.loads(files("dispatch.devices").joinpath("limits.toml").read_text(encoding="utf-8"))
    return DeviceLimits(**{name: float(row["value"]) for name, row in rows.items()})
