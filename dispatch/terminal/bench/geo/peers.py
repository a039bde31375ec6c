"""The peers of ``bench geo``, in the same run and on the same points.

Peers by road are asked about junctions: they snap nothing. They use their batch calls with pinned targets. Peers in a
straight line answer an easier question; they are here because they are what others use.
"""

from contextlib import ExitStack, contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
import psycopg
import redis
import shapely
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from dispatch.terminal.bench.geo.ground import UNITS, Ground
from dispatch.terminal.bench.geo.ours import MOVE, NEAREST, PAIR, RANK, REWEIGHT, ROUTE, K
from dispatch.terminal.bench.geo.rows import Report
from dispatch.terminal.local_servers import PostgresServer, RedisServer, ServerMissing

if TYPE_CHECKING:
    from collections.abc import Iterator

_METRES_PER_DEGREE = 111_195.0
_GEOSEARCH_KM = 5.0
_SLOW, _QUICK = 60, 500


def measure_peers(ground: Ground, report: Report) -> None:
    """Measure every peer that is there; say which are not."""
    _measure_scipy(ground, report)
    _measure_straight_trees(ground, report)
    for system, module, measure, rows in (
        ("routingkit-cch", "routingkit_cch", _measure_routingkit, (REWEIGHT, RANK, NEAREST, PAIR, ROUTE)),
        ("rtree", "rtree.index", _measure_rtree, (NEAREST, MOVE)),
    ):
        try:
            library = import_module(module)
        except ImportError:
            report.miss(system, rows, "uninstalled")
            continue
        measure(library, ground, report)
    with ExitStack() as servers:
        for name, kind, measure_server, asked in (
            ("redis", RedisServer, _measure_redis, (NEAREST, MOVE)),
            ("postgis", PostgresServer, _measure_postgis, (NEAREST,)),
        ):
            try:
                server: Any = servers.enter_context(kind())
            except ServerMissing as missing:
                report.miss(name, asked, str(missing))
                continue
            measure_server(server, ground, report)


def _measure_routingkit(library: Any, ground: Ground, report: Report) -> None:  # noqa: ANN401 - a module without types
    steps, graph = ground.steps, ground.graph
    via = np.concatenate([np.arange(graph.node_count), steps.via])
    tail, head = steps.tail.tolist(), steps.head.tolist()
    weights = graph.duration_ms[steps.arc].tolist()
    order = library.compute_order_inertial(
        steps.states, tail, head, graph.node_lat[via].tolist(), graph.node_lon[via].tolist()
    )
    cch = library.CCH(order, tail, head, False)  # noqa: FBT003 - its own signature
    metric = library.CCHMetric(cch, weights)
    report.measure_once(REWEIGHT, "routingkit-cch", metric.reset, [(weights,)] * 9)
    nodes = [(int(node),) for node in ground.question_nodes[:_QUICK]]
    to_centers = library.CCHOneToMany(metric, ground.center_nodes.tolist())
    report.measure(RANK, "routingkit-cch", to_centers.distances_from, nodes)
    from_units = library.CCHManyToOne(metric, ground.unit_nodes.tolist())
    report.measure(NEAREST, "routingkit-cch", from_units.distances_to, nodes[:200])
    query = library.CCHQuery(metric)
    pairs = list(zip(ground.question_nodes[:300].tolist(), ground.question_nodes[-300:].tolist(), strict=True))
    report.measure(PAIR, "routingkit-cch", lambda a, b: query.run(a, b).distance, pairs)
    report.measure(ROUTE, "routingkit-cch", lambda a, b: query.run(a, b).node_path, pairs)


def _measure_scipy(ground: Ground, report: Report) -> None:
    onward = ground.plain(ground.graph.duration_ms)
    back = onward.T.tocsr()
    centers, units = ground.center_nodes, ground.unit_nodes

    def rank(node: int) -> object:
        times_ms = dijkstra(onward, indices=np.array([node]))[0][centers]
        first = np.argpartition(times_ms, K)[:K]
        return first[np.argsort(times_ms[first])]

    def nearest(node: int) -> object:
        times_ms = dijkstra(back, indices=np.array([node]))[0][units]
        first = np.argpartition(times_ms, K)[:K]
        return first[np.argsort(times_ms[first])]

    nodes = [(int(node),) for node in ground.question_nodes[:_SLOW]]
    report.measure_once(RANK, "scipy", rank, nodes)
    report.measure_once(NEAREST, "scipy", nearest, nodes)


