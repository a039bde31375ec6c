"""What a registered minute teaches: how long a centre's patients wait between its gate and their treatment."""

from datetime import timedelta

from center_protocols.door_times import DOOR_POINTS
from center_protocols.vocabulary import TimePoint
from dispatch.state.city import City, DoorMinutes


def learned(city: City, patient_id: str) -> City:
    """Return the city that has learned from what is registered of this patient; a wait below zero teaches nothing."""
    patient = city.patients[patient_id]
    run = city.assignments.get(patient.assignment_id) if patient.assignment_id is not None else None
    if patient.center_id is None or run is None:
        return city
    points = {**run.points, **patient.points}
    gate = points.get(TimePoint.ARRIVAL_GATE)
    if gate is None:
        return city
    waits = {
        treatment: (points[point].at - gate.at) / timedelta(minutes=1)
        for treatment, point in DOOR_POINTS.items()
        if point in points
    }
    rows = [DoorMinutes(patient_id, treatment, minutes) for treatment, minutes in waits.items() if minutes >= 0]
    return city.with_door_minutes(patient.center_id, rows)
