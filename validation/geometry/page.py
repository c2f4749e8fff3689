"""Reports of the geometry of matrices: one HTML page that needs nothing else, and its numbers."""

from __future__ import annotations

import html
import os
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from superlaw import storage
from superlaw.figures.web import document, embedded, notices, table
from superlaw.solvers.spectra import pictures
from superlaw.solvers.spectra.answer import Geometry
from superlaw.validation.geometry.law import OverlapLaw
from superlaw.validation.geometry.pictures import overlaps_against_width

_TOLD = 40
"""Blocks that have a row of the table."""


def save(found: Geometry | OverlapLaw, out: str | os.PathLike[str]) -> Path:
    """Write index.html, geometry.json and manifest.json into a folder; return the page's path."""
    folder = storage.output_folder(out)
    models = found.models if isinstance(found, OverlapLaw) else (found,)
    sources = {"matrices": [model.source for model in models]}
    storage.write_json(folder / "geometry.json", found)
    storage.write_json(folder / "manifest.json", storage.manifest(sources))
    storage.write_text(folder / "index.html", page(found))
    return folder / "index.html"


def page(found: Geometry | OverlapLaw) -> str:
    """Return the report of one matrix, or of several widths, as one page."""
    if isinstance(found, OverlapLaw):
        title = f"Overlaps at {len(set(found.widths))} widths"
        body = _law(found) + "".join(f"<h2>{_said(m)}</h2>{_matrix(m)}" for m in found.models)
    else:
        title, body = f"Geometry of {found.source}", f"<p>{_said(found)}.</p>{_matrix(found)}"
    version = metadata.version("superlaw")
    return document(title, f"<h1>{html.escape(title)}</h1>\n{body}\n{_END.format(version=version)}")


def _said(found: Geometry) -> str:
    """Return in words what was looked at."""
    return html.escape(
        f"{found.source}: {found.n_features} features in {found.dimension} dimensions, rank "
        f"{found.rank}, {found.dtype}, calculated in {found.precision}"
    )


def _law(law: OverlapLaw) -> str:
    heads = ("version", *(f"d⟨ξ²⟩ at {d}" for d in law.widths), "equal within", "exponent", "95 %")
    rows = []
    for curve in law.curves:
        told = curve.to_dict()
        levels = [f"{value:.4g}" for value in curve.level]
        exponent, ends = "none", ""
        if curve.line is not None:
            exponent = f"{curve.exponent:.3f} ± {curve.line.standard_error:.2g}"
            ends = "{:.3f} … {:.3f}".format(*told["interval"])
        rows.append((curve.name, *levels, f"{curve.disparity:.2%}", exponent, ends))
    figure = embedded(overlaps_against_width(law.curves))
    meaning = "By chance d⟨ξ²⟩ is 1 at every width, and the exponent 1."
    return f"<p>{meaning}</p>{notices(law.warnings)}{table((heads, *rows))}{_figures([figure])}"


def _matrix(found: Geometry) -> str:
    shown = pictures.sheet(found).pictures
    return (
        notices(found.warnings)
        + table(found.table())
        + _figures(map(embedded, shown))
        + _blocks(found)
    )


def _blocks(found: Geometry) -> str:
    """Return the table of blocks; nothing where none were looked for."""
    if not found.blocks:
        return ""
    rows = [("block", "features", "dimensions", "cosines", "valencies", "localised", "capacity")]
    for block in found.blocks[:_TOLD]:
        told, scheme = block.to_dict(), block.scheme
        cosines = ", ".join(f"{value:.4g}" for value in told["cosines"])
        valencies = ", ".join(map(str, told["valencies"]))
        is_localised = "" if scheme is None else ("yes" if scheme.is_localised else "no")
        capacity = "" if scheme is None else f"{scheme.capacity:.5f}"
        size, dimension = str(block.size), str(block.dimension)
        rows.append((block.name, size, dimension, cosines, valencies, is_localised, capacity))
    left = len(found.blocks) - _TOLD
    more = f"<p>{left} more blocks are in geometry.json.</p>" if left > 0 else ""
    return f"<h2>Blocks</h2>{table(rows)}{more}"


def _figures(figures: Iterable[str]) -> str:
    return f'<div class="figures">{"".join(figures)}</div>'


_END = """\
<p>Raw as it stands; centred by the mean feature, which for the head of a softmax changes no
probability; cleaned also of its leading directions. In brackets: what chance gives at this shape,
these norms and this spectrum. superlaw {version}; every number is in
<a href="geometry.json">geometry.json</a>, how it was made in
<a href="manifest.json">manifest.json</a>.</p>"""
