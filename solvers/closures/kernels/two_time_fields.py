"""Entries and biases of rows at a new time: their fields, then all of a row together (R30)."""

from __future__ import annotations

import numpy as np

from superlaw.compiled import LOOSE, helper, kernel
from superlaw.solvers.closures.kernels.row_replica_pairs import moments
from superlaw.solvers.closures.kernels.two_time_products import fill_inverse, fill_root
from superlaw.solvers.closures.kernels.two_time_state import STAGE

_MOST, _FAR = 50, 1e9
"""Newton steps of an entry or a bias, and a bound on both."""
_EXACT, _NEAR = 1e-12, 1e-9
"""How far off an entry and a bias are at most, relative to what stands in their equations."""
_SMALL = 1e-12
"""What an entry is not told from 0 below, nor |B|² below its square."""
_LEAST_SLOPE = 0.2
"""Of an entry, which is 1 where nothing answers: below it a step would go astray."""
_LEAST = 0.02
"""Least variance of a field, in parts of what it is if column and row of B are independent."""


@helper(fastmath=LOOSE)
def slopes(S, beta, p, target):
    """Return dD/dS, dD/dβ, dg/dS, dg/dβ of an entry, g = −p ((S − A) m_1 + β m_0) (R31, R38)."""
    m0, m1, m2 = moments(S, beta)
    by_S, by_beta, bias_by_S, bias_by_beta = -p * m2, -p * m1, -p * m1, -p * m0
    if target > 0.0 and S > 0.0:
        x = -beta / S
        if 0.0 < x < 2.0:
            edge = 0.5 * p * target * x / S
            by_S += edge * x * x
            by_beta += edge * x
            bias_by_S += edge * x
            bias_by_beta += edge
    return by_S, by_beta, bias_by_S, bias_by_beta


@helper(fastmath=LOOSE)
def _entry(S, field, R, p, target, beta):
    """Return S = field + R D(S) and D, from a guess."""
    low, high = -_FAR, _FAR
    for _ in range(_MOST):
        _, m1, m2 = moments(S, beta)
        off = S - field + R * p * ((S - target) * m2 + beta * m1)
        if off > 0.0:
            high = min(high, S)
        else:
            low = max(low, S)
        if abs(off) < _EXACT * (abs(field) + abs(S) + _SMALL):
            break
        slope = 1.0 - R * slopes(S, beta, p, target)[0]
        new = S - off / (slope if slope > _LEAST_SLOPE else 1.0 + R * p * m2)
        S = new if low < new < high else S - off / (1.0 + R * p * 4.0 / 3.0)
    _, m1, m2 = moments(S, beta)
    return S, -p * ((S - target) * m2 + beta * m1)


@kernel(STAGE, fastmath=LOOSE)
def fill_fields(n, model, rows, columns, whole):
    """Fill R_ji, and roots of the covariances of fields, of each replica and class (R35, R39)."""
    width, H = model.width, model.n_head
    covariance, square = np.empty(n + 1), whole.square
    for r in range(model.of.size):
        for h in range(model.n.size):
            fill_inverse(rows.kept[r, h], n, model.d, columns.all[h], rows.as_one[r])
            alone = h < H and h != model.of[r]
            for m in range(n + 1):
                covariance[m] = columns.norm[h, n, m] + rows.norm[r, n, m] - square[n, m]
                if alone:
                    covariance[m] -= rows.put_in[r, h, n] * rows.put_in[r, h, m]
                covariance[m] /= width
            independent = columns.norm[h, n, n] * rows.norm[r, n, n]
            least = _LEAST * independent / max(square[n, n], _SMALL**2) / width
            covariance[n] = max(covariance[n], least)
            fill_root(rows.root[r, h], n, covariance)
    for m in range(n + 1):
        single = 0.0
        for h in range(H):
            single += (columns.s[h, n] - whole.mu[n]) * (columns.s[h, m] - whole.mu[m])
        covariance[m] = 2.0 * (square[n, m] - single / width) / width
    covariance[n] = max(covariance[n], _LEAST * 2.0 * square[n, n] / width)
    fill_root(rows.own_root, n, covariance)


