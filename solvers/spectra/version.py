"""One version of a matrix: its spectrum, features and overlaps, each beside what chance gives."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superlaw.results import Result
from superlaw.solvers.spectra import ensembles
from superlaw.solvers.spectra.measures import Features
from superlaw.solvers.spectra.overlaps import Overlaps

Array = NDArray[np.float64]
LEVEL = 0.05
"""Level at which a feature counts as localised."""
FLAT = 1e-10
"""Spread of a spectrum that rounding makes: below it all features lie in one eigenspace."""


@dataclass(frozen=True, eq=False, repr=False)
class Version(Result):
    """The geometry of a matrix as it stands, centred, or without its leading directions.

    Parameters
    ----------
    name : {"raw", "centred", "cleaned"}
    removed : int
        Leading directions that were removed.
    eigenvalues : ndarray, (dimension,)
        Of the frame operator F = Σ w wᵀ, falling.
    rank : int
    features : Features
        Norm, dimensionality, deficit and spread of each feature.
    overlaps : Overlaps
        Moments of the cosines between features.
    null_spreads : ndarray
        Sorted draws of the spread of Haar features at this spectrum.
    """

    name: str
    removed: int
    eigenvalues: Array
    rank: int
    features: Features
    overlaps: Overlaps
    null_spreads: Array

    @property
    def dimension(self) -> int:
        """Dimension of the space that features can use."""
        return len(self.eigenvalues)

    @property
    def capacity(self) -> float:
        """Σ D_i/rank F: 1 if every feature lies in one eigenspace (derivation step G4)."""
        return float(self.features.dimensionality.sum() / self.rank) if self.rank else 0.0

    @property
    def chance_capacity(self) -> float:
        """What random directions of the same norms have at least."""
        if not self.rank:
            return 0.0
        return ensembles.capacity(self.features.square_norms, self.dimension)

    @property
    def frame_potential_z(self) -> float:
        """‖F_u‖² of unit features, in standard deviations from independent uniform ones."""
        mean, deviation = ensembles.frame_potential(max(self.overlaps.n, 1), self.dimension)
        return (self.overlaps.frame_potential - mean) / deviation if deviation else 0.0

    @property
    def tight_frame_deviation(self) -> float:
        """‖F/tr F − 1/d‖²: 0 for a tight frame (derivation step G6)."""
        if not self.rank:
            return 0.0
        shares = self.eigenvalues / self.eigenvalues.sum()
        return float(((shares - 1.0 / self.dimension) ** 2).sum())

    @property
    def participation(self) -> float:
        """(tr F)²/‖F‖²: how many dimensions carry the norm."""
        return 1.0 / (self.tight_frame_deviation + 1.0 / self.dimension)

    @cached_property
    def p_values(self) -> Array:
        """Share of Haar features at this spectrum that are spread no more, shape (n,)."""
        below = np.searchsorted(self.null_spreads, self.features.spread + FLAT, side="right")
        return np.asarray((1.0 + below) / (1.0 + len(self.null_spreads)))

    @property
    def localised_fraction(self) -> float:
        """Share of the features that are less spread than 95 % of Haar features."""
        kept = self.features.has_direction
        return float((self.p_values[kept] < LEVEL).mean()) if kept.any() else 0.0

    @property
    def is_flat(self) -> bool:
        """Whether all eigenvalues are equal, so that every feature is localised by necessity."""
        return bool(self.null_spreads[-1] <= FLAT)

    @property
    def median_spread(self) -> float:
        """Median over features of cv² = Var_μ λ/E_μ² λ."""
        kept = self.features.has_direction
        return float(np.median(self.features.spread[kept])) if kept.any() else 0.0

    def __repr__(self) -> str:
        shown = {"name": self.name, "rank": self.rank, "capacity": self.capacity}
        return self._brief(**shown, frame_potential_z=self.frame_potential_z)

    def to_dict(self) -> dict[str, Any]:
        """Return the version as plain data: every figure, and what chance gives for it."""
        d, overlaps = self.dimension, self.overlaps
        norms = self.features.square_norms
        pairs = max(1.0, overlaps.n_sampled * (overlaps.n - 1.0))
        return {
            "name": self.name,
            "removed": self.removed,
            "dimension": d,
            "rank": self.rank,
            "n_directions": overlaps.n,
            "mean_overlap": overlaps.mean,
            "chance_mean_overlap": 0.0,
            "mean_square_overlap": overlaps.mean_square,
            "mean_square_overlap_error": overlaps.mean_square_error,
            "chance_mean_square_overlap": 1.0 / d,
            "fourth_moment": overlaps.fourth,
            "fourth_moment_error": overlaps.fourth_error,
            "chance_fourth_moment": 3.0 / (d * (d + 2.0)),
            "largest_overlap": overlaps.largest,
            "chance_largest_overlap": ensembles.largest_overlap(pairs, d),
            "n_sampled_rows": overlaps.n_sampled,
            "capacity": self.capacity,
            "chance_capacity": self.chance_capacity,
            "frame_potential_z": self.frame_potential_z,
            "tight_frame_deviation": self.tight_frame_deviation,
            "chance_tight_frame_deviation": ensembles.deviation_from_tight(norms, d),
            "participation": self.participation,
            "chance_participation": ensembles.participation(norms, d),
            "median_spread": self.median_spread,
            "chance_median_spread": float(np.median(self.null_spreads)),
            "localised_fraction": self.localised_fraction,
            "chance_localised_fraction": LEVEL,
            "eigenvalues": self.eigenvalues,
            "norms": quantiles(np.sqrt(norms)),
            "dimensionality": quantiles(self.features.dimensionality),
        }


def quantiles(values: Array) -> dict[str, float]:
    """Return the least, the largest and three quartiles."""
    names = ("least", "lower_quartile", "median", "upper_quartile", "largest")
    found = np.quantile(values, (0.0, 0.25, 0.5, 0.75, 1.0))
    return {name: float(value) for name, value in zip(names, found, strict=True)}
