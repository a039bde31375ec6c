"""Measure the live link under the load of a large city, beside nats-server and a bare relay that keep nothing.

200 ambulances send one reading and four ECG chunks a second each; three displays see each of them. Ours makes every
frame durable and then says so. The processor time is the server's own, for each frame that came in. Lost is counted
from what clients were told, in the files of a server that was killed.
"""

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from ulid import ULID

from dispatch.adapters.telemetry.local import open_local_telemetry
from dispatch.terminal.bench.command import Bench, pack_path, row
from dispatch.terminal.bench.live.dialects import Ambulances, Nats, Ours, Relayed, nats_greeting
from dispatch.terminal.bench.live.load import (
    AMBULANCES,
    DISPLAYS_EACH,
    GROUP,
    PER_SECOND,
    Load,
    Wire,
    opened,
)  # fmt: skip
from dispatch.terminal.bench.live.stage import stage
from dispatch.terminal.local_servers import free_port

RELAY = "dispatch.terminal.bench.live.relay:app"
LONG_AGO, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
ANSWERS_WITHIN_S = 30.0


def measure(given: argparse.Namespace) -> Bench:
    """Measure all three with the same load, one after the other."""
    bench = Bench()
    _measure_ours(bench, pack_path(given), AMBULANCES)
    ambulances = Ambulances([str(ULID()) for _ in range(AMBULANCES)])
    _measure_nats(bench, ambulances)
    _measure_relay(bench, ambulances)
    return bench


def _measure_ours(bench: Bench, pack: Path, ambulances: int) -> None:
    with tempfile.TemporaryDirectory(prefix="greenchannel-bench-") as folder:
        command = ["-m", "dispatch.cli", "demo", "--empty", "--speed", "1", "--city", str(pack), "--data", folder]
        port = free_port()
        with _running([sys.executable, *command, "--port", str(port)]) as pid:
            ready = asyncio.run(stage(f"http://127.0.0.1:{port}", ambulances))
            dialect = Ours(Ambulances(ready.patients))
            load = dialect.load = Load(dialect, ready.wires, ambulances)
            _add(bench, "ours", load, load.run(_busy(pid)))
        bench.rows.append(row("ack after durable commit", "ours", load.told_s))
        bench.checks["acknowledged"] = len(load.told)
        bench.checks["acknowledged_lost"] = _lost(Path(folder), dialect.ambulances, load)


def _lost(data: Path, ambulances: Ambulances, load: Load) -> int:
    """Count what clients were told is durable and a killed server's files do not hold."""
    kept: set[tuple[str, int]] = set()
    with closing(open_local_telemetry(data)) as telemetry:
        for patient_id in ambulances.patients:
            kept |= {(each.stream, each.seq) for each in telemetry.vitals(patient_id, LONG_AGO)}
            kept |= {(each.stream, each.seq) for each in telemetry.read_wave(patient_id, LONG_AGO, LATEST)}
    return sum(ambulances.numbered(key) not in kept for key in load.told)


def _measure_nats(bench: Bench, ambulances: Ambulances) -> None:
    program = shutil.which("nats-server") or shutil.which("nats-server", path="/usr/sbin")
    if program is None:
        sys.stderr.write("no row for nats: nats-server is not installed (Debian: nats-server)\n")
        return
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="greenchannel-bench-") as folder:
        config = Path(folder) / "nats.conf"
        config.write_text(
            f'listen: "127.0.0.1:{free_port()}"\nwebsocket {{ listen: "127.0.0.1:{port}", no_tls: true }}\n'
        )
        with _running([program, "-c", str(config)], quiet=True) as pid:
            dialect = Nats(ambulances)
            wires = _wires(port, len(ambulances.patients), lambda _: "/", lambda _: "/")
            for wire in wires:
                for words in nats_greeting(wire.number if wire.display else None):
                    wire.sock.sendall(words)
            load = dialect.load = Load(dialect, wires, len(ambulances.patients))
            _add(bench, "nats", load, load.run(_busy(pid)))


def _measure_relay(bench: Bench, ambulances: Ambulances) -> None:
    port = free_port()
    served = ["-m", "uvicorn", RELAY, "--ws", "websockets-sansio", "--log-level", "error", "--port", str(port)]
    with _running([sys.executable, *served]) as pid:
        dialect = Relayed(ambulances)
        wires = _wires(
            port,
            len(ambulances.patients),
            lambda number: f"/tablet/{number // GROUP}",
            lambda group: f"/display/{group}",
        )
        load = dialect.load = Load(dialect, wires, len(ambulances.patients))
        _add(bench, "relay", load, load.run(_busy(pid)))


def _wires(port: int, ambulances: int, tablet: Callable[[int], str], display: Callable[[int], str]) -> list[Wire]:
    address = ("127.0.0.1", port)
    _wait_for(address, tablet(0))
    wires = [opened(address, tablet(number), number, display=False) for number in range(ambulances)]
    groups = [group for group in range(-(-ambulances // GROUP)) for _ in range(DISPLAYS_EACH)]
    return wires + [opened(address, display(group), group, display=True) for group in groups]


def _wait_for(address: tuple[str, int], path: str) -> None:
    ends_s = time.monotonic() + ANSWERS_WITHIN_S
    while True:
        try:
            opened(address, path, 0, display=False).sock.close()
        except OSError:
            if time.monotonic() > ends_s:
                raise
            time.sleep(0.1)
        else:
            return


def _add(bench: Bench, system: str, load: Load, busy_s: float) -> None:
    """Add a system's row, its processor time, and how much of what it should show was seen."""
    due = round(load.measured_s * PER_SECOND) * load.ambulances * DISPLAYS_EACH
    bench.rows.append(row("end to end", system, load.seen_s))
    bench.checks |= {
        f"{system}_cpu_us_per_frame": round(busy_s * 1e6, 1),
        f"{system}_shown_of_due": round(len(load.seen_s) / due, 4),
    }


def _busy(pid: int) -> Callable[[], float]:
    """Return what reads the processor seconds that a process has used."""
    tick_s = 1 / os.sysconf("SC_CLK_TCK")

    def read() -> float:
        numbers = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(numbers[11]) + int(numbers[12])) * tick_s

    return read


@contextmanager
def _running(command: Sequence[str], *, quiet: bool = False) -> Iterator[int]:
    """Run a server and kill it at the end, as a crash would."""
    told = subprocess.DEVNULL if quiet else None
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=told)  # noqa: S603 - our own servers
    try:
        yield process.pid
    finally:
        process.kill()
        process.wait()
