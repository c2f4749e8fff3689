"""Capacity rises in training because eigenvalues merge, not because features concentrate."""

from __future__ import annotations

from typing import Any

import numpy as np

from superlaw.curves import Array
from superlaw.setting.optimizer import Adam
from superlaw.validation.claims.check import Check
from superlaw.validation.claims.claim import Claim, Findings
from superlaw.validation.claims.size import Conditions
from superlaw.validation.sweeps.ensembles import simulation, simulations
from superlaw.validation.training.ensemble import Ensemble
from superlaw.validation.training.toys import Toy

TOYS = (Toy(20, 8, 0.1), Toy(40, 20, 0.1), Toy(64, 16, 0.03))
RATE, STEPS, POINTS, SEEDS, FEW_STARTS = 0.01, 400, 14, 3, 1
"""Rate of Adam, its steps, and when the frame is looked at; one start of a toy: the first only."""
FRAME = ("capacity", "haar_capacity", "level_spread", "spread", "haar_spread")
MOST = 0.9
"""Part of the rise of capacity up to which features are compared with Haar features."""
RISE, AS_HAAR, MERGED = 0.15, 0.15, 4.0
"""Relative deviation of the rise from that of Haar features (N = 20 has 8 %), and of the spread;
by how much the spread of the eigenvalues falls at least."""


def run(conditions: Conditions) -> Findings:
    """Train toy models, and compare their capacity with that of Haar features all along."""
    size = conditions.size.geometry
    chosen = TOYS[: 1 if size.starts == FEW_STARTS else len(TOYS)]
    times = RATE * np.concatenate([[0.0], np.unique(np.round(np.geomspace(4, STEPS, POINTS)))])
    checks: list[Check] = []
    runs: list[Ensemble] = []
    rows: list[dict[str, Any]] = []
    points = {
        toy: simulation(
            toy.task,
            times,
            toy.student,
            optimizer=Adam(lr=RATE, batch=size.batch),
            seeds=SEEDS,
            entropy=conditions.draws(f"merging {toy}"),
        )
        for toy in chosen
    }
    for toy, found in simulations(points, **conditions.how).items():
        runs.append(found)
        checks += _checks(str(toy), found, conditions.planted)
        rows += _rows(str(toy), found)
    return Findings(tuple(checks), runs=tuple(runs), readings={"along": rows})


def _rows(toy: str, found: Ensemble) -> list[dict[str, Any]]:
    """Return loss and frame at each time, as means over seeds."""
    columns = {name: _mean(found, name) for name in FRAME} | {"loss": found.mean}
    return [
        {"toy": toy, "step": round(t / RATE)} | {name: float(x[k]) for name, x in columns.items()}
        for k, t in enumerate(found.times)
    ]


def _checks(of: str, found: Ensemble, planted: float) -> tuple[Check, ...]:
    capacity, haar = _mean(found, "capacity"), _mean(found, "haar_capacity")
    start = int(np.argmin(capacity))
    rise = capacity[-1] - capacity[start]
    last = start + int(np.argmax(capacity[start:] - capacity[start] >= MOST * rise))
    spread = _mean(found, "spread") / _mean(found, "haar_spread")
    beside = float(np.exp(np.log(spread[start : last + 1]).mean()))
    level = _mean(found, "level_spread")
    return (
        Check(f"rise of capacity, from the eigenvalues alone, {of}",
              planted * float(haar[-1] - haar[start]), float(rise), tolerance=RISE),
        Check(f"spread of features over that of Haar features, up to {MOST:.0%} of it, {of}",
              planted, beside, tolerance=AS_HAAR),
        Check(f"fall of the spread of eigenvalues meanwhile, {of}",
              MERGED, float(level[start] / level[last]), bound="above"),
    )  # fmt: skip


def _mean(found: Ensemble, name: str) -> Array:
    return np.asarray(found.observables[name].mean(axis=0))


CLAIM = Claim(
    name="merging",
    statement=(
        "In training the capacity of a tied student rises because its eigenvalues merge: it rises "
        "as that of Haar features at the same eigenvalues does, and until 90 % of it features stay "
        "as spread over eigenspaces as these are."
    ),
    step="G14",
    solver="Haar features at the eigenvalues of each time",
    run=run,
    takes=("entropy",),
)
