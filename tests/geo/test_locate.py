"""One estimate from all sources: the rules as sentences, then properties on chance and a second way to compute."""

import math
import random

import pytest

from geo.places.locate import (
    SOURCES_MAX,
    Source,
    SourceKind,
    agree,
    agreeing_groups,
    conflicts_among,
    estimate,
    kind_rules,
    radius_95_m,
    witnesses,
)
from geo.point import Point, destination_point, distance_m

HERE = Point(116.4, 39.9)
CASES = 1_000


def told(
    kind: SourceKind, at: Point = HERE, radius_m: float = 30.0, confidence: float = 0.68, age_s: float = 0.0
) -> Source:
    return Source(f"{kind}-1", kind, at, radius_m, confidence, age_s)


def away(course_deg: float, metres: float) -> Point:
    return destination_point(HERE, course_deg, metres)


def some_sources(chance: random.Random) -> list[Source]:
    kinds = chance.sample(list(SourceKind), chance.randint(1, 5))
    return [
        Source(
            f"s{n}",
            kind,
            away(chance.uniform(0, 360), chance.choice((10, 100, 1_000, 5_000)) * chance.random()),
            10 ** chance.uniform(0, 3.5),
            chance.uniform(0.1, 0.99),
            chance.uniform(0, 1_200),
        )
        for n, kind in enumerate(kinds)
    ]


def test_nothing_told_is_no_estimate() -> None:
    assert estimate([]) is None


def test_one_source_is_believed_as_far_as_its_kind() -> None:
    found = estimate([told(SourceKind.AML)])
    assert found is not None
    assert found.best.center == HERE
    assert found.best.confidence == pytest.approx(kind_rules()[SourceKind.AML].trust)
    # 68 % within 30 m is 95 % within 49 m.
    assert found.best.radius_m == pytest.approx(30 * math.sqrt(math.log(0.05) / math.log(0.32)))


def test_words_three_kilometres_from_the_handset_are_a_conflict_and_both_places_stay_visible() -> None:
    found = estimate([told(SourceKind.AML), told(SourceKind.WORDS, away(90, 3_000), 50)])
    assert found is not None
    assert [(each.one, each.other, round(each.distance_m)) for each in found.conflicts] == [("aml-1", "words-1", 3_000)]
    assert [each.sources for each in found.possible] == [("aml-1",), ("words-1",)]
    assert 0.5 < found.best.confidence < kind_rules()[SourceKind.AML].trust


def test_a_person_outranks_one_machine() -> None:
    found = estimate([told(SourceKind.AML), told(SourceKind.PERSON, away(90, 3_000), 20)])
    assert found is not None
    assert found.best.sources == ("person-1",)


def test_two_witnesses_who_agree_outrank_the_third() -> None:
    words, line = told(SourceKind.WORDS, away(0, 40), 50), told(SourceKind.FIXED_LINE, away(0, 60), 50)
    found = estimate([told(SourceKind.DEVICE, away(90, 3_000)), words, line])
    assert found is not None
    assert found.best.sources == ("fixed_line-1", "words-1")


def test_two_positions_of_one_telephone_are_one_witness() -> None:
    aml, link = told(SourceKind.AML), told(SourceKind.LINK, away(0, 10), 20)
    assert [each.kind for each in witnesses([aml, link])] == [SourceKind.LINK]
    both, alone = estimate([aml, link]), estimate([link])
    assert both is not None
    assert alone is not None
    assert both.best.radius_m == alone.best.radius_m
    assert both.best.confidence == alone.best.confidence


def test_a_sector_of_kilometres_hardly_moves_a_satellite_fix() -> None:
    found = estimate([told(SourceKind.AML), told(SourceKind.CELL, away(45, 900), 1_500, 0.95)])
    assert found is not None
    assert found.conflicts == ()
    assert distance_m(found.best.center, HERE) < 2


def test_what_is_too_old_is_told_and_not_counted() -> None:
    found = estimate([told(SourceKind.WORDS), told(SourceKind.AML, away(0, 4_000), age_s=901)])
    assert found is not None
    assert found.set_aside == ("aml-1",)
    assert found.conflicts == ()


def test_a_telephone_may_have_walked_away() -> None:
    assert radius_95_m(told(SourceKind.AML, age_s=600)) == pytest.approx(radius_95_m(told(SourceKind.AML)) + 180)
    assert radius_95_m(told(SourceKind.WORDS, age_s=600)) == radius_95_m(told(SourceKind.WORDS))


