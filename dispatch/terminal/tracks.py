"""``greenchannel tracks report | learn``: learn speeds from recorded drives, and say how wrong arrival times are."""

import argparse
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np

from dispatch.errors import BadInput
from dispatch.terminal.geo_input import add_datum, add_output, bad_input, open_pack, say, tell_progress, writable
from geo.datum import Datum
from geo.live_weights import CITY_TIME
from geo.prepared import PreparedRoads
from geo.speeds import read_profile
from geo.tracks.drives import Drives, Trip, drives_of, trips_of
from geo.tracks.eta_error import (
    TRIP_LENGTHS_M,
    Comparison,
    ErrorRow,
    Predicted,
    by_eta,
    by_hour,
    compare,
    direct,
    predict,
)
from geo.tracks.learned_speeds import MEASURED_ON_TAXIS, LearnedSpeeds, write_learned
from geo.tracks.learning_rules import LearningRules, read_rules
from geo.tracks.map_matching import MapMatcher, MatchedTrack
from geo.tracks.speed_learning import NothingToLearn, learn
from geo.tracks.track_files import read_tracks

# Of so many vehicles one is held out of learning and tested on.
HELD_OUT_EACH = 3
MARKS = {"taxi": MEASURED_ON_TAXIS, "ambulance": "measured on ambulances"}
BIAS = (
    "Taxis obey signals, wait for fares and stop for passengers; an ambulance with lights and siren does not. "
    "Learned factors are therefore likely too slow for an emergency run; by how much, these tracks cannot tell."
)


@dataclass(frozen=True, slots=True)
class Recording:
    """Matched tracks of a file, by vehicle, and the roads that they were matched to."""

    prepared: PreparedRoads
    matcher: MapMatcher
    tracks: Mapping[str, MatchedTrack]
    rules: LearningRules


