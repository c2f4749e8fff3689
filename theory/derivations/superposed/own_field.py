"""The own entry: what its row does to it, and what the most frequent columns give it."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from superlaw.theory.derivations.superposed.interference import mean_over_directions
from superlaw.theory.derivations.superposed.memory import answer, of_column, over_columns
from superlaw.theory.proof.checks import Check, Equal
from superlaw.theory.proof.derivation import Step
from superlaw.theory.symbols import K, N, kept_any, mu, s_k, sum_i, sum_j

_s = sp.IndexedBase("s")
_overlap = sp.Symbol("G_jk", real=True)


def _by_row(step: Step, row: Step) -> Iterator[Check]:
    """Let an entry see B in the mean over the direction of its row; then let all be learned."""
    direction = sp.symbols("x:2", real=True)
    w_i, w_j = sp.Matrix(sp.symbols("y:2", real=True)), sp.Matrix(direction)
    B = sp.Matrix(2, 2, sp.symbols("B:4", real=True))
    seen = mean_over_directions(w_j.dot(w_i) * w_j.dot(B * w_i), direction)
    q, column = sp.symbols("q X", negative=True)
    known = {answer[sum_j, 1]: q, of_column[1]: column, _s[1]: w_i.dot(B * w_i)}
    of_one = step.rhs.subs(N, 1).doit().xreplace(known).subs(K, 2)
    yield Equal(q / (1 - kept_any * column) * seen, of_one, instance=True)
    yield Equal(_of_two(step.rhs).subs({_s[1]: 1, _s[2]: 1}), _of_two(row.rhs), instance=True)


def _of_two(total: sp.Expr) -> sp.Expr:
    """Return a sum over two columns, with symbols for what is in it."""
    names = sp.symbols("q_1 q_2 X_1 X_2", negative=True)
    places = (answer[sum_j, 1], answer[sum_j, 2], of_column[1], of_column[2])
    return total.subs(N, 2).doit().xreplace(dict(zip(places, names, strict=True)))


def _by_overlap(step: Step, *_: Step) -> Iterator[Check]:
    """Average over what is across w_k of w_j, in two and in three dimensions."""
    for size in (2, 3):
        B = sp.Matrix(size, size, sp.symbols(f"B:{size**2}", real=True))
        across = sp.symbols(f"y:{size - 1}", real=True)
        w_j = sp.Matrix([_overlap, *(sp.sqrt(1 - _overlap**2) * each for each in across)])
        both = sum(
            mean_over_directions(w_j.dot(B * w_j).subs(_overlap, sign * _overlap), across)
            for sign in (1, -1)
        )
        known = {mu: B.trace() / size, s_k: B[0, 0], K: size}
        yield Equal(both / 2 - known[mu], step.rhs.subs(known), instance=True)


STEPS = (
    Step(
        "R52",
        "What its row does to an own entry",
        sp.Symbol("xi_jj", real=True),
        over_columns(answer[sum_j, sum_i] * _s[sum_i] / (1 - kept_any * of_column[sum_i])) / K,
        "identity",
        r"$\sum_{i \neq j} G_{ji}\, E_i q_{ji}\, w_j^T B w_i$ in the mean over directions, part of "
        r"the field of $S_{jj}$: the other entries of the row push back what it has learned, "
        r"screened as in R34, which it is when all $s_i$ are 1. Rows differ, and each takes its "
        r"own: one with closed gates is pushed back less, and so dead outputs come back to life.",
        follows=("R34",),
        by=_by_row,
    ),
    Step(
        "R53",
        "What a frequent column gives an own entry",
        sp.Symbol(r"\mathrm{E}[S_{jj} - \mu\, |\, G_{jk}]", real=True),
        K / (K - 1) * (_overlap**2 - 1 / K) * (s_k - mu),
        "identity",
        r"Exact in the mean over what is across $w_k$ of $w_j$. With few frequent columns $k$ that "
        r"have learned much this is not Gaussian over $j$: its $G_{jk}$ is that of entry $(j, k)$.",
        follows=("R9",),
        by=_by_overlap,
    ),
)
