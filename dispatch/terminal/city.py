"""``greenchannel city``: build a city pack, tell what is in it, export its routable graph."""

import argparse
import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from dispatch.errors import BadInput
from dispatch.terminal.geo_input import add_datum, add_output, bad_input, open_pack, say, tell_progress, writable
from dispatch.terminal.rank_centers import capabilities_at
from dispatch.texts_catalogue import text
from geo.city_pack import PackSummary, build, tile
from geo.datum import Datum
from geo.sites import SiteWarning, read_centers


def add_to(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``city build``, ``city info``, ``city export`` and ``city tile``."""
    commands = subparsers.add_parser("city", help="city packs").add_subparsers(dest="city_command", required=True)
    making = commands.add_parser("build", help="build a pack from an OpenStreetMap file")
    making.add_argument("--osm", type=Path, required=True, metavar="FILE", help=".osm.pbf or .osm")
    making.add_argument("--centers", type=Path, metavar="CSV")
    making.add_argument("--stations", type=Path, metavar="CSV")
    making.add_argument("--districts", type=Path, metavar="GEOJSON", help="district outlines, kept as they are")
    making.add_argument("--name", help="the city's name (default: the map file's)")
    making.add_argument("--out", type=Path, required=True, metavar="PACK")
    add_datum(making)
    add_output(making)
    making.set_defaults(run=run_build)
    telling = commands.add_parser("info", help="tell what a pack holds")
    telling.add_argument("pack", type=Path, metavar="PACK")
    add_output(telling)
    telling.set_defaults(run=run_info)
    exporting = commands.add_parser("export", help="write the routable graph as CSV, so that anyone can check answers")
    exporting.add_argument("pack", type=Path, metavar="PACK")
    exporting.add_argument("--nodes", type=Path, required=True, metavar="CSV", help="id,lon,lat")
    exporting.add_argument("--arcs", type=Path, required=True, metavar="CSV", help="from,to,duration_ms,length_m")
    exporting.add_argument("--turns", type=Path, metavar="CSV", help="forbidden from,via,to")
    exporting.set_defaults(run=run_export)
    tiling = commands.add_parser("tile", help="join copies of a city into a larger network, to measure with")
    tiling.add_argument("pack", type=Path, metavar="PACK")
    tiling.add_argument("--times", type=int, required=True, metavar="N", help="how many copies, at least 2")
    tiling.add_argument("--out", type=Path, required=True, metavar="PACK")
    add_output(tiling)
    tiling.set_defaults(run=run_tile)


def run_build(arguments: argparse.Namespace) -> int:
    """Build a pack and tell what is in it."""
    datum = Datum(arguments.datum)
    with bad_input(), writable(arguments.out):
        if arguments.centers is not None:
            for site in read_centers(arguments.centers, datum):
                capabilities_at(site)
        summary = build(
            arguments.osm,
            arguments.centers,
            arguments.stations,
            arguments.out,
            tell_progress,
            districts=arguments.districts,
            datum=datum,
            name=arguments.name,
        )
    for warning in summary.warnings:
        tell_progress(f"warning: {_sentence(warning)}")
    _tell(summary, as_json=arguments.json)
    return 0


def run_info(arguments: argparse.Namespace) -> int:
    """Verify a pack and tell what it holds."""
    pack = open_pack(arguments.pack)
    with bad_input():
        _tell(pack.summary(), as_json=arguments.json)
    return 0


def run_tile(arguments: argparse.Namespace) -> int:
    """Join copies of a city and tell what came of it."""
    if arguments.times < 2:  # noqa: PLR2004 - one copy is the city itself
        raise BadInput(f"--times: {arguments.times} copies are no larger network; at least 2")
    pack = open_pack(arguments.pack)
    with bad_input(), writable(arguments.out):
        _tell(tile(pack, arguments.times, arguments.out, tell_progress), as_json=arguments.json)
    return 0


def run_export(arguments: argparse.Namespace) -> int:
    """Write exactly the graph that the searches run on: nodes are junctions, numbers are exact."""
    graph = open_pack(arguments.pack).graph
    nodes = zip(graph.node_lon.tolist(), graph.node_lat.tolist(), strict=True)
    _write(
        arguments.nodes,
        ("id", "lon", "lat"),
        ((node, f"{lon:.7f}", f"{lat:.7f}") for node, (lon, lat) in enumerate(nodes)),
    )
    arcs = zip(
        graph.arc_from.tolist(),
        graph.arc_to.tolist(),
        graph.duration_ms.tolist(),
        (f"{length_m:.3f}" for length_m in graph.length_m[graph.arc_stretch].tolist()),
        strict=True,
    )
    _write(arguments.arcs, ("from", "to", "duration_ms", "length_m"), arcs)
    if arguments.turns is not None:
        _write(arguments.turns, ("from", "via", "to"), graph.forbidden_turns.tolist())
    tell_progress(
        f"exported {graph.node_count} nodes, {graph.arc_count} arcs, {len(graph.forbidden_turns)} forbidden turns"
    )
    return 0


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with writable(path), path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _tell(summary: PackSummary, *, as_json: bool) -> None:
    box = summary.bbox
    document = {
        "name": summary.name,
        "fictional": summary.fictional,
        "nodes": summary.nodes,
        "arcs": summary.arcs,
        "forbidden_turns": summary.forbidden_turns,
        "centers": summary.centers,
        "stations": summary.stations,
        "places": summary.places,
        "bbox": [box.west, box.south, box.east, box.north],
        "main_component_share": summary.main_component_share,
        "islands": dict(summary.islands),
        "left_out": dict(summary.left_out),
        "warnings": msgspec.to_builtins(summary.warnings),
        "attribution": summary.attribution,
        "checksum": summary.checksum,
        "format_version": summary.format_version,
    }
    lines = [f"{key:21} {value}" for key, value in document.items() if key not in {"left_out", "warnings"}]
    lines += [
        f"left out {number:12} {text(f'geo.left_out.{reason}').en}" for reason, number in summary.left_out.items()
    ]
    lines += [f"warning {_sentence(warning)}" for warning in summary.warnings]
    say(document, lines, as_json=as_json)


def _sentence(warning: SiteWarning) -> str:
    """Say a warning in words."""
    return text(f"geo.site.{warning.code}", msgspec.to_builtins(warning)).en
