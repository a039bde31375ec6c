"""The location: from the first position on, an ambulance can roll; better positions replace it while it does."""

from dispatch import commands as c
from dispatch import events as e
from dispatch.city import City
from dispatch.command import Command
from dispatch.flow.call import unless_open
from dispatch.flow.decision import Decide, Decision
from dispatch.rules import Rules


def locate(city: City, _command: Command, ask: c.Locate, _rules: Rules) -> Decision:
    """Fix where it is."""
    if (refused := unless_open(city, ask.incident_id)) is not None:
        return refused
    return [e.IncidentLocated(ask.incident_id, ask.place, ask.words)]


DECISIONS: dict[type, Decide] = {c.Locate: locate}
