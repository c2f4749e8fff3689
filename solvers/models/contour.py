"""Nodes and weights of the Talbot contour as arrays, for inverse Laplace transforms."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from superlaw import laplace as plain
from superlaw.laplace import N_NODES


def talbot(n_nodes: int = N_NODES) -> tuple[NDArray[np.complex128], NDArray[np.complex128]]:
    """Return nodes s and weights w with f(t) ≈ Re Σ w F(s/t)/t for the transform F of f."""
    nodes, weights = plain.talbot(n_nodes)
    return np.array(nodes), np.array(weights)
