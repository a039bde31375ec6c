"""``greenchannel route | matrix | rank | nearest``, as scripts call them."""

import json
from pathlib import Path
from typing import Any

import pytest

from dispatch.cli import main
from geo.datum import Datum, from_wgs84
from geo.point import Point
from tests.geo.town import CENTERS_HEADER, build_town

Captured = pytest.CaptureFixture[str]
WEST, MIDDLE, EAST, NORTH = "116.40,39.90", "116.41,39.90", "116.42,39.90", "116.41,39.91"


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_town(tmp_path_factory.mktemp("town"))


def answer(capsys: Captured, *arguments: str | Path) -> Any:  # noqa: ANN401 - a JSON document
    """Run a command with ``--json`` and return its one document."""
    assert main([*(str(argument) for argument in arguments), "--json"]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    return json.loads(printed.out)


def refused(capsys: Captured, *arguments: str | Path) -> str:
    """Run a command that must end with 2, print nothing on stdout, and say why on stderr."""
    assert main([str(argument) for argument in arguments]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    return printed.err


def listed(tmp_path: Path, name: str, *points: str) -> Path:
    path = tmp_path / name
    path.write_text(
        "id,lon,lat\n" + "".join(f"p{number},{point}\n" for number, point in enumerate(points)), encoding="utf-8"
    )
    return path


def test_a_route(pack: Path, capsys: Captured) -> None:
    route = answer(capsys, "route", pack, "--from", WEST, "--to", EAST)
    assert set(route) == {"duration_s", "distance_m", "geometry", "from_snap_m", "to_snap_m", "steps"}
    assert route["geometry"] == {"type": "LineString", "coordinates": [[116.4, 39.9], [116.41, 39.9], [116.42, 39.9]]}
    assert route["distance_m"] == pytest.approx(1706, abs=1)
    assert route["duration_s"] == pytest.approx(853 / (48 / 3.6) + 853 / (42 / 3.6), rel=0.001)
    assert (route["from_snap_m"], route["to_snap_m"]) == (0.0, 0.0)


def test_the_turn_list_in_both_languages(pack: Path, capsys: Captured) -> None:
    ask = ("route", pack, "--from", WEST, "--to", NORTH)
    steps = answer(capsys, *ask)["steps"]
    assert [(step["code"], step["name"], step["text"]) for step in steps] == [
        ("route.depart.onto", "东街", "沿东街出发"),
        ("route.u_turn", None, "掉头"),
        ("route.right.onto", "北巷", "右转进入北巷"),
        ("route.arrive.onto", "北巷", "到达北巷上的目的地"),
    ]
    route = answer(capsys, *ask)
    for field in ("distance_m", "duration_s"):
        assert sum(step[field] for step in steps) == pytest.approx(route[field], abs=0.3)
    assert [step["bearing_deg"] for step in steps] == [90, 270, 0, 0]
    english = [step["text"] for step in answer(capsys, *ask, "--lang", "en")["steps"]]
    assert english == ["Set off along 东街", "Make a U-turn", "Turn right onto 北巷", "Arrive on 北巷"]
    assert main([str(part) for part in ask]) == 0
    assert "右转进入北巷" in capsys.readouterr().out


def test_a_route_keeps_to_forbidden_turns(pack: Path, capsys: Captured) -> None:
    line = answer(capsys, "route", pack, "--from", WEST, "--to", NORTH)["geometry"]["coordinates"]
    assert line == [[116.4, 39.9], [116.41, 39.9], [116.42, 39.9], [116.41, 39.9], [116.41, 39.91]]


def test_the_way_beside_the_road_is_told_and_not_timed(pack: Path, capsys: Captured) -> None:
    beside = answer(capsys, "route", pack, "--from", "116.405,39.901", "--to", EAST)
    on_road = answer(capsys, "route", pack, "--from", "116.405,39.9", "--to", EAST)
    assert beside["from_snap_m"] == pytest.approx(111.2, abs=0.1)
    assert beside["duration_s"] == pytest.approx(on_road["duration_s"], abs=0.001)


def test_a_route_to_where_one_is(pack: Path, capsys: Captured) -> None:
    route = answer(capsys, "route", pack, "--from", MIDDLE, "--to", MIDDLE)
    assert (route["duration_s"], route["distance_m"]) == (0.0, 0)
    assert route["geometry"]["coordinates"] == [[116.41, 39.9], [116.41, 39.9]]


def test_points_in_another_datum(pack: Path, capsys: Captured) -> None:
    plain = answer(capsys, "route", pack, "--from", WEST, "--to", EAST)
    for datum in (Datum.GCJ02, Datum.BD09):
        ends = [from_wgs84(Point(lon, 39.90), datum) for lon in (116.40, 116.42)]
        start, end = (f"{point.lon},{point.lat}" for point in ends)
        route = answer(capsys, "route", pack, "--from", start, "--to", end, "--datum", datum.value)
        assert route["duration_s"] == pytest.approx(plain["duration_s"], abs=0.01)


def test_many_routes_at_once(pack: Path, tmp_path: Path, capsys: Captured) -> None:
    pairs = tmp_path / "pairs.csv"
    pairs.write_text(f"id,from_lon,from_lat,to_lon,to_lat\na,{WEST},{EAST}\nb,{EAST},{WEST}\n", encoding="utf-8")
    routes = answer(capsys, "route", pack, "--pairs", pairs)["routes"]
    assert [route.pop("id") for route in routes] == ["a", "b"]
    for route, start, end in ((routes[0], WEST, EAST), (routes[1], EAST, WEST)):
        single = answer(capsys, "route", pack, "--from", start, "--to", end)
        assert route == {field: value for field, value in single.items() if field != "steps"}


def test_a_matrix(pack: Path, tmp_path: Path, capsys: Captured) -> None:
    sources, targets = listed(tmp_path, "s.csv", WEST, EAST), listed(tmp_path, "t.csv", WEST, MIDDLE, EAST)
    document = answer(capsys, "matrix", pack, "--sources", sources, "--targets", targets)
    assert (document["sources"], document["targets"]) == (["p0", "p1"], ["p0", "p1", "p2"])
    (to_self, to_middle, to_east), (back, _, _) = document["durations_s"]
    assert to_self == 0.0
    assert 0.0 < to_middle < to_east == back


def test_nearest_units(pack: Path, tmp_path: Path, capsys: Captured) -> None:
    units = listed(tmp_path, "u.csv", WEST, EAST, "116.413,39.90", "118.5,39.9")
    found = answer(capsys, "nearest", pack, "--at", EAST, "--units", units)["units"]
    assert [unit["id"] for unit in found] == ["p1", "p2", "p0", "p3"]
    assert (found[0]["eta_s"], found[3]["eta_s"]) == (0.0, None)
    assert answer(capsys, "nearest", pack, "--at", EAST, "--units", units, "-k", "2")["units"] == found[:2]


def test_what_is_reached_in_some_minutes(pack: Path, capsys: Captured) -> None:
    document = answer(capsys, "reach", pack, "--from", WEST, "--from", NORTH, "--minutes", "1,3")
    assert document["type"] == "FeatureCollection"
    one, three = (feature["properties"] for feature in document["features"])
    assert (one["minutes"], three["minutes"]) == (1.0, 3.0)
    assert 0 < one["road_m"] < three["road_m"]
    assert main(["reach", str(pack), "--from", WEST]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["5", "10", "15"]


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--from", WEST, "--minutes", "five"), "--minutes"),
        (("--from", WEST, "--minutes", "0"), "--minutes"),
        (("--from", WEST, "--minutes", "nan"), "--minutes"),
        (("--from", "nan,39.9"), "--from"),
        (("--from", "118,39.9"), "--from"),
    ],
)
def test_a_reach_that_is_none_is_refused(pack: Path, capsys: Captured, options: tuple[str, ...], named: str) -> None:
    assert named in refused(capsys, "reach", pack, *options)


def test_a_site_file_counts_in_a_ranking(pack: Path, tmp_path: Path, capsys: Captured) -> None:
    site = tmp_path / "site.toml"
    site.write_text('["destination.door_to_wire"]\nvalue = 33\nsigned_by = "Dr Li"\n', encoding="utf-8")
    ask = ("rank", pack, "--at", WEST, "--condition", "stemi")
    shipped, signed = (answer(capsys, *ask, *more)["centers"][0] for more in ((), ("--site", site)))
    assert signed["time_to_treatment_s"] == pytest.approx(signed["eta_s"] + 33 * 60)
    assert shipped["time_to_treatment_s"] != signed["time_to_treatment_s"]
    assert "absent.toml" in refused(capsys, *ask, "--site", tmp_path / "absent.toml")


def test_ranked_centres_and_why_not_the_others(pack: Path, capsys: Captured) -> None:
    document = answer(capsys, "rank", pack, "--at", WEST, "--condition", "stemi")
    (first,) = document["centers"]
    assert (document["condition"], document["weights_epoch"]) == ("stemi", 1)
    assert (first["center_id"], first["name"]) == ("C1", "胸痛医院")
    assert 0.0 < first["eta_s"] < first["time_to_treatment_s"]
    assert first["reasons"]
    assert [(row["center_id"], row["reason"]["code"]) for row in document["excluded"]] == [
        ("C2", "destination.missing.pci_24_7")
    ]


def test_every_hospital_takes_everybody_else(pack: Path, capsys: Captured) -> None:
    document = answer(capsys, "rank", pack, "--at", WEST, "--condition", "other", "-k", "1")
    assert [center["center_id"] for center in document["centers"]] == ["C2"]
    assert document["excluded"] == []


def test_a_list_without_a_capable_centre_is_refused_after_saying_why(pack: Path, capsys: Captured) -> None:
    assert main(["rank", str(pack), "--at", WEST, "--condition", "critical_newborn", "--json"]) == 2
    printed = capsys.readouterr()
    assert "none of its 2 centres can treat critical_newborn (needs nicu" in printed.err
    document = json.loads(printed.out)
    assert document["centers"] == []
    assert {row["center_id"] for row in document["excluded"]} == {"C1", "C2"}
    assert [center["center_id"] for center in document["fallback"]] == ["C2", "C1"]


def test_a_pack_without_centres_is_refused(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "town").mkdir()
    city = build_town(tmp_path / "town")
    (tmp_path / "town" / "centers.csv").write_text(CENTERS_HEADER, encoding="utf-8")
    lists = ["--centers", str(tmp_path / "town/centers.csv"), "--out", str(city)]
    assert main(["city", "build", "--osm", str(tmp_path / "town/town.osm"), *lists]) == 0
    capsys.readouterr()
    assert main(["rank", str(city), "--at", WEST, "--condition", "other"]) == 2
    assert "none of its 0 centres" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--from", WEST], "--from and --to, or --pairs"),
        ([], "--from and --to, or --pairs"),
        (["--from", WEST, "--to", EAST, "--pairs", "x.csv"], "--from and --to, or --pairs"),
        (["--from", "west", "--to", EAST], "--from: 'west' is not LON,LAT"),
        (["--from", "116.4,39.9,7", "--to", EAST], "--from: '116.4,39.9,7' is not LON,LAT"),
        (["--from", WEST, "--to", "nan,39.9"], "--to: coordinates are not numbers"),
        (["--from", WEST, "--to", "0,0"], "--to: (0, 0)"),
        (["--from", WEST, "--to", "39.9,116.4"], "--to: latitude 116.4"),
        (["--from", "118,39.9", "--to", EAST], "--from: no road within 2000 m of 118.000000,39.900000"),
        (["--from", WEST, "--to", "118,39.9"], "--to: no road within 2000 m"),
        (["--pairs", "absent.csv"], "absent.csv"),
    ],
)
def test_nonsense_is_refused_by_name(pack: Path, capsys: Captured, arguments: list[str], why: str) -> None:
    assert why in refused(capsys, "route", pack, *arguments)


