"""The peers of ``bench geo`` that make their data from the map file: OSRM and Valhalla, by their Python bindings.

They are asked about the same junctions, but drive at their own speeds on roads of their own choice: none of their
answers is compared. Each is set up as it answers quickest here (OSRM by CH, Valhalla by its time-distance matrix),
gets its question ready-made, and its answer is left as the binding returns it. Both snap within every call: Valhalla
knows no other way, and the hints that OSRM's binding hands out are empty (26.10). Nobody has to install them.
"""

import json
import shutil
import subprocess
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dispatch.errors import BadInput
from dispatch.terminal.bench.geo.ground import Ground
from dispatch.terminal.bench.geo.ours import RANK, ROUTE
from dispatch.terminal.bench.geo.rows import Report
from geo.city_pack import CityPack
from geo.pack_files import sha256_of

_OWN_SPEEDS = "drives at its own speeds: no answer is compared; snaps within the call"
_RANKS, _ROUTES = 40, 100


class _UnbuildableError(RuntimeError):
    """Say why a binding could not make its data."""


def checked_map(pack: CityPack, pbf: Path | None) -> Path | None:
    """Return the map file, if one was named. Raises `BadInput` unless the pack was made of that very file."""
    if pbf is None:
        return None
    if not pbf.is_file():
        raise BadInput(f"{pbf}: there is no such file")
    if sha256_of(pbf) != pack.manifest.osm_sha256:
        raise BadInput(f"{pbf}: {pack.name} was made of another map file")
    return pbf


def measure_map_peers(ground: Ground, pbf: Path | None, report: Report) -> None:
    """Measure each binding that is installed; say which is not, or why it has no data."""
    for system, core, measure in (
        ("osrm", "osrm.osrm_ext", _measure_osrm),
        ("valhalla", "valhalla.actor", _measure_valhalla),
    ):
        try:
            import_module(core)  # not the name alone: other libraries are called so, too
        except ImportError:
            report.miss(system, (RANK, ROUTE), "uninstalled")
            continue
        if pbf is None:
            report.miss(system, (RANK, ROUTE), "mapless (--pbf)")
            continue
        with TemporaryDirectory(prefix="greenchannel-bench-") as folder:
            try:
                measure(import_module(core.partition(".")[0]), pbf, Path(folder), ground, report)
            except _UnbuildableError as refusal:
                report.miss(system, (RANK, ROUTE), f"unbuildable ({refusal})")
                continue
        report.notes[system] = _OWN_SPEEDS


def _measure_osrm(library: ModuleType, pbf: Path, folder: Path, ground: Ground, report: Report) -> None:
    began, home, data = perf_counter(), _home(library), folder / "city.osrm"
    shutil.copyfile(pbf, folder / "city.osm.pbf")
    _run(home, "osrm-extract", "--profile", home / "share" / "profiles" / "car.lua", folder / "city.osm.pbf")
    _run(home, "osrm-contract", data)
    engine = library.OSRM(algorithm="CH", storage_config=str(data), use_shared_memory=False)
    report.checks["osrm_build_s"] = round(perf_counter() - began, 1)
    centers = _places(ground, ground.center_nodes)
    tables = [
        library.TableParameters(
            coordinates=[place, *centers],
            sources=[0],
            destinations=list(range(1, len(centers) + 1)),
            annotations=["duration"],
            generate_hints=False,
        )
        for place in _places(ground, ground.question_nodes[:_RANKS])
    ]
    for table in tables:
        table.skip_waypoints = True
    report.measure(RANK, "osrm", engine.Table, [(table,) for table in tables])
    routes = [
        library.RouteParameters(coordinates=pair, overview="full", geometries="polyline", generate_hints=False)
        for pair in _pairs(ground)
    ]
    report.measure(ROUTE, "osrm", engine.Route, [(route,) for route in routes])


def _measure_valhalla(library: ModuleType, pbf: Path, folder: Path, ground: Ground, report: Report) -> None:
    began, tiles, settings = perf_counter(), folder / "tiles", folder / "valhalla.json"
    tiles.mkdir()
    config = library.get_config(tile_extract="", tile_dir=tiles)
    config["thor"]["source_to_target_algorithm"] = "timedistancematrix"
    settings.write_text(json.dumps(config), encoding="utf-8")
    _run(_home(library), "valhalla_build_tiles", "--config", settings, pbf)
    actor = library.Actor(settings)
    report.checks["valhalla_build_s"] = round(perf_counter() - began, 1)
    centers = _locations(_places(ground, ground.center_nodes))
    matrices = [
        json.dumps({"sources": [source], "targets": centers, "costing": "auto", "verbose": False})
        for source in _locations(_places(ground, ground.question_nodes[:_RANKS]))
    ]
    report.measure(RANK, "valhalla", actor.matrix, [(matrix,) for matrix in matrices])
    ways = [
        json.dumps({"locations": _locations(pair), "costing": "auto", "directions_type": "none"})
        for pair in _pairs(ground)
    ]
    report.measure(ROUTE, "valhalla", actor.route, [(way,) for way in ways])


def _home(library: ModuleType) -> Path:
    """Return the folder of a binding; the programs that make its data lie in ``bin`` there."""
    return Path(str(library.__file__)).parent


def _run(home: Path, program: str, *arguments: str | Path) -> None:
    """Run one of a binding's programs. Raises `_UnbuildableError` with the last that it said."""
    path = home / "bin" / program
    if not path.is_file():
        raise _UnbuildableError(f"{program} is not in the package")
    command = [str(path), *map(str, arguments)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)  # noqa: S603 - the peer's
    if done.returncode != 0:
        *_, last = ["", *(done.stdout + done.stderr).decode(errors="replace").strip().splitlines()]
        raise _UnbuildableError(f"{program} ended with {done.returncode}: {last}")


def _places(ground: Ground, nodes: NDArray[np.int64]) -> list[tuple[float, float]]:
    graph = ground.graph
    return list(zip(graph.node_lon[nodes].tolist(), graph.node_lat[nodes].tolist(), strict=True))


def _pairs(ground: Ground) -> list[list[tuple[float, float]]]:
    """Return the ends of the first hundred ways that ours and the others are asked for, too."""
    first, last = ground.question_nodes[:300], ground.question_nodes[-300:]
    ends = zip(_places(ground, first), _places(ground, last), strict=True)
    return [list(pair) for pair in ends][:_ROUTES]


def _locations(places: list[tuple[float, float]]) -> list[dict[str, Any]]:
    return [{"lon": lon, "lat": lat} for lon, lat in places]
