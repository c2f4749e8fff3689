"""Figures of answers of which only the JSON is left: nothing is worked out again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from superlaw.curves import Array
from superlaw.figures.panels import HeatMap, Panel, Picture, Series, Sheet
from superlaw.solvers.spectra.pictures import ranked
from superlaw.validation.claims.check import Check
from superlaw.validation.geometry.law import curve_of
from superlaw.validation.geometry.pictures import overlaps_against_width

Data = Mapping[str, Any]
CHANCE = "chance_"
DECADES = (-1.0, 1.0)
"""Ends of the colours of figures over chance."""
_STYLES = {"raw": "points", "cleaned": "rings"}


def geometry(data: Data) -> Picture | None:
    """Return the spectrum of each version, and every figure over that of chance."""
    versions = [each for each in data["versions"] if each.get("eigenvalues")]
    if not versions:
        return None
    return Sheet(str(data.get("source", "")), (_spectrum(versions), _over_chance(versions)))


def overlaps(data: Data) -> Picture:
    """Return overlaps against width, with the line through them."""
    named = ("dimensions", "mean_square_overlap", "mean_square_overlap_error",
             "welch_mean_square_overlap", "largest_overlap", "chance_largest_overlap")  # fmt: skip
    curves = []
    for each in data["versions"]:
        d, square, error, welch, largest, chance = (np.array(each[key], float) for key in named)
        curves.append(curve_of(each["name"], d, square, error, welch, largest, chance))
    return overlaps_against_width(tuple(curves))


def validation(data: Data) -> Panel | None:
    """Return what was measured over what was predicted, check by check, claim after claim."""
    series: list[Series] = []
    first = 1.0
    for claim in data["claims"]:
        ratio = np.array([*_ratios(claim["checks"])])
        if len(ratio):
            number: Array = np.arange(first, first + len(ratio))
            style = "points" if claim["verdict"] == "PASS" else "rings"
            series.append(Series(claim["name"], number, ratio, style=style))
            first += len(ratio)
    if not series:
        return None
    ends = np.array([1.0, max(first - 1.0, 2.0)])
    series.append(Series("as predicted", ends, np.ones(2), style="dashed"))
    title = "Measured over predicted, where these are to agree"
    return Panel(title, "check", "measured/predicted", tuple(series), x_log=False, y_log=False)


def _ratios(checks: list[dict[str, Any]]) -> Iterator[float]:
    """Yield measured over predicted; bounds, and what is predicted to be 0, have none."""
    for each in map(Check.from_dict, checks):
        if each.bound is None and each.predicted:
            yield each.measured / each.predicted


def _spectrum(versions: list[dict[str, Any]]) -> Panel:
    """Return the eigenvalues of F over their mean, by rank."""
    series = []
    for version in versions:
        if version["name"] in _STYLES and version["rank"]:
            levels: Array = np.array(version["eigenvalues"], float)
            mean = levels.sum() / version["dimension"]
            shown = levels[: version["rank"]] / mean
            series.append(ranked(version["name"], shown, _STYLES[version["name"]]))
    return Panel("Spectrum of the frame operator", "rank of the eigenvalue", "λ d / tr F",
                 tuple(series), x_log=False)  # fmt: skip


def _over_chance(versions: list[dict[str, Any]]) -> HeatMap:
    """Return log₁₀ of each figure over what chance gives, by version."""
    names = [
        name
        for name in versions[0]
        if all(each.get(CHANCE + name) and (each[name] or 0.0) > 0.0 for each in versions)
    ]
    table = [[np.log10(each[name] / each[CHANCE + name]) for each in versions] for name in names]
    columns = tuple(each["name"] for each in versions)
    rows = tuple(name.replace("_", " ") for name in names)
    return HeatMap("log₁₀ of figures over chance", "", "", columns, rows, np.array(table), DECADES)
