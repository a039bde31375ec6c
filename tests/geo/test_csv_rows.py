"""Lists from outside: every way to be wrong is refused with file, line and column."""

from pathlib import Path

import pytest

from geo.csv_rows import BadTable, read_rows
from geo.datum import Datum
from geo.point import Point


def rows_of(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_cells_are_read_by_name(tmp_path: Path) -> None:
    path = rows_of(tmp_path, "id,lon,lat,flag,count,note\n 一 ,116.4,39.9,1,12,\n")
    (row,) = read_rows(path, ("id", "lon", "lat"), key="id")
    assert (row.word("id"), row.flag("flag"), row.whole("count", 12)) == ("一", True, 12)
    assert (row.optional("note"), row.optional("no such column")) == (None, None)
    assert row.point(Datum.WGS84) == Point(116.4, 39.9)


def test_a_byte_order_mark_and_no_rows_are_fine(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes("\ufeffid,lon,lat\r\n".encode())
    assert read_rows(path, ("id",), key="id") == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "has no column id"),
        ("name,lon,lat\na,1,2\n", "has no column id"),
        ("id,lon,lat\na,1\n", "line 2: has not as many cells"),
        ("id,lon,lat\na,1,2,3\n", "line 2: has not as many cells"),
        ("id,lon,lat\n,1,2\n", "line 2, id: is empty"),
        ("id,lon,lat\na,1,2\na,3,4\n", "line 3, id: 'a' stands already in line 2"),
        ('id,lon,lat\n"a,1,2\n', "not a readable list"),
    ],
)
def test_a_broken_list_is_refused(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(BadTable, match=why) as refusal:
        read_rows(rows_of(tmp_path, text), ("id", "lon", "lat"), key="id")
    assert "list.csv" in str(refusal.value)


def test_an_absent_or_undecodable_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadTable, match="not a readable list"):
        read_rows(tmp_path / "list.csv", ("id",), key="id")
    (tmp_path / "list.csv").write_bytes("id\n急救".encode("gb18030"))
    with pytest.raises(BadTable, match="not a readable list"):
        read_rows(tmp_path / "list.csv", ("id",), key="id")


@pytest.mark.parametrize(
    ("lon", "lat", "why"),
    [
        ("east", "39.9", "lon: 'east' is not a number"),
        ("116.4", "nan", "not numbers"),
        ("216.4", "39.9", "longitude 216.4"),
        ("0", "0", "knows no position"),
        ("", "39.9", "lon: is empty"),
    ],
)
def test_what_is_no_place_is_refused(tmp_path: Path, lon: str, lat: str, why: str) -> None:
    (row,) = read_rows(rows_of(tmp_path, f"id,lon,lat\na,{lon},{lat}\n"), ("id",), key="id")
    with pytest.raises(BadTable, match=why):
        row.point(Datum.WGS84)


def test_points_are_read_in_their_datum(tmp_path: Path) -> None:
    (row,) = read_rows(rows_of(tmp_path, "id,lon,lat\na,116.38404722,39.91334546\n"), ("id",), key="id")
    point = row.point(Datum.GCJ02)
    assert point.lon == pytest.approx(116.377817, abs=1e-6)
    assert point.lat == pytest.approx(39.911954, abs=1e-6)


@pytest.mark.parametrize(("cell", "why"), [("yes", "neither 1 nor 0"), ("", "is empty")])
def test_a_flag_is_one_or_nought(tmp_path: Path, cell: str, why: str) -> None:
    (row,) = read_rows(rows_of(tmp_path, f"id,flag,x\na,{cell},1\n"), ("id",), key="id")
    with pytest.raises(BadTable, match=why):
        row.flag("flag")


@pytest.mark.parametrize("cell", ["-1", "1.5", "13", "²", "many"])
def test_a_count_is_whole_and_bounded(tmp_path: Path, cell: str) -> None:
    (row,) = read_rows(rows_of(tmp_path, f"id,count\na,{cell}\n"), ("id",), key="id")
    with pytest.raises(BadTable, match="no whole number from 0 to 12"):
        row.whole("count", 12)
