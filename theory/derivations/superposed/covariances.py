"""What columns and rows of B look like at two times, by the closure with memory."""

from __future__ import annotations

import sympy as sp

from superlaw.theory.derivations.superposed.memory import (
    answer,
    of_column,
    over_columns,
    over_rows,
)
from superlaw.theory.proof.derivation import Step
from superlaw.theory.symbols import (
    Cc_i,
    Cr_j,
    K,
    Xc_i,
    Xr_j,
    kept_any,
    kept_i,
    kept_j,
    sum_i,
    sum_j,
)

answer_then, of_column_then = (sp.IndexedBase(sp.Symbol(name)) for name in ("{q}'", "{X^c}'"))
excess_of_row, excess_of_column = sp.IndexedBase("U^r"), sp.IndexedBase("U^c")
excess_of_row_then, excess_of_column_then = (
    sp.IndexedBase(sp.Symbol(name)) for name in ("{U^r}'", "{U^c}'")
)
norm_seen = sp.Symbol(r"\bar{r}", positive=True)
forces_on_column = sp.Symbol(r"\mathcal{D}_i", positive=True)
forces_on_row = sp.Symbol(r"\mathcal{D}_j", positive=True)
kept_any_then, kept_i_then, kept_j_then = sp.symbols("{R_b}' {R^c_i}' {R^r_j}'", positive=True)
Xc_i_then, Xr_j_then = sp.symbols("{X^c_i}' {X^r_j}'", real=True)


def _covariance(
    kept: tuple[sp.Symbol, sp.Symbol],
    answered: tuple[sp.Symbol, sp.Symbol],
    forces: sp.Symbol,
    told: tuple[sp.Sum, sp.Sum],
) -> sp.Expr:
    """Return what is left of what was there, of forces, and of what both have in common."""
    left, left_then = (1 + R * answers for R, answers in zip(kept, answered, strict=True))
    R, R_then = kept
    common = (R * left_then * told[0] + left * R_then * told[1]) / K
    return left * left_then * norm_seen + R * R_then * forces + common


STEPS = (
    Step(
        "R36",
        "Covariance of a column",
        Cc_i,
        _covariance(
            (kept_i, kept_i_then),
            (Xc_i, Xc_i_then),
            forces_on_column,
            (
                over_rows(answer[sum_j, sum_i] * excess_of_row_then[sum_j, sum_i]),
                over_rows(answer_then[sum_j, sum_i] * excess_of_row[sum_j, sum_i]),
            ),
        ),
        "closure",
        r"Of $B w_i$ without its own direction, at two times. In order: what it sees of $B$, "
        r"answered by its own entries, where $\bar r = r_0 - \mu \mu' - x_i x_i'/K$ leaves out "
        r"what the feature itself has put in; forces, $\mathcal{D}_i = \sum_{j \neq i} "
        r"D_{ji} D_{ji}'$; and what rows that have learned show it more than a random direction "
        r"does, $U^r_{ji}$, the covariance of R40 less $\bar r$. $x = s - \mu$, and in "
        r"${U^r}'$ times are exchanged. Assumed: only the answers of its own entries tie forces to "
        r"what it sees. While gates are open, R46 says what learned rows add beyond.",
        follows=("R31", "R35"),
    ),
    Step(
        "R37",
        "Covariance of a row",
        Cr_j,
        _covariance(
            (kept_j, kept_j_then),
            (Xr_j, Xr_j_then),
            forces_on_row,
            (
                over_columns(
                    answer[sum_j, sum_i]
                    * excess_of_column_then[sum_j, sum_i]
                    / (1 - kept_any * of_column[sum_i])
                ),
                over_columns(
                    answer_then[sum_j, sum_i]
                    * excess_of_column[sum_j, sum_i]
                    / (1 - kept_any_then * of_column_then[sum_i])
                ),
            ),
        ),
        "closure",
        r"Of $B^T w_j$, rows and columns exchanged, all answers and forces screened by their "
        r"columns as in R34: $\mathcal{D}_j = \sum_{i \neq j} E_i D_{ji} D_{ji}' E_i'$ with "
        r"$E_i = 1/(1 - R_b X^c_i)$; $U^c_{ji} = C^c_i - \bar r + x_i (x_i' + \mu' + x_j')$.",
        follows=("R31", "R34", "R35"),
    ),
)
