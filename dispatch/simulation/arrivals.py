"""When 120 rings: a Poisson process whose rate follows the hour of the day."""

import csv
import gzip
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from statistics import fmean
from zoneinfo import ZoneInfo

from dispatch.simulation.chance import stream

LOCAL = ZoneInfo("Asia/Shanghai")

# Assumed day shape when no recording is at hand: quiet before dawn, two humps; shares of the daily mean per hour.
ASSUMED_SHAPE = (
    0.62, 0.53, 0.47, 0.43, 0.43, 0.50, 0.66, 0.86, 1.07, 1.22, 1.29, 1.31,
    1.29, 1.26, 1.23, 1.22, 1.24, 1.29, 1.30, 1.27, 1.20, 1.10, 0.94, 0.77,
)  # fmt: skip


def recorded_shape(path: Path) -> tuple[float, ...]:
    """Return the day shape of a recording of emergency calls (columns call_time and category)."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as rows:
        hours = Counter(
            datetime.fromisoformat(row["call_time"]).hour for row in csv.DictReader(rows) if "EMS" in row["category"]
        )
    mean = hours.total() / 24
    return tuple(hours[hour] / mean for hour in range(24))


def arrival_times(
    seed: int, start: datetime, hours: float, calls_per_day: float, shape: Sequence[float] = ASSUMED_SHAPE
) -> list[datetime]:
    """Return when calls come in; every hour has its own chance, so a longer day begins like a shorter one."""
    times, mean_share = [], fmean(shape)
    for number in range(int(hours) + 1):
        begin = start + timedelta(hours=number)
        rate_per_s = calls_per_day / 86_400 * shape[begin.astimezone(LOCAL).hour] / mean_share
        chance, passed_s = stream(seed, "hour", number), 0.0
        while rate_per_s > 0:
            passed_s += chance.expovariate(rate_per_s)
            if passed_s >= 3_600:  # noqa: PLR2004 - seconds of an hour
                break
            times.append(begin + timedelta(seconds=passed_s))
    return [at for at in times if at < start + timedelta(hours=hours)]
