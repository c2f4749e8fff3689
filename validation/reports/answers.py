"""Answers kept as JSON, known by their keys: what each is called, cites, and how it is drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from superlaw.figures.panels import Panel, Picture, Series
from superlaw.solvers.solution import Solution
from superlaw.solvers.spectra.answer import Geometry
from superlaw.theory.answer import Exponent
from superlaw.validation.explaining.explanation import Explanation
from superlaw.validation.fitting.picture import fitted_law
from superlaw.validation.fitting.power_law_fit import PowerLawFit
from superlaw.validation.geometry.law import OverlapLaw
from superlaw.validation.reports import redrawn
from superlaw.validation.reports.report import Report
from superlaw.validation.training.ensemble import Ensemble
from superlaw.validation.width.law import WidthLaw

Data = Mapping[str, Any]


@dataclass(frozen=True)
class Kind:
    """A kind of answer.

    Parameters
    ----------
    name : str
        What it is, in words.
    result : type
        Of which `to_dict` made it.
    keys : frozenset of str
        Those that tell it from others.
    picture : callable
        Returns its figure, None where its numbers alone do not make one.
    """

    name: str
    result: type
    keys: frozenset[str]
    picture: Callable[[Data], Picture | None] = lambda data: None


def kind_of(data: Any) -> Kind:
    """Return the kind of a JSON answer.

    Raises
    ------
    ValueError
        If this package writes no such answer.
    """
    keys = set(data) if isinstance(data, Mapping) else set()
    for kind in KINDS:
        if kind.keys <= keys:
            return kind
    raise ValueError(f"its keys are those of no answer; {', '.join(k.name for k in KINDS)}")


def _curve(data: Data) -> Panel:
    """Return a loss curve, with its standard error where it has one."""
    times = np.array(data["times"], float)
    loss = np.array(data["mean" if "mean" in data else "loss"], float)
    series = [Series("loss", times, loss)]
    if data.get("standard_error") is not None:
        error = np.array(data["standard_error"], float)
        low = np.maximum(loss - error, 0.5 * loss)
        label = "one standard error"
        series.append(Series(label, times, low, style="band", upper=loss + error, paired=True))
    return Panel("", "time t", "population loss L", tuple(series))


def _fit(data: Data) -> Panel | None:
    """Return the fitted law over its window; a fit that does not choose has none."""
    if data["exponent"] is None:
        return None
    known = dict(data) | {
        "window": tuple(data["window"]),
        "per_seed": np.array(data["per_seed"], float),
        "local_slope": np.empty(0),
        "candidates": (),
        "warnings": (),
    }
    return fitted_law(PowerLawFit(**known))


def _width(data: Data) -> Picture:
    """Return loss against width."""
    return WidthLaw(**dict(data) | {"warnings": ()}).picture()


def _explanation(data: Data) -> Panel:
    """Return the curve with every prediction and its band."""
    return Explanation.of(data).picture()


KINDS = (
    Kind(
        "validation",
        Report,
        frozenset(("claims", "configuration", "passed")),
        redrawn.validation,
    ),
    Kind("explanation", Explanation, frozenset(("candidates", "alike", "summary")), _explanation),
    Kind("fit", PowerLawFit, frozenset(("exponent", "model", "per_seed", "goodness")), _fit),
    Kind("loss against width", WidthLaw, frozenset(("widths", "lower", "regime")), _width),
    Kind(
        "overlaps against width",
        OverlapLaw,
        frozenset(("widths", "versions", "models")),
        redrawn.overlaps,
    ),
    Kind(
        "geometry",
        Geometry,
        frozenset(("n_features", "dimension", "versions", "blocks")),
        redrawn.geometry,
    ),
    Kind("predicted exponent", Exponent, frozenset(("exponent", "equation", "assumptions"))),
    Kind("simulated training", Ensemble, frozenset(("times", "mean", "seeds")), _curve),
    Kind("loss curve", Solution, frozenset(("times", "loss", "status", "method")), _curve),
)
"""The first whose keys are there is taken."""
