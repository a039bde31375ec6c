"""The queryable geography, on a real PostGIS."""

import asyncio
import random
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from geopy.distance import geodesic
from shapely.geometry import Point as Shape
from shapely.geometry import shape
from sqlalchemy import create_engine, func, select

from dispatch.adapters.journal.grouped import GroupedJournal
from dispatch.adapters.journal.memory import open_memory_journal
from dispatch.adapters.report.postgis import PostgisReport, ReportGap
from dispatch.adapters.report.tables import ReportIncident, ReportStation, ReportTable, ReportTrackPoint
from dispatch.events.call import IncidentOpened
from dispatch.events.location import IncidentLocated
from dispatch.fact import Fact
from dispatch.ports import Position
from dispatch.terminal.local_servers import PostgresServer
from dispatch.words import Actor, ClockSource, Place, Role
from geo.point import Point
from geo.sites import CenterSite, StationSite
from tests.adapters.real_facts import drafts_of, told_city
from tests.dispatch.story import START

pytestmark = pytest.mark.servers

EAST = {"type": "Polygon", "coordinates": [[[116.35, 39.8], [116.6, 39.8], [116.5, 40.1], [116.35, 39.8]]]}
WEST = {
    "type": "MultiPolygon",
    "coordinates": [[[[116.0, 39.8], [116.35, 39.8], [116.2, 40.1], [116.0, 39.8]]]],
}
DESK = Actor("desk", Role.SYSTEM)


def districts() -> dict[str, object]:
    """Return two districts that touch."""
    named = {"east": EAST, "west": WEST}
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": {"name": name, "gb": name}, "geometry": geometry}
            for name, geometry in named.items()
        ],
    }


@dataclass(frozen=True)
class SmallGround:
    """Two hospitals, one station, two districts."""

    centers: tuple[CenterSite, ...] = (
        CenterSite("P1", "甲医院", "三级甲等", Point(116.2, 39.9), {}, ("ed",)),
        CenterSite("C1", "旧名", None, Point(116.0, 39.0), {}, ()),
    )
    stations: tuple[StationSite, ...] = (StationSite("S9", "西站", Point(116.1, 39.9), 3),)
    districts: Mapping[str, object] | None = field(default_factory=districts)


@pytest.fixture(scope="module")
def database(postgres: PostgresServer) -> str:
    """Return a database of our own; PostGIS makes each one expensive, so the module has one."""
    return postgres.create_database(f"report_{uuid4().hex}")


@pytest.fixture
def url(database: str) -> str:
    """Return the database without any report."""
    engine = create_engine(database.replace("postgresql://", "postgresql+psycopg://"))
    ReportTable.metadata.drop_all(engine)
    engine.dispose()
    return database


@pytest.fixture
def report(url: str) -> Iterator[PostgisReport]:
    with closing(PostgisReport(url, "testing")) as opened:
        yield opened


@pytest.fixture
def journal() -> Iterator[GroupedJournal]:
    with closing(open_memory_journal("testing")) as opened:
        opened.append(drafts_of(told_city().facts)).wait(60)
        yield opened


