"""Fit training exponents, with errors by source and coded warnings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize_scalar

from superlaw.arguments import finite, increasing_times, numbers, one_of, refuse
from superlaw.notices import Notice
from superlaw.results import Result
from superlaw.solvers.solution import Solution
from superlaw.validation.training.ensemble import Ensemble, standard_error

Array = NDArray[np.float64]

STEADY = (0.1, 0.05)
"""A window is one power law while the local slope stays within 10 % or 0.05 of its median."""
STARTED = 0.9
"""A fit starts once the loss has fallen to this part of its first value."""
HALF_WIDTH = 0.15
"""Decades on either side over which a local slope is taken."""
TRIMMED = 0.25
"""Sub-windows of the window scan leave out up to this part of the decades at either end."""
FLOOR_SHARE = 0.1
"""A floor counts if it makes up this part of the last loss in the window."""
LEAST_LOSS = 1e-300
"""Below it a double loses digits, and the inverse overflows."""
FEWEST_POINTS = 4
FEWEST_SEEDS = 4
_EXPONENTS = np.geomspace(1e-3, 20.0, 80)
"""Starts of the search for the exponent of the offset power law."""


@dataclass(frozen=True, eq=False, repr=False)
class PowerLawFit(Result):
    """A fitted exponent α of L ≈ floor + prefactor · t^-α.

    Parameters
    ----------
    exponent : float
        α.
    standard_error : dict of float
        By source, never merged: "seeds" (spread over runs), "window" (spread over sub-windows),
        "model" (with against without a floor), "solver" (worst effect of the curve's error
        bound). None where a source does not apply.
    window : (float, float)
        Times used [time].
    decades : float
        log10 of their ratio.
    n_points : int
        Output times used.
    prefactor, floor : float
        The rest of the model; the floor is 0 for a straight line.
    model : {"straight", "offset"}
        Straight line in log-log, or with a floor.
    per_seed : ndarray
        Exponent of each run, shape (n_seeds,).
    local_slope : ndarray
        −d log L/d log t at every time of the curve, shape (n_times,).
    warnings : tuple of Notice
        Coded warnings.
    """

    exponent: float
    standard_error: dict[str, float | None]
    window: tuple[float, float]
    decades: float
    n_points: int
    prefactor: float
    floor: float
    model: str
    per_seed: Array
    local_slope: Array
    warnings: tuple[Notice, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the fit as plain data."""
        return {
            "exponent": self.exponent,
            "standard_error": self.standard_error,
            "window": self.window,
            "decades": self.decades,
            "n_points": self.n_points,
            "prefactor": self.prefactor,
            "floor": self.floor,
            "model": self.model,
            "per_seed": self.per_seed,
            "warnings": self.warnings,
        }

    def __repr__(self) -> str:
        shown = {"exponent": self.exponent, "window": tuple(float(f"{t:.4g}") for t in self.window)}
        return self._brief(**shown, model=self.model, n_warnings=len(self.warnings))

    def __str__(self) -> str:
        errors = ", ".join(
            f"{source} {'n/a' if error is None else format(error, '.2g')}"
            for source, error in self.standard_error.items()
        )
        lines = [
            f"exponent  {self.exponent:.4f}   (errors by source: {errors})",
            f"model     {self.model}: {self.floor:.4g} + {self.prefactor:.4g} t^-α",
            f"window    {self.window[0]:.4g} … {self.window[1]:.4g}, {self.decades:.2f} decades, "
            f"{self.n_points} points",
        ]
        return "\n".join(lines + [str(notice) for notice in self.warnings])


