"""Claims: a statement of the theory, the checks it must pass, and the verdict."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superlaw.arguments import one_of
from superlaw.setting.task import PowerLawTask
from superlaw.validation.training.ensemble import standard_error, z_score

Array = NDArray[np.float64]

Z_LIMIT = 4.0
"""A measured value may lie this many standard errors from theory (one in 16 000 by chance)."""


@dataclass(frozen=True)
class Size:
    """How large a validation is.

    Parameters
    ----------
    n_features : int
        N of the simulated students.
    seeds : int
        Runs of each.
    t_end : float
        Last gradient-flow time.
    planted : float
        Negative control: predictions are made for the frequency exponent times this factor.
    progress : bool
        Show bars on a terminal.
    n_network : int
        N of the networks of the superposed claims.
    t_network : float
        Last time of their flows.
    runs : str or None
        Folder in which the flows are kept, to resume from.
    """

    n_features: int = 1024
    seeds: int = 8
    t_end: float = 1e4
    planted: float = 1.0
    progress: bool = False
    n_network: int = 512
    t_network: float = 1e4
    runs: str | None = None

    def believed(self, task: PowerLawTask) -> PowerLawTask:
        """Return the task that predictions are made for: the true one, or a planted error."""
        return replace(task, a=self.planted * task.a)


SIZES = {
    "full": Size(),
    "small": Size(n_features=128, seeds=6, t_end=300.0, n_network=256, t_network=1e3),
}


@dataclass(frozen=True)
class Check:
    """One comparison of theory and measurement.

    Parameters
    ----------
    label : str
        What is compared.
    predicted, measured : float
        By theory, and found.
    standard_error : float or None
        Statistical error of the measured value; None if it has none.
    tolerance : float or None
        Allowed relative deviation, where there is no statistical error.
    z : float or None
        Deviation in standard errors; for a curve, the worst of it.
    z_limit : float
        Allowed |z|; larger where very many are compared.
    bound : {"above", "below"} or None
        The measured value must lie on this side of the predicted one, instead of near it.
    """

    label: str
    predicted: float
    measured: float
    standard_error: float | None = None
    tolerance: float | None = None
    z: float | None = None
    z_limit: float = Z_LIMIT
    bound: str | None = None

    @property
    def passed(self) -> bool:
        """Whether the measurement agrees with the theory."""
        if self.bound is not None:
            return self.strain < 1.0
        if self.z is not None:
            return bool(abs(self.z) < self.z_limit)
        assert self.tolerance is not None
        return bool(abs(self.measured - self.predicted) <= self.tolerance * abs(self.predicted))

    @property
    def strain(self) -> float:
        """The deviation in units of what is allowed."""
        if self.bound is not None:
            both = (self.measured, self.predicted)
            part, whole = both if self.bound == "below" else both[::-1]
            return part / whole if whole > 0.0 and not np.isnan(part) else float("inf")
        if self.z is not None:
            return abs(self.z) / self.z_limit
        allowed = (self.tolerance or 0.0) * abs(self.predicted)
        gap = abs(self.measured - self.predicted)
        return gap / allowed if allowed > 0.0 else float("inf") * gap if gap else 0.0

    @property
    def verdict(self) -> str:
        """PASS or FAIL."""
        return "PASS" if self.passed else "FAIL"

    def to_dict(self) -> dict[str, Any]:
        """Return the check as plain data."""
        return {
            "label": self.label,
            "predicted": self.predicted,
            "measured": self.measured,
            "standard_error": self.standard_error,
            "tolerance": self.tolerance,
            "z": self.z,
            "z_limit": self.z_limit if self.z is not None else None,
            "bound": self.bound,
            "passed": self.passed,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Check:
        """Return the check that plain data stands for."""
        return cls(**{k: v for k, v in data.items() if k != "passed" and v is not None})


def worst_of_curve(
    label: str, times: Array, predicted: Array, runs: Array, z_limit: float = Z_LIMIT
) -> Check:
    """Return the check of a whole curve of runs (n_seeds, n_times): its point of largest |z|."""
    z = z_score(runs, predicted)
    k = int(np.argmax(np.abs(z)))
    return Check(
        f"{label} at t = {times[k]:.3g}",
        float(predicted[k]),
        float(runs[:, k].mean()),
        float(standard_error(runs)[k]),
        z=float(z[k]),
        z_limit=z_limit,
    )


def worst_deviation(
    label: str, times: Array, predicted: Array, measured: Array, tolerance: float
) -> Check:
    """Return the check of a curve without statistical error: its point of largest deviation."""
    k = int(np.argmax(np.abs(measured / predicted - 1.0)))
    where = f"{label} at t = {times[k]:.3g}"
    return Check(where, float(predicted[k]), float(measured[k]), tolerance=tolerance)


def worst_of_band(
    label: str, times: Array, predicted: Array, runs: Array, tolerance: float
) -> Check:
    """Return the check of a curve: its worst point, where two standard errors are allowed for.

    Parameters
    ----------
    label : str
    times, predicted : ndarray
        Shape (n_times,).
    runs : ndarray
        Shape (n_seeds, n_times).
    tolerance : float
        Allowed relative deviation beyond two standard errors of the mean.
    """
    mean, error = runs.mean(axis=0), standard_error(runs)
    allowed = tolerance + 2.0 * error / np.abs(predicted)
    k = int(np.argmax(np.abs(mean / predicted - 1.0) / allowed))
    return Check(
        f"{label} at t = {times[k]:.3g}",
        float(predicted[k]),
        float(mean[k]),
        float(error[k]),
        tolerance=float(allowed[k]),
    )


@dataclass(frozen=True)
class Series:
    """A line or a set of points of a figure.

    Parameters
    ----------
    label : str
    x, y : ndarray
    error : ndarray or None
        Half-height of the error bars.
    style : {"line", "dashed", "dotted", "points", "rings"}
    paired : bool
        Belongs to the series before it: the same colour, no entry in the legend.
    """

    label: str
    x: Array
    y: Array
    error: Array | None = None
    style: str = "line"
    paired: bool = False


@dataclass(frozen=True)
class Panel:
    """A figure: its data and how to label them.

    Parameters
    ----------
    title, x_label, y_label : str
    series : tuple of Series
    x_log, y_log : bool
    shaded : (float, float) or None
        Span of x that was used.
    """

    title: str
    x_label: str
    y_label: str
    series: tuple[Series, ...]
    x_log: bool = True
    y_log: bool = True
    shaded: tuple[float, float] | None = None


@dataclass(frozen=True)
class HeatMap:
    """A table of numbers shown as colours.

    Parameters
    ----------
    title, x_label, y_label : str
    x, y : tuple of str
        Names of columns and rows.
    values : ndarray
        Shape (rows, columns).
    span : (float, float)
        Values at the ends of the colour scale, the same for maps that are compared.
    """

    title: str
    x_label: str
    y_label: str
    x: tuple[str, ...]
    y: tuple[str, ...]
    values: Array
    span: tuple[float, float]


@dataclass(frozen=True)
class ClaimResult:
    """A claim and how it fared.

    Parameters
    ----------
    name, statement, equation : str
        What is claimed, in words and as a derivation step.
    checks : tuple of Check
    panels : tuple of Panel and HeatMap
        Figures of it.
    seconds : float
        Time it took.
    remark : str
        What the numbers of this run support, in words.
    """

    name: str
    statement: str
    equation: str
    checks: tuple[Check, ...]
    panels: tuple[Panel | HeatMap, ...] = field(default=(), repr=False)
    seconds: float = 0.0
    remark: str = ""

    @property
    def passed(self) -> bool:
        """Whether every check passed."""
        return bool(self.checks) and all(check.passed for check in self.checks)

    @property
    def verdict(self) -> str:
        """PASS or FAIL."""
        return "PASS" if self.passed else "FAIL"

    @property
    def worst(self) -> Check:
        """The check that came nearest to failing, or failed."""
        return max(self.checks, key=lambda check: check.strain)

    def to_dict(self) -> dict[str, Any]:
        """Return the claim as plain data."""
        return {
            "name": self.name,
            "statement": self.statement,
            "equation": self.equation,
            "verdict": self.verdict,
            "remark": self.remark,
            "seconds": self.seconds,
            "checks": [check.to_dict() for check in self.checks],
        }


SUITES = {
    "sequential": (
        "modes",
        "loss",
        "exponent",
        "front",
        "solvers",
        "coactivation",
        "momentum",
        "leak",
        "two_layer",
        "noise",
    ),
    "superposed": (
        "parallel",
        "crossover",
        "limits",
        "threshold",
        "linear_floor",
        "column_floor",
        "meanfield",
        "universality",
        "acceleration",
    ),
}
"""Suites and their claims; each claim is the module of that name in `validation.claims`."""

Run = Callable[[int, Size], ClaimResult]


def claim(name: str) -> Run:
    """Return the `run(seed, size)` of a claim.

    Raises
    ------
    ArgumentError
        If there is no claim of that name.
    """
    homes = {claim: suite for suite, claims in SUITES.items() for claim in claims}
    one_of("claim", name, homes)
    run: Run = import_module(f"superlaw.validation.claims.{homes[name]}.{name}").run
    return run