def test_a_listed_point_without_a_road_is_named(pack: Path, tmp_path: Path, capsys: Captured) -> None:
    good, bad = listed(tmp_path, "good.csv", WEST), listed(tmp_path, "bad.csv", WEST, "118,39.9")
    assert f"{bad}, p1: no road" in refused(capsys, "matrix", pack, "--sources", good, "--targets", bad)
    assert f"{bad}, p1: no road" in refused(capsys, "matrix", pack, "--sources", bad, "--targets", good)
    pairs = tmp_path / "pairs.csv"
    pairs.write_text(f"id,from_lon,from_lat,to_lon,to_lat\nlost,{WEST},118,39.9\n", encoding="utf-8")
    assert f"{pairs}, lost, --to: no road" in refused(capsys, "route", pack, "--pairs", pairs)


def test_a_matrix_has_a_limit(pack: Path, tmp_path: Path, capsys: Captured) -> None:
    many = listed(tmp_path, "many.csv", *([WEST] * 2001))
    assert "2001 x 2001 points are more than" in refused(capsys, "matrix", pack, "--sources", many, "--targets", many)


@pytest.mark.parametrize(
    "arguments",
    [
        ["rank", "PACK", "--at", WEST, "--condition", "flu"],
        ["rank", "PACK", "--at", WEST],
        ["nearest", "PACK", "--at", WEST, "--units", "u.csv", "-k", "0"],
        ["route", "PACK", "--from", WEST, "--to", EAST, "--datum", "mars"],
        ["matrix"],
    ],
)
def test_a_command_that_is_none_ends_with_two(arguments: list[str], capsys: Captured) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert capsys.readouterr().out == ""


def test_tables_for_people(pack: Path, tmp_path: Path, capsys: Captured) -> None:
    units = listed(tmp_path, "u.csv", WEST, "118.5,39.9")
    assert main(["nearest", str(pack), "--at", EAST, "--units", str(units)]) == 0
    assert capsys.readouterr().out.splitlines() == ["p0                  2 min 17.1 s", "p1               no way"]
    assert main(["rank", str(pack), "--at", WEST, "--condition", "stemi"]) == 0
    assert "胸痛医院\n1 centres excluded" in capsys.readouterr().out
    assert main(["route", str(pack), "--from", WEST, "--to", EAST]) == 0
    assert "137.1 s       1706 m  (0 m and 0 m beside the road)" in capsys.readouterr().out
    good = listed(tmp_path, "good.csv", WEST)
    assert main(["matrix", str(pack), "--sources", str(good), "--targets", str(good)]) == 0
    assert capsys.readouterr().out == "p0  p0     0 min 00.0 s\n"