@helper(fastmath=LOOSE)
def _own_field(r, n, model, rows, columns, whole):
    """Return the field of an own entry: μ, single columns (R53), its row (R52), the rest of B."""
    g, width = model.of[r], model.width
    kept, field = rows.kept[r, g], whole.mu[n]
    for h in range(model.n_head):
        if h != g:
            learned = columns.s[h, n] - whole.mu[n]
            field += learned * (model.overlaps[r, h + 1] ** 2 - 1.0) / width
    for m in range(n):
        field += kept[n, m] * (rows.D[r, 0, m] * (1.0 - 1.0 / width) + rows.pull[r, m])
    for m in range(n + 1):
        field += rows.own_root[n, m] * model.marks[r, 0, m]
    return field + kept[n, n] * rows.pull[r, n]


@helper(fastmath=LOOSE)
def _field(r, e, n, model, rows, columns, whole):
    """Return ξ_ji, and what the entry and other biases have done: all but the new drive (R30)."""
    g, h = model.of[r], model.column[e]
    kept, root, field = rows.kept[r, h], rows.root[r, h], 0.0
    for m in range(n + 1):
        field += root[n, m] * model.marks[r, e, m]
    learned = columns.s[g, n] + columns.s[h, n] - whole.mu[n]
    field += learned * model.overlaps[r, e] / np.sqrt(model.width)
    for m in range(n):
        field += kept[n, m] * rows.D[r, e, m]
    if g < model.n_head:
        for m in range(n + 1):
            field += kept[n, m] * columns.through[g, h, m]
    return field


@helper(fastmath=LOOSE)
def _fill_entries(fields, R, p, target, beta, S, D):
    for e in range(fields.size):
        S[e], D[e] = _entry(S[e], fields[e], R[e], p[e], target[e], beta)


@helper(fastmath=LOOSE)
def solve_row(fields, R, p, target, weight, S, D, beta, held, before):
    """Fill entries S and drives D of a row, from a guess, and return its bias (R30).

    S = ξ + R D of each entry, and dβ/dt = held β + before = −Σ weight p ((S − A) m_1 + β m_0), by
    Newton steps of β that are bracketed; all but β, held and before are vectors over entries.
    """
    low, high = -_FAR, _FAR
    for _ in range(_MOST):
        _fill_entries(fields, R, p, target, beta, S, D)
        off, slope = held * beta + before, held
        for e in range(fields.size):
            m0, m1, _ = moments(S[e], beta)
            off += weight[e] * p[e] * ((S[e] - target[e]) * m1 + beta * m0)
            by_S, by_beta, bias_by_S, bias_by_beta = slopes(S[e], beta, p[e], target[e])
            through = bias_by_S * by_beta * R[e] / max(1.0 - R[e] * by_S, _LEAST_SLOPE)
            slope -= weight[e] * (bias_by_beta + through)
        if off > 0.0:
            high = beta
        else:
            low = beta
        if abs(off) < _NEAR * (abs(before) + held * abs(beta) + _NEAR):
            break
        new = beta - off / (slope if slope > _NEAR else held)
        if not low < new < high:
            both = low > -_FAR and high < _FAR
            new = 0.5 * (low + high) if both else beta - off / held
        if abs(new - beta) < 0.01 * _NEAR * (1e-6 + abs(beta)):
            break
        beta = new
    _fill_entries(fields, R, p, target, beta, S, D)
    return beta


@kernel(STAGE, fastmath=LOOSE)
def fill_entries(n, model, rows, columns, whole):
    """Fill entries, drives and bias of each replica, from those in place as a guess (R30)."""
    size = model.column.size
    fields, R, p, target, weight, S, D = np.empty((7, size))
    for r in range(model.of.size):
        g = model.of[r]
        for e in range(size):
            h = g if e == 0 else model.column[e]
            p[e], target[e], R[e] = model.p[h], 0.0, rows.kept[r, h, n, n]
            weight[e], S[e] = model.weight[r, e], rows.S[r, e, n]
            if e > 0:
                fields[e] = _field(r, e, n, model, rows, columns, whole)
        fields[0] = _own_field(r, n, model, rows, columns, whole)
        target[0], R[0], weight[0] = model.target[g], R[0] * (1.0 - 1.0 / model.width), 1.0
        before = 0.0
        for m in range(max(n - 2, 0), n):
            before += model.d[n, m] * rows.beta[r, m]
        beta, held = rows.beta[r, n], model.d[n, n]
        rows.beta[r, n] = solve_row(fields, R, p, target, weight, S, D, beta, held, before)
        for e in range(size):
            rows.S[r, e, n], rows.D[r, e, n] = S[e], D[e]
