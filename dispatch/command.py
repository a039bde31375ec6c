"""The envelope of a command: who asks, when, with which id; a repeated id names the same things."""

import hashlib
import re
from base64 import b32encode
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dispatch.command_roles import COMMANDS
from dispatch.words import Actor, ClockSource

# How a ULID is written: ten letters of time, sixteen of chance, in Crockford's base 32.
TIME_LETTERS, CHANCE_BYTES = 10, 10
CROCKFORD = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", b"0123456789ABCDEFGHJKMNPQRSTVWXYZ")


@dataclass(frozen=True, slots=True)
class Command:
    """Carry one request with who asks, when it happened and when the desk got it (both aware UTC)."""

    id: str  # ULID, chosen by the sender: a repeat is harmless
    data: Any  # one of COMMANDS
    actor: Actor
    at: datetime
    received_at: datetime
    clock: ClockSource = ClockSource.SERVER
    uncertainty_s: float = 0.0
    evidence: Any = field(default=None, compare=False)

    def new_id(self, ordinal: int) -> str:
        """Derive the id of the ``ordinal``-th new thing: the command's time, and a hash of its id for chance."""
        chance = hashlib.sha256(f"{self.id}/{ordinal}".encode()).digest()[:CHANCE_BYTES]
        return self.id[:TIME_LETTERS].upper() + b32encode(chance).translate(CROCKFORD).decode()


def slug(kind: type) -> str:
    """Return the route name of a command: ``AssignUnit`` is ``assign-unit``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", kind.__name__).lower()


BY_NAME: dict[str, type] = {kind.__name__: kind for kind in COMMANDS}
