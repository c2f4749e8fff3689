"""Lower bound of the loss of even frequencies, by linear programming on the sphere.

For columns of equal norm with equal biases, h = Σ h_k G_k below f(t) = B(s t, b) on [−1, 1] with
h_k ≥ 0 for k ≥ 1 gives

    L ≥ min over s and b of A(s, b) + n h₀ − h(1)

because Σ_ij h(ξ_ij) ≥ n² h₀ for any n points (Delsarte and Yudin; H19). The value is certified:
what h exceeds f by on a fine grid, and may exceed it by between two of its points, is subtracted.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog, minimize

from superlaw.curves import Array
from superlaw.solvers.width.cosines import gegenbauer
from superlaw.solvers.width.outputs import (
    interference,
    interference_slopes,
    own_cost,
    own_slopes,
)

DEGREE, SMALL_DEGREE, SMALL_N = 14, 12, 56
"""Highest degree of h; up to `SMALL_N` points the sharp codes need no more than `SMALL_DEGREE`."""
GRID, FINE_GRID = 300, 200_001
"""Points at which h ≤ f is a constraint, and at which it is certified."""
NEAR = 4.0
"""Half of the grid is within this many times 1/√m, where f starts and h bends."""
ROUNDS = 3
"""Searches for the least bound, each with the points that certified the one before."""
LEAST_CHANGE = 1e-9
"""Relative change of the bound at which a search ends."""
LEAST_GAIN, MOST_BIAS = 1e-3, 0.999
"""Where searches end: least s, largest x = −b/(2 s)."""
CUTS = 6
"""How often points of the fine grid where h exceeds f most are added as constraints."""
SCAN_GAINS, SCAN_BIASES = (0.4, 0.6, 0.8, 1.0), (0.3, 0.45, 0.6, 0.75, 0.9, 1.05)
"""Gains and biases, in units of those of a code at Welch's cosine, from which the minimum is
searched."""


@dataclass(frozen=True)
class Bound:
    """A certified lower bound.

    Parameters
    ----------
    value : float
        Of E‖ŷ − x‖², at least 0 [dimensionless].
    violation : float
        What was subtracted for h above f, times n − 1.
    s, b : float
        Gain and bias of the least bound.
    """

    value: float
    violation: float
    s: float
    b: float


def lower_bound(n: int, m: int) -> Bound | None:
    """Return the lower bound for n features of even frequency in m dimensions, 2 ≤ m < n.

    Every (s, b) has a bound of its own; the least of them is found by a scan and a local search
    along the slopes that the multipliers of the constraints give, not certified. None where the
    programme is not solved or nothing is left of the certificate.
    """
    if n <= 2 * m:
        return Bound(0.0, 0.0, 1.0, 0.0)
    degree = SMALL_DEGREE if n <= SMALL_N else DEGREE
    program = _Program(n, m, degree)
    welch = math.sqrt((n - m) / (m * (n - 1)))
    starts = [_at(q, y, welch) for q in SCAN_GAINS for y in SCAN_BIASES]
    least, s, x = min((program.value(*start)[0], *start) for start in starts)
    if not math.isfinite(least):
        return None

    def scaled(at: Array) -> tuple[float, Array]:
        value, slopes = program.value(at[0], at[1] * welch)
        return value / least, slopes * (1.0, welch) / least

    bound = None
    for _ in range(ROUNDS):
        found = minimize(
            scaled,
            (s, x / welch),
            jac=True,
            method="L-BFGS-B",
            bounds=((LEAST_GAIN, None), (0.0, MOST_BIAS / welch)),
            options={"ftol": LEAST_CHANGE},
        )
        s, x = found.x[0], found.x[1] * welch
        bound = program.certified(s, x)
    return bound


def _at(q: float, y: float, welch: float) -> tuple[float, float]:
    """Return s and x = −b/(2 s); q = y = 1 is the clear code of Welch's cosine (see `clear`)."""
    x = min(y * welch, MOST_BIAS)
    return 1.0 + q * 1.5 * x / (1.0 - x), x


