"""Read the site file: the numbers and switches that one city's medical director has signed."""

from dataclasses import replace
from pathlib import Path

from center_protocols.assessment import DEFAULT_SETTINGS, ProtocolSettings
from center_protocols.site import read_site
from center_protocols.thresholds import InvalidThresholdError
from dispatch.errors import BadInput
from dispatch.rules import Rules, builtin


def read_protocols(path: Path | None) -> ProtocolSettings:
    """Return the protocols' settings of a site file, or those that ship when there is none.

    Raises
    ------
    BadInput
        The file cannot be read, or a row in it cannot be used; both are named.
    """
    if path is None:
        return DEFAULT_SETTINGS
    try:
        return read_site(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, InvalidThresholdError) as error:
        raise BadInput(f"site file {path}: {error}") from error


def rules_of(path: Path | None) -> Rules:
    """Return the desk's rules together with the protocols of this site."""
    return replace(builtin(), protocols=read_protocols(path))
