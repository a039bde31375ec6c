"""Answer "why not there?" for the few centres that somebody would ask about: the nearest that do not lead."""

from typing import Final

import msgspec

from center_protocols.assessment import Coded, said_minutes
from center_protocols.destination import DestinationRanking, Excluded, Option

# What a screen has room for and a crew has time for.
SHOWN: Final = 3


class WhyNot(msgspec.Struct, frozen=True):
    """Hold one centre that does not lead, and the one reason that counts."""

    center_id: str
    reason: Coded


def why_nots(ranking: DestinationRanking, shown: int = SHOWN) -> tuple[WhyNot, ...]:
    """Return the nearest centres that do not lead, each with its reason; unreachable ones stand last."""
    if not ranking.options:
        return tuple(WhyNot(item.center_id, item.reason) for item in ranking.excluded[:shown])
    best, *others = ranking.options
    asked: list[Option | Excluded] = [*others, *ranking.excluded]
    asked.sort(key=lambda item: (item.eta_s is None, item.eta_s or 0, item.center_id))
    return tuple(WhyNot(item.center_id, _reason(item, best, ranking)) for item in asked[:shown])


def _reason(item: Option | Excluded, best: Option, ranking: DestinationRanking) -> Coded:
    if isinstance(item, Excluded):
        return item.reason
    if item.tie:
        return Coded("why_not.equal")
    if ranking.by_outcome:
        return Coded("why_not.lesser_outcome")
    if item.treatment is not best.treatment:
        gate = next((each for each in item.warnings if not each.code.startswith("destination.status_")), None)
        return gate or Coded("why_not.lesser_treatment")
    later_s = item.time_to_treatment_s - best.time_to_treatment_s
    cost = next((each for each in item.warnings if each.params.get("cost_min", 0) != 0), None)
    if cost is not None and item.eta_s < best.eta_s:
        return cost
    return Coded("why_not.later", {"later_min": said_minutes(later_s)})
