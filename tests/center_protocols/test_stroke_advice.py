"""Advice says which way is better and how sure that is; it never changes a ranking."""

import random
from datetime import datetime, timedelta

import pytest

from center_protocols.assess import assess
from center_protocols.assessment import DEFAULT_SETTINGS
from center_protocols.destination import rank_destinations
from center_protocols.door_times import learned
from center_protocols.findings import findings_from
from center_protocols.outcome import Screen, b_expected
from center_protocols.site import read_site
from center_protocols.stroke_advice import by_outcome, compare, screen_of, stroke_advice
from center_protocols.stroke_simulation import StrokeRoute, simulate
from center_protocols.vocabulary import Capability, Condition, Strength, Treatment
from center_protocols.why_not import why_nots
from tests.center_protocols.driven import driven

AT = datetime.fromisoformat("2026-11-21T10:00:00+08:00")
LYSIS = frozenset({Capability.ED, Capability.CT, Capability.IVT_24_7})
BOTH = LYSIS | {Capability.EVT_24_7}


def test_the_published_case_comes_out() -> None:
    """Onset 40 + scene 20; lysis centre 10, thrombectomy 20, between them 20: .4314 against .4239."""
    routes = [StrokeRoute("near", 600, 1200), StrokeRoute("comprehensive", 1200)]
    advice = compare(routes, 60, Screen.LAMS)
    assert [row.center_id for row in advice.rows] == ["comprehensive", "near"]
    assert [row.good_outcome for row in advice.rows] == pytest.approx([0.4314, 0.4239], abs=5e-5)
    assert advice.tie
    assert advice.strength is Strength.CLOSE
    assert advice.reason.params["percent"] == 43.1


def test_a_far_thrombectomy_centre_loses_to_drip_and_ship() -> None:
    routes = [StrokeRoute("near", 600, 7200), StrokeRoute("far", 7200)]
    advice = compare(routes, 60, Screen.LAMS)
    assert advice.rows[0].center_id == "near"
    assert advice.strength in {Strength.CLEAR, Strength.CLOSE}


def test_between_them_it_is_a_coin_toss_somewhere() -> None:
    strengths = {
        compare([StrokeRoute("near", 600, drive), StrokeRoute("far", drive)], 60, Screen.RACE).strength
        for drive in range(600, 9000, 120)
    }
    assert strengths == set(Strength)


def test_the_same_evidence_gives_the_same_advice() -> None:
    routes = [StrokeRoute("near", 600, 4000), StrokeRoute("far", 4000)]
    assert compare(routes, 60, Screen.RACE) == compare(list(reversed(routes)), 60, Screen.RACE)


def test_advice_on_a_ranking_leaves_it_alone() -> None:
    findings = findings_from(
        {"stroke": {"race": {"total": 6}}, "last_known_well_at": (AT - timedelta(minutes=60)).isoformat()}
    )
    assessment = assess(findings, AT)
    candidates = [driven("near", LYSIS, 600.0), driven("far", BOTH, 1500.0), driven("odd", LYSIS, 700.0)]
    ranking = rank_destinations(assessment, candidates, AT)
    advice = stroke_advice(assessment, ranking, {"near": 1200.0}, AT)
    assert advice is not None
    assert advice.screen is Screen.RACE
    assert advice.since_onset_min == 60
    assert {row.center_id for row in advice.rows} == {"near", "far"}
    assert rank_destinations(assessment, candidates, AT) == ranking


def test_no_advice_without_a_time_an_occlusion_or_a_choice() -> None:
    lvo = assess(findings_from({"stroke": {"lams": {"total": 5}}}), AT)
    two = [driven("near", LYSIS, 600.0), driven("far", BOTH, 1500.0)]
    assert stroke_advice(lvo, rank_destinations(lvo, two, AT), {"near": 900.0}, AT) is None
    timed = {"last_known_well_at": (AT - timedelta(minutes=60)).isoformat()}
    plain = assess(findings_from({"stroke": {"face_droop": "yes"}, **timed}), AT)
    assert stroke_advice(plain, rank_destinations(plain, two, AT), {"near": 900.0}, AT) is None
    known = assess(findings_from({"stroke": {"lams": {"total": 5}}, **timed}), AT)
    assert known.has(Condition.STROKE_LVO)
    assert stroke_advice(known, rank_destinations(known, two, AT), {}, AT) is None


def test_a_scale_without_published_shares_borrows_those_of_lams() -> None:
    assert screen_of(assess(findings_from({"stroke": {"fast_ed": {"total": 6}}}), AT)) is Screen.LAMS
    assert screen_of(assess(findings_from({"stroke": {"cstat": {"total": 3}}}), AT)) is Screen.CSTAT


# Door times


