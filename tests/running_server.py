"""Run the program itself as a process of its own, as an operator would, for the tests that need the whole of it."""

import os
import queue
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from dispatch.terminal.local_servers import free_port

READY_WITHIN_S = 120.0
ENDS_WITHIN_S = 60.0
ANNOUNCED = re.compile(r"green channel: (http://\S+?)/\s*$")


class RunningServer:
    """One ``greenchannel`` server: its ``url``, ``kill9`` as a crash would, ``restart`` on the same port and data."""

    def __init__(
        self,
        arguments: Sequence[str | Path],
        environment: dict[str, str] | None = None,
        *,
        ready_within_s: float = READY_WITHIN_S,
    ) -> None:
        self._command = [sys.executable, "-m", "dispatch.cli", *map(str, arguments)]
        self._environment = {**os.environ, **(environment or {})}
        self._process: subprocess.Popen[str] | None = None
        self._port = free_port()
        self._ready_within_s = ready_within_s
        self.lines: list[str] = []

    @property
    def url(self) -> str:
        """Return the address without a slash at its end."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def pid(self) -> int:
        """Return the process id, for measurements."""
        assert self._process is not None
        return self._process.pid

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Start and wait for the announced address. Fails with what the server said."""
        announced: queue.Queue[str | None] = queue.Queue()
        process = subprocess.Popen(
            [*self._command, "--port", str(self._port)],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._process = process
        threading.Thread(target=self._read, args=(process, announced), daemon=True).start()
        try:
            url = announced.get(timeout=self._ready_within_s)
        except queue.Empty:
            url = None
        if url is None:
            self.kill9()
            raise RuntimeError("the server did not start:\n" + "\n".join(self.lines[-30:]))
        self._port = int(url.rpartition(":")[2])

    def stop(self) -> None:
        """Ask it to end, as an operator's Ctrl-C does, and wait."""
        self._end(signal.SIGINT)

    def kill9(self) -> None:
        """Kill it as a crash would, and wait."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Stop it if it runs, and start it on the same port."""
        self.stop()
        self.start()

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(how)
        try:
            process.wait(ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise

    def _read(self, process: "subprocess.Popen[str]", announced: "queue.Queue[str | None]") -> None:
        """Keep what the server says; tell its address, or None when it ended without one."""
        assert process.stderr is not None
        with process.stderr as said:
            for line in said:
                self.lines.append(line.rstrip())
                if found := ANNOUNCED.search(line):
                    announced.put(found[1])
        announced.put(None)


def resident_bytes(pid: int) -> int:
    """Return what a process holds in memory."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
