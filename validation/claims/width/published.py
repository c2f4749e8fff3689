"""The published slopes near 1: those of random directions, and of a start that shuts outputs."""

from __future__ import annotations

from typing import Any

import numpy as np

from superlaw.figures.panels import Panel, Series
from superlaw.solvers.width.budget import trained_budget
from superlaw.solvers.width.coactive_codes import coactive_random_code
from superlaw.solvers.width.random_codes import random_code
from superlaw.validation.claims.check import Check
from superlaw.validation.claims.claim import Claim, Findings
from superlaw.validation.claims.size import Conditions
from superlaw.validation.claims.width import codes
from superlaw.validation.width.starts import BIAS, Published, sampled_recipe

LAWS: tuple[codes.Source, ...] = (
    ("power", 1.2),
    ("linear", 0.0),
    ("exponential", 1000.0),
    ("exponential", 400.0),
)
N, FEWER = 10_240, 1000
WIDTHS = (8, 16, 32, 64, 128, 256, 512, 1024)
SHARE = 10
"""Features a dimension at least."""
NEAR, ABOVE = 0.08, 1.3
"""Relative error of the slope 1 of random codes, and what that of trained ones is above."""
REPRODUCED, STEEPER = 0.15, 1.1
"""Relative error of the recipe's slope 1, and how much steeper another start is, at least."""
RECIPES = ("published", "from_zero")
TRAINED: codes.Source = ("power", 1.25)
TRAINED_N, TRAINED_WIDTHS = 1000, (10, 25)


def run(conditions: Conditions) -> Findings:
    """Fit the slopes of random codes and of the closure; train by the published recipe."""
    extent, planted = conditions.size.width, conditions.planted
    n = N if extent.patience else FEWER
    slopes, checks = [], []
    for source in LAWS[: extent.sizes]:
        row = _slopes(source, n)
        slopes.append(row)
        of = f"{codes.name(source)}, N = {n}, K = {row['first']} to {row['last']}"
        checks += [
            Check(f"slope of random codes, {of}", planted, row["random"], tolerance=NEAR),
            Check(f"slope by the closure, {of}", ABOVE * planted, row["closure"], bound="above"),
        ]
    start = _starts(conditions)
    checks.append(Check(f"loss from biases 0, below that from biases of size 1, {start['of']}",
                        start["shut"] / planted, start["zero"], bound="below"))  # fmt: skip
    trained = _trained(conditions) if extent.patience else []
    if trained:
        m = [row["K"] for row in trained]
        of = f"{codes.name(TRAINED)}, N = {TRAINED_N}, K = {m[0]} to {m[-1]}"
        own, other = (codes.exponent(m, [row[key] for row in trained]) for key in RECIPES)
        checks += [
            Check(f"slope by the published recipe, {of}", planted, own, tolerance=REPRODUCED),
            Check(f"slope from biases 0, {of}", STEEPER * planted * own, other, bound="above"),
            Check(f"loss from biases 0 below that of the recipe, K = {m[-1]}",
                  trained[-1]["published"] / planted, trained[-1]["from_zero"], bound="below"),
        ]  # fmt: skip
    panels = (_panel(slopes),)
    readings = {"slopes": slopes, "published": trained, "starts": [start]}
    return Findings(tuple(checks), panels, remark=_remark(slopes, trained), readings=readings)


def _slopes(source: codes.Source, n: int) -> dict[str, Any]:
    """Return slopes of random codes and of the closure over all widths."""
    p = codes.frequencies(source, n)
    m = [each for each in WIDTHS if SHARE * each <= n]
    random = [random_code(p, each).value for each in m]
    closure = [trained_budget(p, each) or 0.0 for each in m]
    return {"source": codes.name(source), "N": n, "first": m[0], "last": m[-1],
            "random": codes.exponent(m, random), "closure": codes.exponent(m, closure),
            "random_losses": random, "closure_losses": closure}  # fmt: skip


