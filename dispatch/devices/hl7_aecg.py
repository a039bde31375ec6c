"""Read an HL7 annotated ECG (aECG, HL7 V3 / ANSI 2004): the first sequence set with leads, its clock, its scale.

A sequence set holds ``GLIST_TS`` (when it begins, seconds between samples) and for each lead ``SLIST_PQ`` (origin,
scale, digits); a value is origin + scale × digit. Leads are named by MDC codes (2.16.840.1.113883.6.24).
"""

from collections.abc import Iterator
from datetime import datetime
from xml.etree.ElementTree import Element, ParseError  # the types; the parsing is defusedxml's

import numpy as np
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from numpy.typing import NDArray

from dispatch.devices.recording import Beside, Origin, Recording, UnreadableError, moment, recording_of, years
from dispatch.protocol.waves import LEADS

V3 = "{urn:hl7-org:v3}"
TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
LEAD_OF = {f"MDC_ECG_LEAD_{name.upper()}": name for name in LEADS}
UV_OF = {"uv": 1.0, "mv": 1000.0, "nv": 0.001, "v": 1_000_000.0}
SECONDS_OF = {"s": 1.0, "ms": 0.001, "us": 0.000_001}
LONGEST = 16 << 20
FRAMES_MOST = 400_000
SEX_OF = {"M": "male", "F": "female"}


def read_aecg(content: bytes, beside: Beside) -> Recording:  # noqa: ARG001 - one file is the whole recording
    """Read an ``AnnotatedECG`` document."""
    if len(content) > LONGEST:
        raise UnreadableError(f"has more than {LONGEST} bytes")
    try:
        root = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise UnreadableError(f"is no XML that can be trusted: {type(error).__name__}") from error
    if root.tag != f"{V3}AnnotatedECG":
        raise UnreadableError("is no AnnotatedECG of HL7 V3")
    for sequences in root.iter(f"{V3}sequenceSet"):
        leads = dict(_leads(sequences))
        if leads:
            began_at, rate_hz = _clock(sequences)
            born, sex = _person(root)
            age = None if born is None or began_at is None else years(born, began_at)
            return recording_of(leads, rate_hz, Origin(_device(root), began_at, sex, age))
    raise UnreadableError("holds no lead")


def _leads(sequences: Element) -> Iterator[tuple[str, tuple[NDArray[np.int64], float]]]:
    for sequence in sequences.iter(f"{V3}sequence"):
        code, value = sequence.find(f"{V3}code"), sequence.find(f"{V3}value")
        name = None if code is None else LEAD_OF.get(code.get("code", "").upper())
        if name is None or value is None:
            continue
        if value.get(TYPE, "").rpartition(":")[2] != "SLIST_PQ":
            raise UnreadableError(f"lead {name} is no SLIST_PQ")
        yield name, _list(name, value)


def _list(name: str, value: Element) -> tuple[NDArray[np.int64], float]:
    """Return the digits of a lead, origin added, and their step in µV."""
    origin_uv, step_uv = (_quantity(name, value.find(f"{V3}{part}")) for part in ("origin", "scale"))
    if step_uv <= 0:
        raise UnreadableError(f"lead {name} has a scale of {step_uv:g} µV")
    words = (value.findtext(f"{V3}digits") or "").split()
    if not words or len(words) > FRAMES_MOST:
        raise UnreadableError(f"lead {name} has {len(words)} samples, 1 to {FRAMES_MOST} are read")
    try:
        digits = np.array(words, dtype=np.float64)
    except ValueError as error:
        raise UnreadableError(f"lead {name} has digits that are no numbers") from error
    numbers = digits + origin_uv / step_uv
    if not np.isfinite(numbers).all() or np.abs(numbers).max() >= 1 << 31:
        raise UnreadableError(f"lead {name} has digits that no heart makes")
    return np.rint(numbers).astype(np.int64), step_uv


def _quantity(name: str, element: Element | None) -> float:
    unit = "" if element is None else element.get("unit", "").casefold()
    try:
        number = float("" if element is None else element.get("value", ""))
    except ValueError as error:
        raise UnreadableError(f"lead {name} has no origin or scale") from error
    if unit not in UV_OF or not np.isfinite(number):
        raise UnreadableError(f"lead {name} is measured in {unit!r}")
    return number * UV_OF[unit]


def _clock(sequences: Element) -> tuple[datetime | None, int]:
    for value in sequences.iter(f"{V3}value"):
        if value.get(TYPE, "").rpartition(":")[2] not in ("GLIST_TS", "GLIST_PQ"):
            continue
        head, step = value.find(f"{V3}head"), value.find(f"{V3}increment")
        began_at = None if head is None else moment(head.get("value", ""))
        return began_at, _rate(step)
    raise UnreadableError("holds no clock (GLIST_TS)")


def _rate(step: Element | None) -> int:
    unit = "" if step is None else step.get("unit", "s").casefold()
    try:
        seconds = float("" if step is None else step.get("value", "")) * SECONDS_OF[unit]
        rate = 1 / seconds
    except (ValueError, KeyError, ZeroDivisionError) as error:
        raise UnreadableError("its samples have no distance in time") from error
    if not 1 <= rate <= 4_000 or abs(rate - round(rate)) > 0.01:  # noqa: PLR2004 - hertz
        raise UnreadableError(f"samples at {rate:g} Hz")
    return round(rate)


def _person(root: Element) -> tuple[datetime | None, str | None]:
    born = next((each.get("value", "") for each in root.iter(f"{V3}birthTime")), "")
    sex = next((each.get("code", "") for each in root.iter(f"{V3}administrativeGenderCode")), "")
    return moment(f"{born[:8]}000000") if len(born) >= 8 else None, SEX_OF.get(sex)  # noqa: PLR2004 - a whole date


def _device(root: Element) -> str | None:
    for device in root.iter(f"{V3}manufacturedSeriesDevice"):
        name = device.findtext(f"{V3}manufacturerModelName")
        if name and name.strip():
            return name.strip()
    return None
