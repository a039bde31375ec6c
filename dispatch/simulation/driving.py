"""Driving: a unit follows the route that the server gives, and tells where it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import atan2, cos, degrees, hypot, radians

METRES_PER_DEGREE = 111_320.0


@dataclass(frozen=True, slots=True)
class Drive:
    """One way with its shape, when it began and how long it takes; points are WGS-84."""

    points: tuple[tuple[float, float], ...]
    offsets_m: tuple[float, ...]
    began_at: datetime
    duration_s: float

    @property
    def ends_at(self) -> datetime:
        """Return when it arrives."""
        return self.began_at + timedelta(seconds=self.duration_s)

    def where(self, at: datetime) -> tuple[float, float, float, float]:
        """Return lon, lat, heading in degrees and speed in m/s at a minute of the drive."""
        share = min(1.0, max(0.0, (at - self.began_at).total_seconds() / max(1.0, self.duration_s)))
        passed_m = share * self.offsets_m[-1]
        at_leg = max(1, next((n for n, m in enumerate(self.offsets_m) if m >= passed_m), len(self.offsets_m) - 1))
        (lon_a, lat_a), (lon_b, lat_b) = self.points[at_leg - 1], self.points[at_leg]
        leg_m = self.offsets_m[at_leg] - self.offsets_m[at_leg - 1]
        part = 0.0 if leg_m == 0 else (passed_m - self.offsets_m[at_leg - 1]) / leg_m
        east, north = (lon_b - lon_a) * cos(radians(lat_a)), lat_b - lat_a
        speed_mps = 0.0 if share in (0.0, 1.0) else self.offsets_m[-1] / max(1.0, self.duration_s)
        return (
            lon_a + part * (lon_b - lon_a),
            lat_a + part * (lat_b - lat_a),
            degrees(atan2(east, north)) % 360,
            speed_mps,
        )


def drive_along(points: Sequence[Sequence[float]], began_at: datetime, duration_s: float) -> Drive:
    """Make a drive of a shape; two equal points when the way has no length."""
    shape = tuple((float(lon), float(lat)) for lon, lat in points)
    shape = shape if len(shape) > 1 else (shape[0], shape[0])
    offsets = [0.0]
    for (lon_a, lat_a), (lon_b, lat_b) in pairwise(shape):
        east_m = (lon_b - lon_a) * METRES_PER_DEGREE * cos(radians(lat_a))
        offsets.append(offsets[-1] + hypot(east_m, (lat_b - lat_a) * METRES_PER_DEGREE))
    return Drive(shape, tuple(offsets), began_at, duration_s)
