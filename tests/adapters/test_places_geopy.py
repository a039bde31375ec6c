"""Online geocoders against a local server that speaks each provider's protocol."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from dispatch.adapters.location.no_places import NoPlaces
from dispatch.adapters.location.places_geopy import FAILURES_MOST, REST_S, GeopyPlaces
from geo.datum import Datum, from_wgs84
from geo.point import Point, distance_m

HERE = Point(116.39748, 39.90872)


class Provider:
    """A local server that answers as the three providers do."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.broken = False
        self.go_on = Event()
        self.go_on.set()
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.go_on.wait(5)
                url = urlsplit(self.path)
                provider.asked.append(url.path)
                body = b"<html>busy</html>" if provider.broken else json.dumps(answer(url.path, url.query)).encode()
                self.send_response(503 if provider.broken else 200)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - the base class names it so
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()


def answer(path: str, query: str) -> dict[str, Any]:
    asked = {name: values[0] for name, values in parse_qs(query).items()}
    gcj, bd = from_wgs84(HERE, Datum.GCJ02), from_wgs84(HERE, Datum.BD09)
    if path == "/v3/geocode/geo":
        if asked["key"] != "K":
            return {"status": "0", "info": "INVALID_USER_KEY", "infocode": "10001"}
        row = {"formatted_address": asked["address"], "location": f"{gcj.lon:.6f},{gcj.lat:.6f}", "level": "兴趣点"}
        return {"status": "1", "info": "OK", "count": "1", "geocodes": [row]}
    if path == "/geocoding/v3/":
        return {"status": 0, "result": {"location": {"lng": bd.lon, "lat": bd.lat}, "precise": 1, "level": "道路"}}
    place: dict[str, Any] = {"lon": str(HERE.lon), "lat": str(HERE.lat), "level": "poi", "score": 100}
    return {"status": "0", "msg": "ok", "location": place, "asked": json.loads(asked["ds"])["keyWord"]}


@pytest.fixture
def provider() -> Iterator[Provider]:
    started = Provider()
    yield started
    started.go_on.set()
    started.server.shutdown()
    started.server.server_close()


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
