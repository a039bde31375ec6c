"""Ask what a shift asks, after the warming up, and print which kernels had to be compiled for it: ``{name: times}``."""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from numba.core.dispatcher import Dispatcher

from geo.city_pack import CityPack
from geo.fleet_index import FleetIndex, UnitFix
from geo.point import Point
from geo.travel import TravelTimes
from geo.uncertain import Disc, Outline

AT = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def compiled() -> dict[str, int]:
    """Return how many kinds of arguments each kernel of ours is ready for."""
    modules = [module for name, module in sys.modules.items() if name.startswith("geo.")]
    kernels: dict[str, Any] = {
        name: each for module in modules for name, each in vars(module).items() if isinstance(each, Dispatcher)
    }
    return {name: len(kernel.signatures) for name, kernel in kernels.items()}


def ask_everything(travel: TravelTimes, pack: CityPack) -> None:
    """Ask with whole numbers and fractions, with and without the options: types are what a compiler looks at."""
    graph = pack.graph
    here, there = graph.node_point(1), graph.node_point(graph.node_count // 2)
    rounded = Point(round(here.lon, 2), round(here.lat, 2))
    fleet = FleetIndex(travel.roads)
    fleet.move("a", here, AT)
    fleet.move("b", there, AT, heading_deg=90, speed_mps=8)
    fleet.move_many([UnitFix("a", there, AT + timedelta(seconds=600)), UnitFix("c", rounded, AT)])
    fleet.tell_traits("b", 1)
    for wanted in (0, 1):
        travel.nearest(here, fleet, k=50, wanted=wanted)
    travel.nearest_region(Disc(here, 400), fleet)
    for k in (None, 1, 500):
        travel.rank(rounded, k)
    travel.rank_region(Disc(here, 400), 3)
    travel.rank_region(Outline((here, Point(here.lon + 0.01, here.lat), Point(here.lon, here.lat + 0.01))))
    travel.matrix([here, there], [rounded])
    travel.route(here, there)
    travel.reweight(graph.duration_ms * 2)
    travel.nearest(there, fleet)
    fleet.remove("c")


def main() -> None:
    """Open, warm up, ask; print what grew."""
    pack = CityPack.open(Path(sys.argv[1]))
    travel = TravelTimes.open(pack)
    travel.warm()
    before = compiled()
    ask_everything(travel, pack)
    grown = {name: count - before.get(name, 0) for name, count in compiled().items() if count > before.get(name, 0)}
    json.dump(grown, sys.stdout)


if __name__ == "__main__":
    main()
