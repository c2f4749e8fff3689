"""Spectral measures of features and their overlaps, in a second pass over a matrix."""

from __future__ import annotations

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
        lam = frame.eigenvalues[: frame.rank]
        self._powers = np.stack([lam, lam**2, 1.0 / lam], axis=1)
        self._rank, self._floor = frame.rank, floor
        self._norms, self._moments = np.zeros(n), np.zeros((n, 3))
        self._overlaps: OverlapSums | None = None

    def sample(self, coordinates: NDArray[Any], places: NDArray[np.int64]) -> None:
        """Take the features whose overlaps with all others are looked at."""
        units = self._units(coordinates)
        kept = units.any(axis=1)
        self._overlaps = OverlapSums(units[kept], places[kept])

    def add(self, coordinates: NDArray[Any], place: slice) -> None:
        """Take a block of features, in the coordinates of the eigenspaces."""
        assert self._overlaps is not None
        squares = np.square(coordinates)
        norms = squares.sum(axis=1)
        self._norms[place] = np.where(norms > self._floor, norms, 0.0)
        self._moments[place] = squares[:, : self._rank] @ self._powers.astype(squares.dtype)
        self._overlaps.add(self._units(coordinates), place.start)

    def _units(self, coordinates: NDArray[Any]) -> NDArray[Any]:
        norms = np.einsum("ij,ij->i", coordinates, coordinates)
        kept = norms > self._floor
        inverse = np.where(kept, 1.0 / np.sqrt(np.where(kept, norms, 1.0)), 0.0)
        return np.asarray(coordinates * inverse[:, None].astype(coordinates.dtype))

    def result(self) -> tuple[Features, Overlaps]:
        """Return what every block together says."""
        assert self._overlaps is not None
        first, second, inverse = self._moments.T
        kept = (self._norms > 0.0) & (first > 0.0)
        mean = np.where(kept, first, 1.0)
        dimensionality = np.where(kept, self._norms**2 / mean, 0.0)
        deficit = np.where(kept, inverse - dimensionality, 0.0)
        spread = np.where(kept, np.maximum(second * self._norms / mean**2 - 1.0, 0.0), 0.0)
        features = Features(self._norms, dimensionality, deficit, spread)
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
    sampled = np.concatenate([rows.numbers(k, k + 1) for k in places])
    for part, coordinates in zip(parts, _coordinates(sampled, scale, frames), strict=True):
        part.sample(coordinates, places)
    for place, block in rows.blocks():
        for part, coordinates in zip(parts, _coordinates(block, scale, frames), strict=True):
            part.add(coordinates, place)
        moved(place.stop - place.start)
    return [part.result() for part in parts]


def _coordinates(
    block: NDArray[Any], scale: float, frames: tuple[Frame, ...]
) -> tuple[NDArray[Any], ...]:
    """Return features in the eigenspaces of each version; cleaned ones are centred ones."""
    raw, centred, cleaned = frames
    kind = block.dtype
    block = block * kind.type(1.0 / scale)
    moved = (block - centred.centre.astype(kind)) @ centred.vectors.astype(kind)
    removed = moved.shape[1] - len(cleaned.eigenvalues)
    return block @ raw.vectors.astype(kind), moved, moved[:, removed:]
