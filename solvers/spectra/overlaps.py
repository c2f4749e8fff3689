"""Overlaps of unit features: two moments exactly, the fourth and the largest from whole rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superlaw.solvers.spectra.frames import Gram, sum_of

Array = NDArray[np.float64]
BINS = 200
"""Bins of the histogram over −1 … 1."""


@dataclass(frozen=True, eq=False)
class Overlaps:
    """Overlaps ξ of all pairs of features of one matrix.

    Parameters
    ----------
    n : int
        Features with a direction: those that are zero have none.
    mean, mean_square : float
        (|Σu|² − n)/(n(n − 1)) and (‖F_u‖² − n)/(n(n − 1)): exact, without the Gram matrix
        (derivation step G7).
    mean_square_error : float
        Standard error of the mean square, were these features drawn from many: 2 sd/√n, sd that of
        the mean square of one feature over the sampled rows. Of the matrix itself it is exact.
    frame_potential : float
        ‖F_u‖².
    fourth, fourth_error : float
        ⟨ξ⁴⟩ over the sampled rows and its standard error, which is 0 if all rows were taken.
    largest : float
        Largest |ξ| in the sampled rows; a share f of all rows is missed by all of them with
        probability (1 − f)^n_sampled at most.
    n_sampled : int
    histogram : ndarray, (BINS,)
        Overlaps of the sampled rows, counted in equal bins over −1 … 1.
    """

    n: int
    mean: float
    mean_square: float
    mean_square_error: float
    frame_potential: float
    fourth: float
    fourth_error: float
    largest: float
    n_sampled: int
    histogram: NDArray[np.int64]


class OverlapSums:
    """Sums over blocks of unit features that the overlaps are made of.

    Parameters
    ----------
    sampled : ndarray, (n_sampled, dimension)
        Unit features whose overlaps with all others are looked at.
    places : ndarray of int, (n_sampled,)
        Which features they are.
    """

    def __init__(self, sampled: NDArray[Any], places: NDArray[np.int64]) -> None:
        self._sampled, self._places = sampled, places
        self._sum, self._gram = np.zeros(sampled.shape[1]), Gram(sampled.shape[1])
        self._second, self._fourth = np.zeros(len(places)), np.zeros(len(places))
        self._largest, self._n = 0.0, 0
        self._histogram = np.zeros(BINS, dtype=np.int64)

    def add(self, units: NDArray[Any], start: int, n: int) -> None:
        """Add a block of features of norm 1, n of them, or 0, the first of which is `start`."""
        self._n += n
        self._sum += sum_of(units)
        self._gram.add(units)
        cosine = units @ self._sampled.T
        own = np.flatnonzero((self._places >= start) & (self._places < start + len(units)))
        cosine[self._places[own] - start, own] = 0.0
        self._count(cosine, len(own))
        np.square(cosine, out=cosine)
        self._largest = max(self._largest, float(cosine.max(initial=0.0)))
        self._second += sum_of(cosine)
        self._fourth += np.einsum("ij,ij->j", cosine, cosine)

    def _count(self, cosine: NDArray[Any], own: int) -> None:
        """Count overlaps by bins, but those of features with themselves, which are set to 0."""
        place = cosine * cosine.dtype.type(0.5 * BINS)
        place += cosine.dtype.type(0.5 * BINS)
        found = np.bincount(place.astype(np.intp).ravel(), minlength=BINS + 1)
        found[BINS - 1] += found[BINS]  # 1 itself, and what rounding puts above it
        self._histogram += found[:BINS]
        self._histogram[BINS // 2] -= own

    def overlaps(self) -> Overlaps:
        """Return what the sums say."""
        n, pairs = self._n, max(1.0, self._n * (self._n - 1.0))
        square = self._gram.square
        rows = self._fourth / max(1, n - 1)
        s = len(rows)
        left_out = max(0.0, 1.0 - s / n) if n else 0.0
        error = rows.std(ddof=1) * np.sqrt(left_out / s) if s > 1 and left_out else 0.0
        second = (self._second / max(1, n - 1)).std(ddof=1) if s > 1 else 0.0
        return Overlaps(
            n,
            float((self._sum @ self._sum - n) / pairs),
            float((square - n) / pairs),
            float(2.0 * second / np.sqrt(max(1, n))),
            square,
            float(rows.mean()) if s else 0.0,
            float(error),
            min(1.0, float(np.sqrt(self._largest))),
            s,
            self._histogram,
        )
