"""What a crew is told on the way: where to turn, onto which road, and how far it goes on.

A way has an arc for each piece between two junctions; a crew wants a step only where it has to do something. Joints
that are one manoeuvre (both halves of a turn across a dual carriageway) become one. Here are codes, no words.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from geo.driven_line import DrivenLine, turned
from geo.osm_import import RoadName
from geo.roads import NO_ARC, RoadGraph
from geo.route import Route

# Joints nearer to each other than this are one manoeuvre: the median strip of a wide avenue lies between them.
ONE_MANOEUVRE_M = 35.0

# A new name counts when it lasts: bridges and junctions have names of their own.
NAME_LASTS_M = 60.0

# A bridge or a crossing on a road is not worth a word when the road goes on after so many metres.
BYNAME_M = 400.0

# A turn lane that leaves one road and joins another may be so long: its ends are one turn.
TURN_LANE_M = 200.0

# Turns from so many degrees on; below the first one goes straight on.
SLIGHT_DEG, TURN_DEG, SHARP_DEG, U_TURN_DEG = 20.0, 45.0, 120.0, 160.0


class Turn(StrEnum):
    """What to do at the beginning of a step."""

    DEPART = "depart"
    CONTINUE = "continue"
    SLIGHT_LEFT = "slight_left"
    LEFT = "left"
    SHARP_LEFT = "sharp_left"
    SLIGHT_RIGHT = "slight_right"
    RIGHT = "right"
    SHARP_RIGHT = "sharp_right"
    KEEP_LEFT = "keep_left"
    KEEP_RIGHT = "keep_right"
    U_TURN = "u_turn"
    RAMP = "ramp"
    MERGE = "merge"
    ROUNDABOUT = "roundabout"
    ARRIVE = "arrive"


@dataclass(frozen=True, slots=True)
class TurnStep:
    """One step: what to do, onto which road (None where it has no name), and how far and long it then goes on.

    ``bearing_deg`` is the course after the turn, clockwise from north; ``exit_number`` counts a roundabout's exits.
    """

    turn: Turn
    name: RoadName | None
    distance_m: float
    duration_s: float
    bearing_deg: float
    exit_number: int | None = None

    @property
    def code(self) -> str:
        """Return the text's code; with a name it takes ``{name}``, at a roundabout ``{exit}``."""
        return f"route.{self.turn}" if self.name is None else f"route.{self.turn}.onto"


def turn_list(graph: RoadGraph, names: Sequence[RoadName | None], route: Route) -> tuple[TurnStep, ...]:
    """Return the steps of a route, from `Turn.DEPART` to `Turn.ARRIVE`; they add up to its length and duration."""
    if not route.legs:
        return (TurnStep(Turn.ARRIVE, None, 0.0, 0.0, 0.0),)
    driven = DrivenLine.of(graph, names, route.legs)
    starts = [(0, Turn.DEPART, None), *_manoeuvres(driven)]
    ends = [*(leg for leg, _, _ in starts[1:]), len(route.legs)]
    steps = [
        TurnStep(
            turn,
            driven.name_of(leg, end),
            driven.metre[end] - driven.metre[leg],
            sum(route.leg_s[leg:end]),
            driven.course_after(driven.joint_after_ring(leg) if turn is Turn.ROUNDABOUT else leg),
            exit_number,
        )
        for (leg, turn, exit_number), end in zip(starts, ends, strict=True)
    ]
    arrival = TurnStep(Turn.ARRIVE, steps[-1].name, 0.0, 0.0, driven.course_before(len(route.legs)))
    return (*_tidied(steps), arrival)


def _tidied(steps: Sequence[TurnStep]) -> list[TurnStep]:
    """Join a turn to the road behind its junction, and drop the names that a road bears only for a while."""
    kept: list[TurnStep] = []
    for step in _over_junctions(steps):
        goes_on = step.turn is Turn.CONTINUE
        if goes_on and len(kept) > 1 and kept[-2].name == step.name and _is_byname(kept[-1]):
            between = kept.pop()
            kept.append(_joined(_joined(kept.pop(), between, step.name), step, step.name))
        elif goes_on and kept and kept[-1].name == step.name:
            kept.append(_joined(kept.pop(), step, step.name))
        else:
            kept.append(step)
    return kept


def _over_junctions(steps: Sequence[TurnStep]) -> list[TurnStep]:
    """Join steps that end on the junction where they begin to the road that goes on there."""
    kept: list[TurnStep] = []
    for step in steps:
        joins = step.turn is Turn.CONTINUE and kept and kept[-1].distance_m < ONE_MANOEUVRE_M
        kept.append(_joined(kept.pop(), step, step.name) if joins else step)
    return kept


def _is_byname(step: TurnStep) -> bool:
    return step.turn is Turn.CONTINUE and step.distance_m < BYNAME_M


def _joined(one: TurnStep, other: TurnStep, name: RoadName | None) -> TurnStep:
    """Return one step out of two that follow one another."""
    distance_m, duration_s = one.distance_m + other.distance_m, one.duration_s + other.duration_s
    return replace(one, name=name, distance_m=distance_m, duration_s=duration_s)


