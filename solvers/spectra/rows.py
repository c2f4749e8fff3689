"""A matrix as blocks of rows: of an array in memory, or of a file that is never read whole."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from superlaw.arguments import refuse, shown

Array = NDArray[np.float64]
BLOCK = 2**20
"""Entries of a block: 4 MB in single precision, and a few such arrays at a time."""
DOUBLE_WORK = 1e10
"""Multiply-adds n d² up to which everything is done in double precision."""
_TINY = float(np.finfo(np.float32).tiny)
_REMEDY = "Give a two-dimensional array of numbers, rows being features."


@dataclass(frozen=True)
class Rows:
    """The features of a matrix, read a block at a time.

    Parameters
    ----------
    name : str
        What is shown of it.
    n, dimension : int
        Features, and numbers of each.
    dtype : str
        As stored.
    read : callable
        (start, stop) ↦ these features, shape (stop − start, dimension), any real dtype.
    is_double : bool
        Stored with more digits than single precision holds.
    is_unit : bool
        Features are divided by their norms first.
    """

    name: str
    n: int
    dimension: int
    dtype: str
    read: Callable[[int, int], NDArray[Any]]
    is_double: bool
    is_unit: bool = False

    @property
    def precision(self) -> type[np.floating[Any]]:
        """The type that is calculated with: single where the numbers are, and many."""
        single = not self.is_double and self.n * self.dimension**2 > DOUBLE_WORK
        return np.float32 if single else np.float64

    def blocks(self) -> Iterator[tuple[slice, NDArray[Any]]]:
        """Yield each block of features with its place."""
        size = max(1, BLOCK // self.dimension)
        for start in range(0, self.n, size):
            place = slice(start, min(start + size, self.n))
            yield place, self.numbers(place.start, place.stop)

    def numbers(self, start: int, stop: int) -> NDArray[Any]:
        """Return these features in the type that is calculated with: an array of one's own."""
        block = self.read(start, stop).astype(self.precision, order="C")
        if self.is_unit:
            block /= np.maximum(np.abs(block).max(axis=1, keepdims=True), _TINY)
            block /= np.maximum(np.linalg.norm(block, axis=1, keepdims=True), _TINY)
        return block


def of_array(matrix: ArrayLike, *, columns: bool) -> Rows:
    """Return the rows, or the columns, of an array, or refuse what is no matrix of numbers."""
    try:
        array = np.asarray(matrix)
    except Exception:  # whatever an object's own conversion raises
        refuse("matrix", "a matrix of numbers", matrix, _REMEDY)
    if array.dtype.kind not in "fiu" or array.ndim != 2:
        refuse("matrix", "a matrix of numbers", _described(array, matrix), _REMEDY)
    return turned("matrix", array, array.shape, columns=columns)


def turned(
    name: str,
    stored: NDArray[Any],
    shape: tuple[int, ...],
    *,
    columns: bool,
    dtype: str = "",
    decode: Callable[[NDArray[Any]], NDArray[Any]] = np.asarray,
) -> Rows:
    """Return the rows, or the columns, of a two-dimensional array that is stored somewhere.

    Parameters
    ----------
    name : str
        What is shown of it.
    stored : ndarray
        In memory or mapped from a file.
    shape : tuple of int
        Of the numbers; what is stored may be packed.
    columns : bool
    dtype : str
        Name of what is stored, where numpy has none.
    decode : callable
        Makes numbers of a part of it.
    """
    seen, kind = (stored.T if columns else stored), stored.dtype
    n, dimension = shape[::-1] if columns else shape
    is_double = not dtype and kind.itemsize > (4 if kind.kind == "f" else 2)
    return checked(
        Rows(name, n, dimension, dtype or str(kind), lambda i, j: decode(seen[i:j]), is_double)
    )


def checked(rows: Rows) -> Rows:
    """Return a matrix that has a geometry: two features or more, of one number or more."""
    if rows.n < 2 or rows.dimension < 1:
        form = f"{rows.n} × {rows.dimension}"
        refuse("matrix", "of two features or more", form, "Rows are features; see columns.")
    return rows


def largest_entry(rows: Rows) -> float:
    """Return the largest |entry|; refuse a matrix with an entry that is not finite, or with none.

    Raises
    ------
    ArgumentError
        If an entry is NaN or infinite, all are zero, or squares leave the range of a double.
    """
    largest = 0.0
    for place, block in rows.blocks():
        low, high = float(block.min()), float(block.max())
        if not math.isfinite(low - high):
            bad = np.flatnonzero(~np.isfinite(block).all(axis=1))
            where = place.start + int(bad[0]) if bad.size else place.start
            refuse("matrix", "finite", f"row {where}", "Remove or mend that feature.")
        largest = max(largest, -low, high)
    if not 1e-140 < largest < 1e140:
        rule = "of entries whose squares a double holds, not all zero"
        refuse("matrix", rule, f"largest |entry| {largest:g}", "Rescale it.")
    return largest


def _described(array: NDArray[Any], matrix: object) -> str:
    if array.dtype.kind in "fiu":
        return f"array of shape {array.shape}"
    return f"{array.dtype} of shape {array.shape}: {shown(matrix)}"
