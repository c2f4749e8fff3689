"""Checks: what a step must stand up to, symbolically, at random points or along a limit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sympy as sp

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Equal:
    """Two expressions that must be the same at every point inside the hypotheses.

    Parameters
    ----------
    left, right : sympy expression or matrix
        Worked out independently of each other.
    instance : bool
        True if they state the equation at one size only (three features, say): agreement then
        verifies the step and does not prove it.
    """

    left: Any
    right: Any
    instance: bool = False


@dataclass(frozen=True)
class Tends:
    """Two expressions whose ratio must tend to 1 along the given points.

    Parameters
    ----------
    left, right : sympy expression
        The exact form and its asymptotic one.
    points : tuple of dict
        Substitutions that go towards the limit.
    """

    left: sp.Expr
    right: sp.Expr
    points: tuple[dict[sp.Symbol, Any], ...]


@dataclass(frozen=True)
class Sampled:
    """A mean over random matrices that must approach a prediction as the matrices grow.

    Parameters
    ----------
    pair : callable
        (size, random generator) ↦ (mean over samples, prediction).
    sizes : tuple of int
        Increasing; the deviation must shrink from each to the next.
    """

    pair: Callable[[int, np.random.Generator], tuple[float, float]]
    sizes: tuple[int, ...]


Check = Equal | Tends | Sampled
