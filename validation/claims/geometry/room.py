"""Dimensionalities and deficits add up to the rank, and norm to the levels: identities."""

from __future__ import annotations

import numpy as np

from superlaw.curves import Array
from superlaw.solvers.spectra.geometry import geometry
from superlaw.validation.claims.check import Check
from superlaw.validation.claims.claim import Claim, Findings
from superlaw.validation.claims.size import Conditions

ROUNDING = 1e-12
SHAPES = ((5, 12), (40, 8), (60, 9), (300, 31))
"""Fewer features than dimensions, and more."""


def run(conditions: Conditions) -> Findings:
    """Add up what is found of each feature of matrices of any norms, and of one of low rank."""
    rng = np.random.default_rng(conditions.draws("room"))
    matrices = [rng.normal(size=shape) * rng.uniform(0.1, 3.0, (shape[0], 1)) for shape in SHAPES]
    matrices.append(rng.normal(size=(70, 4)) @ rng.normal(size=(4, 10)))
    checks = [check for W in matrices for check in _checks(W, conditions.planted)]
    return Findings(tuple(checks))


def _checks(W: Array, planted: float) -> tuple[Check, ...]:
    found = geometry(W)["raw"]
    n, d = W.shape
    rank = planted * min(n, d) if d != 10 else planted * 4
    room = float((found.features.dimensionality + found.features.deficit).sum())
    units = W / np.linalg.norm(W, axis=1, keepdims=True)
    squares = (units @ units.T) ** 2
    mean = planted * float((squares.sum() - n) / (n * (n - 1.0)))
    of = f"{n} features in {d} dimensions"
    return (
        Check(f"Σ (D + deficit), {of}", rank, room, tolerance=ROUNDING),
        Check(f"tr F, {of}", planted * float((W**2).sum()), float(found.eigenvalues.sum()),
              tolerance=ROUNDING),
        Check(f"mean square overlap, {of}", mean, found.overlaps.mean_square, tolerance=ROUNDING),
        Check(f"deficit nowhere below rounding, {of}", 1.0 - ROUNDING,
              1.0 + float(found.features.deficit.min()), bound="above"),
    )  # fmt: skip


CLAIM = Claim(
    name="room",
    statement=(
        "Dimensionalities and deficits of features add up to the rank, no deficit is negative, and "
        "overlaps are exact without the Gram matrix."
    ),
    step="G5",
    solver="two passes over the matrix",
    run=run,
    takes=("entropy",),
)
