"""Say what speaks against a 12-lead before a physician reads it: how it was taken, never what it shows.

Every doubt is a code of the catalogue with parameters; the limits stand in ``limits.toml``.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dispatch.devices.limits import device_limits
from dispatch.devices.recording import LIMB, Recording
from dispatch.protocol.waves import NO_VALUE

Trace = NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Doubt:
    """``ecg.doubt.*`` and what its sentence needs."""

    code: str
    params: dict[str, str | int | float] = field(default_factory=dict)


def doubts(recording: Recording) -> list[Doubt]:
    """Return what a reader must know, most serious first; nothing when the recording is as it should be."""
    limits = device_limits()
    loud = limits.ecg_amplitude_most * 1000 / recording.uv_per_lsb
    leads = {
        "lead_off": _leads(recording, lambda trace: bool((trace == NO_VALUE).any())),
        "flat": _leads(recording, lambda trace: bool((trace == trace[0]).all())),
        "too_loud": _leads(recording, lambda trace: bool((np.abs(_measured(trace)) > loud).any())),
        "limb_leads": _crossed(recording, limits.ecg_limb_off_most / recording.uv_per_lsb),
    }
    found = [Doubt(f"ecg.doubt.{code}", {"leads": ", ".join(names)}) for code, names in leads.items() if names]
    if recording.sample_rate_hz < limits.ecg_rate_least:
        found.append(Doubt("ecg.doubt.rate", {"hz": recording.sample_rate_hz}))
    if recording.uv_per_lsb > limits.ecg_step_most:
        found.append(Doubt("ecg.doubt.step", {"uv": recording.uv_per_lsb}))
    return found


def _leads(recording: Recording, holds: Callable[[Trace], bool]) -> list[str]:
    return [name for column, name in enumerate(recording.leads) if holds(recording.samples[:, column])]


def _measured(trace: Trace) -> NDArray[np.float64]:
    measured: NDArray[np.float64] = trace[trace != NO_VALUE].astype(np.float64)
    return measured


def _crossed(recording: Recording, off_most: float) -> list[str]:
    """Return the limb leads that do not follow from I and II (Einthoven, Goldberger): cables were exchanged."""
    if not {"I", "II", *LIMB} <= set(recording.leads):
        return []
    by_name = {name: recording.samples[:, column].astype(np.float64) for column, name in enumerate(recording.leads)}
    known = (recording.samples != NO_VALUE).all(axis=1)
    return [
        name
        for name, (one, two) in LIMB.items()
        if known.any() and np.median(np.abs(by_name[name] - one * by_name["I"] - two * by_name["II"])[known]) > off_most
    ]
