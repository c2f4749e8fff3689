"""Gradient flow of a tied embedding: exact equations, the balance of work, and the start."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import sympy as sp

from superlaw.theory.derivations.superposed.flow import drive_entry, gram_entry
from superlaw.theory.proof.calculus import one_term
from superlaw.theory.proof.checks import Check, Equal
from superlaw.theory.proof.derivation import Step
from superlaw.theory.symbols import (
    A_ji,
    K,
    N,
    P_ji,
    S_ji,
    a_i,
    beta_j,
    k,
    m_plus_0,
    m_plus_1,
    m_plus_2,
    p_i,
    p_j,
    s_i,
    sum_i,
    sum_j,
    sum_k,
    t,
    v,
    v_0,
)

_W, _G, _D = sp.MatrixSymbol("W", 2, 3), sp.MatrixSymbol("G", 3, 3), sp.MatrixSymbol("D", 3, 3)
_Columns = sp.Matrix(2, 3, sp.symbols("w:6", real=True))
_Drives = sp.Matrix(3, 3, sp.symbols("D:9", real=True))
_MOMENTS = (m_plus_0, m_plus_1, m_plus_2)
_OPENS = (sp.Lt(-beta_j, 2 * S_ji),)
_DENSITIES = {3: sp.Rational(1, 2), 5: sp.Rational(3, 4) * (1 - S_ji**2)}
"""Law of the cosine of two random columns in three and in five dimensions."""
_second_moment = sp.Rational(4, 3)
_output = v * S_ji + beta_j


def _explicit(expression: sp.Expr) -> sp.Matrix:
    known = {_W: _Columns, _G: _Columns.T * _Columns, _D: _Drives}
    return sp.Matrix(expression.subs(known).doit())


def _embedding(step: Step, *_: Step) -> Iterator[Check]:
    """Let the loss be linear in the map with slopes −D; differentiate it by the columns."""
    gram = _Columns.T * _Columns
    loss = -sum(_Drives[j, i] * gram[j, i] for j, i in product(range(3), repeat=2))
    downhill = sp.Matrix(2, 3, [-sp.diff(loss, entry) for entry in _Columns])
    yield Equal(downhill, _explicit(step.rhs), instance=True)


def _gram(step: Step, embedding: Step) -> Iterator[Check]:
    velocity = _explicit(embedding.rhs)
    yield Equal(velocity.T * _Columns + _Columns.T * velocity, _explicit(step.rhs), instance=True)


def _entries(expression: sp.Expr, indices: dict[sp.Symbol, int]) -> sp.Expr:
    """Write indexed entries out as those of the explicit matrices."""
    gram = _Columns.T * _Columns
    places = {
        base[j + 1, i + 1]: matrix[j, i]
        for base, matrix in ((gram_entry, gram), (drive_entry, _Drives))
        for j, i in product(range(3), repeat=2)
    }
    return expression.subs(indices).subs(N, 3).doit().xreplace(places)


def _norm(step: Step, gram: Step) -> Iterator[Check]:
    rate = _explicit(gram.rhs)[0, 0]
    yield Equal(rate, _entries(step.rhs, {sum_i: 1}), instance=True)


def _overlap(step: Step, gram: Step) -> Iterator[Check]:
    """Features 1 and 2 beside one other, feature 3."""
    rate = _explicit(gram.rhs)[0, 1]
    stated = step.rhs.replace(sp.Sum, lambda term, *_: term.subs(sum_k, 3))
    yield Equal(rate, _entries(stated, {sum_i: 1, sum_j: 2}), instance=True)


def _written_out(expression: sp.Expr, opening: Step, moment: Step) -> sp.Expr:
    known = {symbol: moment.rhs.subs(k, order) for order, symbol in enumerate(_MOMENTS)}
    return expression.doit().subs(known).subs(v_0, opening.rhs)


def _work(step: Step, opening: Step, moment: Step, drive: Step, bias: Step) -> Iterator[Check]:
    done = S_ji * drive.rhs + beta_j * one_term(bias.rhs)
    yield Equal(_written_out(done, opening, moment), _written_out(step.rhs, opening, moment))


def _trace(step: Step, gram: Step) -> Iterator[Check]:
    yield Equal(_explicit(gram.rhs).trace() / 4, _entries(step.rhs, {}), instance=True)


def _loss_by_work(step: Step, loss: Step, work: Step) -> Iterator[Check]:
    yield Equal(loss.rhs.doit(), step.rhs.subs(P_ji, work.rhs).doit())


def _mean_over_overlaps(expression: sp.Expr, width: int) -> sp.Expr:
    """Average over the cosine of two random columns; negative ones do not come through."""
    return sp.integrate(sp.expand(expression * _DENSITIES[width]), (S_ji, 0, 1))


def _first_interference(step: Step, loss: Step) -> Iterator[Check]:
    """One feature is active, and N − 1 outputs should be silent."""
    entry = loss.rhs.subs({A_ji: 0, beta_j: 0, v_0: 0, p_i: 1}).doit()
    for width in _DENSITIES:
        known = (N - 1) * _mean_over_overlaps(entry, width)
        yield Equal(known, step.rhs.subs(K, width), instance=True)


def _first_rate(step: Step, moment: Step, drive: Step, norm: Step) -> Iterator[Check]:
    """Three features; the gates of the two others are open if the overlap is positive."""
    start = drive.rhs.subs({beta_j: 0, m_plus_2: moment.rhs.subs({k: 2, v_0: 0})})
    mutual = start.subs({A_ji: 0, p_i: 1})
    own = start.subs({A_ji: a_i, S_ji: 1})
    pair = norm.rhs.subs({sum_i: 1, N: 3}).doit()
    for width in _DENSITIES:
        rates = {drive_entry[1, 1]: own, gram_entry[1, 1]: 1}
        for other, frequency in ((2, p_j), (3, 1 - p_i - p_j)):
            moved = _mean_over_overlaps(S_ji * mutual, width)
            rates |= {
                gram_entry[1, other]: 1,
                drive_entry[1, other]: frequency * moved,
                drive_entry[other, 1]: p_i * moved,
            }
        yield Equal(pair.subs(rates), step.rhs.subs({K: width, N: 3}), instance=True)


_both = drive_entry[sum_i, sum_k] + drive_entry[sum_k, sum_i]
_pair = drive_entry[sum_i, sum_j] + drive_entry[sum_j, sum_i]
_others = gram_entry[sum_i, sum_k] * (drive_entry[sum_k, sum_j] + drive_entry[sum_j, sum_k])
_back = _both * gram_entry[sum_k, sum_j]

STEPS = (
    Step(
        "U1",
        "Flow of a tied embedding",
        sp.Derivative(_W, t),
        _W * (_D + _D.T),
        "identity",
        r"$dW/dt = -\partial L/\partial W$ for the map $W^T W$: a column moves along the others, "
        "as one that drives their outputs and as one whose output they drive.",
        follows=("R4",),
        by=_embedding,
    ),
    Step(
        "U2",
        "Flow of the Gram matrix",
        sp.Derivative(_G, t),
        _G * (_D + _D.T) + (_D + _D.T) * _G,
        "substitution",
        r"$G = W^T W$ is the student's map; no other property of $W$ enters.",
        follows=("U1",),
        by=_gram,
    ),
    Step(
        "U3",
        "Flow of a gain",
        sp.Derivative(gram_entry[sum_i, sum_i], t),
        2 * sp.Sum(gram_entry[sum_i, sum_k] * _both, (sum_k, 1, N)),
        "identity",
        r"$s_i = |w_i|^2 = G_{ii}$: its own error raises it, all interference that the column "
        "causes or suffers lowers it.",
        follows=("U2",),
        by=_norm,
    ),
    Step(
        "U4",
        "Flow of an overlap",
        sp.Derivative(gram_entry[sum_i, sum_j], t),
        (gram_entry[sum_i, sum_i] + gram_entry[sum_j, sum_j]) * _pair
        + 2 * gram_entry[sum_i, sum_j] * (drive_entry[sum_i, sum_i] + drive_entry[sum_j, sum_j])
        + sp.Sum(_others + _back, (sum_k, 1, N)),
        "identity",
        r"The sum leaves out $k = i$ and $k = j$. The pair repels itself, the gains of both "
        "rescale the overlap, and all others push both columns.",
        follows=("U2",),
        by=_overlap,
    ),
    Step(
        "U5",
        "Work of an entry",
        P_ji,
        -p_i / 2 * sp.Integral(_output * (_output - v * A_ji), (v, v_0, 2)),
        "identity",
        r"$P_{ji} = S_{ji} D_{ji} + \beta_j\, d\beta_j/dt$ from this entry: ReLU is homogeneous "
        "in its map and bias.",
        follows=("R2", "R3", "R4", "R5"),
        by=_work,
        hypotheses=_OPENS,
    ),
    Step(
        "U6",
        "Balance of norms",
        sp.Derivative(sp.Symbol(r"\mathrm{tr}\,G") / 4, t),
        sp.Sum(gram_entry[sum_j, sum_i] * drive_entry[sum_j, sum_i], (sum_i, 1, N), (sum_j, 1, N)),
        "identity",
        r"With the biases, $d(\mathrm{tr}\, G/4 + |\beta|^2/2)/dt = \sum_{ji} P_{ji}$. Nothing is "
        "conserved; at rest the total work is zero.",
        follows=("U2",),
        by=_trace,
    ),
    Step(
        "U7",
        "Loss by the work",
        sp.Symbol("L_ji"),
        p_i / 4 * (2 * _second_moment * A_ji**2 - sp.Integral(_output**2, (v, v_0, 2))) - P_ji,
        "identity",
        r"Summed over entries: at rest $L = (\mathrm{E}|A x|^2 - \mathrm{E}|\hat y|^2)/2$.",
        follows=("R1", "U5"),
        by=_loss_by_work,
    ),
    Step(
        "U8",
        "Interference at the start",
        sp.Symbol("L_0"),
        (N - 1) / (3 * K),
        "integration",
        "In the mean over random unit columns, without thresholds; the own errors add to it. It "
        "depends neither on $a$ nor on $b$.",
        follows=("R1",),
        by=_first_interference,
    ),
    Step(
        "U9",
        "Rate of a gain at the start",
        sp.Derivative(s_i, t),
        -_second_moment / K * ((N - 2) * p_i + 1) - 4 * _second_moment * p_i * (1 - a_i),
        "identity",
        r"In the mean over random unit columns. A column is repelled at the rate $N p_i/K$ for "
        r"what it causes and $1/K$ for what it suffers: at $N/K \gg 4$ frequent columns collapse "
        "before they are learned.",
        follows=("R3", "R4", "U3"),
        by=_first_rate,
    ),
)
