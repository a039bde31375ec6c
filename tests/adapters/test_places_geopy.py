"""Online geocoders against a local server that speaks each provider's protocol."""

from collections.abc import Iterator

import pytest

from dispatch.adapters.location.no_places import NoPlaces
from dispatch.adapters.location.places_geopy import FAILURES_MOST, REST_S, GeopyPlaces
from geo.point import Point, distance_m
from tests.adapters.geocoding import HERE, Provider, providing


@pytest.fixture
def provider() -> Iterator[Provider]:
    with providing() as started:
        yield started


@pytest.mark.parametrize("name", ["amap", "baidu", "tianditu"])
async def test_every_provider_is_brought_to_wgs84_and_asked_once(provider: Provider, name: str) -> None:
    places = GeopyPlaces(name, "K", provider.url, lambda: 0.0)
    (found,) = await places.find("天安门")
    assert distance_m(Point(found.lon, found.lat), HERE) < 1
    assert found.provider == name
    assert await places.find(" 天安门 ") == (found,)
    assert len(provider.asked) == 1


async def test_a_wrong_key_is_nothing(provider: Provider) -> None:
    assert await GeopyPlaces("amap", "wrong", provider.url, lambda: 0.0).find("天安门") == ()


async def test_a_broken_provider_rests_and_is_asked_again(provider: Provider) -> None:
    now = [0.0]
    places = GeopyPlaces("amap", "K", provider.url, lambda: now[0])
    provider.broken = True
    for n in range(FAILURES_MOST + 5):
        assert await places.find(f"x{n}") == ()
    assert len(provider.asked) == FAILURES_MOST
    provider.broken, now[0] = False, REST_S
    assert await places.find("天安门")


async def test_a_slow_provider_is_not_waited_for(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dispatch.adapters.location.places_geopy.ANSWER_WITHIN_S", 0.05)
    provider.go_on.clear()
    assert await GeopyPlaces("amap", "K", provider.url, lambda: 0.0).find("天安门") == ()
    provider.go_on.set()


async def test_without_a_provider_there_is_nothing() -> None:
    assert await NoPlaces().find("天安门") == ()
