"""What pairs of features contribute to the row-replica closure, entry by entry of S.

Indices: g, h classes of rows and of columns, r replicas, q quantile nodes; a pair carries the
multiplicity n_h − δ_gh. Exactly one feature is active at a time and v ~ U(0, 2).
"""

from __future__ import annotations

from collections import namedtuple

import numpy as np
from numba import float64, types

from superlaw.compiled import helper

_vector, _matrix, _cube = float64[::1], float64[:, ::1], float64[:, :, ::1]

Model = namedtuple(
    "Model",
    (
        "n",  # multiplicity of each class, (G,)
        "p",  # frequency, (G,)
        "target",  # teacher entry, (G,)
        "width",  # K
        "trains_bias",  # 1.0 or 0.0
        "marks",  # ξ of the head columns, (G, H, R)
        "bulk_marks",  # η of the bulk, (G, R)
        "nodes",  # nodes of a standard Gaussian, in order, (Q,)
        "node_weights",  # their weights, adding up to 1, (Q,)
        "edges",  # exchange between neighbouring nodes while a mark turns once, (Q − 1,)
    ),
)
State = namedtuple("State", ("s", "beta", "column", "row", "bulk", "head", "tail"))
"""Overlaps and biases (G, R); norms |Bw|² and |Bᵀw|² (G,); tr B/K, |B|²/K and the angle through
which B has turned (3,); responses M to head columns (G, H, R) and to tail columns (G, G − H, Q)."""
MODEL = types.NamedTuple((*(_vector,) * 3, *(float64,) * 2, _cube, _matrix, *(_vector,) * 3), Model)
STATE = types.NamedTuple((*(_matrix,) * 2, *(_vector,) * 3, *(_cube,) * 2), State)
Pairs = namedtuple(
    "Pairs", ("mean", "sigma", "gain", "power", "loss", "bias_drive", "overlap_drive", "recall")
)
"""Mean overlap of each class (G,). Of every pair (g, h): size σ of the field (R10), gain −E[ξD]/σ
(R12), power E[S D] and recall E[ξM]/(σK), (G, G); of every row:
interference loss (G,), drives of bias and overlap (G, R)."""

SMALL = 1e-30
LEAST = 0.02
"""Least σ² of a pair, in parts of what it is if column and row of B are independent. No run that
was compared with direct flows comes near it."""


@helper()
def moments(S, beta):
    """Return E[v^k 1(vS + β ≥ 0)], k = 0, 1, 2, for v ~ U(0, 2) (step R3)."""
    if S > 0.0:
        x = min(max(-beta / S, 0.0), 2.0)
        return 1.0 - 0.5 * x, 1.0 - 0.25 * x * x, (8.0 - x * x * x) / 6.0
    if S < 0.0:
        x = min(max(-beta / S, 0.0), 2.0)
        return 0.5 * x, 0.25 * x * x, x * x * x / 6.0
    return (1.0, 1.0, 4.0 / 3.0) if beta >= 0.0 else (0.0, 0.0, 0.0)


@helper()
def new_pairs(model, state):
    """Return pairs with the sizes of their fields, σ² = (|Bw_h|² + |Bᵀw_g|² − |B|²/K)/K.

    That sum (R10) is |Bw_h|² |Bᵀw_g|² / |B|² to first order in how far both are from their mean.
    Where both are far below it turns negative, as no square can, and a part of the product stands
    in, with the square of E[wᵀBw] where a norm falls below it.
    """
    n_classes, n_replicas = state.s.shape
    mean, sigma = np.empty(n_classes), np.empty((n_classes, n_classes))
    for g in range(n_classes):
        mean[g] = state.s[g].mean()
    for g in range(n_classes):
        for h in range(n_classes):
            column, row, square = state.column[h], state.row[g], state.bulk[1]
            independent = max(column, mean[h] ** 2) * max(row, mean[g] ** 2)
            least = LEAST * independent / max(square, SMALL)
            sigma[g, h] = np.sqrt(max(column + row - square, least, SMALL) / model.width)
    by_class = np.zeros((3, n_classes, n_classes))
    by_row = np.zeros((2, n_classes, n_replicas))
    return Pairs(
        mean,
        sigma,
        by_class[0],
        by_class[1],
        np.zeros(n_classes),
        by_row[0],
        by_row[1],
        by_class[2],
    )
