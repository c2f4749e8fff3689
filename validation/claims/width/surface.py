"""Loss over time and width together: whether it is a time law plus a width law."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.optimize import least_squares

from superlaw.curves import Array
from superlaw.figures.panels import Panel, Series
from superlaw.solvers.width.budget import trained_budget
from superlaw.validation.claims.check import Check
from superlaw.validation.claims.claim import Claim, Findings
from superlaw.validation.claims.size import Conditions
from superlaw.validation.claims.width import codes
from superlaw.validation.training.codes import interactions, trained_code
from superlaw.validation.training.recipe import Recipe
from superlaw.validation.width.starts import plain

SOURCE: codes.Source = ("power", 1.2)
N, WIDTHS = 200, (4, 8, 16, 32)
RATE, SMALL = 0.002, 0.1
"""A constant rate, so that every time is of one training; size of the columns at its start."""
FIRST, POINTS = 10, 24
ADDITIVE, LATE = (0.0, 0.5, 0.0, 1.0), (-3.0, 3.0, 2.0, 2.0, 0.0)
"""From where both laws are fitted."""
FINAL, STEEPER, MISSED = 0.25, 1.3, 0.3
"""Relative error of the last losses' slope; by how much the envelope is steeper than the additive
law allows; what the law misses in ln L, at least."""


def run(conditions: Conditions) -> Findings:
    """Train every width once, fit the additive law, and compare its envelope with that seen."""
    last = conditions.size.width.sampled
    steps = np.unique(np.round(np.geomspace(FIRST, last, POINTS)).astype(int))
    losses = np.array([_curve(m, steps, conditions) for m in WIDTHS])
    t, m = RATE * steps, np.array(WIDTHS, dtype=float)
    law, missed = _fitted(_stated, ADDITIVE, t, m, losses)
    _, late = _fitted(_late, LATE, t, m, losses)
    scaled, least = _fitted(_late, (*LATE, 0.5), t, m, losses)
    alpha, chi = law[1], law[3]
    compute, envelope = _envelope(t, m, losses)
    slope = float(-np.polyfit(np.log(compute), np.log(envelope), 1)[0])
    predicted = alpha * chi / (alpha + chi)
    p, planted = codes.frequencies(SOURCE, N), conditions.planted
    closure = codes.exponent(list(WIDTHS), [trained_budget(p, each) or 0.0 for each in WIDTHS])
    final = codes.exponent(list(WIDTHS), losses[:, -1].tolist())
    checks = (
        Check("exponent of the width at the last time, by the closure", planted * closure, final,
              tolerance=FINAL),
        Check("envelope's exponent, above that of the additive law", STEEPER * predicted, slope,
              bound="above"),
        Check("root-mean-square of ln L off the additive law", MISSED, missed, bound="above"),
        Check("the same off a law whose time the width scales, below that at one time for all",
              late / planted, least, bound="below"),
    )  # fmt: skip
    rows = [
        {"K": each, "t": t.tolist(), "loss": row.tolist()}
        for each, row in zip(WIDTHS, losses, strict=True)
    ]
    fit: dict[str, Any] = {"alpha": alpha, "chi": chi, "missed": missed, "predicted": predicted,
                           "envelope": slope, "final": final, "closure": closure,
                           "late": late, "scaled": least, "z": scaled[5]}  # fmt: skip
    panel = _panel(m, t, losses, compute, envelope, law)
    remark = (
        f"The best additive law has α = {alpha:.2f} and χ = {chi:.2f} and misses ln L by "
        f"{missed:.2f}; its envelope would fall as C^-{predicted:.2f}, that of these curves falls "
        f"as C^-{slope:.2f}. Part of what it misses is the plateau at the start: an additive law "
        f"that begins at a loss of its own misses {late:.2f}, and one whose time is t K^z besides, "
        f"at its best z = {scaled[5]:.2f}, {least:.2f}. Width decides how fast the loss falls too, "
        "not only where it ends. Adam at a constant rate, exact gradients; C = K t."
    )
    return Findings(checks, (panel,), remark=remark, readings={"surface": rows, "fit": [fit]})


def _curve(m: int, steps: Array, conditions: Conditions) -> list[float]:
    """Return the loss after each of `steps` steps."""
    p = codes.frequencies(SOURCE, N)
    generator = np.random.default_rng(conditions.draws(f"surface {m}"))
    columns, biases = plain(N, m, generator)
    meter, wanted, found = interactions(p, m), set(steps.tolist()), []

    def note(step: int, W: Array, b: Array) -> None:
        if step in wanted:
            columns, biases = W.astype(np.float64), b.astype(np.float64)
            found.append(2.0 * sum(meter.losses(columns, columns, biases)))

    recipe = Recipe(int(steps[-1]), rate=RATE, floor=1.0)
    trained_code(p, SMALL * columns, biases, recipe, on_step=note)
    return found


def _fitted(
    stated: Callable[[Array, Array, Array], Array],
    first: tuple[float, ...],
    t: Array,
    m: Array,
    losses: Array,
) -> tuple[Array, float]:
    """Return the numbers of a law that is best in ln L, and what it misses."""

    def misses(law: Array) -> Array:
        return np.asarray(np.log(stated(law, t, m) / losses).ravel())

    best = least_squares(misses, first)
    return best.x, float(np.sqrt(np.mean(best.fun**2)))


def _stated(law: Array, t: Array, m: Array) -> Array:
    """Return F t^-α + G K^-χ of ln F, α, ln G and χ, shape (widths, times)."""
    first, second = np.exp(law[0]) * t ** -law[1], np.exp(law[2]) * m ** -law[3]
    return np.asarray(first + second[:, None])


def _late(law: Array, t: Array, m: Array) -> Array:
    """Return the same from a plateau L₀ on, (1/L₀ + (t K^z)^α/F)⁻¹ + G K^-χ: ln L₀, z (0) too."""
    log_f, alpha, log_g, chi, log_start, *scale = law
    t = t * m[:, None] ** (scale[0] if scale else 0.0)
    falling = 1.0 / (np.exp(-log_start) + t**alpha * np.exp(-log_f))
    return np.asarray(falling + (np.exp(log_g) * m**-chi)[:, None])


def _envelope(t: Array, m: Array, losses: Array) -> tuple[Array, Array]:
    """Return the least loss over widths at each compute that all widths have seen."""
    compute = np.geomspace(m[-1] * t[0], m[0] * t[-1], POINTS)
    known = [
        np.interp(np.log(compute / each), np.log(t), np.log(row), left=np.inf)
        for each, row in zip(m, losses, strict=True)
    ]
    return compute, np.exp(np.min(known, axis=0))


def _panel(m: Array, t: Array, losses: Array, compute: Array, envelope: Array, law: Array) -> Panel:
    series = [
        Series(f"K = {each:.0f}", each * t, row, style=style)
        for each, row, style in zip(m, losses, ("line", "dashed", "dotted", "points"), strict=True)
    ]
    stated = np.min([_stated(law, compute / each, np.array([each]))[0] for each in m], axis=0)
    series += [
        Series("envelope", compute, envelope, style="rings"),
        Series("envelope of the additive law", compute, stated, style="line"),
    ]
    title = f"Time and width, {codes.name(SOURCE)}, N = {N}"
    return Panel(title, "compute K t", "E‖ŷ − x‖²", tuple(series))


CLAIM = Claim(
    name="surface",
    statement=(
        "Loss over time and width is no sum of a time law and a width law: the best one misses "
        "ln L by more than 0.3, and the compute-optimal envelope falls more steeply than it "
        "allows. At the last time losses fall with the width as the budget closure says."
    ),
    step="H34",
    solver="additive law fitted to all curves",
    run=run,
    takes=("entropy",),
)
