"""Refuse functions of a user that contradict each other or what the problem says of them.

Everything is tried on a few features at two random states near the start. A feature counts as
wrong if it disagrees at both, so that a kink between two differences does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from superlaw.arguments import refuse
from superlaw.curves import Array

if TYPE_CHECKING:
    from superlaw.solvers.integrators.problem import MeanField

Compared = tuple[Array, Array, Array]
"""A derivative, its differences, and what rounding makes of them."""
N_TRIED = 64
"""Features that are tried, spread over all of them."""
SPREAD = 0.1
"""Size of the random states, relative to the start."""
STEP = 1e-4
"""Size of a difference, relative to what it is taken in."""
AGREEMENT = 1e-3
"""Relative disagreement of a derivative and its differences that is still one of rounding."""
STRAIGHT = 1e-8
"""The same of a value half-way between two states and the mean of theirs."""


def check_derivatives(problem: MeanField) -> None:
    """Refuse partials, a loss rate or a flag that finite differences contradict.

    Raises
    ------
    ArgumentError
        Naming what disagrees, the feature, and both numbers.
    """
    trial = _Trial.of(problem)
    with np.errstate(all="ignore"):  # a state may be outside the domain of a function
        _check_partials(trial)
        _check_loss_rate(trial)
        _check_flags(trial)


def _check_partials(trial: _Trial) -> None:
    a, b = trial.states
    _agree(trial, "∂f/∂y", trial.own(a), trial.own(b))
    for r in range(trial.problem.n_order):
        _agree(trial, f"∂f/∂m_{r + 1}", trial.pushed(a, r), trial.pushed(b, r))
        _agree(trial, f"∂g_{r + 1}/∂y", trial.shown(a, r), trial.shown(b, r))


def _check_flags(trial: _Trial) -> None:
    problem, (a, b) = trial.problem, trial.states
    if problem.order_is_linear or problem.is_linear:
        _straight("order_is_linear", trial.order(a), trial.order(b), trial.order(0.5 * (a + b)))
    if problem.is_linear:
        m_a, m_b = trial.sums(a), trial.sums(b)
        middle = trial.rate(0.5 * (a + b), 0.5 * (m_a + m_b))
        _straight("is_linear", trial.rate(a, m_a), trial.rate(b, m_b), middle)
        _straight("is_linear", trial.order(a), trial.order(-a), 0.0 * trial.order(a))


@dataclass(frozen=True)
class _Trial:
    """A problem of a few of the features, whose functions return what they fill."""

    problem: MeanField
    rows: NDArray[np.int64]
    y0: Array
    theta: Array
    weight: Array
    size: Array

    @classmethod
    def of(cls, problem: MeanField) -> _Trial:
        """Choose the features."""
        n = problem.n_features
        rows = np.unique(np.linspace(0, n - 1, min(n, N_TRIED)).astype(int))
        y0 = problem.y0[rows]
        size = np.maximum(np.abs(y0), problem.error_scale()[rows])
        size[size == 0.0] = size.max() if size.max() > 0.0 else 1.0
        theta = np.ascontiguousarray(problem.theta[:, rows])
        return cls(problem, rows, y0, theta, problem.weight[rows], size)

    @property
    def states(self) -> tuple[Array, Array]:
        """Two states near the start, inwards: most functions are meant for one sign of y."""
        part = SPREAD * np.random.default_rng(0).uniform(0.2, 1.0, (2, len(self.y0)))
        first, second = self.y0 + np.where(self.y0 > 0.0, -part, part) * self.size
        return first, second

    def order(self, y: Array) -> Array:
        g = np.zeros((self.problem.n_order, len(y)))
        self.problem.order(y, self.theta, self.problem.shared, g)
        return g

    def sums(self, y: Array) -> Array:
        return np.ascontiguousarray(self.order(y) @ self.weight)

    def rate(self, y: Array, m: Array) -> Array:
        out = np.zeros(len(y))
        self.problem.rate(y, self.theta, self.problem.shared, m, out)
        return out

    def partials(self, y: Array) -> tuple[Array, Array, Array]:
        f_y, f_m, g_y = np.zeros(len(y)), *np.zeros((2, self.problem.n_order, len(y)))
        m = self.sums(y)
        self.problem.partials(y, self.theta, self.problem.shared, m, f_y, f_m, g_y)
        return f_y, f_m, g_y

    def losses(self, y: Array) -> Array:
        """Return loss and loss rate, each summed over the features."""
        out = np.zeros((len(self.problem.observables), len(y)))
        self.problem.measure(y, self.theta, self.problem.shared, self.sums(y), out)
        return np.asarray(out[:2] @ self.weight)

    def own(self, y: Array) -> Compared:
        """Return ∂f/∂y, its differences, and what rounding makes of them."""
        h, m = STEP * self.size, self.sums(y)
        up, down = self.rate(y + h, m), self.rate(y - h, m)
        return self.partials(y)[0], (up - down) / (2.0 * h), _rounding(up, down) / h

    def pushed(self, y: Array, r: int) -> Compared:
        """Return the same of ∂f/∂m_r."""
        m, h = self.sums(y), np.zeros(self.problem.n_order)
        h[r] = STEP * (np.abs(self.order(y)[r]) @ self.weight or 1.0)
        up, down = self.rate(y, m + h), self.rate(y, m - h)
        return self.partials(y)[1][r], (up - down) / (2.0 * h[r]), _rounding(up, down) / h[r]

    def shown(self, y: Array, r: int) -> Compared:
        """Return the same of ∂g_r/∂y."""
        h = STEP * self.size
        up, down = self.order(y + h)[r], self.order(y - h)[r]
        return self.partials(y)[2][r], (up - down) / (2.0 * h), _rounding(up, down) / h

    def loss_rate(self, y: Array) -> Compared:
        """Return the same of dL/dt along the flow, one number each."""
        flow = self.rate(y, self.sums(y))
        fastest = np.max(np.abs(flow) / self.size)
        h = STEP / fastest if 0.0 < fastest < np.inf else STEP
        up, down = self.losses(y + h * flow)[:1], self.losses(y - h * flow)[:1]
        return self.losses(y)[1:], (up - down) / (2.0 * h), _rounding(up, down) / h


def _rounding(up: Array, down: Array) -> Array:
    return 1e-14 * (np.abs(up) + np.abs(down))


def _agree(trial: _Trial, what: str, first: Compared, second: Compared) -> None:
    """Refuse partials that differ from their differences at both states."""
    wrong = _differ(*first) & _differ(*second)
    if wrong.any():
        k = int(np.argmax(wrong))
        near = f"{first[1][k]:.6g} by differences, for feature {trial.rows[k] + 1}"
        refuse("partials", f"right about {what} ({near})", float(first[0][k]), "Check it.")


def _check_loss_rate(trial: _Trial) -> None:
    """Refuse a loss rate that is not that of the loss along the flow."""
    found = [trial.loss_rate(y) for y in trial.states]
    if all(_differ(*one).any() for one in found):
        given, differences, _ = found[0]
        rule = f"right about the loss rate ({differences[0]:.6g} by differences near the start)"
        refuse("measure", rule, float(given[0]), "Its second output is dL/dt along the flow.")


def _differ(given: Array, differences: Array, rounding: Array) -> NDArray[np.bool_]:
    """Return where two derivatives disagree; NaN does not, a state may be outside the domain."""
    size = np.maximum(np.abs(given), np.abs(differences))
    return np.asarray(np.abs(given - differences) > AGREEMENT * size + rounding)


def _straight(name: str, first: Array, second: Array, middle: Array) -> None:
    """Refuse a claim of linearity if the middle of two states is not half-way."""
    size = np.abs(first) + np.abs(second) + np.abs(middle)
    bent = np.abs(middle - 0.5 * (first + second)) > STRAIGHT * size
    if bent.any():
        rule = "False where the function bends between two states near the start"
        refuse(name, rule, True, "Leave is_linear out; set order_is_linear=False if g bends.")
