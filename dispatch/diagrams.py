"""Draw the state tables as Mermaid diagrams: ``python -m dispatch.diagrams > docs/state-machines.md``."""

import sys
from collections.abc import Iterable, Mapping
from typing import Any

from dispatch.state.call import CALL_STEPS
from dispatch.state.center import ACTIVATION_STEPS
from dispatch.state.consult import ORDER_STEPS
from dispatch.state.incident import INCIDENT_STEPS
from dispatch.state.scene import NOTICE_STEPS, STAGING_STEPS
from dispatch.state.standby import STANDBY_STEPS
from dispatch.state.team import SUMMONS_STEPS
from dispatch.state.unit import JOURNEY
from dispatch.state.wall import WALL_STEPS

HEADER = """# State machines

Generated from the tables in `dispatch/state/` by `python -m dispatch.diagrams`; a test compares.
A step that is not drawn is refused.
"""

# What has steps, the file of its table, the table: where it goes, by where it is and what happens.
TABLES: tuple[tuple[str, str, Mapping[Any, str]], ...] = (
    ("Call", "call", CALL_STEPS),
    ("Incident", "incident", INCIDENT_STEPS),
    ("Standing by", "standby", STANDBY_STEPS),
    ("Standing off", "scene", STAGING_STEPS),
    ("Notice to 110, 119, 122", "scene", NOTICE_STEPS),
    ("Activation", "center", ACTIVATION_STEPS),
    ("Summons of one person", "team", SUMMONS_STEPS),
    ("Wall", "wall", WALL_STEPS),
    ("Order", "consult", ORDER_STEPS),
)


def render() -> str:
    """Return docs/state-machines.md."""
    journey = ((status, to, "") for status, all_to in JOURNEY.items() for to in sorted(all_to))
    parts = [
        HEADER,
        _diagram("Unit (`dispatch/state/unit.py`); outcomes and assignment are facts of their own", journey),
    ]
    for what, file, table in TABLES:
        steps = ((start, to, fact.__name__) for (start, fact), to in table.items())
        parts.append(_diagram(f"{what} (`dispatch/state/{file}.py`)", steps))
    return "\n".join(parts)


def _diagram(title: str, steps: Iterable[tuple[str, str, str]]) -> str:
    lines = [f"    {start} --> {to}" + (f": {fact}" if fact else "") for start, to, fact in steps]
    return "\n".join([f"## {title}\n", "```mermaid", "stateDiagram-v2", *lines, "```", ""])


if __name__ == "__main__":
    sys.stdout.write(render())
