"""A local server that speaks the online geocoders' protocols, and knows one place."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from geo.datum import Datum, from_wgs84
from geo.point import Point

HERE = Point(116.39748, 39.90872)


class Provider:
    """A local server that answers as the three providers do."""

    def __init__(self, here: Point = HERE) -> None:
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
                body = (
                    b"<html>busy</html>" if provider.broken else json.dumps(answer(url.path, url.query, here)).encode()
                )
                self.send_response(503 if provider.broken else 200)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - the base class names it so
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()


def answer(path: str, query: str, here: Point) -> dict[str, Any]:
    asked = {name: values[0] for name, values in parse_qs(query).items()}
    gcj, bd = from_wgs84(here, Datum.GCJ02), from_wgs84(here, Datum.BD09)
    if path == "/v3/geocode/geo":
        if asked["key"] != "K":
            return {"status": "0", "info": "INVALID_USER_KEY", "infocode": "10001"}
        row = {"formatted_address": asked["address"], "location": f"{gcj.lon:.6f},{gcj.lat:.6f}", "level": "兴趣点"}
        return {"status": "1", "info": "OK", "count": "1", "geocodes": [row]}
    if path == "/geocoding/v3/":
        return {"status": 0, "result": {"location": {"lng": bd.lon, "lat": bd.lat}, "precise": 1, "level": "道路"}}
    place: dict[str, Any] = {"lon": str(here.lon), "lat": str(here.lat), "level": "poi", "score": 100}
    return {"status": "0", "msg": "ok", "location": place, "asked": json.loads(asked["ds"])["keyWord"]}


@contextmanager
def providing(here: Point = HERE) -> Iterator[Provider]:
    """Answer until the block ends."""
    started = Provider(here)
    try:
        yield started
    finally:
        started.go_on.set()
        started.server.shutdown()
        started.server.server_close()
