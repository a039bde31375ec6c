"""What a search for the nearest unit may want of it, as bits the search looks at: status, level, equipment."""

from collections.abc import Collection
from typing import Final

from dispatch.state.unit import DISPATCHABLE, DIVERTIBLE, Unit
from dispatch.words import UnitStatus

READY: Final = 1  # can be sent now: parked or driving home, with a crew
DIVERTIBLE_NOW: Final = 2
STRETCHER_HELD: Final = 64
_LEVELS: Final = {"als": 4, "bls": 0}  # who may do more may always do less
_EQUIPMENT: Final = {"negative_pressure": 8, "incubator": 16, "ecmo": 32}

INFECTION_EQUIPMENT: Final = "negative_pressure"  # what suspected infection asks for
LEVELS: Final = tuple(_LEVELS)
EQUIPMENT: Final = tuple(_EQUIPMENT)


def traits_of(unit: Unit) -> int:
    """Return everything that a unit is and has."""
    ready = READY if unit.status in DISPATCHABLE and unit.crew else 0
    divertible = DIVERTIBLE_NOW if unit.status in DIVERTIBLE and unit.assignment_id is not None else 0
    held = STRETCHER_HELD if unit.status is UnitStatus.STRETCHER_HELD else 0
    return ready | divertible | held | wanted_traits(unit.level, unit.equipment)


def wanted_traits(level: str | None = None, equipment: Collection[str] = ()) -> int:
    """Return what a unit must be and have; what nobody can ask for (another word for a cot) counts for nothing."""
    wanted = _LEVELS.get(level or "", 0)
    for each in equipment:
        wanted |= _EQUIPMENT.get(each, 0)
    return wanted
