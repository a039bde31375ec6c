"""Say how far an estimated driving time can be trusted: the range in which eight drives of ten end.

Measured, not assumed, but on taxis: ``geo/tracks/eta_range.toml`` says on which, and its mark says what that is worth.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

RANGE_FILE = Path(__file__).with_name("eta_range.toml")


@dataclass(frozen=True, slots=True)
class RangeBand:
    """The tenth and the ninetieth percentile of driven / estimated, for estimates of about ``middle_s``."""

    middle_s: float
    low: float
    high: float
    trips: int


@dataclass(frozen=True, slots=True)
class EtaSpread:
    """The bands in the order of their length, with where they come from."""

    bands: tuple[RangeBand, ...]
    source: str
    mark: str

    def __post_init__(self) -> None:
        """Refuse a spread that is none. Raises ValueError."""
        middles = [band.middle_s for band in self.bands]
        if not middles or middles != sorted(set(middles)):
            raise ValueError("a spread needs bands of growing length")
        if not all(0.0 < band.low <= 1.0 <= band.high for band in self.bands):
            raise ValueError("a range must hold its own estimate")


@cache
def builtin_spread() -> EtaSpread:
    """Return the spread as shipped."""
    return read_spread(RANGE_FILE)


def read_spread(path: Path) -> EtaSpread:
    """Read a spread; a missing entry raises KeyError: it is a part of the program, not input."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return EtaSpread(tuple(RangeBand(**band) for band in table["band"]), table["source"], table["mark"])


def eta_range(eta_s: float, spread: EtaSpread | None = None) -> tuple[float, float]:
    """Return the seconds within which eight drives of ten with this estimate end, one of ten sooner, one later.

    Raises ValueError for an estimate below 0 or that is no number; what is unreachable has no range.
    """
    if not 0.0 <= eta_s < float("inf"):
        raise ValueError(f"{eta_s} is no driving time")
    bands = (builtin_spread() if spread is None else spread).bands
    after = next((nth for nth, band in enumerate(bands) if band.middle_s >= eta_s), len(bands))
    one, other = bands[max(0, after - 1)], bands[min(after, len(bands) - 1)]
    wide_s = other.middle_s - one.middle_s
    share = (eta_s - one.middle_s) / wide_s if wide_s > 0.0 else 0.0
    low, high = one.low + share * (other.low - one.low), one.high + share * (other.high - one.high)
    return eta_s * low, eta_s * high


def slow_s(eta_s: float | None) -> float | None:
    """Return by when nine drives of ten with this estimate end; None for the unreachable. Raises as `eta_range`."""
    return None if eta_s is None else eta_range(eta_s)[1]
