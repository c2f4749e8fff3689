"""The frame operator of a matrix, in one pass, and the coordinates of its three versions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superlaw.solvers.spectra.rows import Rows

Array = NDArray[np.float64]
MOST_LEADING = 3
"""Directions that are removed where nothing is said: real heads have one to three."""
OUTLIER = 4.0
"""A leading eigenvalue stands out above this many means of those after it: the edge of the
Marchenko-Pastur law is never higher."""
Moved = Callable[[float], None]


@dataclass(frozen=True)
class Frame:
    """Eigenspaces of a frame operator F = Σ w wᵀ, and the coordinates of features in them.

    Parameters
    ----------
    name : str
        "raw", "centred" or "cleaned".
    centre : ndarray, (d,)
        Subtracted from every feature first.
    eigenvalues : ndarray, (d − removed,)
        Falling.
    vectors : ndarray, (d, d − removed)
        Their eigenvectors.
    rank : int
    """

    name: str
    centre: Array
    eigenvalues: Array
    vectors: Array
    rank: int


class Gram:
    """Σ y yᵀ over blocks of rows, summed in double precision."""

    def __init__(self, dimension: int) -> None:
        self.matrix = np.zeros((dimension, dimension))

    def add(self, rows: NDArray[Any]) -> None:
        """Add a block, shape (rows, dimension)."""
        self.matrix += rows.T @ rows  # numpy sees that this is symmetric, and does half the work

    @property
    def square(self) -> float:
        """‖Σ y yᵀ‖²."""
        return float((self.matrix**2).sum())


def sum_of(rows: NDArray[Any]) -> NDArray[Any]:
    """Return the sum of the rows of a block, as one product: a reduction reads it far slower."""
    return np.asarray(np.ones(len(rows), rows.dtype) @ rows)


def operator(rows: Rows, scale: float, moved: Moved) -> tuple[Array, Array]:
    """Return Σ w and F = Σ w wᵀ of features divided by `scale`, in one pass."""
    total, gram = np.zeros(rows.dimension), Gram(rows.dimension)
    for place, block in rows.blocks():
        block *= rows.precision(1.0 / scale)
        total += sum_of(block)
        gram.add(block)
        moved(place.stop - place.start)
    return total, gram.matrix


def versions(rows: Rows, total: Array, F: Array, leading: int | None) -> tuple[Frame, ...]:
    """Return the frames of the raw, the centred and the cleaned matrix.

    Centred: F − n c cᵀ with the mean c. Cleaned: centred, without its leading directions.

    Parameters
    ----------
    total, F : ndarray
        Of `operator`.
    leading : int or None
        How many directions to remove; those that stand out, at most `MOST_LEADING`, if None.
    """
    mean = total / rows.n
    rounding = rows.dimension * float(np.finfo(rows.precision).eps) * float(np.trace(F))
    raw = _frame("raw", np.zeros_like(mean), F, rounding)
    centred = _frame("centred", mean, F - rows.n * np.outer(mean, mean), rounding)
    k = outliers(centred.eigenvalues[: centred.rank]) if leading is None else leading
    cleaned = Frame(
        "cleaned", mean, centred.eigenvalues[k:], centred.vectors[:, k:], max(0, centred.rank - k)
    )
    return raw, centred, cleaned


def outliers(eigenvalues: Array) -> int:
    """Return how many leading eigenvalues stand out, at most `MOST_LEADING`."""
    count = 0
    for k in range(min(MOST_LEADING, len(eigenvalues) - 1)):
        if eigenvalues[k] > OUTLIER * eigenvalues[k + 1 :].mean():
            count = k + 1
    return count


def _frame(name: str, centre: Array, F: Array, rounding: float) -> Frame:
    lam, vectors = np.linalg.eigh(F)
    lam, vectors = np.maximum(lam[::-1], 0.0), np.ascontiguousarray(vectors[:, ::-1])
    return Frame(name, centre, lam, vectors, int((lam > rounding).sum()))
