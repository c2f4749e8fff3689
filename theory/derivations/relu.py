"""ReLU student in superposition: gradient flow of a fixed embedding, and its mean-field closure."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import sympy as sp

from superlaw.theory.derivation import Derivation
from superlaw.theory.derivations.sequential import DERIVATION as SEQUENTIAL
from superlaw.theory.measured import closure_error
from superlaw.theory.proof.calculus import one_term
from superlaw.theory.proof.checks import Check, Equal, Tends
from superlaw.theory.proof.derivation import Step
from superlaw.theory.symbols import (
    A_ji,
    D_ji,
    Delta,
    K,
    M_ji,
    N,
    S_ji,
    a_i,
    beta_j,
    column_i,
    k,
    k_ji,
    kc_i,
    kr_j,
    lam_i,
    m_2,
    m_plus_0,
    m_plus_1,
    m_plus_2,
    mu,
    p_i,
    r_0,
    row_j,
    s_i,
    s_j,
    sigma_ji,
    t,
    v,
    v_0,
    xi,
)

_i, _j, _k = sp.symbols("i j k", integer=True, positive=True)
_G, _D = sp.MatrixSymbol("G", 3, 3), sp.MatrixSymbol("D", 3, 3)
_Gram, _drive, _map = sp.IndexedBase("G"), sp.IndexedBase("D"), sp.IndexedBase("S")
_gain, _size, _marks = sp.IndexedBase("k"), sp.IndexedBase("sigma"), sp.IndexedBase("xi")
_learned, _reaction = sp.IndexedBase("s"), sp.IndexedBase("k^r")
_reaction_of_column = sp.IndexedBase("k^c")
_mean_drive, _mean_power = sp.IndexedBase("{(GD)}"), sp.IndexedBase("{(SD)}")
_mean_echo = sp.IndexedBase("{(GM)}")
_AMPLITUDE = sp.Rational(4, 3)
"""E[v²] of v ~ U(0, 2)."""
_MOMENTS = (m_plus_0, m_plus_1, m_plus_2)
_OPENS = (sp.Lt(-beta_j, 2 * S_ji),)
_error = S_ji - A_ji
_loss_of_entry = (
    p_i
    / 4
    * (
        sp.Integral((v * _error + beta_j) ** 2, (v, v_0, 2))
        + sp.Integral((v * A_ji) ** 2, (v, 0, v_0))
    )
)
_cov = (s_i + s_j - mu) / K
_total_rate = sp.Derivative(mu, t)


# --- one entry -----------------------------------------------------------------------------------


def _opening(step: Step, *_: Step) -> Iterator[Check]:
    yield Equal(S_ji * step.rhs, -beta_j)


def _active_moment(step: Step, *_: Step) -> Iterator[Check]:
    yield Equal(sp.integrate(v**k / 2, (v, v_0, 2)), step.rhs)


def _slope(loss: Step, opening: Step, in_direction: sp.Symbol) -> sp.Expr:
    """Differentiate the loss of an entry; the point of opening moves too."""
    return sp.diff(loss.rhs.doit().subs(v_0, opening.rhs), in_direction)


def _written_out(expression: sp.Expr, opening: Step, moment: Step) -> sp.Expr:
    """Insert the moments on the active interval."""
    known = {symbol: moment.rhs.subs(k, order) for order, symbol in enumerate(_MOMENTS)}
    return expression.subs(known).subs(v_0, opening.rhs)


def _drive_of_entry(step: Step, loss: Step, opening: Step, moment: Step) -> Iterator[Check]:
    yield Equal(-_slope(loss, opening, S_ji), _written_out(step.rhs, opening, moment))


def _drive_of_bias(step: Step, loss: Step, opening: Step, moment: Step) -> Iterator[Check]:
    stated = _written_out(one_term(step.rhs), opening, moment)
    yield Equal(-_slope(loss, opening, beta_j), stated)


def _loss_by_moments(step: Step, loss: Step, opening: Step, moment: Step) -> Iterator[Check]:
    stated = _written_out(step.rhs, opening, moment)
    yield Equal(loss.rhs.doit().subs(v_0, opening.rhs), stated)


# --- gradient flow of B --------------------------------------------------------------------------

_W = sp.Matrix(2, 3, sp.symbols("w:6", real=True))
_Drives = sp.Matrix(3, 3, sp.symbols("D:9", real=True))
_Student = sp.Matrix(2, 2, sp.symbols("B:4", real=True))
_Velocity = _W * _Drives * _W.T


def _flow(step: Step, flow: Step) -> Iterator[Check]:
    gram = _W.T * _W
    stated = sp.Matrix(step.rhs.subs({_G: gram, _D: _Drives}).doit())
    known = sp.Matrix(flow.rhs.subs({_G: gram, _D: -_Drives}).doit())
    yield Equal(known, stated, instance=True)


def _summed(expression: sp.Expr) -> sp.Expr:
    """Write a double sum over entries out for three features in two dimensions."""
    matrices = {_Gram: _W.T * _W, _drive: _Drives, _map: _W.T * _Student * _W}
    written = expression.subs({N: 3, K: 2}).doit()
    entries = {
        base[j + 1, i + 1]: matrix[j, i]
        for base, matrix in matrices.items()
        for j, i in product(range(3), repeat=2)
    }
    return written.xreplace(entries)


def _trace(step: Step, *_: Step) -> Iterator[Check]:
    yield Equal(_Velocity.trace() / 2, _summed(step.rhs), instance=True)


def _norm(step: Step, *_: Step) -> Iterator[Check]:
    yield Equal((_Student.T * _Velocity).trace() * 2 / 2, _summed(step.rhs), instance=True)


# --- averages over directions --------------------------------------------------------------------


def _mean_over_directions(expression: sp.Expr, *columns: tuple[sp.Symbol, ...]) -> sp.Expr:
    """Average over unit vectors along an orthonormal basis, which have the second moments of w."""
    size, total = len(columns[0]), sp.Integer(0)
    for axes in product(range(size), repeat=len(columns)):
        point = {
            entry: int(place == axis)
            for column, axis in zip(columns, axes, strict=True)
            for place, entry in enumerate(column)
        }
        total += expression.subs(point)
    return total / size ** len(columns)


_first, _second = sp.symbols("x:2", real=True), sp.symbols("y:2", real=True)
_w_i, _w_j = sp.Matrix(_first), sp.Matrix(_second)
_rest = sp.Matrix(2, 2, sp.symbols("R:4", real=True))
_c_i, _c_j = sp.symbols("c_first c_second", positive=True)


def _interference(step: Step, *_: Step) -> Iterator[Check]:
    """Let B hold column j on top of what does not know it, in two dimensions."""
    overlap, B = _w_j.dot(_w_i), _rest + _c_j * _w_j * _w_j.T
    column, row = _rest * _w_i + _c_j * overlap * _w_j, _rest.T * _w_j + _c_j * _w_j
    norms = {column_i**2: column.dot(column), row_j**2: row.dot(row), r_0: (B.T * B).trace() / 2}
    square = (_w_j.dot(_rest * _w_i) + _c_j * overlap) ** 2
    stated = (step.rhs**2).subs(norms).subs(K, 2)
    left, right = (_mean_over_directions(e, _first, _second) for e in (square, stated))
    yield Equal(left, right, instance=True)
    yield Equal(abs(step.rhs), step.rhs)


def _overlap(step: Step, *_: Step) -> Iterator[Check]:
    """Let B hold both columns on top of what knows neither, in two dimensions."""
    B = _rest + _c_j * _w_j * _w_j.T + _c_i * _w_i * _w_i.T
    overlap = _w_j.dot(_w_i)
    product_of_entries = overlap * ((_w_j.T * _rest * _w_i)[0] + (_c_i + _c_j) * overlap)
    known = {
        s_i: (_w_i.T * B * _w_i)[0],
        s_j: (_w_j.T * B * _w_j)[0],
        mu: B.trace() / 2,
        K: 2,
    }
    left = _mean_over_directions(product_of_entries, _first, _second)
    yield Equal(left, _mean_over_directions(step.rhs.subs(known), _first, _second), instance=True)


def _gaussian_mean(expression: sp.Expr, *variables: sp.Symbol) -> sp.Expr:
    """Average a polynomial over independent standard Gaussians."""
    for variable in variables:
        terms = sp.Poly(expression, variable).terms()
        expression = sum(
            factor * (sp.factorial2(order - 1) if order else 1)
            for (order,), factor in terms
            if order % 2 == 0
        )
    return sp.sympify(expression)


def _regression(stated: sp.Expr, coefficient: sp.Symbol, covariance: sp.Expr) -> Equal:
    """Let G be Gaussian beside ξ, and the answer of an entry any cubic in its interference."""
    other, spread = sp.Symbol("eta_G", real=True), sp.Symbol("g", positive=True)
    factors = sp.symbols("d_1:4", real=True)
    answer = sum(d * (sigma_ji * xi) ** (n + 1) for n, d in enumerate(factors))
    overlap = covariance / sigma_ji * xi + spread * other
    tilt = _gaussian_mean(sp.expand(xi * answer), xi) / sigma_ji
    left = _gaussian_mean(sp.expand(overlap * answer), xi, other)
    return Equal(left, stated.subs(coefficient, tilt), instance=True)


def _gain_of_entry(step: Step, closure: Step, overlap: Step) -> Iterator[Check]:
    field = closure.rhs.subs(M_ji, 0)
    yield Equal(_gaussian_mean(field**2, xi), sigma_ji**2)
    yield Equal(_gaussian_mean(overlap.rhs / sigma_ji * xi * field, xi), overlap.rhs)
    minus = sp.Symbol("minus_k", real=True)
    yield _regression(step.rhs.subs(k_ji, -minus), minus, overlap.rhs)


def _echo_of_entry(step: Step, closure: Step, overlap: Step) -> Iterator[Check]:
    yield _regression(step.rhs, _recall, overlap.rhs)


_recall = sp.Symbol(r"\mathrm{E}[\xi M_{ji}]/\sigma_{ji}", real=True)


def _fluctuation(step: Step, *_: Step) -> Iterator[Check]:
    """Average (wᵀBw)² over the sphere in three dimensions, in the eigenbasis of B."""
    angle, height = sp.symbols("varphi h", real=True)
    around = sp.sqrt(1 - height**2)
    w = (around * sp.cos(angle), around * sp.sin(angle), height)
    values = sp.symbols("b:3", real=True)
    form = sum(b * x**2 for b, x in zip(values, w, strict=True))

    def mean(expression: sp.Expr) -> sp.Expr:
        turned = sp.integrate(sp.expand(expression), (angle, 0, 2 * sp.pi))
        return sp.integrate(sp.expand(turned), (height, -1, 1)) / (4 * sp.pi)

    known = {K: 3, mu: sum(values) / 3, r_0: sum(b**2 for b in values) / 3}
    yield Equal(mean(form**2) - mean(form) ** 2, step.rhs.subs(known), instance=True)


def _first_step(step: Step, moment: Step, drive: Step) -> Iterator[Check]:
    """Open every gate at S = β = 0; then average the overlaps with all other columns."""
    start = drive.rhs.subs({S_ji: 0, beta_j: 0, m_plus_2: m_2})
    yield Equal(start, moment.rhs * A_ji)
    own = t * lam_i * a_i
    points = tuple({lam_i: 1, a_i: 1, t: 1, mu: sp.Rational(1, 3), K: 10**n} for n in (2, 4, 6))
    yield Tends(own + mu - own / K, step.rhs, points)


def _over_others(term: sp.Expr) -> sp.Sum:
    return sp.Sum(term, (_j, 1, N))


_norm_rate = sp.Derivative(r_0, t)
_both = (_learned[_k] + _learned[_j] - mu) / K
_overlap_rate = (
    _drive[_k, _k]
    + _total_rate
    - (_learned[_k] - mu) * Delta
    + _over_others(_both * _marks[_k, _j] * _drive[_k, _j] / _size[_k, _j])
    - _over_others(
        _both * _gain[_j, _k]
        + _reaction[_j] * _mean_echo[_j, _k]
        + _reaction_of_column[_j] * _mean_echo[_k, _j]
    )
)


def _norm_of(norm: sp.Symbol, power: sp.Expr, other: sp.Expr) -> sp.Expr:
    """Return the rate of the squared norm of a column or a row of B in the closure."""
    own = _learned[_k] - mu
    return (
        _norm_rate
        + 2 * own * _total_rate
        + 2 * _learned[_k] * _drive[_k, _k]
        + 2 * _over_others(power + _learned[_k] * other)
        - 2 * (norm**2 - r_0 - own * mu) * Delta
    )


DERIVATION = Derivation(
    name="relu",
    title="A ReLU student in superposition: mean-field equations",
    summary=(
        r"$\hat y = \mathrm{ReLU}(W^T B W x + \beta)$ with $K < N$, fixed random unit columns "
        r"$W$, one active feature at a time and $v$ uniform on $(0, 2)$. The flow of one entry is "
        "exact; that of the whole needs averages over interference. Closures are marked "
        f"**assumed**. {closure_error()}"
    ),
    builds_on=(SEQUENTIAL,),
    references=("superposition2026",),
    steps=(
        Step(
            "R1",
            "Loss of an entry",
            sp.Symbol("L_ji"),
            _loss_of_entry,
            "definition",
            r"Output $j$ while feature $i$ is active: open, it sees $v S_{ji} + \beta_j$; closed, "
            r"it misses its target $v A_{ji}$.",
        ),
        Step(
            "R2",
            "Where an output opens",
            v_0,
            -beta_j / S_ji,
            "identity",
            r"Open above this amplitude if $S_{ji} > 0$, cut off at 0 and 2; for $S_{ji} < 0$ open "
            "below it.",
            follows=("R1",),
            by=_opening,
        ),
        Step(
            "R3",
            "Moments on the active interval",
            sp.Symbol("m^+_k"),
            (2 ** (k + 1) - v_0 ** (k + 1)) / (2 * (k + 1)),
            "integration",
            r"$m^+_k = E[v^k\, 1(v S_{ji} + \beta_j \geq 0)]$; below the opening, for $S_{ji} < "
            r"0$, "
            r"$v_0^{k+1}/(2(k+1))$.",
            follows=("R1",),
            by=_active_moment,
        ),
        Step(
            "R4",
            "Drive of an entry",
            sp.Symbol("D_ji"),
            -p_i * (_error * m_plus_2 + beta_j * m_plus_1),
            "identity",
            r"$D_{ji} = -\partial L/\partial S_{ji}$; the moving end of the interval adds nothing, "
            "because the output opens at zero.",
            follows=("R1", "R2", "R3"),
            by=_drive_of_entry,
            hypotheses=_OPENS,
        ),
        Step(
            "R5",
            "Drive of a bias",
            sp.Derivative(sp.Symbol("beta_j"), t),
            -sp.Sum(p_i * (_error * m_plus_1 + beta_j * m_plus_0), (_i, 1, N)),
            "identity",
            "All features that open the output push its bias; the own one alone pushes it up.",
            follows=("R1", "R2", "R3"),
            by=_drive_of_bias,
            hypotheses=_OPENS,
        ),
        Step(
            "R6",
            "Flow of the student's map",
            sp.Derivative(sp.Symbol("S"), t),
            _G * _D * _G,
            "substitution",
            r"$dB/dt = W D W^T$, so that $S = W^T B W$ moves through the Gram matrix.",
            follows=("S6",),
            by=_flow,
        ),
        Step(
            "R7",
            "What all features share",
            sp.Derivative(mu, t),
            sp.Sum(_Gram[_j, _i] * _drive[_j, _i], (_i, 1, N), (_j, 1, N)) / K,
            "identity",
            r"$\mu = \mathrm{tr}\, B/K$ is the overlap of a direction that no feature owns.",
            follows=("R6",),
            by=_trace,
        ),
        Step(
            "R8",
            "Norm of B",
            sp.Derivative(r_0, t),
            2 * sp.Sum(_map[_j, _i] * _drive[_j, _i], (_i, 1, N), (_j, 1, N)) / K,
            "identity",
            r"$r_0 = |B|^2/K$ sets the size of the interference.",
            follows=("R6",),
            by=_norm,
        ),
        Step(
            "R9",
            "Gaussian interference",
            S_ji,
            sigma_ji * xi + M_ji,
            "closure",
            r"An off-diagonal entry is a sum over many nearly independent overlaps, Gaussian with "
            r"a "
            r"frozen mark $\xi$, plus the response $M_{ji}$ that training has added to it. Assumed "
            "Gaussian to the far tail, where few features decide.",
        ),
        Step(
            "R10",
            "Size of the interference",
            sigma_ji,
            sp.sqrt((column_i**2 + row_j**2 - r_0) / K),
            "identity",
            r"Exact in the mean over directions if $B$ knows one of the two columns; a $B$ that "
            r"has "
            r"learned both adds a product of what it learned of each, which is left out here.",
            by=_interference,
            hypotheses=(sp.Gt(column_i**2 + row_j**2, r_0),),
        ),
        Step(
            "R11",
            "Overlap of an entry with the Gram matrix",
            sp.Symbol(r"\mathrm{E}[G_{ji} S_{ji}]"),
            _cov,
            "identity",
            "Features that overlap see each other's learned part; exact in the mean over "
            "directions for any number of learned columns.",
            by=_overlap,
        ),
        Step(
            "R12",
            "Gain of an entry",
            sp.Symbol(r"\mathrm{E}[G_{ji} D_{ji}]"),
            -k_ji * _cov,
            "identity",
            r"Stein's lemma: of the Gram matrix only its regression on the mark matters, and "
            r"$k_{ji} = -E[\xi D_{ji}]/\sigma_{ji}$ is what the entry answers to it.",
            follows=("R9", "R11"),
            by=_gain_of_entry,
        ),
        Step(
            "R13",
            "Response of an entry",
            sp.Derivative(M_ji, t),
            D_ji - (kc_i + kr_j + Delta) * M_ji,
            "closure",
            r"The rest of the network answers a response: its column with $k^c_i = \sum_j "
            r"k_{ji}/K$, its row with $k^r_j = \sum_i k_{ji}/K$, everything together with $\Delta "
            r"= "
            r"\sum_{ji} k_{ji}/K^2$. Assumed without memory; exact to second order in time and at "
            "rest.",
            follows=("R9", "R12"),
        ),
        Step(
            "R14",
            "Echo of a response",
            sp.Symbol(r"\mathrm{E}[G_{ji} M_{ji}]"),
            _cov * _recall,
            "identity",
            "A response remembers the mark it came from, and so the overlap of the two features.",
            follows=("R9", "R11"),
            by=_echo_of_entry,
        ),
        Step(
            "R15",
            "Overlap of an output with its own feature",
            sp.Derivative(_learned[_k], t),
            _overlap_rate,
            "closure",
            r"The sums leave out $j = k$, and $(GM)_{jk} = E[G_{jk} M_{jk}]$. In order: own error, "
            r"what all features share, the reaction to the excess over it, the row's interference "
            r"with its actual marks, the column's in the mean, and the echoes of both. Assumed: "
            "other rows enter through their means.",
            follows=("R4", "R7", "R12", "R13", "R14"),
        ),
        Step(
            "R16",
            "Norm of a column of B",
            sp.Derivative(sp.Symbol(r"|B w_{k}|") ** 2, t),
            _norm_of(sp.Symbol(r"|B w_{k}|"), _mean_power[_j, _k], _mean_drive[_k, _j]),
            "closure",
            r"$(SD)_{jk} = E[S_{jk} D_{jk}]$ and $(GD)_{kj} = E[G_{kj} D_{kj}]$, without $j = k$. "
            r"A "
            "direction of its own, and what it shares with all others.",
            follows=("R8", "R12", "R13"),
        ),
        Step(
            "R17",
            "Norm of a row of B",
            sp.Derivative(sp.Symbol(r"|B^T w_{k}|") ** 2, t),
            _norm_of(sp.Symbol(r"|B^T w_{k}|"), _mean_power[_k, _j], _mean_drive[_j, _k]),
            "closure",
            "Rows and columns exchanged.",
            follows=("R8", "R12", "R13"),
        ),
        Step(
            "R18",
            "Fluctuation from row to row",
            sp.Symbol(r"\mathrm{Var}[w^T B w]"),
            2 * (r_0 - mu**2) / (K + 2),
            "identity",
            r"Of a symmetric $B$ over directions: rows of one class differ, and the luckiest "
            r"revive "
            "first. The squares of their marks carry the part that belongs to the head.",
            by=_fluctuation,
        ),
        Step(
            "R19",
            "Loss of an entry by moments",
            sp.Symbol("L_ji"),
            p_i
            / 2
            * (
                _error**2 * m_plus_2
                + 2 * _error * beta_j * m_plus_1
                + beta_j**2 * m_plus_0
                + A_ji**2 * (_AMPLITUDE - m_plus_2)
            ),
            "identity",
            "The loss is the sum of this over entries, averaged over marks; without a target the "
            "last term is gone.",
            follows=("R1", "R2", "R3"),
            by=_loss_by_moments,
            hypotheses=_OPENS,
        ),
        Step(
            "R20",
            "First step",
            sp.Symbol("s_i"),
            t * lam_i * a_i + mu,
            "asymptotics",
            r"From $B = 0^+$ every gate is open, so $B = t\, W \Lambda A W^T$ and what the others "
            r"have learned adds $\mu = t \sum_i \lambda_i a_i/K$ to all.",
            follows=("S3", "R4"),
            by=_first_step,
        ),
    ),
)
