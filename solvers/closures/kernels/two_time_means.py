"""What features have learned at a new time, on average, and what pulls at it (R52)."""

from __future__ import annotations

import numpy as np

from superlaw.compiled import LOOSE, helper, kernel
from superlaw.solvers.closures.kernels.two_time_products import row_times
from superlaw.solvers.closures.kernels.two_time_state import STAGE

_NEW = 0.7
"""Part of a new mean that is taken over in a round."""


@helper(fastmath=LOOSE)
def _trace_drive(n, model, rows, columns, whole):
    """Return d tr B/dt: own drives, and those that follow overlaps of columns (R7)."""
    total = 0.0
    for r in range(model.of.size):
        total += model.n[model.of[r]] * model.share[r] * rows.D[r, 0, n]
    for g in range(model.n.size):
        for h in range(model.n.size):
            weight = model.n[g] * model.others[g, h] / model.width
            for k in range(n + 1):
                learned = columns.s[g, k] + columns.s[h, k] - whole.mu[k]
                total += weight * columns.answers[g, h, n, k] * learned
    return total


@kernel(STAGE, fastmath=LOOSE)
def fill_means(n, model, rows, columns, whole):
    """Fill s and μ, screened answers, and what others do to each own entry."""
    G, screened = model.n.size, np.empty(n + 1)
    columns.s[:, n] = 0.0
    for r in range(model.of.size):
        columns.s[model.of[r], n] += model.share[r] * rows.S[r, 0, n]
    drive = _trace_drive(n, model, rows, columns, whole) / model.width
    for m in range(max(n - 2, 0), n):
        drive -= model.d[n, m] * whole.mu[m]
    held, stiff = model.d[n, n], -whole.X[n, n]
    mu = (drive + stiff * whole.mu[n]) / (held + stiff)
    whole.mu[n] += _NEW * (mu - whole.mu[n])
    of_column = np.zeros(G)
    for g in range(G):
        for h in range(G):
            weight = model.others[g, h] / model.width
            row_times(columns.before[h, n], n, columns.answers[g, h], columns.screened[g, h, n])
            for k in range(n + 1):
                of_column[g] += weight * columns.answers[h, g, n, k] * columns.s[h, k]
    for r in range(model.of.size):
        g = model.of[r]
        rows.pull[r, n] = of_column[g]
        for h in range(G):
            weight = model.others[g, h] / model.width
            if weight > 0.0:
                row_times(columns.before[h, n], n, rows.mean[r, h], screened)
                for k in range(n + 1):
                    rows.pull[r, n] += weight * screened[k] * columns.s[h, k]
