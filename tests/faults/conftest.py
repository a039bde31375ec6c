"""One server for all attacks that it must survive; those that break something start their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adapters.serving import Server, demo_settings, running


@pytest.fixture(scope="session")
def attacked(fictional_pack: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve the made-up city with its demo accounts."""
    with running(demo_settings(fictional_pack, tmp_path_factory.mktemp("attacked"))) as started:
        yield started
