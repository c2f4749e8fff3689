"""Overlaps and norms of students held at norm 1, and the fraction that decay leaves."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from superlaw.figures.panels import Panel, Series
from superlaw.validation.claims.check import Check
from superlaw.validation.claims.claim import Claim, Findings
from superlaw.validation.claims.size import Conditions
from superlaw.validation.claims.width import codes
from superlaw.validation.width.starts import sampled_recipe

EVEN: codes.Source = ("even", 0.0)
HELD = -1.0
SCALE = 0.039
"""Scale of exponential frequencies over N."""
WIDTHS = (10, 25)
DECAYS = (-0.2, 0.2, 1.0)
LAW: codes.Source = ("power", 1.0)
TIGHT, ABOVE, ALL = 0.02, 1.5, 0.01
"""Relative excess of the mean square overlap over Welch's, how far skewed ones are above it, and
the part of the columns that may be missing where norms are held."""


def run(conditions: Conditions) -> Findings:
    """Train students whose norms are held, and others whose norms decay."""
    extent = conditions.size.width
    widths, n = WIDTHS[: extent.sizes], extent.features
    uneven: codes.Source = ("exponential", round(SCALE * n, 3))
    recipe = sampled_recipe(extent.sampled, extent.batch, HELD)
    overlaps, checks = [], []
    for m in widths:
        welch = (n - m) / (n - 1.0)  # of K times the mean square
        for source in (EVEN, uneven):
            found = codes.sampled(source, n, m, recipe, conditions)
            measured, of = float(found["mean_square"]), f"{codes.name(source)}, K = {m}"
            overlaps.append({"source": codes.name(source), "K": m, "welch": welch,
                             "beta_variance": 2.0 * (m - 1.0) / (m + 2.0),
                             **{key: found[key] for key in KEPT}})  # fmt: skip
            label = f"K times the mean square overlap, {of}"
            planted = conditions.planted * welch
            if source == EVEN:
                checks.append(Check(label, planted, measured, tolerance=TIGHT))
            else:
                checks.append(Check(label, ABOVE * planted, measured, bound="above"))
    fractions = _fractions(conditions)
    checks.append(Check(f"represented at γ = {DECAYS[0]:g}", conditions.planted,
                        fractions[0]["fraction"], tolerance=ALL))  # fmt: skip
    for before, after in pairwise(fractions):
        label = f"represented at γ = {after['decay']:g}, below that at {before['decay']:g}"
        checks.append(Check(label, before["fraction"], after["fraction"], bound="below"))
    panels = (_overlaps(overlaps), _represented(fractions))
    readings = {"overlaps": overlaps, "fractions": fractions}
    return Findings(tuple(checks), panels, readings=readings)


KEPT = ("mean_square", "variance", "mean_norm", "represented", "loss", "norms")


def _fractions(conditions: Conditions) -> list[dict[str, Any]]:
    """Return which fraction of features decay leaves a column: the mean over draws, its error."""
    extent, m = conditions.size.width, WIDTHS[1]
    rows = []
    for decay in DECAYS:
        recipe = sampled_recipe(extent.sampled, extent.batch, decay)
        found = [
            codes.sampled(LAW, extent.features, m, recipe, conditions, draw=draw)
            for draw in range(extent.seeds)
        ]
        shown = codes.mean([record["represented"] / extent.features for record in found])
        loss = codes.mean([record["loss"] for record in found])
        rows.append({"decay": decay, "K": m, "fraction": shown[0], "fraction_error": shown[1],
                     "loss": loss[0], "loss_error": loss[1]})  # fmt: skip
    return rows


def _overlaps(rows: list[dict[str, Any]]) -> Panel:
    series = []
    for name, style in zip(dict.fromkeys(row["source"] for row in rows), ("points", "rings"),
                           strict=True):  # fmt: skip
        of = [row for row in rows if row["source"] == name]
        m = np.array([row["K"] for row in of], dtype=float)
        series.append(Series(of[0]["source"], m, np.array([row["mean_square"] for row in of]),
                             style=style))  # fmt: skip
    welch = np.array([row["welch"] for row in of])
    series.append(Series("Welch's bound", m, welch, style="dashed"))
    title = f"Overlaps of columns, γ = {HELD:g}"
    return Panel(title, "width K", "K ⟨ξ²⟩", tuple(series), y_log=False)


def _represented(rows: list[dict[str, Any]]) -> Panel:
    decay = np.array([row["decay"] for row in rows])
    fraction = np.array([row["fraction"] for row in rows])
    title = f"Represented features, i^-1, K = {rows[0]['K']}"
    return Panel(title, "weight decay γ", "fraction of norm above ½",
                 (Series("trained", decay, fraction, style="points"),),
                 x_log=False, y_log=False)  # fmt: skip


CLAIM = Claim(
    name="spread_out",
    statement=(
        "Held at norm 1, columns of even frequencies are as spread out as Welch's bound allows, "
        "within 2 %, so that their mean square overlap is 1/K; those of skewed ones are not. "
        "Decay takes columns away, the stronger the more. Measured, under AdamW."
    ),
    step="G7",
    solver="frame potential",
    run=run,
    takes=("seeds", "entropy"),
)
