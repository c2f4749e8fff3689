"""Covariances of B, of its columns and of its rows at a new time and all before (R36, R37)."""

from __future__ import annotations

import numpy as np
from numba import float64, int64, void

from superlaw.compiled import LOOSE, helper, kernel
from superlaw.solvers.closures.kernels.two_time_products import (
    add_inside,
    fill_inverse,
    fill_row_of_inverse,
    mirror,
    row_times,
)
from superlaw.solvers.closures.kernels.two_time_state import COLUMNS, MODEL, ROWS, STAGE, WHOLE

_LEAST = 0.02
"""Least norm of a column or row, in parts of that of B."""
_ROUNDS = 2
"""Of |B|², which is in what columns see of it."""


@helper(fastmath=LOOSE)
def _fill_screened(r, n, model, rows, columns):
    """Fill forces of a row, screened by their columns, and their covariance."""
    g = model.of[r]
    for e in range(1, model.column.size):
        h, total = model.column[e], 0.0
        for m in range(n + 1):
            force = rows.D[r, e, m]
            if g < model.n_head:
                force += columns.through[g, h, m]
            total += columns.before[h, n, m] * force
        rows.screened[r, e, n] = total
    for h in range(model.n_head):
        rows.put_in[r, h, n] = 0.0
        for m in range(n + 1):
            rows.put_in[r, h, n] += rows.left[r, n, m] * rows.screened[r, h + 1, m]
    for k in range(n + 1):
        total = 0.0
        for e in range(1, model.column.size):
            total += model.weight[r, e] * rows.screened[r, e, n] * rows.screened[r, e, k]
        rows.forces[r, n, k] = total
    mirror(rows.forces[r], n)


@kernel(STAGE, fastmath=LOOSE)
def fill_forces(n, model, rows, columns, whole):
    """Fill covariances of the forces of columns and rows."""
    for r in range(model.of.size):
        _fill_screened(r, n, model, rows, columns)
    for h in range(model.n.size):
        columns.forces[h, n, : n + 1] = 0.0
        for r in range(model.of.size):
            g = model.of[r]
            weight = model.share[r] * model.others[h, g] / model.count[h]
            if weight > 0.0:
                for e in range(model.first[h], model.first[h] + model.count[h]):
                    for k in range(n + 1):
                        columns.forces[h, n, k] += weight * rows.D[r, e, n] * rows.D[r, e, k]
        mirror(columns.forces[h], n)


@helper(fastmath=LOOSE)
def _fill_own_of_mode(i, n, part, model, columns, whole, own):
    """Fill what columns have put into a mode of W Wᵀ, and how they see it."""
    added = np.empty(n + 1)
    own[:] = 0.0
    for h in range(model.n.size):
        left, sees = whole.mode_left[i, h], whole.mode_sees[i, h]
        fill_inverse(left, n, model.d, whole.shared, columns.X[h])
        row_times(left[n], n, columns.X[h], sees[n])
        added[:] = 0.0
        add_inside(left, n, columns.forces[h], left, added)
        weight = part * model.n[h] / model.width
        now = columns.s[h, n] - whole.mu[n]
        for k in range(n + 1):
            own[k] += weight * (added[k] + now * (columns.s[h, k] - whole.mu[k]))


@kernel(void(int64, MODEL, ROWS, COLUMNS, WHOLE, float64), fastmath=LOOSE)
def fill_square(n, model, rows, columns, whole, new):
    """Fill tr B B'ᵀ/K − μ μ' over modes of W Wᵀ; `new` is the part that is taken over."""
    n_modes, mean = model.modes.size, model.n.sum() / model.width
    own, added, total = np.empty(n + 1), np.empty(n + 1), np.zeros(n + 1)
    for i in range(n_modes):
        part, square = model.modes[i] / mean, whole.mode_square[i]
        for m in range(n + 1):
            for k in range(m + 1):
                whole.shared[m, k] = whole.X[m, k] * part
        _fill_own_of_mode(i, n, part, model, columns, whole, own)
        square[n, : n + 1] = own
        mirror(square, n)
        for _ in range(_ROUNDS):
            added[:] = 0.0
            for h in range(model.n.size):
                sees, seen = whole.mode_sees[i, h], np.zeros(n + 1)
                add_inside(sees, n, square, sees, seen)
                added += model.n[h] / model.width * seen
            square[n, : n + 1] = own + added
            mirror(square, n)
        total += square[n, : n + 1] / n_modes
    for k in range(n + 1):
        whole.square[n, k] += new * (total[k] - whole.square[n, k])
    mirror(whole.square, n)