def test_without_cases_the_default_counts() -> None:
    found = learned(Treatment.WIRE, [])
    assert (found.median_s, found.p90_s, found.cases) == (3600, 5400, 0)


def test_a_single_case_moves_it_a_little() -> None:
    assert learned(Treatment.WIRE, [38]).median_s == pytest.approx((10 * 60 + 38) / 11 * 60)


def test_many_cases_outweigh_the_default() -> None:
    found = learned(Treatment.WIRE, [40] * 990)
    assert found.median_s == pytest.approx(40.2 * 60)
    assert found.cases == 990


def test_impossible_times_teach_nothing() -> None:
    assert learned(Treatment.WIRE, [-5, 0]) == learned(Treatment.WIRE, [])


def test_a_quick_centre_overtakes_a_slightly_nearer_one() -> None:
    stemi = assess(findings_from({"clinician_says": ["stemi"]}), AT)
    pci = frozenset({Capability.PCI_24_7})
    quick = {Treatment.WIRE: learned(Treatment.WIRE, [35] * 200)}
    ranking = rank_destinations(stemi, [driven("near", pci, 600.0), driven("quick", pci, 1200.0, (), quick)], AT)
    assert [option.center_id for option in ranking.options] == ["quick", "near"]


def test_model_b_is_drawn_again_alike_and_says_how_often_a_route_wins() -> None:
    near, far = StrokeRoute("near", 600, 2400), StrokeRoute("far", 2400)
    advice = compare([far, near], 60, Screen.RACE, race=7)
    assert advice.models == ("holodinsky-milne/1", "stroke-outcome/1", "stop/1")
    assert sum(row.wins for row in advice.simulated) == pytest.approx(1)
    assert {row.center_id for row in advice.simulated} == {"near", "far"}
    simulate.cache_clear()
    assert compare([near, far], 60, Screen.RACE, race=7).simulated == advice.simulated
    assert compare([near, far], 60, Screen.RACE).simulated_strength is None


def test_drawn_patients_surround_the_plain_model() -> None:
    """Of many patients drawn around the medians, the mean lies near the patient in the middle."""
    alone = simulate((StrokeRoute("only", 1200.0),), 60.0, 7, DEFAULT_SETTINGS)
    middle = b_expected(7, 60 + 20 + 52, 60 + 20 + 145, DEFAULT_SETTINGS.thresholds)
    assert alone[0].wins == 1
    assert alone[0].good_outcome == pytest.approx(middle, abs=0.03)


def test_a_longer_way_to_the_same_treatment_never_wins() -> None:
    rng = random.Random(20261121)
    for _ in range(40):
        drive, more = rng.uniform(60, 3000), rng.uniform(60, 3000)
        rows = simulate(
            (StrokeRoute("near", drive), StrokeRoute("far", drive + more)), 45.0, rng.randint(5, 9), DEFAULT_SETTINGS
        )
        assert rows[0].center_id == "near", (drive, more)
        assert rows[0].good_outcome >= rows[1].good_outcome


def test_a_city_may_let_the_expected_outcome_lead_but_only_among_what_passed_the_gates() -> None:
    """Added 110 of 120 min pass a signed gate; lysis nearby with a short transfer is expected to do better."""
    findings = {"stroke": {"race": {"total": 7}}, "last_known_well_at": (AT - timedelta(hours=1)).isoformat()}
    assessment = assess(findings_from(findings), AT)
    candidates = [driven("near", LYSIS, 300), driven("far", BOTH, 300 + 110 * 60)]
    wide = '["stroke.added_time_urban"]\nvalue = 120\nsigned_by = "Dr Li"\n'
    rural = read_site(wide)
    ranking = rank_destinations(assessment, candidates, AT, rural)
    advice = stroke_advice(assessment, ranking, {"near": 60}, AT, rural)
    assert advice is not None
    assert (advice.rows[0].center_id, advice.tie) == ("near", False)
    silent = by_outcome(ranking, advice, rural)
    assert [row.center_id for row in silent.options] == ["far", "near"]
    assert (ranking.strength, silent.strength) == (None, Strength.COIN_TOSS)
    asked = read_site("[city]\nrank_by_outcome = true\n" + wide)
    said = by_outcome(ranking, advice, asked)
    assert [row.center_id for row in said.options] == ["near", "far"]
    assert said.strength is advice.strength
    assert said.options[0].reasons[0].code == "destination.better_expected_outcome"
    assert [row.reason.code for row in why_nots(said)] == ["why_not.lesser_outcome"]
    shut = rank_destinations(assessment, candidates, AT, read_site("[city]\nrank_by_outcome = true\n"))
    assert [row.treatment for row in shut.options] == [Treatment.NEEDLE, Treatment.NEEDLE]
