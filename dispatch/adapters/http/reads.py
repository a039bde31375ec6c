"""Answer questions about incidents and patients. Reading goes on while the journal cannot write."""

import asyncio
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime

from center_protocols.handoff import HandoffFormat
from center_protocols.indicators import Edition, indicators
from dispatch.adapters.http.guards import (
    ReadsHistory,
    ReadsIncident,
    ReadsPatient,
    ReadsQuality,
    ReadsRecommendation,
    actor_of,
    refusals,
)
from dispatch.adapters.http.strict import StrictRoute
from dispatch.adapters.location.whereabouts import over_row, region_row
from dispatch.adapters.parts import HasParts, Parts, weights_used
from dispatch.adapters.record.handoff_view import handoff_sections
from dispatch.adapters.wire import JsonResponse
from dispatch.adapters.worded import worded
from dispatch.evidence import centers_evidence, of_one_epoch, units_evidence
from dispatch.evolve import history_of
from dispatch.flow.recommend import PatientRecommendation, rank_units, recommend_centers
from dispatch.region_evidence import centers_over_region
from dispatch.rights import may_see_patient
from dispatch.state.center import Center
from dispatch.state.city import City
from dispatch.state.unit_traits import wanted_traits
from dispatch.texts_catalogue import text
from dispatch.views.quality import quality_cases
from dispatch.views.register import interval_rows, register_rows

router = APIRouter(prefix="/api", tags=["reads"], default_response_class=JsonResponse, route_class=StrictRoute)
FACTS_MOST = 2_000  # of one answer; more are asked for page by page
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

Level = Literal["als", "bls"]
Equipment = Literal["negative_pressure", "incubator", "ecmo"]
NOTHING_SPECIAL: list[Equipment] = []


@router.get("/incidents/{incident_id}/recommendation", responses=refusals(401, 403, 404))
async def recommendation(
    incident_id: str,
    _session: ReadsRecommendation,
    parts: HasParts,
    level: Annotated[Level | None, Query()] = None,
    equipment: Annotated[list[Equipment], Query()] = NOTHING_SPECIAL,
) -> Response:
    """Rank units by road time and, for every patient, centres by time to treatment. A silent preview.

    ``level`` and ``equipment`` leave only units that have them. While the place is only a region, units are ranked by
    their expected times over it, and ``region`` tells whether one may roll at once or which question decides.
    """
    city, now, wanted = parts.feed.city, parts.clock.now(), wanted_traits(level, equipment)
    ask = partial(_recommended, parts, city, incident_id, now, wanted)
    answer, epoch = await asyncio.to_thread(of_one_epoch, parts.sources, ask)
    return JsonResponse(answer | weights_used(parts, epoch))


def _recommended(parts: Parts, city: City, incident_id: str, now: datetime, wanted: int) -> dict[str, Any]:
    evidence = units_evidence(city, incident_id, parts.sources, now, parts.rules, wanted=wanted)
    units = rank_units(city, incident_id, evidence, parts.rules) if evidence else ()
    return {
        "incident_id": incident_id,
        "computed_at": now,
        "units": worded(units),
        "region": None if evidence is None or evidence.region is None else region_row(parts.pack, evidence.region),
        "patients": [_centers(parts, city, each, now) for each in city.incidents[incident_id].patient_ids],
    }


def _centers(parts: Parts, city: City, patient_id: str, now: datetime) -> dict[str, Any]:
    evidence = centers_evidence(city, patient_id, parts.sources, now)
    if evidence is None:
        none: dict[str, Any] = worded(PatientRecommendation(patient_id))
        return none | {"region": None}
    rows: dict[str, Any] = worded(recommend_centers(city, city.patients[patient_id], evidence, now, parts.rules))
    for row in rows["centers"]:
        row["status"] = _in_force(city.centers[row["center_id"]], now)
    offered = frozenset(row["center_id"] for row in rows["centers"])
    over = centers_over_region(city, patient_id, parts.sources, parts.rules, offered)
    return rows | {"region": None if over is None else over_row(over)}


def _in_force(center: Center, now: datetime) -> list[Any]:
    """Return what a centre said about itself and still stands; expired means unknown."""
    return [row for row in center.statuses.values() if row.expires_at > now]


