"""The ground a city stands on: which hospitals there are, which vehicles."""

from dispatch import commands as c
from dispatch import events as e
from dispatch.command import Command
from dispatch.errors import Refused
from dispatch.flow.decision import Decide, Decision
from dispatch.rules import Rules
from dispatch.state.city import City


def list_center(_city: City, _command: Command, ask: c.ListCenter, _rules: Rules) -> Decision:
    """Enter a hospital, or what it declares now."""
    return [
        e.CenterListed(ask.center_id, ask.name, ask.grade, ask.lon, ask.lat, ask.kinds, ask.capabilities, ask.phone)
    ]


def set_center_line(city: City, _command: Command, ask: c.SetCenterLine, _rules: Rules) -> Decision:
    """Keep a department's 24-hour line; the same again adds nothing."""
    known = city.centers.get(ask.center_id)
    if known is None:
        return Refused("center.unknown")
    phone = ask.phone.strip()
    return [] if known.phone == phone else [e.CenterLineSet(ask.center_id, phone)]


def commission_unit(city: City, _command: Command, ask: c.CommissionUnit, _rules: Rules) -> Decision:
    """Add a vehicle once."""
    if ask.unit_id in city.units:
        return Refused("unit.exists", {"unit": ask.unit_id})
    return [
        e.UnitCommissioned(
            ask.unit_id, ask.call_sign, ask.station_id, ask.station_name, ask.lon, ask.lat, ask.level, ask.equipment
        )
    ]


DECISIONS: dict[type, Decide] = {
    c.ListCenter: list_center,
    c.SetCenterLine: set_center_line,
    c.CommissionUnit: commission_unit,
}
