"""What the ground facts change: hospitals, vehicles, crews, and what a centre says about itself."""

from dataclasses import replace

from dispatch import center
from dispatch import unit as u
from dispatch.changes.change import Change
from dispatch.city import City
from dispatch.events import ground as ge
from dispatch.fact import Fact
from dispatch.words import UnitStatus


def center_listed(city: City, fact: Fact, d: ge.CenterListed) -> City:
    known = city.centers.get(d.center_id)
    listed = center.Center(d.center_id, d.name, d.grade, d.lon, d.lat, d.kinds, d.capabilities, d.phone)
    return city.with_center(listed if known is None else _with_what_runs(listed, known))


def _with_what_runs(listed: center.Center, known: center.Center) -> center.Center:
    return replace(listed, statuses=known.statuses, wall=known.wall, resources=known.resources, ways=known.ways)


def center_status(city: City, fact: Fact, d: ge.CenterStatusReported) -> City:
    row = city.centers[d.center_id]
    status = center.CenterStatus(d.topic, d.state, d.owner, d.reason, fact.at, d.expires_at)
    return city.with_center(replace(row, statuses={**row.statuses, d.topic: status}))


def unit_commissioned(city: City, fact: Fact, d: ge.UnitCommissioned) -> City:
    return city.with_unit(
        u.Unit(
            d.unit_id,
            d.call_sign,
            d.station_id,
            d.station_name,
            d.lon,
            d.lat,
            d.level,
            d.equipment,
            UnitStatus.OUT_OF_SERVICE,
            fact.at,
            out_reason="no_crew",
        )
    )


def signed_on(city: City, fact: Fact, d: ge.CrewSignedOn) -> City:
    row = replace(city.units[d.unit_id], crew=d.crew, crew_names=d.names)
    return city.with_unit(row)


def signed_off(city: City, fact: Fact, d: ge.CrewSignedOff) -> City:
    row = city.units[d.unit_id]
    return city.with_unit(
        replace(
            row, crew=(), crew_names=None, status=UnitStatus.OUT_OF_SERVICE, status_since=fact.at, out_reason="no_crew"
        )
    )


def out_of_service(city: City, fact: Fact, d: ge.UnitOutOfService) -> City:
    row = city.units[d.unit_id]
    return city.with_unit(
        replace(row, status=UnitStatus.OUT_OF_SERVICE, status_since=fact.at, out_reason=d.reason, out_until=d.until)
    )


CHANGES: dict[type, Change] = {
    ge.CenterListed: center_listed,
    ge.CenterStatusReported: center_status,
    ge.UnitCommissioned: unit_commissioned,
    ge.CrewSignedOn: signed_on,
    ge.CrewSignedOff: signed_off,
    ge.UnitOutOfService: out_of_service,
}
