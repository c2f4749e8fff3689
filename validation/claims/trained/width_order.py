"""The slope that tasks share depends on N and K, and one combination, N/K², orders it."""

from __future__ import annotations

import numpy as np

from superlaw.curves import Array
from superlaw.setting.task import PowerLawTask
from superlaw.theory.laws.tied import BAND, measured_slope
from superlaw.validation.claims.check import Check
from superlaw.validation.claims.claim import Claim, Findings
from superlaw.validation.claims.size import Conditions
from superlaw.validation.claims.trained import flows
from superlaw.validation.figures.panels import Panel, Series

EXPONENTS = ((1.5, 1.0), (2.0, 0.5))
"""Pairs (a, b) whose slopes without superposition are 1.67 and 1."""
RIVALS = {"N/K": 1.0, "N/K^1.5": 1.5}
POWERS = np.linspace(0.5, 4.0, 36)
RESAMPLED = 200


def run(conditions: Conditions) -> Findings:
    """Compare slopes with the measured law of N/K², and how well its rivals order them."""
    pairs = conditions.size.trained.widths
    runs = {
        (n, width, a, b): flows.tied(PowerLawTask(a, b, n), width, conditions)
        for n, width in pairs
        for a, b in EXPONENTS
    }
    slope = np.array(
        [np.mean([flows.slope(runs[n, k, a, b]) for a, b in EXPONENTS]) for n, k in pairs]
    )
    checks = [
        Check(
            f"N = {n}, K = {k}: slope at N/K² = {n / k**2:.3g}",
            conditions.planted * measured_slope(n, k),
            float(found),
            tolerance=BAND,
        )
        for (n, k), found in zip(pairs, slope, strict=True)
    ]
    sizes = np.array(pairs, dtype=float)
    own = misfit(sizes, slope, 2.0)
    checks += [
        Check(
            f"misfit of {rival} over that of N/K²",
            1.0,
            misfit(sizes, slope, power) / own,
            bound="above",
        )
        for rival, power in RIVALS.items()
    ]
    panels = (_order(sizes, slope, conditions), _misfits(sizes, slope))
    return Findings(tuple(checks), panels, tuple(runs.values()), _remark(sizes, slope, conditions))


def misfit(sizes: Array, slope: Array, power: float) -> float:
    """Return the root-mean-square misfit of a quadratic in ln(N/K^power).

    Parameters
    ----------
    sizes : ndarray
        N and K, shape (n, 2).
    slope : ndarray
        Shape (n,).
    power : float
    """
    x = np.log(sizes[:, 0]) - power * np.log(sizes[:, 1])
    fitted = np.polyval(np.polyfit(x, slope, 2), x)
    return float(np.sqrt(np.mean((slope - fitted) ** 2)))


def best_power(sizes: Array, slope: Array) -> float:
    """Return the power of K with which N/K^power orders the slopes best."""
    return float(POWERS[np.argmin([misfit(sizes, slope, power) for power in POWERS])])


def _order(sizes: Array, slope: Array, conditions: Conditions) -> Panel:
    """Show the slopes against N/K², by N, and the measured law."""
    series = []
    for n in sorted(set(sizes[:, 0])):
        of = sizes[:, 0] == n
        x = n / sizes[of, 1] ** 2
        series.append(Series(f"N = {n:.0f}", x, slope[of], style="points"))
    every = np.sort(sizes[:, 0] / sizes[:, 1] ** 2)[[0, -1]]
    law = np.array([conditions.planted * measured_slope(1, x**-0.5) for x in every])
    series.append(Series("1 + 0.115 ln(2N/K²)", every, law, style="dashed"))
    return Panel(
        "Shared slope, (a, b) = (1.5, 1) and (2, ½)", "N/K²", "slope", tuple(series), y_log=False
    )


def _misfits(sizes: Array, slope: Array) -> Panel:
    found = np.array([misfit(sizes, slope, power) for power in POWERS])
    line = Series("quadratic in ln(N/K^γ)", POWERS, found)
    title = "Which combination orders the slope"
    return Panel(title, "γ", "root-mean-square misfit", (line,), x_log=False, y_log=False)


def _remark(sizes: Array, slope: Array, conditions: Conditions) -> str:
    """Return what a fit of the power gives, with its error from resampled (N, K)."""
    generator = np.random.default_rng(conditions.entropy)
    drawn = generator.integers(len(slope), size=(RESAMPLED, len(slope)))
    powers = [best_power(sizes[k], slope[k]) for k in drawn if len(set(k)) > 3]
    low, high = np.quantile(powers, (0.16, 0.84))
    return (
        f"Slopes run from {slope.min():.2f} to {slope.max():.2f}. A fit of a quadratic in "
        f"ln(N/K^γ) through {len(slope)} (N, K) has γ = {best_power(sizes, slope):.1f}, "
        f"{low:.1f} to {high:.1f} in 68 % of resamplings; its misfit is "
        f"{misfit(sizes, slope, 2.0):.3f} for γ = 2, {misfit(sizes, slope, 1.5):.3f} for 1.5, "
        f"{misfit(sizes, slope, 1.0):.3f} for 1. A fit, not a derivation."
    )


CLAIM = Claim(
    name="width_order",
    statement=(
        "The slope that tasks share is ordered by N/K², near 1 where N = K²/2: it is "
        "1 + 0.115 ln(2N/K²) within 10 %, and N/K² orders it better than N/K or N/K^1.5 do. "
        "Measured, not derived."
    ),
    step="U21",
    solver="a fit to other flows",
    run=run,
)
