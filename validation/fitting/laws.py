"""One law fitted to one window: all parameters at once, and what their errors follow from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares

from superlaw.curves import Array
from superlaw.validation.fitting.search import Scale, Trial, Window
from superlaw.validation.fitting.shapes import SHAPES, Shape

_TIGHT = {"ftol": 1e-13, "xtol": 1e-13, "gtol": 1e-13}
_STEEPEST = 50.0
"""Exponents are kept below it: (t/τ)^α stays in the range of a double."""


@dataclass(frozen=True)
class Law:
    """A fitted law.

    Parameters
    ----------
    shape : Shape
    window : (int, int)
        First and last point used.
    parameters : ndarray
        straight (c, α); offset (ln A, α, ln F); crossover (c, α, ln τ); broken (c, α_1, α_2,
        ln τ, ln δ).
    residual : ndarray
        ln L minus the law, shape (m,).
    gradient : ndarray
        What a change of each ln L adds to the exponent, shape (m,).
    ends : (float, float)
        ln t of the first and the last point used.
    """

    shape: Shape
    window: Window
    parameters: Array
    residual: Array
    gradient: Array
    ends: tuple[float, float]

    @property
    def exponents(self) -> tuple[float, float]:
        """Slopes before and after a corner; equal without one."""
        first, last = _slopes(self.shape, self.parameters)
        return float(first), float(last)

    @property
    def exponent(self) -> float:
        """The exponent that the law stands for: that of the branch which falls further."""
        return float(self.parameters[_place(self.shape, self.parameters, self.ends)])

    @property
    def corner(self) -> float | None:
        """The time of the corner [time], None without one."""
        places = {"crossover": 2, "broken": 3}
        place = places.get(self.shape.name)
        return None if place is None else float(np.exp(self.parameters[place]))

    @property
    def prefactor(self) -> float:
        """Of t^-α, where the law is that power of the time [loss · time^α]."""
        p, level = self.parameters, self.parameters[0]
        if self.shape.name == "crossover":
            level = level + p[1] * p[2]
        elif self.shape.name == "broken" and self.exponent != p[1]:
            level = level + (p[2] - p[1]) * p[3]
        return float(np.exp(level))

    @property
    def floor(self) -> float:
        """Loss at infinite time, 0 without one."""
        return float(np.exp(self.parameters[2])) if self.shape.name == "offset" else 0.0

    def loss(self, x: Array) -> Array:
        """Return the loss at ln t."""
        return np.exp(_model(self.shape.name, self.parameters, x))


def fitted(trial: Trial, x: Array, y: Array, scale: Scale) -> Law:
    """Return a trial with all its parameters fitted to y(x)."""
    first, last = trial.window
    inside = slice(first, last + 1)
    xs, ys, sigma, name = x[inside], y[inside], scale.sigma[inside], trial.shape.name

    def residuals(parameters: Array) -> Array:
        return whitened((ys - _model(name, parameters, xs)) / sigma, scale.rho)

    def jacobian(parameters: Array) -> Array:
        return -whitened(_partials(name, parameters, xs) / sigma[:, None], scale.rho)

    parameters = _start(trial, xs, ys)
    if name == "straight":
        parameters = parameters - np.linalg.lstsq(jacobian(parameters), residuals(parameters))[0]
    elif len(xs) >= len(parameters):
        low, high = _bounds(name, xs)
        start = np.clip(parameters, low + 1e-9, high - 1e-9)
        parameters = least_squares(residuals, start, jacobian, bounds=(low, high), **_TIGHT).x
    ends = (float(xs[0]), float(xs[-1]))
    place = _place(trial.shape, parameters, ends)
    unit = whitened(np.diag(1.0 / sigma), scale.rho)
    gradient = -(np.linalg.pinv(jacobian(parameters)) @ unit)[place]
    residual = ys - _model(name, parameters, xs)
    return Law(trial.shape, trial.window, parameters, residual, gradient, ends)


def whitened(z: Array, rho: float) -> Array:
    """Return (z_k − ρ z_{k−1})/√(1 − ρ²) along the first axis, the first of them as it is."""
    if rho == 0.0:
        return z
    return np.concatenate([z[:1], (z[1:] - rho * z[:-1]) / np.sqrt(1.0 - rho**2)])


def straight_law(window: Window, x: Array, y: Array) -> Law:
    """Return the straight line of a window, every point counting alike."""
    even = Scale(np.ones_like(x), 0.0)
    trial = Trial(SHAPES["straight"], window, 0.0, 0.0, np.zeros(0), (0.0, 0.0))
    return fitted(trial, x, y, even)


def _place(shape: Shape, parameters: Array, ends: tuple[float, float]) -> int:
    """Return which parameter is the exponent."""
    if shape.name != "broken":
        return 1
    corner = parameters[3]
    before, after = parameters[1] * (corner - ends[0]), parameters[2] * (ends[1] - corner)
    return 1 if before >= after else 2


def _slopes(shape: Shape, parameters: Array) -> tuple[float, float]:
    if shape.name == "broken":
        return parameters[1], parameters[2]
    return (0.0 if shape.name == "crossover" else parameters[1]), parameters[1]


def _start(trial: Trial, x: Array, y: Array) -> Array:
    """Return parameters to start from: what was searched, and the rest by a linear fit."""
    grid = trial.searched[None]
    columns = trial.shape.design(x, y, grid)[0]
    target = np.ones_like(x) if trial.shape.is_relative else y
    size = np.abs(columns).max(axis=0)
    linear = np.linalg.lstsq(columns / size, target)[0] / size
    if trial.shape.name == "straight":
        return linear
    if trial.shape.name == "offset":
        power, floor = np.maximum(linear, 1e-300)
        return np.array([np.log(power), grid[0, 0], max(np.log(floor), y.min() - 20.0)])
    if trial.shape.name == "crossover":
        return np.array([linear[0], linear[1], grid[0, 0]])
    corner, width = grid[0]
    return np.array([linear[0], linear[1], linear[1] + linear[2], corner, np.log(width)])


def _bounds(name: str, x: Array) -> tuple[Array, Array]:
    wide = np.inf
    if name == "offset":
        return np.array([-wide, -_STEEPEST, -wide]), np.array([wide, _STEEPEST, wide])
    if name == "crossover":
        return np.array([-wide, -_STEEPEST, x[0]]), np.array([wide, _STEEPEST, x[-1]])
    low = np.array([-wide, -_STEEPEST, -_STEEPEST, x[0], np.log(0.05)])
    return low, np.array([wide, _STEEPEST, _STEEPEST, x[-1], np.log(3.0)])


def _model(name: str, parameters: Array, x: Array) -> Array:
    """Return ln L."""
    if name == "offset":
        return np.logaddexp(parameters[0] - parameters[1] * x, parameters[2])
    c, alpha = parameters[0], parameters[1]
    if name == "straight":
        return c - alpha * x
    if name == "crossover":
        return c - alpha * np.logaddexp(0.0, x - parameters[2])
    width = np.exp(parameters[4])
    bend = width * np.logaddexp(0.0, (x - parameters[3]) / width)
    return c - alpha * x - (parameters[2] - alpha) * bend


def _partials(name: str, parameters: Array, x: Array) -> Array:
    """Return the derivatives of ln L by each parameter, shape (n, n_parameters)."""
    one = np.ones_like(x)
    if name == "straight":
        return np.stack([one, -x], axis=-1)
    if name == "offset":
        share = np.exp(parameters[0] - parameters[1] * x - _model(name, parameters, x))
        return np.stack([share, -x * share, 1.0 - share], axis=-1)
    if name == "crossover":
        late = x - parameters[2]
        return np.stack([one, -np.logaddexp(0.0, late), parameters[1] * _step(late)], axis=-1)
    _, before, after, corner, log_width = parameters
    width = np.exp(log_width)
    u = (x - corner) / width
    bend, step = width * np.logaddexp(0.0, u), _step(u)
    by_corner, by_width = (after - before) * step, -(after - before) * (bend - width * u * step)
    return np.stack([one, bend - x, -bend, by_corner, by_width], axis=-1)


def _step(u: Array) -> Array:
    """Return 1/(1 + e^-u)."""
    return 0.5 * (1.0 + np.tanh(0.5 * u))
