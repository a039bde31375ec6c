"""Draw the state tables as Mermaid diagrams: ``python -m dispatch.diagrams > docs/state-machines.md``."""

import sys
from collections.abc import Iterable

from dispatch.call import CALL_STEPS
from dispatch.center import ACTIVATION_STEPS
from dispatch.consult import ORDER_STEPS
from dispatch.incident import INCIDENT_STEPS
from dispatch.scene import NOTICE_STEPS, STAGING_STEPS
from dispatch.standby import STANDBY_STEPS
from dispatch.team import SUMMONS_STEPS
from dispatch.unit import JOURNEY
from dispatch.wall import WALL_STEPS

HEADER = """# State machines

Generated from the tables in `dispatch/` by `python -m dispatch.diagrams`; a test compares.
A step that is not drawn is refused.
"""


def render() -> str:
    """Return docs/state-machines.md."""
    parts = [
        HEADER,
        _diagram("Call (`dispatch/call.py`)", ((a, to, fact.__name__) for (a, fact), to in CALL_STEPS.items())),
        _diagram(
            "Incident (`dispatch/incident.py`)", ((a, to, fact.__name__) for (a, fact), to in INCIDENT_STEPS.items())
        ),
        _diagram(
            "Standing by (`dispatch/standby.py`)", ((a, to, fact.__name__) for (a, fact), to in STANDBY_STEPS.items())
        ),
        _diagram(
            "Standing off (`dispatch/scene.py`)", ((a, to, fact.__name__) for (a, fact), to in STAGING_STEPS.items())
        ),
        _diagram(
            "Notice to 110, 119, 122 (`dispatch/scene.py`)",
            ((a, to, fact.__name__) for (a, fact), to in NOTICE_STEPS.items()),
        ),
        _diagram(
            "Unit (`dispatch/unit.py`); outcomes and assignment are facts of their own",
            ((status, to, "") for status, all_to in JOURNEY.items() for to in sorted(all_to)),
        ),
        _diagram(
            "Activation (`dispatch/center.py`)", ((a, to, fact.__name__) for (a, fact), to in ACTIVATION_STEPS.items())
        ),
        _diagram(
            "Summons of one person (`dispatch/team.py`)",
            ((a, to, fact.__name__) for (a, fact), to in SUMMONS_STEPS.items()),
        ),
        _diagram("Wall (`dispatch/wall.py`)", ((a, to, fact.__name__) for (a, fact), to in WALL_STEPS.items())),
        _diagram("Order (`dispatch/consult.py`)", ((a, to, fact.__name__) for (a, fact), to in ORDER_STEPS.items())),
    ]
    return "\n".join(parts)


def _diagram(title: str, steps: Iterable[tuple[str, str, str]]) -> str:
    lines = [f"    {start} --> {to}" + (f": {fact}" if fact else "") for start, to, fact in steps]
    return "\n".join([f"## {title}\n", "```mermaid", "stateDiagram-v2", *lines, "```", ""])


if __name__ == "__main__":
    sys.stdout.write(render())
