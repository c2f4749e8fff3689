"""The figure of a fit: the curve, what was fitted where, and where its law leads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from superlaw.curves import Array
from superlaw.figures.panels import Panel, Series
from superlaw.validation.fitting.measured import gathered
from superlaw.validation.training.ensemble import standard_error

if TYPE_CHECKING:
    from superlaw.validation.fitting.power_law_fit import PowerLawFit

_POINTS = 50
"""Of a law that is drawn alone."""


def fitted_curve(fit: PowerLawFit, times: Array, loss: Array) -> Panel:
    """Return a curve with the law that was fitted to it.

    Parameters
    ----------
    fit : PowerLawFit
    times : ndarray
        Shape (n_times,).
    loss : ndarray
        Shape (n_seeds, n_times); more than one is drawn with the standard error of its mean.
    """
    kept = times > 0.0
    x, y, runs = gathered(np.log(times[kept]), loss[:, kept])
    t, mean = np.exp(x), np.exp(y)
    error = mean * standard_error(runs) if len(runs) > 1 else None
    points = Series("measured", t, mean, error, "points")
    inside = t[(t >= fit.window[0] * (1 - 1e-9)) & (t <= fit.window[1] * (1 + 1e-9))]
    return _panel(fit, (points, *_law(fit, inside)))


def fitted_law(fit: PowerLawFit) -> Panel:
    """Return the law alone, in its window."""
    return _panel(fit, tuple(_law(fit, np.geomspace(*fit.window, _POINTS))))


def _panel(fit: PowerLawFit, series: tuple[Series, ...]) -> Panel:
    title = "no exponent: the data do not choose"
    if fit.exponent is not None:
        title = f"{fit.model}: exponent {fit.exponent:.3f} ± {fit.total_error:.2g}"
    shaded = None if fit.exponent is None else fit.window
    return Panel(title, "time t", "loss L", series, shaded=shaded)


def _law(fit: PowerLawFit, t: Array) -> Iterator[Series]:
    """Yield the law at some times, and a fan of one standard error of its exponent."""
    if fit.exponent is None or fit.prefactor is None or fit.floor is None:
        return
    fall = fit.prefactor * t**-fit.exponent
    name = rf"$t^{{-{fit.exponent:.3f}}}$" + (f" + {fit.floor:.3g}" if fit.floor else "")
    yield Series(name, t, fit.floor + fall, style="dashed")
    if fit.total_error is not None:
        turn = np.abs(np.log(t / np.sqrt(t[0] * t[-1]))) * fit.total_error
        low, high = fit.floor + fall * np.exp(-turn), fit.floor + fall * np.exp(turn)
        yield Series("one standard error", t, low, style="band", upper=high, paired=True)
