"""What hospitals and vehicles entering the city's lists change."""

from dataclasses import replace

from dispatch import events as e
from dispatch.changes.change import Change
from dispatch.fact import Fact
from dispatch.state import center
from dispatch.state import unit as u
from dispatch.state.city import City
from dispatch.words import UnitStatus


def center_listed(city: City, fact: Fact, d: e.CenterListed) -> City:
    known = city.centers.get(d.center_id)
    listed = center.Center(d.center_id, d.name, d.grade, d.lon, d.lat, d.kinds, d.capabilities, d.phone)
    return city.with_center(listed if known is None else _with_what_runs(listed, known))


def center_line_set(city: City, fact: Fact, d: e.CenterLineSet) -> City:
    return city.with_center(replace(city.centers[d.center_id], phone=d.phone))


def _with_what_runs(listed: center.Center, known: center.Center) -> center.Center:
    return replace(listed, statuses=known.statuses, wall=known.wall, resources=known.resources, ways=known.ways)


def unit_commissioned(city: City, fact: Fact, d: e.UnitCommissioned) -> City:
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


CHANGES: dict[type, Change] = {
    e.CenterListed: center_listed,
    e.CenterLineSet: center_line_set,
    e.UnitCommissioned: unit_commissioned,
}
