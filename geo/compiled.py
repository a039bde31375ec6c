"""Compile the kernels once per installation, and hand them one prepared record instead of a dozen arguments.

numba reads an argument in about 60 ns; a query that takes a microsecond cannot afford seventeen arrays. A `Record`
packs their addresses and lengths into one struct, and a kernel receives its address.

numba's cache knows the processor, but not the functions that a kernel calls in other files; so the folder is named by
the content of all of ``geo``'s kernels, and lives with the installation.
"""

import hashlib
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numba.core import types
from numba.extending import intrinsic
from numpy.typing import NDArray

# They come without types.
ir: Any = import_module("llvmlite.ir")
cgutils: Any = import_module("numba.core.cgutils")
_HERE = Path(__file__).resolve().parent
KERNEL_SOURCES = (
    "compiled.py",
    "row_instructions.py",
    "hierarchy_kernels.py",
    "label_kernels.py",
    "snap_kernels.py",
    "query_kernels.py",
    "route_kernels.py",
    "tracks/matching_kernels.py",
    "tracks/following_kernels.py",
    "unit_kernels.py",
    "uncertain_kernels.py",
    "search_kernels.py",
    "reach_kernels.py",
    "regions.py",
    "places/score.py",
    "places/align.py",
    "places/counting.py",
    "places/kernels.py",
    "latency_kernels.py",
)
carray = cast("Any", numba).carray
_F = TypeVar("_F", bound=Callable[..., Any])

# What numba makes of an address, or takes as an array: nothing that Python's types can say.
Struct = Any

# A 64-bit number inside kernels: unlike int32 it can be multiplied into an address.
wide = cast("Callable[[Any], int]", np.int64)


def kernel_cache_dir() -> Path:
    """Return where compiled kernels are kept: in ``.cache/`` of a checkout, else beside the installed package."""
    content = hashlib.sha256()
    for name in KERNEL_SOURCES:
        content.update((_HERE / name).read_bytes())
    checkout = _HERE.parent
    root = checkout / ".cache" if (checkout / "pyproject.toml").is_file() else _HERE / "__pycache__"
    return root / "kernels" / content.hexdigest()[:16]


_config = cast("Any", numba.config)
if not _config.CACHE_DIR:
    _config.CACHE_DIR = str(kernel_cache_dir())


def query_kernel(function: _F) -> _F:
    """Compile a kernel of some microseconds. It holds the GIL, so no other thread sees or makes half a change."""
    return cast("_F", numba.njit(cache=True)(function))


def rebuild_kernel(function: _F) -> _F:
    """Compile a kernel of some milliseconds. It runs beside the queries: it must write only to spare arrays."""
    return cast("_F", numba.njit(cache=True, nogil=True)(function))


def _typed_pointer(_: Struct, __: Struct) -> tuple[Struct, Struct]:
    """Turn an address into a pointer: the type of it, and the instruction."""

    def inttoptr(_: Struct, builder: Struct, __: Struct, arguments: Struct) -> Struct:
        return builder.inttoptr(arguments[0], cgutils.voidptr_t)

    return types.voidptr(types.int64), inttoptr


_pointer: Callable[[int], Struct] = cast("Any", intrinsic)(_typed_pointer)


def _prefetched(_: Struct, __: Struct) -> tuple[Struct, Struct]:
    """Ask the memory for the cache line at an address, to be read soon: the type of it, and the instruction."""

    def prefetch_line(_: Struct, builder: Struct, __: Struct, arguments: Struct) -> Struct:
        pointer = builder.inttoptr(arguments[0], cgutils.voidptr_t)
        number = ir.IntType(32)
        shape = ir.FunctionType(ir.VoidType(), [pointer.type, number, number, number])
        called = builder.module.declare_intrinsic("llvm.prefetch", [pointer.type], shape)
        for_reading, keep_near, as_data = number(0), number(3), number(1)
        builder.call(called, [pointer, for_reading, keep_near, as_data])
        return ir.IntType(64)(0)

    return types.int64(types.int64), prefetch_line


# Inside kernels: a hint, that reads nothing and cannot fail.
prefetch: Callable[[int], int] = cast("Any", intrinsic)(_prefetched)


@query_kernel
def f64(address: int, length: int) -> NDArray[np.float64]:
    """View float64 numbers at an address. Only inside kernels, like its siblings."""
    view: NDArray[np.float64] = carray(_pointer(address), (length,), np.float64)
    return view


@query_kernel
def f32(address: int, length: int) -> NDArray[np.float32]:
    """View float32 numbers at an address."""
    view: NDArray[np.float32] = carray(_pointer(address), (length,), np.float32)
    return view


@query_kernel
def i64(address: int, length: int) -> NDArray[np.int64]:
    """View int64 numbers at an address."""
    view: NDArray[np.int64] = carray(_pointer(address), (length,), np.int64)
    return view


@query_kernel
def i32(address: int, length: int) -> NDArray[np.int32]:
    """View int32 numbers at an address."""
    view: NDArray[np.int32] = carray(_pointer(address), (length,), np.int32)
    return view


@query_kernel
def u32(address: int, length: int) -> NDArray[np.uint32]:
    """View uint32 numbers at an address."""
    view: NDArray[np.uint32] = carray(_pointer(address), (length,), np.uint32)
    return view


@query_kernel
def u16(address: int, length: int) -> NDArray[np.uint16]:
    """View uint16 numbers at an address."""
    view: NDArray[np.uint16] = carray(_pointer(address), (length,), np.uint16)
    return view


@query_kernel
def u8(address: int, length: int) -> NDArray[np.uint8]:
    """View uint8 numbers at an address."""
    view: NDArray[np.uint8] = carray(_pointer(address), (length,), np.uint8)
    return view


@query_kernel
def struct_at(address: int, dtype: Struct) -> Struct:
    """View the struct at an address."""
    return carray(_pointer(address), (1,), dtype)[0]


def struct_type(layout: type) -> "np.dtype[np.void]":
    """Return the struct that a class annotates: ``int`` is int64 (or an address), ``float`` is float64."""
    kinds = {int: np.int64, float: np.float64}
    return np.dtype([(name, kinds[kind]) for name, kind in layout.__annotations__.items()])


class Record:
    """A struct in memory, with the arrays it points to kept alive. Pass `address` to kernels."""

    __slots__ = ("_kept", "_struct", "address")

    def __init__(self, dtype: "np.dtype[np.void]", **values: NDArray[Any] | float) -> None:
        names = dtype.names or ()
        if set(names) != set(values):
            raise ValueError(f"a record of {names} got {tuple(values)}")
        self._kept = values
        self._struct = np.zeros(1, dtype)
        for name, value in values.items():
            self._struct[name] = _address(name, value) if isinstance(value, np.ndarray) else value
        self.address: int = self._struct.ctypes.data

    def put(self, **values: NDArray[Any] | float) -> None:
        """Replace some fields. No kernel may be reading meanwhile."""
        for name, value in values.items():
            self._struct[name] = _address(name, value) if isinstance(value, np.ndarray) else value
        self._kept = {**self._kept, **values}


def _address(name: str, array: NDArray[Any]) -> int:
    if not array.flags.c_contiguous:
        raise ValueError(f"{name} is not contiguous")
    return int(array.ctypes.data)
