"""A restart behind a long history folds only what is behind the newest snapshot, and serves within seconds."""

import os
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from dispatch.adapters.journal.sealing import KEYS_FILE, open_sqlite_keyring
from dispatch.adapters.journal.sqlite import JOURNAL_FILE, open_sqlite_journal
from dispatch.desk import SNAPSHOT_EVERY, Desk
from dispatch.fact import Fact
from dispatch.main import open_pack
from dispatch.rules import builtin
from tests.faults.load.history import write_history
from tests.faults.load.table import FaultRow
from tests.running_server import RunningServer, resident_bytes

FACTS = int(os.environ.get("GREENCHANNEL_SOAK_FACTS", "1000000"))
WITHIN_S = 5.0
NO_ROADS: Any = None  # nobody asks for travel times here


class CountingDesk(Desk):
    """A desk that counts the facts it folded at its start."""

    folded = 0

    def _read(self, record: Any) -> Fact:  # noqa: ANN401 - as the desk's own
        self.folded += 1
        return super()._read(record)


@contextmanager
def started(folder: Path) -> Iterator[CountingDesk]:
    """Start a desk on a folder, as a server does."""
    with (
        closing(open_sqlite_keyring(folder / KEYS_FILE)) as keyring,
        closing(open_sqlite_journal(folder / JOURNAL_FILE, "t")) as journal,
    ):
        yield CountingDesk(journal, keyring, NO_ROADS, builtin())


async def test_a_start_that_folded_much_spares_the_next_one_and_gives_its_past_to_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = write_history(tmp_path, "t", SNAPSHOT_EVERY // 2)
    monkeypatch.setattr("dispatch.desk.SNAPSHOT_EVERY", count // 2)
    with started(tmp_path) as desk:
        assert desk.folded == count
        was = desk.durable
        await desk.keep_snapshot()
        assert desk.durable == was
        assert len(desk.durable.patients.awake) < len(was.patients.awake) == len(desk.durable.patients)
        before = desk.durable
        await desk.keep_snapshot()
        assert desk.durable is before, "nothing new: no second snapshot"
    with started(tmp_path) as again:
        assert again.folded == 0
        assert again.durable == was
        assert len(again.durable.patients.awake) == len(before.patients.awake)


@pytest.mark.soak
def test_a_restart_behind_a_million_facts(fictional_pack: Path, tmp_path: Path, fault_table: list[FaultRow]) -> None:
    count = write_history(tmp_path, open_pack(fictional_pack).name, FACTS)
    server = RunningServer(["demo", "--empty", "--city", fictional_pack, "--data", tmp_path], ready_within_s=600)
    took_s: dict[str, float] = {}
    sizes_mb: dict[str, float] = {}
    for name, end in (
        ("every fact folded", server.stop),
        ("from the snapshot", server.kill9),
        ("from the snapshot, after kill -9", server.stop),
    ):
        began_at = time.monotonic()
        server.start()
        took_s[name] = time.monotonic() - began_at
        assert httpx.get(f"{server.url}/healthz", timeout=10).json()["journal_seq"] >= count
        sizes_mb[name] = resident_bytes(server.pid) / 1e6
        end()
    note = "; ".join(f"{name} {took_s[name]:.1f} s, {sizes_mb[name]:.0f} MB" for name in took_s)
    restarts = (took_s["from the snapshot"], took_s["from the snapshot, after kill -9"])
    fault_table.append(FaultRow(f"restart behind {count:,} facts", 2, 0, 0, restarts, note))
    assert max(restarts) <= WITHIN_S, note
