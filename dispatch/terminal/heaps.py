"""How the server's threads share the C library's memory, and what the collector of cycles looks at."""

import ctypes
import gc
import time
from typing import Any

_M_ARENA_MAX = -8
HEAPS = 2  # one for the loop, one for all worker threads: they wait for the disk more than for memory
LOOKED_TOO_LONG_S = 0.02


def share_heaps() -> None:
    """Let all threads share two heaps, before any is started; does nothing without glibc.

    glibc gives each new thread a heap of its own, up to eight a core, and gives none of them back. Measured on the
    Beijing day at four times the clock with two consoles: 835 MB of own memory after three minutes, 512 MB with this.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, HEAPS)


def set_aside_what_stays() -> None:
    """Keep the collector of cycles from holding everybody up while it looks at a city that is never garbage.

    A full look at Beijing's values takes a quarter of a second, in which no call is answered. What is there once the
    server listens is set aside; so is whatever a later full look that took too long has left, the gazetteer above all.
    Counting references frees what was set aside as before; only cycles among it stay.
    """
    gc.freeze()
    if _look not in gc.callbacks:
        gc.callbacks.append(_look)


class _Look:
    """Time every full look."""

    began_s = 0.0

    def __call__(self, phase: str, info: dict[str, Any]) -> None:
        if info["generation"] != 2:  # noqa: PLR2004 - the oldest generation, of all that has lived a while
            return
        if phase == "start":
            self.began_s = time.perf_counter()
        elif time.perf_counter() - self.began_s > LOOKED_TOO_LONG_S:
            gc.freeze()


_look = _Look()
