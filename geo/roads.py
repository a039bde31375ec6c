"""The road graph of a city as arrays: junctions, the stretches of road between them, and the arcs that drive them.

A *stretch* is a piece of road between two junctions, with its geometry. An *arc* drives a stretch in one direction; a
two-way stretch has two arcs that are each other's twins. Roads that cross without a common node (bridges, tunnels,
flyovers) share no junction.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.point import EARTH_RADIUS_M, Box, Point

# In an array of arcs: there is none (the road is one-way).
NO_ARC = -1


@dataclass(frozen=True, slots=True)
class RoadGraph:
    """Immutable arrays; every field is stored in the city pack under its name.

    Junctions (n): ``node_lon, node_lat`` float64 degrees WGS-84.
    Arcs (m), sorted by (from, to): ``first_arc`` int32[n + 1] (junction v is left by the arcs from ``first_arc[v]`` up
    to ``first_arc[v + 1]``), ``arc_from, arc_to, arc_stretch, arc_twin`` int32 (`NO_ARC` where one-way),
    ``arc_forward`` bool (drives the stretch in the order of its shape), ``duration_ms`` int32 >= 1.
    Stretches (s): ``first_shape`` int32[s + 1], ``length_m`` float64 (whole millimetres), ``road_class`` uint8 into
    `ROAD_CLASSES`, ``road_name`` int32 into the pack's names (0 = none), ``layer`` int8, ``bridge, tunnel`` bool,
    ``forward_arc, backward_arc`` int32.
    Shape points (p): ``shape_lon, shape_lat`` float64 degrees, ``shape_m`` float64 metres from the start of the
    stretch, ``shape_stretch`` int32.
    ``forbidden_turns`` int32[t, 3]: junctions (from, via, to) that may not be driven in this order.
    """

    node_lon: NDArray[np.float64]
    node_lat: NDArray[np.float64]
    first_arc: NDArray[np.int32]
    arc_from: NDArray[np.int32]
    arc_to: NDArray[np.int32]
    arc_stretch: NDArray[np.int32]
    arc_twin: NDArray[np.int32]
    arc_forward: NDArray[np.bool_]
    duration_ms: NDArray[np.int32]
    first_shape: NDArray[np.int32]
    length_m: NDArray[np.float64]
    road_class: NDArray[np.uint8]
    road_name: NDArray[np.int32]
    layer: NDArray[np.int8]
    bridge: NDArray[np.bool_]
    tunnel: NDArray[np.bool_]
    forward_arc: NDArray[np.int32]
    backward_arc: NDArray[np.int32]
    shape_lon: NDArray[np.float64]
    shape_lat: NDArray[np.float64]
    shape_m: NDArray[np.float64]
    shape_stretch: NDArray[np.int32]
    forbidden_turns: NDArray[np.int32]

    @property
    def node_count(self) -> int:
        """Return the number of junctions."""
        return len(self.node_lon)

    @property
    def arc_count(self) -> int:
        """Return the number of arcs."""
        return len(self.arc_to)

    @property
    def stretch_count(self) -> int:
        """Return the number of stretches."""
        return len(self.length_m)

    def node_point(self, node: int) -> Point:
        """Return where a junction lies."""
        return Point(float(self.node_lon[node]), float(self.node_lat[node]))

    def arcs_of(self, stretch: int) -> list[int]:
        """Return the one or two arcs that drive a stretch, the forward one first."""
        both = (int(self.forward_arc[stretch]), int(self.backward_arc[stretch]))
        return [arc for arc in both if arc != NO_ARC]

    def box(self) -> Box:
        """Return the rectangle around all roads."""
        return Box(
            float(self.shape_lon.min()),
            float(self.shape_lat.min()),
            float(self.shape_lon.max()),
            float(self.shape_lat.max()),
        )


def piece_lengths_m(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the haversine length of each piece between consecutive points: n points in degrees, n - 1 metres."""
    phi, lam = np.radians(lat), np.radians(lon)
    half_lat = np.sin(np.diff(phi) / 2.0)
    half_lon = np.sin(np.diff(lam) / 2.0)
    chord = half_lat**2 + np.cos(phi[:-1]) * np.cos(phi[1:]) * half_lon**2
    lengths: NDArray[np.float64] = 2.0 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(1.0, chord)))
    return lengths
