"""A monitor's trace through the tablet in a real browser: bound by a person, over a silent line, whole in the end."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from dispatch.devices.formats import open_recording
from dispatch.protocol.waves import Wave, read_wave
from dispatch.terminal.monitor_gateway import gateway
from tests.end_to_end.shift import Run, close_clients, free_crew, send, sign_in
from tests.end_to_end.test_crew_tablet import SIZE, tab
from tests.end_to_end.test_monitor_replay import joined, split
from tests.faults.load.proxy import FaultProxy, fault_proxy
from tests.running_server import RunningServer

pytestmark = pytest.mark.browser

DEVICE = "M-PTB"


@dataclass(frozen=True)
class Vehicle:
    """What stands in the vehicle: a monitor with its gateway, and the radio to the centre."""

    monitor: str
    radio: FaultProxy
    loop: asyncio.AbstractEventLoop

    def part(self) -> None:
        """Drive into a tunnel."""
        self.loop.call_soon_threadsafe(self.radio.part)

    def join(self) -> None:
        """Drive out of it."""
        self.loop.call_soon_threadsafe(self.radio.join)


@contextmanager
def vehicle(record: Path, url: str) -> Iterator[Vehicle]:
    """Run both on a loop of their own, for the browser's blocks this thread."""
    stop = asyncio.Event()
    standing: list[Vehicle] = []
    stands = threading.Event()

    async def drive() -> None:
        async with AsyncExitStack() as stack:
            values = {"hr": 88.0, "spo2": 97.0}
            served = await stack.enter_async_context(
                gateway(open_recording(record), DEVICE, values, ("127.0.0.1", 0), [])
            )
            radio = await stack.enter_async_context(fault_proxy(url, seed=1))
            where = f"ws://127.0.0.1:{served.sockets[0].getsockname()[1]}/"
            standing.append(Vehicle(where, radio, asyncio.get_running_loop()))
            stands.set()
            await stop.wait()

    driving = threading.Thread(target=lambda: asyncio.run(drive()))
    driving.start()
    try:
        assert stands.wait(60), "the gateway did not start"
        yield standing[0]
    finally:
        standing[0].loop.call_soon_threadsafe(stop.set)
        driving.join()


@pytest.fixture(autouse=True)
def _others_go_home() -> Iterator[None]:
    yield
    close_clients()


def stored(run: Run, since: str) -> bytes:
    """Return what the server shows of the patient's trace."""
    return run.crew.get(f"/api/patients/{run.patient_id}/waves", params={"since": since}).content


def twelve(run: Run, since: str) -> list[Wave]:
    """Return its chunks of all leads."""
    return [each for each in split(stored(run, since)) if each.leads == 12]


@contextmanager
def another_tablet(page: Page, account: str, monitor: str) -> Iterator[Page]:
    """Open a second tablet of the crew, set to the same monitor."""
    assert page.context.browser is not None
    context = page.context.browser.new_context(viewport=SIZE)  # type: ignore[arg-type] # a dict of the right keys
    context.add_init_script(f"localStorage.setItem('gc.crew.monitor', '{monitor}')")
    other = context.new_page()
    sign_in(other, page.url.partition("/crew")[0], "crew", account)
    yield other
    context.close()


def test_the_trace_of_a_bound_monitor_arrives_whole_over_a_silent_line(
    page: Page, demo_server: RunningServer, shared_dir: Path
) -> None:
    record = shared_dir / "data" / "ecg" / "s0010_re.hea"
    told = np.fromfile(record.with_suffix(".dat"), "<i2").reshape(-1, 12)
    page.set_viewport_size(SIZE)  # type: ignore[arg-type]
    account = free_crew(demo_server.url)
    run = send(demo_server.url, account, sign_on=True)
    since = run.crew.get("/healthz").json()["clock"]["now"]  # the demo's clock runs ahead of ours, by more every minute
    for status in ("accepted", "en_route", "on_scene", "at_patient"):
        run.crew.done("report-status", unit_id=run.unit_id, status=status)
    thin: list[Wave] = []

    def note(sent: str | bytes) -> None:
        if isinstance(sent, bytes) and (wave := read_wave(sent)).leads == 1:
            thin.append(wave)

    page.on("websocket", lambda socket: socket.on("framesent", note))
    with vehicle(record, demo_server.url) as ambulance:
        sign_in(page, ambulance.radio.url, "crew", account)
        tab(page, "vitals")
        link = page.get_by_role("button", name="监护仪接入")
        link.click()
        page.get_by_label("监护仪网关地址").fill(ambulance.monitor)
        page.get_by_role("button", name="确认").click()
        expect(link).to_contain_text(f"{DEVICE} 有数据")
        second = page.context.new_page()  # another tab of the same tablet hears the monitor as well, and sends nothing
        second.goto(page.url)
        tab(second, "vitals")
        expect(second.get_by_role("button", name="监护仪接入")).to_contain_text(f"{DEVICE} 有数据")
        page.bring_to_front()
        assert stored(run, since) == b"", "what nobody has confirmed is shown to nobody"
        page.get_by_role("button", name="绑定监护仪").click()
        expect(page.locator("dialog")).to_contain_text(DEVICE)
        page.locator("dialog .key.main").click()
        expect(page.locator(".vital", has_text="心率")).to_contain_text("88")
        with another_tablet(page, account, ambulance.monitor) as other:
            expect(other.locator(".elsewhere")).to_contain_text(f"监护仪 {DEVICE} 已由")
        expect(page.locator(".elsewhere")).to_have_count(0)
        ambulance.part()
        expect(page.locator(".unsent", has_text="波形待补传")).to_be_visible()
        ambulance.join()
        # Looked at through the browser: while this thread asks a server, the browser can't hand over what it has sent.
        expect(page.locator(".unsent")).to_have_count(0)
    whole = twelve(run, since)
    assert len(whole) > 6  # half a second each: more than a line is silent before it is called slow
    assert len({each.stream_no for each in whole}) == 1
    firsts = [each.first_sample for each in whole]
    assert firsts == list(range(firsts[0], firsts[0] + 500 * len(whole), 500)), "no part is missing, none came twice"
    assert firsts[0] > 0, "what was measured before the binding stays apart"
    assert (joined(whole) == told[firsts[0] : firsts[0] + 500 * len(whole)]).all()
    rates = {(each.sample_rate_hz, each.device_id) for each in thin}
    assert rates == {(200, DEVICE)}, "one thin lead, the lowest rate that fits"
