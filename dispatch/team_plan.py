"""Whom a department summons for which step of the protocol's plan, read once from ``teams.toml`` with their sources."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from center_protocols.vocabulary import Activation
from dispatch.state.team import TeamRole


@dataclass(frozen=True, slots=True)
class TeamStep:
    """The people of one step, and whether they are summoned with the pre-alert or by hand."""

    roles: tuple[TeamRole, ...]
    at_once: bool


@cache
def steps() -> dict[str, TeamStep]:
    """Return the steps as shipped, by their code."""
    rows = tomllib.loads(files("dispatch").joinpath("teams.toml").read_text(encoding="utf-8"))
    return {
        Activation(code).value: TeamStep(tuple(TeamRole(each) for each in row["roles"]), row["start"] == "sent")
        for code, row in rows.items()
    }


def roles_of(codes: Iterable[str], *, at_once: bool) -> tuple[TeamRole, ...]:
    """Return the roles that these steps want, each once: those summoned at once, or all."""
    wanted = (steps()[code] for code in codes if code in steps())
    return tuple(dict.fromkeys(role for step in wanted if step.at_once or not at_once for role in step.roles))
