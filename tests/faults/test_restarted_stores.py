"""PostgreSQL and Redis restarted again and again under desk, standby and gateway, while a tablet and callers go on."""

import asyncio
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch.main import open_pack
from geo.travel import TravelTimes
from tests.end_to_end.topology import Caller, Topology, audit, running_topology
from tests.faults.load.audit import audit_answers
from tests.faults.load.ledger import Ledger
from tests.faults.load.shift import Shift, bound_at
from tests.faults.load.table import FaultRow
from tests.faults.load.tablet import OnBoard, Tablet, on_board

pytestmark = [pytest.mark.servers, pytest.mark.soak]  # their short form: tests/end_to_end/test_topology.py
TIMES = min(5, int(os.environ.get("GREENCHANNEL_SOAK_TIMES", "5")))
BETWEEN = 60  # acknowledgements of the tablet between two faults


@pytest.fixture(scope="module")
def topology(project_dir: Path, fictional_pack: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Topology]:
    """Serve from several processes."""
    TravelTimes.open(open_pack(fictional_pack))  # what a new pack needs once must not look like a slow start
    with running_topology(project_dir, fictional_pack, tmp_path_factory.mktemp("topology")) as running:
        yield running


@pytest.fixture(scope="module")
def whom(topology: Topology) -> OnBoard:
    """Bring the crew to a patient, once."""
    return on_board(topology.client(topology.gateway, "seat1"), topology.client(topology.gateway, "crew1"))


def restart_postgres(topology: Topology) -> None:
    """Stop the database and start it again; whoever ended with it comes back as the engine would have it."""
    topology.postgres.restart()
    topology.writer()
    topology.revive()


def restart_redis(topology: Topology) -> None:
    """Kill the fan-out, which is nobody's only copy, and start it again."""
    topology.redis.kill9()
    topology.redis.start()


FAULTS = {"restart of PostgreSQL": restart_postgres, "kill -9 of Redis": restart_redis}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_store_that_restarts_again_and_again_loses_nothing(
    topology: Topology, whom: OnBoard, fault_table: list[FaultRow], fault: str
) -> None:
    seat, ledger, recovery_s = topology.client(topology.gateway, "seat1"), Ledger(), []
    ledger.bound[whom.patient_id] = bound_at(seat, whom)
    seed = [*FAULTS].index(fault)  # another tablet of the same crew: its words and waves are its own
    tablet = Tablet(topology.gateway.url, whom, ledger, seed=seed, password=topology.passwords["crew1"])
    working = Shift(topology.gateway.url, ledger, [tablet], [asyncio.create_task(tablet.live())])
    try:
        with Caller(topology.client(topology.gateway)) as caller:
            for _ in range(TIMES):
                await working.acknowledged(BETWEEN)
                began_at = time.monotonic()
                await asyncio.to_thread(FAULTS[fault], topology)
                recovery_s.append(await working.recovered(began_at))
        await working.drained()
    finally:
        for task in working.living:
            task.cancel()
        await asyncio.gather(*working.living, return_exceptions=True)
    wrong = await asyncio.to_thread(audit_answers, seat, ledger)
    told = ledger.acknowledged + len(caller.acknowledged)
    fault_table.append(FaultRow(fault, TIMES, told, len(wrong), tuple(recovery_s), "desk, standby, gateway"))
    assert wrong == []
    assert ledger.refused == []
    await asyncio.to_thread(audit, topology, caller.acknowledged, topology.writer(), topology.gateway)
