"""What makes a call harder than its case: danger on scene, a caller who is lost, one event that many report, a hang-up.

All shares are assumed for demonstration. Everything is drawn from the case's own chance.
"""

from dataclasses import dataclass
from functools import lru_cache

from dispatch.simulation.cases import AT_HAND, Case

# kind of case -> danger -> share of the calls
DANGERS: dict[str, dict[str, float]] = {
    "trauma": {"violence": 0.08, "traffic": 0.20},
    "trauma_red": {"traffic": 0.60, "entrapped": 0.10},
    "breathing": {"infectious_suspected": 0.12, "fire": 0.02},
    "child": {"infectious_suspected": 0.10},
    "minor": {"infectious_suspected": 0.04},
    "poisoning": {"chemical": 0.06, "violence": 0.03},
}
ASKED = ("violence", "fire", "chemical", "traffic", "entrapped", "infectious_suspected")
SEEN_BY_MANY = {"traffic": 0.5, "fire": 0.5, "violence": 0.2}
SEEN_BY_MANY_ELSE = 0.02
OTHERS_MOST = 4
LOST = 0.05  # callers who cannot say where they are, and whose handset does not tell either
GIVES_UP = 0.03
BACK = {"needs_help": 0.6, "no_need": 0.3, "unreachable": 0.1}  # how ringing back ends
GIVES_UP_S = 4.0
STANDS_BY = 0.5  # of the calls, as soon as place and complaint are known


@dataclass(frozen=True, slots=True)
class Trouble:
    """One call's troubles; ``others_s`` are the seconds after which somebody else rings about the same event."""

    dangers: tuple[str, ...]
    is_lost: bool
    others_s: tuple[float, ...]
    gives_up: bool
    back: str
    stands_by: bool


@lru_cache(AT_HAND)
def trouble_of(case: Case) -> Trouble:
    """Draw the troubles of a case."""
    dangers = tuple(
        danger for danger, share in DANGERS.get(case.kind, {}).items() if _happens(case, f"danger/{danger}", share)
    )
    many = max((SEEN_BY_MANY.get(each, 0.0) for each in dangers), default=0.0) or SEEN_BY_MANY_ELSE
    chance, others = case.chance("others"), 0
    if chance.random() < many:
        others = chance.randint(1, OTHERS_MOST)
    gives_up = others == 0 and _happens(case, "gives_up", GIVES_UP)
    is_lost = others == 0 and not gives_up and _happens(case, "lost", LOST)
    back = case.chance("back").choices(list(BACK), list(BACK.values()))[0]
    seconds = tuple(sorted(chance.uniform(10, 120) for _ in range(others)))
    return Trouble(dangers, is_lost, seconds, gives_up, back, _happens(case, "stands_by", STANDS_BY))


def _happens(case: Case, what: str, share: float) -> bool:
    return case.chance(what).random() < share


def scene_answers(trouble: Trouble) -> dict[str, str]:
    """Return what the caller answers about danger."""
    return {each: "yes" if each in trouble.dangers else "no" for each in ASKED}
