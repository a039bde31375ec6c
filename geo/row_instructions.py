"""Instructions on rows of numbers by whole vectors, for kernels: least sums of two rows, and of many; copies.

The compiler's own loops do the numbers after the last whole block one by one, and most rows are hardly longer than a
block. Addresses are int64. An instruction may read, and ignore, `ROOM_BEHIND` bytes after a row (`with_room`).
"""

from collections.abc import Callable
from typing import Any, cast

import numpy as np
from numba.core import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from geo.compiled import Struct, cgutils, ir, query_kernel

# So many bytes behind a row are read, and not used.
ROOM_BEHIND = 64

# Numbers of 32 bits in one vector, and in a block of `lower_block`.
LANES = 16
BLOCK = 64

NUMBER_BYTES, ADDRESS_BYTES = 4, 8
_VECTOR_BYTES = LANES * NUMBER_BYTES
# So many numbers are the most that are added without a loop.
NEAR = 64
_FAR = 2_000_000_000  # `geo.hierarchy_kernels.FAR`; two of them fit 32 bits
_Many = tuple[Struct, Struct]


def _least_sums(
    bits: int, lanes: int, added: str, most: int
) -> Callable[[Struct, Struct, Struct, Struct, Struct], Any]:
    """Return an instruction: the least sum of entries begin..end of two rows of unsigned numbers, block by block.

    The compiler's own loop does the entries after the last whole block one by one, and most rows are hardly longer
    than a block. ``added`` is the addition, ``most`` the sum of an empty row. Up to ``lanes`` - 1 entries after the
    end are read and ignored, so a row needs room behind it (`with_room`).
    """

    def least_sum(_: Struct, __: Struct, ___: Struct, ____: Struct, _____: Struct) -> tuple[Struct, Struct]:
        number = ir.IntType(bits)
        vector = ir.VectorType(number, lanes)

        def blocks(_: Struct, builder: Struct, __: Struct, arguments: Struct) -> Struct:
            one, other, begin, end = arguments
            least = cgutils.alloca_once_value(builder, ir.Constant(vector, [most] * lanes))
            with cgutils.for_range_slice(builder, begin, end, ir.IntType(64)(lanes)) as (at, _):
                total = _block_sum(builder, (one, other), at, end, vector, added, most)
                known = builder.load(least)
                builder.store(builder.select(builder.icmp_unsigned("<", total, known), total, known), least)
            reduced = _llvm(builder, "llvm.vector.reduce.umin", vector, ir.FunctionType(number, [vector]))
            return builder.call(reduced, [builder.load(least)])

        kind = types.uint32 if bits == 32 else types.uint16  # noqa: PLR2004 - the two widths there are
        return kind(types.int64, types.int64, types.int64, types.int64), blocks

    return least_sum


def _block_sum(  # noqa: PLR0913, PLR0917 - instructions have no object to keep them in
    builder: Struct, rows: tuple[Struct, Struct], at: Struct, end: Struct, vector: Struct, added: str, most: int
) -> Struct:
    """Return the sums of the block of two rows that begins at one entry; ``most`` from the end of the rows on."""
    bits, lanes, number = vector.element.width, vector.count, ir.IntType(32)
    byte = builder.mul(at, ir.IntType(64)(bits // 8))
    total = _added(builder, added, vector, [_loaded(builder, builder.add(row, byte), vector, bits) for row in rows])
    left = _all_lanes(builder, builder.trunc(builder.sub(end, at), number), ir.VectorType(number, lanes))
    inside = builder.icmp_signed("<", ir.Constant(ir.VectorType(number, lanes), list(range(lanes))), left)
    return builder.select(inside, total, ir.Constant(vector, [most] * lanes))


def _added(builder: Struct, added: str, vector: Struct, rows: list[Struct]) -> Struct:
    if added == "add":
        return builder.add(*rows)
    return builder.call(_llvm(builder, added, vector, ir.FunctionType(vector, [vector, vector])), rows)


def _llvm(builder: Struct, name: str, vector: Struct, shape: Struct) -> Struct:
    """Return one of LLVM's own functions of a vector."""
    of_vector = f"{name}.v{vector.count}i{vector.element.width}"
    return cgutils.get_or_insert_function(builder.module, shape, of_vector)


def _all_lanes(builder: Struct, number: Struct, vector: Struct) -> Struct:
    """Return a vector of one number."""
    first = builder.insert_element(ir.Constant(vector, ir.Undefined), number, ir.IntType(32)(0))
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), vector.count), [0] * vector.count)
    return builder.shuffle_vector(first, first, zeros)


