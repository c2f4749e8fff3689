"""Which law a curve follows: one, none, or more than the data can tell apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from superlaw.curves import Array
from superlaw.validation.fitting.errors import goodness, weights
from superlaw.validation.fitting.measured import Measured
from superlaw.validation.fitting.noise import Noise, noise_of
from superlaw.validation.fitting.search import Scale, Trial, Window, trials
from superlaw.validation.fitting.shapes import SHAPES

DESCRIBED = 0.7
"""A law that is to stand for a curve describes at least this part of its fall in ln L, and of its
decades: a window inside the bend of a crossover has laws of its own that hold nowhere else."""
LEFT_OUT = 0.1
"""It may leave out a start, but no more than this part of the decades at the end."""
POOREST = 1e-3
"""Least probability of its residuals at which a law is taken to describe a window."""
TIED = 2.0
"""Laws whose criteria differ by less are not told apart: odds below e to 1."""
ALIKE = 0.05
"""Exponents that differ by less, or by less than a tenth, say the same."""


@dataclass(frozen=True)
class Candidate:
    """What one law says of a curve.

    Parameters
    ----------
    model : str
    exponent : float
        Of the branch that falls further.
    window : (float, float)
        Where it describes the curve best [time].
    weight : float
        exp(−IC/2) among the best windows of all laws, adding up to one.
    goodness : float
        Probability that noise alone leaves larger residuals.
    """

    model: str
    exponent: float
    window: tuple[float, float]
    weight: float
    goodness: float

    def to_dict(self) -> dict[str, Any]:
        """Return the candidate as plain data."""
        return {
            "model": self.model,
            "exponent": self.exponent,
            "window": self.window,
            "weight": self.weight,
            "goodness": self.goodness,
        }

    def __str__(self) -> str:
        return f"{self.model} {self.exponent:.3g} (weight {self.weight:.2g})"


@dataclass(frozen=True)
class Weighed:
    """A curve, its noise, and every law on every window that describes it.

    Parameters
    ----------
    curve : Measured
    noise : Noise
    scale : Scale
    trials : list of Trial
        Those that stand for the curve, best first.
    partial : list of Trial
        Those that describe some part of it, best first.
    """

    curve: Measured
    noise: Noise
    scale: Scale
    trials: list[Trial]
    partial: list[Trial]

    @property
    def leaders(self) -> list[Trial]:
        """The best window of each law, best first; on a part of the curve if none stands for it."""
        best = {trial.shape.name: trial for trial in reversed(self.trials or self.partial)}
        return sorted(best.values(), key=lambda trial: trial.criterion)

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """What each law says, best first."""
        leaders = self.leaders
        if not leaders:
            return ()
        times = np.exp(self.curve.x)
        return tuple(
            Candidate(
                trial.shape.name,
                self.exponent(trial),
                (float(times[trial.window[0]]), float(times[trial.window[1]])),
                float(weight),
                self.goodness(trial),
            )
            for trial, weight in zip(leaders, weights(leaders), strict=True)
        )

    @property
    def rivals(self) -> list[Candidate]:
        """Laws that cannot be told from the best one and have another exponent, with it.

        A straight line that describes the curve has none: whatever bends less than the noise is
        described as well, and stands in the error ("model").
        """
        found = self.candidates if self.trials else ()
        if not found or found[0].model == "straight":
            return []
        best = found[0]
        least = best.weight * np.exp(-0.5 * TIED)
        near = max(ALIKE, 2.0 * ALIKE * abs(best.exponent))
        other = [
            each
            for each in found[1:]
            if each.weight > least and abs(each.exponent - best.exponent) > near
        ]
        return [best, *other] if other else []

    def exponent(self, trial: Trial) -> float:
        """Return the exponent of the branch of a trial that falls further."""
        before, after = trial.exponents
        if before == after or trial.shape.name == "crossover":
            return after
        first, last = (float(self.curve.x[k]) for k in trial.window)
        corner = float(trial.searched[0])
        return before if before * (corner - first) >= after * (last - corner) else after

    def goodness(self, trial: Trial) -> float:
        """Return the probability that noise alone leaves larger residuals."""
        return _goodness(trial, self.noise)


def weighed(curve: Measured, model: str, window: Window | None) -> Weighed:
    """Return what describes a curve: every law (model "auto") or one, on a window or on all.

    Where everything is left to the data, only what stands for the curve is kept; what was asked
    for is kept however poor it is.
    """
    noise = noise_of(curve.x, curve.y, curve.runs)
    scale = Scale.of(noise)
    shapes = tuple(SHAPES) if model == "auto" else (model,)
    windows = None if window is None else [window]
    found = trials(curve.x, curve.y, scale, shapes, windows)
    if model == "auto":
        good = [trial for trial in found if _goodness(trial, noise) >= POOREST]
        found = good if window is None else good or found
    if window is None:
        stands = [trial for trial in found if _stands(trial, curve.x, noise.smooth)]
        return Weighed(curve, noise, scale, stands, found)
    return Weighed(curve, noise, scale, found, found)


def _goodness(trial: Trial, noise: Noise) -> float:
    n = trial.window[1] - trial.window[0] + 1
    return goodness(trial.chi2, n - trial.shape.n_parameters, noise)


def _stands(trial: Trial, x: Array, smooth: Array) -> bool:
    """Return whether a window holds most of the fall of ln L and of ln t, the end included."""
    first, last = trial.window
    whole, span = float(np.ptp(smooth)), float(x[-1] - x[0])
    fall = float(np.ptp(smooth[first : last + 1]))
    described = min(fall / whole if whole > 0.0 else 1.0, float(x[last] - x[first]) / span)
    return described >= DESCRIBED and float(x[-1] - x[last]) <= LEFT_OUT * span
