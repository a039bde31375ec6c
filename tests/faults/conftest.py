"""One server for all attacks that it must survive; those that break something start their own. And the fault table."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adapters.serving import Server, demo_settings, running
from tests.faults.load.table import FaultRow, heading

ROWS = pytest.StashKey[list[FaultRow]]()


@pytest.fixture(scope="session")
def attacked(fictional_pack: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve the made-up city with its demo accounts."""
    with running(demo_settings(fictional_pack, tmp_path_factory.mktemp("attacked"))) as started:
        yield started


@pytest.fixture(scope="session")
def fault_table(pytestconfig: pytest.Config) -> list[FaultRow]:
    """Collect the lines that are printed at the end of the run."""
    return pytestconfig.stash.setdefault(ROWS, [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the fault table."""
    rows = config.stash.get(ROWS, [])
    if rows:
        terminalreporter.section("faults")
        for line in (heading(), *map(str, rows)):
            terminalreporter.write_line(line)
