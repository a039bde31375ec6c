"""kill -9 of the server under load: what clients were told is there, exactly once, and the rest is sent again."""

import asyncio
import time
from pathlib import Path

import pytest

from tests.adapters.serving import Client
from tests.faults.load.audit import audit_answers, audit_files
from tests.faults.load.shift import shift
from tests.faults.load.table import FaultRow
from tests.running_server import RunningServer

CREWS = ("crew-u001", "crew-u002", "crew-u003")
BETWEEN = 150  # acknowledgements between two kills


@pytest.mark.parametrize("times", [2, pytest.param(20, marks=pytest.mark.soak)])
async def test_kill_9_under_load_loses_nothing_acknowledged(
    fictional_pack: Path, tmp_path: Path, fault_table: list[FaultRow], times: int
) -> None:
    server = RunningServer(["demo", "--empty", "--city", fictional_pack, "--data", tmp_path])
    recovery_s = []
    await asyncio.to_thread(server.start)
    try:
        async with shift(server.url, CREWS) as working:
            for _ in range(times):
                await working.acknowledged(BETWEEN)
                await asyncio.to_thread(server.kill9)
                killed_at = time.monotonic()
                await asyncio.to_thread(server.start)
                recovery_s.append(await working.recovered(killed_at))
            await working.drained()
        seat = Client(server.url)
        seat.sign_in("dispatcher1", "demo")
        wrong = await asyncio.to_thread(audit_answers, seat, working.ledger)
        seat.http.close()
    finally:
        await asyncio.to_thread(server.stop)
    wrong += audit_files(tmp_path, working.ledger)
    fault_table.append(FaultRow("kill -9 of the server", times, working.ledger.acknowledged, len(wrong), tuple(recovery_s)))
    assert wrong == []
    assert working.ledger.refused == []
    assert working.ledger.acknowledged >= times * BETWEEN
