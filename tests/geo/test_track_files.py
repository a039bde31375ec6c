"""Recorded positions from outside: what is read, in which datum, and what is refused with its line."""

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest

from geo.csv_rows import BadTable
from geo.datum import Datum, from_wgs84
from geo.point import Point
from geo.tracks import track_files
from geo.tracks.track_files import read_tracks

HERE = Point(116.4, 39.9)


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "tracks.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_recording_is_read_plain_or_packed(tmp_path: Path) -> None:
    text = "taxi_id,time_local,lon,lat\nb,2026-03-02 08:00:00,116.4,39.9\na,2026-03-02 08:00:01,116.5,39.8\n"
    tracks = read_tracks(written(tmp_path, text))
    assert list(tracks) == ["a", "b"]
    assert tracks["b"].at_s.tolist() == [datetime(2026, 3, 2, tzinfo=UTC).timestamp()]
    packed = tmp_path / "tracks.csv.gz"
    packed.write_bytes(gzip.compress(text.encode()))
    assert read_tracks(packed)["a"].lon.tolist() == [116.5]
    zoned = "vehicle_id,at,lon,lat\nb,2026-03-02T08:00:00+08:00,116.4,39.9\n"
    assert read_tracks(written(tmp_path, zoned))["b"].at_s.tolist() == tracks["b"].at_s.tolist()


def test_another_datum_is_turned_into_ours(tmp_path: Path) -> None:
    told = from_wgs84(HERE, Datum.GCJ02)
    path = written(
        tmp_path, f"unit_id,at,lon,lat\nu,2026-03-02T08:00:00Z,{told.lon},{told.lat}\nu,2026-03-02T08:00:01Z,nan,1\n"
    )
    track = read_tracks(path, Datum.GCJ02)["u"]
    assert (track.lon[0], track.lat[0]) == pytest.approx((HERE.lon, HERE.lat), abs=1e-6)
    assert track.lon[1] != track.lon[1]


HEADER = "vehicle_id,at,lon,lat\n"
REFUSED = {
    "no column vehicle_id or unit_id or taxi_id": "id,at,lon,lat\n",
    "no column at or time_local": "vehicle_id,lon,lat\n",
    "no column lat": "vehicle_id,at,lon\n",
    "line 2, at: '2026-03-02T08:00:00' carries no time zone": HEADER + "v,2026-03-02T08:00:00,1,2\n",
    "line 2, at: 'noon' is no time": HEADER + "v,noon,1,2\n",
    "line 2, lon: 'east' is not a number": HEADER + "v,2026-03-02T08:00:00Z,east,2\n",
    "line 2, vehicle_id: is empty": HEADER + ",2026-03-02T08:00:00Z,1,2\n",
    "line 2: has not as many cells": HEADER + "v,2026-03-02T08:00:00Z,1\n",
}


@pytest.mark.parametrize("why", list(REFUSED))
def test_what_cannot_be_read_is_refused_with_its_line(tmp_path: Path, why: str) -> None:
    with pytest.raises(BadTable) as refusal:
        read_tracks(written(tmp_path, REFUSED[why]))
    assert why in str(refusal.value)


def test_a_file_that_is_none_or_too_long_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadTable, match="not a readable list"):
        read_tracks(tmp_path / "absent.csv")
    broken = tmp_path / "broken.csv.gz"
    broken.write_bytes(gzip.compress(HEADER.encode() * 100)[:30])
    with pytest.raises(BadTable, match="not a readable list"):
        read_tracks(broken)
    monkeypatch.setattr(track_files, "FIXES_MAX", 1)
    with pytest.raises(BadTable, match="more than 1 fixes"):
        read_tracks(written(tmp_path, HEADER + 2 * "v,2026-03-02T08:00:00Z,1,2\n"))
