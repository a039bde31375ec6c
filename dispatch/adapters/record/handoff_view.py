"""Word a patient's handoff: the protocols arrange it, the catalogue says it."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

import msgspec

from center_protocols.assessment import Assessment
from center_protocols.handoff import Handoff, HandoffFormat, TreatmentGiven, view
from dispatch.flow.triage import current_assessment, findings_of
from dispatch.rules import Rules
from dispatch.state.city import City
from dispatch.state.incident import Patient
from dispatch.texts_catalogue import text

if TYPE_CHECKING:
    from center_protocols.vocabulary import Given


def handoff_sections(
    city: City, patient_id: str, shape: HandoffFormat, at: datetime, rules: Rules
) -> list[dict[str, Any]]:
    """Return ``[{code, title: {zh, en}, lines: [{zh, en}]}]`` in the order of one spoken format."""
    sections = view(handoff_of(city, city.patients[patient_id], at, rules), shape)
    return [
        {
            "code": section.code,
            "title": _both(section.code, {}),
            "lines": [_both(line.code, line.params) for line in section.lines],
        }
        for section in sections
    ]


def handoff_of(city: City, patient: Patient, at: datetime, rules: Rules) -> Handoff:
    """Gather everything that is said at the door, once."""
    activation = city.activations.get(patient.activation_id) if patient.activation_id else None
    run = city.assignments.get(patient.assignment_id) if patient.assignment_id else None
    return Handoff(
        findings=findings_of(patient),
        assessment=_with_doors(city, patient, current_assessment(patient, at, rules), rules),
        eta_s=activation.eta_s if activation else None,
        occurred_at=city.incidents[patient.incident_id].opened_at,
        # A code that the protocols do not know is said as it is: nothing that was given may be missing at the door.
        treatments=tuple(TreatmentGiven(cast("Given", row.code), row.at, row.dose or "") for row in patient.treatments),
        call_sign=city.units[run.unit_id].call_sign if run else "",
        activation_acknowledged_at=activation.acknowledged_at if activation else None,
    )


def _with_doors(city: City, patient: Patient, assessment: Assessment, rules: Rules) -> Assessment:
    """Send the stretcher where the chosen hospital has a place and lets it go."""
    center = city.centers.get(patient.center_id) if patient.center_id else None
    if center is None:
        return assessment
    doors = rules.protocols.bypass_at(center.id, assessment.bypass, assessment.codes, center.capabilities)
    return msgspec.structs.replace(assessment, bypass=doors)


def _both(code: str, params: Any) -> dict[str, str]:  # noqa: ANN401 - the parameters of a code
    said = text(code, params)
    return {"zh": said.zh, "en": said.en}