@helper(fastmath=LOOSE)
def _excess(i, j, m, k, norm, columns, whole):
    """Return V_j − r + x_j (x_j' + μ' + x_i') at times m and k (R40)."""
    learned = columns.s[j, m] - whole.mu[m]
    both = columns.s[j, k] + columns.s[i, k] - whole.mu[k]
    return norm[j, m, k] - whole.square[m, k] + learned * both


@helper(fastmath=LOOSE)
def _fill_shown(i, n, answers, norm, model, columns, whole, shown):
    """Fill what learned rows show column i, or columns a row, more than others do (R36, R37).

    Of those that cross it, by class: answers q, or E q, and covariances (G, T, T).
    """
    shown[n, : n + 1] = 0.0
    shown[: n + 1, n] = 0.0
    for j in range(model.n.size):
        weight = model.others[i, j] / model.width
        if weight == 0.0:
            continue
        for k in range(n + 1):
            excess = weight * answers[j, n, k]
            for m in range(n + 1):
                shown[n, m] += excess * _excess(i, j, m, k, norm, columns, whole)
        for m in range(n):
            for k in range(m + 1):
                excess = _excess(i, j, n, k, norm, columns, whole)
                shown[m, n] += weight * answers[j, m, k] * excess


@helper(fastmath=LOOSE)
def _fill_norm(i, n, left, sees, forces, shown, columns, whole, width, norm):
    """Fill row n of G r Gᵀ + R F Rᵀ + R Y Gᵀ + G Yᵀ Rᵀ (R36, R37)."""
    row, seen = np.zeros(n + 1), np.empty((n + 1, n + 1))
    for m in range(n + 1):
        own = (columns.s[i, m] - whole.mu[m]) / width
        for k in range(n + 1):
            seen[m, k] = whole.square[m, k] - own * (columns.s[i, k] - whole.mu[k])
    add_inside(sees, n, seen, sees, row)
    add_inside(left, n, forces, left, row)
    add_inside(left, n, shown, sees, row)
    add_inside(sees, n, shown.T, left, row)
    row[n] = max(row[n], _LEAST * whole.square[n, n])
    norm[n, : n + 1] = row
    mirror(norm, n)


@kernel(STAGE, fastmath=LOOSE)
def fill_column_norms(n, model, rows, columns, whole):
    """Fill the covariance of each column of B, without its own direction (R36)."""
    width, difference = model.width, np.empty((n + 1, n + 1))
    for i in range(model.n.size):
        by_rows, by_columns = columns.answers[:, i], columns.screened[i]
        _fill_shown(i, n, by_rows, columns.row_norm, model, columns, whole, columns.shown[i])
        _fill_shown(i, n, by_columns, columns.norm, model, columns, whole, columns.row_shown[i])
    for i in range(model.n.size):
        left, sees = columns.left[i], columns.sees[i]
        answered = columns.all[i]
        fill_row_of_inverse(left, n, model.d, answered[n], model.d[n, n] - answered[n, n])
        for m in range(n + 1):
            for k in range(m + 1):
                difference[m, k] = answered[m, k] - whole.all[m, k]
        row_times(left[n], n, difference, sees[n])
        sees[n, n] += 1.0
        forces, shown = columns.forces[i], columns.shown[i]
        _fill_norm(i, n, left, sees, forces, shown, columns, whole, width, columns.norm[i])


@kernel(STAGE, fastmath=LOOSE)
def fill_row_norms(n, model, rows, columns, whole):
    """Fill the covariance of each row of B, without its own direction, and their means (R37)."""
    columns.row_norm[:, n, : n + 1] = 0.0
    for r in range(model.of.size):
        i, left, sees = model.of[r], rows.left[r], rows.sees[r]
        row_times(left[n], n, rows.as_one[r], sees[n])
        sees[n, n] += 1.0
        forces, shown, norm = rows.forces[r], columns.row_shown[i], rows.norm[r]
        _fill_norm(i, n, left, sees, forces, shown, columns, whole, model.width, norm)
        for k in range(n + 1):
            columns.row_norm[i, n, k] += model.share[r] * norm[n, k]
    for i in range(model.n.size):
        mirror(columns.row_norm[i], n)
