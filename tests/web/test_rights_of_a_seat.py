"""The console shows a call-taker no key that the server would refuse, and hides none that it would take."""

import re
from pathlib import Path

from dispatch.command import slug
from dispatch.command_roles import RIGHTS
from dispatch.words import Role

QUOTED = re.compile(r'"([a-z-]+)"')


def test_the_console_knows_what_is_not_for_call_takers(project_dir: Path) -> None:
    known = (project_dir / "web/console/logic/rights.ts").read_text(encoding="utf-8")
    said = set(QUOTED.findall(known.partition("new Set<Slug>([")[2].partition("])")[0]))
    commands = (project_dir / "web/shared/commands.ts").read_text(encoding="utf-8")
    sent = set(re.findall(r'^  "([a-z-]+)": ', commands, re.MULTILINE))
    not_theirs = {
        slug(kind) for kind, roles in RIGHTS.items() if Role.DISPATCHER in roles and Role.CALL_TAKER not in roles
    }
    assert len(said) > 10
    assert said == not_theirs & sent
