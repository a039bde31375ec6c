"""What the facts of who is really there change."""

from dataclasses import replace

from dispatch import events as e
from dispatch.changes.change import Change, step
from dispatch.fact import Fact
from dispatch.state.city import City
from dispatch.state.wall import WALL_STEPS, Wall, WallPhase


def wall_stands(city: City, fact: Fact, d: e.WallArmed | e.WallSilent | e.WallLost) -> City:
    row = city.centers[d.center_id]
    known = WallPhase.NEVER if row.wall is None else row.wall.phase
    wall = Wall(step(WALL_STEPS, known, fact), fact.at)
    return city.with_center(replace(row, wall=wall))


def end_read(city: City, fact: Fact, d: e.EndReadByCrew) -> City:
    return city.with_activation(replace(city.activations[d.activation_id], crew_knows_at=fact.at))


CHANGES: dict[type, Change] = {
    e.WallArmed: wall_stands,
    e.WallSilent: wall_stands,
    e.WallLost: wall_stands,
    e.EndReadByCrew: end_read,
}
