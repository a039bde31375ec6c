"""``greenchannel bench geo`` on the made-up city: the rows that the reports quote, and not one wrong answer."""

import json
import sys
from pathlib import Path

import pytest

from dispatch.cli import main
from dispatch.errors import BadInput
from dispatch.terminal.bench.geo.ground import lay_ground
from dispatch.terminal.bench.geo.map_peers import checked_map, measure_map_peers
from dispatch.terminal.bench.geo.rows import Report
from dispatch.terminal.geo_input import open_pack
from dispatch.terminal.local_servers import ServerMissing, postgres_bin, redis_program

ROWS = {
    "rank 200 centers k=10": {"ours", "routingkit-cch", "scipy"},
    "nearest k=10 of 10000 units": {
        "ours",
        "routingkit-cch",
        "scipy",
        "ckdtree",
        "strtree",
        "rtree",
        "redis",
        "postgis",
    },
    "unit move": {"ours", "rtree", "redis"},
    "reweight all": {"ours", "routingkit-cch"},
    "route": {"ours", "routingkit-cch"},
}
MAP_PEERS = {(what, system) for what in ("rank 200 centers k=10", "route") for system in ("osrm", "valhalla")}


@pytest.mark.servers
def test_the_bench_measures_ours_beside_every_peer_and_finds_no_mismatch(
    fictional_pack: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        postgres_bin()
        redis_program()
    except ServerMissing as missing:
        pytest.skip(str(missing))
    assert main(["bench", "geo", "--city", str(fictional_pack), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document.keys() >= {"rows", "checks", "machine"}
    for what, systems in ROWS.items():
        assert {row["system"] for row in document["rows"] if row["what"] == what} == systems, what
    assert all(0 < row["median_us"] <= row["p99_us"] and row["n"] > 0 for row in document["rows"])
    mismatches = {name: count for name, count in document["checks"].items() if "mismatch" in name}
    assert len(mismatches) == 4
    assert set(mismatches.values()) == {0}
    assert {(gap["what"], gap["system"]) for gap in document["absent"]} == MAP_PEERS, "no map file was named"


def test_osrm_and_valhalla_are_listed_as_absent_where_they_are_not_installed(
    fictional_pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("osrm", "osrm.osrm_ext", "valhalla", "valhalla.actor"):
        monkeypatch.setitem(sys.modules, module, None)
    said: list[str] = []
    report = Report(said.append)
    measure_map_peers(lay_ground(open_pack(fictional_pack)), None, report)
    assert {(gap.what, gap.system, gap.why) for gap in report.absent} == {(*row, "uninstalled") for row in MAP_PEERS}
    assert said == ["osrm is absent: uninstalled", "valhalla is absent: uninstalled"]
    assert report.rows == []


def test_the_map_file_must_be_the_one_that_the_pack_was_made_of(fictional_pack: Path, tmp_path: Path) -> None:
    pack, other = open_pack(fictional_pack), tmp_path / "other.osm.pbf"
    assert checked_map(pack, None) is None
    with pytest.raises(BadInput, match="no such file"):
        checked_map(pack, other)
    other.write_bytes(b"another city")
    with pytest.raises(BadInput, match="was made of another map file"):
        checked_map(pack, other)


def test_a_row_counts_calls_and_shares_a_call_among_what_it_does() -> None:
    said: list[str] = []
    report = Report(said.append)
    asked: list[int] = []
    report.measure("ask", "ours", asked.append, [(number,) for number in range(7)])
    batch = report.measure_once("ask", "other", lambda: sum(range(50_000)), [()] * 5, each=1000)
    whole = report.measure_once("ask", "whole", lambda: sum(range(50_000)), [()] * 5)
    assert asked == [*range(7), *range(7)], "the first round warms up"
    assert [(row.system, row.n) for row in report.rows] == [("ours", 7), ("other", 5), ("whole", 5)]
    assert batch.median_us < whole.median_us / 50
    assert report.ratio("ask", "whole") is not None
    assert report.ratio("ask", "nobody") is None
    assert len(said) == 3
