"""Every law on every window: which describes most of a curve within its noise.

A law with k parameters on a window that leaves out n_cut of n points has the information criterion

    IC = χ² + k ln n + 2 n_cut,

points that are left out counting as described each by a parameter of its own (Jay and Neil, Phys.
Rev. D 103, 114502 (2021)); n and n_cut are numbers of independent points, n (1 − ρ)/(1 + ρ).
exp(−IC/2) is then the weight of the law on that window.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from superlaw.curves import Array
from superlaw.validation.fitting.noise import Noise
from superlaw.validation.fitting.shapes import ROOM, SHAPES, Shape

TOLERANCE = 0.005
"""A law is taken to describe a curve if it is right to this part of the loss; noise adds to it."""
N_EDGES = 15
"""Times between which windows are tried."""
ZOOMS, FINER = 2, 5
"""A corner is looked for again, twice, in steps so much finer."""
WIDE = 0.6
"""That is done around the corners of windows with this part of the decades, if there are any."""
NARROWEST = 0.2
"""The least part of the points that a window has."""

Window = tuple[int, int]
"""First and last point, both inside."""


@dataclass(frozen=True)
class Trial:
    """The best of one law on one window.

    Parameters
    ----------
    shape : Shape
    window : (int, int)
    criterion : float
        IC.
    chi2 : float
        χ² of what the window holds.
    searched : ndarray
        What was searched, refined between the points of the grid where that is one number.
    exponents : (float, float)
        Before and after a corner.
    """

    shape: Shape
    window: Window
    criterion: float
    chi2: float
    searched: Array
    exponents: tuple[float, float]


@dataclass(frozen=True)
class Scale:
    """What residuals are measured in.

    Parameters
    ----------
    sigma : ndarray
        √(σ_k² + `TOLERANCE`²), shape (n,).
    rho : float
        Autocorrelation of neighbours; the tolerance has none.
    """

    sigma: Array
    rho: float

    @classmethod
    def of(cls, noise: Noise) -> Scale:
        """Return the scale of a curve with some noise."""
        sigma = np.hypot(noise.level, TOLERANCE)
        return cls(sigma, float(noise.correlation * np.median((noise.level / sigma) ** 2)))

    @property
    def thinning(self) -> float:
        """Independent points a point."""
        return (1.0 - self.rho) / (1.0 + self.rho)


def all_windows(n: int, least: int) -> list[Window]:
    """Return windows between `N_EDGES` points of a curve of n."""
    edges = np.unique(np.round(np.linspace(0, n - 1, min(n, N_EDGES))).astype(int)).tolist()
    return [(i, j) for i in edges for j in edges if j - i + 1 >= least]


def trials(
    x: Array, y: Array, scale: Scale, shapes: Iterable[str], windows: list[Window] | None
) -> list[Trial]:
    """Return every law on every window, best first; windows are those of `all_windows` if None."""
    found: list[Trial] = []
    for name in shapes:
        shape = SHAPES[name]
        least = max(shape.n_parameters + 2, round(NARROWEST * len(x)))
        tried = windows or all_windows(len(x), min(least, len(x)))
        found += _of_shape(shape, x, y, scale, tried)
    return sorted(found, key=lambda trial: trial.criterion)


def _of_shape(shape: Shape, x: Array, y: Array, scale: Scale, windows: list[Window]) -> list[Trial]:
    """Return the best of one law on each window."""
    spans = np.array(windows)
    x0, y0 = float(x.mean()), float(y.mean())
    grid, chi2, coefficients = _searched(shape, x - x0, y - y0, scale, spans)
    n_cut = len(x) - (spans[:, 1] - spans[:, 0] + 1)
    least = _criterion(shape, len(x), n_cut, scale)
    slopes = shape.exponents(grid[:, None, :], coefficients)
    found = []
    for w, best in enumerate(np.argmin(chi2, axis=0)):
        if not np.isfinite(chi2[best, w]):
            continue
        searched, lowest = _refined(grid, chi2[:, w], int(best))
        exponents = np.full(2, searched[0]) if shape.is_relative else slopes[best, w]
        if shape.has_corner:
            searched = searched + np.array([x0] + [0.0] * (len(searched) - 1))
        first, last = float(exponents[0]), float(exponents[1])
        found.append(
            Trial(shape, windows[w], lowest + float(least[w]), lowest, searched, (first, last))
        )
    return found


def _searched(
    shape: Shape, x: Array, y: Array, scale: Scale, spans: NDArray[np.int64]
) -> tuple[Array, Array, Array]:
    """Return a grid, χ² and coefficients there: of two numbers the first is looked for twice more.

    Between the points of a coarse grid a sharp corner misses the curve by more than its noise.
    """
    grid = shape.grid(x)
    chi2, coefficients = _on_grid(shape, x, y, scale, spans, grid)
    if grid.shape[1] < 2:
        return grid, chi2, coefficients
    wide = x[spans[:, 1]] - x[spans[:, 0]] >= WIDE * (x[-1] - x[0])
    step = float(np.diff(np.unique(grid[:, 0]))[0])
    for _ in range(ZOOMS):
        step /= FINER
        closer = _around(grid, chi2[:, wide if wide.any() else ~wide], step)
        more = _on_grid(shape, x, y, scale, spans, closer)
        grid = np.concatenate([grid, closer])
        chi2, coefficients = (
            np.concatenate([chi2, more[0]]),
            np.concatenate([coefficients, more[1]]),
        )
    return grid, chi2, coefficients


def _on_grid(
    shape: Shape, x: Array, y: Array, scale: Scale, spans: NDArray[np.int64], grid: Array
) -> tuple[Array, Array]:
    """Return χ² and coefficients at points of a grid, (G, W) and (G, W, p); χ² = ∞ where no law."""
    columns = shape.design(x, y, grid)
    target = np.ones_like(x) if shape.is_relative else y
    chi2, coefficients = _solved(columns, target, scale, spans)
    if shape.is_relative:
        chi2 = np.where(np.all(coefficients >= 0.0, axis=-1), chi2, np.inf)
    if shape.has_corner:
        first, last = x[spans[:, 0]], x[spans[:, 1]]
        margin = ROOM * (last - first)
        corner = grid[:, :1]
        chi2 = np.where((corner >= first + margin) & (corner <= last - margin), chi2, np.inf)
    return chi2, coefficients


def _around(grid: Array, chi2: Array, step: float) -> Array:
    """Return corners around the best of each window, in finer steps, with their widths."""
    best = np.unique(grid[np.argmin(chi2, axis=0)], axis=0)
    corners = best[:, None, :1] + step * np.arange(1 - FINER, FINER)[:, None]
    widths = np.broadcast_to(best[:, None, 1:], corners.shape)
    return np.concatenate([corners, widths], axis=-1).reshape(-1, grid.shape[1])


def _criterion(shape: Shape, n: int, n_cut: NDArray[np.int64], scale: Scale) -> Array:
    """Return k ln n + 2 n_cut."""
    independent = max(n * scale.thinning, 2.0)
    return np.asarray(shape.n_parameters * np.log(independent) + 2.0 * n_cut * scale.thinning)


def _solved(
    columns: Array, target: Array, scale: Scale, spans: NDArray[np.int64]
) -> tuple[Array, Array]:
    """Return χ² and coefficients of linear fits, shapes (G, W) and (G, W, p).

    Residuals are whitened as z_k − ρ z_{k−1}, but for the first of a window.
    """
    n, p, rho = len(target), columns.shape[-1], scale.rho
    aim = np.broadcast_to(target, (len(columns), n))[..., None]
    z = np.concatenate([columns, aim], axis=-1) / scale.sigma[:, None]
    one, other = np.triu_indices(p + 1)
    white = (z[:, 1:] - rho * z[:, :-1]) / np.sqrt(1.0 - rho**2)
    first, k = z[:, spans[:, 0]], np.arange(1, n)
    inside = ((k[:, None] > spans[:, 0]) & (k[:, None] <= spans[:, 1])).astype(np.float64)
    products = np.moveaxis(white[..., one] * white[..., other], 1, 2) @ inside
    sums = np.moveaxis(products, 1, 2) + first[..., one] * first[..., other]
    matrix = np.empty((*sums.shape[:2], p + 1, p + 1))
    matrix[..., one, other] = matrix[..., other, one] = sums
    size = np.sqrt(np.maximum(np.einsum("...ii->...i", matrix[..., :p, :p]), 1e-300))
    normal = matrix[..., :p, :p] / size[..., :, None] / size[..., None, :] + 1e-13 * np.eye(p)
    right = matrix[..., :p, p] / size
    coefficients = np.linalg.solve(normal, right[..., None])[..., 0]
    chi2 = matrix[..., p, p] - np.sum(coefficients * right, axis=-1)
    return np.maximum(chi2, 0.0), coefficients / size


def _refined(grid: Array, chi2: Array, best: int) -> tuple[Array, float]:
    """Return the minimum of a parabola through three points, where one number is searched."""
    if grid.shape[1] != 1 or not 0 < best < len(grid) - 1:
        return grid[best], float(chi2[best])
    below, here, above = chi2[best - 1 : best + 2]
    bend = below - 2.0 * here + above
    if not (np.isfinite(bend) and bend > 0.0):
        return grid[best], float(here)
    shift = 0.5 * (below - above) / bend
    step = (grid[best + 1] - grid[best - 1]) / 2.0
    return grid[best] + shift * step, float(max(here - 0.25 * (below - above) * shift, 0.0))
