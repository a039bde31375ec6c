"""Speak as a monitor's gateway on the vehicle's network: docs/protocol.md, "A monitor's gateway".

It knows no patient: a frame names the device, and a person says on the tablet whom it is on.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import count

import msgspec

from dispatch.devices.recording import Recording
from dispatch.devices.replay import Trace, waves
from dispatch.protocol.waves import PATIENT_BYTES, Wave

SUBPROTOCOL = "gc.monitor.v1"
NOBODY = "0" * PATIENT_BYTES
NO_CLOCK = datetime.fromtimestamp(0, UTC)  # a tablet takes a chunk as measured when it comes


def reading(device_id: str, values: Mapping[str, float]) -> str:
    """Return the frame of one set of vital signs."""
    return msgspec.json.encode({"t": "vitals", "device_id": device_id, "values": values}).decode()


def endless(recording: Recording, device_id: str) -> Iterator[Wave]:
    """Yield a recording chunk by chunk, from its beginning again after its end: there another stream begins."""
    for turn in count():
        yield from waves(recording, Trace(NOBODY, device_id, 2 * turn, NO_CLOCK))
