"""The desk's own numbers as one value, read once from ``rules.toml`` next to their sources."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from center_protocols.assessment import DEFAULT_SETTINGS, ProtocolSettings


@dataclass(frozen=True, slots=True)
class Rules:
    """What the desk waits for, how much it offers, and what the city's medical director has signed."""

    answer_within_s: float
    claim_within_s: float
    overflow_after_s: float
    overflow_group: str
    wrap_up_within_s: float
    call_back_within_s: float
    mark_days_max: float
    same_event_m: float
    same_event_min: float
    same_event_score: float
    position_kept_min: float
    position_old_min: float
    positions_kept: int
    link_valid_min: float
    link_stream_min: float
    links_per_minute: int
    link_message_within_s: float
    turnout_s: float
    accept_within_s: float
    roll_within_s: float
    locate_within_s: float
    prealert_within_s: float
    dispatch_within_s: float
    standby_settle_s: float
    stand_off_m: float
    stand_off_chemical_m: float
    infection_prefer_s: float
    service_retry_s: float
    service_attempts: int
    acknowledge_within_s: float
    acknowledge_eta_share: float
    acknowledge_least_s: float
    end_acknowledge_within_s: float
    wall_lost_after_s: float
    summons_answer_within_s: float
    summons_repeat_s: float
    summons_repeat_for_s: float
    team_reminder_s: float
    team_reminder_eta_share: float
    hold_review_min: float
    hold_no_answer_min: float
    tie_band_s: float
    region_from_m: float
    stale_fix_s: float
    units_offered: int
    diverts_offered: int
    reservation_min: float
    resource_word_min: float
    wheels_still_mps: float
    wheels_still_s: float
    wheels_scene_m: float
    wheels_gate_m: float
    handoff_within_min: float
    way_check_days: float
    reader_link_min: float
    order_read_within_s: float
    slow_factor_least: float
    slow_factor_most: float
    measures_most: int
    measure_points_most: int
    closed_roads_most: int
    record_retention_years: int
    telemetry_kept_days: float
    required_crew: tuple[str, ...]
    protocols: ProtocolSettings = DEFAULT_SETTINGS

    def scaled_s(self, limit_s: float, eta_s: float | None) -> float:
        """Return how long to wait: the limit, or a quarter of the time that is left if that is less."""
        share_s = limit_s if eta_s is None else eta_s * self.acknowledge_eta_share
        return max(self.acknowledge_least_s, min(limit_s, share_s))

    def reminded_s(self, eta_s: float | None) -> float:
        """Return after how long nobody may still be unsummoned: the limit, or half of the drive."""
        share_s = self.team_reminder_s if eta_s is None else eta_s * self.team_reminder_eta_share
        return max(self.acknowledge_least_s, min(self.team_reminder_s, share_s))


@cache
def builtin() -> Rules:
    """Return the rules as shipped."""
    rows = tomllib.loads(files("dispatch").joinpath("rules.toml").read_text(encoding="utf-8"))
    values = {name: row["value"] for name, row in rows.items()}
    return Rules(**{**values, "required_crew": tuple(values["required_crew"])})
