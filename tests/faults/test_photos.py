"""A crew's photo over a line that is cut again and again: it arrives whole, and what had arrived is not sent twice."""

import hashlib
import os
from random import Random

import httpx
import pytest

from dispatch.client.photos import PIECE_BYTES, PhotoRefusedError, send_photo
from tests.adapters.serving import Server
from tests.end_to_end.test_server_http import underway
from tests.faults.load.proxy import fault_proxy

PIECE = 4_096


def jpeg(seed: int, size: int) -> bytes:
    """Return bytes that begin as a picture does."""
    return b"\xff\xd8\xff" + Random(seed).randbytes(size - 3)


async def test_a_photo_survives_a_line_that_breaks(attacked: Server) -> None:
    ids, picture = underway(attacked, "U070"), jpeg(1, 90_000)
    crew = attacked.client("crew-u070")
    path = f"/api/patients/{ids['patient_id']}/photos/F1"
    head = {"Authorization": crew.http.headers["Authorization"]}
    async with fault_proxy(attacked.url, seed=7) as proxy:
        proxy.breaks = 0.02
        async with httpx.AsyncClient(base_url=proxy.url, timeout=60.0) as http:
            sent = await send_photo(http, path, picture, head, piece_bytes=PIECE)
        assert proxy.broken > 0, "the line was never cut: the test shows nothing"
    assert crew.get(path).content == picture
    assert sent <= len(picture) + proxy.broken * PIECE, "only pieces that were cut are sent again"
    crew.done("attach-photo", patient_id=ids["patient_id"], photo_id="F1", size_bytes=len(picture))
    assert [each.id for each in attacked.app.state.parts.feed.city.patients[ids["patient_id"]].photos] == ["F1"]
    folder = attacked.app.state.parts.uploads
    assert folder.offset(ids["patient_id"], "F1") == 0, "nothing of it lies about unsealed"


async def test_a_photo_that_is_no_photo_or_not_theirs_is_refused(attacked: Server) -> None:
    ids = underway(attacked, "U071")
    path = f"/api/patients/{ids['patient_id']}/photos/F1"
    tokens = {
        each: {"Authorization": attacked.client(each).http.headers["Authorization"]}
        for each in ("crew-u071", "crew-u072")
    }
    async with httpx.AsyncClient(base_url=attacked.url, timeout=60.0) as http:
        with pytest.raises(PhotoRefusedError, match=r"photo\.damaged"):
            await send_photo(http, path, os.urandom(3) + b"no picture", tokens["crew-u071"])
        with pytest.raises(PhotoRefusedError, match="403"):
            await send_photo(http, path, jpeg(2, 100), tokens["crew-u072"])
        pieces = {"Upload-Length": "10", "X-Sha256": "0" * 64, **tokens["crew-u071"]}
        assert (await http.patch(path, content=b"x" * 5, headers={"Upload-Offset": "7", **pieces})).status_code == 422
        differs = await http.patch(path, content=b"x" * 3, headers={"Upload-Offset": "7", **pieces})
        assert (differs.status_code, differs.headers["Upload-Offset"]) == (409, "0")
        assert (await http.get(path, headers=tokens["crew-u071"])).status_code == 404
    assert PIECE_BYTES < 1 << 20, "a piece fits through the body limit"


def test_a_hospital_sees_the_photos_of_its_own_patients_only(attacked: Server) -> None:
    ids, picture = underway(attacked, "U073"), jpeg(3, 500)
    crew, patient_id = attacked.client("crew-u073"), ids["patient_id"]
    path = f"/api/patients/{patient_id}/photos/F1"
    head = {"Upload-Offset": "0", "Upload-Length": "500", "X-Sha256": hashlib.sha256(picture).hexdigest()}
    assert crew.http.patch(path, content=picture, headers=head).status_code == 201
    crew.done("attach-photo", patient_id=patient_id, photo_id="F1", size_bytes=500)
    houses = [attacked.client(f"dept-yz00{n}") for n in (1, 2, 3)]

    def seen() -> list[tuple[int, int]]:
        rows = []
        for house in houses:
            with house.socket() as live:
                live.subscribe()
                row = live.tables["patients"].get(patient_id, {"photos": []})
                rows.append((house.get(path).status_code, len(row["photos"])))
        return rows

    crew.done("choose-destination", patient_id=patient_id, center_id="YZ001", reason="x")
    assert seen() == [(200, 1), (403, 0), (403, 0)]
    assert houses[0].get(path).headers["cache-control"] == "no-store", "no browser shows it once the right is over"
    crew.done("choose-destination", patient_id=patient_id, center_id="YZ002", reason="x")
    assert seen() == [(403, 0), (200, 1), (403, 0)]
