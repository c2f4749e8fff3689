"""Biases that give way: entries that react to the bias of their row take away its stiffness."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from superlaw.theory.derivations.superposed.interference import mean_over_directions
from superlaw.theory.proof.calculus import one_term, spelled_out
from superlaw.theory.proof.checks import Check, Equal
from superlaw.theory.proof.derivation import Step
from superlaw.theory.symbols import (
    K,
    N,
    k,
    kappa_j,
    kept_ji,
    m_plus_0,
    m_plus_1,
    m_plus_2,
    mu,
    p_i,
    sum_i,
    sum_j,
    sum_k,
    v_0,
    z,
)

_soft = sp.Symbol(r"\tilde{\kappa}_{j}", positive=True)
_soft_of = sp.IndexedBase(sp.Symbol(r"{\tilde{\kappa}}"))
_p, _s = (sp.IndexedBase(name) for name in ("p", "s"))
_m1, _m2, _R = (sp.IndexedBase(sp.Symbol(name)) for name in ("{m^+_1}", "{m^+_2}", "{R}"))

_MOMENTS = (m_plus_0, m_plus_1, m_plus_2)
Entry = dict[sp.Symbol, sp.Symbol]


def _row(size: int) -> list[Entry]:
    """Return symbols of the entries of a row."""
    of_entry = {p_i: "p", m_plus_1: "m_1", m_plus_2: "m_2", kept_ji: "R"}
    return [
        {symbol: sp.Symbol(f"{name}_{n}", positive=True) for symbol, name in of_entry.items()}
        for n in range(size)
    ]


def _drives(row: list[Entry], kicked: int) -> list[sp.Expr]:
    """Return what all drives of a row do when the field of one entry moves by 1, by elimination."""
    moved, driven = (sp.symbols(f"{name}:{len(row)}") for name in ("S", "D"))
    tilted = sp.Symbol("beta_1")
    of_bias = z * tilted + kappa_j * tilted
    equations = []
    for n, (entry, S, D) in enumerate(zip(row, moved, driven, strict=True)):
        by_entry, by_bias = -entry[p_i] * entry[m_plus_2], -entry[p_i] * entry[m_plus_1]
        equations += [
            S - int(n == kicked) - entry[kept_ji] * D,
            D - by_entry * S - by_bias * tilted,
        ]
        of_bias -= by_bias * S
    solved = sp.solve([*equations, of_bias], [*moved, *driven, tilted], dict=True)[0]
    return [solved[D] for D in driven]


def _taken(step: Step) -> sp.Expr:
    """Return what one entry takes from the stiffness."""
    return kappa_j - one_term(step.rhs)


def _gives_way(step: Step, moment: Step, entry: Step, *_: Step) -> Iterator[Check]:
    """Eliminate a row; an entry is kicked as in R31 if its own part is not counted twice."""
    row = _row(3)
    taken = sp.expand(_taken(step))
    others = spelled_out(step.rhs, row) + taken.subs(row[0])
    yield Equal(_drives(row, 0)[0], entry.rhs.subs(kappa_j, others).subs(row[0]), instance=True)
    most = sp.limit(taken, kept_ji, sp.oo)
    yield Equal(most, p_i * m_plus_1**2 / m_plus_2)
    moments = [
        {m: moment.rhs.subs({k: n, v_0: opens}) for n, m in enumerate(_MOMENTS)} for opens in (0, 1)
    ]
    for at, share in zip(moments, (sp.Rational(3, 4), sp.Rational(27, 28)), strict=True):
        yield Equal((most / (p_i * m_plus_0)).subs(at), share)


def _through_biases(step: Step, softened: Step) -> Iterator[Check]:
    """Kick entry (k, j) by what it sees, in the mean over directions, and look at (k, i)."""
    directions = sp.symbols("x:2", real=True), sp.symbols("y:2", real=True)
    w_k, w_j = (sp.Matrix(direction) for direction in directions)
    c_k, c_j = sp.symbols("c_k c_j", positive=True)
    B = sp.Matrix(2, 2, sp.symbols("B:4", real=True)) + c_k * w_k * w_k.T + c_j * w_j * w_j.T

    def mean(expression: sp.Expr) -> sp.Expr:
        return mean_over_directions(expression, *directions)

    seen = mean(w_j.dot(w_k) * w_k.dot(B * w_j))
    row = _row(2)
    known = {mu: mean(B.trace() / 2), K: 2}
    known |= {_s[1]: mean(w_k.dot(B * w_k)), _s[sum_j]: mean(w_j.dot(B * w_j))}
    for place, entry in zip((sum_i, sum_j), row, strict=True):
        known |= {_p[place]: entry[p_i], _R[1, place]: entry[kept_ji]}
        known |= {_m1[1, place]: entry[m_plus_1], _m2[1, place]: entry[m_plus_2]}
    known[_soft_of[1]] = spelled_out(softened.rhs, row)
    stated = one_term(step.rhs).subs(sum_k, 1).xreplace(known)
    yield Equal(_drives(row, 1)[0] * seen, stated, instance=True)


def _turns(column: sp.Symbol) -> sp.Expr:
    """Return how much an entry of row k and the bias of the row turn each other."""
    held = 1 + _R[sum_k, column] * _p[column] * _m2[sum_k, column]
    return _p[column] * _m1[sum_k, column] / held


STEPS = (
    Step(
        "R47",
        "Softened stiffness",
        _soft,
        kappa_j
        - sp.Sum(kept_ji * p_i**2 * m_plus_1**2 / (1 + kept_ji * p_i * m_plus_2), (sum_i, 1, N)),
        "identity",
        r"The entries of a row react to its moving bias and undo what they do to it: eliminated, "
        r"they leave it this stiffness. An entry answers a kick by R31 with the sum over the "
        r"*other* entries, in place of $\kappa_j$. When $R_{ji}$ is large an open entry takes "
        r"away $p_i (m^+_1)^2/m^+_2$ of its $p_i m^+_0$: 3/4 when quite open, 27/28 at $v_0 = 1$. "
        r"Most of the stiffness of R38 is gone; R35 is derived with all of it.",
        follows=("R3", "R31", "R38"),
        by=_gives_way,
    ),
    Step(
        "R51",
        "What other rows do through their biases",
        sp.Symbol("F_ji"),
        sp.Sum(
            _turns(sum_i) * _turns(sum_j) * (_s[sum_k] + _s[sum_j] - mu) / (z + _soft_of[sum_k]),
            (sum_k, 1, N),
        )
        / K,
        "identity",
        r"Column $j$ moves the bias of a row $k$ by what entry $(k, j)$ sees, and the bias moves "
        r"entry $(k, i)$. Seen along $w_j$, in the mean over directions, that drives $S_{ji}$ "
        r"beside its own $D_{ji}$; $R$ and moments are those of row $k$. R30 to R37 leave it out. "
        r"It matters for the most frequent $j$.",
        follows=("R47",),
        by=_through_biases,
    ),
)