def test_more_than_can_be_compared_are_set_aside_widest_first() -> None:
    many = [Source(f"s{n:02d}", SourceKind.AML, HERE, 20.0 + n, 0.9, 0) for n in range(SOURCES_MAX + 3)]
    found = estimate(many)
    assert found is not None
    assert found.set_aside == ("s08", "s09", "s10")


@pytest.mark.parametrize("radius_m", [0.0, 1e-9])
@pytest.mark.parametrize("confidence", [0.0, 1.0])
def test_no_claim_is_better_than_its_floor(radius_m: float, confidence: float) -> None:
    assert radius_95_m(told(SourceKind.CELL, radius_m=radius_m, confidence=confidence)) == 150


def test_nothing_vanishes_and_order_does_not_matter() -> None:
    for seed in range(CASES):
        chance = random.Random(seed)
        sources = some_sources(chance)
        found = estimate(sources)
        shuffled = estimate(chance.sample(sources, len(sources)))
        assert found == shuffled, f"seed {seed}"
        if found is None:
            continue
        named = {name for each in found.possible for name in each.sources} | set(found.set_aside)
        assert named == {each.id for each in sources}, f"seed {seed}"
        assert 0 < sum(each.confidence for each in found.possible) < 1, f"seed {seed}"
        assert found.best.confidence == max(each.confidence for each in found.possible), f"seed {seed}"


def test_a_witness_who_agrees_never_makes_it_worse() -> None:
    for seed in range(CASES):
        chance = random.Random(seed)
        one = told(chance.choice((SourceKind.AML, SourceKind.CELL)), HERE, chance.uniform(20, 500))
        other = told(SourceKind.WORDS, away(chance.uniform(0, 360), chance.uniform(0, 40)), chance.uniform(20, 500))
        alone, both = estimate([one]), estimate([one, other])
        assert alone is not None
        assert both is not None
        assert both.best.radius_m <= alone.best.radius_m + 1e-9, f"seed {seed}"
        assert both.best.confidence > alone.best.confidence, f"seed {seed}"


def test_it_is_what_a_filter_would_find_that_hears_one_witness_after_the_other() -> None:
    """Recompute with a Kalman filter in metres, and the groups by pivoting (Bron and Kerbosch 1973)."""
    for seed in range(CASES):
        sources = [each for each in some_sources(random.Random(seed)) if each.age_s <= 900]
        if not sources:
            continue
        groups = {frozenset(each.id for each in group) for group in agreeing_groups(sources)}
        assert groups == set(cliques(frozenset(), set(sources), set())), f"seed {seed}"
        pairs = {frozenset((each.one, each.other)) for each in conflicts_among(sources)}
        assert pairs == {frozenset((a.id, b.id)) for a in sources for b in sources if a is not b and not agree(a, b)}, (
            f"seed {seed}"
        )
        found = estimate(sources)
        assert found is not None
        for place in found.possible:
            x, y, variance = filtered([each for each in sources if each.id in place.sources])
            at = Point(HERE.lon + x / metres_per_degree_east(), HERE.lat + y / METRES_PER_DEGREE)
            assert distance_m(at, place.center) < 0.5, f"seed {seed}"
            assert place.radius_m >= math.sqrt(variance) - 1e-6, f"seed {seed}"


METRES_PER_DEGREE = 111_195.08


def metres_per_degree_east() -> float:
    return METRES_PER_DEGREE * math.cos(math.radians(HERE.lat))


def filtered(group: list[Source]) -> tuple[float, float, float]:
    x = y = 0.0
    variance = math.inf
    for each in witnesses(group):
        noise = radius_95_m(each) ** 2
        gain = 1.0 if variance == math.inf else variance / (variance + noise)
        x += gain * ((each.center.lon - HERE.lon) * metres_per_degree_east() - x)
        y += gain * ((each.center.lat - HERE.lat) * METRES_PER_DEGREE - y)
        variance = noise if variance == math.inf else (1 - gain) * variance
    return x, y, variance


def cliques(chosen: frozenset[str], open_: set[Source], done: set[Source]) -> list[frozenset[str]]:
    if not open_ and not done:
        return [chosen]
    found = []
    for each in list(open_):
        near = {other for other in open_ | done if other is not each and agree(each, other)}
        found += cliques(chosen | {each.id}, open_ & near, done & near)
        open_ = open_ - {each}
        done = done | {each}
    return found