def rows(url: str, query: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401 - any SELECT
    """Ask the database directly."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(query)]
    engine.dispose()
    return found


def test_a_rebuild_holds_the_ground_and_what_the_journal_says(
    report: PostgisReport, journal: GroupedJournal, url: str
) -> None:
    assert report.seq() == 0
    assert report.rebuild(journal.read(), SmallGround()) == journal.head().seq == report.seq()
    located = report.incidents_within("east")
    assert len(located) == 1
    assert report.incidents_within("west") == []
    assert rows(url, select(func.ST_X(ReportIncident.geom), ReportIncident.radius_m)) == [(116.4, 20.0)]
    assert sorted(rows(url, select(ReportStation.station_id))) == [("S1",), ("S9",)]
    assert [center_id for center_id, _ in report.nearest_centers(116.31, 39.9, 2)] == ["C1", "C2"]


def test_following_in_pieces_equals_a_rebuild(report: PostgisReport, journal: GroupedJournal, url: str) -> None:
    report.rebuild([], SmallGround())
    records = list(journal.read())
    for start in range(0, len(records), 3):
        assert report.apply(records[max(0, start - 2) : start + 3]) == records[: start + 3][-1].seq
    followed = rows(url, select(ReportIncident))
    report.rebuild(records, SmallGround())
    assert [row[:9] for row in rows(url, select(ReportIncident))] == [row[:9] for row in followed]
    assert report.apply(records) == records[-1].seq


def test_a_gap_is_refused_and_leaves_the_report_as_it_was(report: PostgisReport, journal: GroupedJournal) -> None:
    records = list(journal.read())
    with pytest.raises(ReportGap, match="never built"):
        report.apply(records)
    report.rebuild(records[:2], SmallGround())
    with pytest.raises(ReportGap):
        report.apply(records[3:])
    assert report.seq() == 2


def test_cities_share_the_tables_without_seeing_each_other(url: str, journal: GroupedJournal) -> None:
    with closing(PostgisReport(url, "one")) as one, closing(PostgisReport(url, "two")) as two:
        one.rebuild(journal.read(), SmallGround())
        two.rebuild([], SmallGround())
        assert (len(one.incidents_within("east")), len(two.incidents_within("east"))) == (1, 0)
        assert one.seq() == journal.head().seq


def test_driven_tracks_are_added_once(report: PostgisReport, url: str) -> None:
    points = [Position("U1", START + timedelta(seconds=second), 116.4, 39.9, None, None, None) for second in range(5)]
    report.add_track(points)
    report.add_track(points[2:])
    report.add_track([])
    assert len(rows(url, select(ReportTrackPoint.at))) == 5


async def test_the_report_follows_the_journal_behind_the_desk(report: PostgisReport, journal: GroupedJournal) -> None:
    await asyncio.to_thread(report.rebuild, [], SmallGround())
    woken = asyncio.Event()
    following = asyncio.create_task(report.follow(journal, woken))
    async with asyncio.timeout(60):
        while await asyncio.to_thread(report.seq) != journal.head().seq:
            woken.set()
    following.cancel()
    with suppress(asyncio.CancelledError):
        await following


def test_a_thousand_random_incidents_lie_where_plain_geometry_says(report: PostgisReport) -> None:
    seed = 20260307
    random_source = random.Random(seed)
    places: dict[str, tuple[float, float]] = {}
    facts: list[Fact] = []
    for number in range(1000):
        incident_id = f"I{number:04d}"
        lon, lat = random_source.uniform(115.9, 116.7), random_source.uniform(39.7, 40.2)
        places[incident_id] = (lon, lat)
        place = Place(lon, lat, 30.0, "wgs84", "map_click")
        for data in (
            IncidentOpened(incident_id, f"{number:06d}", None, f"P{number}", "A"),
            IncidentLocated(incident_id, place),
        ):
            facts.append(Fact(len(facts) + 1, START, START, ClockSource.SERVER, 0.0, DESK, f"c{len(facts)}", data))
    with closing(open_memory_journal("testing")) as journal:
        journal.append(drafts_of(facts)).wait(20)
        report.rebuild(journal.read(), SmallGround())
    for area_id, outline in (("east", EAST), ("west", WEST)):
        expected = [name for name, (lon, lat) in places.items() if shape(outline).covers(Shape(lon, lat))]
        assert report.incidents_within(area_id) == expected, f"seed {seed}"
    for lon, lat in list(places.values())[:50]:
        expected_m = sorted(
            (geodesic((lat, lon), (center.point.lat, center.point.lon)).meters, center.center_id)
            for center in SmallGround().centers
        )
        found = report.nearest_centers(lon, lat, 2)
        assert [center_id for center_id, _ in found] == [center_id for _, center_id in expected_m], f"seed {seed}"
        assert [away_m for _, away_m in found] == pytest.approx([away_m for away_m, _ in expected_m], abs=0.01)
