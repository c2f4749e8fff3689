"""Trained codes of even frequencies lie between the lower bound and random codes."""

from __future__ import annotations

import numpy as np

from superlaw.figures.panels import Panel, Series
from superlaw.solvers.width.budget import trained_budget
from superlaw.solvers.width.linear_program import lower_bound
from superlaw.solvers.width.random_codes import random_code
from superlaw.theory.laws.width import clear_code_loss, welch_cosine
from superlaw.validation.claims.check import Check
from superlaw.validation.claims.claim import Claim, Findings
from superlaw.validation.claims.size import Conditions
from superlaw.validation.claims.width import codes
from superlaw.validation.width.prediction import relative_band

EVEN: codes.Source = ("even", 0.0)
SIZES = (
    *((200, 20), (200, 6), (200, 10), (200, 14), (200, 30), (200, 45)),
    *((1000, 25), (1000, 50), (1000, 100)),
)
"""N and K."""


def run(conditions: Conditions) -> Findings:
    """Train codes, and compare the best of each size with bounds and the closure."""
    checks, rows = [], []
    for n, m in sorted(SIZES[: conditions.size.width.sizes]):
        p, bound = codes.frequencies(EVEN, n), lower_bound(n, m)
        assert bound is not None  # certified for every one of them
        random, closure = random_code(p, m).value, trained_budget(p, m)
        assert closure is not None  # m is at least 3
        loss = float(codes.minimum(EVEN, n, m, conditions)["loss"])
        rows.append({"N": n, "K": m, "lower": bound.value, "trained": loss, "random": random,
                     "closure": closure,
                     "clear": clear_code_loss(welch_cosine(n, m))})  # fmt: skip
        of, planted = f"N = {n}, K = {m}", conditions.planted
        checks += [
            Check(f"above the lower bound, {of}", planted * bound.value, loss, bound="above"),
            Check(f"below random codes, {of}", random / planted, loss, bound="below"),
            Check(f"by the closure, {of}", planted * closure, loss, tolerance=relative_band(p, m)),
        ]
    return Findings(tuple(checks), (_panel(rows),), readings={"bounds": rows})


def _panel(rows: list[dict[str, float]]) -> Panel:
    """Show bounds and trained losses of the N that has most widths."""
    every = [row["N"] for row in rows]
    of = [row for row in rows if row["N"] == max(set(every), key=every.count)]
    m = np.array([row["K"] for row in of], dtype=float)
    lines = (
        ("random code", "random", "dotted"),
        ("budget closure", "closure", "dashed"),
        ("trained, best start", "trained", "points"),
        ("clear code at Welch's cosine", "clear", "rings"),
        ("lower bound", "lower", "line"),
    )
    series = tuple(
        Series(label, m, np.array([row[key] for row in of]), style=style)
        for label, key, style in lines
    )
    title = f"Even frequencies, N = {of[0]['N']:.0f}: bounds and training"
    return Panel(title, "width K", "E‖ŷ − x‖²", series)


CLAIM = Claim(
    name="between",
    statement=(
        "Codes of even frequencies trained from random ones lose more than the lower bound and "
        "less than random codes, and what the budget closure says within its band. Welch's cosine "
        "gives no bound: they may lose less than a clear code there."
    ),
    step="H20",
    solver="linear programme, integral, budget closure",
    run=run,
    takes=("entropy",),
)