def _starts(conditions: Conditions) -> dict[str, Any]:
    """Train by one recipe from biases 0 and from biases of the published size."""
    extent = conditions.size.width
    n, m = extent.features, max(m for m in TRAINED_WIDTHS if SHARE * m <= extent.features)
    recipe = sampled_recipe(extent.sampled, extent.batch, Published().decay)
    zero, shut = (
        codes.sampled(TRAINED, n, m, recipe, conditions, bias=bias)["loss"] for bias in (0.0, BIAS)
    )
    of = f"{codes.name(TRAINED)}, N = {n}, K = {m}, {extent.sampled} steps"
    return {"of": of, "N": n, "K": m, "zero": zero, "shut": shut}


def _trained(conditions: Conditions) -> list[dict[str, Any]]:
    """Train as published at the smaller N, and for fewer samples from biases 0."""
    extent = conditions.size.width
    recipe = Published(steps=extent.patience).recipe(TRAINED_N)
    plain = sampled_recipe(extent.sampled, extent.batch, recipe.decay)
    p, rows = codes.frequencies(TRAINED, TRAINED_N), []
    for m in TRAINED_WIDTHS:
        own = codes.sampled(TRAINED, TRAINED_N, m, recipe, conditions, bias=BIAS)
        other = codes.sampled(TRAINED, TRAINED_N, m, plain, conditions)
        rows.append({"K": m, "published": own["loss"], "error": own["error"],
                     "from_zero": other["loss"], "mean_square": own["mean_square"],
                     "other_mean_square": other["mean_square"],
                     "random": coactive_random_code(p, m)[0]})  # fmt: skip
    return rows


def _panel(slopes: list[dict[str, Any]]) -> Panel:
    """Show random codes and the closure of two laws at the large N."""
    series = []
    for row, (dotted, dashed) in zip(slopes, (("dotted", "line"), ("dashed", "points")),
                                     strict=False):  # fmt: skip
        m = np.array([each for each in WIDTHS if SHARE * each <= row["N"]], dtype=float)
        for label, key, style in (("random code", "random_losses", dotted),
                                  ("closure", "closure_losses", dashed)):  # fmt: skip
            name = f"{label}, {row['source']}"
            series.append(Series(name, m, np.array(row[key]), style=style))
    title = f"Random and trained codes, N = {slopes[0]['N']}"
    return Panel(title, "width K", "E‖ŷ − x‖²", tuple(series))


def _remark(slopes: list[dict[str, Any]], trained: list[dict[str, Any]]) -> str:
    told = "; ".join(
        f"{row['source']}: {row['random']:.2f} and {row['closure']:.2f}" for row in slopes
    )
    first = slopes[0]
    text = (
        f"Slopes of random codes and of the closure over K = {first['first']} to "
        f"{first['last']} at N = {first['N']}: {told}. "
    )
    if trained:
        m = [row["K"] for row in trained]
        own, other = (codes.exponent(m, [row[key] for row in trained]) for key in RECIPES)
        last = trained[-1]
        text += (
            f"At N = {TRAINED_N}, K = {m[0]} to {m[-1]} the published recipe ends with {own:.2f}, "
            f"and the other, from biases 0 and with a tenth of the samples, with {other:.2f} and "
            f"at K = {m[-1]} with {last['from_zero'] / last['published']:.2f} of its loss: what "
            "keeps losses up is the start at biases of size 1, from which many outputs are shut. "
        )
    return f'{text}Trainings at N = {N} and at more widths: "The published recipe to its end".'


CLAIM = Claim(
    name="published",
    statement=(
        "Slopes near 1, as published for N = 10 240, K = 8 to 1024 (arXiv:2505.10465), are those "
        "of random directions at their best norms and biases, where the closure for the least loss "
        "has 1.3 and more. The published recipe reaches a slope near 1 at N = 1000, K = 10 to 25; "
        "from biases 0 losses are lower and fall more steeply."
    ),
    step="H28",
    solver="random codes and the budget closure",
    run=run,
    takes=("entropy",),
)
