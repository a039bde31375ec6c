"""Give the whole record of one patient, and the proof that one was erased."""

import asyncio
from tempfile import SpooledTemporaryFile
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import StreamingResponse

from dispatch.adapters.accounts.storage import Session
from dispatch.adapters.http.bodies import Words
from dispatch.adapters.http.guards import ReadsQuality, RefusedError, actor_of, may_send, refusals
from dispatch.adapters.http.strict import StrictRoute
from dispatch.adapters.parts import HasParts
from dispatch.adapters.record.patient_record import Kept, write_record
from dispatch.adapters.telephony.calls import every_fact
from dispatch.adapters.telephony.record import Export
from dispatch.adapters.wire import JsonResponse
from dispatch.commands.record import ExportPatient
from dispatch.errors import Refused

router = APIRouter(prefix="/api/patients", tags=["records"], route_class=StrictRoute)
IN_MEMORY_BYTES = 8 << 20  # a longer record is written to a file of its own
PIECE_BYTES = 1 << 16
MayExport = Annotated[Session, Depends(may_send(ExportPatient))]


class PurposeGiven(BaseModel):
    """What a record is taken out for."""

    model_config = ConfigDict(extra="forbid")
    purpose: Annotated[Words, Field(max_length=500)]


@router.post("/{patient_id}/record", responses=refusals(401, 403, 404, 409, 422, 503))
async def take_record(patient_id: str, asked: PurposeGiven, session: MayExport, parts: HasParts) -> Response:
    """Take out everything that is kept of a patient, as a ZIP file: first it is written down who does and what for."""
    if patient_id not in parts.feed.city.patients:
        raise RefusedError(404, Refused("not_found", {"what": "what.patient"}))
    outcome = await parts.submission.submit(actor_of(session), ExportPatient(patient_id, asked.purpose))
    if isinstance(outcome, Refused):
        raise RefusedError(409, outcome)
    city = parts.feed.city
    export = Export(session.account, parts.clock.now(), asked.purpose)
    file = SpooledTemporaryFile(IN_MEMORY_BYTES)  # noqa: SIM115 - closed when the answer is over

    def write() -> None:
        facts = every_fact(parts, city, city.patients[patient_id].incident_id)
        write_record(file, city, patient_id, Kept(parts.telemetry, parts.ecgs, parts.photos, facts), export)
        file.seek(0)

    await asyncio.to_thread(write)
    head = {"Content-Disposition": f'attachment; filename="{patient_id}.zip"', "Cache-Control": "no-store"}
    return StreamingResponse(_pieces(file), media_type="application/zip", headers=head)


async def _pieces(file: Any) -> Any:  # noqa: ANN401 - an asynchronous generator of bytes
    with file:
        while piece := await asyncio.to_thread(file.read, PIECE_BYTES):
            yield piece


@router.get("/{patient_id}/erasure", responses=refusals(401, 403, 404))
async def erasure(patient_id: str, _session: ReadsQuality, parts: HasParts) -> Response:
    """Say whether, when and why a patient was forgotten, and the digest of what was removed once it is gone."""
    patient = parts.feed.city.patients.get(patient_id)
    if patient is None:
        raise RefusedError(404, Refused("not_found", {"what": "what.patient"}))
    return JsonResponse({"patient_id": patient_id, "sealed": patient.sealed, "erased": patient.erased})