def _metres(ground: Ground, lon: Any, lat: Any) -> Any:  # noqa: ANN401 - numbers or arrays
    shrink = np.cos(np.radians(ground.graph.node_lat.mean()))
    return np.stack([np.multiply(lon, shrink * _METRES_PER_DEGREE), np.multiply(lat, _METRES_PER_DEGREE)], axis=-1)


def _measure_straight_trees(ground: Ground, report: Report) -> None:
    units = _metres(ground, [p.lon for p in ground.unit_points], [p.lat for p in ground.unit_points])
    places = _metres(ground, *np.array(ground.questions[:_QUICK]).T)
    tree = cKDTree(units)
    report.measure(NEAREST, "ckdtree", lambda at: tree.query(at, K), [(at,) for at in places])
    str_tree = shapely.STRtree(shapely.points(units))

    def nearest(at: Any, box: Any) -> object:  # noqa: ANN401 - shapely's own
        """Ask for all within 5 km, as Redis is asked, and keep the ten nearest: the tree itself knows only one."""
        found = str_tree.query(box)
        away = ((units[found] - at) ** 2).sum(axis=1)
        return found[np.argsort(away)[:K]]

    reach_m = _GEOSEARCH_KM * 1000.0
    boxes = [(at, shapely.box(at[0] - reach_m, at[1] - reach_m, at[0] + reach_m, at[1] + reach_m)) for at in places]
    report.measure(NEAREST, "strtree", nearest, boxes)


def _measure_rtree(library: Any, ground: Ground, report: Report) -> None:  # noqa: ANN401 - a module without types
    units = _metres(ground, [p.lon for p in ground.unit_points], [p.lat for p in ground.unit_points])
    index = library.Index((nth, (*at, *at), None) for nth, at in enumerate(units.tolist()))
    places = _metres(ground, *np.array(ground.questions[:_QUICK]).T).tolist()
    report.measure(NEAREST, "rtree", lambda at: list(index.nearest((*at, *at), K)), [(at,) for at in places])

    def move(nth: int, old: list[float], new: list[float]) -> None:
        index.delete(nth, (*old, *old))
        index.insert(nth, (*new, *new))

    moves = [(nth, at, [at[0] + 15.0, at[1]]) for nth, at in enumerate(units[:_QUICK].tolist())]
    report.measure_once(MOVE, "rtree", move, moves)


def _measure_redis(server: RedisServer, ground: Ground, report: Report) -> None:
    with redis.Redis.from_url(server.url) as client:
        flat = [part for nth, point in enumerate(ground.unit_points) for part in (point.lon, point.lat, f"u{nth}")]
        client.geoadd("units", flat)
        asked = [
            (
                "GEOSEARCH",
                "units",
                "FROMLONLAT",
                lon,
                lat,
                "BYRADIUS",
                _GEOSEARCH_KM,
                "km",
                "ASC",
                "COUNT",
                K,
                "WITHDIST",
            )
            for lon, lat in ground.questions[:_QUICK]
        ]
        report.measure(NEAREST, "redis", client.execute_command, asked)
        moves = [("units", (p.lon + 1e-4, p.lat, f"u{nth}")) for nth, p in enumerate(ground.unit_points[:_QUICK])]
        report.measure_once(MOVE, "redis", client.geoadd, moves)


@contextmanager
def _postgis(server: PostgresServer) -> "Iterator[psycopg.Connection[tuple[Any, ...]]]":
    with psycopg.connect(server.create_database("bench"), autocommit=True) as connection:
        connection.execute("CREATE EXTENSION postgis")
        connection.execute("CREATE TABLE units (id int PRIMARY KEY, at geometry(Point, 4326))")
        yield connection


def _measure_postgis(server: PostgresServer, ground: Ground, report: Report) -> None:
    with _postgis(server) as connection, connection.cursor() as cursor:
        with cursor.copy("COPY units (id, at) FROM STDIN") as copy:
            for nth, point in enumerate(ground.unit_points[:UNITS]):
                copy.write_row((nth, f"SRID=4326;POINT({point.lon} {point.lat})"))
        cursor.execute("CREATE INDEX ON units USING gist (at)")
        cursor.execute("ANALYZE units")

        def nearest(lon: float, lat: float) -> object:
            cursor.execute(
                "SELECT id FROM units ORDER BY at <-> ST_SetSRID(ST_MakePoint(%s, %s), 4326) LIMIT %s",
                (lon, lat, K),
                prepare=True,
            )
            return cursor.fetchall()

        report.measure(NEAREST, "postgis", nearest, ground.questions[:_QUICK])
