"""The other cities' centres, to whom a caller outside our city is handed over."""

from pathlib import Path

import pytest

from dispatch.adapters.neighbors import read_neighbors
from dispatch.errors import BadInput
from dispatch.evidence import position_evidence
from dispatch.words import Place
from geo.point import Box, Point

NEIGHBORS = """
[[center]]
name = "天津市120"
phone = "022-120"
lon = 117.2
lat = 39.13

[[center]]
name = "保定市120"
phone = "0312-120"
lon = 115.46
lat = 38.87
"""
BEIJING = Box(115.4, 39.4, 117.5, 41.1)


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "neighbors.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_caller_outside_is_handed_to_the_centre_that_is_nearest(tmp_path: Path) -> None:
    neighbors = read_neighbors(written(tmp_path, NEIGHBORS))
    assert [(each.name, each.phone) for each in neighbors] == [("天津市120", "022-120"), ("保定市120", "0312-120")]
    assert neighbors[0].point == Point(117.2, 39.13)
    for lon, lat, phone in ((117.3, 38.9, "022-120"), (115.2, 38.9, "0312-120"), (0.0, 89.0, "022-120")):
        told = position_evidence(Place(lon, lat, 30.0, "wgs84", "aml"), BEIJING, neighbors)
        assert (told.inside, told.neighbor and told.neighbor[1]) == (False, phone)
    assert position_evidence(Place(116.4, 39.9, 30.0, "wgs84", "aml"), BEIJING, neighbors).neighbor is None


def test_without_a_file_there_are_none() -> None:
    assert read_neighbors(None) == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "center"),
        ("[[center]", "neighbors.toml"),
        (b"\xff\xfe", "utf-8"),
        (NEIGHBORS.replace("phone", "tel", 1), "tel"),
        (NEIGHBORS.replace('"022-120"', "120", 1), "phone"),
        (NEIGHBORS.replace("117.2", '"117.2"', 1), "lon"),
        (NEIGHBORS.replace("117.2", "nan", 1), "nan"),
        (NEIGHBORS.replace("39.13", "139.13", 1), "139.13"),
        (NEIGHBORS.replace("lat = 38.87", "", 1), "lat"),
    ],
)
def test_a_broken_file_is_refused_by_name_and_with_its_fault(tmp_path: Path, text: str | bytes, said: str) -> None:
    with pytest.raises(BadInput, match=r"neighbors\.toml") as refused:
        read_neighbors(written(tmp_path, text))
    assert said in str(refused.value)


def test_a_file_that_is_not_there_is_said_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"nowhere\.toml"):
        read_neighbors(tmp_path / "nowhere.toml")
