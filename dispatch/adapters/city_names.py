"""The city's names in memory: read once, in a thread of their own, beside a server that goes on answering.

It takes seconds of computing. No worker thread waits for them: six such waits would hold up every command of the city.
"""

import sys
from concurrent.futures import Future
from functools import cache
from threading import Lock, Thread
from typing import NamedTuple

from geo.city_pack import CityPack
from geo.pack_files import BadPack
from geo.places.gazetteer import Gazetteer
from geo.places.reverse_place import ReversePlaces

SWITCH_S = 0.000_5  # a tenth of Python's own: who answers a call asks for the interpreter many times
_beginning = Lock()


class CityNames(NamedTuple):
    """Who finds places by their names, and who puts points into words."""

    gazetteer: Gazetteer
    reverse: ReversePlaces


def names_of(pack: CityPack) -> "Future[CityNames]":
    """Return the names that are there or will be; the first who asks begins. No server's end waits for them."""
    with _beginning:
        return _begun(pack)


@cache
def _begun(pack: CityPack) -> "Future[CityNames]":
    names: Future[CityNames] = Future()
    names.set_running_or_notify_cancel()  # whoever waits may go away; the names may not
    Thread(target=_read, args=(pack, names), name="gazetteer", daemon=True).start()
    return names


def _read(pack: CityPack, names: "Future[CityNames]") -> None:
    before_s = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_S)
    try:
        gazetteer = Gazetteer.of(pack)
        names.set_result(CityNames(gazetteer, ReversePlaces(pack, gazetteer.named)))
    except (BadPack, MemoryError) as failure:
        names.set_exception(failure)
    finally:
        sys.setswitchinterval(before_s)
