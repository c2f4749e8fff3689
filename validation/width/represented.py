"""How many features have a column of norm above ½ where norms cost ½λ Σ|w|² [closure]."""

from __future__ import annotations

import math
from bisect import bisect_left

import numpy as np

from superlaw.curves import Array
from superlaw.solvers.width.budget import budget_of, crossing
from superlaw.theory.laws.width import crowded_threshold

ROOM = 2
"""Features a dimension that do not interfere: ± the axes."""


def n_represented(p: Array, m: int, ridge: float) -> int:
    """Return the number of features of the least energy L + ½λ Σ|w|².

    Up to 2m features do not interfere, and each is judged alone: p > λ/4. More of them are a code,
    whose last feature must pay for norm and clearance.
    """
    if ridge == 0.0:
        return len(p)
    alone = int(np.count_nonzero(p > 0.25 * ridge))
    room = ROOM * m
    if alone <= room:
        return alone
    pays = bisect_left(range(room, alone), True, key=lambda c: not _pays(p, m, ridge, c + 1))
    return room + pays


def _pays(p: Array, m: int, ridge: float, count: int) -> bool:
    """Whether the last of `count` features pays in a code of as many equal ones."""
    share = 2.0 * budget_of(count, m) / (count * (count - 1.0))
    kappa = crossing(min(share, 0.5), m)
    return kappa < 1.0 and p[count - 1] > crowded_threshold(kappa, ridge)


def regime(n_shown: int, n: int, m: int) -> str:
    """Return "weak" if columns need not interfere, "strong" if all n have one, else between."""
    if n_shown <= ROOM * m:
        return "weak"
    return "strong" if n_shown == n else "transition"


def local_exponent(widths: Array, loss: Array) -> list[float | None]:
    """Return −d ln L/d ln m by differences; None where the loss is 0, unknown, or has no other."""
    known = np.flatnonzero(np.isfinite(loss) & (loss > 0.0))
    found: list[float | None] = [None] * len(widths)
    if len(known) > 1:
        slopes = -np.gradient(np.log(loss[known]), np.log(widths[known]))
        for k, slope in zip(known, slopes, strict=True):
            found[k] = float(slope) if math.isfinite(slope) else None
    return found
