"""The methods `integrate` knows, and which one a problem gets if the user names none."""

from __future__ import annotations

import math
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any

from superlaw.solvers.integrators.problem import MeanField
from superlaw.solvers.integrators.steps.chebyshev_coefficients import stability_limit
from superlaw.solvers.integrators.steps.chebyshev_tableau import MOST_STAGES, RKC2
from superlaw.solvers.integrators.steps.tableaus import (
    DOPRI5,
    HOCHBRUCK_OSTERMANN,
    RODAS5P,
    TSIT5,
    Tableau,
)

EXPLICIT_REACH = 4.0
"""Both explicit methods are stable on decays up to 3.3 … 3.6 of step × rate."""
NOT_STIFF = 100.0
"""Up to this (fastest rate × span) an explicit method is not held back by stability for long."""


@dataclass(frozen=True)
class Method:
    """A way to take a step: its compiled parts, its coefficients and what it is for.

    Parameters
    ----------
    module : str
        Where its passes and its step are, loaded when first needed.
    tableau : Tableau
        Coefficients.
    purpose : str
        A few words for the solution.
    n_stored : tuple of int
        Vectors of length N that it keeps between passes: if features are coupled, if not.
    linear : Method, optional
        What does the same with less work where the problem is linear.
    takes_decay_exactly : bool
        Whether independent linear modes are exact in one step.
    reach : float
        No step × fastest rate of a decay beyond this is stable.
    """

    module: str
    tableau: Tableau
    purpose: str
    n_stored: tuple[int, int] = (0, 0)
    linear: Method | None = None
    takes_decay_exactly: bool = False
    reach: float = math.inf

    @property
    def compiled(self) -> ModuleType:
        """The module of the step."""
        return import_module(f"superlaw.solvers.integrators.steps.{self.module}")

    def on(self, problem: MeanField) -> Method:
        """Return the form of the method for a problem."""
        return self.linear if problem.is_linear and self.linear else self

    def is_exact_on(self, problem: MeanField) -> bool:
        """Return whether its steps have no error on a problem, however long they are."""
        return self.takes_decay_exactly and problem.is_linear and problem.n_order == 0


_EXPLICIT = "explicit, for problems that are not stiff"
_RESOLVENTS = Method(
    "rosenbrock_linear", RODAS5P.in_resolvents(), "L-stable; linear problem: two passes"
)
METHODS = {
    "rosenbrock": Method("rosenbrock", RODAS5P, "L-stable", (RODAS5P.n_stages, 0), _RESOLVENTS),
    "exponential": Method(
        "exponential",
        HOCHBRUCK_OSTERMANN,
        "diagonal exact, coupling explicit",
        takes_decay_exactly=True,
    ),
    "rkc": Method(
        "chebyshev", RKC2, "stabilised explicit", (3, 3), reach=stability_limit(MOST_STAGES)
    ),
    "tsit5": Method("explicit", TSIT5, _EXPLICIT, reach=EXPLICIT_REACH),
    "dopri5": Method("explicit", DOPRI5, _EXPLICIT, reach=EXPLICIT_REACH),
}


def choose(method: str, problem: MeanField, stiffness: Any) -> tuple[str, str]:
    """Return the method to use, and why.

    Parameters
    ----------
    method : str
        A key of `METHODS`, or "auto".
    problem : MeanField
        The equations.
    stiffness : callable
        Returns a bound on (fastest rate × span) at the start.
    """
    if method != "auto":
        return method, "as asked"
    if METHODS["exponential"].is_exact_on(problem):
        return "exponential", "independent linear modes: exact in one step"
    hardness = stiffness()
    if hardness <= NOT_STIFF:
        return "tsit5", f"not stiff: fastest rate × span at most {hardness:.3g}"
    return "rosenbrock", f"stiff: fastest rate × span up to {hardness:.3g}"
