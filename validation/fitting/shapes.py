"""The laws that a curve may follow, as data: what is linear in them, and what is searched.

With s = ln(1 + (t/τ)^{1/δ}) δ, the smooth corner at τ,

    straight    ln L = c − α ln t
    offset      L = F + A t^-α                        F, A ≥ 0, relative residuals
    crossover   ln L = c − α ln(1 + t/τ)              from a plateau
    broken      ln L = c − α_1 ln t − (α_2 − α_1) s   slopes α_1 before τ, α_2 after it

Given what is searched (α; τ; τ and δ), each is linear, so that one matrix a grid point serves every
window.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from superlaw.curves import Array

EXPONENTS = np.geomspace(0.03, 8.0, 140)
"""Exponents at which the offset law is tried; parabolas lead from there to the minimum."""
N_CORNERS = 24
"""Corners with a width of their own at which a broken law is tried."""
N_PLATEAUS = 72
"""Ends of a plateau at which a crossover is tried."""
WIDTHS = (0.03, 0.15, 0.5, 1.5)
"""Widths δ of a corner [ln t]: sharp, a seventh, a half, one and a half decades, about."""
ROOM = 0.15
"""Part of a window that must lie on either side of a corner."""


@dataclass(frozen=True)
class Shape:
    """A law.

    Parameters
    ----------
    name : str
    n_parameters : int
        All of them, those searched included.
    grid : callable
        x → values of what is searched, shape (G, n_searched).
    design : callable
        (x, y, grid) → columns, shape (G, n, p), of the part that is linear.
    is_relative : bool
        Whether the columns are fitted to 1 (relative residuals) or to ln L.
    has_corner : bool
        Whether the first number searched is a corner that must lie inside the window.
    """

    name: str
    n_parameters: int
    grid: Callable[[Array], Array]
    design: Callable[[Array, Array, Array], Array]
    is_relative: bool = False
    has_corner: bool = False

    def exponents(self, grid: Array, coefficients: Array) -> Array:
        """Return (α_1, α_2), slopes before and after a corner (equal without one), (..., 2)."""
        if self.is_relative:
            one = grid[..., 0] + 0.0 * coefficients[..., 0]
            return np.stack([one, one], axis=-1)
        first = coefficients[..., 1] if self.name != "crossover" else 0.0 * coefficients[..., 1]
        last = coefficients[..., 1]
        if self.name == "broken":
            last = last + coefficients[..., 2]
        return np.stack([first, last], axis=-1)


def _nothing(x: Array) -> Array:
    return np.zeros((1, 0))


def _plateaus(x: Array) -> Array:
    return np.linspace(x[0], x[-1], N_PLATEAUS + 2)[1:-1, None]


def _smooth_corners(x: Array) -> Array:
    corners = np.linspace(x[0], x[-1], N_CORNERS + 2)[1:-1]
    return np.array([(corner, width) for corner in corners for width in WIDTHS])


def _straight(x: Array, y: Array, grid: Array) -> Array:
    return np.stack([np.ones_like(x), -x], axis=-1)[None]


def _offset(x: Array, y: Array, grid: Array) -> Array:
    inverse = np.exp(-y)
    power = np.exp(-grid[:, :1] * x) * inverse
    return np.stack([power, np.broadcast_to(inverse, power.shape)], axis=-1)


def _crossover(x: Array, y: Array, grid: Array) -> Array:
    bend = -np.logaddexp(0.0, x - grid[:, :1])
    return np.stack([np.ones_like(bend), bend], axis=-1)


def _broken(x: Array, y: Array, grid: Array) -> Array:
    corner, width = grid[:, :1], grid[:, 1:]
    bend = -width * np.logaddexp(0.0, (x - corner) / width)
    return np.stack([np.ones_like(bend), np.broadcast_to(-x, bend.shape), bend], axis=-1)


SHAPES = {
    shape.name: shape
    for shape in (
        Shape("straight", 2, _nothing, _straight),
        Shape("offset", 3, lambda x: EXPONENTS[:, None], _offset, is_relative=True),
        Shape("crossover", 3, _plateaus, _crossover, has_corner=True),
        Shape("broken", 5, _smooth_corners, _broken, has_corner=True),
    )
}
"""From the fewest parameters to the most."""
