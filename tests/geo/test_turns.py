"""Turn restrictions on the ground: which become forbidden triples, and which have no clear place."""

import numpy as np
import pytest

from geo.osm_import import TurnRestriction
from geo.turns import forbidden_turns, turn_keys

# Junctions with OSM ids 10 to 50; ways: 1 = 10-20, 2 = 20-30, 3 = 20-40 (two-way), 4 = 50 -> 20 (one-way),
# 5 passes through: 10-20-40.
NODE_ID = np.array([10, 20, 30, 40, 50], dtype=np.int64)
BOTH_WAYS = [(0, 1, 1), (1, 2, 2), (1, 3, 3), (0, 1, 5), (1, 3, 5)]
ARCS = sorted([(4, 1, 4), *BOTH_WAYS, *((head, tail, way) for tail, head, way in BOTH_WAYS)])
TAIL, HEAD, WAY = (np.array(column, dtype=np.int64) for column in zip(*ARCS, strict=True))


def placed(*restrictions: TurnRestriction) -> tuple[list[list[int]], int]:
    turns, unplaced = forbidden_turns(restrictions, NODE_ID, TAIL, HEAD, WAY)
    return turns.tolist(), unplaced


def test_a_forbidden_turn() -> None:
    assert placed(TurnRestriction("no_left_turn", 1, 20, 2)) == ([[0, 1, 2]], 0)


def test_the_same_turn_twice_is_one() -> None:
    assert placed(TurnRestriction("no_left_turn", 1, 20, 2), TurnRestriction("no_entry", 1, 20, 2)) == ([[0, 1, 2]], 0)


def test_an_only_turn_forbids_all_others_turning_back_included() -> None:
    assert placed(TurnRestriction("only_straight_on", 2, 20, 1)) == ([[2, 1, 2], [2, 1, 3]], 0)


def test_turning_back_may_be_forbidden() -> None:
    assert placed(TurnRestriction("no_u_turn", 2, 20, 2)) == ([[2, 1, 2]], 0)


@pytest.mark.parametrize(
    "restriction",
    [
        TurnRestriction("no_left_turn", 1, 99, 2),  # no such junction
        TurnRestriction("no_left_turn", 1, 60, 2),  # beyond the last junction
        TurnRestriction("no_left_turn", 7, 20, 2),  # no such way
        TurnRestriction("no_left_turn", 1, 20, 4),  # against a one-way
        TurnRestriction("no_left_turn", 5, 20, 2),  # the way passes through: from which side?
        TurnRestriction("no_left_turn", 1, 20, 5),  # the way passes through: to which side?
        TurnRestriction("perhaps", 1, 20, 2),
    ],
)
def test_what_has_no_clear_place_is_counted(restriction: TurnRestriction) -> None:
    assert placed(restriction) == ([], 1)


def test_packed_turns_are_told_apart_and_bounded() -> None:
    rows = np.array([(a, b, c) for a in range(5) for b in range(5) for c in range(5)], dtype=np.int64)
    assert len(np.unique(turn_keys(rows[:, 0], rows[:, 1], rows[:, 2], 5))) == 125
    largest = np.array([1_999_999], dtype=np.int64)
    assert turn_keys(largest, largest, largest, 2_000_000)[0] == 2_000_000**3 - 1
    with pytest.raises(ValueError, match="more than the 2000000"):
        turn_keys(largest, largest, largest, 2_000_001)
