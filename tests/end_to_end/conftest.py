"""One demo server for all tests that only look and act; those that break something start their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from geo.point import Point
from tests.adapters.geocoding import Provider, providing
from tests.adapters.receiving import Receiver, receiving
from tests.adapters.serving import Server, demo_settings, running

NEIGHBORS = """
[[center]]
name = "邻市120"
phone = "0999-120"
lon = 103.7
lat = 41.2

[[center]]
name = "远市120"
phone = "0888-120"
lon = 116.4
lat = 39.9
"""


@pytest.fixture(scope="session")
def text_gateway() -> Iterator[tuple[str, Receiver]]:
    """Listen as the site's gateway for text messages; give its address and what came."""
    with receiving() as listening:
        yield listening


@pytest.fixture(scope="session")
def geocoder() -> Iterator[Provider]:
    """Run the site's online geocoder."""
    with providing(Point(103.70, 39.715)) as listening:
        yield listening


@pytest.fixture(scope="session")
def server(
    fictional_pack: Path,
    text_gateway: tuple[str, Receiver],
    geocoder: Provider,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Server]:
    """Serve the made-up city with its demo accounts, between two neighbours, with text messages and a geocoder."""
    neighbors = tmp_path_factory.mktemp("neighbors") / "neighbors.toml"
    neighbors.write_text(NEIGHBORS, encoding="utf-8")
    settings = demo_settings(
        fictional_pack, tmp_path_factory.mktemp("demo"), neighbors=neighbors, sms_url=text_gateway[0],
        geocoder="amap", geocoder_key="K", geocoder_url=geocoder.url,
    )  # fmt: skip
    with running(settings) as started:
        yield started
