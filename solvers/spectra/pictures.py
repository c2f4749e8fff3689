"""Figures of the geometry of matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from superlaw.curves import Array
from superlaw.figures.panels import HeatMap, Panel, Series, Sheet
from superlaw.solvers.spectra import ensembles
from superlaw.solvers.spectra.blocks import Block
from superlaw.solvers.spectra.overlaps import BINS
from superlaw.solvers.spectra.version import Version

if TYPE_CHECKING:
    from superlaw.solvers.spectra.answer import Geometry

SHOWN = 800
"""Features, or eigenvalues, that a figure shows: evenly chosen by rank."""
GUIDES = (
    ("alone: 1", 1.0),
    ("tetrahedron: 3/4", 0.75),
    ("triangle: 2/3", 2.0 / 3.0),
    ("digon: 1/2", 0.5),
    ("pentagon: 2/5", 0.4),
    ("square antiprism: 3/8", 0.375),
    ("half 5-cube: 5/16", 0.3125),
)
"""Dimensions over features of well-known codes."""
_STYLES = {"raw": "points", "cleaned": "rings"}


def sheet(found: Geometry) -> Sheet:
    """Return every figure of one matrix."""
    panels: list[Panel | HeatMap] = [spectrum(found), overlaps(found), dimensionality(found)]
    if found.blocks:
        panels.append(gram(found))
    return Sheet(found.source, tuple(panels))


def spectrum(found: Geometry) -> Panel:
    """Return the eigenvalues of F over their mean, by rank, with the Marchenko-Pastur law.

    The law is that of as many equal features as have the same Σ|w|⁴/(Σ|w|²)².
    """
    series = []
    for name, style in _STYLES.items():
        version = found[name]
        if version.rank:
            mean = version.eigenvalues.sum() / version.dimension
            levels = version.eigenvalues[: version.rank] / mean
            series.append(ranked(_named(version), levels, style))
    raw = found["raw"]
    square = raw.features.square_norms
    equal = float(square.sum() ** 2 / (square**2).sum())
    chance = ensembles.marchenko_pastur_levels(raw.dimension / equal, raw.rank)
    series.append(ranked("random directions (Marchenko-Pastur)", chance, "line"))
    return Panel("Spectrum of the frame operator", "rank of the eigenvalue", "λ d / tr F",
                 tuple(series), x_log=False)  # fmt: skip


def overlaps(found: Geometry) -> Panel:
    """Return the histogram of overlaps of the sampled rows, with the Beta law of chance."""
    edges = np.linspace(-1.0, 1.0, BINS + 1)
    middle = 0.5 * (edges[1:] + edges[:-1])
    series = []
    for name, style in _STYLES.items():
        counts = found[name].overlaps.histogram
        if counts.any():
            seen = counts > 0
            density = counts[seen] / (counts.sum() * np.diff(edges)[seen])
            series.append(Series(_named(found[name]), middle[seen], density, style=style))
    if series:
        least = 0.3 * min(float(each.y.min()) for each in series)
        law = ensembles.bin_density(edges, found.dimension)
        kept = law > least
        series.append(Series("random directions (Beta)", middle[kept], law[kept], style="line"))
    return Panel("Overlaps of unit features", "cosine ξ", "density", tuple(series), x_log=False)


def dimensionality(found: Geometry) -> Panel:
    """Return the dimensionality of features against their norm, with lines of known codes."""
    raw = found["raw"]
    kept = np.flatnonzero(raw.features.has_direction)
    order = kept[np.argsort(raw.features.square_norms[kept], kind="stable")]
    order = order[np.unique(np.linspace(0, len(order) - 1, min(SHOWN, len(order))).astype(int))]
    square = raw.features.square_norms[order]
    others = float(raw.features.square_norms.sum()) - square
    chance = square / (square + others / raw.dimension)
    norm = np.sqrt(square)
    series = (
        Series("features", norm, raw.features.dimensionality[order], style="points"),
        Series("random directions, at least", norm, chance, style="dashed"),
    )
    return Panel("Dimensionality of features", "norm |w|", "dimensionality D", series,
                 guides=GUIDES)  # fmt: skip


def gram(found: Geometry) -> HeatMap:
    """Return the cosines of the features of the first blocks, block by block."""
    size = len(found.block_cosines)
    labels = [""] * size
    start = 0
    for block in found.blocks:
        if start + len(block.members) // 2 < size:
            labels[start + len(block.members) // 2] = _block_label(block)
        start += len(block.members)
    whole = sum(len(block.members) for block in found.blocks)
    title = "Cosines of blocks" + (f": {size} of {whole} features" if whole > size else "")
    return HeatMap(title, "", "", (), tuple(labels), found.block_cosines, (-1.0, 1.0))


def ranked(label: str, levels: Array, style: str) -> Series:
    """Return levels by rank from 1, at most `SHOWN` of them."""
    shown = np.unique(np.linspace(0, len(levels) - 1, min(SHOWN, len(levels))).astype(int))
    return Series(label, shown + 1.0, levels[shown], style=style)


def _named(version: Version) -> str:
    """Return the name of a version and how many directions it lacks."""
    return f"{version.name}, {version.removed} removed" if version.removed else version.name


def _block_label(block: Block) -> str:
    return block.name if block.scheme is not None else f"no scheme ({block.size})"
