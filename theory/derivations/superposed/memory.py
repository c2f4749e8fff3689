"""Memory with gates: what entries, columns, rows and everything answer to a kick, and its remains.

Products of kernels are integrals over times. While gates are constant they are products of Laplace
transforms, d/dt → z, and a prime is the second time, transformed to z': so equations stand here.
"""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from superlaw.theory.derivations.superposed.entry import OPENS, written_out
from superlaw.theory.proof.calculus import one_term
from superlaw.theory.proof.checks import Check, Equal
from superlaw.theory.proof.derivation import Step
from superlaw.theory.symbols import (
    A_ji,
    D_ji,
    K,
    N,
    S_ji,
    X,
    Xc_i,
    Xr_j,
    beta_j,
    kappa_j,
    kept_any,
    kept_ji,
    m_plus_0,
    m_plus_1,
    m_plus_2,
    p_i,
    sum_i,
    sum_j,
    z,
)

answer, of_column = sp.IndexedBase(sp.Symbol("{q}")), sp.IndexedBase("X^c")
field = sp.Symbol("xi_ji", real=True)

_turns = p_i**2 * m_plus_1**2 / (z + kappa_j) - p_i * m_plus_2


def over_rows(term: sp.Expr) -> sp.Sum:
    """Return a sum over the entries of a column."""
    return sp.Sum(term, (sum_j, 1, N))


def over_columns(term: sp.Expr) -> sp.Sum:
    """Return a sum over the entries of a row."""
    return sp.Sum(term, (sum_i, 1, N))


def _answer(
    step: Step, opening: Step, moment: Step, entry: Step, bias: Step, remembered: Step
) -> Iterator[Check]:
    """Kick the field of an entry off the diagonal; solve for the entry, its bias and its drive."""
    drives = (
        written_out(one_term(each.rhs), opening, moment).subs(A_ji, 0) for each in (entry, bias)
    )
    hessian = sp.Matrix([*drives]).jacobian([S_ji, beta_j])
    slopes = sp.Matrix(2, 2, sp.symbols("D_S D_b b_S b_b", real=True))
    moved, tilted, driven = sp.symbols("S_1 beta_1 D_1")
    follows = remembered.rhs.diff(field) + remembered.rhs.diff(D_ji) * driven
    solved = sp.solve(
        [
            moved - follows,
            z * tilted - slopes[1, 0] * moved - slopes[1, 1] * tilted,
            driven - slopes[0, 0] * moved - slopes[0, 1] * tilted,
        ],
        [moved, tilted, driven],
        dict=True,
    )[0][driven]
    known = dict(zip(slopes, hessian, strict=True))
    stated = written_out(step.rhs.subs(kappa_j, p_i * m_plus_0), opening, moment)
    yield Equal(solved.subs(known), stated)


STEPS = (
    Step(
        "R30",
        "Entry with memory",
        S_ji,
        field + kept_ji * D_ji,
        "closure",
        r"What an entry would be without its own drive, and what is left of each of its drives, "
        r"$\int R_{ji}(t, t') D_{ji}(t')\, dt'$. Assumed: the field $\xi_{ji}$ is Gaussian over "
        r"the entries of a row, with the two-time covariance of R39 and no other trace of this "
        r"entry; $R_{ji}$ is the same whatever the entry does; all other entries are seen through "
        r"means over random directions. This holds for single entries, in place of R9 and R13, "
        r"and R30 to R37 are closed together. What they leave out is in R47 (biases), R48 and R49 "
        r"(rows), R51 (other rows), R52 and R53 (own entries).",
        follows=("R9",),
    ),
    Step(
        "R31",
        "Answer of an entry",
        answer[sum_j, sum_i],
        _turns / (1 - kept_ji * _turns),
        "identity",
        r"$q_{ji}$, what the drive of an entry does when its field is kicked: its slopes are "
        r"$-p_i m^+_2$ by $S$ and $-p_i m^+_1$ by $\beta$, the latter also that of the drive of "
        r"the bias by $S$. The bias of the row answers too, as far as its stiffness $\kappa_j$ "
        r"(R38) lets it: without it far too little is left of a kick of a frequent column. The "
        r"other entries of the row take most of that stiffness: R47 goes in its place. An "
        r"output off the diagonal opens at zero error, so the moving edge adds nothing; for the "
        r"own entry it adds to all slopes.",
        follows=("R2", "R3", "R4", "R5", "R30"),
        by=_answer,
        hypotheses=OPENS,
    ),
    Step(
        "R32",
        "Answer of a column",
        Xc_i,
        over_rows(answer[sum_j, sum_i]) / K,
        "closure",
        r"$X^c_i$: a column that is kicked answers along itself, in the mean over the directions "
        r"of rows. With what comes back through everything else it answers as "
        r"$T_i = X^c_i/(1 - R_b X^c_i)$. Assumed: rows are many and random, and each answers as "
        r"if the others were there in the mean.",
        follows=("R31",),
    ),
    Step(
        "R33",
        "What is left where no feature is",
        kept_any,
        1 / (z - over_columns(of_column[sum_i] / (1 - kept_any * of_column[sum_i])) / K),
        "closure",
        r"$R_b = 1/(z - X)$, of a kick in a direction that no feature owns: everything answers "
        r"with $X = \sum_i T_i/K$. Assumed: columns answer as ones, again and again, and of rows "
        r"only what single entries do; R49 has rows too.",
        follows=("R32",),
    ),
    Step(
        "R34",
        "Answer of a row",
        Xr_j,
        over_columns(answer[sum_j, sum_i] / (1 - kept_any * of_column[sum_i])) / K,
        "closure",
        r"$X^r_j$: what its column does about the answer of an entry screens it, by "
        r"$1 + T_i R_b = 1/(1 - R_b X^c_i)$. Assumed: only what a column does afterwards, and a "
        r"row does not come back through $X$ as columns do. R43 says what that leaves out; R48 "
        r"screens before as well.",
        follows=("R31", "R32", "R33"),
    ),
    Step(
        "R35",
        "What is left of a kick",
        kept_ji,
        1 / (z - X - Xc_i - Xr_j),
        "closure",
        r"$(d/dt - X - X^c_i - X^r_j)^{-1}$, with $X = z - 1/R_b$: in place of the rates of R13, "
        r"kernels. A kick along $v w_i^T$ with a random direction $v$ has no row: "
        r"$R^c_i = 1/(z - X - X^c_i)$; one along $w_j v^T$ has no column: "
        r"$R^r_j = 1/(z - X - X^r_j)$. R49 is the same with rows as ones.",
        follows=("R32", "R33", "R34"),
    ),
)
