"""The queryable geography of a city in PostGIS, folded from the journal behind the hot path.

Everything here can be dropped and rebuilt. The offset moves in the same transaction as the rows, so a report is always
exactly the first ``seq`` facts: never less after a crash, never twice.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Protocol

import msgspec
from sqlalchemy import Connection, create_engine, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.elements import ColumnElement

from dispatch.adapters.journal.follow import follow
from dispatch.adapters.report.tables import (
    ROW_TABLES,
    WGS84_SRID,
    ReportArea,
    ReportCenter,
    ReportIncident,
    ReportOffset,
    ReportStation,
    ReportTable,
    ReportTrackPoint,
)
from dispatch.events.assignment import IncidentClosed, IncidentReopened
from dispatch.events.call import IncidentOpened
from dispatch.events.ground import CenterListed, UnitCommissioned
from dispatch.events.journey import UnitStatusReported
from dispatch.events.location import IncidentLocated
from dispatch.fact_codec import decode_body
from dispatch.ports import JournalReader, Position, Record
from geo.sites import CenterSite, StationSite

PAGE = 1_000  # facts in one transaction


class Ground(Protocol):
    """What a report takes from a city pack."""

    @property
    def centers(self) -> tuple[CenterSite, ...]:
        """The hospitals."""
        ...

    @property
    def stations(self) -> tuple[StationSite, ...]:
        """The stations."""
        ...

    @property
    def districts(self) -> Mapping[str, object] | None:
        """District outlines as a GeoJSON FeatureCollection, None when the city brought none."""
        ...


class ReportGap(RuntimeError):  # noqa: N818 - a state that a rebuild answers
    """Say that records do not continue the report; rebuild it."""


class PostgisReport:
    """Keep one city's report.

    Raises SQLAlchemy's errors when PostGIS is out of reach: the hot path never waits here.
    """

    def __init__(self, url: str, city: str) -> None:
        self._city = city
        self._engine = create_engine(_driver_url(url), pool_pre_ping=True, pool_size=2)
        with self._engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(1195592269)"))
            if not connection.scalar(text("SELECT true FROM pg_extension WHERE extname = 'postgis'")):
                connection.execute(text("CREATE EXTENSION postgis"))
            ReportTable.metadata.create_all(connection)

    def seq(self) -> int:
        """Return how many facts the report holds, 0 when it was never built."""
        with self._engine.connect() as connection:
            return connection.scalar(_offset_of(self._city)) or 0

    def rebuild(self, records: Iterable[Record], ground: Ground) -> int:
        """Drop the city's rows, lay its ground, fold all records; in one transaction, so readers see old or new."""
        with self._engine.begin() as connection:
            for table in (*ROW_TABLES, ReportOffset):
                connection.execute(delete(table).where(table.city_id == self._city))
            connection.execute(insert(ReportOffset).values(city_id=self._city, seq=0))
            self._lay(connection, ground)
            remaining, seq = iter(records), 0
            while page := list(islice(remaining, PAGE)):
                seq = self._fold(connection, page)
            return seq

    def apply(self, records: Sequence[Record]) -> int:
        """Fold the next records; those already folded are passed over.

        Raises
        ------
        ReportGap
            The report was never built, or records are missing in between.
        """
        with self._engine.begin() as connection:
            seq: int | None = connection.scalar(_offset_of(self._city).with_for_update())
            if seq is None:
                raise ReportGap(f"the report of {self._city} was never built")
            news = [record for record in records if record.seq > seq]
            if not news:
                return seq
            if news[0].seq != seq + 1:
                raise ReportGap(f"the report ends at {seq}, the records begin at {news[0].seq}")
            return self._fold(connection, news)

    async def follow(self, journal: JournalReader, woken: asyncio.Event) -> None:
        """Fold what becomes durable, without end; run it as a task of its own."""
        after_seq = await asyncio.to_thread(self.seq)
        async for page in follow(journal, after_seq, woken):
            await asyncio.to_thread(self.apply, page)

    def add_track(self, positions: Sequence[Position]) -> None:
        """Add driven points from telemetry; a point that is there already stays."""
        if not positions:
            return
        rows = [
            {"city_id": self._city, "unit_id": at.unit_id, "at": at.at, "geom": _point(at.lon, at.lat)}
            for at in positions
        ]
        with self._engine.begin() as connection:
            for start in range(0, len(rows), PAGE):
                page = insert(ReportTrackPoint).values(rows[start : start + PAGE])
                connection.execute(page.on_conflict_do_nothing())

    def incidents_within(self, area_id: str) -> list[str]:
        """Return the incidents whose point lies in an area, in the order of their number."""
        query = (
            select(ReportIncident.incident_id)
            .join(ReportArea, ReportArea.geom.ST_Covers(ReportIncident.geom))
            .where(
                ReportIncident.city_id == self._city, ReportArea.city_id == self._city, ReportArea.area_id == area_id
            )
            .order_by(ReportIncident.number, ReportIncident.incident_id)
        )
        with self._engine.connect() as connection:
            return list(connection.scalars(query))

    def nearest_centers(self, lon: float, lat: float, count: int) -> list[tuple[str, float]]:
        """Return (center id, metres on the ellipsoid) in a straight line; road time is ``geo.travel``'s."""
        away_m = func.ST_Distance(func.geography(ReportCenter.geom), func.geography(_point(lon, lat)))
        query = (
            select(ReportCenter.center_id, away_m)
            .where(ReportCenter.city_id == self._city)
            .order_by(away_m, ReportCenter.center_id)
            .limit(count)
        )
        with self._engine.connect() as connection:
            return [(row[0], float(row[1])) for row in connection.execute(query)]

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    def _lay(self, connection: Connection, ground: Ground) -> None:
        for center in ground.centers:
            values = {
                "name": center.name,
                "grade": center.grade,
                "capabilities": list(center.capabilities),
                "geom": _point(center.point.lon, center.point.lat),
            }
            _keep(connection, ReportCenter, {"city_id": self._city, "center_id": center.center_id}, values)
        for station in ground.stations:
            values = {"name": station.name, "geom": _point(station.point.lon, station.point.lat)}
            _keep(connection, ReportStation, {"city_id": self._city, "station_id": station.station_id}, values)
        for number, area in enumerate(_areas(ground.districts), start=1):
            name = str(area["properties"].get("name") or number)
            outline = func.ST_Multi(func.ST_GeomFromGeoJSON(msgspec.json.encode(area["geometry"]).decode()))
            key = {"city_id": self._city, "area_id": str(area["properties"].get("gb") or name)}
            _keep(connection, ReportArea, key, {"name": name, "geom": outline})

    def _fold(self, connection: Connection, records: Sequence[Record]) -> int:
        for record in records:
            fold = FOLDS.get(record.kind)
            if fold is not None:
                _, fact = decode_body(record.kind, record.body, lambda token: token)  # sealed words stay sealed
                fold(connection, self._city, record.at, fact)
        last_seq = records[-1].seq
        connection.execute(update(ReportOffset).where(ReportOffset.city_id == self._city).values(seq=last_seq))
        return last_seq


