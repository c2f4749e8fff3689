"""One row of a product, of an inverse and of a root of matrices in time that grow row by row."""

from __future__ import annotations

import numpy as np

from superlaw.compiled import LOOSE, helper

LEAST_NEW = 1e-3
"""Part of the variance of a field that may be new at a time; less is left out, as white noise on
the grid would be kept for as long as a step is and grow with the number of steps."""
_TINY = 1e-300


@helper(fastmath=LOOSE)
def row_times(row, n, matrix, out):
    """Fill out = row · matrix up to n, of a lower triangular matrix."""
    out[: n + 1] = 0.0
    for m in range(n + 1):
        x = row[m]
        if x != 0.0:
            for k in range(m + 1):
                out[k] += x * matrix[m, k]


@helper(fastmath=LOOSE)
def add_inside(left, n, inner, right, out):
    """Add row n of left · inner · rightᵀ, of lower triangular ones around any."""
    middle = np.zeros(n + 1)
    for m in range(n + 1):
        x = left[n, m]
        if x != 0.0:
            for k in range(n + 1):
                middle[k] += x * inner[m, k]
    for k in range(n + 1):
        for m in range(k + 1):
            out[k] += middle[m] * right[k, m]


@helper(fastmath=LOOSE)
def fill_row_of_inverse(out, n, d, taken, held):
    """Fill row n of (d − A)⁻¹, A lower triangular: `taken` is its row, held d − A at (n, n)."""
    row = np.zeros(n)
    for m in range(n):
        x = taken[m] - d[n, m]
        if x != 0.0:
            for k in range(m + 1):
                row[k] += x * out[m, k]
    scale = 1.0 / held
    for k in range(n):
        out[n, k] = row[k] * scale
    out[n, n] = scale


@helper(fastmath=LOOSE)
def fill_inverse(out, n, d, first, second):
    """Fill row n of (d − first − second)⁻¹, of lower triangular ones."""
    held = d[n, n] - first[n, n] - second[n, n]
    fill_row_of_inverse(out, n, d, first[n, :n] + second[n, :n], held)


@helper(fastmath=LOOSE)
def fill_root(out, n, covariance):
    """Fill row n of a root of a covariance, of which the row is given.

    What is hardly new is left out, and the rest made as large as the variance asks for.
    """
    total = max(covariance[n], _TINY)
    new = total
    for m in range(n):
        out[n, m] = 0.0
        if out[m, m] > 0.0:
            x = covariance[m]
            for k in range(m):
                x -= out[n, k] * out[m, k]
            out[n, m] = x / out[m, m]
            new -= out[n, m] * out[n, m]
    if new > LEAST_NEW * total:
        out[n, n] = np.sqrt(new)
        return
    out[n, n] = 0.0
    scale = np.sqrt(total / max(total - new, 0.1 * total))
    for m in range(n):
        out[n, m] *= scale


@helper(fastmath=LOOSE)
def mirror(matrix, n):
    """Copy row n of a symmetric matrix to its column."""
    for k in range(n):
        matrix[k, n] = matrix[n, k]
