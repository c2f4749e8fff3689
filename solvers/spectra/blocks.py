"""Blocks of features that overlap with each other and with no others, and what they form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from superlaw.solvers.spectra import codes
from superlaw.solvers.spectra.schemes import Scheme, coarsest

Array = NDArray[np.float64]
MOST = 2048
"""Features among which blocks are looked for: all pairs are compared."""
SHOWN = 64
"""Features whose cosines a figure shows."""
STRONG = 0.5
"""Features shorter than this part of the longest are none of a block."""
BELOW, ABOVE = 0.18, 0.08
"""The gap between overlaps of a block and those outside starts below the one, ends above the
other."""
NOTHING = 1e-3
"""Overlaps below this are all the same: none."""
NARROW, WIDE = 0.03, 0.1
"""Half the width of a class of cosines: at least what training leaves, at most what is told apart;
between these three standard deviations of the overlaps outside blocks."""
OPPOSITE = 0.015
"""How far from −1 the cosine of opposite features may be: it moves with the square of the noise."""


@dataclass(frozen=True, eq=False)
class Block:
    """Features that overlap with each other, and what their cosines form.

    Parameters
    ----------
    members : ndarray of int
        Which features, counted from 0.
    name : str
        Of the code, "no scheme", or size and dimension of a scheme without a name.
    dimension : int
        That they span: for a scheme, of the eigenspaces above noise.
    scheme : Scheme or None
    """

    members: NDArray[np.int64]
    name: str
    dimension: int
    scheme: Scheme | None

    @property
    def size(self) -> int:
        """Number of features."""
        return len(self.members)

    def to_dict(self) -> dict[str, Any]:
        """Return the block as plain data."""
        scheme = self.scheme
        return {
            "name": self.name,
            "size": self.size,
            "dimension": self.dimension,
            "valencies": [] if scheme is None else scheme.valencies,
            "cosines": [] if scheme is None else scheme.cosines,
            "is_scheme": scheme is not None,
            "is_localised": scheme is not None and scheme.is_localised,
            "capacity": None if scheme is None else scheme.capacity,
            "multiplicities": [] if scheme is None else scheme.multiplicities,
            "levels": [] if scheme is None else scheme.levels,
            "members": self.members,
        }


def blocks(features: Array) -> tuple[Block, ...]:
    """Return the blocks of two features or more, the largest first.

    Parameters
    ----------
    features : ndarray, (n, d)
        Of any norms; directions alone are compared.
    """
    norms = np.linalg.norm(features, axis=1)
    strong = np.flatnonzero(norms > STRONG * norms.max())
    units = features[strong] / norms[strong, None]
    cosine = units @ units.T
    magnitude = np.abs(cosine)
    level = threshold(magnitude[np.triu_indices(len(strong), 1)])
    linked = csr_array(magnitude > level)
    count, label = connected_components(linked, directed=False)
    outside = cosine[label[:, None] != label[None, :]]
    noise = float(np.sqrt((outside**2).mean())) if outside.size else 0.0
    half_width = min(max(NARROW, 3.0 * noise), WIDE)
    groups = [np.flatnonzero(label == k) for k in range(count)]
    found = [_block(strong, cosine, group, half_width) for group in groups if len(group) > 1]
    return tuple(sorted(found, key=lambda block: (-block.size, block.members[0])))


def cosines_shown(features: Array, found: tuple[Block, ...]) -> Array:
    """Return the cosines of the features of the first blocks, at most `SHOWN`, block by block."""
    members = [member for block in found for member in block.members][:SHOWN]
    kept = features[members]
    units = kept / np.linalg.norm(kept, axis=1, keepdims=True)
    return np.asarray(units @ units.T)


def threshold(overlaps: Array) -> float:
    """Return the |cosine| above which features belong together.

    The middle, on a log scale, of the largest ratio between neighbours in the sorted list that
    starts below `BELOW` and ends above `ABOVE`.
    """
    values = np.sort(np.maximum(np.concatenate([overlaps, [0.0]]), NOTHING))
    low, high = values[:-1], values[1:]
    may = (low < BELOW) & (high > ABOVE)
    if not may.any():
        return ABOVE
    k = int(np.argmax(np.where(may, high / low, 0.0)))
    return float(np.sqrt(low[k] * high[k]))


def _block(
    strong: NDArray[np.int64], cosine: Array, group: NDArray[np.int64], half_width: float
) -> Block:
    inside = cosine[np.ix_(group, group)]
    scheme = coarsest(inside, half_width)
    if scheme is None or not _is_superposed(scheme, half_width):
        dimension = int(np.linalg.matrix_rank(inside, tol=1e-6 * len(group), hermitian=True))
        return Block(strong[group], "no scheme", dimension, None)
    return Block(strong[group], codes.name(scheme, half_width), scheme.dimension, scheme)


def _is_superposed(scheme: Scheme, half_width: float) -> bool:
    """Whether features outnumber their dimensions; equal cosines must be those of a simplex."""
    if len(scheme.valencies) == 1:
        width = OPPOSITE if scheme.size == 2 else half_width
        return bool(abs(scheme.cosines[0] + 1.0 / (scheme.size - 1)) <= width)
    return scheme.dimension < scheme.size
