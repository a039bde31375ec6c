"""What the monitor shows: vitals that evolve with the condition, and a 12-lead that is drawn, never a person's."""

import math
import random

import numpy as np
from numpy.typing import NDArray

from dispatch.simulation.cases import Case

SAMPLE_RATE_HZ = 500
UV_PER_LSB = 5.0
LEADS = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")
# P, Q, R, S, T: place in the beat (fraction), width (s), height (mV) in lead I and II; the rest follows from the
# leads' geometry.
WAVES = ((0.18, 0.022, 0.10, 0.15), (0.27, 0.008, -0.05, -0.08), (0.30, 0.010, 0.80, 1.10), (0.33, 0.009, -0.15, -0.20),
         (0.55, 0.045, 0.20, 0.30))  # fmt: skip
CHEST_LEADS = ((-0.3, 0.05), (0.1, 0.35), (0.5, 0.45), (0.9, 0.40), (0.9, 0.30), (0.7, 0.25))  # R and T factors, V1..V6
ST_ELEVATION_MV = {"stemi": (0.0, 0.25, (0.0, 0.1, 0.1, 0.05, 0.0, 0.0))}  # inferior: II, III, aVF


def vitals_at(case: Case, minutes: float, chance: random.Random) -> dict[str, float]:
    """Return one reading ``minutes`` after first contact, with a monitor's jitter."""
    reading = {}
    for name, value in case.profile.vitals.items():
        drifted = value + case.profile.trend.get(name, 0.0) * min(minutes, 40.0)
        jitter = 0.0 if value == 0 else chance.gauss(0.0, abs(value) * 0.008)
        reading[name] = _plausible(name, drifted + jitter)
    return reading


def _plausible(name: str, value: float) -> float:
    high = {"spo2": 100.0, "temp_c": 42.0}.get(name, 260.0)
    rounded = round(value, 1) if name == "temp_c" else float(round(value))
    return min(high, max(0.0, rounded))


def ecg(case: Case, first_sample: int, samples: int) -> NDArray[np.int16]:
    """Return ``samples`` x 12 leads as int16 in units of ``UV_PER_LSB``, continuous over successive calls."""
    rate_hz = case.profile.vitals["hr"] / 60
    at_s = (first_sample + np.arange(samples)) / SAMPLE_RATE_HZ
    if rate_hz <= 0:
        return _as_int16(_coarse_fibrillation(at_s))
    phase = (at_s * rate_hz) % 1.0
    beat_s = 1 / rate_hz
    lead_i, lead_ii, chest = _beats(case, phase, beat_s)
    wander = 0.03 * np.sin(2 * math.pi * 0.25 * at_s)
    return _as_int16(_twelve(lead_i + wander, lead_ii + wander, chest + wander[:, None]))


def _beats(
    case: Case, phase: NDArray[np.float64], beat_s: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    shape_i, shape_ii = np.zeros_like(phase), np.zeros_like(phase)
    chest = np.zeros((phase.size, len(CHEST_LEADS)))
    st_i, st_ii, st_chest = ST_ELEVATION_MV.get(case.kind, (0.0, 0.0, (0.0,) * 6))
    for number, (place, width_s, height_i, height_ii) in enumerate(WAVES):
        bump = np.exp(-0.5 * ((phase - place) * beat_s / width_s) ** 2)
        shape_i += height_i * bump
        shape_ii += height_ii * bump
        for lead, (r_factor, t_factor) in enumerate(CHEST_LEADS):
            factor = t_factor / WAVES[4][3] if number == len(WAVES) - 1 else r_factor
            chest[:, lead] += height_ii * factor * bump
    segment = np.exp(-0.5 * ((phase - 0.43) * beat_s / 0.06) ** 2)
    return shape_i + st_i * segment, shape_ii + st_ii * segment, chest + np.outer(segment, st_chest)


def _coarse_fibrillation(at_s: NDArray[np.float64]) -> NDArray[np.float64]:
    wave = 0.25 * np.sin(2 * math.pi * 4.7 * at_s) + 0.15 * np.sin(2 * math.pi * 6.3 * at_s + 1.0)
    return _twelve(wave, 1.2 * wave, np.repeat(wave[:, None], len(CHEST_LEADS), axis=1))


def _twelve(
    lead_i: NDArray[np.float64], lead_ii: NDArray[np.float64], chest: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the twelve leads in mV: III, aVR, aVL, aVF follow from I and II (Einthoven, Goldberger)."""
    limb = (lead_i, lead_ii, lead_ii - lead_i, -(lead_i + lead_ii) / 2, lead_i - lead_ii / 2, lead_ii - lead_i / 2)
    return np.column_stack([*limb, chest])


def _as_int16(millivolts: NDArray[np.float64]) -> NDArray[np.int16]:
    return np.round(millivolts * 1000 / UV_PER_LSB).astype(np.int16)
