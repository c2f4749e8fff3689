"""Integrate on feature classes, with an error that is measured by refining them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from numpy.typing import ArrayLike

from superlaw.solvers.feature_classes import (
    FeatureClasses,
    coarser_classes,
    feature_classes,
    relative_difference,
)
from superlaw.solvers.integrators.integrate import integrate
from superlaw.solvers.integrators.problem import MeanField
from superlaw.solvers.solution import Solution

LOOSER = 10.0
"""Factor between the tolerances whose results are compared."""


def integrate_classes(
    build: Callable[[FeatureClasses], MeanField],
    n_features: int,
    times: ArrayLike,
    *,
    rtol: float = 1e-6,
    **options: Any,
) -> Solution:
    """Return the solution on feature classes; its error bound tells what they cost.

    The bound adds up how much two coarser quadratures and a ten times looser tolerance change the
    loss: an estimate after the fact, of the quadrature and of the integration.

    Parameters
    ----------
    build : callable
        Returns the problem on given classes.
    n_features : int
        N.
    times : array_like
        Output times [time].
    rtol : float
        Tolerance of `integrate`.
    **options
        Further arguments of `integrate`.

    Returns
    -------
    Solution
        With `error_bound`; exact classes (small N) leave the integration's part only.

    Examples
    --------
    >>> from superlaw.solvers.models.families import cross_talk
    >>> def build(classes):
    ...     lam = classes.index**-1.5
    ...     return cross_talk.problem(lam, classes.index**-0.25, classes.weight, width=1e5)
    >>> found = integrate_classes(build, 10**12, [1.0, 1e6])
    >>> bool(found.error_bound.max() < 1e-5)
    True
    """
    finest = feature_classes(n_features)
    solution = integrate(build(finest), times, rtol=rtol, **options)
    once = {name: options[name] for name in ("method", "atol", "max_steps") if name in options}
    others = [(finest, LOOSER * rtol)]
    if not finest.is_exact:
        others += [(classes, rtol) for classes in coarser_classes(n_features)]
    bound = 0.0 * solution.loss
    for classes, tolerance in others:
        other = integrate(build(classes), solution.times, rtol=tolerance, **once)
        bound += relative_difference(other.loss, solution.loss)
    where = "every feature" if finest.is_exact else f"{len(finest.index)} feature classes"
    return replace(solution, error_bound=bound, method=f"{solution.method}, {where}")
