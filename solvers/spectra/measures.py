"""Spectral measures of features and their overlaps, in a second pass over a matrix."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superlaw.solvers.spectra.frames import Frame, Moved
from superlaw.solvers.spectra.overlaps import Overlaps, OverlapSums
from superlaw.solvers.spectra.rows import Rows

Array = NDArray[np.float64]
ROUNDINGS = 1e3
"""A feature shorter than this many roundings of the mean norm has no direction."""


@dataclass(frozen=True, eq=False)
class Features:
    """What the spectral measure μ_i of each feature says of it, arrays of shape (n,).

    Parameters
    ----------
    square_norms : ndarray
        |w_i|².
    dimensionality : ndarray
        D_i = |w_i|²/E_μi[λ] = |w_i|⁴/Σ_j (w_i·w_j)² (derivation step G3).
    deficit : ndarray
        w_iᵀF⁺w_i − D_i ≥ 0: what a feature lacks because μ_i is not a point; all D_i and deficits
        add up to rank F (derivation step G4).
    spread : ndarray
        cv² = Var_μi λ/E_μi² λ: 0 where a feature lies in one eigenspace.
    """

    square_norms: Array
    dimensionality: Array
    deficit: Array
    spread: Array

    @property
    def has_direction(self) -> NDArray[np.bool_]:
        """Whether a feature is not zero."""
        return np.asarray(self.square_norms > 0.0)


class _Part:
    """One version of a matrix, filled block by block."""

    def __init__(self, frame: Frame, n: int, floor: float) -> None:
        self._powers = np.zeros((len(frame.eigenvalues), 4))
        lam = frame.eigenvalues[: frame.rank]
        self._powers[:, 0] = 1.0
        self._powers[: frame.rank, 1:] = np.stack([lam, lam**2, 1.0 / lam], axis=1)
        self._floor = floor
        self._moments = np.zeros((n, 4))
        self._overlaps: OverlapSums | None = None

    def sample(self, coordinates: NDArray[Any], places: NDArray[np.int64]) -> None:
        """Take the features whose overlaps with all others are looked at."""
        norms = np.square(coordinates).sum(axis=1)
        kept = norms > self._floor
        self._overlaps = OverlapSums(self._units(coordinates, norms)[kept], places[kept])

    def add(self, coordinates: NDArray[Any], place: slice) -> None:
        """Take a block of features, in the coordinates of the eigenspaces."""
        assert self._overlaps is not None
        moments = np.square(coordinates) @ self._powers.astype(coordinates.dtype)
        norms = moments[:, 0]
        norms[norms <= self._floor] = 0.0
        self._moments[place] = moments
        units = self._units(coordinates, norms)
        self._overlaps.add(units, place.start, int(np.count_nonzero(norms)))

    def _units(self, coordinates: NDArray[Any], norms: NDArray[Any]) -> NDArray[Any]:
        kept = norms > self._floor
        inverse = np.where(kept, 1.0 / np.sqrt(np.where(kept, norms, 1.0)), 0.0)
        return np.asarray(coordinates * inverse[:, None].astype(coordinates.dtype))

    def result(self) -> tuple[Features, Overlaps]:
        """Return what every block together says."""
        assert self._overlaps is not None
        norms, first, second, inverse = self._moments.T
        kept = (norms > 0.0) & (first > 0.0)
        mean = np.where(kept, first, 1.0)
        dimensionality = np.where(kept, norms**2 / mean, 0.0)
        deficit = np.where(kept, inverse - dimensionality, 0.0)
        spread = np.where(kept, np.maximum(second * norms / mean**2 - 1.0, 0.0), 0.0)
        features = Features(norms, dimensionality, deficit, spread)
        return features, self._overlaps.overlaps()


def measure(
    rows: Rows,
    scale: float,
    frames: tuple[Frame, ...],
    places: NDArray[np.int64],
    moved: Moved,
) -> list[tuple[Features, Overlaps]]:
    """Return what spectral measures and overlaps say, for each version, in one pass.

    Parameters
    ----------
    rows : Rows
    scale : float
        What features are divided by.
    frames : tuple of Frame
        Raw, centred and cleaned.
    places : ndarray of int
        Features whose overlaps with all others are looked at.
    moved : callable
        Gets the number of features of every block that is done.
    """
    small = ROUNDINGS * float(np.finfo(rows.precision).eps)
    floor = small**2 * float(frames[0].eigenvalues.sum()) / rows.n
    parts = [_Part(frame, rows.n, floor) for frame in frames]
    turned = _Turned(frames, scale, rows.precision)
    sampled = np.concatenate([rows.numbers(k, k + 1) for k in places])
    for part, coordinates in zip(parts, turned(sampled), strict=True):
        part.sample(coordinates, places)
    for place, block in rows.blocks():
        for part, coordinates in zip(parts, turned(block), strict=True):
            part.add(coordinates, place)
        moved(place.stop - place.start)
    return [part.result() for part in parts]


class _Turned:
    """Features in the eigenspaces of each version; cleaned ones are part of centred ones."""

    def __init__(self, frames: tuple[Frame, ...], scale: float, kind: type[Any]) -> None:
        raw, centred, cleaned = frames
        self._scale, self._centre = kind(1.0 / scale), centred.centre.astype(kind)
        self._raw, self._centred = raw.vectors.astype(kind), centred.vectors.astype(kind)
        self._removed = len(centred.eigenvalues) - len(cleaned.eigenvalues)

    def __call__(self, block: NDArray[Any]) -> Iterator[NDArray[Any]]:
        """Yield the coordinates of a block in each version; the block is used up."""
        block *= self._scale
        yield block @ self._raw
        block -= self._centre
        moved = block @ self._centred
        yield moved
        yield moved[:, self._removed :]
