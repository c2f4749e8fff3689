"""Weak superposition under AdamW: the loss of what is left out, with its finite sum."""

from __future__ import annotations

from typing import Any

import numpy as np

from superlaw.figures.panels import Panel, Series
from superlaw.theory.laws.width import ignored_loss
from superlaw.validation.claims.check import Check
from superlaw.validation.claims.claim import Claim, Findings
from superlaw.validation.claims.size import Conditions
from superlaw.validation.claims.width import codes
from superlaw.validation.width.starts import sampled_recipe

SOURCE: codes.Source = ("power", 2.0)
DECAY = 1.0
WIDTHS = (10, 25, 63)
MOST, NEAR = 1.6, 0.15
"""What the loss may be above the sum, and the relative error of its exponent."""


def run(conditions: Conditions) -> Findings:
    """Train with decay, and compare the loss with that of the features that have no column."""
    extent = conditions.size.width
    widths = [m for m in WIDTHS if ROOM_FOR * m <= extent.features]
    rows = [_row(m, conditions) for m in widths]
    planted = conditions.planted
    checks = [
        check
        for row in rows
        for check in (
            Check(f"loss above that of features left out, K = {row['K']}",
                  planted * row["left_out"], row["loss"], row["error"], bound="above"),
            Check(f"and below {MOST:g} times it, K = {row['K']}",
                  MOST * row["left_out"] / planted, row["loss"], row["error"], bound="below"),
        )
    ]  # fmt: skip
    each = [codes.exponent(widths, list(losses)) for losses in zip(*(r["losses"] for r in rows),
                                                                   strict=True)]  # fmt: skip
    measured, error = codes.mean(each)
    summed = codes.exponent(widths, [row["left_out"] for row in rows])
    checks.append(Check("exponent of the width, by the finite sum", planted * summed, measured,
                        tolerance=NEAR))  # fmt: skip
    fit = {"exponent": measured, "error": error, "each": each, "summed": summed,
           "ideal": codes.exponent(widths, [row["ideal"] for row in rows])}  # fmt: skip
    return Findings(tuple(checks), (_panel(rows),), remark=_remark(fit, rows),
                    readings={"weak": rows, "fit": [fit]})  # fmt: skip


def _row(m: int, conditions: Conditions) -> dict[str, Any]:
    """Return losses of all draws at one width, and what the features without a column lose."""
    extent = conditions.size.width
    recipe = sampled_recipe(extent.sampled, extent.batch, DECAY)
    p = codes.frequencies(SOURCE, extent.features)
    lost = np.append(np.cumsum(ignored_loss(p)[::-1])[::-1], 0.0)
    found = [
        codes.sampled(SOURCE, extent.features, m, recipe, conditions, draw=draw)
        for draw in range(extent.seeds)
    ]
    losses, counts = ([record[key] for record in found] for key in ("loss", "represented"))
    loss, error = codes.mean(losses)
    left_out = float(np.mean(lost[counts]))
    return {"K": m, "loss": loss, "error": error, "losses": losses, "represented": counts,
            "left_out": left_out, "ideal": float(lost[m])}  # fmt: skip


ROOM_FOR = 8
"""Features a dimension at least."""


def _panel(rows: list[dict[str, Any]]) -> Panel:
    m = np.array([row["K"] for row in rows], dtype=float)
    lines = (("trained", "loss", "points"), ("features without a column", "left_out", "dashed"),
             ("all but the K first", "ideal", "dotted"))  # fmt: skip
    series = tuple(
        Series(label, m, np.array([row[key] for row in rows]), style=style)
        for label, key, style in lines
    )
    return Panel(f"Weak regime, i^-2, γ = {DECAY:g}", "width K", "E‖ŷ − x‖²", series)


def _remark(fit: dict[str, Any], rows: list[dict[str, Any]]) -> str:
    shown = ", ".join(
        f"{min(row['represented'])} to {max(row['represented'])} at K = {row['K']}" for row in rows
    )
    ends = ", ".join(f"{slope:.2f}" for slope in sorted(fit["each"]))
    return (
        f"Features with a column: {shown}. The exponent is {fit['exponent']:.2f} ± "
        f"{fit['error']:.2f} (draws: {ends}); the sum over the features without a column has "
        f"{fit['summed']:.2f}, that over all but the K first {fit['ideal']:.2f}, and for N → ∞ it "
        f"is a − 1 = {SOURCE[1] - 1.0:g}."
    )


CLAIM = Claim(
    name="weak_regime",
    statement=(
        "With frequencies i^-2 and decay γ = 1 about as many features as dimensions have a column, "
        "the loss is above that of all others by less than 60 %, and its exponent is near that of "
        "this finite sum."
    ),
    step="H24",
    solver="sum over the features without a column",
    run=run,
    takes=("seeds", "entropy"),
)
