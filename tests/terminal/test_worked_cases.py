"""The worked cases of the documents: what a clinician reads first must stay true."""

from pathlib import Path

import pytest

from center_protocols.assessment import DEFAULT_SETTINGS
from dispatch.errors import BadInput
from dispatch.terminal.worked_case import explained, read_case

CASES = Path(__file__).parents[2] / "docs" / "cases"


def told(name: str) -> str:
    return "\n".join(explained(read_case(CASES / f"{name}.toml"), DEFAULT_SETTINGS, "en"))


@pytest.mark.parametrize("path", sorted(CASES.glob("*.toml")), ids=lambda path: path.stem)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_case_is_told_whole(path: Path, lang: str) -> None:
    text = "\n".join(explained(read_case(path), DEFAULT_SETTINGS, "zh" if lang == "zh" else "en"))
    assert "{" not in text
    assert "[explain." not in text
    assert text.count("\n") > 20


def test_a_large_vessel_stroke_passes_the_nearer_lysis_centre() -> None:
    text = told("stroke_large_vessel")
    assert "1. 大学医院" in text
    assert "Straight to thrombectomy, 14 min longer (limit 30)" in text
    assert "远郊中心医院 (both, far away): 43 min longer, limit 30" in text
    assert "stop/1" in text


def test_a_busy_lab_costs_its_wait_and_stays_listed() -> None:
    text = told("stemi_lab_busy")
    assert text.index("1. 二院") < text.index("近医院")
    assert "another primary PCI in progress" in text
    assert "expired" in text


def test_the_operating_room_that_is_free_wins_over_three_minutes() -> None:
    text = told("trauma_two_centres")
    assert "1. 东区创伤中心" in text
    assert "县医院 (no trauma centre): No highest-level trauma centre" in text


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("title = 1", "title"),
        ('title = "x"\nat = 2026-11-21T10:00:00\nfindings = {}\ncenters = []\n', "offset"),
        ("[[[", "case"),
    ],
)
def test_a_bad_case_is_refused_by_name(tmp_path: Path, text: str, named: str) -> None:
    path = tmp_path / "case.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=named):
        read_case(path)