def fit_power_law(
    curve: Solution | Ensemble | tuple[ArrayLike, ArrayLike],
    *,
    window: tuple[float, float] | None = None,
    floor: str = "auto",
) -> PowerLawFit:
    """Fit L ≈ floor + prefactor · t^-α to a loss curve.

    Parameters
    ----------
    curve : Solution, Ensemble or (times, loss)
        Loss of shape (n_times,) or (n_seeds, n_times).
    window : (float, float), optional
        Times to fit between; the longest span of steady local slope if left out.
    floor : {"auto", "none", "free"}
        Straight line, offset power law, or whichever the data ask for.

    Returns
    -------
    PowerLawFit
        Exponent, errors by source, window and coded warnings.

    Raises
    ------
    ArgumentError
        If the curve or an option is outside its rule.

    Examples
    --------
    >>> t = np.geomspace(1.0, 1e4, 41)
    >>> fit = fit_power_law((t, 3.0 * t**-0.7))
    >>> round(fit.exponent, 6), round(fit.prefactor, 6), round(fit.decades, 6)
    (0.7, 3.0, 3.9)
    """
    one_of("floor", floor, ("auto", "none", "free"))
    times, losses, slope, bound = _data(curve)
    used = _window(times, losses.mean(axis=0), slope, window)
    t, runs = times[used], losses[:, used]
    mean = runs.mean(axis=0)
    straight, offset = _straight(t, mean), _offset(t, mean)
    model = {"none": "straight", "free": "offset"}.get(floor) or _model(t, mean, straight, offset)
    fitter = _straight if model == "straight" else _offset
    exponent, prefactor, level = straight if model == "straight" else offset
    per_seed = np.array([fitter(t, run)[0] for run in runs])
    errors = {
        "seeds": float(standard_error(per_seed)) if len(runs) > 1 else None,
        "window": _window_error(t, mean, fitter),
        "model": abs(straight[0] - offset[0]),
        "solver": None if bound is None else 3.0 * bound[used].max() / np.log(t[-1] / t[0]),
    }
    return PowerLawFit(
        exponent=exponent,
        standard_error=errors,
        window=(float(t[0]), float(t[-1])),
        decades=float(np.log10(t[-1] / t[0])),
        n_points=len(t),
        prefactor=prefactor,
        floor=level,
        model=model,
        per_seed=per_seed,
        local_slope=slope,
        warnings=_notices(t, slope[used], model, offset[2] / mean[-1], len(losses)),
    )


def local_slopes(times: Array, loss: Array) -> Array:
    """Return −d log L/d log t by least squares over ±`HALF_WIDTH` decades, shape (n_times,)."""
    x, y = np.log10(times), np.log10(loss)
    slopes = np.full(len(x), np.nan)
    for k, centre in enumerate(x):
        near = np.abs(x - centre) <= HALF_WIDTH + 1e-9
        if near.sum() < 3:
            near = np.zeros(len(x), bool)
            near[max(0, k - 1) : k + 2] = True
        if near.sum() > 1:
            slopes[k] = -np.polyfit(x[near], y[near], 1)[0]
    return slopes


def _data(curve: Any) -> tuple[Array, Array, Array, Array | None]:
    """Return times, losses (n_seeds, n_times), local slope and error bound at positive times."""
    if isinstance(curve, (Solution, Ensemble)):
        times, loss = curve.times, np.atleast_2d(curve.loss)
    else:
        times, loss = _pair(curve)
    if loss.ndim != 2 or loss.shape[1] != len(times) or not len(loss):
        refuse("curve", "one loss a time", loss.shape, "Give (times, loss) of equal length.")
    keep = times > 0.0
    times, loss = times[keep], loss[:, keep]
    outside = ~((loss >= LEAST_LOSS) & (loss <= 1.0 / LEAST_LOSS))
    if np.any(outside):
        rule = f"finite and above 0 ({LEAST_LOSS:g} … {1.0 / LEAST_LOSS:g})"
        refuse("curve", rule, float(loss[outside][0]), "Cut the curve before that.")
    if len(times) < FEWEST_POINTS:
        refuse("curve", f"at least {FEWEST_POINTS} times", len(times), "Measure at more times.")
    exact = getattr(curve, "local_slope", None)
    bound = getattr(curve, "error_bound", None)
    slope = local_slopes(times, loss.mean(axis=0)) if exact is None else exact[keep]
    return times, loss, slope, None if bound is None else bound[keep]


def _pair(curve: Any) -> tuple[Array, Array]:
    """Return times and losses (n_seeds, n_times) of a pair."""
    remedy = "Give (times, loss), or what sl.solve or sl.simulate returned."
    if not isinstance(curve, tuple | list) or len(curve) != 2:
        refuse("curve", "a Solution, an Ensemble or (times, loss)", curve, remedy)
    return increasing_times(curve[0]), np.atleast_2d(numbers("curve", curve[1], remedy))


def _window(
    times: Array, loss: Array, slope: Array, window: tuple[float, float] | None
) -> NDArray[np.bool_]:
    """Return which times to use."""
    if window is None:
        used = _steady(times, slope, loss < STARTED * loss[0])
        return used if used is not None else np.ones(len(times), bool)
    if not isinstance(window, tuple | list) or len(window) != 2:
        refuse("window", "(first, last) time", window, "E.g. window=(10.0, 1e4).")
    for t in window:
        finite("window", t, "Give two times.")
    used = (times >= window[0] * (1 - 1e-12)) & (times <= window[1] * (1 + 1e-12))
    if used.sum() < FEWEST_POINTS:
        rule = f"a span of at least {FEWEST_POINTS} times of the curve"
        refuse("window", rule, window, f"The curve has times {times[0]:.4g} … {times[-1]:.4g}.")
    return np.asarray(used)


