"""Standing by: the likely unit is told while the caller is still asked, and sent, moved or stood down with one key."""

from dispatch import commands as c
from dispatch import events as e
from dispatch.command import Command
from dispatch.errors import Refused
from dispatch.flow.call import unless_open
from dispatch.flow.decision import Decide, Decision, Facts
from dispatch.rules import Rules
from dispatch.state.city import City
from dispatch.state.incident import IncidentPhase
from dispatch.state.standby import STANDBY_STEPS
from dispatch.state.unit import DISPATCHABLE, Unit


def unless_dispatchable_to(city: City, incident_id: str) -> Refused | None:
    """Return the refusal for an incident nobody can be sent to: dispatch needs a location, and only that."""
    if (refused := unless_open(city, incident_id)) is not None:
        return refused
    incident = city.incidents[incident_id]
    if incident.phase is IncidentPhase.UNLOCATED:
        return Refused("incident.not_located", {"incident": incident.number})
    return None


def unless_free(unit: Unit, seen: str | None = None) -> Refused | None:
    """Return the refusal for a unit that cannot be sent at this very moment."""
    if unit.status in DISPATCHABLE and unit.crew:
        return None
    params = {"unit": unit.call_sign, "status": f"status.{unit.status}", "seen": f"status.{seen or 'available'}"}
    return Refused("unit.not_free", params)


def prealert_unit(city: City, _command: Command, ask: c.PrealertUnit, _rules: Rules) -> Decision:
    """Let a free unit stand by; it changes over when it stood by for another incident."""
    if (refused := unless_dispatchable_to(city, ask.incident_id)) is not None:
        return refused
    unit = city.units.get(ask.unit_id)
    if unit is None:
        return Refused("unit.unknown", {"unit": ask.unit_id})
    if (refused := unless_free(unit)) is not None:
        return refused
    if unit.standby is not None and unit.standby.incident_id == ask.incident_id:
        return Refused("standby.already", {"unit": unit.call_sign})
    return [*freed_from_standby(unit, ask.incident_id), e.UnitPrealerted(ask.incident_id, unit.id)]


def freed_from_standby(unit: Unit, for_incident_id: str | None) -> Facts:
    """End what a unit stood by for: it is sent there, sent elsewhere, or (None) gone."""
    if unit.standby is None:
        return []
    here = unit.standby.incident_id
    if here == for_incident_id:
        return [e.StandbyEnded(here, unit.id, "upgraded")]
    end = "unit_gone" if for_incident_id is None else "moved"
    return [e.StandbyEnded(here, unit.id, end), e.UnitTakenAway(here, unit.id, for_incident_id)]


def acknowledge_standby(city: City, _command: Command, ask: c.AcknowledgeStandby, _rules: Rules) -> Decision:
    """Note that the crew knows; a second tap adds nothing."""
    unit = city.units.get(ask.unit_id)
    if unit is None or unit.standby is None:
        return Refused("standby.none", {"unit": ask.unit_id if unit is None else unit.call_sign})
    if (unit.standby.phase, e.StandbyAcknowledged) not in STANDBY_STEPS:
        return []
    return [e.StandbyAcknowledged(unit.standby.incident_id, unit.id)]


def stand_down(city: City, _command: Command, ask: c.StandDownUnit, _rules: Rules) -> Decision:
    """Let the unit go back to what it did."""
    unit = city.units.get(ask.unit_id)
    if unit is None or unit.standby is None:
        return Refused("standby.none", {"unit": ask.unit_id if unit is None else unit.call_sign})
    return [e.StandbyEnded(unit.standby.incident_id, unit.id, "stood_down", ask.reason)]


DECISIONS: dict[type, Decide] = {
    c.PrealertUnit: prealert_unit,
    c.AcknowledgeStandby: acknowledge_standby,
    c.StandDownUnit: stand_down,
}
