"""Stabilised explicit steps for any dy/dt = F(y) whose spectrum is real and negative.

Runge-Kutta-Chebyshev of second order (Sommeijer, Shampine and Verwer 1998): s stages are stable up
to h ρ ≈ 0.65 s², so that the cost of a long step grows with the root of its length only.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superlaw.solvers.integrators.steps.chebyshev_coefficients import coefficients, stability_limit
from superlaw.solvers.integrators.steps.flat import combine, estimate, norm

Array = NDArray[Any]
SHRINK, GROW, SAFETY = 0.2, 3.0, 0.8
"""Step sizes aim below the tolerance and change by bounded factors."""
SMALLEST = 1e-12
"""A step that is smaller, relative to the time reached, is given up."""
MOST_STAGES = 20_000
"""A step that needs more is given up: nothing could interrupt it. What was solved took hundreds."""
POWER_STEPS, NUDGE, MARGIN = 8, 1e-6, 1.25
"""Of the power iteration: its steps, relative size of a difference, margin on its result. The
difference is that of all y in one direction, which may belong to parts far smaller than the rest:
gates close within what moves them by 1e-4 of y, and the radius came out three times too small (tied
students, N = 10⁶); 1e-6 is still thirty roundings in single precision."""


@lru_cache(maxsize=512)
def _rows(n_stages: int) -> tuple[tuple[float, ...], ...]:
    """Return (μ̃, μ, ν, γ̃, 1 − μ − ν) of stages 1 … s."""
    mu, nu, mu_tilde, gamma_tilde, _ = coefficients(n_stages)
    table = np.array([mu_tilde, mu, nu, gamma_tilde, 1.0 - mu - nu])
    return tuple(tuple(row) for row in table.T[1:].tolist())


def stages_needed(h_rho: float) -> int:
    """Return the least number of stages whose stable axis is longer than h ρ."""
    n_stages = 2 + math.isqrt(int(1.5 * h_rho))
    while n_stages > 2 and stability_limit(n_stages - 1) >= h_rho:
        n_stages -= 1
    while stability_limit(n_stages) < h_rho:
        n_stages += 1
    return n_stages


class StepUnderflow(ArithmeticError):
    """Steps have become too small to move time, or one would take too many stages."""


class Chebyshev:
    """Adaptive steps; the state y and its slope F(y) are read and kept by the caller.

    Parameters
    ----------
    rate : callable
        rate(y, out) fills F(y).
    spectral_radius : float
        Upper bound on |eigenvalues| of ∂F/∂y [1/time].
    error : callable
        error(estimate, y) returns the local error in tolerances.
    y : ndarray
        Start, shape (n,).
    t, h : float
        Start and first step [time].
    refresh : int
        Accepted steps after which the spectral radius is measured again, by power iteration; 0
        keeps the given bound.
    warm_steps : int
        Steps of every power iteration but the first, which start where the last one ended.
    """

    def __init__(
        self,
        rate: Callable[[Array, Array], Any],
        spectral_radius: float,
        error: Callable[[Array, Array], float],
        y: Array,
        t: float,
        h: float,
        refresh: int = 0,
        warm_steps: int = POWER_STEPS,
    ) -> None:
        self.rate, self.spectral_radius, self.error = rate, spectral_radius, error
        self.y, self.t, self.h = y, t, h
        self.slope = np.empty_like(y)
        self._room = (np.empty_like(y), np.empty_like(y), np.empty_like(y))
        self._before = (t, np.zeros_like(y), np.zeros_like(y))
        self.n_steps = self.n_rejected = 0
        rate(y, self.slope)
        self.n_evaluations = 1
        self.refresh, self.warm_steps, self._direction = refresh, warm_steps, np.zeros(0)

    def step(self, t_stop: float) -> bool:
        """Try a step towards t_stop; return whether it was taken.

        Raises
        ------
        StepUnderflow
            If steps have become too small to move time, or one would take too many stages.
        """
        if self.h < SMALLEST * max(self.t, SMALLEST):
            raise StepUnderflow
        left = t_stop - self.t
        h = min(self.h, left)
        if left < 2.0 * self.h:
            h = left / max(1, math.ceil(left / self.h - 1e-9))
        before, last, slope = self._stages(h)
        estimate(self.y, last, self.slope, slope, h, before)
        worst = self.error(before, last)
        factor = GROW if worst == 0.0 else SAFETY * worst ** (-1.0 / 3.0)
        factor = min(GROW, max(SHRINK, factor)) if math.isfinite(worst) else SHRINK
        if not worst <= 1.0:
            self.h = h * factor
            self.n_rejected += 1
            self._measure_radius()
            return False
        self._room = (before, *self._before[1:])
        self._before = (self.t, self.y, self.slope)
        self.y, self.slope = last, slope
        self.t = t_stop if h == left else self.t + h
        self.h = h * factor if h >= 0.99 * self.h else max(self.h, h * factor)
        self.n_steps += 1
        if self.refresh and self.n_steps % self.refresh == 0:
            self._measure_radius()
        return True

    def at(self, t: float) -> Array:
        """Return y at a time within the last step: the cubic through both ends and their slopes."""
        if t == self.t:
            return self.y
        start, y, slope = self._before
        h = self.t - start
        x = (t - start) / h
        near, far = 1.0 - x, (3.0 - 2.0 * x) * x * x
        return np.asarray(
            (1.0 - far) * y + far * self.y + h * x * near * (near * slope - x * self.slope)
        )

    def arrays(self) -> dict[str, Array]:
        """Return what a resume file must hold to go on to the same bits."""
        start, y_before, slope_before = self._before
        return {
            "y": self.y,
            "slope": self.slope,
            "y_before": y_before,
            "slope_before": slope_before,
            "direction": self._direction,
            "clock": np.array([self.t, self.h, self.spectral_radius, start]),
            "counts": np.array([self.n_steps, self.n_rejected, self.n_evaluations]),
        }

    def restore(self, arrays: Mapping[str, Array]) -> None:
        """Go on from a resume file."""
        self.y, self.slope = arrays["y"].copy(), arrays["slope"].copy()
        self._direction = arrays["direction"].copy()
        self.t, self.h, self.spectral_radius, start = arrays["clock"].tolist()
        self._before = (start, arrays["y_before"].copy(), arrays["slope_before"].copy())
        self.n_steps, self.n_rejected, self.n_evaluations = arrays["counts"].tolist()

    def _measure_radius(self) -> None:
        """Replace the spectral radius by a power iteration on differences of F, with a margin.

        The bound that was given is kept at the very start, where F may have a kink.
        """
        if not self.refresh or self.n_steps == 0:
            return
        v, found = self._direction if self._direction.size else self.slope, self._room[0]
        growth, n_power = 0.0, self.warm_steps if self._direction.size else POWER_STEPS
        for _ in range(n_power):
            length = norm(v)
            if not 0.0 < length < math.inf:
                return
            nudge = NUDGE * norm(self.y) / length
            self.rate(self.y + nudge * v, found)
            v = (found - self.slope) / nudge
            growth = norm(v) / length
            if 0.0 < growth < math.inf:  # a power of two: no bit changes, and nothing overflows
                v *= 2.0 ** -round(math.log2(growth))
        if not 0.0 < growth < math.inf:
            return
        self._direction = v / norm(v)
        self.spectral_radius = MARGIN * growth
        self.n_evaluations += n_power

    def _stages(self, h: float) -> tuple[Array, Array, Array]:
        """Return the last but one stage, y(t + h) and F there."""
        if not h * self.spectral_radius < stability_limit(MOST_STAGES):
            raise StepUnderflow
        rows = _rows(stages_needed(h * self.spectral_radius))
        before, last, slope = self._room
        before[:] = self.y
        last[:] = self.y + rows[0][0] * h * self.slope
        for row in rows[1:]:
            self.rate(last, slope)
            combine(self.y, before, last, slope, self.slope, row, h)
            before, last = last, before
        self.rate(last, slope)
        self.n_evaluations += len(rows)
        self._room = (before, last, slope)
        return before, last, slope
