"""What the day was like, from what the screens showed: counts, shares, medians. Only closed runs count in the times."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from statistics import median, quantiles
from typing import Any

from dispatch.simulation.client import Audit, Client

Row = Mapping[str, Any]
ROLL_TARGET_S = 180.0
WITHOUT_TRANSPORT = frozenset(
    {"cancelled", "not_found", "self_conveyed", "refused", "treated_on_scene", "death_on_scene"}
)


class Watcher:
    """Remembers the last state of every row that a seat has seen, also when it has left the screen."""

    TABLES = ("calls", "incidents", "assignments", "patients", "activations", "tasks", "links")

    def __init__(self, client: Client) -> None:
        self.client = client
        self.rows: dict[str, dict[str, Row]] = {name: {} for name in self.TABLES}

    async def run(self) -> None:
        """Follow the tables."""
        while True:
            self.look()
            await self.client.wait_for_change()

    def look(self) -> None:
        """Take over what is shown now."""
        for name in self.TABLES:
            self.rows[name].update(self.client.tables.get(name, {}))


def kpis(rows: Mapping[str, Mapping[str, Row]], audit: Audit) -> dict[str, Any]:
    """Return the figures of a day as plain JSON values; None where nothing was measured."""
    runs, activations = rows["assignments"].values(), rows["activations"].values()
    ended = Counter(row["outcome"] for row in runs if row["outcome"] is not None)
    starts = {row["id"]: row["points"].get("call_received") for row in rows["incidents"].values()}
    response = [
        seconds(starts[row["incident_id"]]["at"], row["points"]["unit_on_scene"]["at"])
        for row in runs
        if starts.get(row["incident_id"]) is not None and "unit_on_scene" in row["points"]
    ]
    rolls = _between(runs, "unit_assigned", "unit_en_route")
    answered = [
        seconds(row["sent_at"], row["acknowledged_at"]) for row in activations if row["acknowledged_at"] is not None
    ]
    return {
        "calls": len(rows["calls"]),
        "incidents": len(rows["incidents"]),
        "assignments": len(rows["assignments"]),
        "assignments_ended": ended.total(),
        "outcomes": dict(sorted(ended.items())),
        "without_transport_share": _share(ended, WITHOUT_TRANSPORT),
        "answer_s": _spread(
            [seconds(row["received_at"], row["answered_at"]) for row in rows["calls"].values() if row["answered_at"]]
        ),
        "response_s": _spread(response),
        "roll_s": _spread(rolls),
        "rolled_within_3_min_share": None if not rolls else sum(each <= ROLL_TARGET_S for each in rolls) / len(rolls),
        "fmc_to_ecg_s": _spread(_fmc_to_ecg(rows)),
        "prealerts": len(rows["activations"]),
        "prealert_answer_s": _spread(answered),
        "redirects": sum(row["to_center_id"] is not None for row in activations),
        "conditions": dict(sorted(_conditions(rows["patients"].values()).items())),
        "phone_tasks": dict(sorted(Counter(row["kind"] for row in rows["tasks"].values()).items())),
        "calls_linked": audit.done["link-call"],
        "calls_abandoned": sum(row["abandoned"] for row in rows["calls"].values()),
        "called_back": audit.done["record-call-back"],
        "stood_by": audit.done["prealert-unit"],
        "services_told": audit.done["tell-service"],
        "scenes_cleared": audit.done["clear-scene"],
        "located_by_link": sum(row["stream_until"] is not None for row in rows["links"].values()),
        "commands_acknowledged": len(audit.acknowledged),
        "commands_refused": dict(sorted(audit.refused.items())),
        "commands_unanswered": audit.unanswered,
        "command_ms": _spread([each * 1000 for each in audit.latencies_s]),
    }


def seconds(start: str, end: str) -> float:
    """Return the seconds between two times of rows."""
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()


def _between(runs: Iterable[Row], start: str, end: str) -> list[float]:
    return [
        seconds(row["points"][start]["at"], row["points"][end]["at"])
        for row in runs
        if start in row["points"] and end in row["points"]
    ]


def _fmc_to_ecg(rows: Mapping[str, Mapping[str, Row]]) -> list[float]:
    contact = {
        row["incident_id"]: row["points"]["patient_contact"]["at"]
        for row in rows["assignments"].values()
        if "patient_contact" in row["points"]
    }
    return [
        seconds(contact[row["incident_id"]], row["points"]["first_ecg"]["at"])
        for row in rows["patients"].values()
        if "first_ecg" in row["points"] and row["incident_id"] in contact
    ]


def _conditions(patients: Iterable[Row]) -> Counter[str]:
    return Counter(condition["code"] for row in patients for condition in row["conditions"])


def _share(counts: Counter[str], of: frozenset[str]) -> float | None:
    return None if not counts else sum(counts[each] for each in of) / counts.total()


def _spread(values: list[float]) -> dict[str, float] | None:
    if not values:
        return None
    p90 = quantiles(values, n=10)[-1] if len(values) > 1 else values[0]
    return {"n": len(values), "median": round(median(values), 1), "p90": round(p90, 1)}
