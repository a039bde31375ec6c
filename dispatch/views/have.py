"""A hospital's availability in the words of EDXL-HAVE 1.0: traffic, beds, clinical status; nobody's patient in it.

Full is not closed: neither "full" nor a diversion ever becomes ``Closed``, they are ``Full`` and ``Advisory``. What
HAVE has no word for, a cath lab or blood, stands beside it under ``resources``.
"""

from datetime import datetime
from typing import Any

from dispatch.state.center import Center, CenterStatus
from dispatch.state.city import City
from dispatch.state.resources import ResourceState
from dispatch.words import UnitStatus

BED_TYPES = {"icu": "AdultICU", "picu": "PediatricICU", "nicu": "NeonatalICU", "or": "OperatingRooms"}
BED_TYPES |= {"resus_bay": "EmergencyDepartment"}


def availability(city: City, now: datetime) -> list[dict[str, Any]]:
    """Return every hospital, by id."""
    held = _doors_with_held_stretchers(city)
    rows = sorted(city.centers.values(), key=lambda row: row.id)
    return [_hospital(row, now, offload_delayed=row.id in held) for row in rows]


def _hospital(center: Center, now: datetime, *, offload_delayed: bool) -> dict[str, Any]:
    diversion = _valid(center, "diversion", now)
    traffic: dict[str, Any] = {"EMSTrafficStatus": "Normal" if diversion is None else "Advisory"}
    if diversion is not None and diversion.reason is not None:
        traffic["EMSTrafficReason"] = diversion.reason
    stale = sorted(topic for topic, each in center.statuses.items() if now >= each.expires_at)
    told = [each.reported_at for each in center.statuses.values()]
    return {
        "OrganizationID": center.id,
        "OrganizationName": center.name,
        "EmergencyDepartmentStatus": {
            "EMSTraffic": traffic,
            "EMSOffload": {"EMSOffloadStatus": "Delayed" if offload_delayed else "Normal"},
        },
        "FacilityStatus": "Normal",
        "ClinicalStatus": "Normal" if _valid(center, "full", now) is None else "Full",
        "HospitalBedCapacityStatus": [
            _beds(center, resource, bed_type, now)
            for resource, bed_type in BED_TYPES.items()
            if resource in center.resources or resource in center.statuses
        ],
        "LastUpdateTime": max(told, default=None),
        "resources": {
            resource: readiness(center, resource, now)
            for resource in sorted({*center.resources, *center.statuses} - {"full", "diversion", "no_bed"})
        },
        "Stale": stale,
    }


def _beds(center: Center, resource: str, bed_type: str, now: datetime) -> dict[str, Any]:
    ready = readiness(center, resource, now)
    vacant = ready["state"] in ("ready", "held") and ready["free"] > 0
    return {
        "BedType": bed_type,
        "CapacityStatus": "VacantAvailable" if vacant else "NotAvailable",
        "AvailableCount": ready["free"] if vacant else 0,
        "BaselineCount": ready["count"],
    }


def readiness(center: Center, resource: str, now: datetime) -> dict[str, Any]:
    """Say how a resource stands: what the centre says while that is valid, else what follows from what runs.

    ``state`` is ready, held, in_use, busy or down; ``free`` counts rooms that nobody is in and nobody holds.
    """
    state = center.resources.get(resource, ResourceState())
    free = max(0, state.free - len(state.holds))
    word = _valid(center, resource, now)
    said = None if word is None else {"busy": "busy", "closed": "down"}.get(word.state)
    runs = "ready" if free > 0 else ("held" if state.free > 0 else "in_use")
    return {"state": said or runs, "said": said is not None, "count": state.count, "free": 0 if said else free}


def _valid(center: Center, topic: str, now: datetime) -> CenterStatus | None:
    word = center.statuses.get(topic)
    return None if word is None or word.state == "open" or now >= word.expires_at else word


def _doors_with_held_stretchers(city: City) -> set[str | None]:
    runs = (city.assignments[each.assignment_id] for each in city.units.values()
            if each.status is UnitStatus.STRETCHER_HELD and each.assignment_id is not None)  # fmt: skip
    incidents = (city.incidents[run.incident_id] for run in runs)
    return {city.patients[each].center_id for incident in incidents for each in incident.patient_ids}
