"""From the ring to the register: the stages in the order in which an incident passes them.

This list is the one statement of that order; docs/life-of-a-call.md follows it and a test compares the two.
``recommend`` decides nothing: it ranks, silently, whenever anything changes.
"""

from dispatch.command import Command
from dispatch.flow import (
    activation,
    assignment,
    call,
    consult,
    deadlines,
    direct,
    ground,
    handoff,
    journey,
    link,
    location,
    patient,
    record,
    resources,
    roads,
    scene,
    standby,
    switchboard,
    teams,
    triage,
    waiting,
    watch,
)
from dispatch.flow.decision import Decide, Decision
from dispatch.rules import Rules
from dispatch.state.city import City

STAGES = (
    ground,
    roads,
    switchboard,
    call,
    location,
    link,
    triage,
    scene,
    standby,
    assignment,
    waiting,
    journey,
    patient,
    activation,
    resources,
    teams,
    watch,
    direct,
    consult,
    handoff,
    record,
    deadlines,
)

DECISIONS: dict[type, Decide] = {kind: rule for stage in STAGES for kind, rule in stage.DECISIONS.items()}


def decide(city: City, command: Command, rules: Rules) -> Decision:
    """Return the facts that follow from a command, or the one refusal; changes nothing."""
    return DECISIONS[type(command.data)](city, command, command.data, rules)
