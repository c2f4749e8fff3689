"""Random features have the figures that stand beside those of a matrix as chance."""

from __future__ import annotations

import numpy as np

from superlaw.curves import Array
from superlaw.solvers.spectra import ensembles
from superlaw.solvers.spectra.geometry import geometry
from superlaw.solvers.spectra.version import LEVEL
from superlaw.validation.claims.check import Check
from superlaw.validation.claims.claim import Claim, Findings
from superlaw.validation.claims.size import Conditions

SHAPES = ((8, 3), (20, 5), (40, 8), (200, 32))
MATRICES = 25
"""Random matrices of a shape, for each seed of the size."""
LOCALISED = ((200, 20), (400, 64))
CALIBRATED = (0.03, 0.08)
"""Between these lies the share of random features that counts as localised at 5 %."""


def run(conditions: Conditions) -> Findings:
    """Draw random features, and compare each figure with what is stated as chance."""
    rng = np.random.default_rng(conditions.draws("chance"))
    draws = MATRICES * conditions.size.geometry.seeds
    checks = [
        check for n, d in SHAPES for check in _against_null(n, d, draws, conditions.planted, rng)
    ]
    for n, d in LOCALISED:
        seeds = conditions.size.geometry.seeds
        shares = [geometry(_units(n, d, 1, rng)[0])["raw"].localised_fraction for _ in range(seeds)]
        share, of = float(np.mean(shares)), f"{n} features in {d} dimensions"
        low, high = CALIBRATED
        checks.append(Check(f"localised at {LEVEL:g}, {of}", low, share, bound="above"))
        checks.append(Check(f"localised at {LEVEL:g} at most, {of}", high, share, bound="below"))
    return Findings(tuple(checks))


def _against_null(
    n: int, d: int, draws: int, planted: float, rng: np.random.Generator
) -> tuple[Check, ...]:
    W = _units(n, d, draws, rng)
    potential = ((W.transpose(0, 2, 1) @ W) ** 2).sum(axis=(1, 2))
    mean, deviation = ensembles.frame_potential(n, d)
    error = float(potential.std(ddof=1) / np.sqrt(draws))
    square = (potential - mean) ** 2
    of = f"{n} features in {d} dimensions"
    least = planted * ensembles.capacity(np.ones(n), d)
    room = ((W @ W.transpose(0, 2, 1)) ** 2).sum(axis=2)
    return (
        _z(f"frame potential, {of}", planted * mean, float(potential.mean()), error),
        _z(f"its variance, {of}", planted * deviation**2, float(square.mean()),
           float(square.std(ddof=1) / np.sqrt(draws))),
        Check(f"capacity, {of}", least, float((1.0 / room).sum(axis=1).mean() / d), bound="above"),
    )  # fmt: skip


def _z(label: str, predicted: float, measured: float, error: float) -> Check:
    return Check(label, predicted, measured, error, z=(measured - predicted) / error)


def _units(n: int, d: int, draws: int, rng: np.random.Generator) -> Array:
    W = rng.normal(size=(draws, n, d))
    return np.asarray(W / np.linalg.norm(W, axis=2, keepdims=True))


CLAIM = Claim(
    name="chance",
    statement=(
        "Independent uniform directions have the frame potential, its variance and at least the "
        "capacity that are stated, and 3 to 8 % of random features count as localised at 5 %."
    ),
    step="G10",
    solver="closed forms, and draws at the spectrum that is seen",
    run=run,
    takes=("seeds", "entropy"),
)
