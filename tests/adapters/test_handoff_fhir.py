"""A handoff as a FHIR document: what leaves is valid R4B, and says what was known and nothing else."""

import json
from typing import Any

from fhir.resources.R4B.bundle import Bundle

from dispatch import commands as c
from dispatch.adapters.record.handoff_fhir import VITALS, handoff_bundle
from dispatch.rules import builtin
from tests.dispatch.story import crew, incident_underway, opened_city

# Resource types and elements of R4B that R4 spells otherwise, or has not.
NOT_IN_R4 = {"NutritionProduct", "SubscriptionStatus", "SubscriptionTopic", "Ingredient", "MedicinalProductDefinition"}


def told(findings: dict[str, Any], *treatments: c.GiveTreatment) -> dict[str, list[dict[str, Any]]]:
    story = opened_city(watched=False)
    _, patient_id, _ = incident_underway(story)
    if findings:
        story.ask(c.RecordFindings(patient_id, findings), crew("U1"))
    for each in treatments:
        story.ask(c.GiveTreatment(patient_id, each.code, each.dose), crew("U1"))
    text = handoff_bundle(story.city, patient_id, story.now, builtin())
    document = json.loads(text)
    assert Bundle.model_validate_json(text).type == "document"
    assert document["timestamp"]
    rows: dict[str, list[dict[str, Any]]] = {}
    urls = {entry["fullUrl"] for entry in document["entry"]}
    for entry in document["entry"]:
        rows.setdefault(entry["resource"]["resourceType"], []).append(entry["resource"])
        subject = entry["resource"].get("subject", {}).get("reference")
        assert subject is None or subject in urls
    assert NOT_IN_R4.isdisjoint(rows)
    assert document["entry"][0]["resource"]["resourceType"] == "Composition"
    return rows


def test_nothing_known_makes_a_document_that_claims_nothing() -> None:
    rows = told({})
    assert rows["Patient"][0]["gender"] == "unknown"
    assert "Observation" not in rows
    assert "name" not in rows["Patient"][0]


def test_a_stemi_is_confirmed_and_its_vitals_have_codes_and_units() -> None:
    rows = told(
        {
            "age": {"value": 57, "unit": "years"},
            "sex": "male",
            "ecg": {"result": "stemi", "read_by": "physician"},
            "vitals": {"sbp": 118, "spo2": 97},
        }
    )
    condition = rows["Condition"][0]
    assert condition["code"]["coding"][0]["code"] == "stemi"
    assert condition["verificationStatus"]["coding"][0]["code"] == "confirmed"
    seen = {row["code"]["coding"][0]["code"]: row["valueQuantity"] for row in rows["Observation"]}
    assert seen["30525-0"]["value"] == 57
    assert (seen["8480-6"]["value"], seen["8480-6"]["code"]) == (118, "mm[Hg]")
    assert set(seen) <= {"30525-0", *(loinc for loinc, _ in VITALS.values())}


def test_a_suspicion_stays_provisional_and_its_reason_is_told() -> None:
    rows = told({"stroke": {"face_droop": "yes"}})
    condition = rows["Condition"][0]
    assert condition["verificationStatus"]["coding"][0]["code"] == "provisional"
    assert condition["evidence"][0]["code"][0]["text"]


def test_a_drug_and_a_procedure_go_where_they_belong() -> None:
    rows = told({}, c.GiveTreatment("", "aspirin", "300 mg <p.o.>"), c.GiveTreatment("", "cpr", None))
    drug = rows["MedicationAdministration"][0]
    assert drug["medicationCodeableConcept"]["coding"][0]["code"] == "aspirin"
    assert drug["dosage"]["text"] == "300 mg <p.o.>"
    assert rows["Procedure"][0]["code"]["coding"][0]["code"] == "cpr"
    told_there = " ".join(row["text"]["div"] for row in rows["Composition"][0]["section"])
    assert "&lt;p.o.&gt;" in told_there
