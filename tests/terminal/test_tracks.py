"""``greenchannel tracks report | learn`` on a part of real Beijing's taxis, and on nonsense."""

import csv
import gzip
import json
from pathlib import Path

import pytest

from dispatch.cli import main
from geo.speeds import read_profile
from geo.tracks.learned_speeds import read_learned
from geo.tracks.learning_rules import read_rules
from tests.geo.town import build_town

VEHICLES = 24


@pytest.fixture(scope="module")
def some_taxis(shared_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the fixes of a few taxis: all of them would take half a minute."""
    path = tmp_path_factory.mktemp("tracks") / "some.csv"
    kept: set[str] = set()
    recording = shared_dir / "data" / "tracks" / "beijing_taxis_20080204-05.csv.gz"
    with gzip.open(recording, "rt", encoding="utf-8") as source, path.open("w", encoding="utf-8") as out:
        reader = csv.reader(source)
        writer = csv.writer(out)
        writer.writerow(next(reader))
        for row in reader:
            kept.add(row[0])
            if len(kept) > VEHICLES:
                break
            writer.writerow(row)
    return path


def test_learned_speeds_are_nearer_to_held_out_trips_than_the_profile(
    beijing_pack: Path, some_taxis: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["tracks", "report", str(beijing_pack), str(some_taxis), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["vehicles"] == {"kind": "taxi", "count": VEHICLES}
    assert "Taxis obey signals" in report["bias"]
    straight = report["direct"]
    assert straight["learned"]["trips"] == straight["profile"]["trips"] > 100
    assert abs(straight["learned"]["bias"]) < abs(straight["profile"]["bias"])
    assert sum(row["learned"]["trips"] for row in report["by_hour"].values()) == straight["learned"]["trips"]
    assert [row["from_s"] for row in report["by_eta"]["learned"]] == [0, 300, 600, 1200]


def test_the_learned_file_is_one_that_serve_can_load(
    beijing_pack: Path, some_taxis: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "learned.json"
    assert main(["tracks", "learn", str(beijing_pack), str(some_taxis), "--out", str(out)]) == 0
    learned = read_learned(out, read_profile(), read_rules())
    assert learned.drives > 1000
    assert learned.mark == "measured on taxis, unverified for ambulances"
    printed = capsys.readouterr().out
    assert f"{learned.drives} drives, 2008-02-04" in printed
    assert f"durations × {learned.overall.factor:.2f} overall" in printed


def test_a_report_for_people_names_the_bias(
    beijing_pack: Path, some_taxis: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["tracks", "report", str(beijing_pack), str(some_taxis), "--split", "day"]) == 0
    printed = capsys.readouterr().out
    assert "direct trips          profile" in printed
    assert "lights and siren" in printed


def test_nonsense_is_refused_with_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], some_taxis: Path
) -> None:
    pack, few = build_town(tmp_path), tmp_path / "few.csv"
    few.write_text("vehicle_id,at,lon,lat\nv,2026-03-02T08:00:00Z,116.41,39.90\n", encoding="utf-8")
    out = tmp_path / "absent" / "learned.json"
    asked = {
        "0 usable drives": ["tracks", "report", str(pack), str(few)],
        "no readable list": ["tracks", "report", str(pack), str(tmp_path / "absent.csv")],
        "usable drives": ["tracks", "learn", str(pack), str(some_taxis), "--out", str(out)],
    }
    for why, command in asked.items():
        assert main(command) == 2
        assert why in capsys.readouterr().err.replace("not a readable", "no readable")
