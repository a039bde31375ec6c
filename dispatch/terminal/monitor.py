"""``greenchannel monitor``: look at a recording of a monitor, and replay it as a tablet does, to try a wall out."""

import argparse
import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

import httpx
from ulid import ULID

from dispatch.devices.formats import FORMATS, open_recording
from dispatch.devices.quality import doubts
from dispatch.devices.recording import Recording, UnreadableError, diagnostic
from dispatch.devices.replay import CHUNK_S, Trace, waves
from dispatch.errors import BadInput
from dispatch.simulation.client import Client, Server
from dispatch.terminal.monitor_gateway import add_options, run_gateway
from dispatch.texts_catalogue import text

ACK_WITHIN_S = 20.0


def add_to(subparsers: Any) -> None:  # noqa: ANN401 - argparse keeps this class to itself
    """Offer ``monitor show``, ``monitor replay`` and ``monitor gateway``."""
    parser = subparsers.add_parser("monitor", help="read what a monitor recorded; replay it to a running server")
    actions = parser.add_subparsers(dest="action", required=True)
    kinds = ", ".join(FORMATS)
    show = actions.add_parser("show", help="say what a recording holds, and what speaks against it")
    show.add_argument("file", type=Path, help=f"a recording: {kinds}")
    show.set_defaults(run=run_show)
    replay = actions.add_parser("replay", help="send a recording as a crew's tablet: bind, 12-lead, live trace")
    replay.add_argument("file", type=Path, help=f"a recording: {kinds}")
    replay.add_argument("--url", required=True, help="the running server")
    replay.add_argument("--account", required=True, help="a crew that runs to the patient")
    replay.add_argument("--password", default="demo", help="of the account; the demo's by default")
    replay.add_argument("--patient", required=True, metavar="ID")
    replay.add_argument("--device", default="WFDB-1", help="the monitor it stands for")
    replay.add_argument("--twelve", action="store_true", help="first send ten seconds as a diagnostic 12-lead")
    replay.add_argument("--at-once", action="store_true", help="do not wait for real time: the server backfills")
    replay.set_defaults(run=run_replay)
    gateway = actions.add_parser("gateway", help="stand in for a vehicle's monitor: a tablet reads the recording live")
    gateway.add_argument("file", type=Path, help=f"a recording: {kinds}")
    add_options(gateway)
    gateway.set_defaults(run=lambda given: run_gateway(given, _opened(given.file)))


def run_show(given: argparse.Namespace) -> int:
    """Print what a recording holds."""
    recording = _opened(given.file)
    origin = recording.origin
    said = {
        "leads": list(recording.leads),
        "sample_rate_hz": recording.sample_rate_hz,
        "uv_per_lsb": recording.uv_per_lsb,
        "samples": len(recording.samples),
        "duration_s": recording.duration_s,
        "exact": recording.exact,
        "device": origin.device,
        "began_at": None if origin.began_at is None else origin.began_at.isoformat(),
        "sex": origin.sex,
        "age_years": origin.age_years,
        "doubts": [_doubt(each.code, each.params) for each in doubts(recording)],
    }
    sys.stdout.write(json.dumps(said, ensure_ascii=False, indent=1) + "\n")
    return 0


def run_replay(given: argparse.Namespace) -> int:
    """Replay, and print how many samples are durable there."""
    recording = _opened(given.file)
    sent = asyncio.run(_replayed(given, recording))
    sys.stdout.write(json.dumps({"samples": sent, "leads": len(recording.leads)}) + "\n")
    return 0


def _opened(path: Path) -> Recording:
    try:
        return open_recording(path)
    except UnreadableError as error:
        raise BadInput(str(error)) from error


def _doubt(code: str, params: Any) -> dict[str, str]:  # noqa: ANN401 - any values of a text
    said = text(code, params)
    return {"code": code, "zh": said.zh, "en": said.en}


async def _replayed(given: argparse.Namespace, recording: Recording) -> int:
    server = Server(given.url)
    client = Client(server, given.account, given.password)
    try:
        await server.meet()
        await client.sign_in()
        async with asyncio.TaskGroup() as tasks:
            linking = tasks.create_task(client.link.run())
            await _bind(client, given)
            if given.twelve:
                await _twelve(client, given, recording)
            await _trace(client, given, recording)
            linking.cancel()
    except httpx.HTTPError as failure:
        raise BadInput(f"{given.url}: {failure}") from failure
    finally:
        await server.close()
    return len(recording.samples)


async def _bind(client: Client, given: argparse.Namespace) -> None:
    """Confirm the monitor; one that is bound already is refused, and that is as good."""
    await client.send("bind-monitor", {"patient_id": given.patient, "device_id": given.device})


async def _twelve(client: Client, given: argparse.Namespace, recording: Recording) -> None:
    try:
        ecg = diagnostic(recording)
    except UnreadableError as error:
        raise BadInput(f"{given.file.name}: {error}") from error
    ecg_id, leads = str(ULID()), list(ecg.leads)
    headers = {
        "X-Sample-Rate-Hz": str(ecg.sample_rate_hz), "X-Leads": ",".join(leads), "X-Uv-Per-Lsb": f"{ecg.uv_per_lsb:g}",
        "content-type": "application/octet-stream",
    }  # fmt: skip
    path = f"/api/patients/{given.patient}/ecgs/{ecg_id}"
    if not await client.put_bytes(path, ecg.samples.astype("<i2").tobytes(), headers):
        raise BadInput(f"the server takes no ECG of patient {given.patient} from {given.account}")
    taken = {"patient_id": given.patient, "ecg_id": ecg_id, "sample_rate_hz": ecg.sample_rate_hz, "leads": leads}
    await client.send("record-ecg", {**taken, "device_id": given.device})


async def _trace(client: Client, given: argparse.Namespace, recording: Recording) -> None:
    """Send every chunk when its last sample would have been taken, and wait until all are durable there."""
    number = int(time.time()) % 2**31
    began_at, began_s = client.server.clock.now(), time.monotonic()
    for nth, wave in enumerate(waves(recording, Trace(given.patient, given.device, number, began_at)), 1):
        if not given.at_once:
            await asyncio.sleep(began_s + nth * CHUNK_S - time.monotonic())
        await client.link.put_wave(wave)
    try:
        async with asyncio.timeout(ACK_WITHIN_S):
            while client.link.uplink.outbox.waves_owed():  # noqa: ASYNC110 - the outbox is a file, no event
                await asyncio.sleep(CHUNK_S / 10)
    except TimeoutError:
        raise BadInput(f"the server has not taken the trace within {ACK_WITHIN_S:g} s") from None
