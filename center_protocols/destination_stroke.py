"""Gate the direct way to a thrombectomy centre for a suspected large-vessel occlusion (AHA/ASA 2026 §2.4; M:L Stroke).

Direct is right when lysis is out of the question anyway. Otherwise the added driving time must stay inside the limit of
the area, and lysis must still be in its window after arriving there. An unknown last-known-well time closes nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from center_protocols.assessment import Assessment, Coded, ProtocolSettings, tidy
from center_protocols.vocabulary import Capability, Condition

SECONDS_PER_MINUTE: Final = 60


class Judgement(msgspec.Struct, frozen=True):
    """Hold whether the direct way is open, and why."""

    passed: bool
    reason: Coded


class DirectGate(msgspec.Struct, frozen=True):
    """Hold what is the same for every centre: the nearest lysis, the limits, the time already lost."""

    nearest_lysis_s: float | None
    lysis_possible: bool
    limit_s: float
    door_to_needle_s: float
    window_s: float
    elapsed_s: float | None

    def judge(self, eta_s: float, capabilities: frozenset[Capability]) -> Judgement:
        """Judge one thrombectomy centre."""
        if not self.lysis_possible:
            return Judgement(passed=True, reason=Coded("destination.direct_without_lysis"))
        if self.nearest_lysis_s is None:
            return Judgement(passed=True, reason=Coded("destination.no_lysis_centre"))
        added_s = eta_s - self.nearest_lysis_s
        minutes = {
            "added_min": tidy(added_s / SECONDS_PER_MINUTE),
            "limit_min": tidy(self.limit_s / SECONDS_PER_MINUTE),
        }
        if added_s > self.limit_s:
            return Judgement(passed=False, reason=Coded("destination.added_time_over_limit", {**minutes}))
        forfeits = Capability.IVT_24_7 not in capabilities or not self._in_window(eta_s)
        if forfeits:
            return Judgement(passed=False, reason=Coded("destination.direct_forfeits_lysis", {**minutes}))
        return Judgement(passed=True, reason=Coded("destination.direct_to_thrombectomy", {**minutes}))

    def _in_window(self, eta_s: float) -> bool:
        return self.elapsed_s is None or self.elapsed_s + eta_s + self.door_to_needle_s <= self.window_s


def direct_gate(
    assessment: Assessment,
    reachable: Sequence[tuple[float, frozenset[Capability]]],
    at: datetime | None,
    settings: ProtocolSettings,
) -> DirectGate | None:
    """Prepare the gate for one patient; ``None`` when no large-vessel occlusion is suspected."""
    if not assessment.has(Condition.STROKE_LVO):
        return None
    needs = {Capability.CT, Capability.IVT_24_7}
    nearest_s = min((eta_s for eta_s, has in reachable if needs <= has), default=None)
    known_well = assessment.reperfusion.last_known_well_at
    elapsed_s = (at - known_well).total_seconds() if at is not None and known_well is not None else None
    gate = DirectGate(
        nearest_lysis_s=nearest_s,
        lysis_possible=not assessment.reperfusion.lysis_contraindicated,
        limit_s=settings.seconds(f"stroke.added_time_{settings.area}"),
        door_to_needle_s=settings.seconds("destination.door_to_needle"),
        window_s=settings.seconds("stroke.ivt_window"),
        elapsed_s=elapsed_s,
    )
    if gate.lysis_possible and nearest_s is not None and not gate._in_window(nearest_s):  # noqa: SLF001 - its own maker
        return msgspec.structs.replace(gate, lysis_possible=False)
    return gate
