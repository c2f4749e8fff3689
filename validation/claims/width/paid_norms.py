"""Where norm costs ½λ Σ|w|², features more frequent than λ/4 have a column, if there is room."""

from __future__ import annotations

import numpy as np

from superlaw.curves import Array
from superlaw.figures.panels import Panel, Series
from superlaw.setting.frequencies import by_law
from superlaw.theory.laws.width import isolated_norm
from superlaw.validation.claims.check import Check
from superlaw.validation.claims.claim import Claim, Findings
from superlaw.validation.claims.size import Conditions
from superlaw.validation.claims.width import codes
from superlaw.validation.width.represented import ROOM, n_represented

SOURCE: codes.Source = ("power", 1.0)
N = 200
ALONE = ((30, 16.5), (10, 8.5), (30, 33.5), (10, 16.5), (30, 22.5))
"""Width, and the rank whose frequency λ/4 is, where no more than 2K features pay. Midway between
two features: at the frequency of one, that one has norm ½ by the law, and decides the count."""
CROWDED = ((10, 0.02), (10, 0.01), (10, 0.005), (30, 0.005))
"""Width and λ where more would."""
COUNTED, CODED = 0.1, 0.35
"""Relative error of the count; where features crowd the rule is a closure."""


def run(conditions: Conditions) -> Findings:
    """Train under a ridge, and count and measure the columns."""
    sizes = conditions.size.width.sizes
    p = by_law("power", N, a=SOURCE[1])
    checks, rows, panel = [], [], None
    alone = tuple((m, _ridge(p, rank)) for m, rank in ALONE[:sizes])
    for group, band in ((alone, COUNTED), (CROWDED[: (sizes + 1) // 2], CODED)):
        for m, ridge in group:
            found = codes.minimum(SOURCE, N, m, conditions, ridge=ridge)
            counted = float(found["represented"])
            expected = conditions.planted * n_represented(p, m, ridge)
            of = f"K = {m}, λ = {ridge:.3g}"
            room = "room for all" if band == COUNTED else "crowded"
            label = f"features of norm above ½, {room}, {of}"
            checks.append(Check(label, expected, counted, tolerance=band))
            rows.append({"K": m, "lambda": ridge, "alone": int(np.sum(p > ridge / 4.0)),
                         "predicted": n_represented(p, m, ridge), "counted": counted,
                         "room": ROOM * m, "loss": found["loss"]})  # fmt: skip
            panel = panel or _panel(m, ridge, np.array(found["norms"]))
    assert panel is not None  # every size has one at least
    return Findings(tuple(checks), (panel,), readings={"ridge": rows})


def _ridge(p: Array, rank: float) -> float:
    """Return the λ that features down to a rank pay, λ = 4p (H14), for i^-1 between ranks too."""
    return float(4.0 * p[0] / rank)


def _panel(m: int, ridge: float, norms: np.ndarray) -> Panel:
    p = by_law("power", N, a=SOURCE[1])
    alone = np.array([isolated_norm(float(each), ridge) for each in p]) ** 0.5
    rank = np.arange(1.0, N + 1.0)
    series = (
        Series("alone, √(1 − 3λ/(16p))", rank, alone, style="dashed"),
        Series("trained, sorted", rank, norms[::-1], style="points"),
    )
    title = f"Norms under a ridge, i^-1, N = {N}, K = {m}, λ = {ridge:.3g}"
    return Panel(title, "rank", "norm |w|", series, y_log=False)


CLAIM = Claim(
    name="paid_norms",
    statement=(
        "At the least loss plus ½λ Σ|w|² a feature has a column of norm above ½ if p > λ/4, as "
        "long as no more than 2K do; beyond that the last one must pay for its clearance, a rule "
        "that is a closure."
    ),
    step="H14",
    solver="energy of an isolated feature",
    run=run,
    takes=("entropy",),
)
