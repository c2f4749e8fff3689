"""Mean-field problems: what a user writes down before anything is integrated.

Momentum has two numbers a mode and does not fit; its modes have closed forms, see
`superlaw.solvers.models.momentum`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from superlaw.arguments import finite, positive, refuse
from superlaw.curves import Array
from superlaw.solvers.integrators.kernel_checks import check_kernels
from superlaw.solvers.integrators.steps.layout import Kernel
from superlaw.solvers.models import families


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
        its output, leaves entries out or returns NaN at the start.
    """

    name: str
    y0: Array
    theta: Array
    weight: Array
    rate: Kernel
    partials: Kernel
    measure: Kernel
    order: Kernel = families.no_order
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
        n = np.shape(self.y0)
        for name, shape in (("y0", n), ("weight", n), ("theta", (len(self.theta), *n))):
            value = np.asarray(getattr(self, name))
            if value.dtype.kind not in "fiu":
                refuse(name, "an array of real numbers", str(value.dtype), "Convert it.")
            value = np.ascontiguousarray(value, dtype=np.float64)
            if value.shape != shape or len(n) != 1 or n[0] == 0:
                refuse(name, f"an array of shape {shape}", value.shape, "One entry a feature.")
            if not np.all(np.isfinite(value)):
                refuse(name, "finite", value[~np.isfinite(value)][0], "Check the parameters.")
            object.__setattr__(self, name, value)
        if self.observables[:2] != ("loss", "loss_rate"):
            refuse("observables", 'led by "loss", "loss_rate"', self.observables, "Name them so.")
        if self.bounds is not None:
            _check_bounds(self.y0, *(np.asarray(bound) for bound in self.bounds))
        check_kernels(self)

    @property
    def n_features(self) -> int:
        """Number of local variables (features or classes)."""
        return len(self.y0)

    def error_scale(self) -> Array:
        """Return the size against which errors count, zero where |y| itself counts."""
        return np.zeros_like(self.y0) if self.scale is None else np.asarray(self.scale, float)


def _check_bounds(y0: Array, low: Array, high: Array) -> None:
    rule = "two arrays around y0, one entry a feature"
    if not low.shape == high.shape == y0.shape:
        refuse("bounds", rule, (low.shape, high.shape), f"Give shapes {y0.shape}.")
    outside = np.flatnonzero((y0 < low) | (y0 > high))
    if outside.size:
        k = outside[0]
        refuse("bounds", rule, f"{low[k]:.6g} … {high[k]:.6g} for y0 = {y0[k]:.6g}", "Widen them.")


def linear(lam: Array, target: Array, weight: Array, weight_decay: float = 0.0) -> MeanField:
    """Return the independent modes of the sequential regime, in the error e = a − s (S7, W1).

    Parameters
    ----------
    lam, target, weight : ndarray
        Rates λ_i [1/time], teacher entries a_i and multiplicities, shape (N,) each.
    weight_decay : float
        γ [1/time]: the flow is that of the loss with ½γ‖S‖² added, the loss is without.
    """
    plain = MeanField(
        name="linear modes (S7)",
        y0=target,
        theta=lam[None],
        weight=weight,
        rate=families.linear_rate,
        partials=families.linear_partials,
        measure=families.linear_measure,
        scale=target,
        is_linear=True,
        learned=0.5 * target,
        bounds=_between(0.0, target),
    )
    if _decay(weight_decay) == 0.0:
        return plain
    return replace(
        plain,
        name="linear modes with weight decay (W1)",
        theta=np.stack([lam, target]),
        shared=np.array([weight_decay]),
        rate=families.decayed_rate,
        partials=families.decayed_partials,
        measure=families.decayed_measure,
    )


def two_layer(
    lam: Array, target: Array, weight: Array, start: Array, weight_decay: float = 0.0
) -> MeanField:
    """Return the logistic modes of a two-layer student (T1, W7).

    Parameters
    ----------
    lam, target, weight, start : ndarray
        Rates λ_i [1/time], teacher entries a_i, multiplicities and s_i(0), shape (N,) each.
    weight_decay : float
        γ of both layers [1/time]. Modes with λ_i a_i < γ die: the loss may then rise.
    """
    return MeanField(
        name="two-layer modes (T1)",
        y0=start,
        theta=np.stack([lam, target]),
        weight=weight,
        rate=families.two_layer_rate,
        partials=families.two_layer_partials,
        measure=families.two_layer_measure,
        shared=np.array([_decay(weight_decay)]),
        is_gradient_flow=weight_decay == 0.0,
        learned=0.5 * target,
        bounds=_between(
            0.0 if weight_decay else np.minimum(start, target), np.maximum(start, target)
        ),
    )


def _between(end: float | Array, other: Array) -> tuple[Array, Array]:
    return np.minimum(end, other), np.maximum(end, other)


def _decay(weight_decay: float) -> float:
    if not 0.0 <= finite("weight_decay", weight_decay, "Give γ, e.g. 1e-3."):
        refuse("weight_decay", "at least 0", weight_decay, "Leave it out for none.")
    return float(weight_decay)


def mean_row(variance: Array, mean: Array, start: Array, weight: Array) -> MeanField:
    """Return one row of the error when inputs have a mean, Σ = diag(c) + μμᵀ (M3).

    Parameters
    ----------
    variance, mean, start, weight : ndarray
        c_k, μ_k, e_k(0) and multiplicities, shape (N,) each.
    """
    return MeanField(
        name="row with input mean (M3)",
        y0=start,
        theta=np.stack([variance, mean]),
        weight=weight,
        rate=families.mean_row_rate,
        partials=families.mean_row_partials,
        measure=families.mean_row_measure,
        order=families.mean_row_order,
        n_order=1,
        scale=np.full_like(start, np.abs(start).max()),
        is_linear=True,
        learned=0.5 * start,
    )


def cross_talk(lam: Array, target: Array, weight: Array, width: float) -> MeanField:
    """Return the cross-talk theory of a superposed student, in the error e = a − s.

    ds_k/dt = λ_k (a_k − s_k) + dμ/dt, dμ/dt = (1/K) Σ λ_i (a_i − s_i): all features are pushed
    together, at a rate that does not depend on their frequency. Derivation steps X1 and X2.

    Parameters
    ----------
    lam, target, weight : ndarray
        Rates λ_i [1/time], teacher entries a_i and multiplicities, shape (N,) each.
    width : float
        K.
    """
    return MeanField(
        name="cross-talk theory",
        y0=target,
        theta=lam[None],
        weight=weight,
        rate=families.cross_talk_rate,
        partials=families.cross_talk_partials,
        measure=families.cross_talk_measure,
        order=families.cross_talk_order,
        n_order=1,
        shared=np.array([1.0 / positive("width", width, "Give K, e.g. 512.")]),
        scale=np.full_like(target, np.abs(target).max()),
        observables=("loss", "loss_rate", "drive"),
        is_linear=True,
        learned=0.5 * target,
    )
