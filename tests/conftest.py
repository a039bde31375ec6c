"""What every test may ask for: the shared folder, real servers, a real browser. And the rule that CI skips nothing."""

import os
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

from dispatch.terminal.local_servers import PostgresServer, RedisServer, ServerMissing
from tests.running_server import RunningServer
from tools import city

ROOT = Path(__file__).resolve().parent.parent
IN_CI = os.environ.get("CI") == "true"
settings.register_profile("untimed", deadline=None)  # a busy machine, or a table's first reading, is no failure
settings.load_profile("untimed")
expect.set_options(timeout=30_000)  # ms: the page is asked again until then; a busy machine is no failure
Server = TypeVar("Server", PostgresServer, RedisServer)
OUR_HOSTS = ("http://127.0.0.1:", "http://localhost:", "ws://127.0.0.1:", "data:", "blob:")
LONGEST_FIRST = (  # as last measured, each above ten seconds on two cores
    "end_to_end/test_console.py",
    "end_to_end/test_crew_tablet.py",
    "geo/test_raw_osm.py",
    "end_to_end/test_console_access.py",
    "simulation/test_kill_nine.py",
    "end_to_end/test_topology.py",
    "end_to_end/test_console_places.py",
    "end_to_end/test_wall.py",
    "end_to_end/test_console_records.py",
    "geo/test_fictional_city.py",
    "geo/test_travel.py",
    "faults/test_bad_nights.py",
    "end_to_end/test_server_process.py",
    "geo/test_uncertain.py",
    "end_to_end/test_link_page.py",
    "terminal/bench/test_geo.py",
    "geo/test_basemap.py",
    "geo/test_prepared.py",
    "faults/test_consumers.py",
    "end_to_end/test_reader_page.py",
    "terminal/test_tracks.py",
    "geo/test_snap.py",
    "geo/test_map_matching.py",
    "geo/test_fast_twins.py",
    "faults/test_strangers.py",
)
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-unsafe-swiftshader",
)
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def project_dir() -> Path:
    """Return the folder of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """Return the folder of real cities and recordings beside the checkout; skip when it is absent."""
    folder = Path(os.environ.get("GREENCHANNEL_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"needs real cities and recordings in {folder.name}/ beside the checkout, or GREENCHANNEL_SHARED")
    return folder


@pytest.fixture(scope="session")
def beijing_pack(shared_dir: Path) -> Path:
    """Return the city pack of Beijing, built once per state of `geo/` and kept in `.cache/`."""
    return city.beijing(shared_dir / "cities" / "beijing")


@pytest.fixture(scope="session")
def fictional_pack() -> Path:
    """Return the pack of the made-up city, built once per state of `geo/` and kept in `.cache/`."""
    return city.fictional()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """Start one PostgreSQL for the session; ask it for a database of your own: ``postgres.create_database("…")``."""
    with _or_skip(PostgresServer) as server:
        yield server


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """Start one Redis for the session. A test that kills its server starts its own."""
    with _or_skip(RedisServer) as server:
        yield server


@pytest.fixture(scope="session")
def demo_server(fictional_pack: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Run the demo of the made-up city without its simulated day; for tests that only look or use ids of their own."""
    folder = tmp_path_factory.mktemp("demo")
    with RunningServer(["demo", "--empty", "--city", fictional_pack, "--data", folder]) as server:
        yield server


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start one Chromium for the module. Playwright's loop lives in this thread: keep async tests in other modules."""
    try:
        executable = chromium_path()
    except ServerMissing as missing:
        pytest.skip(str(missing))
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=list(CHROMIUM_FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Open an empty page of 1280 × 720; the test fails if it asks a foreign host or breaks the page's own policy."""
    context = browser.new_context(viewport={"width": 1280, "height": 720}, locale="zh-CN", timezone_id="Asia/Shanghai")
    foreign: list[str] = []
    broken: list[str] = []

    def note_request(request: Request) -> None:
        if not request.url.startswith(OUR_HOSTS):
            foreign.append(request.url)

    def note_message(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            broken.append(message.text)

    context.on("request", note_request)
    context.on("console", note_message)
    context.on("weberror", lambda error: broken.append(str(error.error)))
    yield context.new_page()
    context.close()
    assert foreign == [], "the page asked for something outside our own server"
    assert broken == [], "the page threw, or broke its Content-Security-Policy"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest: the short ones fill what is left of the workers' time."""
    longest = {ROOT / "tests" / file: place for place, file in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: longest.get(item.path, len(longest)))


def _or_skip(kind: type[Server]) -> Server:
    try:
        return kind()
    except ServerMissing as missing:
        pytest.skip(str(missing))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn every skip into a failure in CI: there, everything a test needs is meant to be present."""
    report = yield
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which counts as failed when CI=true: {item.nodeid} ({call.excinfo})"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Turn the skip of a whole module into a failure in CI, too."""
    report = yield
    if IN_CI and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"skipped, which counts as failed when CI=true: {report.nodeid}: {report.longrepr}"
    return report


def chromium_path() -> str:
    """Return the system's Chromium. Raises `ServerMissing`."""
    for name in CHROMIUM_NAMES:
        found = shutil.which(name)
        if found is not None:
            return found
    raise ServerMissing("Chromium is not installed (Debian: chromium, fonts-noto-cjk)")
