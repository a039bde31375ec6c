"""Watch the walls: each says with its ping that it is there and whether it can sound; silence is a fact within 15 s.

All time-outs run in real time, never on the simulated clock: a wall is a device on a shelf.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from dispatch.commands.watch import ReportWall
from dispatch.state.city import City
from dispatch.state.wall import WallPhase

PAGES_MOST = 16  # of one department; the newest are remembered


@dataclass(frozen=True, slots=True)
class _Heard:
    at_s: float
    armed: bool


class WallsHeard:
    """Remember which walls said something lately, by department; every process hears those of all."""

    def __init__(self, monotonic: Callable[[], float], lost_after_s: float) -> None:
        self._monotonic, self._lost_after_s = monotonic, lost_after_s
        self._since_s = monotonic()
        self._heard: dict[str, dict[str, _Heard]] = {}

    def hear(self, center_id: str, page: str, *, armed: bool) -> None:
        """Note that a page of a department is there."""
        pages = self._heard.setdefault(center_id, {})
        pages.pop(page, None)
        pages[page] = _Heard(self._monotonic(), armed)
        while len(pages) > PAGES_MOST:
            del pages[next(iter(pages))]

    def phase(self, center_id: str) -> WallPhase | None:
        """Return how a department's walls stand; one that sounds is enough. None: too early to say."""
        now_s = self._monotonic()
        fresh = [each for each in self._heard.get(center_id, {}).values() if now_s - each.at_s < self._lost_after_s]
        if any(each.armed for each in fresh):
            return WallPhase.ARMED
        if fresh:
            return WallPhase.SILENT
        return WallPhase.LOST if now_s - self._since_s >= self._lost_after_s else None


class WallWatch:
    """Tell the desk when a department's wall comes, loses its sound, or is lost."""

    def __init__(self, heard: WallsHeard, tell: Callable[[ReportWall], Awaitable[object]]) -> None:
        self._heard, self._tell = heard, tell

    async def look(self, city: City) -> None:
        """Compare what is heard with what is known; a department that never had a wall is not missed."""
        for center in sorted(city.centers.values(), key=lambda row: row.id):
            known = WallPhase.NEVER if center.wall is None else center.wall.phase
            phase = self._heard.phase(center.id)
            if phase is None or phase is known or (known is WallPhase.NEVER and phase is WallPhase.LOST):
                continue
            await self._tell(ReportWall(center.id, phase.value))
