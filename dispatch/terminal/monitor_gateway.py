"""``greenchannel monitor gateway``: stand in for a vehicle's monitor, with a recording for the patient."""

import argparse
import asyncio
import re
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, broadcast, serve
from websockets.typing import Subprotocol

from dispatch.devices.gateway import SUBPROTOCOL, endless, reading
from dispatch.devices.recording import Recording
from dispatch.errors import BadInput
from dispatch.protocol.waves import DEVICE_MOST

PORT = 7125
LOOPBACK = re.compile(r"https?://(127\.0\.0\.1|localhost)(:\d+)?")
READING_S = 1.0


def add_options(parser: argparse.ArgumentParser) -> None:
    """Say what the gateway may be told."""
    parser.add_argument("--host", default="127.0.0.1", help="where to listen; a gateway on the tablet: its own")
    parser.add_argument("--port", type=int, default=PORT, help=f"{PORT} by default, 0: any free one")
    parser.add_argument("--device", default="WFDB-1", help="the monitor it stands for")
    parser.add_argument("--value", action="append", default=[], metavar="hr=88", help="a sign to tell every second")
    parser.add_argument(
        "--origin",
        action="append",
        default=[],
        help="https://…, whose pages may read; those of this machine always may",
    )


def run_gateway(given: argparse.Namespace, recording: Recording) -> int:
    """Serve until interrupted."""
    values = dict(map(_value, given.value))
    if not re.fullmatch(rf"[\x21-\x7e]{{1,{DEVICE_MOST}}}", given.device):
        raise BadInput(f"a device's name has 1 to {DEVICE_MOST} printable ASCII characters")

    async def forever() -> None:
        async with gateway(recording, given.device, values, (given.host, given.port), given.origin) as server:
            host, port = server.sockets[0].getsockname()[:2]
            sys.stdout.write(f"{given.device} at ws://{host}:{port}/\n")
            sys.stdout.flush()
            await server.serve_forever()

    try:
        asyncio.run(forever())
    except KeyboardInterrupt:
        return 0
    except OSError as error:
        raise BadInput(f"{given.host}:{given.port}: {error.strerror}") from error
    return 0


@asynccontextmanager
async def gateway(
    recording: Recording, device_id: str, values: Mapping[str, float], where: tuple[str, int], origins: list[str]
) -> AsyncIterator[Server]:
    """Listen, and tell everybody who has connected; the recording begins with the first of them."""
    listening = asyncio.Event()

    async def take(connection: ServerConnection) -> None:
        listening.set()
        await connection.wait_closed()

    allowed: list[Any] = [LOOPBACK, *origins, None]  # None: a program, which a browser's page can't pretend to be
    async with (
        serve(take, *where, origins=allowed, subprotocols=[Subprotocol(SUBPROTOCOL)], compression=None) as server,
        asyncio.TaskGroup() as tasks,
    ):
        measuring = tasks.create_task(_measure(server, listening, recording, device_id))
        telling = tasks.create_task(_tell(server, reading(device_id, values))) if values else None
        try:
            yield server
        finally:
            measuring.cancel()
            if telling is not None:
                telling.cancel()


async def _measure(server: Server, listening: asyncio.Event, recording: Recording, device_id: str) -> None:
    """Send every chunk when its last sample would have been taken."""
    await listening.wait()
    due_s = time.monotonic()
    for wave in endless(recording, device_id):
        due_s += wave.samples / wave.sample_rate_hz
        await asyncio.sleep(due_s - time.monotonic())
        broadcast(server.connections, wave.raw)


async def _tell(server: Server, said: str) -> None:
    while True:
        await asyncio.sleep(READING_S)
        broadcast(server.connections, said)


def _value(written: str) -> tuple[str, float]:
    name, _, value = written.partition("=")
    try:
        return name.strip(), float(value)
    except ValueError:
        raise BadInput(f"--value {written!r} is not name=number, for example hr=88") from None
