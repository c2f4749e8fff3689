"""Trained loss of one active feature for any frequencies: a budget of violated pairs [closure].

Each pair whose cosine passes both clearances costs half a degree of freedom of a column. So

    minimise Σ p_i (κ_i² + κ_i³/3)   under   Σ_i (n − i) P_m(ξ > κ_i) = c n m/2,

that is p_i (2 κ_i + κ_i²) = λ (n − i) f_m(κ_i), f_m the density of a cosine (H20, H22). Two numbers
in c = (1 − 1/m)(2 + ln(n/m))/3 were fitted to trained minima of n ≤ 1000.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import special
from scipy.optimize import brentq

from superlaw.curves import Array
from superlaw.solvers.width.cosines import log_density, tail

EVEN_BAND, POWER_BAND, OTHER_BAND = 0.15, 0.2, 0.5
"""By which factor, less 1, trained minima may differ: even frequencies at n ≥ 4m, powers i^-1.2 to
i^-2 at n ≥ 8m, and all others [measured: `superlaw validate width`]."""
_GRID = 4096


def trained_budget(p: Array, m: int) -> float | None:
    """Return the loss of a trained code with the frequencies p in m dimensions.

    Parameters
    ----------
    p : ndarray, (n,)
        Frequencies that sum to 1, descending.
    m : int
        Dimensions; below 3 the density of a cosine has poles and there is no answer (None).
    """
    n = len(p)
    if n <= 2 * m:
        return 0.0
    if m < 3:
        return None
    others = n - np.arange(1.0, n)
    budget = budget_of(n, m)
    if budget >= 0.5 * float(others.sum()):
        return 0.0
    kappa, log_ratio = _clearances(m)
    share = tail(kappa, m)
    log_share = np.log(others) - np.log(p[:-1])

    def spent(log_lam: float) -> float:
        return float(others @ np.interp(log_lam + log_share, log_ratio, share)) - budget

    low, high = log_ratio[0] - log_share.max() - 1.0, log_ratio[-1] - log_share.min() + 1.0
    kappa_i = np.interp(brentq(spent, low, high, xtol=1e-10) + log_share, log_ratio, kappa)
    return float(p[:-1] @ (kappa_i**2 + kappa_i**3 / 3.0))


def budget_of(n: int, m: int) -> float:
    """Return c n m/2, the pairs of n columns in m dimensions that may pass their clearance."""
    return (1.0 - 1.0 / m) * (2.0 + math.log(n / m)) / 3.0 * n * m / 2.0


def crossing(share: float, m: int) -> float:
    """Return the cosine that this share of random pairs is above, share ≤ ½."""
    return float(np.sqrt(1.0 - special.betaincinv((m - 1) / 2.0, 0.5, 2.0 * share)))


def _clearances(m: int) -> tuple[Array, Array]:
    """Return clearances κ and ln((2 κ + κ²)/f_m(κ)), which rises with κ."""
    near = np.geomspace(1e-6, 0.5, _GRID // 2, endpoint=False)
    kappa = np.concatenate([near, 1.0 - np.geomspace(0.5, 1e-12, _GRID // 2)])
    return kappa, np.log(2.0 * kappa + kappa**2) - log_density(kappa, m)
