"""``greenchannel city``: build, info, export, as scripts call them."""

import csv
import json
from pathlib import Path

import pytest

from dispatch.cli import main
from dispatch.texts_catalogue import catalogue
from geo.city_pack import CityPack
from geo.osm_import import LeftOut
from tests.geo.town import CENTERS_HEADER, write_town

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def pack(tmp_path: Path, capsys: Captured) -> Path:
    osm, centers, stations = write_town(tmp_path)
    out = tmp_path / "pack"
    lists = ["--centers", str(centers), "--stations", str(stations)]
    assert main(["city", "build", "--osm", str(osm), *lists, "--out", str(out), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["nodes"] == 4
    return out


def test_info_is_one_document(pack: Path, capsys: Captured) -> None:
    assert main(["city", "info", str(pack), "--json"]) == 0
    printed = capsys.readouterr()
    document = json.loads(printed.out)
    assert printed.err == ""
    assert (document["nodes"], document["arcs"], document["centers"], document["stations"]) == (4, 6, 2, 1)
    assert document["bbox"] == [116.4, 39.9, 116.42, 39.91]
    assert (document["main_component_share"], document["format_version"]) == (1.0, 2)
    assert len(document["checksum"]) == 64


def test_copies_of_a_city_are_a_pack_that_says_it_is_made_up(pack: Path, tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "block"
    assert main(["city", "tile", str(pack), "--times", "3", "--out", str(out), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["nodes"], document["fictional"]) == (12, True)
    assert CityPack.open(out).order.shape == (15,), "each copy has a state of its own for a forbidden turn"
    assert main(["city", "tile", str(pack), "--times", "1", "--out", str(out)]) == 2
    assert "at least 2" in capsys.readouterr().err


def test_info_for_people(pack: Path, capsys: Captured) -> None:
    assert main(["city", "info", str(pack)]) == 0
    assert "nodes                 4\n" in capsys.readouterr().out


def test_a_build_tells_its_progress_and_its_warnings_on_stderr(tmp_path: Path, capsys: Captured) -> None:
    osm, centers, _ = write_town(tmp_path)
    centers.write_text(CENTERS_HEADER + "C9,山上医院,,116.404,39.906,1,0,0,0,0,0,\n", encoding="utf-8")
    assert (
        main(["city", "build", "--osm", str(osm), "--centers", str(centers), "--out", str(tmp_path / "p"), "--json"])
        == 0
    )
    printed = capsys.readouterr()
    assert "reading town.osm" in printed.err
    assert "warning: 山上医院 (C9) is 512 m from its road" in printed.err
    (warning,) = json.loads(printed.out)["warnings"]
    assert warning == {"code": "far_from_road", "site_id": "C9", "name": "山上医院", "distance_m": 512}


def test_the_export_is_exactly_the_graph(pack: Path, tmp_path: Path) -> None:
    files = {name: tmp_path / f"{name}.csv" for name in ("nodes", "arcs", "turns")}
    options = [word for name, path in files.items() for word in (f"--{name}", str(path))]
    assert main(["city", "export", str(pack), *options]) == 0
    nodes, arcs, turns = (
        list(csv.DictReader(path.read_text(encoding="utf-8").splitlines())) for path in files.values()
    )
    assert [list(rows[0]) for rows in (nodes, arcs, turns)] == [
        ["id", "lon", "lat"],
        ["from", "to", "duration_ms", "length_m"],
        ["from", "via", "to"],
    ]
    places = {node["id"]: (float(node["lon"]), float(node["lat"])) for node in nodes}
    west, middle, north = (116.40, 39.90), (116.41, 39.90), (116.41, 39.91)
    assert [tuple(places[turn[end]] for end in ("from", "via", "to")) for turn in turns] == [(west, middle, north)]
    ends = {(places[arc["from"]], places[arc["to"]]) for arc in arcs}
    assert {(west, middle), (middle, west), (middle, north), (north, middle)} < ends
    assert all(int(arc["duration_ms"]) >= 1 and float(arc["length_m"]) > 0 for arc in arcs)


def test_turns_need_not_be_exported(pack: Path, tmp_path: Path) -> None:
    assert main(["city", "export", str(pack), "--nodes", str(tmp_path / "n"), "--arcs", str(tmp_path / "a")]) == 0
    assert len((tmp_path / "n").read_text(encoding="utf-8").splitlines()) == 5


@pytest.mark.parametrize("code", [*(f"left_out.{reason}" for reason in LeftOut), "site.no_road", "site.far_from_road"])
def test_every_reason_has_its_sentence(code: str) -> None:
    assert f"geo.{code}" in catalogue()


def refused(capsys: Captured, *arguments: str | Path) -> str:
    """Run a command that must end with 2, print nothing on stdout, and say why on stderr."""
    assert main([str(argument) for argument in arguments]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    return printed.err


def test_bad_maps_and_lists_are_refused_by_name(tmp_path: Path, capsys: Captured) -> None:
    osm, centers, _ = write_town(tmp_path)
    out = tmp_path / "never"
    (tmp_path / "cut.osm.pbf").write_bytes(b"\x00\x00\x00\x0d\x0a\x09OSMHeader\x18")
    assert "cut.osm.pbf" in refused(capsys, "city", "build", "--osm", tmp_path / "cut.osm.pbf", "--out", out)
    assert "absent.osm" in refused(capsys, "city", "build", "--osm", tmp_path / "absent.osm", "--out", out)
    centers.write_text(CENTERS_HEADER + "C1,海上医院,,122.5,31.2,1,0,0,0,0,0,\n", encoding="utf-8")
    assert "C1 (海上医院)" in refused(capsys, "city", "build", "--osm", osm, "--centers", centers, "--out", out)
    centers.write_text(CENTERS_HEADER + "C1,一院,,116.41,39.9,1,0,0,0,0,0,magic\n", encoding="utf-8")
    assert "magic" in refused(capsys, "city", "build", "--osm", osm, "--centers", centers, "--out", out)
    assert not out.exists()


def test_places_that_cannot_be_written_are_named(pack: Path, tmp_path: Path, capsys: Captured) -> None:
    osm, _, _ = write_town(tmp_path)
    below_a_file = tmp_path / "town.osm" / "pack"
    assert str(below_a_file) in refused(capsys, "city", "build", "--osm", osm, "--out", below_a_file)
    nowhere = tmp_path / "no" / "nodes.csv"
    assert str(nowhere) in refused(capsys, "city", "export", pack, "--nodes", nowhere, "--arcs", tmp_path / "a")


def test_a_harmed_or_absent_pack_is_refused_by_name(pack: Path, tmp_path: Path, capsys: Captured) -> None:
    assert "not a city pack" in refused(capsys, "city", "info", tmp_path / "absent", "--json")
    (pack / "arc_to.npy").write_bytes((pack / "arc_to.npy").read_bytes()[:-4])
    assert "arc_to.npy" in refused(capsys, "city", "info", pack, "--json")
