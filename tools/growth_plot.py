"""Draw how the road core grows with its network, from the JSON of ``greenchannel bench scale``: one SVG, by hand.

``python -m tools.growth_plot docs/geo-growth.svg 54k.json 500k.json 2m.json``
"""

import json
import math
import sys
from pathlib import Path
from typing import Any

WIDTH, HEIGHT, LEFT, TOP, PANEL, GAP = 960, 330, 60, 40, 170, 56
INK, LINE = "#1f2937", "#2563eb"
RANK, NEAREST, REWEIGHT = "rank 200 centers k=10", "nearest k=10 of 10000 units", "reweight all"


def main(arguments: list[str]) -> int:
    """Write the plot of some measured networks."""
    out, *measured = (Path(each) for each in arguments)
    networks = sorted((json.loads(path.read_text(encoding="utf-8")) for path in measured), key=_nodes)
    panels = [
        ("rank, µs (median)", [_median(each, RANK) for each in networks]),
        ("nearest, µs (median)", [_median(each, NEAREST) for each in networks]),
        ("reweight all, processor ms", [float(each["checks"]["reweight_processor_ms"]) for each in networks]),
        ("arrays, MB, spare included", [float(each["checks"]["arrays_mb_spare_included"]) for each in networks]),
    ]
    nodes = [_nodes(each) for each in networks]
    drawn = [_panel(LEFT + nth * (PANEL + GAP), title, nodes, values) for nth, (title, values) in enumerate(panels)]
    out.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        f'font-size="12" fill="{INK}">\n<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>\n'
        + "\n".join(drawn)
        + "\n</svg>\n",
        encoding="utf-8",
    )
    return 0


def _nodes(network: dict[str, Any]) -> int:
    return int(network["checks"]["nodes"])


def _median(network: dict[str, Any], what: str) -> float:
    return next(float(row["median_us"]) for row in network["rows"] if row["what"] == what)


def _panel(left: float, title: str, nodes: list[int], values: list[float]) -> str:
    """Draw one figure over the junctions, both logarithmic, every point with its number."""
    low_x, high_x = math.log10(min(nodes)), math.log10(max(nodes))
    low_y, high_y = math.log10(min(values) / 1.6), math.log10(max(values) * 1.6)
    bottom = HEIGHT - 60
    at = [
        (
            left + PANEL * (math.log10(count) - low_x) / (high_x - low_x),
            bottom - (bottom - TOP - 20) * (math.log10(value) - low_y) / (high_y - low_y),
        )
        for count, value in zip(nodes, values, strict=True)
    ]
    parts = [
        f'<text x="{left}" y="{TOP - 12}" font-weight="bold">{title}</text>',
        f'<path d="M{left} {TOP}V{bottom}H{left + PANEL}" fill="none" stroke="{INK}"/>',
        f'<polyline points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in at)}" fill="none" stroke="{LINE}"/>',
    ]
    for (x, y), count, value in zip(at, nodes, values, strict=True):
        parts += [
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{LINE}"/>',
            f'<text x="{x:.1f}" y="{y - 9:.1f}" text-anchor="middle">{value:,.1f}</text>',
            f'<text x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{count / 1000:,.0f} k</text>',
        ]
    parts.append(f'<text x="{left + PANEL / 2}" y="{bottom + 36}" text-anchor="middle">junctions</text>')
    return "\n".join(parts)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
