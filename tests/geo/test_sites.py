"""The lists of centres and stations."""

from pathlib import Path

import pytest

from geo.csv_rows import BadTable
from geo.datum import Datum
from geo.point import Point
from geo.sites import CENTER_FLAGS, CenterSite, StationSite, read_centers, read_stations

HEADER = "center_id,hospital,grade,lon,lat,chest_pain,stroke,trauma,maternal,neonatal,paediatric"


def test_a_centre_with_its_flags_and_codes(tmp_path: Path) -> None:
    path = tmp_path / "centers.csv"
    path.write_text(f"{HEADER},capabilities\nC1,一院,,116.4,39.9,1,0,0,0,0,1,ecpr; helipad;;ecpr\n", encoding="utf-8")
    flags = dict.fromkeys(CENTER_FLAGS, False) | {"chest_pain": True, "paediatric": True}
    assert read_centers(path) == (CenterSite("C1", "一院", None, Point(116.4, 39.9), flags, ("ecpr", "helipad")),)


def test_capabilities_are_optional_and_datum_is_not_ignored(tmp_path: Path) -> None:
    path = tmp_path / "centers.csv"
    path.write_text(f"{HEADER}\nC1,一院,三级甲等,116.4,39.9,1,0,0,0,0,1\n", encoding="utf-8")
    (site,) = read_centers(path, Datum.GCJ02)
    assert (site.grade, site.capabilities) == ("三级甲等", ())
    assert site.point.lon == pytest.approx(116.3938, abs=1e-3)


def test_a_missing_flag_column_is_named(tmp_path: Path) -> None:
    path = tmp_path / "centers.csv"
    path.write_text("center_id,hospital,lon,lat,chest_pain\nC1,一院,116.4,39.9,1\n", encoding="utf-8")
    with pytest.raises(BadTable, match="has no column stroke, trauma, maternal, neonatal, paediatric"):
        read_centers(path)


def test_a_station_with_its_ambulances(tmp_path: Path) -> None:
    path = tmp_path / "stations.csv"
    path.write_text("station_id,name,lon,lat,ambulances\nS1,东站,116.4,39.9,3\n", encoding="utf-8")
    assert read_stations(path) == (StationSite("S1", "东站", Point(116.4, 39.9), 3),)
    path.write_text("station_id,name,lon,lat,ambulances\nS1,东站,116.4,39.9,-3\n", encoding="utf-8")
    with pytest.raises(BadTable, match="line 2, ambulances: '-3' is no whole number"):
        read_stations(path)


def test_the_real_lists_of_beijing(shared_dir: Path) -> None:
    centers = read_centers(shared_dir / "cities/beijing/centers.csv")
    stations = read_stations(shared_dir / "cities/beijing/stations.csv")
    assert len(centers) == 48
    assert sum(site.flags["stroke"] for site in centers) > 10
    assert (len(stations), sum(site.ambulances for site in stations)) == (120, 189)