def add_to(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command with its two questions."""
    parser = subparsers.add_parser("tracks", help="learn speeds from recorded drives, and say how wrong they are")
    questions = parser.add_subparsers(dest="question", required=True)
    reporting = _question(questions, "report", "errors of arrival times on held-out drives")
    reporting.add_argument("--split", choices=("vehicle", "day"), default="vehicle", help="what is held out")
    reporting.set_defaults(run=run_report)
    learning = _question(questions, "learn", "write learned speeds for `serve`")
    learning.add_argument("--out", type=Path, required=True, metavar="FILE")
    learning.set_defaults(run=run_learn)


def _question(
    questions: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, help_text: str
) -> argparse.ArgumentParser:
    parser = questions.add_parser(name, help=help_text)
    parser.add_argument("pack", type=Path, metavar="PACK")
    parser.add_argument("tracks", type=Path, metavar="TRACKS", help="CSV or CSV.GZ: vehicle_id, at, lon, lat")
    parser.add_argument("--vehicles", choices=sorted(MARKS), default="taxi", help="what drove these tracks")
    add_datum(parser)
    add_output(parser)
    return parser


def run_learn(arguments: argparse.Namespace) -> int:
    """Learn from all tracks and write the file."""
    recording = _recording(arguments)
    learned = _learned(recording, drives_of(recording.matcher, recording.tracks.values(), recording.rules), arguments)
    with writable(arguments.out):
        write_learned(arguments.out, learned)
    say({"out": str(arguments.out), **_told(learned)}, _learned_lines(learned, arguments.out), as_json=arguments.json)
    return 0


def run_report(arguments: argparse.Namespace) -> int:
    """Learn from some of the tracks and test on the others."""
    recording = _recording(arguments)
    drives, trips = _by_vehicle(recording) if arguments.split == "vehicle" else _by_day(recording)
    learned = _learned(recording, drives, arguments)
    tell_progress(f"estimating {len(trips)} trips")
    predicted = predict(recording.prepared, trips, learned, recording.rules)
    if not len(predicted.elapsed_s):
        raise BadInput(f"{arguments.tracks}: the held-out tracks hold no trip to test on")
    document = _report(recording, learned, predicted, arguments)
    say(document, _report_lines(predicted, recording.rules, learned), as_json=arguments.json)
    return 0


def _recording(arguments: argparse.Namespace) -> Recording:
    with bad_input():
        raw = read_tracks(arguments.tracks, Datum(arguments.datum))
    pack = open_pack(arguments.pack)
    tell_progress(f"matching the fixes of {len(raw)} vehicles")
    prepared = PreparedRoads(pack.graph, pack.roads.compiled, [], pack.order)
    matcher = MapMatcher.on(prepared)
    matched = {vehicle: matcher.match(track.lon, track.lat, track.at_s) for vehicle, track in raw.items()}
    return Recording(prepared, matcher, matched, read_rules())


def _learned(recording: Recording, drives: Drives, arguments: argparse.Namespace) -> LearnedSpeeds:
    graph, profile, mark = recording.prepared.graph, read_profile(), MARKS[arguments.vehicles]
    named = {"source": arguments.tracks.name, "vehicles": arguments.vehicles, "mark": mark}
    try:
        return learn(graph, profile, drives, recording.rules, **named)
    except NothingToLearn as nothing:
        raise BadInput(f"{arguments.tracks}: {nothing}") from nothing


def _by_vehicle(recording: Recording) -> tuple[Drives, list[Trip]]:
    """Learn from two vehicles of three, test on the third."""
    tracks = list(recording.tracks.values())
    held_out = [track for nth, track in enumerate(tracks) if nth % HELD_OUT_EACH == 0]
    learned_from = [track for nth, track in enumerate(tracks) if nth % HELD_OUT_EACH]
    drives = drives_of(recording.matcher, learned_from, recording.rules)
    return drives, trips_of(held_out, TRIP_LENGTHS_M, recording.rules)


def _by_day(recording: Recording) -> tuple[Drives, list[Trip]]:
    """Learn from all days but the last, test on the last."""
    drives = drives_of(recording.matcher, recording.tracks.values(), recording.rules)
    trips = trips_of(recording.tracks.values(), TRIP_LENGTHS_M, recording.rules)
    newest_s = max([trip.began_s for trip in trips], default=0.0)
    newest = datetime.fromtimestamp(newest_s, UTC).astimezone(CITY_TIME)
    midnight_s = newest.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()
    earlier = drives.began_s + drives.elapsed_s < midnight_s
    return drives.chosen(np.asarray(earlier)), [trip for trip in trips if trip.began_s >= midnight_s]


def _report(
    recording: Recording, learned: LearnedSpeeds, trips: Predicted, arguments: argparse.Namespace
) -> dict[str, object]:
    links = Counter(link.value for track in recording.tracks.values() for link in track.links())
    straight = direct(trips, recording.rules)
    kinds = {"profile": lambda some: some.profile_s, "learned": lambda some: some.learned_s}
    return {
        "split": arguments.split,
        "vehicles": {"kind": arguments.vehicles, "count": len(recording.tracks)},
        "bias": BIAS if arguments.vehicles == "taxi" else None,
        "matched": dict(sorted(links.items())),
        "learned": _told(learned),
        "all": msgspec.to_builtins(compare(trips)),
        "direct": msgspec.to_builtins(compare(straight)),
        "by_hour": {str(hour): msgspec.to_builtins(row) for hour, row in by_hour(straight).items()},
        "by_eta": {
            kind: [
                {"from_s": low_s, "to_s": None if np.isinf(high_s) else high_s, **msgspec.to_builtins(row)}
                for (low_s, high_s), row in by_eta(straight, estimate_of)
            ]
            for kind, estimate_of in kinds.items()
        },
    }


def _told(learned: LearnedSpeeds) -> dict[str, object]:
    """Tell how much was learned, from when, without the factors of every hour."""
    return {
        "drives": learned.drives,
        "vehicles": learned.vehicles,
        "mark": learned.mark,
        "first_at": learned.first_at.isoformat(),
        "last_at": learned.last_at.isoformat(),
        "overall": msgspec.to_builtins(learned.overall),
        "classes": msgspec.to_builtins(learned.classes),
        "areas": len(learned.areas),
    }


def _learned_lines(learned: LearnedSpeeds, out: Path) -> list[str]:
    first, last = (moment.astimezone(CITY_TIME) for moment in (learned.first_at, learned.last_at))
    classes = [f"  {name:16} × {each.factor:.2f}  {each.count:8.0f} drives" for name, each in learned.classes.items()]
    return [
        f"{out}: {learned.drives} drives, {first:%Y-%m-%d %H:%M} to {last:%m-%d %H:%M}; {learned.mark}",
        f"durations × {learned.overall.factor:.2f} overall, and by road class (× hour × area, in the file):",
        *classes,
        f"  {len(learned.areas)} areas of {learned.grid.cell_m / 1000:.0f} km",
    ]


def _report_lines(trips: Predicted, rules: LearningRules, learned: LearnedSpeeds) -> list[str]:
    straight = direct(trips, rules)
    lines = [f"learned from {learned.drives} drives ({learned.mark}); tested on held-out trips", _HEADER]
    lines += _pair("all trips", compare(trips)) + _pair("direct trips", compare(straight))
    for hour, row in by_hour(straight).items():
        lines += _pair(f"{hour:02} h", row)
    for (low_s, high_s), error in by_eta(straight, lambda some: some.learned_s):
        band = f"{low_s / 60:.0f}+ min" if np.isinf(high_s) else f"{low_s / 60:.0f} to {high_s / 60:.0f} min"
        lines.append(_line(f"estimate {band}", "learned", error))
    return lines if learned.mark != MEASURED_ON_TAXIS else [*lines, BIAS]


_HEADER = f"{'trips':22}{'speeds':10}{'n':>7}{'median':>9}{'p90':>9}{'bias':>9}   driven/estimated p10 p50 p90"


def _pair(what: str, row: Comparison) -> list[str]:
    return [_line(what, "profile", row.profile), _line("", "learned", row.learned)]


def _line(what: str, speeds: str, row: ErrorRow) -> str:
    if row.bias is None:
        return f"{what:22}{speeds:10}{row.trips:7}"
    wrong = f"{row.median_abs_s:7.0f} s{row.p90_abs_s:7.0f} s{row.bias:+9.0%}"
    return f"{what:22}{speeds:10}{row.trips:7}{wrong}   {row.ratio_p10:.2f} {row.ratio_p50:.2f} {row.ratio_p90:.2f}"
