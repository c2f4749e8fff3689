"""The budget closure on sources and sizes that it was never fitted to, within its stated band."""

from __future__ import annotations

from typing import Any

import numpy as np

from superlaw.figures.panels import Panel, Series
from superlaw.solvers.width.budget import OTHER_BAND, trained_budget
from superlaw.solvers.width.random_codes import random_code
from superlaw.validation.claims.check import Check
from superlaw.validation.claims.claim import Claim, Findings
from superlaw.validation.claims.size import Conditions
from superlaw.validation.claims.width import codes
from superlaw.validation.width.prediction import relative_band

FRESH: tuple[tuple[codes.Source, int, tuple[int, ...]], ...] = (
    (("power", 1.75), 240, (12, 24)),
    (("power", 1.35), 320, (10, 32)),
    (("even", 0.0), 330, (11, 33)),
    (("broken", 30.0), 300, (10, 30)),
    (("power", 0.7), 240, (10, 30)),
    (("exponential", 60.0), 300, (10, 30)),
)
"""Source, N and widths."""


def run(conditions: Conditions) -> Findings:
    """Train each source at both widths, and compare with what the closure says."""
    checks: list[Check] = []
    rows: list[dict[str, Any]] = []
    for source, n, widths in FRESH[: conditions.size.width.sizes]:
        p = codes.frequencies(source, n)
        for m in widths:
            loss = float(codes.minimum(source, n, m, conditions)["loss"])
            closure, band = trained_budget(p, m), relative_band(p, m)
            assert closure is not None  # m is at least 3
            of = f"{codes.name(source)}, N = {n}, K = {m}"
            predicted = conditions.planted * closure
            # A band is a factor either way: 1/(1 + band) to 1 + band.
            checks += [
                Check(f"trained loss, {of}", predicted * (1.0 + band), loss, bound="below"),
                Check(f"trained loss of {of}", predicted / (1.0 + band), loss, bound="above"),
            ]
            rows.append({"source": codes.name(source), "N": n, "K": m, "trained": loss,
                         "closure": closure, "band": band,
                         "random": random_code(p, m).value})  # fmt: skip
    return Findings(tuple(checks), (_panel(rows),), remark=_remark(rows), readings={"fresh": rows})


def _panel(rows: list[dict[str, Any]]) -> Panel:
    closure = np.array([row["closure"] for row in rows])
    ratio = np.array([row["trained"] / row["closure"] for row in rows])
    narrow = np.array([row["band"] < OTHER_BAND for row in rows])
    series = [
        Series(label, closure[of], ratio[of], style=style)
        for label, of, style in (
            ("even and steep power laws", narrow, "points"),
            ("all others", ~narrow, "rings"),
        )
        if of.any()
    ]
    edges = tuple(
        (f"band {band:.2f}", edge)
        for band in sorted({row["band"] for row in rows})
        for edge in (1.0 + band, 1.0 / (1.0 + band))
    )
    title = "Budget closure on sources it was not fitted to"
    return Panel(title, "loss by the closure", "trained over closure", tuple(series),
                 y_log=False, guides=edges)  # fmt: skip


def _remark(rows: list[dict[str, Any]]) -> str:
    """Say how far the closure was off, by band."""
    told = []
    for band in sorted({row["band"] for row in rows}):
        ratio = [row["trained"] / row["closure"] for row in rows if row["band"] == band]
        told.append(
            f"with the band of {100 * band:.0f} % trained over closure is {min(ratio):.2f} to "
            f"{max(ratio):.2f} ({len(ratio)} codes)"
        )
    return f"{'; '.join(told)}.".capitalize()


CLAIM = Claim(
    name="fresh_sources",
    statement=(
        "On sources and sizes that neither its two numbers nor its bands were set by, the budget "
        "closure gives the trained loss within the stated band: 15 % for even frequencies, 20 % "
        "for i^-1.15 to i^-2.05, and a wide one, set by linear frequencies, for others."
    ),
    step="H22",
    solver="budget closure",
    run=run,
    takes=("entropy",),
)
