"""The figure of a fit: the curve, what was fitted where, and where its law leads."""

from __future__ import annotations

import numpy as np

from superlaw.curves import Array
from superlaw.figures.panels import Panel, Series
from superlaw.validation.fitting.measured import gathered
from superlaw.validation.fitting.power_law_fit import PowerLawFit
from superlaw.validation.training.ensemble import standard_error


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
    series = [Series("measured", t, mean, error, "points")]
    if fit.exponent is None or fit.prefactor is None or fit.floor is None:
        return Panel("no exponent: the data do not choose", "time t", "loss L", tuple(series))
    inside = t[(t >= fit.window[0] * (1 - 1e-9)) & (t <= fit.window[1] * (1 + 1e-9))]
    law = fit.floor + fit.prefactor * inside**-fit.exponent
    name = rf"$t^{{-{fit.exponent:.3f}}}$" + (f" + {fit.floor:.3g}" if fit.floor else "")
    title = f"{fit.model}: exponent {fit.exponent:.3f} ± {fit.total_error:.2g}"
    series.append(Series(name, inside, law, style="dashed"))
    return Panel(title, "time t", "loss L", tuple(series), shaded=fit.window)
