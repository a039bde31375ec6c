"""Crashes, power cuts and full disks under load: what clients were told is there, exactly once; the rest comes again.

The short form is one night with a full disk, a kill -9 and a power cut under the same load; `make soak` repeats each.
"""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.adapters.serving import Client
from tests.faults.load.audit import audit_answers, audit_files
from tests.faults.load.disk import LoopDisk, NoLoopDevice, allow_writing, refuse_writing
from tests.faults.load.pace import pace
from tests.faults.load.shift import Shift, shift
from tests.faults.load.table import FaultRow
from tests.running_server import RunningServer

CREWS = ("crew-u001", "crew-u002", "crew-u003")
BETWEEN = 150  # acknowledgements between two faults
STILL_S = 12.0  # a seat gives up after ten seconds and asks again, a tablet's line is dead after fifteen
FULL_S = 0.5  # how long the disk takes nothing while everybody goes on
TIMES = int(os.environ.get("GREENCHANNEL_SOAK_TIMES", "0"))  # for a shorter soak


@dataclass(frozen=True)
class Night:
    """A server under load, on a disk whose power can be cut."""

    server: RunningServer
    disk: LoopDisk | None
    working: Shift

    async def kill(self) -> float:
        """Kill the server and start it again."""
        await asyncio.to_thread(self.server.kill9)
        killed_at = time.monotonic()
        await asyncio.to_thread(self.server.start)
        return await self.working.recovered(killed_at)

    async def cut_power(self) -> float:
        """Cut the power and start on what the disk kept."""
        assert self.disk is not None
        await asyncio.to_thread(self.disk.cut_power, self.server.pid)
        await asyncio.to_thread(self.server.kill9)
        cut_at = time.monotonic()
        await asyncio.to_thread(self.disk.come_back)
        await asyncio.to_thread(self.server.start)
        return await self.working.recovered(cut_at)

    async def refuse(self) -> float:
        """Let the server write nothing for a while."""
        refuse_writing(self.server.pid)
        await pace(FULL_S)
        allow_writing(self.server.pid)
        return await self.working.recovered(time.monotonic())

    async def stand_still(self) -> float:
        """Let the whole process stand still for longer than clients wait for an answer, as a machine that swaps."""
        os.kill(self.server.pid, signal.SIGSTOP)
        await pace(STILL_S)
        os.kill(self.server.pid, signal.SIGCONT)
        return await self.working.recovered(time.monotonic())

    async def fill(self) -> float:
        """Leave no room on the disk for a while."""
        assert self.disk is not None
        await asyncio.to_thread(self.disk.fill)
        await pace(FULL_S)
        await asyncio.to_thread(self.disk.make_room)
        return await self.working.recovered(time.monotonic())


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[LoopDisk | None]:
    """Mount a disk of its own; None where nobody may."""
    try:
        made = LoopDisk(tmp_path)
    except NoLoopDevice:
        yield None
        return
    with closing(made):
        yield made


@asynccontextmanager
async def night(pack: Path, folder: Path, disk: LoopDisk | None, speed: int = 1) -> AsyncIterator[Night]:
    """Work through a night, then audit what clients were told: of the answers, and of the files."""
    data = (disk.mounted if disk else folder) / "data"
    server = RunningServer(["demo", "--empty", "--speed", str(speed), "--city", pack, "--data", data])
    await asyncio.to_thread(server.start)
    try:
        async with shift(server.url, CREWS) as working:
            yield Night(server, disk, working)
            await working.drained()
        seat = Client(server.url)
        seat.sign_in("dispatcher1", "demo")
        with closing(seat.http):
            wrong = await asyncio.to_thread(audit_answers, seat, working.ledger)
    finally:
        await asyncio.to_thread(server.stop)
    wrong += audit_files(data, working.ledger)
    working.lost = len(wrong)
    assert wrong == []
    assert working.ledger.refused == []


async def test_a_night_with_a_full_disk_a_crash_and_a_power_cut(
    fictional_pack: Path, tmp_path: Path, disk: LoopDisk | None, fault_table: list[FaultRow]
) -> None:
    recovery_s = []
    async with night(fictional_pack, tmp_path, disk) as lived:
        faults = [lived.refuse, lived.kill, *([lived.cut_power] if disk else [])]
        for fault in faults:
            await lived.working.acknowledged(BETWEEN)
            recovery_s.append(await fault())
    names = f"no writing, kill -9{', power cut' if disk else ''}"
    told = lived.working
    fault_table.append(FaultRow(names, len(faults), told.ledger.acknowledged, told.lost, tuple(recovery_s)))
    assert told.ledger.acknowledged >= len(faults) * BETWEEN
    if disk is None:
        pytest.xfail("the power cut is not shown here: it needs root and a loop device")


FASTER = "kill -9 of the server, its clock four times as fast"  # what tablets measure is then from before the binding
FAULTS: dict[str, tuple[int, Callable[[Night], Awaitable[float]]]] = {
    "kill -9 of the server": (20, Night.kill),
    FASTER: (5, Night.kill),
    "power cut": (5, Night.cut_power),
    "disk full": (5, Night.fill),
    "a server that stands still for 12 s": (5, Night.stand_still),
    "no writing at all (RLIMIT_FSIZE)": (5, Night.refuse),
}


@pytest.mark.soak
@pytest.mark.parametrize("fault", FAULTS)
async def test_a_long_night(
    fictional_pack: Path, tmp_path: Path, disk: LoopDisk | None, fault_table: list[FaultRow], fault: str
) -> None:
    if disk is None:
        pytest.skip("needs root and a loop device")
    times, happen = FAULTS[fault]
    times = min(times, TIMES or times)
    recovery_s = []
    async with night(fictional_pack, tmp_path, disk, speed=4 if fault == FASTER else 1) as lived:
        for _ in range(times):
            await lived.working.acknowledged(BETWEEN)
            recovery_s.append(await happen(lived))
    told = lived.working
    fault_table.append(FaultRow(fault, times, told.ledger.acknowledged, told.lost, tuple(recovery_s)))
    assert told.ledger.acknowledged >= times * BETWEEN
