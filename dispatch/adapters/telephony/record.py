"""Write the whole record of an incident down: every step of its calls and runs, as JSON or to be read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from dispatch.fact import Fact
from dispatch.state.city import City
from dispatch.texts_catalogue import text

SHOWN_ZONE = ZoneInfo("Asia/Shanghai")
ENVELOPE = ("at", "recorded_at", "clock", "uncertainty_s", "actor")


@dataclass(frozen=True, slots=True)
class Export:
    """Who takes a record out, when, and what for."""

    by: str
    at: datetime
    purpose: str


def record_of(city: City, incident_id: str, facts: Sequence[Fact], export: Export) -> dict[str, Any]:
    """Return the record as plain JSON values: who took it out and what for, the calls, every fact in order."""
    incident = city.incidents[incident_id]
    calls = [msgspec.to_builtins(city.calls[each]) for each in incident.call_ids]
    return {
        "incident_id": incident.id,
        "incident": incident.number,
        "exported_by": export.by,
        "exported_at": export.at.isoformat(),
        "purpose": export.purpose,
        "callers": len(calls),
        "calls": calls,
        "facts": [_row(each) for each in facts],
    }


def _row(fact: Fact) -> dict[str, Any]:
    envelope = {name: msgspec.to_builtins(getattr(fact, name)) for name in ENVELOPE}
    return {"seq": fact.seq, "kind": fact.kind, **envelope, "data": msgspec.to_builtins(fact.data)}


def record_text(record: dict[str, Any]) -> str:
    """Return the record as lines to be read: time, what happened in both languages, who, the words of it."""
    head = [
        f"{record['incident']}  来电 callers: {record['callers']}",
        f"调取 exported: {_time(record['exported_at'])} {record['exported_by']}: {record['purpose']}",
        *(f"录音 recording: {each['recording']}" for each in record["calls"] if each["recording"]),
        "",
    ]
    return "\n".join([*head, *(_line(row) for row in record["facts"])]) + "\n"


def _line(row: dict[str, Any]) -> str:
    said = text(f"console.fact.{row['kind']}")
    who = row["actor"]["account"] + (f" ({row['actor']['entered_for']})" if row["actor"]["entered_for"] else "")
    words = ", ".join(f"{name}={value}" for name, value in row["data"].items() if _is_told(name, value))
    return f"{_time(row['at'])}  {said.zh} / {said.en}  {who}  {words}".rstrip()


def _is_told(name: str, value: object) -> bool:
    """Leave out ids and what was not given: they are in the JSON form."""
    return value not in (None, [], {}) and not name.endswith("_id")


def _time(written: str) -> str:
    return datetime.fromisoformat(written).astimezone(SHOWN_ZONE).strftime("%Y-%m-%d %H:%M:%S")
