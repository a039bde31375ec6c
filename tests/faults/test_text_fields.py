"""Scripts, turned text and NUL in every text field of every route of a real server: kept, or refused by its name."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from dispatch.command import slug
from dispatch.command_roles import COMMANDS, RIGHTS
from dispatch.words import Role
from tests.adapters.serving import Client, Server
from tests.adapters.speaking import Path, Speech, spoken_routes

SAID = '<script>alert(1)</script>"><img src=x onerror=alert(1)>\u202e地址\u202c\x00b'
SPEAKERS = ("dispatcher1", "supervisor1", "crew-u001", "dept-yz001", "physician1", "admin", "exchange")
SYSTEMS = ("/api/calls", "/api/location/", "/api/telephony/")
ROLES = {slug(kind): RIGHTS[kind] for kind in COMMANDS}


@pytest.fixture(scope="module")
def speakers(attacked: Server) -> dict[Role, Client]:
    """Return somebody of every role."""
    clients = [attacked.client(each) for each in SPEAKERS]
    return {Role(client.account["role"]): client for client in clients}


def speaker(speakers: dict[Role, Client], route: str) -> Client:
    """Return who may speak to a route."""
    roles = ROLES.get(route.rpartition("/")[2], frozenset())
    if "/api/commands/" in route:
        return next(client for role, client in speakers.items() if role in roles)
    if any(each in route for each in SYSTEMS):
        return speakers[Role.SERVICE]
    return speakers[Role.ADMIN if "/api/accounts" in route else Role.DISPATCHER]


def open_to_text(speech: Speech, adapter: TypeAdapter[Any]) -> list[Path]:
    """Return the fields that take any words, and one of those that do not: tests/adapters tries each of them."""
    free: list[Path] = []
    closed: list[Path] = []
    for path in dict.fromkeys(speech.text_fields()):
        try:
            adapter.validate_python(speech.body(path, SAID))
            (closed if str(path[-1]).endswith("_id") else free).append(path)
        except ValidationError:
            closed.append(path)
    return free + closed[:1]


def strings(content: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    """Yield every text of an answer."""
    if isinstance(content, str):
        yield content
    for inner in content.values() if isinstance(content, dict) else content if isinstance(content, list) else ():
        yield from strings(inner)


def test_whatever_is_said_is_kept_as_said_or_refused_by_its_name(speakers: dict[Role, Client]) -> None:
    seat, asked, kept = speakers[Role.DISPATCHER], 0, 0
    for route, (speech, adapter) in spoken_routes().items():
        ids = seat.call()
        _, _, address = route.partition(" ")
        filled = re.sub(r"\{(\w+)\}", lambda name, ids=ids: ids.get(name[1], "x"), address)  # type: ignore[misc]
        for path in open_to_text(speech, adapter):
            body = speech.body(path, SAID, **{name: value for name, value in ids.items() if name.endswith("_id")})
            answer = speaker(speakers, route).http.post(filled, json=body)
            asked += 1
            check(route, path, answer.status_code, answer.json())
        told = [each for each in strings(seat.get(f"/api/incidents/{ids['incident_id']}/facts").json()) if "<" in each]
        assert set(told) <= {SAID}, route
        kept += len(told)
    assert asked > 250
    assert kept > 30
    assert seat.get("/healthz").json()["status"] == "ok"


def check(route: str, path: Path, status: int, content: dict[str, Any]) -> None:
    """Assert that an answer is one of those that we define."""
    assert status in {200, 201, 401, 403, 404, 409, 422, 429}, (route, path, status, content)
    if status == 422:
        assert {*map(str, path)} & {*content["field"].split(".")}, (route, path, content)
