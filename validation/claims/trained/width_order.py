"""The slope that tasks share depends on N and K: N/K² orders it in a range, and not beyond."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from superlaw.curves import Array
from superlaw.figures.panels import Panel, Picture, Series
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.theory.laws.tied import BAND, measured_slope
from superlaw.validation.claims.check import Check
from superlaw.validation.claims.claim import Claim, Findings
from superlaw.validation.claims.size import Conditions
from superlaw.validation.claims.trained import flows
from superlaw.validation.claims.trained.collapse import Rescaling, rescaled, within_groups
from superlaw.validation.claims.trained.orders import POWERS, drift, fitted_power, misfit
from superlaw.validation.training.ensemble import Ensemble

EXPONENTS = ((1.5, 1.0), (2.0, 0.5))
"""Pairs (a, b) whose slopes without superposition are 1.67 and 1."""
RIVALS = {"N/K": 1.0, "N/K^1.5": 1.5}
OTHERS = RIVALS | {"N/K²": 2.0, "N/K^2.5": 2.5, "K": np.inf}
INSIDE = (0.115, 2.2)
"""N/K² where the law is claimed: ⅛ to 2, with K a whole number."""
FAR = (1 / 28, 1 / 34)
"""N/K² where it is shown not to hold: 1/32."""
Runs = dict[tuple[int, int, float, float], Ensemble]


def run(conditions: Conditions) -> Findings:
    """Compare slopes with the measured law of N/K², and how well its rivals order them."""
    extent = conditions.size.trained
    tasks = (*EXPONENTS, *extent.apart)
    students = {
        (n, width, a, b): (PowerLawTask(a, b, n), Student(width, tied=True))
        for n, width in extent.widths
        for a, b in tasks
    }
    runs = flows.run(students, conditions)
    sizes = np.array(extent.widths, dtype=float)
    slope = np.array(
        [np.mean([flows.slope(runs[n, k, a, b]) for a, b in EXPONENTS]) for n, k in extent.widths]
    )
    x = sizes[:, 0] / sizes[:, 1] ** 2
    inside = (x >= INSIDE[0]) & (x <= INSIDE[1])
    checks = (
        *_law(sizes[inside], slope[inside], conditions),
        *_rivals(sizes[inside], slope[inside]),
        *_far(sizes, slope, x),
        *(_apart(runs, a, b, sizes[inside], conditions) for a, b in extent.apart),
    )
    shapes = {f"a={a:g}, b={b:g}": _shapes(runs, a, b, conditions) for a, b in tasks}
    panels: tuple[Picture, ...] = (
        _order(sizes, slope, conditions),
        _misfits({"all": (sizes, slope), "⅛ ≤ N/K² ≤ 2": (sizes[inside], slope[inside])}),
        *(_curves(runs, *EXPONENTS[0], power) for power in (2.0, 1.0)),
        *_growth(runs, extent.apart),
    )
    readings = {
        "slopes": [flows.read(PowerLawTask(a, b, n), each) for (n, _, a, b), each in runs.items()],
        "orders": [
            {"within": name, **_orders(sizes[of], slope[of], conditions)}
            for name, of in (("all", slope > 0.0), ("⅛ ≤ N/K² ≤ 2", inside))
        ],
        "shapes": [{"task": name, **row} for name, row in shapes.items()],
    }
    remark = _remark(sizes[inside], slope[inside], conditions)
    return Findings(checks, panels, tuple(runs.values()), remark, readings=readings)


def _law(sizes: Array, slope: Array, conditions: Conditions) -> list[Check]:
    return [
        Check(
            f"N = {n:.0f}, K = {k:.0f}: slope at N/K² = {n / k**2:.3g}",
            conditions.planted * measured_slope(int(n), int(k)),
            float(found),
            tolerance=BAND,
        )
        for (n, k), found in zip(sizes, slope, strict=True)
    ]


def _rivals(sizes: Array, slope: Array) -> list[Check]:
    own = misfit(sizes, slope, 2.0)
    return [
        Check(
            f"misfit of {rival} over that of N/K²",
            1.0,
            misfit(sizes, slope, power) / own,
            bound="above",
        )
        for rival, power in RIVALS.items()
    ]


def _far(sizes: Array, slope: Array, x: Array) -> list[Check]:
    """Show that at N/K² = 1/32 the slope falls with N, where a size has several N there."""
    at = {int(sizes[k, 0]): float(slope[k]) for k in np.flatnonzero((x < FAR[0]) & (x > FAR[1]))}
    if len(at) < 2:
        return []
    first, last = min(at), max(at)
    label = f"N/K² = 1/32, slope at N = {last} below that at N = {first}"
    return [Check(label, at[first], at[last], bound="below")]


def _apart(runs: Runs, a: float, b: float, sizes: Array, conditions: Conditions) -> Check:
    """Show that a task of heavy tails and nearly equal targets leaves the law's band."""
    gaps = [
        flows.slope(runs[int(n), int(k), a, b]) / measured_slope(int(n), int(k)) - 1.0
        for n, k in sizes
    ]
    label = f"{flows.name(PowerLawTask(a, b))}, largest deviation from the law"
    return Check(label, conditions.planted * BAND, float(np.abs(gaps).max()), bound="above")


def _orders(sizes: Array, slope: Array, conditions: Conditions) -> dict[str, object]:
    """Return how well combinations order slopes, and what a fit of the power gives."""
    power = fitted_power(sizes, slope, conditions.entropy)
    gain = drift(sizes, slope)
    return {
        "n": len(slope),
        "misfit": {name: misfit(sizes, slope, value) for name, value in OTHERS.items()},
        "gamma": [power.best, power.low, power.high],
        "gain_with_ln_N": None if gain is None else list(gain),
    }


