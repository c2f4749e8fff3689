"""Answers of entries and biases to a kick, in a row whose other entries answer too (R47, R51)."""

from __future__ import annotations

import numpy as np

from superlaw.compiled import LOOSE, helper, kernel
from superlaw.solvers.closures.kernels.two_time import fill_answer, fill_entry_alone
from superlaw.solvers.closures.kernels.two_time_fields import slopes
from superlaw.solvers.closures.kernels.two_time_products import fill_row_of_inverse
from superlaw.solvers.closures.kernels.two_time_state import STAGE

LEAST_STIFF = 0.2
"""Part of the bare stiffness of a bias that is left at least within a step."""


@helper(fastmath=LOOSE)
def _fill_slopes(r, j, n, model, rows):
    """Fill dD/dS, dD/dβ, dg/dS, dg/dβ of an entry asked."""
    e, g = model.asked[j], model.of[r]
    h, target = (g, model.target[g]) if e == 0 else (model.column[e], 0.0)
    by = slopes(rows.S[r, e, n], rows.beta[r, n], model.p[h], target)
    for k in range(4):
        rows.slopes[r, j, k, n] = by[k]


@kernel(STAGE, fastmath=LOOSE)
def fill_answers(n, model, rows, columns, whole):
    """Fill answers q of the entries asked, and what is left of a kick of each bias (R47)."""
    asked, d = model.asked.size, model.d
    follows, softened = np.empty(n + 1), np.empty(n + 1)
    for r in range(model.of.size):
        stiffness = 0.0
        softened[:] = 0.0
        for j in range(asked):
            e = model.asked[j]
            h, part = (model.of[r], 1.0 - 1.0 / model.width) if e == 0 else (model.column[e], 1.0)
            _fill_slopes(r, j, n, model, rows)
            by = rows.slopes[r, j]
            fill_entry_alone(rows.kept[r, h], n, by[0], part, rows.U[r, j], rows.V[r, j], follows)
            weight = model.asked_weight[r, j]
            stiffness -= weight * by[3, n]
            for k in range(n + 1):
                softened[k] += weight * by[2, n] * follows[k] * by[1, k]
        bare = d[n, n] + stiffness
        held = max(bare - softened[n], LEAST_STIFF * bare)
        fill_row_of_inverse(rows.b[r], n, d, softened, held)
        for j in range(1, asked):
            by, U, V = rows.slopes[r, j], rows.U[r, j], rows.V[r, j]
            fill_answer(n, U, V, rows.b[r], by[0], by[1], by[2], rows.q[r, j])


@kernel(STAGE, fastmath=LOOSE)
def fill_mean_answers(n, model, rows, columns, whole):
    """Fill mean answers of entries of each class, in a replica and over replicas of a class."""
    columns.answers[:, :, n, :] = 0.0
    for r in range(model.of.size):
        rows.mean[r, :, n, : n + 1] = 0.0
        for j in range(1, model.asked.size):
            h = model.column[model.asked[j]]
            for k in range(n + 1):
                rows.mean[r, h, n, k] += rows.q[r, j, n, k] / model.n_asked[h]
        for h in range(model.n.size):
            for k in range(n + 1):
                columns.answers[model.of[r], h, n, k] += model.share[r] * rows.mean[r, h, n, k]


@helper(fastmath=LOOSE)
def _fill_swung(r, n, model, rows, columns, whole):
    """Fill how the bias of a replica follows what single columns have learned."""
    g = model.of[r]
    for h in range(model.n_head):
        rows.swing[r, h, n] = rows.swung[r, h, n] = 0.0
        if h == g:
            continue
        moved = 0.0
        for m in range(n + 1):
            learned = columns.s[g, m] + columns.s[h, m] - whole.mu[m]
            moved += rows.V[r, h + 1, n, m] * learned
        rows.swing[r, h, n] = rows.slopes[r, h + 1, 2, n] * moved
        for m in range(n + 1):
            rows.swung[r, h, n] += rows.b[r, n, m] * rows.swing[r, h, m]


@kernel(STAGE, fastmath=LOOSE)
def fill_through_biases(n, model, rows, columns, whole):
    """Fill F_ji of single j: what biases of other rows do in column i as j learns (R51)."""
    H = model.n_head
    moved = np.empty(n + 1)
    columns.through[:, :, n] = 0.0
    for r in range(model.of.size):
        _fill_swung(r, n, model, rows, columns, whole)
        g = model.of[r]
        for j in range(1, model.asked.size):
            i = model.column[model.asked[j]]
            if i == g:
                continue
            for m in range(n + 1):
                moved[m] = rows.U[r, j, n, m] * rows.slopes[r, j, 1, m]
            weight = model.n[g] * model.share[r] / model.n_asked[i] / model.width
            for h in range(H):
                if h != i and h != g:
                    for m in range(n + 1):
                        columns.through[h, i, n] += weight * moved[m] * rows.swung[r, h, m]
