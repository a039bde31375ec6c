"""A bad radio between tablets and the server: 30 % loss, breaking connections, silence, hours without a network."""

import asyncio
import os
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import cycle, islice
from pathlib import Path

import pytest

from dispatch.adapters.clock import RunningClock
from tests.adapters.serving import Client, Server, demo_settings, running
from tests.faults.load.audit import audit_answers, audit_files, audit_waves
from tests.faults.load.ledger import Ledger
from tests.faults.load.pace import pace
from tests.faults.load.proxy import fault_proxy
from tests.faults.load.shift import Shift, prepare, shift
from tests.faults.load.table import FaultRow
from tests.faults.load.tablet import FILLS_TO_A_NOTE
from tests.stepped_clock import SteppedClock

CREWS = ("crew-u021", "crew-u022")
LOSS, BREAKS = 0.3, 0.01
MORE = 60  # acknowledgements between two partings
SILENT_S = 0.3
OFFLINE, JUMP = timedelta(hours=2), timedelta(minutes=10)
TIMES = int(os.environ.get("GREENCHANNEL_SOAK_TIMES", "0"))  # for a shorter soak


async def audited(url: str, ledger: Ledger) -> list[str]:
    """Return what a dispatcher misses."""
    seat = Client(url)
    await asyncio.to_thread(seat.sign_in, "dispatcher1", "demo")
    with closing(seat.http):
        return await asyncio.to_thread(audit_answers, seat, ledger)


@pytest.mark.parametrize("times", [1, pytest.param(20, marks=pytest.mark.soak)])
async def test_loss_and_silence_delay_and_lose_nothing(
    attacked: Server, fault_table: list[FaultRow], times: int
) -> None:
    times = min(times, TIMES or times)
    recovery_s = []
    seed = 20_261_122
    async with fault_proxy(attacked.url, seed) as proxy, shift(attacked.url, CREWS, through=proxy.url) as working:
        proxy.loss, proxy.breaks = LOSS, BREAKS
        for _ in range(times):
            await working.acknowledged(MORE)
            proxy.part()
            await pace(SILENT_S)
            proxy.join()
            joined_at = time.monotonic()
            recovery_s.append(await working.recovered(joined_at))
        proxy.reset()
        proxy.loss = proxy.breaks = 0.0
        await working.drained()
    wrong = await audited(attacked.url, working.ledger)
    told = f"{proxy.late} packets late, {proxy.broken} connections broken, seed {seed}"
    row = FaultRow(
        "30 % loss, breaks, partition", times, working.ledger.acknowledged, len(wrong), tuple(recovery_s), told
    )
    fault_table.append(row)
    assert wrong == []
    assert working.ledger.refused == []
    assert proxy.late > 0


@pytest.mark.parametrize("period_s", [20, pytest.param(1, marks=pytest.mark.soak)])
async def test_two_hours_without_a_network_come_in_when_it_is_back(
    fictional_pack: Path, tmp_path: Path, fault_table: list[FaultRow], period_s: int
) -> None:
    began = datetime(2026, 11, 22, 6, tzinfo=UTC)
    clock, ledger = SteppedClock(began), Ledger()
    with running(demo_settings(fictional_pack, tmp_path), clock=clock) as server:
        (tablet,), _ = await asyncio.to_thread(prepare, server.url, CREWS[:1], ledger, server.url)
        tablet.filling = tablet.uploading = False
        for elapsed_s in range(0, int(OFFLINE.total_seconds()), period_s):
            tablet.fill_offline(began + timedelta(seconds=elapsed_s))
        clock.advance(OFFLINE.total_seconds())
        back_at = time.monotonic()
        kept = tablet.waiting
        living = asyncio.create_task(tablet.live())
        try:
            working = Shift(server.url, ledger, [tablet], [living])
            await working.drained()
        finally:
            living.cancel()
            await asyncio.gather(living, return_exceptions=True)
        drained_s = time.monotonic() - back_at
        wrong = await audited(server.url, ledger)
        times_kept = await asyncio.to_thread(note_times, server, tablet.whom.incident_id)
    wrong += audit_waves(tmp_path, ledger)
    fault_table.append(FaultRow("two hours offline", 1, ledger.acknowledged, len(wrong), (drained_s,), "until drained"))
    assert wrong == []
    assert ledger.refused == []
    assert ledger.acknowledged == kept
    noted_s = range(0, int(OFFLINE.total_seconds()), period_s * FILLS_TO_A_NOTE)
    assert times_kept == [began + timedelta(seconds=each) for each in noted_s]


class OwnClock(datetime):
    """What a tablet's own clock says: ten minutes ahead, behind, or right."""

    wrong = timedelta()

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override] # it gives an ordinary time
        return datetime.now(tz) + cls.wrong


@pytest.mark.parametrize("times", [2, pytest.param(20, marks=pytest.mark.soak)])
async def test_clocks_that_jump_by_ten_minutes_lose_nothing_and_date_nothing_wrongly(
    fictional_pack: Path, tmp_path: Path, fault_table: list[FaultRow], monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    """A tablet's clock goes wrong and right, the server's machine sleeps ten minutes; lines break at each jump."""
    times = min(times, TIMES or times)
    monkeypatch.setattr("dispatch.client.link.datetime", OwnClock)
    slept, recovery_s = [0.0], []
    clock = RunningClock(monotonic=lambda: time.monotonic() + slept[0])
    with running(demo_settings(fictional_pack, tmp_path), clock=clock) as server:
        async with fault_proxy(server.url, 1) as proxy, shift(server.url, CREWS, through=proxy.url) as working:
            for wrong in islice(cycle((JUMP, -JUMP, timedelta())), times):
                await working.acknowledged(MORE)
                OwnClock.wrong = wrong
                slept[0] += JUMP.total_seconds() if wrong else 0.0
                proxy.reset()
                jumped_at = time.monotonic()
                recovery_s.append(await working.recovered(jumped_at))
            await working.drained()
        wrong_found = await audited(server.url, working.ledger)
    wrong_found += audit_files(tmp_path, working.ledger)
    told = (working.ledger.acknowledged, len(wrong_found), tuple(recovery_s))
    fault_table.append(FaultRow("clocks that jump by 10 min", times, *told, "tablets ±10 min, the server ahead"))
    assert wrong_found == []
    assert working.ledger.refused == []


def note_times(server: Server, incident_id: str) -> list[datetime]:
    """Return when the notes were made, as the journal has it."""
    facts = server.client("dispatcher1").get(f"/api/incidents/{incident_id}/facts").json()
    return [datetime.fromisoformat(row["at"]) for row in facts if row["kind"] == "NoteWritten"]
