"""The reference search on graphs small enough to see, and against Bellman-Ford on random ones."""

import random

from geo.dijkstra import Arc, travel_times_ms

#   1 --10-- 2 --10-- 3
#    \______ 35 _____/
LINE = [Arc(1, 2, 10), Arc(2, 3, 10), Arc(1, 3, 35), Arc(2, 1, 10)]


def test_the_shorter_of_two_ways_wins() -> None:
    assert travel_times_ms(LINE, 1) == {1: 0, 2: 10, 3: 20}


def test_what_cannot_be_reached_is_absent() -> None:
    assert travel_times_ms(LINE, 3) == {3: 0}


def test_a_forbidden_turn_is_driven_around() -> None:
    assert travel_times_ms(LINE, 1, {(1, 2, 3)}) == {1: 0, 2: 10, 3: 35}
    assert travel_times_ms(LINE, 2, {(1, 2, 3)})[3] == 10


def test_a_junction_may_be_passed_twice_to_avoid_a_turn() -> None:
    #  straight on from 1 over 2 to 3 is forbidden; a loop 2 -> 4 -> 2 is not
    arcs = [Arc(1, 2, 10), Arc(2, 3, 10), Arc(2, 4, 5), Arc(4, 2, 5)]
    assert travel_times_ms(arcs, 1, {(1, 2, 3)})[3] == 30
    assert 3 not in travel_times_ms(arcs, 1, {(1, 2, 3), (4, 2, 3)})


def test_equal_to_bellman_ford_on_random_graphs() -> None:
    for seed in range(1000):
        rng = random.Random(seed)
        count = rng.randint(2, 9)
        arcs = [Arc(rng.randrange(count), rng.randrange(count), rng.randint(1, 50)) for _ in range(rng.randint(1, 25))]
        least = {0: 0}
        for _ in range(count):
            for arc in arcs:
                if arc.tail in least:
                    least[arc.head] = min(least.get(arc.head, 10**9), least[arc.tail] + arc.duration_ms)
        assert travel_times_ms(arcs, 0) == least, f"seed {seed}"
