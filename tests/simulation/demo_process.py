"""A demo server in a process of its own, to be killed and started again on the same port and data."""

import subprocess
import sys
from pathlib import Path

from dispatch.terminal.local_servers import free_port


class DemoProcess:
    """One server process; ``kill_9`` leaves it no time to say goodbye."""

    def __init__(self, pack: Path, data: Path, speed: float) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._command = [
            sys.executable, "-m", "dispatch.cli", "demo", "--empty", "--city", str(pack), "--data", str(data),
            "--port", str(self.port), "--speed", f"{speed:g}",
        ]  # fmt: skip
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; ``Server.meet`` waits until it is healthy."""
        self._process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def kill_9(self) -> None:
        """Kill it at once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def stop(self) -> None:
        """End it in order."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(60)
