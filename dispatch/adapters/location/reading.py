"""What every parser returns: one position as it was told, still in its own datum."""

from dataclasses import dataclass, field
from datetime import datetime

from dispatch.adapters.http.bodies import BadFieldError
from dispatch.words import Place
from geo.datum import Datum, to_wgs84
from geo.places.locate import SourceKind
from geo.places.shapes import Area
from geo.point import Point

LON_MOST, LAT_MOST = 180.0, 90.0


@dataclass(frozen=True, slots=True)
class Reading:
    """A position that a machine told. (0, 0) and a swapped pair get this far: they are shown."""

    kind: SourceKind
    area: Area
    confidence: float  # share of cases in which the place lies inside
    datum: Datum = Datum.WGS84
    at: datetime | None = None  # when it was measured; None: not told
    number: str | None = None
    indoors: str | None = None  # floor, room, address: words
    detail: dict[str, str] = field(default_factory=dict)  # method, network: nothing that names a person

    def place(self) -> Place:
        """Return the middle as WGS-84."""
        point = to_wgs84(self.area.center, self.datum)
        return Place(point.lon, point.lat, self.area.radius_m, self.datum.value, self.kind.value)

    def outline(self) -> tuple[tuple[float, float], ...]:
        """Return the corners as WGS-84 lon and lat."""
        corners = (to_wgs84(each, self.datum) for each in self.area.outline)
        return tuple((each.lon, each.lat) for each in corners)


def told_point(lon: float, lat: float, lon_field: str, lat_field: str) -> Point:
    """Return a point whose numbers are degrees; raise ``BadFieldError`` naming the one that is not.

    (0, 0) passes, and so does a pair that is swapped but in range: they are shown to a person with that doubt.
    """
    if not -LON_MOST <= lon <= LON_MOST:
        raise BadFieldError(lon_field, f"{lon:g} is outside -180..180")
    # A swapped pair has a latitude of up to 180: it is told apart later, by whoever knows the city.
    if not -LON_MOST <= lat <= LON_MOST:
        raise BadFieldError(lat_field, f"{lat:g} is outside -90..90")
    return Point(lon, lat)


def told_number(written: str, field: str, low: float, high: float) -> float:
    """Return a decimal number within bounds; raise ``BadFieldError`` naming the field. "nan" and "1e3" are none."""
    digits = written.removeprefix("+").removeprefix("-")
    if not digits or not all(part.isascii() and part.isdigit() for part in digits.split(".", 1)):
        raise BadFieldError(field, f"{written[:40]!r} is no number")
    value = float(written)
    if not low <= value <= high:
        raise BadFieldError(field, f"{value:g} is outside {low:g}..{high:g}")
    return value
