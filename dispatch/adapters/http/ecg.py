"""Take and give diagnostic ECGs: raw samples over plain HTTP, durable before the answer."""

import asyncio
from typing import Annotated, Final

from fastapi import APIRouter, Header, Path, Request, Response

from dispatch.adapters.http.bodies import BadFieldError
from dispatch.adapters.http.guards import CrewOfPatient, ReadsPatient, RefusedError, refusals
from dispatch.adapters.parts import HasParts
from dispatch.adapters.telemetry.ecg_files import EcgDiffersError, EcgHead, StoredEcg
from dispatch.errors import Refused
from dispatch.protocol.waves import LEADS, SAMPLE_BYTES

router = APIRouter(prefix="/api/patients", tags=["ecg"])

RAW: Final = "application/octet-stream"
EcgId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
RateHz = Annotated[int, Header(alias="X-Sample-Rate-Hz", ge=50, le=4_000)]
LeadNames = Annotated[str, Header(alias="X-Leads", max_length=100)]
UvPerLsb = Annotated[float, Header(alias="X-Uv-Per-Lsb", gt=0, le=1_000)]


@router.put("/{patient_id}/ecgs/{ecg_id}", status_code=201, responses=refusals(401, 403, 404, 409, 413, 422))
async def put_ecg(  # noqa: PLR0913, PLR0917 - the headers of an ECG
    patient_id: str,
    ecg_id: EcgId,
    rate_hz: RateHz,
    leads: LeadNames,
    uv_per_lsb: UvPerLsb,
    request: Request,
    _crew: CrewOfPatient,
    parts: HasParts,
) -> Response:
    """Store an ECG; 201 means that it is on disk. The same again is 200, other content under the same id 409."""
    head = EcgHead(rate_hz, _leads(leads), uv_per_lsb)
    samples = await request.body()
    if not samples or len(samples) % (SAMPLE_BYTES * len(head.leads)):
        raise RefusedError(422, Refused("ecg_size"))
    try:
        created = await asyncio.to_thread(parts.ecgs.put, patient_id, ecg_id, StoredEcg(head, samples))
    except EcgDiffersError as error:
        raise RefusedError(409, Refused("ecg_differs")) from error
    return Response(status_code=201 if created else 200)


@router.get("/{patient_id}/ecgs/{ecg_id}", responses=refusals(401, 403, 404, 422))
async def get_ecg(patient_id: str, ecg_id: EcgId, _session: ReadsPatient, parts: HasParts) -> Response:
    """Give the same bytes and headers back."""
    ecg = await asyncio.to_thread(parts.ecgs.get, patient_id, ecg_id)
    if ecg is None:
        raise RefusedError(404, Refused("not_found", {"what": "what.ecg"}))
    head = {
        "X-Sample-Rate-Hz": str(ecg.head.sample_rate_hz),
        "X-Leads": ",".join(ecg.head.leads),
        "X-Uv-Per-Lsb": f"{ecg.head.uv_per_lsb:g}",
        "Cache-Control": "private, max-age=86400, immutable",
    }
    return Response(ecg.samples, media_type=RAW, headers=head)


def _leads(written: str) -> tuple[str, ...]:
    names = tuple(each.strip() for each in written.split(","))
    unknown = [each for each in names if each not in LEADS]
    if unknown or len(set(names)) != len(names):
        raise BadFieldError("X-Leads", f"names leads of {','.join(LEADS)}, each once")
    return names
