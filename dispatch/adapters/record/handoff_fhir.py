"""Put a handoff into a FHIR document (R4B, with elements that are the same in R4), validated before it leaves."""

from collections.abc import Iterator
from datetime import datetime
from html import escape
from typing import Any, Final

from fhir.resources.R4B.bundle import Bundle

from center_protocols.findings import Age
from center_protocols.handoff import VITAL_UNITS, Handoff, HandoffFormat
from center_protocols.vocabulary import UNKNOWN, FindingStatus, Given
from dispatch.adapters.record.handoff_view import handoff_of, handoff_sections
from dispatch.rules import Rules
from dispatch.state.city import City
from dispatch.state.incident import Patient
from dispatch.texts_catalogue import text

LOINC, UCUM, OURS = "http://loinc.org", "http://unitsofmeasure.org", "urn:greenchannel"
VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
# LOINC and UCUM of what a monitor and a crew measure.
VITALS: Final = {
    "hr": ("8867-4", "/min"),
    "rr": ("9279-1", "/min"),
    "sbp": ("8480-6", "mm[Hg]"),
    "dbp": ("8462-4", "mm[Hg]"),
    "spo2": ("59408-5", "%"),
    "temp_c": ("8310-5", "Cel"),
    "glucose_mmol_l": ("15074-8", "mmol/L"),
    "etco2_mmhg": ("19889-5", "mm[Hg]"),
    "gcs_eye": ("9267-6", "{score}"),
    "gcs_verbal": ("9270-0", "{score}"),
    "gcs_motor": ("9268-4", "{score}"),
    "gcs_total": ("9269-2", "{score}"),
}
AGE_UNITS: Final = {"years": "a", "months": "mo", "days": "d"}
DRUGS: Final = frozenset(
    {
        Given.ADRENALINE,
        Given.AMIODARONE,
        Given.FLUIDS,
        Given.ASPIRIN,
        Given.CLOPIDOGREL,
        Given.TICAGRELOR,
        Given.HEPARIN,
        Given.LYSIS,
        Given.NITRATE,
        Given.BP_LOWERING,
        Given.GLUCOSE,
        Given.TRANEXAMIC_ACID,
        Given.ANALGESIA,
        Given.ANTICONVULSANT,
        Given.MAGNESIUM,
        Given.OXYTOCIN,
        Given.OXYGEN,
        Given.ANTIDOTE,
    }
)


def handoff_bundle(city: City, patient_id: str, at: datetime, rules: Rules) -> str:
    """Return the FHIR document of one patient as JSON; a document that R4B refuses is a broken program and raises."""
    patient = city.patients[patient_id]
    handoff = handoff_of(city, patient, at, rules)
    subject = {"reference": f"{OURS}:patient:{patient_id}"}
    resources = [
        _composition(city, patient, at, rules),
        _patient(patient, handoff),
        _crew(handoff),
        _encounter(city, patient),
        *_conditions(handoff, subject),
        *_observations(patient, handoff, subject, at),
        *_given(handoff, subject, at),
    ]
    document = {
        "resourceType": "Bundle",
        "type": "document",
        "identifier": {"system": OURS, "value": f"handoff:{patient_id}:{at.isoformat()}"},
        "timestamp": at.isoformat(),
        "entry": [{"fullUrl": f"{OURS}:{_name(each, nth)}", "resource": each} for nth, each in enumerate(resources)],
    }
    return str(Bundle.model_validate(document).model_dump_json())


def _name(resource: dict[str, Any], nth: int) -> str:
    """Name an entry as others refer to it; what nobody refers to is counted."""
    kind = resource["resourceType"].lower()
    return f"{kind}:{resource['identifier'][0]['value']}" if kind in {"patient", "organization"} else f"{kind}:{nth}"


def _composition(city: City, patient: Patient, at: datetime, rules: Rules) -> dict[str, Any]:
    sections = handoff_sections(city, patient.id, HandoffFormat.ATMIST, at, rules)
    return {
        "resourceType": "Composition",
        "status": "final",
        "type": {
            "coding": [{"system": LOINC, "code": "34133-9"}],
            "text": "院前急救交接 / Pre-hospital handoff",
        },
        "subject": {"reference": f"{OURS}:patient:{patient.id}"},
        "date": at.isoformat(),
        "author": [{"reference": f"{OURS}:organization:crew"}],
        "title": "ATMIST",
        "section": [
            {
                "title": f"{row['title']['zh']} / {row['title']['en']}",
                "text": {"status": "generated", "div": _narrative([each["zh"] for each in row["lines"]])},
            }
            for row in sections
        ],
    }


