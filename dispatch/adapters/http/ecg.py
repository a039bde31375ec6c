"""Take and give ECGs: raw samples or a monitor's own file over plain HTTP, durable before the answer; stored traces."""

import asyncio
from datetime import timedelta
from typing import Annotated, Final, Literal

import numpy as np
from fastapi import APIRouter, Header, Path, Query, Request, Response
from pydantic import AwareDatetime

from dispatch.adapters.http.bodies import BadFieldError
from dispatch.adapters.http.guards import CrewOfPatient, ReadsPatient, RefusedError, refusals
from dispatch.adapters.parts import HasParts, Parts
from dispatch.adapters.telemetry.ecg_files import EcgDiffersError, EcgHead, StoredEcg
from dispatch.adapters.wire import JsonResponse
from dispatch.devices.formats import read_dicom
from dispatch.devices.hl7_aecg import read_aecg
from dispatch.devices.quality import doubts
from dispatch.devices.recording import Origin, ReadsRecording, Recording, UnreadableError
from dispatch.errors import Refused
from dispatch.protocol.waves import LEADS, SAMPLE_BYTES
from dispatch.texts_catalogue import text

router = APIRouter(prefix="/api/patients", tags=["ecg"])

RAW: Final = "application/octet-stream"
WAVES_LONGEST: Final = timedelta(minutes=10)
EcgId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
RateHz = Annotated[int, Header(alias="X-Sample-Rate-Hz", ge=50, le=4_000)]
LeadNames = Annotated[str, Header(alias="X-Leads", max_length=100)]
UvPerLsb = Annotated[float, Header(alias="X-Uv-Per-Lsb", gt=0, le=1_000)]
FileKind = Literal["aecg", "dicom"]
FILES: Final[dict[FileKind, ReadsRecording]] = {"aecg": read_aecg, "dicom": read_dicom}


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
    names, samples = _leads(leads), await request.body()
    if not samples or len(samples) % (SAMPLE_BYTES * len(names)):
        raise RefusedError(422, Refused("ecg_size"))
    frames = np.frombuffer(samples, "<i2").reshape(-1, len(names))
    return await _store(
        parts, patient_id, ecg_id, Recording(names, rate_hz, uv_per_lsb, frames, exact=True, origin=Origin())
    )


@router.put("/{patient_id}/ecgs/{ecg_id}/{kind}", status_code=201, responses=refusals(401, 403, 404, 409, 413, 422))
async def put_file(
    patient_id: str, ecg_id: EcgId, kind: FileKind, request: Request, _crew: CrewOfPatient, parts: HasParts
) -> Response:
    """Store an ECG that a monitor wrote as HL7 aECG or DICOM; the answer says what was in it, for ``record-ecg``."""
    content = await request.body()
    try:
        recording = await asyncio.to_thread(FILES[kind], content, _nothing_beside)
    except UnreadableError as error:
        raise BadFieldError("body", str(error)) from error
    return await _store(parts, patient_id, ecg_id, recording)


async def _store(parts: Parts, patient_id: str, ecg_id: str, recording: Recording) -> Response:
    """Make an ECG durable, and say what its reader must know about how it was taken."""
    head = EcgHead(recording.sample_rate_hz, recording.leads, recording.uv_per_lsb)
    ecg = StoredEcg(head, recording.samples.astype("<i2").tobytes())
    try:
        created = await asyncio.to_thread(parts.ecgs.put, patient_id, ecg_id, ecg)
    except EcgDiffersError as error:
        raise RefusedError(409, Refused("ecg_differs")) from error
    found = await asyncio.to_thread(doubts, recording)
    said = {"sample_rate_hz": head.sample_rate_hz, "leads": head.leads, "uv_per_lsb": head.uv_per_lsb}
    spoken = [text(each.code, each.params) for each in found]
    return JsonResponse({**said, "doubts": spoken}, 201 if created else 200)


def _nothing_beside(name: str) -> bytes:
    raise UnreadableError(f"names another file, {name}")


@router.get("/{patient_id}/waves", responses=refusals(401, 403, 404, 422))
async def waves(
    patient_id: str,
    _session: ReadsPatient,
    parts: HasParts,
    since: Annotated[AwareDatetime, Query()],
    until: Annotated[AwareDatetime | None, Query()] = None,
) -> Response:
    """Give stored chunks of bound monitors, oldest first, one frame after the other: what a slow reader missed.

    At most ten minutes of one answer; ask again from the last chunk's time on.
    """
    last = until or since + WAVES_LONGEST
    chunks = await parts.measurements.stored_waves(patient_id, since, min(last, since + WAVES_LONGEST))
    return Response(b"".join(each.raw for each in chunks), media_type=RAW, headers={"Cache-Control": "no-store"})


@router.get("/{patient_id}/ecgs/{ecg_id}", responses=refusals(401, 403, 404, 422))
async def get_ecg(patient_id: str, ecg_id: EcgId, _session: ReadsPatient, parts: HasParts) -> Response:
    """Give the same bytes and headers back."""
    return await asyncio.to_thread(ecg_response, parts, patient_id, ecg_id)


def ecg_response(parts: Parts, patient_id: str, ecg_id: str) -> Response:
    """Return the stored samples with what is needed to draw them; raise 404 where there are none."""
    ecg = parts.ecgs.get(patient_id, ecg_id)
    if ecg is None:
        raise RefusedError(404, Refused("not_found", {"what": "what.ecg"}))
    head = {
        "X-Sample-Rate-Hz": str(ecg.head.sample_rate_hz),
        "X-Leads": ",".join(ecg.head.leads),
        "X-Uv-Per-Lsb": f"{ecg.head.uv_per_lsb:g}",
        "Cache-Control": "no-store",  # a tablet changes hands, a right ends: no browser keeps a patient
    }
    return Response(ecg.samples, media_type=RAW, headers=head)


def _leads(written: str) -> tuple[str, ...]:
    names = tuple(each.strip() for each in written.split(","))
    unknown = [each for each in names if each not in LEADS]
    if unknown or len(set(names)) != len(names):
        raise BadFieldError("X-Leads", f"names leads of {','.join(LEADS)}, each once")
    return names
