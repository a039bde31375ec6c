"""Which versions and capabilities are spoken, and why a socket was closed."""

from collections.abc import Sequence
from typing import Final

PROTOCOL: Final = "gc.v1"
VERSIONS: Final = (PROTOCOL,)  # best first

# A server that names it stores waveforms that come late without showing them as if they were live. A tablet thins its
# live waveform on a slow line, and sends the whole one later, to such a server only.
BACKFILL: Final = "backfill"
# A server that names it reads which device measured a waveform chunk; only what a bound device measured is ever shown.
DEVICE: Final = "device"
CAPABILITIES: Final = (BACKFILL, DEVICE)

# Why a socket was closed; 4000-4999 are for applications.
CLOSED_NO_TICKET, CLOSED_REVOKED, CLOSED_OVERFLOW, CLOSED_VERSION = 4001, 4003, 4008, 4010
CLOSED_MALFORMED, CLOSED_TOO_MANY, CLOSED_RESTART = 4002, 4009, 1012

LISTED_MAX: Final = 64  # versions or capabilities that one hello may list


def chosen_version(offered: object) -> str | None:
    """Return the best version that both ends speak; None when there is none, or when ``offered`` is no list."""
    listed = _listed(offered)
    return next((each for each in VERSIONS if each in listed), None)


def shared_capabilities(offered: object) -> list[str]:
    """Return what both ends can do; names that are not known here come from a newer client, and mean nothing."""
    listed = _listed(offered)
    return [each for each in CAPABILITIES if each in listed]


def _listed(offered: object) -> Sequence[str]:
    if not isinstance(offered, list | tuple):
        return ()
    return [each for each in offered[:LISTED_MAX] if isinstance(each, str)]
