"""Take a crew's photos in pieces that survive a cut network, and give them to who looks after the patient."""

import asyncio
import hashlib
from typing import Annotated, Final

from fastapi import APIRouter, Header, Path, Request, Response

from dispatch.adapters.http.bodies import BadFieldError
from dispatch.adapters.http.guards import CrewOfPatient, ReadsPhotos, RefusedError, refusals
from dispatch.adapters.parts import HasParts, Parts
from dispatch.adapters.photos.sealed import JPEG, PhotoDiffersError
from dispatch.adapters.photos.uploads import OffsetDiffersError
from dispatch.errors import Refused

router = APIRouter(prefix="/api/patients", tags=["photos"])

PHOTO_BYTES_MAX: Final = 8 << 20  # of a camera; the tablet makes them smaller before it sends
PhotoId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Offset = Annotated[int, Header(alias="Upload-Offset", ge=0, le=PHOTO_BYTES_MAX)]
Length = Annotated[int, Header(alias="Upload-Length", ge=1, le=PHOTO_BYTES_MAX)]
Digest = Annotated[str, Header(alias="X-Sha256", pattern=r"^[0-9a-f]{64}$")]


@router.head("/{patient_id}/photos/{photo_id}", responses=refusals(401, 403, 404))
async def how_far(patient_id: str, photo_id: PhotoId, _crew: CrewOfPatient, parts: HasParts) -> Response:
    """Say how many bytes of a photo are durable, and whether it is whole."""
    whole = await asyncio.to_thread(parts.photos.get, patient_id, photo_id)
    offset = len(whole) if whole is not None else await asyncio.to_thread(parts.uploads.offset, patient_id, photo_id)
    return _at(offset, whole=whole is not None)


@router.patch("/{patient_id}/photos/{photo_id}", responses=refusals(401, 403, 404, 409, 413, 422, 503))
async def send_piece(  # noqa: PLR0913, PLR0917 - the headers of a piece
    patient_id: str,
    photo_id: PhotoId,
    offset: Offset,
    length: Length,
    digest: Digest,
    request: Request,
    _crew: CrewOfPatient,
    parts: HasParts,
) -> Response:
    """Store the next piece: 204 while bytes are missing, 201 when the photo is whole, checked and sealed.

    A piece that does not continue what is there is 409 with the true ``Upload-Offset``. Then send ``attach-photo``.
    """
    if parts.feed.city.patients[patient_id].erased is not None:
        raise RefusedError(409, Refused("record.erased"))
    content = await request.body()
    if not content or offset + len(content) > length:
        raise BadFieldError("Upload-Length", f"{offset + len(content)} bytes are more than it says")
    known = await asyncio.to_thread(parts.photos.get, patient_id, photo_id)
    if known is not None:
        return _at(len(known), whole=True)
    try:
        reached = await asyncio.to_thread(parts.uploads.append, patient_id, photo_id, offset, content)
    except OffsetDiffersError as error:
        return _at(error.offset, whole=False, status=409)
    if reached < length:
        return _at(reached, whole=False)
    await asyncio.to_thread(_finish, parts, patient_id, photo_id, digest)
    return _at(length, whole=True, status=201)


def _finish(parts: Parts, patient_id: str, photo_id: str, digest: str) -> None:
    """Check what has come and seal it; what is damaged is dropped, and sent again from its beginning."""
    whole = parts.uploads.content(patient_id, photo_id)
    try:
        if hashlib.sha256(whole).hexdigest() != digest or not whole.startswith(JPEG):
            raise RefusedError(422, Refused("photo.damaged"))
        parts.photos.put(patient_id, photo_id, whole, word="patient")
    except PhotoDiffersError as error:
        raise RefusedError(409, Refused("link.photo_differs")) from error
    finally:
        parts.uploads.drop(patient_id, photo_id)


def _at(offset: int, *, whole: bool, status: int = 204) -> Response:
    head = {"Upload-Offset": str(offset), "Upload-Complete": "?1" if whole else "?0", "Cache-Control": "no-store"}
    return Response(status_code=status, headers=head)


@router.get("/{patient_id}/photos/{photo_id}", responses=refusals(401, 403, 404))
async def photo(patient_id: str, photo_id: PhotoId, _session: ReadsPhotos, parts: HasParts) -> Response:
    """Show a photo."""
    jpeg = await asyncio.to_thread(parts.photos.get, patient_id, photo_id)
    if jpeg is None:
        raise RefusedError(404, Refused("not_found", {"what": "what.photo"}))
    return Response(jpeg, media_type="image/jpeg", headers={"Cache-Control": "no-store"})  # no browser keeps a patient