def _shapes(runs: Runs, a: float, b: float, conditions: Conditions) -> dict[str, object]:
    """Return how far the curves of one task are from one curve, by kind of rescaling."""
    times, losses, sizes = _window(runs, a, b)
    found: Rescaling = rescaled(times, losses, sizes, conditions.entropy)
    return {
        "unscaled": found.unscaled,
        "rescaled": found.misfit,
        "powers": found.powers.tolist(),
        "errors": found.error.tolist(),
        "within": {
            name: within_groups(losses, sizes, power)
            for name, power in (("N/K²", 2.0), ("N/K^1.5", 1.5), ("N/K", 1.0))
        },
    }


def _window(runs: Runs, a: float, b: float) -> tuple[Array, Array, Array]:
    """Return times in the window, mean losses there, and (N, K), of one task."""
    own = {(n, k): each for (n, k, *task), each in runs.items() if task == [a, b]}
    times = next(iter(own.values())).times
    inside = times >= flows.WINDOW[0]
    losses = np.array([each.mean[inside] for each in own.values()])
    return times[inside], losses, np.array(list(own), dtype=float)


def _order(sizes: Array, slope: Array, conditions: Conditions) -> Panel:
    """Show the slopes against N/K², by N, and the measured law."""
    series = []
    for n in sorted(set(sizes[:, 0])):
        of = sizes[:, 0] == n
        x = n / sizes[of, 1] ** 2
        series.append(Series(f"N = {n:.0f}", x, slope[of], style="points"))
    ends = np.array(INSIDE)
    law = np.array([conditions.planted * measured_slope(1, x**-0.5) for x in ends])
    series.append(Series("1 + 0.115 ln(2N/K²)", ends, law, style="dashed"))
    return Panel(
        *("Shared slope, (a, b) = (1.5, 1) and (2, ½)", "N/K²", "slope"),
        tuple(series),
        y_log=False,
        shaded=INSIDE,
    )


def _misfits(parts: dict[str, tuple[Array, Array]]) -> Panel:
    lines = tuple(
        Series(name, POWERS, np.array([misfit(*part, power) for power in POWERS]))
        for name, part in parts.items()
    )
    title = "Which N/K^γ orders the slope"
    return Panel(title, "γ", "root-mean-square misfit", lines, x_log=False, y_log=False)


def _curves(runs: Runs, a: float, b: float, power: float) -> Panel:
    """Show curves from the window on, one colour for each N/K^power that several N have."""
    times, losses, sizes = _window(runs, a, b)
    groups: dict[int, list[Array]] = defaultdict(list)
    for (n, k), loss in zip(sizes, losses, strict=True):
        groups[round(float(np.log2(n / k**power)))].append(loss / loss[0])
    series = []
    for key, members in sorted(groups.items()):
        for number, loss in enumerate(members if len(members) > 1 else ()):
            label = "" if number else f"{2.0**key:.3g}"
            series.append(Series(label, times, loss, paired=number > 0))
    name = "N/K²" if power == 2.0 else "N/K"
    title = f"a = {a:g}, b = {b:g}: one colour, one {name}"
    return Panel(title, "time t", "loss over that at t = 12", tuple(series))


def _growth(runs: Runs, apart: tuple[tuple[float, float], ...]) -> list[Panel]:
    """Show the slope against N at fixed N/K², of tasks apart and of the first one."""
    panels = []
    for a, b in (EXPONENTS[0], *apart) if apart else ():
        groups: dict[int, list[tuple[int, float]]] = defaultdict(list)
        for (n, k, *task), each in runs.items():
            if task == [a, b]:
                groups[round(float(np.log2(n / k**2)))].append((n, flows.slope(each)))
        series = tuple(
            Series(f"N/K² = {2.0**key:.3g}", *np.array(sorted(of)).T)
            for key, of in sorted(groups.items())
            if key % 2
        )
        title = f"Slope as N grows at fixed N/K², a = {a:g}, b = {b:g}"
        panels.append(Panel(title, "N", "slope", series, y_log=False))
    return panels


def _remark(sizes: Array, slope: Array, conditions: Conditions) -> str:
    """Return what a fit of the power gives, with its error from resampled (N, K)."""
    power = fitted_power(sizes, slope, conditions.entropy)
    found = drift(sizes, slope)
    grows = ""
    if found is not None:
        grows = f" At fixed N/K² it changes by {found[0]:+.3f} ± {found[1]:.3f} as N grows e-fold."
    return (
        f"For N/K² from ⅛ to 2 slopes run from {slope.min():.2f} to {slope.max():.2f}. A fit of a "
        f"quadratic in ln(N/K^γ) through {len(slope)} (N, K) has γ = {power.best:.1f}, "
        f"{power.low:.1f} to {power.high:.1f} in 68 % of resamplings; its misfit is "
        f"{misfit(sizes, slope, 2.0):.3f} for γ = 2, {misfit(sizes, slope, 1.5):.3f} for 1.5, "
        f"{misfit(sizes, slope, 1.0):.3f} for 1, {misfit(sizes, slope, np.inf):.3f} for K alone."
        f"{grows} A fit, not a derivation."
    )


CLAIM = Claim(
    name="width_order",
    statement=(
        "For (a, b) = (1.5, 1) and (2, ½) and N/K² from ⅛ to 2 the slope is ordered by N/K², near "
        "1 where N = K²/2: its mean is 1 + 0.115 ln(2N/K²) within 10 %, and N/K² orders it better "
        "than N/K or N/K^1.5 do. At N/K² = 1/32 it falls with N, and (1.1, ¼) is outside the band "
        "at small N. Measured, not derived."
    ),
    step="U21",
    solver="a fit to other flows",
    run=run,
    check=flows.check,
    takes=("seeds", "entropy"),
)
