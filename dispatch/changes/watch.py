"""What the facts of who is really there change."""

from dataclasses import replace

from dispatch.changes.change import Change
from dispatch.city import City
from dispatch.events import watch as we
from dispatch.fact import Fact
from dispatch.wall import WALL_STEPS, Wall, WallPhase


def wall_stands(city: City, fact: Fact, d: we.WallArmed | we.WallSilent | we.WallLost) -> City:
    row = city.centers[d.center_id]
    known = WallPhase.NEVER if row.wall is None else row.wall.phase
    wall = Wall(WALL_STEPS[known, type(d)], fact.at)
    return city.with_center(replace(row, wall=wall))


def end_read(city: City, fact: Fact, d: we.EndReadByCrew) -> City:
    return city.with_activation(replace(city.activations[d.activation_id], crew_knows_at=fact.at))


CHANGES: dict[type, Change] = {
    we.WallArmed: wall_stands,
    we.WallSilent: wall_stands,
    we.WallLost: wall_stands,
    we.EndReadByCrew: end_read,
}
