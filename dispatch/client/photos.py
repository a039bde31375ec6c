"""Send a photo in pieces over a line that may be cut at any time: nothing that has arrived is sent twice."""

import asyncio
import hashlib
from collections.abc import Mapping

import httpx

PIECE_BYTES = 32 << 10  # two seconds of a line of 128 kbit/s
RETRY_FIRST_S, RETRY_MOST_S = 0.2, 15.0


class PhotoRefusedError(ValueError):
    """Say that the server will never take this photo, with its code."""


async def send_photo(
    http: httpx.AsyncClient, path: str, jpeg: bytes, headers: Mapping[str, str], *, piece_bytes: int = PIECE_BYTES
) -> int:
    """Return the number of bytes that went over the line when the photo is durable there; try until it is.

    ``path`` is ``/api/patients/{id}/photos/{photo_id}``. Raises ``PhotoRefusedError`` for what waiting does not help.
    """
    digest, sent, offset, pause_s = hashlib.sha256(jpeg).hexdigest(), 0, None, RETRY_FIRST_S
    while True:
        try:
            if offset is None:
                answer = await http.head(path, headers=headers)
            else:
                piece = jpeg[offset : offset + piece_bytes]
                sent += len(piece)
                head = {"Upload-Offset": str(offset), "Upload-Length": str(len(jpeg)), "X-Sha256": digest}
                answer = await http.patch(path, content=piece, headers={**headers, **head})
        except httpx.TransportError:
            answer = None
        if answer is not None and "Upload-Offset" in answer.headers:
            offset, pause_s = int(answer.headers["Upload-Offset"]), RETRY_FIRST_S
            if answer.headers.get("Upload-Complete") == "?1":
                return sent
            continue
        if answer is not None and answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR:
            raise PhotoRefusedError(f"{answer.status_code}: {answer.text[:200]}")
        offset = None  # ask again how much has arrived
        await asyncio.sleep(pause_s)
        pause_s = min(RETRY_MOST_S, pause_s * 2)
