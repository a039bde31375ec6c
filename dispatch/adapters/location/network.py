"""Read what a carrier knows without the telephone: the sector of a base station, the address of a fixed line."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from dispatch.adapters.http.bodies import Moment, Number
from dispatch.adapters.location.reading import Reading, told_point
from geo.datum import Datum
from geo.places.locate import SourceKind
from geo.places.shapes import Area, sector

_CONFIG = ConfigDict(extra="forbid", allow_inf_nan=False)
Dialled = Annotated[str, Field(pattern=r"^\+?[0-9]{3,15}$")]
CELL_CONFIDENCE = 0.9
ADDRESS_RADIUS_M, ADDRESS_CONFIDENCE = 50.0, 0.9


class CellSector(BaseModel):
    """The antenna that carries the call: where it stands, where it looks, how far it reaches."""

    model_config = _CONFIG
    number: Dialled
    lon: Number = Field(ge=-180, le=180)
    lat: Number = Field(ge=-180, le=180)
    datum: Datum
    azimuth_deg: Number = Field(ge=0, le=360)
    opening_deg: Number = Field(gt=0, le=360)
    range_m: Number = Field(gt=0, le=100_000)
    cell_id: Annotated[str, Field(max_length=40)] | None = None
    at: Moment | None = None

    def reading(self) -> Reading:
        """Return the sector as a position."""
        mast = told_point(self.lon, self.lat, "lon", "lat")
        area = sector(mast, self.azimuth_deg, self.opening_deg, self.range_m)
        detail: dict[str, Any] = {} if self.cell_id is None else {"cell": self.cell_id}
        return Reading(SourceKind.CELL, area, CELL_CONFIDENCE, self.datum, self.at, self.number, detail=detail)


class FixedLine(BaseModel):
    """Where a fixed line ends, from the carrier's directory."""

    model_config = _CONFIG
    number: Dialled
    lon: Number = Field(ge=-180, le=180)
    lat: Number = Field(ge=-180, le=180)
    datum: Datum
    address: Annotated[str, Field(max_length=200)] | None = None
    radius_m: Number = Field(default=ADDRESS_RADIUS_M, ge=0, le=100_000)
    at: Moment | None = None

    def reading(self) -> Reading:
        """Return the end of the line as a position."""
        area = Area(told_point(self.lon, self.lat, "lon", "lat"), self.radius_m)
        kind = SourceKind.FIXED_LINE
        return Reading(kind, area, ADDRESS_CONFIDENCE, self.datum, self.at, self.number, indoors=self.address)
