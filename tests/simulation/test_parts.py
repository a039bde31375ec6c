"""The pure parts of a simulated day: the same seed tells the same, and what is drawn makes sense."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import mean

import pytest

from center_protocols.assess import assess
from center_protocols.findings import findings_from
from dispatch.simulation.arrivals import ASSUMED_SHAPE, LOCAL, arrival_times, recorded_shape
from dispatch.simulation.callers import Anchor, beside
from dispatch.simulation.cases import PROFILES, Caller, Case, caller_findings, caller_of, draw_case, number_of
from dispatch.simulation.client import Client, Server
from dispatch.simulation.crew import Crew
from dispatch.simulation.driving import drive_along
from dispatch.simulation.physician import elevation_mv
from dispatch.simulation.signals import LEADS, SAMPLE_RATE_HZ, UV_PER_LSB, ecg, vitals_at
from dispatch.simulation.troubles import ASKED, GIVES_UP, LOST, scene_answers, trouble_of
from dispatch.state.incident import merged_findings
from dispatch.words import UnitStatus
from geo.point import Point, distance_m

START = datetime(2026, 11, 21, tzinfo=UTC)
EXPECTED = {
    "minor": "other",
    "abdominal": "other",
    "stroke": "stroke",
    "stroke_lvo": "stroke_lvo",
    "trauma": "trauma_yellow",
    "trauma_red": "trauma_red",
    "pregnancy": "critical_pregnancy",
    "child": "critical_child",
    "arrest": "cardiac_arrest",
    "gi_bleed": "critical_other",
    "poisoning": "critical_other",
}


def case(kind: str) -> Case:
    return Case(1, kind, "1", 60, "male", "delivered", PROFILES[kind], 1)


def test_the_same_seed_tells_the_same_day_and_a_longer_one_begins_alike() -> None:
    short = arrival_times(7, START, 2, 2_000)
    assert short == arrival_times(7, START, 2, 2_000)
    assert short == [at for at in arrival_times(7, START, 5, 2_000) if at < START + timedelta(hours=2)]
    assert short != arrival_times(8, START, 2, 2_000)
    assert draw_case(7, 3) == draw_case(7, 3)


def test_arrivals_follow_the_shape_of_the_day() -> None:
    times = arrival_times(1, START, 24 * 20, 1_000)
    per_hour = Counter(at.astimezone(LOCAL).hour for at in times)
    assert len(times) == pytest.approx(20_000, rel=0.03)
    for hour, share in enumerate(ASSUMED_SHAPE):
        assert per_hour[hour] == pytest.approx(20_000 * share / sum(ASSUMED_SHAPE), rel=0.15)


def test_a_recording_gives_its_own_shape(shared_dir: Path) -> None:
    shape = recorded_shape(shared_dir / "data" / "calls" / "smfr_2019_calls.csv.gz")
    assert mean(shape) == pytest.approx(1.0)
    assert max(shape[8:20]) > 2 * min(shape[:6])


def test_about_a_quarter_carries_nobody_and_most_are_none_of_the_five() -> None:
    cases = [draw_case(5, index) for index in range(4_000)]
    nobody = sum(each.outcome != "delivered" for each in cases) / len(cases)
    assert nobody == pytest.approx(0.25, abs=0.03)
    assert {each.outcome for each in cases} >= {
        "refused",
        "not_found",
        "death_on_scene",
        "cancelled",
        "treated_on_scene",
    }
    dull = sum(each.kind in ("minor", "abdominal", "breathing", "poisoning", "gi_bleed") for each in cases)
    assert dull / len(cases) > 0.5


@pytest.mark.parametrize("kind", PROFILES)
def test_every_case_is_something_the_protocols_understand(kind: str) -> None:
    said = caller_findings(case(kind)) if kind != "child" else PROFILES[kind].caller
    findings = findings_from(merged_findings(said, PROFILES[kind].crew))
    if kind in EXPECTED:
        assert EXPECTED[kind] in assess(findings).codes


def test_numbers_of_people_are_nobodys_case() -> None:
    assert caller_of(draw_case(1, 42).number) == Caller(42, 0)
    assert all(
        caller_of(number_of(index, nth)) == Caller(index, nth) for index in (0, 9, 4_000_000) for nth in range(5)
    )
    for nobody in ("13800000000", "13512345678", "120", "abc", None):
        assert caller_of(nobody) is None


def test_troubles_are_drawn_once_and_each_happens() -> None:
    cases = [draw_case(3, index) for index in range(3_000)]
    troubles = [trouble_of(each) for each in cases]
    assert troubles == [trouble_of(draw_case(3, index)) for index in range(3_000)]
    assert {danger for each in troubles for danger in each.dangers} == set(ASKED)
    assert sum(each.is_lost for each in troubles) / 3_000 == pytest.approx(LOST, abs=0.015)
    assert sum(each.gives_up for each in troubles) / 3_000 == pytest.approx(GIVES_UP, abs=0.015)
    assert 0.02 < sum(bool(each.others_s) for each in troubles) / 3_000 < 0.12
    assert not any(each.others_s and (each.is_lost or each.gives_up) for each in troubles)
    for each in troubles:
        findings_from({"scene": scene_answers(each)})


def test_others_who_report_the_same_stand_beside_it() -> None:
    anchors, seen = [Anchor("医院", 116.4, 39.9), Anchor("车站", 116.5, 39.95)], draw_case(3, 8)
    first = beside(seen, anchors)
    for nth in range(1, 5):
        other = beside(seen, anchors, nth)
        assert 0 < distance_m(Point(first.lon, first.lat), Point(other.lon, other.lat)) < 250
        assert other.words != first.words


def test_the_infarction_shows_in_the_inferior_leads_only_there() -> None:
    for kind, elevated in (("stemi", True), ("acs", False)):
        trace = ecg(case(kind), 0, 10 * SAMPLE_RATE_HZ) * UV_PER_LSB / 1000
        assert (elevation_mv(trace, "III") >= 0.1) is elevated
        einthoven = trace[:, LEADS.index("II")] - trace[:, LEADS.index("I")]
        assert abs(trace[:, LEADS.index("III")] - einthoven).max() < 0.02


def test_the_waveform_goes_on_without_a_seam() -> None:
    whole = ecg(case("stemi"), 0, 2_000)
    parts = [ecg(case("stemi"), first, 250) for first in range(0, 2_000, 250)]
    assert all((whole[n * 250 : (n + 1) * 250] == part).all() for n, part in enumerate(parts))


def test_vitals_get_worse_and_stay_possible() -> None:
    bleeding = case("trauma_red")
    early, late = (vitals_at(bleeding, minutes, bleeding.chance("x")) for minutes in (0.0, 35.0))
    assert late["sbp"] < early["sbp"] - 15
    for kind in PROFILES:
        findings_from({"vitals": vitals_at(case(kind), 20.0, case(kind).chance("y"))})


def test_a_drive_begins_and_ends_where_it_should() -> None:
    drive = drive_along([(116.0, 39.9), (116.01, 39.9), (116.01, 39.91)], START, 100.0)
    assert drive.where(START)[:2] == (116.0, 39.9)
    assert drive.where(drive.ends_at)[:2] == pytest.approx((116.01, 39.91))
    lon, lat, heading, speed = drive.where(START + timedelta(seconds=20))
    assert 116.0 < lon < 116.01
    assert lat == pytest.approx(39.9)
    assert heading == pytest.approx(90, abs=0.1)
    assert speed == pytest.approx(drive.offsets_m[-1] / 100)


async def test_a_crew_goes_on_from_every_status_of_a_run() -> None:
    server = Server("http://127.0.0.1:9")
    crew = Crew(Client(server, "crew-u001", "demo"), "U001", seed=1)
    assert set(crew.steps) == set(UnitStatus) - {UnitStatus.AVAILABLE, UnitStatus.OUT_OF_SERVICE}
    await server.close()
