"""kill -9 in the middle of a simulated day: the clients' own list of acknowledged commands is the judge."""

import asyncio
from pathlib import Path
from typing import Any

from dispatch.adapters.journal.audit import verify
from dispatch.adapters.journal.sqlite import JOURNAL_FILE, open_sqlite_reader
from dispatch.simulation.client import Server
from dispatch.simulation.day import Day, Plan
from tests.simulation.demo_process import DemoProcess

SPEED = 60.0
CREWS, UNITS = 24, 84  # each crew is a session and a socket that comes back after every kill
KILLS_AFTER = (CREWS + 116, CREWS + 266)  # acknowledged commands; the first man the vehicles
ENOUGH = CREWS + 416
WITHIN_S = 280.0


async def test_no_acknowledged_command_is_lost(fictional_pack: Path, tmp_path: Path) -> None:
    process = DemoProcess(fictional_pack, tmp_path, SPEED)
    process.start()
    server = Server(process.url)
    day = Day(server, Plan(seed=9, hours=24.0, calls_per_day=3_000, began_min_ago=40, left_to_people=UNITS - CREWS))
    living = asyncio.create_task(day.run())
    try:
        for acknowledged in KILLS_AFTER:
            await _until(living, server, acknowledged)
            process.kill_9()
            process.start()
        await _until(living, server, ENOUGH)
    finally:
        process.stop()
        living.cancel()
        await day.close()
        await server.close()
    told = server.audit.acknowledged
    journal = open_sqlite_reader(tmp_path / JOURNAL_FILE)
    lost = {command_id: seq for command_id, seq in told.items() if not _kept(journal.outcome_of(command_id), seq)}
    assert lost == {}
    assert len(told) >= ENOUGH
    assert verify(journal).ok


async def _until(living: "asyncio.Task[dict[str, Any]]", server: Server, acknowledged: int) -> None:
    """Let the day go on until so many commands were acknowledged."""
    async with asyncio.timeout(WITHIN_S):
        while len(server.audit.acknowledged) < acknowledged:
            await asyncio.wait({living}, timeout=0.05)
            assert not living.done(), living.exception()


def _kept(span: tuple[int, int] | None, seq: int) -> bool:
    return span is not None and span[1] == seq