class _Program:
    """The linear programme of n points in m dimensions, in s and x = −b/(2 s)."""

    def __init__(self, n: int, m: int, degree: int) -> None:
        self.n, self.m, self.degree = n, m, degree
        near = min(NEAR / math.sqrt(m), 1.0)
        everywhere = np.cos(np.linspace(np.pi, 0.0, GRID // 2))
        self.t = np.union1d(everywhere, np.linspace(-near, near, GRID // 2))
        self.rows = np.ascontiguousarray(gegenbauer(self.t, degree, m).T)
        self.objective = np.ones(degree + 1)
        self.objective[0] = 1.0 - n
        self.bounds = [(None, None)] + [(0.0, None)] * degree

    def value(self, s: float, x: float) -> tuple[float, Array]:
        """Return A + n h₀ − h(1) and its slopes in s and x; infinite without a solution.

        A constraint that binds moves the optimum by its multiplier (the envelope theorem).
        """
        solved = self._solve(s, x)
        if solved is None:
            return np.inf, np.zeros(2)
        h, multipliers = solved
        b = -2.0 * s * x
        by_gain, by_bias = (float(slope) for slope in own_slopes(s, b))
        overlap_slope, bias_slope = interference_slopes(s * self.t, b)
        by_gain -= float(multipliers @ (self.t * overlap_slope))
        by_bias -= float(multipliers @ bias_slope)
        slopes = np.array([by_gain - 2.0 * x * by_bias, -2.0 * s * by_bias])
        return float(own_cost(s, b)) - float(self.objective @ h), slopes

    def certified(self, s: float, x: float) -> Bound | None:
        """Return the bound at this gain and bias with its violations subtracted."""
        t = np.linspace(-1.0, 1.0, FINE_GRID)
        fine, f = gegenbauer(t, self.degree, self.m), interference(s * t, -2.0 * s * x)
        best: Bound | None = None
        for _ in range(CUTS):
            solved = self._solve(s, x)
            if solved is None:
                break
            h, _ = solved
            over = h @ fine - f
            lost = (self.n - 1) * (max(float(np.max(over)), 0.0) + self._between(h, s))
            value = float(own_cost(s, -2.0 * s * x)) - float(self.objective @ h) - lost
            if best is None or value > best.value:
                best = Bound(value, lost, float(s), float(-2.0 * s * x))
            self._add(t[_peaks(over)])
        return None if best is None else replace(best, value=max(best.value, 0.0))

    def _add(self, points: Array) -> None:
        """Add constraints at further points."""
        self.t = np.concatenate([self.t, points])
        self.rows = np.vstack([self.rows, gegenbauer(points, self.degree, self.m).T])

    def _between(self, h: Array, s: float) -> float:
        """Return how much h − f may rise between two points of the fine grid: Δ²/8 sup |h″ − f″|.

        |G_k″| is largest at 1, G_k″(1) = k (k − 1)(k + m − 2)(k + m − 1)/((m − 1)(m + 1)), and
        |f″| ≤ 8 s²/3.
        """
        k, m = np.arange(self.degree + 1.0), self.m
        bend = k * (k - 1.0) * (k + m - 2.0) * (k + m - 1.0) / ((m - 1.0) * (m + 1.0))
        step = 2.0 / (FINE_GRID - 1)
        return step**2 / 8.0 * float(np.abs(h) @ bend + 8.0 / 3.0 * s * s)

    def _solve(self, s: float, x: float) -> tuple[Array, Array] | None:
        """Return the coefficients of the best h on the grid, and the multipliers of h ≤ f."""
        f = interference(s * self.t, -2.0 * s * x)
        solved = linprog(self.objective, A_ub=self.rows, b_ub=f, bounds=self.bounds, method="highs")
        if solved.status != 0:
            return None
        return np.asarray(solved.x), np.asarray(solved.ineqlin.marginals)


def _peaks(over: Array) -> NDArray[np.int64]:
    """Return where h exceeds f most, between two points where it exceeds it less."""
    inside = (over[1:-1] > 0.0) & (over[1:-1] >= over[:-2]) & (over[1:-1] >= over[2:])
    return np.flatnonzero(inside) + 1
