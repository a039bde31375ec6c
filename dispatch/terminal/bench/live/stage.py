"""Bring our server to where ``bench live`` begins: every ambulance at a patient, its centre's walls listening."""

import asyncio
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from dispatch.simulation.client import Client, Server
from dispatch.terminal.bench.live.dialects import device_of, greeting
from dispatch.terminal.bench.live.load import DISPLAYS_EACH, GROUP, Wire, opened

CREW = ["doctor", "nurse", "driver"]
STEPS = ("accepted", "en_route", "on_scene", "at_patient")
AT_ONCE = 8  # ambulances that are made ready
PASSWORD = "a password of this bench"  # noqa: S105 - of accounts that live as long as the bench
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stage:
    """Whose patients, and the open connections."""

    patients: list[str]
    wires: list[Wire]


async def stage(url: str, ambulances: int) -> Stage:
    """Make everything ready over HTTP, as people would; then open the connections of tablets and walls."""
    server = Server(url)
    await server.meet()
    seat = Client(server, "dispatcher1", "demo")
    await seat.sign_in()
    following = asyncio.create_task(seat.follow())
    while not seat.tables:
        await seat.wait_for_change()
    known, centers = sorted(seat.tables["units"]), sorted(seat.tables["centers"])
    units = known[:ambulances] + await _more(server, seat.tables["units"][known[0]], ambulances - len(known))
    while len(seat.tables["units"]) < ambulances:
        await seat.wait_for_change()
    walls = [await _wall(server, centers[group % len(centers)]) for group in range(-(-ambulances // GROUP))]
    door = asyncio.Semaphore(AT_ONCE)

    async def ready(number: int, unit_id: str) -> tuple[Client, str]:
        async with door:
            tablet = Client(server, f"crew-{unit_id.lower()}", "demo" if unit_id in known else PASSWORD)
            await tablet.sign_in()
            group = number // GROUP
            ids = await _at_patient(seat, tablet, unit_id, number, centers[group % len(centers)])
            await _done(walls[group], "acknowledge-activation", {"activation_id": ids["activation_id"]})
            return tablet, ids["patient_id"]

    made = await asyncio.gather(*(ready(number, unit_id) for number, unit_id in enumerate(units)))
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
    wires = [await _opened(each, number, display=False) for number, (each, _) in enumerate(made)]
    for group, wall in enumerate(walls):
        wires += [await _opened(wall, group, display=True) for _ in range(DISPLAYS_EACH)]
    await server.close()
    return Stage([patient_id for _, patient_id in made], wires)


async def _wall(server: Server, center_id: str) -> Client:
    wall = Client(server, f"dept-{center_id.lower()}", "demo")
    await wall.sign_in()
    return wall


async def _more(server: Server, like: Row, count: int) -> list[str]:
    """Commission the ambulances that a city has too few of, each with its crew's account."""
    if count <= 0:
        return []
    admin = Client(server, "admin", "demo")
    await admin.sign_in()
    added = [f"BENCH{number:03d}" for number in range(count)]
    names = ("station_id", "station_name", "lon", "lat")
    for unit_id in added:
        place = {name: like[name] for name in names} | {"datum": "wgs84"}
        await _done(admin, "commission-unit", {"unit_id": unit_id, "call_sign": unit_id, **place})
        account = {"account": f"crew-{unit_id.lower()}", "label": unit_id, "role": "crew", "unit_id": unit_id}
        await admin.post("/api/accounts", {**account, "password": PASSWORD})
    return added


async def _at_patient(seat: Client, tablet: Client, unit_id: str, number: int, center_id: str) -> dict[str, str]:
    """Bring one unit to a patient, bind its monitor, and tell the centre; return the ids of all that."""
    unit = seat.tables["units"][unit_id]
    place = {"lon": unit["lon"], "lat": unit["lat"], "radius_m": 10.0, "datum": "wgs84", "source": "map_click"}
    await _done(tablet, "sign-on", {"unit_id": unit_id, "crew": CREW})
    ids = await _done(seat, "receive-call", {"number": "1", "place": place})
    await _done(seat, "assign-unit", {"incident_id": ids["incident_id"], "unit_id": unit_id})
    for status in STEPS:
        await _done(tablet, "report-status", {"unit_id": unit_id, "status": status})
    patient_id = ids["patient_id"]
    await _done(tablet, "bind-monitor", {"patient_id": patient_id, "device_id": device_of(number)})
    wish = {"chosen_by": "patient_or_family", "reason": "family_wish", "risk_told": True}
    return ids | await _done(tablet, "choose-destination", {"patient_id": patient_id, "center_id": center_id, **wish})


async def _done(client: Client, slug: str, data: Row) -> dict[str, str]:
    answer = await client.send(slug, data)
    if answer is None:
        raise RuntimeError(f"{client.account}: {slug} was refused: {client.server.audit.refused}")
    ids: dict[str, str] = answer["ids"]
    return ids


async def _opened(client: Client, number: int, *, display: bool) -> Wire:
    ticket = (await client.post("/api/ticket", {}))["ticket"]
    parts = urlsplit(client.server.url)
    address = (str(parts.hostname), int(parts.port or 80))
    wire = await asyncio.to_thread(opened, address, f"/ws?ticket={ticket}", number, display=display, protocol="gc.v1")
    for words in greeting(display=display):
        wire.sock.sendall(words)
    return wire