# Inside kernels, of two addresses and a range: the least sum of two rows of uint32 whose sums fit 32 bits, and of two
# rows of uint16, where a sum of more than 65,535 counts as just that.
least_sum_u32: Callable[[int, int, int, int], np.uint32] = cast("Any", intrinsic)(
    _least_sums(32, 16, "add", 4_294_967_295)
)
least_sum_u16: Callable[[int, int, int, int], np.uint16] = cast("Any", intrinsic)(
    _least_sums(16, 32, "llvm.uadd.sat", 65_535)
)


def _least_sums_near(
    bits: int, lanes: int, added: str, most: int
) -> Callable[[Struct, Struct, Struct, Struct, Struct], Any]:
    """Return an instruction: the least sum of entries begin..end, at most `NEAR` of them, without a branch.

    A loop of two or three turns is guessed wrong by the processor nearly every time, and a wrong guess costs as much as
    adding three blocks. So all blocks are always added; the last ones, if need be, again and from before ``begin``,
    which must hold true sums, too.
    """

    def least_sum(_: Struct, __: Struct, ___: Struct, ____: Struct, _____: Struct) -> tuple[Struct, Struct]:
        number, wide_number = ir.IntType(bits), ir.IntType(64)
        vector = ir.VectorType(number, lanes)

        def blocks(_: Struct, builder: Struct, __: Struct, arguments: Struct) -> Struct:
            one, other, begin, end = arguments
            last = builder.sub(end, wide_number(lanes))
            last = builder.select(builder.icmp_signed("<", last, wide_number(0)), wide_number(0), last)
            least = ir.Constant(vector, [most] * lanes)
            for nth in range(NEAR // lanes):
                at = builder.add(begin, wide_number(nth * lanes))
                at = builder.select(builder.icmp_signed("<", at, last), at, last)
                total = _block_sum(builder, (one, other), at, end, vector, added, most)
                least = builder.select(builder.icmp_unsigned("<", total, least), total, least)
            reduced = _llvm(builder, "llvm.vector.reduce.umin", vector, ir.FunctionType(number, [vector]))
            return builder.call(reduced, [least])

        kind = types.uint32 if bits == 32 else types.uint16  # noqa: PLR2004 - the two widths there are
        return kind(types.int64, types.int64, types.int64, types.int64), blocks

    return least_sum


def _row_of(bits: int) -> Struct:
    """Return the vector of numbers of so many bits."""
    return ir.VectorType(ir.IntType(bits), LANES)


def _loaded(builder: Struct, address: Struct, kind: Struct, bits: int) -> Struct:
    value = builder.load(builder.inttoptr(address, kind.as_pointer()))
    value.align = bits // 8
    return value


def _lowered_block(_: Struct, __: Struct, ___: Struct, ____: Struct, _____: Struct, ______: Struct) -> _Many:
    """Return the instruction `lower_block`."""
    vector, number, wide_number = _row_of(32), ir.IntType(32), ir.IntType(64)

    def block(_: Struct, builder: Struct, __: Struct, arguments: Struct) -> Struct:
        rows, added, count, at, into = arguments
        far = ir.Constant(vector, [_FAR] * LANES)
        least = [cgutils.alloca_once_value(builder, far) for _ in range(BLOCK // LANES)]
        for part in least:
            builder.store(far, part)
        with cgutils.for_range(builder, count) as loop:
            ticks = _loaded(builder, builder.add(added, builder.mul(loop.index, wide_number(NUMBER_BYTES))), number, 32)
            more = _all_lanes(builder, ticks, vector)
            place = builder.add(rows, builder.mul(loop.index, wide_number(ADDRESS_BYTES)))
            row = builder.add(_loaded(builder, place, wide_number, 64), at)
            for nth, part in enumerate(least):
                there = builder.add(row, wide_number(nth * _VECTOR_BYTES))
                total = builder.add(_loaded(builder, there, vector, 32), more)
                known = builder.load(part)
                builder.store(builder.select(builder.icmp_unsigned("<", total, known), total, known), part)
        place = builder.add(into, at)
        for nth, part in enumerate(least):
            _store_line(builder, builder.load(part), builder.add(place, wide_number(nth * _VECTOR_BYTES)))
        return wide_number(0)

    return types.int64(*[types.int64] * 5), block


def _store_line(builder: Struct, value: Struct, target: Struct) -> Struct:
    """Store a vector to a whole cache line."""
    stored = builder.store(value, builder.inttoptr(target, value.type.as_pointer()))
    stored.align = _VECTOR_BYTES
    return stored


def _copied_line(past_caches: bool) -> Callable[[Struct, Struct, Struct], _Many]:  # noqa: FBT001 - which of the two
    """Return an instruction that copies a cache line."""

    def copied(_: Struct, __: Struct, ___: Struct) -> _Many:
        def copy(_: Struct, builder: Struct, __: Struct, arguments: Struct) -> Struct:
            stored = _store_line(builder, _loaded(builder, arguments[0], _row_of(32), 32), arguments[1])
            if past_caches:
                stored.set_metadata("nontemporal", builder.module.add_metadata([ir.IntType(32)(1)]))
            return ir.IntType(64)(0)

        return types.int64(types.int64, types.int64), copy

    return copied


def _lowered_bounds(_: Struct, __: Struct, ___: Struct, ____: Struct, _____: Struct) -> _Many:
    """Return the instruction `lower_bounds` for one vector."""
    vector, short, number = _row_of(32), _row_of(16), ir.IntType(32)

    def lower(_: Struct, builder: Struct, __: Struct, arguments: Struct) -> Struct:
        row, bounds, count, shift = arguments
        ticks = _loaded(builder, row, vector, 32)
        coarse = builder.lshr(ticks, _all_lanes(builder, builder.trunc(shift, number), vector))
        most = ir.Constant(vector, [65_535] * LANES)
        coarse = builder.trunc(builder.select(builder.icmp_unsigned("<", coarse, most), coarse, most), short)
        known = _loaded(builder, bounds, short, 16)
        least = builder.select(builder.icmp_unsigned("<", coarse, known), coarse, known)
        _store_lanes(builder, least, bounds, _first_lanes(builder, count), 16)
        return ir.IntType(64)(0)

    return types.int64(types.int64, types.int64, types.int64, types.int64), lower


def _lowered_run(
    _: Struct, _1: Struct, _2: Struct, _3: Struct, _4: Struct, _5: Struct, _6: Struct, _7: Struct, _8: Struct
) -> _Many:
    """Return the instruction `lower_run`."""

    def lower(_: Struct, builder: Struct, __: Struct, arguments: Struct) -> Struct:
        values, by, *ways, count = arguments
        inside = _first_lanes(builder, count)
        total, node = _least_way(builder, ways, inside)
        less = builder.and_(inside, builder.icmp_unsigned("<", total, _loaded_first(builder, values, inside)))
        with builder.if_then(_any_lane(builder, less)):
            _store_lanes(builder, total, values, less, 32)
            _store_lanes(builder, node, by, less, 32)
        return ir.IntType(64)(0)

    return types.int64(*[types.int64] * 8), lower


def _lowered_scattered(
    _: Struct,
    _1: Struct,
    _2: Struct,
    _3: Struct,
    _4: Struct,
    _5: Struct,
    _6: Struct,
    _7: Struct,
    _8: Struct,
    _9: Struct,
) -> _Many:
    """Return the instruction `lower_scattered`."""
    vector, number, flags = _row_of(32), ir.IntType(32), ir.VectorType(ir.IntType(1), LANES)
    nothing, aligned = ir.Constant(vector, [0] * LANES), number(NUMBER_BYTES)

    def lower(_: Struct, builder: Struct, __: Struct, arguments: Struct) -> Struct:
        values, by, slots, *ways, count = arguments
        inside = _first_lanes(builder, count)
        total, node = _least_way(builder, ways, inside)
        slot = _loaded_first(builder, slots, inside)
        places = _places(builder, values, slot)
        shape = ir.FunctionType(vector, [places.type, number, flags, vector])
        gather = cgutils.get_or_insert_function(builder.module, shape, f"llvm.masked.gather.v{LANES}i32.v{LANES}p0")
        known = builder.call(gather, [places, aligned, inside, nothing])
        less = builder.and_(inside, builder.icmp_unsigned("<", total, known))
        shape = ir.FunctionType(ir.VoidType(), [vector, places.type, number, flags])
        scatter = cgutils.get_or_insert_function(builder.module, shape, f"llvm.masked.scatter.v{LANES}i32.v{LANES}p0")
        with builder.if_then(_any_lane(builder, less)):
            builder.call(scatter, [total, places, aligned, less])
            builder.call(scatter, [node, _places(builder, by, slot), aligned, less])
        return ir.IntType(64)(0)

    return types.int64(*[types.int64] * 9), lower


def _least_way(builder: Struct, ways: list[Struct], inside: Struct) -> tuple[Struct, Struct]:
    """Return the least of ``added[i]`` + what lies at ``rows[i] + at``, up to `FAR`, and ``nodes[i]`` of it."""
    rows, at, added, nodes, row_count = ways
    number, wide_number = ir.IntType(32), ir.IntType(64)
    far, nothing = ir.Constant(_row_of(32), [_FAR] * LANES), ir.Constant(_row_of(32), [0] * LANES)
    least, whose = (cgutils.alloca_once_value(builder, each) for each in (far, nothing))
    builder.store(far, least)
    with cgutils.for_range(builder, row_count) as loop:
        nth = builder.mul(loop.index, wide_number(NUMBER_BYTES))
        more = _all_lanes(builder, _loaded(builder, builder.add(added, nth), number, 32), _row_of(32))
        node = _all_lanes(builder, _loaded(builder, builder.add(nodes, nth), number, 32), _row_of(32))
        place = builder.add(rows, builder.mul(loop.index, wide_number(ADDRESS_BYTES)))
        row = builder.add(_loaded(builder, place, wide_number, 64), at)
        total, known = builder.add(_loaded_first(builder, row, inside), more), builder.load(least)
        less = builder.icmp_unsigned("<", total, known)
        builder.store(builder.select(less, total, known), least)
        builder.store(builder.select(less, node, builder.load(whose)), whose)
    return builder.load(least), builder.load(whose)


def _spread(builder: Struct, number: Struct) -> Struct:
    """Return a vector of 32 bits of one wide number."""
    return _all_lanes(builder, builder.trunc(number, ir.IntType(32)), _row_of(32))


def _first_lanes(builder: Struct, count: Struct) -> Struct:
    """Return flags: the first so many are set."""
    return builder.icmp_signed("<", ir.Constant(_row_of(32), list(range(LANES))), _spread(builder, count))


def _any_lane(builder: Struct, flags: Struct) -> Struct:
    some = _llvm(builder, "llvm.vector.reduce.or", flags.type, ir.FunctionType(ir.IntType(1), [flags.type]))
    return builder.call(some, [flags])


def _loaded_first(builder: Struct, address: Struct, inside: Struct) -> Struct:
    """Return the flagged numbers at an address, and touch no others."""
    vector, number = _row_of(32), ir.IntType(32)
    shape = ir.FunctionType(vector, [vector.as_pointer(), number, inside.type, vector])
    load = cgutils.get_or_insert_function(builder.module, shape, f"llvm.masked.load.v{LANES}i32.p0")
    row, nothing = builder.inttoptr(address, vector.as_pointer()), ir.Constant(vector, [0] * LANES)
    return builder.call(load, [row, number(NUMBER_BYTES), inside, nothing])


def _places(builder: Struct, base: Struct, slot: Struct) -> Struct:
    """Return the addresses of some numbers of an array."""
    number = ir.IntType(32)
    places = builder.gep(builder.inttoptr(base, number.as_pointer()), [slot], source_etype=number)
    places.type = ir.VectorType(number.as_pointer(), LANES)  # llvmlite takes the slots of a vector for one
    return places


def _store_lanes(builder: Struct, value: Struct, target: Struct, inside: Struct, bits: int) -> None:
    """Store the flagged numbers of a vector, and touch no others."""
    kind = value.type
    name = f"llvm.masked.store.v{LANES}i{bits}.p0v{LANES}i{bits}"
    shape = ir.FunctionType(ir.VoidType(), [kind, kind.as_pointer(), ir.IntType(32), inside.type])
    store = cgutils.get_or_insert_function(builder.module, shape, name)
    builder.call(store, [value, builder.inttoptr(target, kind.as_pointer()), ir.IntType(32)(bits // 8), inside])


# Of a range of at most `NEAR`.
least_sum_near_u32: Callable[[int, int, int, int], np.uint32] = cast("Any", intrinsic)(
    _least_sums_near(32, 16, "add", 4_294_967_295)
)
least_sum_near_u16: Callable[[int, int, int, int], np.uint16] = cast("Any", intrinsic)(
    _least_sums_near(16, 32, "llvm.uadd.sat", 65_535)
)
# Inside kernels: ``lower_block(rows, added, count, at, into)`` writes to ``into + at``, for each of `BLOCK` numbers,
# the least of `FAR` and of all ``added[i]`` + what lies at ``rows[i] + at``: ``rows`` int64[count] are addresses,
# ``added`` is uint32[count], ``into`` begins in a cache line.
lower_block: Callable[[int, int, int, int, int], int] = cast("Any", intrinsic)(_lowered_block)
# ``lower_run(values, by, rows, at, added, nodes, row_count, count)``, of at most `LANES` numbers: where the least of
# all ``added[i]`` + what lies at ``rows[i] + at`` is less than a value, that becomes it, and its ``by`` ``nodes[i]``.
# ``lower_scattered(values, by, slots, ...)``: the values are ``values[slots[...]]``, all different.
lower_run: Callable[[int, int, int, int, int, int, int, int], int] = cast("Any", intrinsic)(_lowered_run)
lower_scattered: Callable[[int, int, int, int, int, int, int, int, int], int] = cast("Any", intrinsic)(
    _lowered_scattered
)
_copy_line: Callable[[int, int], int] = cast("Any", intrinsic)(_copied_line(past_caches=False))
_copy_line_past_caches: Callable[[int, int], int] = cast("Any", intrinsic)(_copied_line(past_caches=True))
_lower_bounds: Callable[[int, int, int, int], int] = cast("Any", intrinsic)(_lowered_bounds)


@query_kernel
def copy_lines(source: int, target: int, count: int, past_caches: bool) -> None:  # noqa: FBT001 - numba wants places
    """Copy uint32 numbers by whole cache lines, from and to the beginning of one.

    Past the caches if nobody reads them soon: the memory need not bring the lines first. Only rows at a time: reading
    other rows while such lines are on their way made the whole twice as slow.
    """
    for at in range(0, NUMBER_BYTES * count, _VECTOR_BYTES):
        if past_caches:
            _copy_line_past_caches(source + at, target + at)
        else:
            _copy_line(source + at, target + at)


@query_kernel
def lower_bounds(row: int, bounds: int, count: int, shift: int) -> None:
    """Lower uint16 bounds to a row of uint32 shifted to the right; what needs more than 16 bits counts as 65,535."""
    for at in range(0, count, LANES):
        _lower_bounds(row + NUMBER_BYTES * at, bounds + 2 * at, min(LANES, count - at), shift)


def with_room(length: int, dtype: type[np.number[Any]]) -> NDArray[Any]:
    """Return an unfilled row that begins in a cache line, and behind which instructions may read."""
    raw = np.empty(length + 2 * ROOM_BEHIND // np.dtype(dtype).itemsize, dtype)
    first = -raw.ctypes.data % ROOM_BEHIND // raw.itemsize
    return raw[first : first + length]


def in_cache_lines(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many uint32 numbers fill the cache lines that so many begin."""
    lines: NDArray[np.int64] = -(-numbers // LANES) * LANES
    return lines
