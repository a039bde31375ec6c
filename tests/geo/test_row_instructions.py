"""The instructions on rows against numpy: any length, any alignment, and nothing touched beside the row."""

import numpy as np
import pytest

from geo.compiled import query_kernel
from geo.hierarchy_kernels import FAR
from geo.label_kernels import BOUND_SHIFT, way_to_root
from geo.row_instructions import (
    BLOCK,
    LANES,
    NEAR,
    copy_lines,
    least_sum_near_u16,
    least_sum_near_u32,
    least_sum_u16,
    least_sum_u32,
    lower_block,
    lower_bounds,
    lower_run,
    lower_scattered,
    with_room,
)

CASES = 1000


@query_kernel
def sum_of_numbers(one: int, other: int, begin: int, end: int) -> np.uint32:
    return least_sum_u32(one, other, begin, end)


@query_kernel
def sum_of_short_numbers(one: int, other: int, begin: int, end: int) -> np.uint16:
    return least_sum_u16(one, other, begin, end)


@query_kernel
def near_sum_of_numbers(one: int, other: int, begin: int, end: int) -> np.uint32:
    return least_sum_near_u32(one, other, begin, end)


@query_kernel
def near_sum_of_short_numbers(one: int, other: int, begin: int, end: int) -> np.uint16:
    return least_sum_near_u16(one, other, begin, end)


@query_kernel
def run(  # noqa: PLR0913, PLR0917 - as the instruction has them
    values: int, by: int, rows: int, at: int, added: int, nodes: int, row_count: int, count: int
) -> None:
    lower_run(values, by, rows, at, added, nodes, row_count, count)


@query_kernel
def scattered(  # noqa: PLR0913, PLR0917 - as the instruction has them
    values: int, by: int, slots: int, rows: int, at: int, added: int, nodes: int, row_count: int, count: int
) -> None:
    lower_scattered(values, by, slots, rows, at, added, nodes, row_count, count)


@query_kernel
def block(rows: int, added: int, count: int, at: int, into: int) -> None:
    lower_block(rows, added, count, at, into)


def test_a_least_sum_by_blocks_is_the_least_sum() -> None:
    rng = np.random.default_rng(120)
    for case in range(2 * CASES):
        short = case % 2 == 0
        kind, largest = (np.uint16, 65_535) if short else (np.uint32, 2_000_000_000)
        length = int(rng.integers(0, 200))
        one, other = with_room(length, kind), with_room(length, kind)
        one[:], other[:] = (rng.integers(0, largest, length, endpoint=True) for _ in range(2))
        begin, end = sorted(rng.integers(0, length, 2, endpoint=True).tolist())
        least = (sum_of_short_numbers if short else sum_of_numbers)(one.ctypes.data, other.ctypes.data, begin, end)
        most = int(np.iinfo(kind).max)
        sums = one[begin:end].astype(np.int64) + other[begin:end]
        assert least == min([most, *sums.tolist()]), f"case {case}"


def test_a_least_sum_without_a_loop_takes_all_that_is_asked_for_and_nothing_behind_it() -> None:
    rng = np.random.default_rng(121)
    for case in range(2 * CASES):
        short = case % 2 == 0
        kind, largest, lanes = (np.uint16, 65_535, 2 * LANES) if short else (np.uint32, 2_000_000_000, LANES)
        length = int(rng.integers(1, 200))
        one, other = with_room(length, kind), with_room(length, kind)
        one[:], other[:] = (rng.integers(0, largest, length, endpoint=True) for _ in range(2))
        end = int(rng.integers(1, length, endpoint=True))
        begin = int(rng.integers(max(0, end - NEAR), end, endpoint=True))
        least = (near_sum_of_short_numbers if short else near_sum_of_numbers)(
            one.ctypes.data, other.ctypes.data, begin, end
        )
        sums, most = one[:end].astype(np.int64) + other[:end], int(np.iinfo(kind).max)
        # It may take numbers before ``begin``, too, to fill its last vector.
        assert min([most, *sums[max(0, min(begin, end - lanes)) :].tolist()]) <= least, f"case {case}"
        assert least <= min([most, *sums[begin:].tolist()]), f"case {case}"