@router.get("/incidents/{incident_id}/register", responses=refusals(401, 403, 404))
async def incident_register(incident_id: str, session: ReadsIncident, parts: HasParts) -> Response:
    """List the time points of every patient that the asker may see."""
    city, now, actor = parts.feed.city, parts.clock.now(), actor_of(session)
    seen = [each for each in city.incidents[incident_id].patient_ids if may_see_patient(actor, each, city, now)]
    return JsonResponse([{"patient_id": each, "rows": _register(city, each, now)} for each in seen])


@router.get("/patients/{patient_id}/register", responses=refusals(401, 403, 404))
async def patient_register(patient_id: str, _session: ReadsPatient, parts: HasParts) -> Response:
    """List every time point of a patient, with its target and what was missed."""
    return JsonResponse(_register(parts.feed.city, patient_id, parts.clock.now()))


def _register(city: City, patient_id: str, now: datetime) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = worded(register_rows(city, patient_id, now))
    for row in rows:
        row["label"] = _label(f"timepoint.{row['point']}")
    return rows


def _label(code: str) -> dict[str, str]:
    said = text(code)
    return {"zh": said.zh, "en": said.en}


@router.get("/patients/{patient_id}/intervals", responses=refusals(401, 403, 404))
async def patient_intervals(patient_id: str, _session: ReadsPatient, parts: HasParts) -> Response:
    """List the named intervals (FMC2ECG, D2W, DNT …) in minutes."""
    return JsonResponse(interval_rows(parts.feed.city, patient_id))


@router.get("/patients/{patient_id}/handoff", responses=refusals(401, 403, 404, 422))
async def handoff(
    patient_id: str,
    _session: ReadsPatient,
    parts: HasParts,
    view: HandoffFormat | Literal["fhir"] = HandoffFormat.ATMIST,
) -> Response:
    """Show what is said at the door, in the order of one spoken format, or as a FHIR document for other systems."""
    city, now = parts.feed.city, parts.clock.now()
    if view == "fhir":
        from dispatch.adapters.record.handoff_fhir import handoff_bundle  # noqa: PLC0415 - FHIR's classes are many, and seldom

        document = await asyncio.to_thread(handoff_bundle, city, patient_id, now, parts.rules)
        return Response(document, media_type="application/fhir+json")
    return JsonResponse({"view": view, "sections": handoff_sections(city, patient_id, view, now, parts.rules)})


@router.get("/indicators", responses=refusals(401, 403, 422))
async def quality(
    _session: ReadsQuality,
    parts: HasParts,
    edition: Edition = Edition.A,
    since: Annotated[AwareDatetime | None, Query()] = None,
    center_id: str | None = None,
) -> Response:
    """Compute the quality indicators over ended cases; a case without the minutes does not count."""
    city = parts.feed.city
    rows = await asyncio.to_thread(
        lambda: indicators(tuple(quality_cases(city, since, center_id)), edition, parts.rules.protocols)
    )
    return JsonResponse([{**msgspec.to_builtins(row), "label": _label(f"indicator.{row.code}")} for row in rows])


@router.get("/incidents/{incident_id}/facts", responses=refusals(401, 403, 404, 503))
async def incident_facts(
    incident_id: str,
    _session: ReadsHistory,
    parts: HasParts,
    before: Annotated[int | None, Query(ge=1)] = None,
    limit: Annotated[int, Query(ge=1, le=FACTS_MOST)] = FACTS_MOST,
) -> Response:
    """List the facts on an incident, in order: the newest, or those before a number; a header counts what is older."""
    seqs = [each for each in history_of(parts.feed.city, incident_id) if before is None or each < before]
    facts = await asyncio.to_thread(parts.journal.facts_of, tuple(seqs[-limit:]))
    rows = [{"seq": each.seq, "kind": each.kind, **_without_seq(each)} for each in facts]
    return JsonResponse(rows, headers={"X-Facts-Before": str(max(0, len(seqs) - limit))})


def _without_seq(fact: Any) -> dict[str, Any]:  # noqa: ANN401 - a Fact
    names = ("at", "recorded_at", "clock", "uncertainty_s", "actor", "command_id", "data")
    return {name: getattr(fact, name) for name in names}


@router.get("/patients/{patient_id}/vitals", responses=refusals(401, 403, 404, 422))
async def vitals(
    patient_id: str, _session: ReadsPatient, parts: HasParts, since: Annotated[AwareDatetime | None, Query()] = None
) -> Response:
    """List stored vitals of the monitor that is bound to the patient, oldest first."""
    return JsonResponse(await parts.measurements.stored_vitals(patient_id, since or LONG_AGO))
