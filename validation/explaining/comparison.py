"""How far a measured curve is from a predicted one: the unit of time, a probability, decades.

At the measured points ln L differs by r of covariance C_noise + s_j s_k exp(−|x_j − x_k|/ln 10),
where s is what the prediction leaves open. Means M r over half decades keep what a prediction can
be wrong in and drop what is noise; their χ² is least at the unit of time that fits, and its mean
over the degrees of freedom is compared with an F distribution, for the noise is estimated too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.special import fdtrc

from superlaw.curves import Array
from superlaw.validation.explaining.prediction import Prediction
from superlaw.validation.fitting.measured import Measured
from superlaw.validation.fitting.noise import Noise

LN10 = float(np.log(10.0))
PART = 0.5
"""Decades that a mean is taken over."""
MEMORY = LN10
"""A prediction errs alike over a decade of time."""
COARSE, LEAST_SIGMA = 0.1, 0.05
"""Steps of ln of the unit of time, and the error that a point has in the first search for it."""
KEPT = 3
"""Units of time that are looked at more closely."""
AROUND = np.arange(-3.0, 4.0) / 3.0
"""Where else, in steps of the first search, and then in thirds of them around the best."""


@dataclass(frozen=True)
class Decade:
    """A decade of the measured curve against a prediction.

    Parameters
    ----------
    start, end : float
        Of the decade, in the unit of the curve.
    deviation : float
        Mean of measured over predicted loss, less 1.
    error : float
        Its standard deviation: noise, and what the prediction leaves open.
    """

    start: float
    end: float
    deviation: float
    error: float

    @classmethod
    def of(cls, data: Mapping[str, float]) -> Decade:
        """Return the decade that `to_dict` has made plain data of."""
        return cls(data["from"], data["to"], data["deviation"], data["error"])

    def to_dict(self) -> dict[str, Any]:
        """Return the decade as plain data."""
        return {
            "from": self.start,
            "to": self.end,
            "deviation": self.deviation,
            "error": self.error,
        }


@dataclass(frozen=True)
class Compared:
    """A measured curve against a prediction at its best unit of time.

    Parameters
    ----------
    unit : float
        Gradient-flow time of one unit of the curve's times.
    chi : float
        χ².
    probability : float
        That a true candidate differs as much or more.
    decades : tuple of Decade
    loss, error : ndarray
        Predicted loss at the measured points, and the relative standard deviation it leaves open.
    """

    unit: float
    chi: float
    probability: float
    decades: tuple[Decade, ...]
    loss: Array
    error: Array


def compared(data: Measured, noise: Noise, made: Prediction, lr: float | None) -> Compared | None:
    """Compare a curve with a prediction; None if no unit of time lets it reach that far.

    Parameters
    ----------
    data : Measured
    noise : Noise
    made : Prediction
    lr : float or None
        Gradient-flow time of a unit of the curve's times; fitted if None.
    """

    def nearest(shifts: Array) -> tuple[float, float]:
        found = [(_chi(data, noise, made, shift), shift) for shift in shifts.tolist()]
        return min(found, default=(np.inf, 0.0))

    if lr is not None:
        best = nearest(np.array([np.log(lr)]))
    else:
        best = nearest(_shifts(data, made))
        best = min(best, nearest(best[1] + AROUND * COARSE / 3.0))
    if not np.isfinite(best[0]) or (lr is None and _is_cut(data, made, best[1])):
        return None
    n_free = (made.start is not None) + (lr is None)
    freedom = len(_parts(data)) - n_free
    if freedom < 1:
        return None
    chance = float(fdtrc(freedom, max(noise.freedom, 1.0), best[0] / freedom))
    y, error = made.at(data.x + best[1], len(data.runs))
    decades = _decades(data, noise, data.y - y, error)
    return Compared(float(np.exp(best[1])), best[0], chance, decades, np.exp(y), error)


def _shifts(data: Measured, made: Prediction) -> Array:
    """Return the values of ln(unit) around the best of a first search."""
    low, high = made.x[0] - data.x[0] - 10.0, made.x[-1] - data.x[-1]
    coarse = np.arange(low, high + COARSE, COARSE)
    coarse = np.append(coarse[coarse < high], high)
    size = np.array([_rough(data, made, shift) for shift in coarse])
    inner = np.flatnonzero(
        (size <= np.append(np.inf, size[:-1])) & (size <= np.append(size[1:], np.inf))
    )
    best = coarse[inner[np.argsort(size[inner])[:KEPT]]]
    return np.unique(np.minimum((best[:, None] + AROUND * COARSE).ravel(), high))


def _is_cut(data: Measured, made: Prediction, shift: float) -> bool:
    """Return whether the best unit of time is the last that a prediction can reach."""
    return not made.is_whole and data.x[-1] + shift > made.x[-1] - COARSE


def _rough(data: Measured, made: Prediction, shift: float) -> float:
    y, error = made.at(data.x + shift, len(data.runs))
    return float(np.mean((data.y - y) ** 2 / (LEAST_SIGMA**2 + error**2)))


def _chi(data: Measured, noise: Noise, made: Prediction, shift: float) -> float:
    """Return χ² at a unit of time; infinite where the prediction does not reach the last point."""
    if data.x[-1] + shift > made.x[-1] + 1e-9:
        return np.inf
    y, error = made.at(data.x + shift, len(data.runs))
    parts = _parts(data)
    mean = parts @ (data.y - y)
    factor = cho_factor(parts @ _covariance(data, noise, error) @ parts.T, lower=True)
    return float(mean @ cho_solve(factor, mean))


def _parts(data: Measured) -> Array:
    """Return the matrix that takes means over equal parts of ln t of about `PART` decades."""
    span = data.x[-1] - data.x[0]
    n_parts = max(1, round(span / LN10 / PART))
    place = np.minimum((data.x - data.x[0]) / span * n_parts, n_parts - 1).astype(int)
    inside = place == np.unique(place)[:, None]
    return np.asarray(inside / inside.sum(axis=1, keepdims=True))


def _covariance(data: Measured, noise: Noise, error: Array) -> Array:
    """Return the covariance of ln L at the points about the prediction."""
    lag = np.abs(np.subtract.outer(np.arange(len(data.x)), np.arange(len(data.x))))
    apart = np.abs(np.subtract.outer(data.x, data.x))
    own = np.outer(noise.level, noise.level) * noise.correlation**lag
    return np.asarray(own + np.outer(error, error) * np.exp(-apart / MEMORY))


def _decades(data: Measured, noise: Noise, residual: Array, error: Array) -> tuple[Decade, ...]:
    """Return the mean deviation in each decade of the curve's own times, with its error."""
    covariance = _covariance(data, noise, error)
    place = np.floor(data.x / LN10 + 1e-9).astype(int)
    found = []
    for k in np.unique(place).tolist():
        inside = np.flatnonzero(place == k)
        spread = float(covariance[np.ix_(inside, inside)].mean()) ** 0.5
        mean = float(np.expm1(residual[inside].mean()))
        found.append(Decade(10.0**k, 10.0 ** (k + 1), mean, spread))
    return tuple(found)
