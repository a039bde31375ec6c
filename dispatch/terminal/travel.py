"""``greenchannel route | matrix | rank | nearest | reach``: travel times by road, from a city pack."""

import argparse
import math
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from center_protocols.vocabulary import Condition
from dispatch.errors import BadInput
from dispatch.terminal.geo_input import add_datum, add_output, bad_input, clock, named, open_pack, read_point, say
from dispatch.terminal.rank_centers import run_rank
from dispatch.texts_catalogue import Language
from dispatch.texts_catalogue import say as sentence
from geo.csv_rows import read_rows
from geo.datum import Datum
from geo.fleet_index import FleetIndex
from geo.point import Point
from geo.reach import as_geojson, checked_minutes
from geo.travel import TravelTimes
from geo.turn_list import TurnStep

# A matrix of more entries than this belongs in a program that keeps the pack open.
MATRIX_ENTRIES_MAX = 4_000_000

# One command asks about one moment: every unit is where the list says, at the same time.
_LISTED_AT = datetime(2000, 1, 1, tzinfo=UTC)


def add_to(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the five commands."""
    routing = _command(subparsers, "route", "the fastest way between two points")
    routing.add_argument("--from", dest="start", metavar="LON,LAT")
    routing.add_argument("--to", dest="end", metavar="LON,LAT")
    routing.add_argument("--pairs", type=Path, metavar="CSV", help="id,from_lon,from_lat,to_lon,to_lat")
    routing.add_argument("--lang", choices=("zh", "en"), default="zh", help="language of the turn list")
    routing.set_defaults(run=run_route)
    tabling = _command(subparsers, "matrix", "travel times from every source to every target")
    tabling.add_argument("--sources", type=Path, required=True, metavar="CSV", help="id,lon,lat")
    tabling.add_argument("--targets", type=Path, required=True, metavar="CSV", help="id,lon,lat")
    tabling.set_defaults(run=run_matrix)
    ranking = _command(subparsers, "rank", "the centres that treat first")
    ranking.add_argument("--at", required=True, metavar="LON,LAT")
    ranking.add_argument(
        "--condition", required=True, choices=[condition.value for condition in Condition], metavar="CODE"
    )
    ranking.add_argument("-k", type=_count, metavar="N", help="how many (default: all)")
    ranking.add_argument("--site", type=Path, help="a site file (TOML) with the city's switches and signed numbers")
    ranking.set_defaults(run=run_rank)
    reaching = _command(subparsers, "reach", "the areas within some minutes of one or several places")
    reaching.add_argument("--from", dest="starts", action="append", required=True, metavar="LON,LAT")
    reaching.add_argument("--minutes", default="5,10,15", metavar="N,N,...", help="default: %(default)s")
    reaching.set_defaults(run=run_reach)
    finding = _command(subparsers, "nearest", "the units that arrive first")
    finding.add_argument("--at", required=True, metavar="LON,LAT")
    finding.add_argument("--units", type=Path, required=True, metavar="CSV", help="id,lon,lat")
    finding.add_argument("-k", type=_count, metavar="N", help="how many (default: all)")
    finding.set_defaults(run=run_nearest)


def _command(
    subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, help_text: str
) -> argparse.ArgumentParser:
    parser = subparsers.add_parser(name, help=help_text)
    parser.add_argument("pack", type=Path, metavar="PACK")
    add_datum(parser)
    add_output(parser)
    return parser


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not at least 1")
    return number


def run_route(arguments: argparse.Namespace) -> int:
    """Answer one route, or one for each line of ``--pairs``."""
    asked_for_one = arguments.start is not None and arguments.end is not None
    if asked_for_one == (arguments.pairs is not None):
        raise BadInput("route needs --from and --to, or --pairs")
    datum = Datum(arguments.datum)
    if not asked_for_one:
        return _run_pairs(arguments, datum)
    start, end = read_point(arguments.start, datum, "--from"), read_point(arguments.end, datum, "--to")
    travel = TravelTimes.open(open_pack(arguments.pack))
    document = _route(travel, start, end)
    route = travel.route(start, end)
    steps = [] if route is None else [_step(step, arguments.lang) for step in travel.turn_list(route)]
    lines = ["{distance_m:8.0f} m  {duration_s:6.0f} s  {text}".format_map(step) for step in steps]
    say(document | {"steps": steps}, [_route_line(document), *lines], as_json=arguments.json)
    return 0


def _run_pairs(arguments: argparse.Namespace, datum: Datum) -> int:
    with bad_input():
        rows = read_rows(arguments.pairs, ("id", "from_lon", "from_lat", "to_lon", "to_lat"), key="id")
        pairs = [
            (row.word("id"), row.point(datum, "from_lon", "from_lat"), row.point(datum, "to_lon", "to_lat"))
            for row in rows
        ]
    travel = TravelTimes.open(open_pack(arguments.pack))
    routes = [
        {"id": pair_id} | _route(travel, start, end, f"{arguments.pairs}, {pair_id}, ") for pair_id, start, end in pairs
    ]
    say({"routes": routes}, [f"{route['id']}  {_route_line(route)}" for route in routes], as_json=arguments.json)
    return 0


def _route(travel: TravelTimes, start: Point, end: Point, where: str = "") -> dict[str, object]:
    """Return one route; without a way its duration, length and line are null. ``where`` names the pair in refusals."""
    with named(f"{where}--from"):
        start_m = travel.roads.snap(start).distance_m
    with named(f"{where}--to"):
        end_m = travel.roads.snap(end).distance_m
    route = travel.route(start, end)
    line = None if route is None else [[point.lon, point.lat] for point in route.geometry]
    return {
        "duration_s": None if route is None else route.duration_s,
        "distance_m": None if route is None else route.distance_m,
        "geometry": None if line is None else {"type": "LineString", "coordinates": line},
        "from_snap_m": start_m,
        "to_snap_m": end_m,
    }


def _step(step: TurnStep, language: Language) -> dict[str, object]:
    """Return one step of the turn list; a road without an English name keeps its Chinese one, or has none."""
    name = None if step.name is None else (step.name.en if language == "en" else None) or step.name.zh
    return {
        "code": step.code,
        "name": name,
        "text": sentence(step.code, {"name": name, "exit": step.exit_number}, language),
        "distance_m": round(step.distance_m, 1),
        "duration_s": round(step.duration_s, 1),
        "bearing_deg": round(step.bearing_deg) % 360,
        "exit": step.exit_number,
    }


def _route_line(route: dict[str, object]) -> str:
    if route["duration_s"] is None:
        return "no way"
    template = "{duration_s:8.1f} s  {distance_m:9.0f} m  ({from_snap_m:.0f} m and {to_snap_m:.0f} m beside the road)"
    return template.format_map(route)


def run_matrix(arguments: argparse.Namespace) -> int:
    """Answer the seconds from every source to every target."""
    sources, targets = _listed(arguments.sources, arguments), _listed(arguments.targets, arguments)
    if len(sources) * len(targets) > MATRIX_ENTRIES_MAX:
        raise BadInput(f"{len(sources)} x {len(targets)} points are more than {MATRIX_ENTRIES_MAX} entries")
    travel = TravelTimes.open(open_pack(arguments.pack))
    _check_on_map(travel, arguments.sources, sources)
    _check_on_map(travel, arguments.targets, targets)
    seconds = travel.matrix([point for _, point in sources], [point for _, point in targets]).tolist()
    document = {
        "sources": [source_id for source_id, _ in sources],
        "targets": [target_id for target_id, _ in targets],
        "durations_s": [[time_s if math.isfinite(time_s) else None for time_s in row] for row in seconds],
    }
    lines = [
        f"{source_id}  {target_id}  {clock(time_s)}"
        for (source_id, _), row in zip(sources, seconds, strict=True)
        for (target_id, _), time_s in zip(targets, row, strict=True)
    ]
    say(document, lines, as_json=arguments.json)
    return 0


def run_reach(arguments: argparse.Namespace) -> int:
    """Answer the areas within some minutes as GeoJSON in WGS-84."""
    starts = [read_point(start, Datum(arguments.datum), "--from") for start in arguments.starts]
    try:
        minutes = checked_minutes([float(limit) for limit in arguments.minutes.split(",")])
    except ValueError as bad:
        raise BadInput(f"--minutes: {bad}") from bad
    travel = TravelTimes.open(open_pack(arguments.pack))
    with named("--from"):
        found = travel.reach(starts, minutes)
    lines = [f"{reach.minutes:6g} min  {reach.road_m / 1000.0:9.1f} km of road" for reach in found]
    say(as_geojson(found), lines, as_json=arguments.json)
    return 0


def run_nearest(arguments: argparse.Namespace) -> int:
    """Answer the units that reach a point first."""
    at = read_point(arguments.at, Datum(arguments.datum), "--at")
    units = _listed(arguments.units, arguments)
    travel = TravelTimes.open(open_pack(arguments.pack))
    fleet = FleetIndex(travel.roads)
    for unit_id, point in units:
        fleet.move(unit_id, point, _LISTED_AT)
    with named("--at"):
        arrivals = travel.nearest(at, fleet, arguments.k)
    document = {"units": [{"id": arrival.id, "eta_s": arrival.eta_s} for arrival in arrivals]}
    lines = [f"{arrival.id:16} {clock(math.inf if arrival.eta_s is None else arrival.eta_s)}" for arrival in arrivals]
    say(document, lines, as_json=arguments.json)
    return 0


def _listed(path: Path, arguments: argparse.Namespace) -> list[tuple[str, Point]]:
    with bad_input():
        rows = read_rows(path, ("id", "lon", "lat"), key="id")
        return [(row.word("id"), row.point(Datum(arguments.datum))) for row in rows]


def _check_on_map(travel: TravelTimes, path: Path, points: Sequence[tuple[str, Point]]) -> None:
    for point_id, point in points:
        with named(f"{path}, {point_id}"):
            travel.roads.snap(point)
