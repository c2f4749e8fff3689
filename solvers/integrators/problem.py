"""Mean-field problems: what a user writes down before anything is integrated.

Momentum has two numbers a mode and does not fit; its modes have closed forms, see
`superlaw.solvers.models.momentum`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from superlaw.arguments import fitting, flag, numbers, refuse, whole
from superlaw.curves import Array
from superlaw.solvers.integrators.derivative_checks import check_derivatives
from superlaw.solvers.integrators.kernel_checks import check_kernels
from superlaw.solvers.integrators.steps.layout import Kernel, no_order

_ARRAYS = "Give one number a feature."
_COUNTED = "Give the number of order parameters."
_LINKS = 8.0
"""Bytes of what an order parameter has for each other one and, in checks, for each feature."""
_LEADING = ("loss", "loss_rate")
_MAY_BE_INFINITE = ("scale", "learned")


@dataclass(frozen=True)
class MeanField:
    """N local variables that see each other only through R order parameters.

    dy_i/dt = f(y_i, θ_i, m),  m_r = Σ_i w_i g_r(y_i, θ_i).

    Parameters
    ----------
    name : str
        For messages.
    y0 : ndarray
        Start, shape (N,).
    theta : ndarray
        Parameters of each feature, shape (P, N).
    weight : ndarray
        Multiplicity of each feature, shape (N,).
    rate, order, partials, measure : compiled kernels
        f, g, their derivatives and the observables, with the signatures RATE, ORDER, PARTIALS and
        MEASURE of `superlaw.solvers.integrators.steps.layout`.
    n_order : int
        Number R of order parameters.
    shared : ndarray
        Parameters common to all features, shape (S,).
    scale : ndarray, optional
        Size against which errors in y_i count, shape (N,); |y_i| if left out.
    observables : tuple of str
        Names of what `measure` adds up; "loss" and "loss_rate" come first.
    order_is_linear : bool
        Whether every g_r is linear in y, which saves a pass a stage.
    is_linear : bool
        Whether f is affine in y and m and every g_r linear in y: `rosenbrock` then takes two passes
        over the features a step.
    is_gradient_flow : bool
        Whether the loss must fall; a solution in which it rises is then not a success.
    learned : ndarray, optional
        Level of y_i at which feature i counts as learned, shape (N,), for events.
    bounds : (ndarray, ndarray), optional
        Least and largest value that each y_i may take, shape (N,) each: a solution that ends beyond
        them is not a success.

    Raises
    ------
    ArgumentError
        If shapes disagree, a value is not finite, or a kernel has another signature, writes beyond
        its output, leaves entries out or returns NaN at the start; or if finite differences
        contradict the partials, the loss rate, `is_linear` or `order_is_linear`.
    """

    name: str
    y0: Array
    theta: Array
    weight: Array
    rate: Kernel
    partials: Kernel
    measure: Kernel
    order: Kernel = no_order
    n_order: int = 0
    shared: Array = field(default_factory=lambda: np.zeros(0))
    scale: Array | None = None
    observables: tuple[str, ...] = ("loss", "loss_rate")
    order_is_linear: bool = True
    is_linear: bool = False
    is_gradient_flow: bool = True
    learned: Array | None = None
    bounds: tuple[Array, Array] | None = None

    def __post_init__(self) -> None:
        """Refuse what could not be integrated."""
        self._check_arrays()
        n_order = whole("n_order", self.n_order, _COUNTED, minimum=0)
        fitting("n_order", n_order, _LINKS * n_order * (n_order + self.n_features), _COUNTED)
        object.__setattr__(self, "n_order", n_order)
        for name in ("order_is_linear", "is_linear", "is_gradient_flow"):
            flag(name, getattr(self, name))
        if not isinstance(self.observables, tuple) or self.observables[:2] != _LEADING:
            refuse("observables", 'led by "loss", "loss_rate"', self.observables, "Name them so.")
        if self.bounds is not None:
            self._check_bounds()
        check_kernels(self)
        check_derivatives(self)

    def _check_arrays(self) -> None:
        """Refuse what are no finite arrays of one entry a feature; keep them as such."""
        n = numbers("y0", self.y0, _ARRAYS).shape
        several = (numbers("theta", self.theta, _ARRAYS).shape or (0,))[0]
        shapes = {"y0": n, "weight": n, "theta": (several, *n), "scale": n, "learned": n}
        for name, shape in (shapes | {"shared": np.shape(self.shared)}).items():
            if getattr(self, name) is None and name in ("scale", "learned"):
                continue
            value = np.ascontiguousarray(numbers(name, getattr(self, name), _ARRAYS))
            if value.shape != shape or len(n) != 1 or n[0] == 0:
                refuse(name, f"an array of shape {shape}", value.shape, "One entry a feature.")
            if name not in _MAY_BE_INFINITE and not np.all(np.isfinite(value)):
                refuse(name, "finite", value[~np.isfinite(value)][0], "Check the parameters.")
            object.__setattr__(self, name, value)

    def _check_bounds(self) -> None:
        """Refuse bounds that are no two arrays around the start."""
        y0, rule = self.y0, "two arrays around y0, one entry a feature"
        assert self.bounds is not None
        try:
            low, high = self.bounds
        except (TypeError, ValueError):
            refuse("bounds", rule, self.bounds, "Give (least, largest).")
        low, high = numbers("bounds", low, _ARRAYS), numbers("bounds", high, _ARRAYS)
        if not low.shape == high.shape == y0.shape:
            refuse("bounds", rule, (low.shape, high.shape), f"Give shapes {y0.shape}.")
        outside = np.flatnonzero((y0 < low) | (y0 > high))
        if outside.size:
            k = outside[0]
            span = f"{low[k]:.6g} … {high[k]:.6g} for y0 = {y0[k]:.6g}"
            refuse("bounds", rule, span, "Widen them.")

    @property
    def n_features(self) -> int:
        """Number of local variables (features or classes)."""
        return len(self.y0)

    def error_scale(self) -> Array:
        """Return the size against which errors count, zero where |y| itself counts."""
        return np.zeros_like(self.y0) if self.scale is None else np.asarray(self.scale, float)
