"""The plot of growing networks: every figure of every network is a point with its number."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

from tools.growth_plot import main

SVG = "{http://www.w3.org/2000/svg}"


def measured(nodes: int, rank_us: float) -> str:
    rows = [
        {"what": "rank 200 centers k=10", "median_us": rank_us},
        {"what": "nearest k=10 of 10000 units", "median_us": 8 * rank_us},
    ]
    checks = {"nodes": nodes, "reweight_processor_ms": nodes / 700, "arrays_mb_spare_included": nodes / 150}
    return json.dumps({"rows": rows, "checks": checks})


def test_every_network_is_a_point_in_every_panel_in_the_order_of_size(tmp_path: Path) -> None:
    for name, nodes, rank_us in (("large", 2_000_000, 5.0), ("small", 50_000, 2.5)):
        (tmp_path / f"{name}.json").write_text(measured(nodes, rank_us), encoding="utf-8")
    out = tmp_path / "growth.svg"
    assert main([str(out), str(tmp_path / "large.json"), str(tmp_path / "small.json")]) == 0
    drawn = ET.fromstring(out.read_text(encoding="utf-8"))  # noqa: S314 - our own file
    circles = list(drawn.iter(f"{SVG}circle"))
    assert len(circles) == 8
    across = [float(circle.attrib["cx"]) for circle in circles[:2]]
    up = [float(circle.attrib["cy"]) for circle in circles[:2]]
    assert across[0] < across[1], "the small network comes first"
    assert up[0] > up[1], "more microseconds stand higher"
    words = [text.text for text in drawn.iter(f"{SVG}text")]
    assert {"2.5", "5.0", "50 k", "2,000 k"} <= set(words)
