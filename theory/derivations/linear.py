"""Linear student with a bottleneck: deterministic equivalents of embeddings, and the floor."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import sympy as sp

from superlaw.theory.derivation import Derivation
from superlaw.theory.derivations.sequential import DERIVATION as SEQUENTIAL
from superlaw.theory.proof.calculus import one_term, spelled_out, sums_as_symbols
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
    A_jk,
    K,
    L_inf,
    N,
    Phi,
    Psi,
    S_jk,
    X_i,
    Y_kl,
    a_i,
    a_j,
    f_l,
    g_k,
    lam_i,
    lam_j,
    lam_k,
    nu,
    omega,
    omega_1,
    omega_2,
    r,
    t,
    w_0,
    y_i,
    z,
    z_1,
    z_2,
)

_i, _j, _k, _l = sp.symbols("i j k l", integer=True, positive=True)
_B, _P, _Q, _Y = (sp.MatrixSymbol(name, 2, 2) for name in "BPQY")
_NARROW = (sp.Lt(K, N),)
_SIZES = (8, 32, 128)
"""Widths at which random matrices are compared with their deterministic equivalents."""
_FEATURES_PER_DIMENSION = 4
_VALUES = 16384
"""Diagonal entries averaged at each size; the spread of samples stays below the deviation."""


def _over_features(term: sp.Expr) -> sp.Sum:
    return sp.Sum(term, (_i, 1, N))


_h = 1 / (omega - lam_i)
_h_2 = 1 / (omega_2 - lam_i)
_h_1 = 1 / (omega_1 - 1)
_squares, _overlaps = _over_features(X_i**2 * _h_2), _over_features(X_i * _h_2)
_dressed = 1 - _h_1 * (z_2 / omega_2 - 1)
_ladder = _h_1 * _squares + omega_1 * omega_2 / K * _h_1**2 * _overlaps**2 / _dressed
_share = K / N
_frame = _share * _over_features(X_i**2 * _h) + (1 - _share) * _over_features(
    X_i * _h
) ** 2 / _over_features(_h)
_kept = lam_i / (w_0 + lam_i)
_floor = (
    _over_features(a_i**2 * lam_i)
    - _share * _over_features(a_i**2 * lam_i * _kept)
    - w_0 / N * _over_features(a_i * _kept) ** 2
) / 2
_pairs = sp.Sum(
    lam_i * lam_j * (a_i - a_j) ** 2 / ((w_0 + lam_i) * (w_0 + lam_j)),
    (_i, 1, N),
    (_j, 1, N),
)


# --- gradient flow -------------------------------------------------------------------------------


def _flow(step: Step, gradient: Step) -> Iterator[Check]:
    """Insert S = WᵀBW into the gradient, for three features in two dimensions."""
    W = sp.Matrix(2, 3, sp.symbols("w:6", real=True))
    B = sp.Matrix(2, 2, sp.symbols("B:4", real=True))
    rates, targets = sp.symbols("l:3", positive=True), sp.symbols("a:3", positive=True)
    S = W.T * B * W

    def slope(j: int, k: int) -> sp.Expr:
        entry = {S_jk: S[j, k], A_jk: targets[j] if j == k else 0, lam_k: rates[k]}
        return gradient.rhs.subs(entry)

    D = sp.Matrix(3, 3, slope)
    second, target = sp.diag(*rates), sp.diag(*targets)
    moments = {_B: B, _P: W * W.T, _Q: W * second * W.T, _Y: W * second * target * W.T}
    yield Equal(-W * D * W.T, sp.Matrix(step.rhs.subs(moments).doit()), instance=True)


def _in_eigenbases(step: Step, flow: Step) -> Iterator[Check]:
    """Turn the flow into the eigenbases of P and Q, where entries move alone."""
    turn, other = (_rotation(angle) for angle in sp.symbols("theta phi_2", real=True))
    g, f = sp.symbols("g:2", positive=True), sp.symbols("f:2", positive=True)
    source = sp.Matrix(2, 2, sp.symbols("Y:4", real=True))
    entries = sp.Matrix(
        2, 2, lambda m, n: step.rhs.subs({Y_kl: source[m, n], g_k: g[m], f_l: f[n]})
    )
    matrices = {
        _P: turn * sp.diag(*g) * turn.T,
        _Q: other * sp.diag(*f) * other.T,
        _Y: turn * source * other.T,
        _B: turn * entries * other.T,
    }
    velocity = turn * sp.diff(entries, t) * other.T
    yield Equal(velocity, sp.Matrix(flow.rhs.subs(matrices).doit()), instance=True)
    yield Equal(step.rhs.subs(t, 0), sp.Integer(0))


def _rotation(angle: sp.Expr) -> sp.Matrix:
    return sp.Matrix([[sp.cos(angle), -sp.sin(angle)], [sp.sin(angle), sp.cos(angle)]])


def _loss(step: Step, mode: Step) -> Iterator[Check]:
    """Integrate dL/dt = −Σ (dB_kl/dt)², the loss of any gradient flow, from L_0 on."""
    term = one_term(step.rhs)
    yield Equal(sp.diff(term, t), -(sp.diff(mode.rhs, t) ** 2))
    yield Equal(term.subs(t, 0), L_0)


def _two_resolvents(step: Step, *_: Step) -> Iterator[Check]:
    g, f = sp.symbols("g:2", positive=True), sp.symbols("f:2", positive=True)
    source = sp.Matrix(2, 2, sp.symbols("Y:4", real=True))
    first, second = (z_1 * sp.eye(2) - sp.diag(*g)).inv(), (z_2 * sp.eye(2) - sp.diag(*f)).inv()
    pairs = [{Y_kl: source[m, n], g_k: g[m], f_l: f[n]} for m in range(2) for n in range(2)]
    stated = spelled_out(step.rhs, pairs)
    yield Equal((first * source * second * source.T).trace(), stated, instance=True)


def _residue(integrand: sp.Expr, poles: dict[sp.Symbol, sp.Expr]) -> sp.Expr:
    """Return (2πi)^n times the residue at simple poles."""
    for variable, pole in poles.items():
        integrand = sp.cancel(sp.factor(integrand) * (variable - pole)).subs(variable, pole)
        integrand *= 2 * sp.pi * sp.I
    return integrand


def _around(
    expression: sp.Expr, trace: dict[sp.Symbol, sp.Expr], poles: dict[sp.Symbol, sp.Expr]
) -> sp.Expr:
    """Return an expression with its contour integral taken around one pole of the trace."""
    return expression.replace(
        lambda part: isinstance(part, sp.Integral),
        lambda part: _residue(part.function.subs(trace), poles),
    )


def _double_contour(step: Step, loss: Step, trace: Step) -> Iterator[Check]:
    """Take the residues at one pair of eigenvalues."""
    around = _around(step.rhs, {Phi: one_term(trace.rhs)}, {z_1: g_k, z_2: f_l})
    yield Equal(around, one_term(loss.rhs))


# --- random embeddings ---------------------------------------------------------------------------


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

    yield _sampled(_over_features(_h), step.rhs, {omega: 2.0}, tight_frame, trace)


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
    around = _around(step.rhs, {Psi: Y_kl**2 / (z - f_l)}, {z: f_l})
    scaled = {g_k: nu, f_l: nu * f_l, Y_kl: nu * Y_kl}
    yield Equal(around, one_term(loss.rhs).subs(scaled, simultaneous=True))


def _frame_trace(step: Step, subordination: Step) -> Iterator[Check]:
    def trace(at: float, W: Array, rates: Array, X: Array) -> float:
        V = _projection(W)
        Y = (V * X) @ V.T
        return float(np.trace(Y @ resolvent(at, V, rates) @ Y.T))

    yield _sampled(step.rhs, subordination.rhs, {omega: -0.7}, tight_frame, trace)


# --- floor ---------------------------------------------------------------------------------------


def _room(step: Step, subordination: Step) -> Iterator[Check]:
    """Set z = 0 in the subordination and solve for K."""
    at_zero = (subordination.rhs / omega).expand().subs({omega: -w_0, y_i: lam_i})
    yield Equal(K * (1 - one_term(at_zero)), one_term(step.rhs))


def _floor_of_columns(step: Step, narrow: Step, ladder: Step) -> Iterator[Check]:
    """Set t = ∞ in the double contour: L_∞ = L_0 − ½Φ(0, 0)."""
    yield Equal(narrow.rhs.subs(omega_1, 1 - nu), sp.Integer(0))
    at_zero = ladder.rhs.subs({omega_1: 1 - N / K, omega_2: -w_0, z_2: 0, X_i: lam_i * a_i})
    start = _over_features(a_i**2 * lam_i) / 2
    yield Equal(sums_as_symbols(start - at_zero / 2), sums_as_symbols(step.rhs))


def _floor_of_frames(step: Step, subordination: Step, trace: Step, room: Step) -> Iterator[Check]:
    """Set t = ∞ in the contour: L_∞ = L_0 + ½Ψ(0), where the room left over is N − K."""
    left_over = sums_as_symbols(_over_features(1 / (w_0 + lam_i)))
    yield Equal(1 - one_term(room.rhs), w_0 / (w_0 + lam_i))
    filled = {left_over: (N - K) / w_0}
    at_zero = sums_as_symbols(subordination.rhs.subs(omega, -w_0)).subs(filled)
    yield Equal(at_zero + w_0, w_0)
    start = _over_features(a_i**2 * lam_i) / 2
    stated = sums_as_symbols(trace.rhs.subs({omega: -w_0, X_i: lam_i * a_i})).subs(filled)
    yield Equal(sums_as_symbols(start) + stated / 2, sums_as_symbols(step.rhs))


def _excess(step: Step, floor: Step, room: Step) -> Iterator[Check]:
    """Write the sums out for three features."""
    rates, targets = sp.symbols("l:3", positive=True), sp.symbols("a:3", positive=True)
    one = [{lam_i: rates[n], a_i: targets[n]} for n in range(3)]
    two = [
        {lam_i: rates[m], a_i: targets[m], lam_j: rates[n], a_j: targets[n]}
        for m in range(3)
        for n in range(3)
    ]
    width = spelled_out(room.rhs, one)
    start = spelled_out(_over_features(a_i**2 * lam_i) / 2, one)
    found = spelled_out(floor.rhs, one) - (1 - K / N) * start
    yield Equal(found.subs(K, width), spelled_out(step.rhs, two), instance=True)


def _identity_teacher(step: Step, excess: Step) -> Iterator[Check]:
    yield Equal((1 - K / N) * L_0 + one_term(excess.rhs).subs(a_j, a_i), step.rhs)


DERIVATION = Derivation(
    name="linear",
    title="A linear student with a bottleneck: solvable, and no power law near 1",
    summary=(
        r"A linear student that writes $N$ features into $K < N$ dimensions by a fixed random "
        r"embedding $W$ cannot represent the teacher. Its loss follows from traces of random "
        r"matrices, which for large sizes depend on the spectrum only. It never falls below "
        r"$1 - K/N$ of where it started: a bottleneck alone does not make training universal."
    ),
    builds_on=(SEQUENTIAL,),
    references=("superposition2026", "marchenkopastur1967"),
    steps=(
        Step(
            "L1",
            "Gradient flow behind a bottleneck",
            sp.Derivative(sp.Symbol("B"), t),
            _Y - _P * _B * _Q,
            "substitution",
            r"With $P = W W^T$, $Q = W \Lambda W^T$ and $Y = W \Lambda A W^T$; $\Lambda$ and $A$ "
            r"are diagonal, with entries $\lambda_i$ and $a_i$.",
            follows=("S5",),
            by=_flow,
        ),
        Step(
            "L2",
            "Entries in the eigenbases",
            sp.Symbol("B_kl"),
            Y_kl * (1 - sp.exp(-g_k * f_l * t)) / (g_k * f_l),
            "ODE solution",
            r"Between the eigenvectors of $P$ (eigenvalues $g_k$) and of $Q$ (eigenvalues $f_l$) "
            r"every entry relaxes alone, from $B = 0$.",
            follows=("L1",),
            by=_in_eigenbases,
        ),
        Step(
            "L3",
            "Loss as a sum over pairs of eigenvalues",
            sp.Symbol("L"),
            L_0
            - sp.Sum(
                Y_kl**2 * (1 - sp.exp(-2 * g_k * f_l * t)) / (2 * g_k * f_l),
                (_k, 1, K),
                (_l, 1, K),
            ),
            "integration",
            r"Along a gradient flow $dL/dt = -\sum (dB_{kl}/dt)^2$; at the start $L_0 = "
            r"\frac{1}{2}\sum a_i^2 \lambda_i$.",
            follows=("L2",),
            by=_loss,
        ),
        Step(
            "L4",
            "Trace of two resolvents",
            Phi,
            sp.Sum(Y_kl**2 / ((z_1 - g_k) * (z_2 - f_l)), (_k, 1, K), (_l, 1, K)),
            "identity",
            r"$\Phi(z_1, z_2) = \mathrm{tr}\, (z_1 - P)^{-1} Y (z_2 - Q)^{-1} Y^T$, written in the "
            "eigenbases.",
            by=_two_resolvents,
        ),
        Step(
            "L5",
            "Loss as a double contour integral",
            sp.Symbol("L"),
            L_0
            - sp.Integral(
                (1 - sp.exp(-2 * z_1 * z_2 * t))
                * Phi
                / (z_1 * z_2)
                / (2 * (2 * sp.pi * sp.I) ** 2),
                z_1,
                z_2,
            ),
            "identity",
            r"Contours around the spectra of $P$ and $Q$. The eigenvalues of one embedding are "
            r"gone; what is left is a trace that hardly differs from one embedding to the next.",
            follows=("L3", "L4"),
            by=_double_contour,
        ),
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
            omega + _over_features(omega * y_i / (omega - y_i)) / K,
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
            omega - (1 - K / N) * N / _over_features(_h),
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
        Step(
            "L13",
            "The scale below which features find no room",
            K,
            _over_features(_kept),
            "substitution",
            r"$z = 0$ at $\omega = -w_0$: features with $\lambda_i \gg w_0$ take a dimension each, "
            "those below share what is left.",
            follows=("L7",),
            by=_room,
        ),
        Step(
            "L14",
            "Floor, unit columns",
            L_inf,
            _floor,
            "limit",
            r"$L_\infty = L_0 - \frac{1}{2} \Phi(0, 0)$.",
            follows=("L8", "L10"),
            by=_floor_of_columns,
            hypotheses=_NARROW,
        ),
        Step(
            "L15",
            "Floor, tight frame",
            L_inf,
            _floor,
            "limit",
            r"$L_\infty = L_0 + \frac{1}{2} \Psi(0)$: the same floor, though the way "
            "there differs.",
            follows=("L9", "L12", "L13"),
            by=_floor_of_frames,
            hypotheses=_NARROW,
        ),
        Step(
            "L16",
            "What the floor exceeds its bound by",
            L_inf - (1 - K / N) * L_0,
            w_0 / (4 * N) * _pairs,
            "identity",
            r"A sum of squares: the loss never falls by more than the fraction $K/N$.",
            follows=("L14", "L13"),
            by=_excess,
        ),
        Step(
            "L17",
            "Floor of an identity teacher",
            L_inf,
            (1 - K / N) * L_0,
            "substitution",
            r"With equal targets the bound is reached. A loss that stops there has no long power "
            "law.",
            follows=("L16",),
            by=_identity_teacher,
            hypotheses=_NARROW,
        ),
    ),
)
