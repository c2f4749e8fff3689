"""What is found of a matrix: three versions of it, and what a reader must know."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superlaw import storage
from superlaw.figures.panels import Sheet
from superlaw.notices import Notice
from superlaw.results import DrawnResult
from superlaw.solvers.spectra import pictures
from superlaw.solvers.spectra.blocks import Block
from superlaw.solvers.spectra.version import Version

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Geometry(DrawnResult):
    """The geometry of a matrix in three versions, and what a reader must know of it.

    Parameters
    ----------
    source : str
        What was looked at.
    n_features, dimension : int
    dtype, precision : str
        As stored, and as calculated with.
    versions : tuple of Version
        Raw; centred, by the mean feature; cleaned, centred and without the leading directions.
    blocks : tuple of Block
        Features of the raw matrix that overlap with each other and no others, the largest first.
    block_cosines : ndarray, (k, k)
        Cosines of the features of the first blocks, in their order: as many as a figure shows.
    warnings : tuple of Notice
    """

    source: str
    n_features: int
    dimension: int
    dtype: str
    precision: str
    versions: tuple[Version, ...]
    blocks: tuple[Block, ...]
    block_cosines: Array
    warnings: tuple[Notice, ...]

    @property
    def rank(self) -> int:
        """Rank of the matrix."""
        return self.versions[0].rank

    @property
    def names(self) -> dict[str, int]:
        """How many blocks of each name there are; those of no scheme with their size."""
        told = (
            f"{block.name} (block of {block.size})" if block.scheme is None else block.name
            for block in self.blocks
        )
        return dict(Counter(told))

    def __getitem__(self, name: str) -> Version:
        """Return a version by name."""
        for version in self.versions:
            if version.name == name:
                return version
        raise KeyError(name)

    def to_dict(self) -> dict[str, Any]:
        """Return the geometry as plain data, features by their quantiles only."""
        return {
            "source": self.source,
            "n_features": self.n_features,
            "dimension": self.dimension,
            "rank": self.rank,
            "dtype": self.dtype,
            "precision": self.precision,
            "versions": [version.to_dict() for version in self.versions],
            "blocks": [block.to_dict() for block in self.blocks],
            "warnings": [notice.to_dict() for notice in self.warnings],
        }

    def picture(self) -> Sheet:
        """Return spectrum, overlaps, dimensionality and, where there are some, blocks."""
        return pictures.sheet(self)

    def columns(self, version: str = "raw") -> dict[str, Array]:
        """Return what is known of each feature of one version."""
        chosen = self[version]
        return {
            "norm": np.sqrt(chosen.features.square_norms),
            "dimensionality": chosen.features.dimensionality,
            "deficit": chosen.features.deficit,
            "spread": chosen.features.spread,
            "p_value": chosen.p_values,
        }

    def save(self, path: str | os.PathLike[str], version: str = "raw") -> None:
        """Write what is known of each feature of one version as columns of .csv, or as .npz."""
        storage.write_arrays(storage.output_file(path, (".csv", ".npz")), self.columns(version))

    def _table(self) -> list[Sequence[str]]:
        return list(self.table())

    def table(self) -> tuple[tuple[str, ...], ...]:
        """Return the figures of each version, by chance in brackets, under a row of names."""
        told = [version.to_dict() for version in self.versions]
        names = [f"{v['name']} (−{v['removed']})" if v["removed"] else v["name"] for v in told]
        rows = ((label, *map(cell, told)) for label, cell in _TABLE)
        return ("(by chance)", *names), *rows

    def __repr__(self) -> str:
        shown = {"n_features": self.n_features, "dimension": self.dimension, "rank": self.rank}
        return self._brief(**shown, capacity=self.versions[0].capacity)

    def __str__(self) -> str:
        head = (
            f"{self.source}: {self.n_features} features in {self.dimension} dimensions, "
            f"rank {self.rank}, {self.dtype}"
        )
        table = self.table()
        lines = [
            head,
            *(f"{row[0]:22}" + "".join(f"{cell:>22}" for cell in row[1:]) for row in table),
        ]
        lines += [f"{count} × {name}" for name, count in self.names.items()]
        return "\n".join(lines + [str(notice) for notice in self.warnings])


def _beside(value: float, chance: float) -> str:
    return f"{value:.4g} ({chance:.4g})"


_TABLE: tuple[tuple[str, Callable[[dict[str, Any]], str]], ...] = (
    ("dimension, rank", lambda v: f"{v['dimension']}, {v['rank']}"),
    ("mean overlap", lambda v: _beside(v["mean_overlap"], v["chance_mean_overlap"])),
    (
        "d × mean square",
        lambda v: _beside(v["dimension"] * v["mean_square_overlap"], 1.0),
    ),
    (
        "d² × fourth moment",
        lambda v: _beside(
            v["dimension"] ** 2 * v["fourth_moment"],
            v["dimension"] ** 2 * v["chance_fourth_moment"],
        ),
    ),
    ("largest overlap seen", lambda v: _beside(v["largest_overlap"], v["chance_largest_overlap"])),
    ("capacity", lambda v: _beside(v["capacity"], v["chance_capacity"])),
    ("participation", lambda v: _beside(v["participation"], v["chance_participation"])),
    ("z of frame potential", lambda v: _beside(v["frame_potential_z"], 0.0)),
    ("median spread cv²", lambda v: _beside(v["median_spread"], v["chance_median_spread"])),
    (
        "localised, p < 0.05",
        lambda v: _beside(v["localised_fraction"], v["chance_localised_fraction"]),
    ),
)
"""Lines of the printed answer; in brackets stands what chance gives."""