def _list_center(connection: Connection, city: str, _at: datetime, fact: CenterListed) -> None:
    values = {
        "name": fact.name,
        "grade": fact.grade,
        "capabilities": list(fact.capabilities),
        "geom": _point(fact.lon, fact.lat),
    }
    _keep(connection, ReportCenter, {"city_id": city, "center_id": fact.center_id}, values)


def _list_station(connection: Connection, city: str, _at: datetime, fact: UnitCommissioned) -> None:
    values = {"name": fact.station_name, "geom": _point(fact.lon, fact.lat)}
    _keep(connection, ReportStation, {"city_id": city, "station_id": fact.station_id}, values)


def _open_incident(connection: Connection, city: str, at: datetime, fact: IncidentOpened) -> None:
    values = {"number": fact.number, "opened_at": at}
    _keep(connection, ReportIncident, {"city_id": city, "incident_id": fact.incident_id}, values)


def _locate_incident(connection: Connection, city: str, at: datetime, fact: IncidentLocated) -> None:
    place = fact.place
    _change(
        connection, city, fact.incident_id, located_at=at, radius_m=place.radius_m, geom=_point(place.lon, place.lat)
    )


def _close_incident(connection: Connection, city: str, at: datetime, fact: IncidentClosed) -> None:
    _change(connection, city, fact.incident_id, closed_at=at, outcome=fact.outcome and fact.outcome.value)


def _reopen_incident(connection: Connection, city: str, _at: datetime, fact: IncidentReopened) -> None:
    _change(connection, city, fact.incident_id, closed_at=None, outcome=None)


def _note_step(connection: Connection, city: str, at: datetime, fact: UnitStatusReported) -> None:
    if fact.lon is not None and fact.lat is not None:
        _keep_point(connection, city, Position(fact.unit_id, at, fact.lon, fact.lat, None, None, None))


# The facts that change the geography; every other fact only moves the offset.
FOLDS: dict[str, Callable[[Connection, str, datetime, Any], None]] = {
    "CenterListed": _list_center,
    "UnitCommissioned": _list_station,
    "IncidentOpened": _open_incident,
    "IncidentLocated": _locate_incident,
    "IncidentClosed": _close_incident,
    "IncidentReopened": _reopen_incident,
    "UnitStatusReported": _note_step,
}


def _offset_of(city: str) -> Any:  # noqa: ANN401 - SQLAlchemy's own type has four parameters that say nothing here
    return select(ReportOffset.seq).where(ReportOffset.city_id == city)


def _point(lon: float, lat: float) -> ColumnElement[Any]:
    return func.ST_SetSRID(func.ST_MakePoint(lon, lat), WGS84_SRID)


def _keep(connection: Connection, table: type[ReportTable], key: dict[str, str], values: dict[str, Any]) -> None:
    statement = insert(table).values(**key, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=values))


def _keep_point(connection: Connection, city: str, position: Position) -> None:
    point = _point(position.lon, position.lat)
    values = insert(ReportTrackPoint).values(city_id=city, unit_id=position.unit_id, at=position.at, geom=point)
    connection.execute(values.on_conflict_do_nothing())


def _change(connection: Connection, city: str, incident_id: str, **values: object) -> None:
    chosen = (ReportIncident.city_id == city, ReportIncident.incident_id == incident_id)
    connection.execute(update(ReportIncident).where(*chosen).values(**values))


def _areas(districts: Mapping[str, object] | None) -> list[Any]:
    features = [] if districts is None else districts["features"]
    return features if isinstance(features, list) else []


def _driver_url(url: str) -> str:
    scheme, separator, rest = url.partition("://")
    return f"postgresql+psycopg{separator}{rest}" if scheme in {"postgresql", "postgres"} else url
