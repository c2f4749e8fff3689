"""Fit training exponents, with errors by source and coded warnings."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from superlaw.arguments import finite, one_of, refuse
from superlaw.curves import Array
from superlaw.solvers.solution import Solution
from superlaw.validation.fitting.choice import Weighed, weighed
from superlaw.validation.fitting.errors import (
    noise_error,
    seeds_error,
    spread,
    total_error,
)
from superlaw.validation.fitting.fall_law import fall_window
from superlaw.validation.fitting.laws import Law, fitted, straight_law
from superlaw.validation.fitting.measured import FEWEST_POINTS, Measured, measured
from superlaw.validation.fitting.notes import notices, undecided
from superlaw.validation.fitting.power_law_fit import PowerLawFit
from superlaw.validation.fitting.search import Window, all_windows, trials
from superlaw.validation.training.ensemble import Ensemble

MODELS = ("auto", "straight", "offset", "crossover", "broken", "fall")
FLOORS = {"auto": "auto", "none": "straight", "free": "offset"}


def fit_power_law(
    curve: Solution | Ensemble | tuple[ArrayLike, ArrayLike],
    *,
    window: tuple[float, float] | None = None,
    floor: str = "auto",
    model: str = "auto",
) -> PowerLawFit:
    """Fit L ≈ floor + prefactor · t^-α to a loss curve.

    Noise is estimated from the curve, or from its seeds if there are four; laws and windows are
    weighed by an information criterion with that noise in it. A curve of which no law describes
    half of the fall is read as the map of the superposed regime is: one straight fit (model
    "fall") from half of the first loss to where the slope has dropped to half of its peak.

    Parameters
    ----------
    curve : Solution, Ensemble or (times, loss)
        Loss of shape (n_times,) or (n_seeds, n_times).
    window : (float, float), optional
        Times to fit between; chosen with the model if left out.
    floor : {"auto", "none", "free"}
        Short for model "straight" (none) or "offset" (free).
    model : {"auto", "straight", "offset", "crossover", "broken", "fall"}
        The law; the one that the data ask for if "auto".

    Returns
    -------
    PowerLawFit
        Exponent, errors, window, what other laws say, and coded warnings.

    Raises
    ------
    ArgumentError
        If the curve or an option is outside its rule.

    Examples
    --------
    >>> t = np.geomspace(1.0, 1e4, 41)
    >>> fit = fit_power_law((t, 3.0 * t**-0.7))
    >>> round(fit.exponent, 6), round(fit.prefactor, 6), fit.model
    (0.7, 3.0, 'straight')
    """
    law = _asked(model, floor)
    data = measured(curve)
    span = None if window is None else _span(data, window)
    found = weighed(data, "straight" if law == "fall" else law, span)
    if law == "fall" or (law == "auto" and span is None and not found.trials):
        reach = fall_window(data, found.noise, span)
        if reach is None:
            return undecided(found, span)
        return _fit(found, straight_law(reach, data.x, data.y), "fall")
    if law == "auto" and found.rivals:
        return undecided(found, span)
    if not found.trials:  # too few points for a choice of windows
        found = weighed(data, law, (0, len(data.x) - 1))
    best = found.trials[0]
    return _fit(found, fitted(best, data.x, data.y, found.scale), best.shape.name, law == "auto")


def _fit(found: Weighed, law: Law, model: str, is_chosen: bool = False) -> PowerLawFit:
    """Return the fit of a law, with its errors."""
    data, noise, (first, last) = found.curve, found.noise, law.window
    alpha = law.exponent
    per_seed = _per_seed(found, law, model) if len(data.runs) > 1 else np.array([alpha])
    errors = {
        "noise": noise_error(law, noise),
        "seeds": seeds_error(per_seed),
        "window": _window_error(found, law),
        "model": _model_error(found, alpha) if is_chosen else None,
        "solver": _solver_error(data, law),
    }
    t0, t1 = (float(t) for t in np.exp(data.x[[first, last]]))
    fits = None if model == "fall" else _goodness(found, law)
    return PowerLawFit(
        exponent=alpha,
        total_error=total_error(errors, noise, len(data.runs)),
        standard_error=errors,
        model=model,
        window=(t0, t1),
        decades=float(np.log10(t1 / t0)),
        n_points=int(np.sum((data.times >= t0 * (1 - 1e-9)) & (data.times <= t1 * (1 + 1e-9)))),
        prefactor=law.prefactor,
        floor=law.floor,
        branches=law.exponents if law.corner is not None else None,
        corner=law.corner,
        goodness=fits,
        noise=float(np.median(noise.level)),
        correlation=noise.correlation,
        per_seed=per_seed,
        local_slope=data.slope,
        candidates=found.candidates,
        warnings=notices(found, law, model, fits),
    )


def _asked(model: str, floor: str) -> str:
    """Return the law that was asked for."""
    one_of("model", model, MODELS)
    law = FLOORS[one_of("floor", floor, FLOORS)]
    if law != "auto" and model not in ("auto", law):
        refuse("floor", f'"auto" with model={model!r}', floor, "Leave it out.")
    return law if model == "auto" else model


def _span(data: Measured, window: tuple[float, float]) -> Window:
    """Return the points of a window."""
    if not isinstance(window, tuple | list) or len(window) != 2:
        refuse("window", "(first, last) time", window, "E.g. window=(10.0, 1e4).")
    first, last = (finite("window", t, "Give two times.") for t in window)
    times = np.exp(data.x)
    inside = np.flatnonzero((times >= first * (1 - 1e-12)) & (times <= last * (1 + 1e-12)))
    if len(inside) < FEWEST_POINTS:
        rule = f"a span of at least {FEWEST_POINTS} times of the curve"
        ends = f"{data.times[0]:.4g} … {data.times[-1]:.4g}"
        refuse("window", rule, window, f"The curve has times {ends}.")
    return int(inside[0]), int(inside[-1])


def _per_seed(found: Weighed, law: Law, model: str) -> Array:
    """Return the exponent of each run by the same law in the same window."""
    data = found.curve
    if model == "fall":
        return np.array([straight_law(law.window, data.x, run).exponent for run in data.runs])
    best = found.trials[0]
    laws = [fitted(best, data.x, run, found.scale) for run in data.runs]
    return np.array([each.exponents[0 if law.exponent == law.exponents[0] else 1] for each in laws])


def _window_error(found: Weighed, law: Law) -> float | None:
    """Return the weighted spread of the exponent over windows inside the one used."""
    first, last = law.window
    n = last - first + 1
    inside = slice(first, last + 1)
    scale = type(found.scale)(found.scale.sigma[inside], found.scale.rho)
    windows = all_windows(n, max(law.shape.n_parameters + 2, n // 2))
    x, y = found.curve.x[inside], found.curve.y[inside]
    near = trials(x, y, scale, (law.shape.name,), windows) if windows else []
    branch = 0 if law.exponent == law.exponents[0] else 1
    return spread(near, [trial.exponents[branch] for trial in near], law.exponent)


def _model_error(found: Weighed, alpha: float) -> float | None:
    """Return the weighted spread of the exponent over laws."""
    leaders = found.leaders
    return spread(leaders, [found.exponent(trial) for trial in leaders], alpha)


def _solver_error(data: Measured, law: Law) -> float | None:
    if data.bound is None:
        return None
    used = (data.times >= np.exp(law.ends[0])) & (data.times <= np.exp(law.ends[1]))
    return float(3.0 * data.bound[used].max(initial=0.0) / (law.ends[1] - law.ends[0]))


def _goodness(found: Weighed, law: Law) -> float:
    trial = next(each for each in found.trials if each.window == law.window)
    return found.goodness(trial)
