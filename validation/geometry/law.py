"""`sl.overlap_law`: how overlaps fall with the width of several models."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from superlaw import storage
from superlaw.arguments import refuse
from superlaw.curves import Array
from superlaw.figures.panels import Panel
from superlaw.notices import Notice
from superlaw.results import DrawnResult, Result
from superlaw.solvers.spectra import ensembles
from superlaw.solvers.spectra.answer import Geometry
from superlaw.solvers.spectra.geometry import SAMPLED, geometry, opened
from superlaw.validation.fitting.few_points import Line, straight_line
from superlaw.validation.geometry.pictures import overlaps_against_width

ENOUGH = 3
"""Widths from which on there is an exponent: two always lie on a line."""
_GIVE = "Give the matrices of models of several widths."


@dataclass(frozen=True, eq=False, repr=False)
class OverlapCurve(Result):
    """The mean square overlap of unit features against their dimensions, in one version.

    Parameters
    ----------
    name : {"raw", "centred", "cleaned"}
    dimensions : ndarray, (models,)
        d, less the directions that were removed.
    mean_square : ndarray
        ⟨ξ²⟩, exact for each matrix; 1/d by chance.
    error : ndarray
        Its standard error, were the features of a model drawn from many.
    welch : ndarray
        What ⟨ξ²⟩ is at least, (n − d)/(d (n − 1)).
    largest, chance_largest : ndarray
        Largest |ξ| among the sampled rows; √welch is what it is at least.
    line : Line or None
        ln⟨ξ²⟩ against ln d; its slope is minus the exponent. None for two widths.
    """

    name: str
    dimensions: Array
    mean_square: Array
    error: Array
    welch: Array
    largest: Array
    chance_largest: Array
    line: Line | None

    @property
    def level(self) -> Array:
        """d⟨ξ²⟩: 1 by chance, and the same at all widths where overlaps fall as 1/d."""
        return np.asarray(self.dimensions * self.mean_square)

    @property
    def disparity(self) -> float:
        """By how much the largest d⟨ξ²⟩ is above the smallest, as a part of it."""
        return float(self.level.max() / self.level.min() - 1.0)

    @property
    def exponent(self) -> float | None:
        """−d ln⟨ξ²⟩/d ln d, 1 by chance; None for two widths."""
        return None if self.line is None else -self.line.slope

    def to_dict(self) -> dict[str, Any]:
        """Return the curve as plain data."""
        line = self.line
        return {
            "name": self.name,
            "dimensions": self.dimensions,
            "mean_square_overlap": self.mean_square,
            "mean_square_overlap_error": self.error,
            "chance_mean_square_overlap": 1.0 / self.dimensions,
            "welch_mean_square_overlap": self.welch,
            "times_dimension": self.level,
            "disparity": self.disparity,
            "largest_overlap": self.largest,
            "chance_largest_overlap": self.chance_largest,
            "welch_largest_overlap": np.sqrt(self.welch),
            "exponent": self.exponent,
            "chance_exponent": 1.0,
            "standard_error": None if line is None else line.standard_error,
            "interval": None if line is None else (-line.interval[1], -line.interval[0]),
            "scatter": None if line is None else line.scatter,
        }

    def __str__(self) -> str:
        levels = ", ".join(f"{value:.4g}" for value in self.level)
        text = f"{self.name:8} d⟨ξ²⟩ = {levels} (1 by chance), equal within {self.disparity:.2%}"
        if self.line is None:
            return text
        high, low = (-end for end in self.line.interval)
        error = self.line.standard_error
        return f"{text}; ⟨ξ²⟩ ∝ d^-({self.exponent:.3f} ± {error:.2g}), 95 % {low:.3f} … {high:.3f}"


@dataclass(frozen=True, eq=False, repr=False)
class OverlapLaw(DrawnResult):
    """Overlaps of the features of several models against their width.

    Parameters
    ----------
    models : tuple of Geometry
        By width.
    curves : tuple of OverlapCurve
        Raw, centred and cleaned.
    warnings : tuple of Notice
    """

    models: tuple[Geometry, ...]
    curves: tuple[OverlapCurve, ...]
    warnings: tuple[Notice, ...]

    @property
    def widths(self) -> tuple[int, ...]:
        """Dimensions of the matrices."""
        return tuple(model.dimension for model in self.models)

    def __getitem__(self, name: str) -> OverlapCurve:
        """Return the curve of a version by name."""
        for curve in self.curves:
            if curve.name == name:
                return curve
        raise KeyError(name)

    def __repr__(self) -> str:
        shown = {curve.name: curve.exponent for curve in self.curves}
        return self._brief(widths=list(self.widths), **shown)

    def __str__(self) -> str:
        lines = [
            f"{model.source}: {model.n_features} features in {model.dimension} dimensions"
            for model in self.models
        ]
        return "\n".join([*lines, *map(str, self.curves), *map(str, self.warnings)])

    def to_dict(self) -> dict[str, Any]:
        """Return the law and every matrix as plain data."""
        return {
            "widths": self.widths,
            "n_features": [model.n_features for model in self.models],
            "versions": [curve.to_dict() for curve in self.curves],
            "models": [model.to_dict() for model in self.models],
            "warnings": [notice.to_dict() for notice in self.warnings],
        }

    def picture(self) -> Panel:
        """Return the mean square overlap of each version against width."""
        return overlaps_against_width(self.curves)

    def columns(self) -> dict[str, Any]:
        """Return d⟨ξ²⟩ of each version at each width."""
        return {"width": self.widths, **{curve.name: curve.level for curve in self.curves}}

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the law as .json."""
        storage.write_json(storage.output_file(path, (".json",)), self)


