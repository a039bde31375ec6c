"""The tables of the queryable geography: all points WGS-84 (SRID 4326), ``city_id`` first in every key."""

from datetime import datetime

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import ARRAY, DateTime, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column

WGS84_SRID = 4326
When = DateTime(timezone=True)


class ReportTable(MappedAsDataclass, DeclarativeBase):
    """What all report tables share: nothing here is the only copy of anything."""

    city_id: Mapped[str] = mapped_column(Text, primary_key=True)


class ReportOffset(ReportTable):
    """How far a city's report follows its journal; moves in the transaction that moves the rows."""

    __tablename__ = "report_offset"

    seq: Mapped[int]


class ReportCenter(ReportTable):
    """A hospital."""

    __tablename__ = "report_center"

    center_id: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    grade: Mapped[str | None] = mapped_column(Text)
    capabilities: Mapped[list[str]] = mapped_column(ARRAY(Text))
    geom: Mapped[WKBElement] = mapped_column(Geometry("POINT", srid=WGS84_SRID))


class ReportStation(ReportTable):
    """A base of ambulances."""

    __tablename__ = "report_station"

    station_id: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    geom: Mapped[WKBElement] = mapped_column(Geometry("POINT", srid=WGS84_SRID))


class ReportArea(ReportTable):
    """A district or another named area."""

    __tablename__ = "report_area"

    area_id: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    geom: Mapped[WKBElement] = mapped_column(Geometry("MULTIPOLYGON", srid=WGS84_SRID))


class ReportIncident(ReportTable):
    """An incident; ``geom`` is null until it has a place. No personal words come here."""

    __tablename__ = "report_incident"

    incident_id: Mapped[str] = mapped_column(Text, primary_key=True)
    number: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(When)
    located_at: Mapped[datetime | None] = mapped_column(When, default=None)
    closed_at: Mapped[datetime | None] = mapped_column(When, default=None)
    outcome: Mapped[str | None] = mapped_column(Text, default=None)
    radius_m: Mapped[float | None] = mapped_column(default=None)
    geom: Mapped[WKBElement | None] = mapped_column(Geometry("POINT", srid=WGS84_SRID), default=None)


class ReportTrackPoint(ReportTable):
    """Where a unit was at one instant: reported steps from the journal, driven points from telemetry."""

    __tablename__ = "report_track_point"

    unit_id: Mapped[str] = mapped_column(Text, primary_key=True)
    at: Mapped[datetime] = mapped_column(When, primary_key=True)
    geom: Mapped[WKBElement] = mapped_column(Geometry("POINT", srid=WGS84_SRID))


class ReportClosure(ReportTable):
    """A closed stretch of road; filled when closures become facts."""

    __tablename__ = "report_closure"

    closure_id: Mapped[str] = mapped_column(Text, primary_key=True)
    reason: Mapped[str] = mapped_column(Text)
    from_at: Mapped[datetime] = mapped_column(When)
    until_at: Mapped[datetime | None] = mapped_column(When)
    geom: Mapped[WKBElement] = mapped_column(Geometry("LINESTRING", srid=WGS84_SRID))


ROW_TABLES = (ReportCenter, ReportStation, ReportArea, ReportIncident, ReportTrackPoint, ReportClosure)