def _manoeuvres(driven: DrivenLine) -> Iterator[tuple[int, Turn, int | None]]:
    """Yield where something has to be done: the leg after it, what, and the exit of a roundabout."""
    joint, legs = 1, len(driven.arcs)
    while joint < legs:
        if driven.rings[joint] and not driven.rings[joint - 1]:
            last = driven.joint_after_ring(joint)
            yield joint, Turn.ROUNDABOUT, _exits(driven, joint, last)
            joint = last + 1
            continue
        last = _one_manoeuvre(driven, joint)
        turn = _turn_at(driven, joint, last)
        if turn is not None:
            yield joint, turn, None
        joint = last + 1


def _one_manoeuvre(driven: DrivenLine, joint: int) -> int:
    """Return the last joint of the manoeuvre that a joint begins: near ones that turn, too."""
    if _sharpness(driven, joint, joint) < TURN_DEG:
        return joint
    last = joint
    for later in range(joint + 1, len(driven.arcs)):
        if driven.metre[later] - driven.metre[last] > ONE_MANOEUVRE_M or driven.rings[later]:
            break
        if _sharpness(driven, later, later) >= TURN_DEG:
            last = later
    return last


def _sharpness(driven: DrivenLine, joint: int, last: int) -> float:
    return abs(turned(driven.course_before(joint), driven.course_after(last)))


def _turn_at(driven: DrivenLine, joint: int, last: int) -> Turn | None:
    """Name the manoeuvre from one joint to another; None when a crew just drives on."""
    turn = turned(driven.course_before(joint), driven.course_after(last))
    twin = int(driven.graph.arc_twin[driven.arcs[joint - 1]])
    if driven.arcs[last] == twin != NO_ARC or abs(turn) >= U_TURN_DEG:
        return Turn.U_TURN
    others, renamed = driven.others(joint), _new_name(driven, last)
    if abs(turn) >= TURN_DEG and (others or last > joint or renamed):
        return _sided(turn, "sharp" if abs(turn) >= SHARP_DEG else "")
    return _ramp_at(driven, joint, last, renamed=renamed) or _fork_at(driven, joint, turn, others, renamed=renamed)


def _ramp_at(driven: DrivenLine, joint: int, last: int, *, renamed: bool) -> Turn | None:
    """Name what a ramp or a turn lane does that begins or ends here."""
    from_ramp, to_ramp = driven.on_ramp(joint - 1), driven.on_ramp(last)
    if to_ramp and not from_ramp and (driven.on_fast_road(joint - 1) or driven.on_fast_road(last)):
        return Turn.RAMP
    if from_ramp and not to_ramp and renamed:
        return Turn.MERGE
    lane = turned(driven.course_before(_turn_lane(driven, joint)), driven.course_after(last))
    return _sided(lane) if renamed and abs(lane) >= TURN_DEG else None


def _fork_at(
    driven: DrivenLine, joint: int, turn: float, others: Sequence[tuple[float, bool]], *, renamed: bool
) -> Turn | None:
    """Name which way a fork is taken; a ramp that leaves a road is no fork of it."""
    on_ramp = driven.on_ramp(joint - 1)
    forks = [other for other, ramp in others if abs(other) < TURN_DEG and (on_ramp or not ramp)]
    if abs(turn) >= SLIGHT_DEG and any(abs(other) < abs(turn) for other in forks):
        return _sided(turn, "slight")
    if forks and driven.on_fast_road(joint - 1) and (on_ramp or renamed):
        return Turn.KEEP_LEFT if turn < min(forks, key=abs) else Turn.KEEP_RIGHT
    return Turn.CONTINUE if renamed else None


def _turn_lane(driven: DrivenLine, joint: int) -> int:
    """Return the joint where a turn lane began that ends at a joint; the joint itself when there was none."""
    begin = joint
    while begin > 1 and (driven.on_ramp(begin - 1) or not driven.road_name(begin - 1)):
        begin -= 1
    return begin if driven.metre[joint] - driven.metre[begin] <= TURN_LANE_M else joint


def _sided(turn: float, how: str = "") -> Turn:
    side = "right" if turn > 0.0 else "left"
    return Turn(f"{how}_{side}" if how else side)


def _new_name(driven: DrivenLine, joint: int) -> bool:
    """Tell whether a joint leads onto a road of another name, one that lasts."""
    name = driven.road_name(joint)
    known = (driven.road_name(leg) for leg in range(joint - 1, -1, -1))
    before = next((each for each in known if each), 0)
    if name in {0, before}:
        return False
    last = joint
    while last < len(driven.arcs) and driven.road_name(last) in {0, name}:
        last += 1
    return driven.metre[last] - driven.metre[joint] >= NAME_LASTS_M


def _exits(driven: DrivenLine, joint: int, last: int) -> int:
    """Count the exits that one passes on a roundabout, the one that is taken included."""
    graph = driven.graph
    left = 0
    for leg in range(joint, last):
        node, ring = int(graph.arc_to[driven.arcs[leg]]), driven.rings[leg]
        left += any(arc not in ring for arc in range(int(graph.first_arc[node]), int(graph.first_arc[node + 1])))
    return max(1, left)
