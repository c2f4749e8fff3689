"""What B is made of: what each feature has put into it, and a rest that turns faster."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from superlaw.theory.proof.checks import Check, Equal
from superlaw.theory.proof.derivation import Step
from superlaw.theory.symbols import K, N, r_0, sum_k, sum_l

_learned, _part, _earlier = sp.IndexedBase("s"), sp.IndexedBase("z"), sp.IndexedBase("z'")
norm_at_two_times = sp.Symbol(r"r_{0}(t, t')")
_rest, _rest_then, _norm_then = sp.symbols(r"e e' {r_0}'", positive=True)
_rest_both = sp.Symbol("e(t, t')", positive=True)
_rest_angle = sp.Symbol("vartheta_e", positive=True)


def _total(parts: sp.IndexedBase) -> sp.Expr:
    return sp.Sum(parts[sum_l], (sum_l, 1, N))


_composed = (
    (K - 1) * sp.Sum(_part[sum_l] * _earlier[sum_l], (sum_l, 1, N))
    + _total(_part) * _total(_earlier)
) / K**2


def _named(base: sp.IndexedBase, values: sp.Matrix) -> dict[sp.Expr, sp.Expr]:
    return {base[number + 1]: value for number, value in enumerate(values)}


def _squares(size: int) -> sp.Matrix:
    """Return the mean squares of overlaps between random unit columns."""
    return sp.Matrix(size, size, lambda j, i: 1 if i == j else 1 / K)


def _parts(step: Step, *_: Step) -> Iterator[Check]:
    """Solve wᵀ(B − Σ z w wᵀ)w = 0 of three features for their parts."""
    overlaps = sp.Matrix(sp.symbols("s1:4", real=True))
    solved = _squares(3).LUsolve(overlaps)
    for number in range(3):
        stated = (
            step.rhs.subs({N: 3, sum_k: number + 1}).doit().xreplace(_named(_learned, overlaps))
        )
        yield Equal(solved[number], stated, instance=True)


def _both_times(step: Step, *_: Step) -> Iterator[Check]:
    """Multiply parts at two times in the mean; then a rest and a part, of given columns."""
    now, then = (sp.Matrix(sp.symbols(f"{name}1:4", real=True)) for name in "cd")
    stated = (step.rhs - _rest_both).subs(N, 3).doit()
    stated = stated.xreplace(_named(_part, now) | _named(_earlier, then))
    yield Equal((now.T * _squares(3) * then)[0] / K, stated, instance=True)
    columns = sp.Matrix([[1, sp.Rational(3, 5)], [0, sp.Rational(4, 5)]])
    B = sp.Matrix(2, 2, sp.symbols("B:4", real=True))
    square = (columns.T * columns).applyfunc(lambda each: each**2)
    overlaps = (columns.T * B * columns).diagonal().T
    rest = B - columns * sp.diag(*square.LUsolve(overlaps)) * columns.T
    other = columns * sp.diag(*sp.symbols("c1:3", real=True)) * columns.T
    yield Equal(sp.expand((rest.T * other).trace()), sp.Integer(0), instance=True)


STEPS = (
    Step(
        "R27",
        "What a feature has put into B",
        _part[sum_k],
        K * (_learned[sum_k] - _total(_learned) / (K + N - 1)) / (K - 1),
        "identity",
        r"$B = \sum_l z_l w_l w_l^T + R$ with $w_l^T R\, w_l = 0$: the sum that is nearest to $B$, "
        r"in the mean over random columns, where $\mathrm{E}[G_{lk}^2] = 1/K$.",
        by=_parts,
    ),
    Step(
        "R28",
        "B at two times",
        norm_at_two_times,
        _composed + _rest_both,
        "identity",
        r"$\mathrm{tr}\, B(t)^T B(t')/K$, primes at $t'$; $e(t,t')$ is that of $R$, which at "
        "either time has no part in common with what features have put in at the other.",
        follows=("R27",),
        by=_both_times,
    ),
    Step(
        "R29",
        "Correlation of a mark, by composition",
        sp.Symbol("rho"),
        (_composed + sp.sqrt(_rest * _rest_then) * sp.sech(_rest_angle))
        / sp.sqrt(r_0 * _norm_then),
        "closure",
        r"Of $R$ alone it is assumed that it fades as R24 says, by the angle $\vartheta_e$ through "
        "which it has turned itself; features are learned one after the other, and what they have "
        "put into $B$ is known from their overlaps.",
        follows=("R24", "R28"),
    ),
)