def overlap_law(
    matrices: Sequence[ArrayLike | str | os.PathLike[str]],
    tensor: str | None = None,
    *,
    columns: bool = False,
    unit: bool = False,
    leading: int | None = None,
    sampled_rows: int = SAMPLED,
    entropy: int = 0,
    progress: bool = False,
) -> OverlapLaw:
    """Return how the mean square overlap of features falls with the width of several models.

    ln⟨ξ²⟩ = c − β ln d + scatter; β = 1 and c = 0 for random directions, ⟨ξ²⟩ ≥ (n − d)/(d(n − 1))
    for any (Welch). The error of β holds the scatter of the models about the line.

    Parameters
    ----------
    matrices : sequence of array_like or path
        One a model, of at least two widths; two widths are a check of 1/d, and have no exponent.
    tensor, columns, unit, leading, sampled_rows, entropy, progress
        As of `geometry`, the same for all.

    Returns
    -------
    OverlapLaw
        `.curves` (raw, centred, cleaned) with `.exponent` and `.line`, `.models`, `.warnings`.

    Raises
    ------
    ArgumentError
        If there are fewer than two widths, or a matrix has no geometry.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> found = overlap_law([rng.normal(size=(500, d)) for d in (8, 16, 32, 64)])
    >>> low, high = found["raw"].to_dict()["interval"]
    >>> low < 1.0 < high, abs(found["raw"].exponent - 1.0) < 0.01
    (True, True)
    """
    if isinstance(matrices, str | os.PathLike) or not isinstance(matrices, Sequence):
        refuse("matrices", "a sequence of matrices or files", matrices, _GIVE)
    options: dict[str, Any] = {"columns": columns, "unit": unit, "leading": leading}
    options |= {"sampled_rows": sampled_rows, "entropy": entropy, "progress": progress}
    seen = {opened(matrix, tensor, columns=columns).dimension for matrix in matrices}
    if len(seen) < 2:
        refuse("matrices", "of two widths or more", f"widths {sorted(seen)}", _GIVE)
    found = [geometry(matrix, tensor, **options) for matrix in matrices]
    models = tuple(sorted(found, key=lambda model: model.dimension))
    for model in models:
        if min(version.overlaps.mean_square for version in model.versions) <= 0.0:
            rule = "of features that overlap in each version"
            refuse("matrices", rule, model.source, "Leave it out, or remove fewer directions.")
    names = [version.name for version in models[0].versions]
    return OverlapLaw(models, tuple(_curve(models, name) for name in names), _notices(len(seen)))


def _curve(models: tuple[Geometry, ...], name: str) -> OverlapCurve:
    versions = [model[name] for model in models]
    d = np.array([float(version.dimension) for version in versions])
    overlaps = [version.overlaps for version in versions]
    n = np.array([float(each.n) for each in overlaps])
    square = np.array([each.mean_square for each in overlaps])
    error = np.array([each.mean_square_error for each in overlaps])
    chance = [ensembles.largest_overlap(each.n_sampled * (each.n - 1.0), len(version.eigenvalues))
              for each, version in zip(overlaps, versions, strict=True)]  # fmt: skip
    welch = np.maximum(n - d, 0.0) / (d * np.maximum(n - 1.0, 1.0))
    largest = np.array([each.largest for each in overlaps])
    return curve_of(name, d, square, error, welch, largest, np.array(chance))


def curve_of(
    name: str,
    d: Array,
    square: Array,
    error: Array,
    welch: Array,
    largest: Array,
    chance: Array,
) -> OverlapCurve:
    """Return overlaps, as `OverlapCurve` has them, with a line where there are enough widths."""
    is_enough = len(set(d)) >= ENOUGH
    line = straight_line(np.log(d), np.log(square), error / square) if is_enough else None
    return OverlapCurve(name, d, square, error, welch, largest, chance, line)


def _notices(widths: int) -> tuple[Notice, ...]:
    if widths >= ENOUGH:
        return ()
    message = "two widths are a check of 1/d, not an exponent: read how equal d⟨ξ²⟩ is"
    return (Notice("W-WIDTHS", message),)
