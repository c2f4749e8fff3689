"""What columns, rows and everything answer, and what is left of kicks (R32, R33, R48, R49)."""

from __future__ import annotations

import numpy as np

from superlaw.compiled import LOOSE, helper, kernel
from superlaw.solvers.closures.kernels.two_time_products import fill_inverse, row_times
from superlaw.solvers.closures.kernels.two_time_state import STAGE

_ROUNDS = 2
"""Of the answer of everything and what it leaves, at a time."""


@helper(fastmath=LOOSE)
def _fill_columns_as_ones(n, model, columns, whole):
    """Fill T = X^c + X^c R_b T of each column, and their sum (R32, R33)."""
    first, second, total = np.empty(n + 1), np.empty(n + 1), np.zeros(n + 1)
    for h in range(model.n.size):
        row_times(columns.X[h, n], n, whole.left, first)
        now, first[n] = first[n], 0.0
        row_times(first, n, columns.T[h], second)
        for k in range(n + 1):
            columns.T[h, n, k] = (columns.X[h, n, k] + second[k]) / (1.0 - now)
            total[k] += model.n[h] * columns.T[h, n, k] / model.width
    whole.X[n, : n + 1] = total


@kernel(STAGE, fastmath=LOOSE)
def fill_responses(n, model, rows, columns, whole):
    """Fill the answers of columns and of everything, how columns screen, and R_b."""
    G = model.n.size
    for h in range(G):
        columns.X[h, n, : n + 1] = 0.0
        for g in range(G):
            weight = model.others[h, g] / model.width
            for k in range(n + 1):
                columns.X[h, n, k] += weight * columns.answers[g, h, n, k]
    for _ in range(_ROUNDS):
        fill_inverse(whole.left, n, model.d, whole.X, whole.Y)
        _fill_columns_as_ones(n, model, columns, whole)
    fill_inverse(whole.left, n, model.d, whole.X, whole.Y)
    for h in range(G):
        row_times(columns.T[h, n], n, whole.left, columns.before[h, n])
        row_times(whole.left[n], n, columns.T[h], columns.after[h, n])
        columns.before[h, n, n] += 1.0
        columns.after[h, n, n] += 1.0
        for k in range(n + 1):
            columns.all[h, n, k] = whole.X[n, k] + columns.X[h, n, k] + columns.Y[h, n, k]
    for k in range(n + 1):
        whole.all[n, k] = whole.X[n, k] + whole.Y[n, k]


@helper(fastmath=LOOSE)
def _fill_row(r, n, model, rows, columns, whole):
    """Fill what a row answers as one, screened by its columns before and after (R48)."""
    g, first, second = model.of[r], np.empty(n + 1), np.empty(n + 1)
    row = rows.as_one[r, n]
    row[: n + 1] = 0.0
    for h in range(model.n.size):
        weight = model.others[g, h] / model.width
        if weight > 0.0:
            row_times(columns.before[h, n], n, rows.mean[r, h], first)
            row_times(first, n, columns.after[h], second)
            for k in range(n + 1):
                row[k] += weight * second[k]
    fill_inverse(rows.left[r], n, model.d, whole.all, rows.as_one[r])


@helper(fastmath=LOOSE)
def _add_as_one(r, h, n, rows, out):
    """Add Y R Y + Y R q + q R Y + Y R q R Y of a row in a column to out, Y = Y^r (R49)."""
    first, second, answered = np.empty(n + 1), np.empty(n + 1), np.empty(n + 1)
    as_one, kept, q = rows.as_one[r], rows.kept[r, h], rows.mean[r, h]
    row_times(as_one[n], n, kept, first)
    row_times(first, n, q, second)
    for k in range(n + 1):
        answered[k] = q[n, k] + second[k]
        out[k] += second[k]
    row_times(first, n, as_one, second)
    for k in range(n + 1):
        out[k] += second[k]
    row_times(answered, n, kept, first)
    row_times(first, n, as_one, second)
    for k in range(n + 1):
        out[k] += second[k]


@kernel(STAGE, fastmath=LOOSE)
def fill_rows_as_ones(n, model, rows, columns, whole):
    """Fill what rows add to columns, and to all, by answering as ones (R48, R49)."""
    G, n_rows = model.n.size, 0.0
    first, second, added = np.empty(n + 1), np.empty(n + 1), np.empty(n + 1)
    counted = np.zeros(G)
    columns.Y[:, n, : n + 1] = 0.0
    whole.Y[n, : n + 1] = 0.0
    for r in range(model.of.size):
        g = model.of[r]
        weight = model.n[g] * model.share[r]
        _fill_row(r, n, model, rows, columns, whole)
        n_rows += weight
        for h in range(G):
            if model.others[g, h] == 0.0:
                continue
            added[:] = 0.0
            _add_as_one(r, h, n, rows, added)
            counted[h] += weight
            for k in range(n + 1):
                columns.Y[h, n, k] += weight * added[k]
        row_times(rows.as_one[r, n], n, rows.left[r], first)
        row_times(first, n, rows.as_one[r], second)
        for k in range(n + 1):
            whole.Y[n, k] += weight * second[k]
    for h in range(G):
        columns.Y[h, n, : n + 1] *= n_rows / counted[h] / model.width
    whole.Y[n, : n + 1] /= model.width