def _steady(times: Array, slope: Array, started: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
    """Return the longest span, in decades, over which the local slope is steady and positive."""
    x, best, longest = np.log10(times), None, 0.0
    for first in np.flatnonzero(started & np.isfinite(slope)):
        for last in range(len(x) - 1, first + FEWEST_POINTS - 2, -1):
            if x[last] - x[first] <= longest:
                break
            inside = slope[first : last + 1]
            middle = np.median(inside)
            allowed = max(STEADY[0] * middle, STEADY[1])
            if middle > 0.0 and np.all(np.abs(inside - middle) <= allowed):
                longest = x[last] - x[first]
                best = (np.arange(len(x)) >= first) & (np.arange(len(x)) <= last)
    return best


def _straight(t: Array, loss: Array) -> tuple[float, float, float]:
    """Return exponent, prefactor and floor 0 of a straight line in log-log."""
    slope, level = np.polyfit(np.log(t), np.log(loss), 1)
    return float(-slope), float(np.exp(level)), 0.0


def _offset(t: Array, loss: Array) -> tuple[float, float, float]:
    """Return exponent, prefactor and floor by variable projection.

    For each exponent the prefactor and floor that minimise the relative residuals follow from a
    linear system; only the exponent is searched.
    """
    costs = [_projected(alpha, t, loss)[0] for alpha in _EXPONENTS]
    k = int(np.argmin(costs))
    low, high = _EXPONENTS[max(k - 1, 0)], _EXPONENTS[min(k + 1, len(_EXPONENTS) - 1)]
    found = minimize_scalar(
        lambda alpha: _projected(alpha, t, loss)[0],
        bounds=(low, high),
        method="bounded",
        options={"xatol": 1e-10 * high},
    )
    _, prefactor, level = _projected(float(found.x), t, loss)
    return float(found.x), prefactor, level


def _projected(alpha: float, t: Array, loss: Array) -> tuple[float, float, float]:
    """Return the least relative residual at an exponent, with prefactor and floor ≥ 0."""
    power = (t / t[0]) ** -alpha / loss
    constant = 1.0 / loss
    pp, pc, cc = power @ power, power @ constant, constant @ constant
    determinant = pp * cc - pc * pc
    level = (constant.sum() * pp - power.sum() * pc) / determinant if determinant > 0.0 else 0.0
    level = max(level, 0.0)
    prefactor = max((power.sum() - level * pc) / pp, 0.0)
    residual = prefactor * power + level * constant - 1.0
    return float(residual @ residual), float(prefactor * t[0] ** alpha), float(level)


def _model(
    t: Array, loss: Array, straight: tuple[float, float, float], offset: tuple[float, float, float]
) -> str:
    """Return "offset" if there is a floor worth the name and it explains the curve better."""
    if offset[2] < FLOOR_SHARE * loss[-1]:
        return "straight"
    residual = [
        np.sum((prefactor * t**-alpha + level - loss) ** 2 / loss**2)
        for alpha, prefactor, level in (straight, offset)
    ]
    return "offset" if residual[1] < 0.25 * residual[0] else "straight"


def _window_error(t: Array, loss: Array, fitter: Any) -> float | None:
    """Return the standard deviation of the exponent over sub-windows."""
    x = np.log10(t)
    cuts = TRIMMED * (x[-1] - x[0]) * np.linspace(0.0, 1.0, 4)
    found = []
    for early in cuts:
        for late in cuts:
            inside = (x >= x[0] + early - 1e-9) & (x <= x[-1] - late + 1e-9)
            if inside.sum() >= FEWEST_POINTS:
                found.append(fitter(t[inside], loss[inside])[0])
    return float(np.std(found, ddof=1)) if len(found) > 1 else None


def _notices(
    t: Array, slope: Array, model: str, floor_share: float, n_seeds: int
) -> tuple[Notice, ...]:
    """Return the coded warnings of a fit."""
    decades, found = float(np.log10(t[-1] / t[0])), []
    if decades < 1.0:
        found.append(Notice("W-DECADES", f"the window spans {decades:.2f} decades"))
    if floor_share > FLOOR_SHARE:
        text = f"a floor may make up {floor_share:.0%} of the last loss used"
        found.append(Notice("W-FLOOR", text))
    middle, spread = float(np.median(slope)), float(np.ptp(slope))
    if model == "straight" and spread > 2.0 * max(STEADY[0] * abs(middle), STEADY[1]):
        low, high = float(slope.min()), float(slope.max())
        text = f"the local slope runs from {low:.3g} to {high:.3g} in the window"
        found.append(Notice("W-CURVED", text))
    if 1 < n_seeds < FEWEST_SEEDS:
        found.append(Notice("W-SEEDS", f"{n_seeds} seeds give a poor estimate of their spread"))
    return tuple(found)
