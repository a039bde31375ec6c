"""Load numba without a BLAS: no kernel of ours multiplies matrices, and numba looks for one whether asked or not."""

import sys
from importlib import import_module
from typing import Any, cast

_LOOKED_FOR = "scipy.linalg"


def load_numba() -> None:
    """Load what numba adds before its first kernel, and let it find no BLAS.

    It looks by loading ``scipy.linalg``: half a second of every start, and 30 MB for as long as the server lives. A
    process that has loaded that already loses nothing by it. Call it before any kernel is loaded.
    """
    loaded = cast("dict[str, Any]", sys.modules)
    if _LOOKED_FOR in loaded:
        return
    loaded[_LOOKED_FOR] = None  # to import it now is an ImportError: numba takes that for "none here"
    try:
        import_module("numba.np.arraymath")
    finally:
        del loaded[_LOOKED_FOR]
