"""Checks: one comparison of theory and measurement, and the worst point of a curve as one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from superlaw.curves import Array
from superlaw.validation.training.ensemble import standard_error, z_score

Z_LIMIT = 4.0
"""A measured value may lie this many standard errors from theory (one in 16 000 by chance)."""


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

    @property
    def allowed(self) -> str:
        """What is allowed, in words; a tolerance is relative to the predicted value."""
        if self.bound is not None:
            return f"{self.bound} {self.predicted:.4g}"
        if self.z is not None:
            return f"|z| < {self.z_limit:g}"
        assert self.tolerance is not None
        beyond = "" if self.standard_error is None else ", 2 s.e. included"
        return f"± {100.0 * self.tolerance:.3g} %{beyond}"

    @property
    def margin(self) -> str:
        """How near it came to failing, in words."""
        if self.bound is not None:
            return f"{self.measured:.3g} {self.bound} {self.predicted:.3g}"
        if self.z is not None:
            return f"worst |z| {abs(self.z):.1f}"
        return f"worst deviation {abs(self.measured / self.predicted - 1.0):.0e}"

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
