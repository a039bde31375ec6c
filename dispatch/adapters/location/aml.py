"""Read Advanced Mobile Location: what a telephone sends by itself when it rings an emergency number.

SMS body: ETSI TS 103 625 V1.2.1, clause 5 (``A"ML=1;lt=…``). HTTPS form: the same data as Android's Emergency Location
Service posts it (developers.google.com/android/els/reference/http-spec). Every field is read and checked; IMSI, IMEI
and ICCID are checked and not kept: nobody here needs them.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import parse_qsl

from dispatch.adapters.http.bodies import BadFieldError
from dispatch.adapters.location.reading import Reading, told_number, told_point
from geo.places.locate import SourceKind
from geo.places.shapes import Area

HEADER = 'A"ML'
SMS_LONGEST = 512  # a concatenated SMS; the standard's fits one of 160
FORM_LONGEST = 4_096
RADIUS_MOST_M = 100_000.0
# 68 % is what Android means by accuracy, and what we assume where a handset says no confidence.
CONFIDENCE = 0.68
NUMBER = re.compile(r"\+?[0-9]{3,15}")

# pm: how the handset found it (TS 103 625, table 1).
METHODS = {"G": "gnss", "W": "wifi", "C": "cell", "U": "unknown", "N": "none"}
SOURCES = {"gps": "gnss", "wifi": "wifi", "cell": "cell", "unknown": "unknown"}
DIGITS = {"si": (14, 15), "ei": (14, 16), "mcc": (3, 3), "mnc": (2, 3), "hc": (3, 3)}
FORM_DIGITS = {
    "device_imsi": (14, 15), "device_imei": (14, 16), "device_iccid": (18, 22), "cell_home_mcc": (3, 3),
    "cell_home_mnc": (2, 3), "cell_network_mcc": (3, 3), "cell_network_mnc": (2, 3), "emergency_number": (2, 6),
}  # fmt: skip
FORM_NUMBERS = {
    "location_altitude": (-500.0, 9_000.0), "location_altitude_msl": (-500.0, 9_000.0),
    "location_vertical_accuracy": (0.0, 10_000.0), "location_bearing": (0.0, 360.0), "location_speed": (0.0, 400.0),
    "location_certainty": (0.0, 100.0),
}  # fmt: skip
SMS_FIELDS = frozenset({"ML", "lt", "lg", "rd", "top", "lc", "pm", "si", "ei", "mcc", "mnc", "hc", "ml"})


def read_sms(body: str, number: str) -> Reading:
    """Return the position of an AML message that came from ``number``; raise ``BadFieldError`` naming what is wrong."""
    fields = _sms_fields(body)
    if fields["ML"] != "1":
        raise BadFieldError("ML", f"version {fields['ML'][:10]} is not known")
    if fields.get("ml") not in (None, str(len(body))):
        raise BadFieldError("ml", f"says {fields['ml'][:10]} characters, {len(body)} came: it was cut")
    method = _one_of(fields["pm"], "pm", METHODS)
    if method == "none":
        raise BadFieldError("pm", "the handset found no position")
    _check_digits(fields, DIGITS)
    return Reading(
        SourceKind.AML,
        Area(
            told_point(
                told_number(fields["lg"], "lg", -180, 180), told_number(fields["lt"], "lt", -180, 180), "lg", "lt"
            ),
            told_number(fields["rd"], "rd", 0, RADIUS_MOST_M),
        ),
        told_number(fields["lc"], "lc", 0, 100) / 100.0 if "lc" in fields else CONFIDENCE,
        at=_stamp(fields["top"]),
        number=_number(number, "number"),
        detail={"method": method} | _network(fields.get("mcc"), fields.get("mnc")),
    )


def _sms_fields(body: str) -> dict[str, str]:
    if len(body) > SMS_LONGEST:
        raise BadFieldError("body", f"has more than {SMS_LONGEST} characters")
    if not body.startswith(f"{HEADER}="):
        raise BadFieldError("body", 'does not begin with A"ML=')
    fields: dict[str, str] = {}
    for part in body[2:].strip().rstrip(";").split(";"):
        name, equals, value = part.partition("=")
        if not equals or name not in SMS_FIELDS:
            raise BadFieldError(name[:20] or "body", "is no field of AML")
        if name in fields:
            raise BadFieldError(name, "stands there twice")
        fields[name] = value
    for name in ("lt", "lg", "rd", "top", "pm"):
        if name not in fields:
            raise BadFieldError(name, "is missing")
    return fields


def _stamp(written: str) -> datetime:
    """Read the time of positioning: yyyymmddhhmmss, UTC."""
    if not re.fullmatch(r"[0-9]{14}", written):
        raise BadFieldError("top", f"{written[:20]!r} is not yyyymmddhhmmss")
    try:
        return datetime.strptime(written, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError as error:
        raise BadFieldError("top", f"{written} is no time") from error


def read_form(body: bytes) -> Reading:
    """Return the position of an AML form (``application/x-www-form-urlencoded``); raise ``BadFieldError``."""
    fields = _form_fields(body)
    for name in ("device_number", "location_latitude", "location_longitude", "location_accuracy", "location_time"):
        if name not in fields:
            raise BadFieldError(name, "is missing")
    if fields.get("v", "1") not in ("1", "2", "3"):
        raise BadFieldError("v", f"version {fields['v'][:10]} is not known")
    _check_digits(fields, FORM_DIGITS)
    for name, (low, high) in FORM_NUMBERS.items():
        if name in fields:
            told_number(fields[name], name, low, high)
    lon = told_number(fields["location_longitude"], "location_longitude", -180, 180)
    lat = told_number(fields["location_latitude"], "location_latitude", -180, 180)
    confidence = fields.get("location_confidence")
    method = _one_of(fields.get("location_source", "unknown").lower(), "location_source", SOURCES)
    heard = {
        name: fields[name] for name in ("location_altitude", "location_bearing", "location_speed") if name in fields
    }
    return Reading(
        SourceKind.AML,
        Area(
            told_point(lon, lat, "location_longitude", "location_latitude"),
            told_number(fields["location_accuracy"], "location_accuracy", 0, RADIUS_MOST_M),
        ),
        CONFIDENCE if confidence is None else _share(confidence),
        at=_milliseconds(fields["location_time"], "location_time"),
        number=_number(fields["device_number"], "device_number"),
        indoors=_floor(fields.get("location_floor")),
        detail={"method": method}
        | _network(fields.get("cell_network_mcc"), fields.get("cell_network_mnc"))
        | {name.removeprefix("location_"): value for name, value in heard.items()}
        | ({"languages": fields["device_languages"][:60]} if "device_languages" in fields else {}),
    )


def _form_fields(body: bytes) -> dict[str, str]:
    if len(body) > FORM_LONGEST:
        raise BadFieldError("body", f"has more than {FORM_LONGEST} bytes")
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=True, max_num_fields=60)
    except ValueError as error:
        raise BadFieldError("body", "is no form") from error
    fields: dict[str, str] = {}
    for name, value in pairs:
        if name in fields:
            raise BadFieldError(name[:40], "stands there twice")
        if value:
            fields[name] = value
    return fields


def _share(written: str) -> float:
    """Read a confidence: Android sends 0..1, others per cent."""
    value = told_number(written, "location_confidence", 0, 100)
    return value if value <= 1.0 else value / 100.0


def _milliseconds(written: str, field: str) -> datetime:
    if not re.fullmatch(r"[0-9]{12,14}", written):
        raise BadFieldError(field, f"{written[:20]!r} is not milliseconds since 1970")
    return datetime.fromtimestamp(int(written) / 1000.0, UTC)


def _number(written: str, field: str) -> str:
    if not NUMBER.fullmatch(written):
        raise BadFieldError(field, "is no telephone number")
    return written


def _floor(written: str | None) -> str | None:
    if written is None:
        return None
    if len(written) > 20 or not written.isprintable():  # noqa: PLR2004 - the label of a lift's button
        raise BadFieldError("location_floor", "is no floor label")
    return written


def _one_of(written: str, field: str, known: Mapping[str, str]) -> str:
    if written not in known:
        raise BadFieldError(field, f"{written[:20]!r} is none of {', '.join(known)}")
    return known[written]


def _check_digits(fields: Mapping[str, str], lengths: Mapping[str, tuple[int, int]]) -> None:
    for name, (least, most) in lengths.items():
        written = fields.get(name)
        if written is not None and not re.fullmatch(rf"[0-9]{{{least},{most}}}", written):
            raise BadFieldError(name, f"is not {least} to {most} digits")


def _network(mcc: str | None, mnc: str | None) -> dict[str, str]:
    return {"network": f"{mcc}-{mnc}"} if mcc and mnc else {}
