"""What pairs of features contribute to the row-replica closure, entry by entry of S.

Indices: g, h classes of rows and of columns, r replicas, q quantile nodes; a pair carries the
multiplicity n_h − δ_gh. Exactly one feature is active at a time and v ~ U(0, 2).
"""

from __future__ import annotations

from collections import namedtuple

import numpy as np
from numba import float64, types

from superlaw.compiled import LOOSE, helper

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

_SECOND, _TWELFTH = 4.0 / 3.0, 1.0 / 12.0
_SMALL = 1e-30
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


@helper(fastmath=LOOSE)
def _open_side(S, beta, pull, weight, pulls, drives):
    """Add −∂L/∂S and −∂L/∂β of an entry S > 0 to sums, for every bias of the row; total the first.

    Per unit of p, and without −max(β, 0), which is the same for every such entry of a row. With
    x = −β/S where the gate opens, within (0, 2), R4 and R5 are −S (4/3 − x + x³/12) and
    −S (1 − x + x²/4).
    """
    inverse, total = 1.0 / S, 0.0
    for r in range(beta.size):
        x = min(max(-beta[r] * inverse, 0.0), 2.0)
        square = x * x
        D = -S * (_SECOND - x + _TWELFTH * x * square)
        total += D
        pulls[r] += pull * D
        drives[r] -= weight * S * (1.0 - x + 0.25 * square)
    return total


@helper(fastmath=LOOSE)
def _closed_side(S, beta, pull, weight, pulls, drives):
    """Do the same for S < 0: S x³/12 and S x²/4, less what is beyond x = 2."""
    inverse, total = 1.0 / min(S, -_SMALL), 0.0
    for r in range(beta.size):
        x = min(max(-beta[r] * inverse, 0.0), 2.0)
        square, beyond = x * x, max(beta[r] + 2.0 * S, 0.0)
        D = S * _TWELFTH * x * square - beyond
        total += D
        pulls[r] += pull * D
        drives[r] += weight * (0.25 * S * square - beyond)
    return total


@helper(fastmath=LOOSE)
def _head_entries(S, beta, D, drive):
    """Fill −∂L/∂S and −∂L/∂β where every replica has its own S."""
    for r in range(beta.size):
        opens = S[r] > 0.0
        x = min(max(-beta[r] / (S[r] if opens else min(S[r], -_SMALL)), 0.0), 2.0)
        square, beyond = x * x, max(beta[r] + (0.0 if opens else 2.0 * S[r]), 0.0)
        cubic = _TWELFTH * x * square
        D[r] = S[r] * (x - cubic - _SECOND if opens else cubic) - beyond
        drive[r] = S[r] * (x - 1.0 - 0.25 * square if opens else 0.25 * square) - beyond


@helper(fastmath=LOOSE)
def _head_pair(g, h, model, state, rate, pairs, room):
    """Go through the replicas of an entry in a head column: each has its own mark."""
    sigma, p, beta = pairs.sigma[g, h], model.p[h], state.beta[g]
    mark, response, D, drive, S = model.marks[g, h], state.head[g, h], room[0], room[1], room[2]
    others = model.n[h] - (1.0 if g == h else 0.0)
    for r in range(beta.size):
        S[r] = sigma * mark[r] + response[r]
    _head_entries(S, beta, D, drive)
    pull = power = loss = recall = 0.0
    for r in range(beta.size):
        rate.head[g, h, r] = p * D[r]
        pull += mark[r] * D[r]
        power += S[r] * D[r]
        loss -= S[r] * D[r] + beta[r] * drive[r]
        recall += mark[r] * response[r]
        pairs.bias_drive[g, r] += others * p * drive[r]
        room[3, r] = mark[r] * D[r]
    _keep_pair(g, h, model, state, pairs, room[3], p / sigma)
    mean = p / beta.size
    pairs.gain[g, h] = -mean * pull / sigma
    pairs.power[g, h] = mean * power
    pairs.recall[g, h] = recall / (beta.size * sigma * model.width)
    pairs.loss[g] += 0.5 * others * mean * loss


@helper(fastmath=LOOSE)
def _tail_pair(g, h, model, state, rate, pairs, room):
    """Go through the quantile nodes of an entry in a tail column, for every replica's bias."""
    sigma, p, beta = pairs.sigma[g, h], model.p[h], state.beta[g]
    column, others = h - state.head.shape[1], model.n[h] - (1.0 if g == h else 0.0)
    above, pulls, drives = room[0], room[1], room[2]
    pulls[:], drives[:] = 0.0, 0.0
    everywhere = 0.0
    for r in range(beta.size):
        above[r] = max(beta[r], 0.0)
        everywhere += above[r]
    open_pull = open_weight = power = recall = 0.0
    for q in range(model.nodes.size):
        node, weight, response = model.nodes[q], model.node_weights[q], state.tail[g, column, q]
        S = sigma * node + response
        if S > 0.0:
            total = _open_side(S, beta, weight * node, weight, pulls, drives) - everywhere
            open_pull += weight * node
            open_weight += weight
        else:
            total = _closed_side(S, beta, weight * node, weight, pulls, drives)
        rate.tail[g, column, q] = p * total / beta.size
        power += weight * S * total
        recall += weight * node * response
    pull = slack = 0.0
    for r in range(beta.size):
        pulls[r] -= open_pull * above[r]
        drives[r] -= open_weight * above[r]
        pull += pulls[r]
        slack += beta[r] * drives[r]
        pairs.bias_drive[g, r] += others * p * drives[r]
    _keep_pair(g, h, model, state, pairs, pulls, p / sigma)
    mean = p / beta.size
    pairs.gain[g, h] = -mean * pull / sigma
    pairs.power[g, h] = mean * power
    pairs.recall[g, h] = recall / (sigma * model.width)
    pairs.loss[g] -= 0.5 * others * mean * (power + slack)


@helper(fastmath=LOOSE)
def _keep_pair(g, h, model, state, pairs, pulls, scale):
    """Add to each replica's overlap what its own row pulls through the overlap with h."""
    others = model.n[h] - (1.0 if g == h else 0.0)
    for r in range(pulls.size):
        overlap = (pairs.mean[h] + state.s[g, r] - state.bulk[0]) / model.width
        pairs.overlap_drive[g, r] += others * scale * pulls[r] * overlap


@helper()
def all_pairs(model, state, rate, pairs):
    """Fill what the pairs contribute, row by row."""
    n_classes, n_head = model.n.size, state.head.shape[1]
    room = np.empty((4, state.s.shape[1]))
    for g in range(n_classes):
        for h in range(n_head):
            _head_pair(g, h, model, state, rate, pairs, room)
        for h in range(n_head, n_classes):
            _tail_pair(g, h, model, state, rate, pairs, room)


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
            least = LEAST * independent / max(square, _SMALL)
            sigma[g, h] = np.sqrt(max(column + row - square, least, _SMALL) / model.width)
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
