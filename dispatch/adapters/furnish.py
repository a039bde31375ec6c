"""Put a city's hospitals and vehicles into its journal on the first start, through ordinary commands.

What the lists do not say is assumed, the same way every time, and marked so wherever it is shown: every fourth vehicle
is a basic one, every third has negative pressure, every tenth an incubator.
"""

import asyncio
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from ulid import ULID

from center_protocols.capabilities import capabilities_of
from dispatch.adapters.clock import Clock
from dispatch.command import Command
from dispatch.commands.ground import CommissionUnit, ListCenter
from dispatch.desk import Desk
from dispatch.errors import Refused
from dispatch.ports import Position
from dispatch.state.city import City
from dispatch.words import Actor, Role
from geo.city_pack import CityPack

FOUNDER: Final = Actor("city-pack", Role.ADMIN)
ASSUMED: Final = ("unit_level", "unit_equipment", "center_capabilities")
BASIC_EVERY, NEGATIVE_PRESSURE_EVERY, INCUBATOR_EVERY = 4, 3, 10
UNKNOWN_GRADE = "unknown"


async def furnish(desk: Desk, pack: CityPack, clock: Clock) -> int:
    """List the centres and commission the units that the city does not know yet; return how many.

    Raises
    ------
    RuntimeError
        The desk refuses one of them: pack and rules contradict each other, and nobody could be sent.
    JournalUnavailable
        The journal cannot write.
    """
    wanted = [*_centers(pack, desk.durable), *_units(pack, desk.durable)]
    answers = await asyncio.gather(*(desk.handle(_command(data, clock.now())) for data in wanted))
    refused = [(data, answer) for data, answer in zip(wanted, answers, strict=True) if isinstance(answer, Refused)]
    if refused:
        raise RuntimeError(f"the desk refuses the city's own lists: {refused[0]}")
    return len(wanted)


def _command(data: Any, now: datetime) -> Command:  # noqa: ANN401 - ListCenter or CommissionUnit
    return Command(str(ULID.from_datetime(now)), data, FOUNDER, now, now)


def _centers(pack: CityPack, city: City) -> Iterator[ListCenter]:
    for site in pack.centers:
        if site.center_id in city.centers:
            continue
        capabilities = capabilities_of(site.flags, site.grade or UNKNOWN_GRADE, site.capabilities)
        yield ListCenter(
            site.center_id,
            site.name,
            site.grade or UNKNOWN_GRADE,
            site.point.lon,
            site.point.lat,
            tuple(flag for flag, is_set in site.flags.items() if is_set),
            tuple(sorted(str(each) for each in capabilities)),
        )


def _units(pack: CityPack, city: City) -> Iterator[CommissionUnit]:
    number = 0
    for station in pack.stations:
        for _ in range(station.ambulances):
            number += 1
            unit_id = f"U{number:03d}"
            if unit_id in city.units:
                continue
            yield CommissionUnit(
                unit_id,
                f"急救{number:03d}",
                station.station_id,
                station.name,
                station.point.lon,
                station.point.lat,
                "bls" if number % BASIC_EVERY == 0 else "als",
                _equipment(number),
            )


def _equipment(number: int) -> tuple[str, ...]:
    carried = (("negative_pressure", NEGATIVE_PRESSURE_EVERY), ("incubator", INCUBATOR_EVERY))
    return tuple(name for name, every in carried if number % every == 0)


def parked(city: City, known: set[str]) -> list[Position]:
    """Return the units nobody has seen yet at their stations, as old as their last known status."""
    return [
        Position(unit.id, unit.status_since, unit.lon, unit.lat, None, None, None)
        for unit in city.units.values()
        if unit.id not in known
    ]
