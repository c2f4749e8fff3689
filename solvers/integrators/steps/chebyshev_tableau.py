"""The Runge-Kutta-Chebyshev methods as one table, for a ladder of numbers of stages."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from superlaw.curves import Array
from superlaw.solvers.integrators.steps.chebyshev_coefficients import coefficients, stability_limit
from superlaw.solvers.integrators.steps.tableaus import Tableau

MOST_STAGES, RUNG = 512, 1.12
"""Longest step, and how far apart numbers of stages are: at most 12% more than needed."""


@dataclass(frozen=True)
class ChebyshevTableau(Tableau):
    """The coefficients of every number of stages on the ladder, in one table."""

    def padded(self) -> tuple[Array, Array, Array, Array, Array]:
        """Return the table: A has the columns μ, ν, μ̃, γ̃; C: stages, first row, and hρ reached."""
        rows, ladder, start = [], [], 0
        for n in _ladder():
            found = coefficients(n)
            rows.append(np.stack([found.mu, found.nu, found.mu_tilde, found.gamma_tilde], axis=1))
            ladder.append([n, start, stability_limit(n)])
            start += n + 1
        return np.concatenate(rows), np.array(ladder), self.b, self.e, self.D


def _ladder() -> list[int]:
    """Return the numbers of stages, from 2 to `MOST_STAGES`."""
    numbers = [2]
    while numbers[-1] < MOST_STAGES:
        numbers.append(min(MOST_STAGES, max(numbers[-1] + 1, int(RUNG * numbers[-1]))))
    return numbers


_EMPTY = np.zeros((0, 0))
RKC2 = ChebyshevTableau(
    name="rkc",
    order=2,
    embedded_order=2,
    A=_EMPTY,
    b=np.zeros(2),
    e=np.zeros(2),
    D=_EMPTY,
    source="Sommeijer, Shampine & Verwer, Journal of Computational and Applied Mathematics 88 "
    "(1998) 315",
)
