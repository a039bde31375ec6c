"""Label every node with its times to and from all its tree ancestors: any query is then one least sum.

A fastest way climbs to a common ancestor of both ends and descends (Dibbelt et al. 2016). So the times to all
ancestors, root first, are a two-hop label (Abraham, Delling, Goldberg, Werneck, *Hierarchical Hub Labelings for
Shortest Paths*, ESA 2012; *Customizable Hub Labeling*, arXiv 2208.08709): two labels share a prefix, and the least sum
over it is exact.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo import label_kernels as kernels
from geo.hierarchy import EdgeWeights, Hierarchy
from geo.regions import Regions
from geo.row_instructions import in_cache_lines, with_room


@dataclass(frozen=True, slots=True)
class LabelIndex:
    """Where labels lie: node v owns ``first_label[v]`` and the ``depth[v]`` entries after it, in whole cache lines.

    In a truncated index nodes low in the tree own none: a query climbs from them to the next that do.
    """

    first_label: NDArray[np.int64]
    highest: NDArray[np.int32]

    @classmethod
    def of(cls, hierarchy: Hierarchy, labelled: NDArray[np.bool_] | None = None) -> "LabelIndex":
        """Lay out the labels of a hierarchy; with every node in ``labelled`` its parent must be, too."""
        length = in_cache_lines(hierarchy.depth.astype(np.int64) + 1)
        if labelled is not None:
            length[~labelled] = 0
        return cls(np.concatenate([[0], np.cumsum(length)]), kernels.ancestor_maxima(hierarchy.parent))

    @property
    def labelled(self) -> NDArray[np.bool_]:
        """Tell which nodes own a label."""
        return np.asarray(np.diff(self.first_label) > 0)


@dataclass(frozen=True, slots=True)
class Labels:
    """Ticks from each node to its ancestors (``forward``) and back (``backward``), `FAR` where no road leads."""

    forward: NDArray[np.uint32]
    backward: NDArray[np.uint32]

    @classmethod
    def empty(cls, index: LabelIndex) -> "Labels":
        """Return unfilled arrays."""
        size = int(index.first_label[-1])
        return cls(with_room(size, np.uint32), with_room(size, np.uint32))


def labelled(  # noqa: PLR0913, PLR0917 - two things to fill, from four
    hierarchy: Hierarchy,
    index: LabelIndex,
    weights: EdgeWeights,
    regions: Regions,
    into: Labels,
    bound: NDArray[np.uint16],
) -> Labels:
    """Fill ``into`` for customized weights, and the bounds of all regions, and return the labels."""
    kernels.fill_labels(
        hierarchy.first_up,
        hierarchy.up,
        weights.climb,
        weights.descend,
        hierarchy.depth,
        index.first_label,
        into.forward,
        into.backward,
        regions.first_region,
        regions.setting_off,
        regions.first_bound,
        regions.above,
        bound,
    )
    kernels.fill_bounds(
        regions.first_bound,
        regions.above,
        regions.first_region,
        regions.setting_off,
        regions.parent,
        hierarchy.first_up,
        hierarchy.up,
        weights.climb,
        index.first_label,
        hierarchy.depth,
        into.forward,
        bound,
    )
    return into