def test_a_block_gets_the_least_sums_of_many_rows_up_to_far() -> None:
    rng = np.random.default_rng(7)
    for case in range(CASES):
        depths, columns = int(rng.integers(1, 9)), int(rng.integers(1, 3 * BLOCK))
        rows = way_to_root(depths + 1, columns)
        assert rows.ctypes.data % 64 == 0
        assert (rows == FAR).all()
        rows[:depths] = rng.integers(0, int(FAR), rows[:depths].shape, endpoint=True)
        chosen = rng.permutation(depths)[: int(rng.integers(0, depths, endpoint=True))]
        added = rng.integers(0, int(FAR), len(chosen), endpoint=True).astype(np.uint32)
        ways = (rows.ctypes.data + rows.strides[0] * chosen).astype(np.int64)
        at, into = BLOCK * int(rng.integers(0, rows.shape[1] // BLOCK)), rows[depths].ctypes.data
        block(ways.ctypes.data, added.ctypes.data, len(chosen), 4 * at, into)
        sums = rows[chosen, at : at + BLOCK].astype(np.int64) + added[:, np.newaxis]
        expected = np.full(rows.shape[1], int(FAR))
        expected[at : at + BLOCK] = np.minimum(int(FAR), sums.min(axis=0, initial=int(FAR)))
        assert (rows[depths] == expected).all(), f"case {case}"


@pytest.mark.parametrize("past_caches", [False, True])
def test_copied_lines_are_whole_and_their_neighbours_untouched(past_caches: bool) -> None:  # noqa: FBT001 - a case
    rng = np.random.default_rng(8)
    for case in range(CASES):
        count, first = int(rng.integers(1, 150)), LANES * int(rng.integers(0, 5))
        end = first + LANES * -(-count // LANES)
        source, target = with_room(end, np.uint32), with_room(end + 40, np.uint32)
        source[:], target[:] = rng.integers(0, int(FAR), end), 7
        copy_lines(source.ctypes.data + 4 * first, target.ctypes.data + 4 * first, count, past_caches)
        assert (target[first:end] == source[first:]).all(), f"case {case}"
        assert (target[:first] == 7).all(), f"case {case}"
        assert (target[end:] == 7).all(), f"case {case}"


def test_bounds_are_lowered_to_a_row_rounded_down_and_nothing_behind_them() -> None:
    rng = np.random.default_rng(9)
    for case in range(CASES):
        count, rest = (int(number) for number in rng.integers(0, 100, 2))
        row, bounds = with_room(count, np.uint32), with_room(count + rest, np.uint16)
        row[:] = rng.integers(0, int(FAR), count, endpoint=True) >> rng.integers(0, 20, count)
        bounds[:] = rng.integers(0, 65_535, count + rest, endpoint=True)
        expected = bounds.copy()
        expected[:count] = np.minimum(bounds[:count], np.minimum(65_535, row >> BOUND_SHIFT))
        lower_bounds(row.ctypes.data, bounds.ctypes.data, count, BOUND_SHIFT)
        assert (bounds == expected).all(), f"case {case}"


@pytest.mark.parametrize("together", [False, True])
def test_numbers_are_lowered_by_the_best_of_some_rows_and_say_by_which(together: bool) -> None:  # noqa: FBT001 - a case
    rng = np.random.default_rng(10)
    for case in range(CASES):
        values, by = rng.integers(0, int(FAR), 50, endpoint=True).astype(np.uint32), np.full(50, 7, np.int32)
        count, row_count = (int(number) for number in rng.integers(1, LANES, 2, endpoint=True))
        at = int(rng.integers(0, 20))
        first = int(rng.integers(0, 50 - count))
        slots = (np.arange(first, first + count) if together else np.sort(rng.permutation(50)[:count])).astype(np.int32)
        rows = rng.integers(0, int(FAR), (row_count, 40), endpoint=True) >> rng.integers(0, 8, (row_count, 40))
        rows, nodes = rows.astype(np.uint32), rng.permutation(100)[:row_count].astype(np.int32)
        added = rng.integers(0, int(FAR), row_count, endpoint=True).astype(np.uint32) >> rng.integers(0, 20, row_count)
        added = added.astype(np.uint32)
        sums = rows[:, at : at + count].astype(np.int64) + added[:, np.newaxis]
        expected, expected_by = values.copy(), by.copy()
        better = np.minimum(sums.min(axis=0), int(FAR)) < values[slots]
        expected[slots[better]] = sums.min(axis=0)[better]
        expected_by[slots[better]] = nodes[sums.argmin(axis=0)[better]]
        places = np.array([row.ctypes.data for row in rows])
        ways = (places.ctypes.data, 4 * at, added.ctypes.data, nodes.ctypes.data, row_count, count)
        if together:
            run(values[first:].ctypes.data, by[first:].ctypes.data, *ways)
        else:
            scattered(values.ctypes.data, by.ctypes.data, slots.ctypes.data, *ways)
        assert (values == expected).all(), f"case {case}"
        assert (by == expected_by).all(), f"case {case}"
