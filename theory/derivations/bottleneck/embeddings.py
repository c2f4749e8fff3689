"""Deterministic equivalents of random embeddings: unit columns and tight frames."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import sympy as sp

from superlaw.theory.derivations.bottleneck.flow import around
from superlaw.theory.proof.calculus import one_term
from superlaw.theory.proof.checks import Check, Equal, Sampled
from superlaw.theory.proof.derivation import Step
from superlaw.theory.proof.random_matrices import (
    Array,
    number,
    resolvent,
    tight_frame,
    unit_columns,
)
from superlaw.theory.symbols import (
    L_0,
    K,
    N,
    Phi,
    Psi,
    X_i,
    Y_kl,
    a_i,
    f_l,
    g_k,
    lam_i,
    nu,
    omega,
    omega_1,
    omega_2,
    r,
    sum_i,
    t,
    y_i,
    z,
    z_1,
    z_2,
)

_SIZES = (8, 32, 128)
"""Widths at which random matrices are compared with their deterministic equivalents."""
_FEATURES_PER_DIMENSION = 4
_VALUES = 16384
"""Diagonal entries averaged at each size; the spread of samples stays below the deviation."""


def over_features(term: sp.Expr) -> sp.Sum:
    """Return the sum of a term over all features."""
    return sp.Sum(term, (sum_i, 1, N))


_h = 1 / (omega - lam_i)
_h_2 = 1 / (omega_2 - lam_i)
_h_1 = 1 / (omega_1 - 1)
_squares, _overlaps = over_features(X_i**2 * _h_2), over_features(X_i * _h_2)
_dressed = 1 - _h_1 * (z_2 / omega_2 - 1)
_ladder = _h_1 * _squares + omega_1 * omega_2 / K * _h_1**2 * _overlaps**2 / _dressed
_share = K / N
_frame = _share * over_features(X_i**2 * _h) + (1 - _share) * over_features(
    X_i * _h
) ** 2 / over_features(_h)


def _column(step: Step, *_: Step) -> Iterator[Check]:
    """Take one of three columns out of a resolvent in two dimensions."""
    W = sp.Matrix(2, 3, sp.symbols("w:6", real=True))
    weights = sp.symbols("y:3", positive=True)
    w = W[:, 0]
    rest = (z * sp.eye(2) - W[:, 1:] * sp.diag(*weights[1:]) * W[:, 1:].T).inv()
    whole = (z * sp.eye(2) - W * sp.diag(*weights) * W.T).inv()
    inside = {r: (w.T * rest * w)[0], y_i: weights[0]}
    yield Equal((w.T * whole * w)[0], step.rhs.subs(inside), instance=True)


def _spectrum(width: int) -> Array:
    """Return a spectrum that fills the given width, the same shape at every size."""
    n_features = _FEATURES_PER_DIMENSION * width
    return np.asarray((np.arange(n_features) + 0.5) / n_features) ** 1.5


def _sampled(
    stated: sp.Expr,
    argument: sp.Expr,
    point: dict[sp.Symbol, float],
    embedding: Callable[[int, int, np.random.Generator], Array],
    measure: Callable[[float, Array, Array, Array], float],
) -> Sampled:
    """Compare a mean over random embeddings with a statement about sums over features.

    `measure` maps the value of the argument, W, λ_i and X_i to what is averaged.
    """

    def pair(width: int, rng: np.random.Generator) -> tuple[float, float]:
        rates = _spectrum(width)
        target = np.sqrt(np.linspace(1.0, 0.2, rates.size))
        features = {lam_i: rates, y_i: rates, a_i: target, X_i: rates * target}
        scalars = {**point, K: width, N: rates.size}
        at = number(argument, features, scalars)
        samples = [
            measure(at, embedding(width, rates.size, rng), rates, rates * target)
            for _ in range(_VALUES // width)
        ]
        return float(np.mean(samples)), number(stated, features, scalars)

    return Sampled(pair, _SIZES)


def _subordination(step: Step, column: Step) -> Iterator[Check]:
    """Take the trace of R (z − W diag(y) Wᵀ) = 1; then see that r is the same for all columns."""
    seen = column.rhs.subs(r, 1 / omega)
    yield Equal(one_term(step.rhs), omega * (1 + y_i * seen / K))

    def mean_resolvent(at: float, W: Array, rates: Array, _: Array) -> float:
        return float(np.trace(resolvent(at, W, rates)) / len(W))

    yield _sampled(1 / omega, step.rhs, {omega: 3.0}, unit_columns, mean_resolvent)


def _equal_weights(step: Step, subordination: Step) -> Iterator[Check]:
    same = subordination.rhs.subs(y_i, 1).doit().subs({omega: omega_1, N: nu * K})
    yield Equal(same, step.rhs)


def _compression(step: Step, *_: Step) -> Iterator[Check]:
    """Compare traces of random compressions; with equal rates the compression is exact."""
    same = step.rhs.subs(omega, lam_i + nu * (z - lam_i)).doit().subs(N, nu * K)
    yield Equal(same, z)

    def trace(at: float, W: Array, rates: Array, _: Array) -> float:
        return float(np.trace(resolvent(at, _projection(W), rates)))

    yield _sampled(over_features(_h), step.rhs, {omega: 2.0}, tight_frame, trace)


def _projection(W: Array) -> Array:
    """Return W with orthonormal rows."""
    return np.asarray(W * np.sqrt(len(W) / W.shape[1]))


def _ladder_sum(step: Step, narrow: Step, wide: Step) -> Iterator[Check]:
    """Compare with random unit columns at one pair of arguments."""
    point = {omega_1: -5.0, omega_2: -0.7}
    first = float(narrow.rhs.subs({nu: _FEATURES_PER_DIMENSION, **point}))
    second = wide.rhs.subs(omega, omega_2).subs(y_i, lam_i)

    def trace(at: float, W: Array, rates: Array, X: Array) -> float:
        Y = (W * X) @ W.T
        left, right = resolvent(first, W, np.ones(W.shape[1])), resolvent(at, W, rates)
        return float(np.trace(left @ Y @ right @ Y.T))

    yield _sampled(step.rhs.subs(z_2, second), second, point, unit_columns, trace)


def _frame_loss(step: Step, loss: Step) -> Iterator[Check]:
    """Write W = √ν V with orthonormal rows; take the residue at one eigenvalue of VΛVᵀ."""
    enclosed = around(step.rhs, {Psi: Y_kl**2 / (z - f_l)}, {z: f_l})
    scaled = {g_k: nu, f_l: nu * f_l, Y_kl: nu * Y_kl}
    yield Equal(enclosed, one_term(loss.rhs).subs(scaled, simultaneous=True))


def _frame_trace(step: Step, subordination: Step) -> Iterator[Check]:
    def trace(at: float, W: Array, rates: Array, X: Array) -> float:
        V = _projection(W)
        Y = (V * X) @ V.T
        return float(np.trace(Y @ resolvent(at, V, rates) @ Y.T))

    yield _sampled(step.rhs, subordination.rhs, {omega: -0.7}, tight_frame, trace)


STEPS = (
    Step(
        "L6",
        "A column in its own resolvent",
        sp.Symbol("w_{i}^T R w_{i}"),
        r / (1 - y_i * r),
        "identity",
        r"$R = (z - W \mathrm{diag}(y) W^T)^{-1}$; $r$ is the same form with column $i$ left "
        "out of the resolvent.",
        by=_column,
    ),
    Step(
        "L7",
        "Subordination, unit columns",
        z,
        omega + over_features(omega * y_i / (omega - y_i)) / K,
        "asymptotics",
        r"A column is independent of the resolvent that leaves it out, so $r \to "
        r"\mathrm{tr}\, R/K = 1/\omega$ for every one; the trace of $R R^{-1} = 1$ closes the "
        "equation.",
        follows=("L6",),
        by=_subordination,
    ),
    Step(
        "L8",
        "Subordination of the Gram matrix",
        z_1,
        omega_1 * (omega_1 - 1 + nu) / (omega_1 - 1),
        "substitution",
        r"All weights equal to 1: the Marchenko-Pastur law at $\nu = N/K$.",
        follows=("L7",),
        by=_equal_weights,
    ),
    Step(
        "L9",
        "Subordination, tight frame",
        z,
        omega - (1 - K / N) * N / over_features(_h),
        "asymptotics",
        r"For $W = \sqrt{\nu} V$ with orthonormal rows: the compression $V \Lambda V^T$ has "
        r"$\mathrm{tr} (z - V \Lambda V^T)^{-1} = \sum_i 1/(\omega - \lambda_i)$.",
        by=_compression,
    ),
    Step(
        "L10",
        "Trace of two resolvents, unit columns",
        Phi,
        _ladder,
        "asymptotics",
        r"$X_i = \lambda_i a_i$; $\omega_2$ belongs to the weights $\lambda_i$. Pairs of "
        "resolvents that share their columns add up to a geometric series.",
        follows=("L8", "L7"),
        by=_ladder_sum,
    ),
    Step(
        "L11",
        "Loss of a tight frame",
        sp.Symbol("L"),
        L_0
        - sp.Integral(
            (1 - sp.exp(-2 * nu**2 * z * t)) * Psi / z / (4 * sp.pi * sp.I),
            z,
        ),
        "substitution",
        r"$P = \nu$ has one eigenvalue, so one contour is left: $\Psi(z) = \mathrm{tr}\, Y "
        r"(z - V \Lambda V^T)^{-1} Y^T$ with $Y = V \Lambda A V^T$.",
        follows=("L3",),
        by=_frame_loss,
    ),
    Step(
        "L12",
        "Trace of a tight frame",
        Psi,
        _frame,
        "asymptotics",
        "What the frame keeps of each target, and what it keeps of their mean.",
        follows=("L9",),
        by=_frame_trace,
    ),
)