def _narrative(lines: list[str]) -> str:
    inside = "".join(f"<p>{escape(line)}</p>" for line in lines) or "<p>未知</p>"
    return f'<div xmlns="http://www.w3.org/1999/xhtml">{inside}</div>'


def _patient(patient: Patient, handoff: Handoff) -> dict[str, Any]:
    named = {"name": [{"text": patient.name}]} if patient.name else {}
    return {
        "resourceType": "Patient",
        "identifier": [{"system": f"{OURS}:patient", "value": patient.id}],
        "gender": handoff.findings.sex.value,
        **named,
    }


def _crew(handoff: Handoff) -> dict[str, Any]:
    return {
        "resourceType": "Organization",
        "identifier": [{"system": f"{OURS}:unit", "value": "crew"}],
        "name": handoff.call_sign or "120",
    }


def _encounter(city: City, patient: Patient) -> dict[str, Any]:
    incident = city.incidents[patient.incident_id]
    center = city.centers.get(patient.center_id) if patient.center_id else None
    going = {"hospitalization": {"destination": {"display": center.name}}} if center is not None else {}
    return {
        "resourceType": "Encounter",
        "status": "finished" if patient.handoff is not None else "in-progress",
        "class": {"system": ACT_CODE, "code": "FLD"},
        "identifier": [{"system": f"{OURS}:incident", "value": incident.number}],
        "subject": {"reference": f"{OURS}:patient:{patient.id}"},
        "period": {"start": incident.opened_at.isoformat()},
        **going,
    }


def _conditions(handoff: Handoff, subject: dict[str, str]) -> Iterator[dict[str, Any]]:
    for fired in handoff.assessment.conditions:
        status = "confirmed" if fired.status is FindingStatus.CONFIRMED else "provisional"
        proof = [{"code": [{"text": text(item.code, item.params).zh}]} for item in fired.evidence]
        yield {
            "resourceType": "Condition",
            "clinicalStatus": {"coding": [{"system": CLINICAL, "code": "active"}]},
            "verificationStatus": {"coding": [{"system": VERIFICATION, "code": status}]},
            "code": _ours("condition", fired.code),
            "subject": subject,
            **({"evidence": proof} if proof else {}),
        }


def _ours(kind: str, code: str) -> dict[str, Any]:
    said = text(f"{kind}.{code}")
    return {"coding": [{"system": f"{OURS}:{kind}", "code": code, "display": said.en}], "text": said.zh}


def _observations(
    patient: Patient, handoff: Handoff, subject: dict[str, str], at: datetime
) -> Iterator[dict[str, Any]]:
    measured_at = (patient.findings_at or at).isoformat()
    age = handoff.findings.age
    if isinstance(age, Age):
        yield _observed(subject, measured_at, "30525-0", "age", {"value": age.value, "unit": AGE_UNITS[age.unit]})
    for field in VITAL_UNITS:
        value = getattr(handoff.findings.vitals, field)
        if value is not UNKNOWN:
            loinc, unit = VITALS[field]
            yield _observed(subject, measured_at, loinc, f"vitals.{field}", {"value": value, "unit": unit})


def _observed(subject: dict[str, str], at: str, loinc: str, label: str, value: dict[str, Any]) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": loinc}], "text": text(label).en},
        "subject": subject,
        "effectiveDateTime": at,
        "valueQuantity": {**value, "system": UCUM, "code": value["unit"]},
    }


def _given(handoff: Handoff, subject: dict[str, str], at: datetime) -> Iterator[dict[str, Any]]:
    for row in handoff.treatments:
        code, moment = _ours("given", row.code), (row.at or at).isoformat()
        if row.code not in DRUGS:
            yield _procedure(code, subject, moment, row.detail)
            continue
        yield {
            "resourceType": "MedicationAdministration",
            "status": "completed",
            "medicationCodeableConcept": code,
            "subject": subject,
            "effectiveDateTime": moment,
            **({"dosage": {"text": row.detail}} if row.detail else {}),
        }


def _procedure(code: dict[str, Any], subject: dict[str, str], at: str, detail: str) -> dict[str, Any]:
    return {
        "resourceType": "Procedure",
        "status": "completed",
        "code": code,
        "subject": subject,
        "performedDateTime": at,
        **({"note": [{"text": detail}]} if detail else {}),
    }
