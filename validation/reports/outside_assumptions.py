"""How far students and tasks that the closure leaves out are from the flow that it describes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from superlaw import storage
from superlaw.setting.optimizer import SGD, Optimizer
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.solve import solve
from superlaw.validation.claims.size import Conditions
from superlaw.validation.claims.superposed import flows
from superlaw.validation.sweeps.ensembles import Simulation, simulation, simulations
from superlaw.validation.training.ensemble import Ensemble, standard_error

FREQUENCY_EXPONENT, SHARE = 1.5, 8
TIMES = (1.0, 3.0, 10.0, 30.0, 100.0)
SEEDS = 4
FLOW = "gradient flow"
LARGEST, FASTEST = 4096, 2.0
"""N and a of the largest direct flow: units that the bias has switched off stay off."""


def measured(conditions: Conditions) -> dict[str, Any]:
    """Return the departures and the plateau with their provenance."""
    entropy = conditions.entropy
    source = storage.provenance("python docs/generate.py", entropy=entropy, seeds=SEEDS)
    return {"provenance": source, "rows": departures(conditions), "plateau": plateau(conditions)}


def departures(conditions: Conditions) -> list[dict[str, Any]]:
    """Return the loss of other students and tasks over that of the direct flow, at a few times.

    Parameters
    ----------
    conditions : Conditions
        Whose N is used; the same W for every row.
    """
    n = conditions.size.superposed.n_features
    rows = []
    for b in (0.0, 0.5):
        task = PowerLawTask(FREQUENCY_EXPONENT, b, n)
        student = Student(n // SHARE)
        coactive = replace(task, activity="bernoulli")
        slow, fast = SGD(0.01, 64), SGD(0.05, 64)
        others: dict[str, tuple[PowerLawTask, Student, Optimizer]] = {
            "SGD, lr 0.05, batch 64": (task, student, fast),
            "SGD, lr 0.05, batch 8": (task, student, SGD(0.05, 8)),
            "independent features, density 1, lr 0.01": (coactive, student, slow),
            "tight frame": (task, replace(student, embedding="tight_frame"), flows.OPTIMIZER),
            "W trained too, lr 0.05": (task, replace(student, embedding="trained"), fast),
        }
        points = {what: _point(conditions, *studied) for what, studied in others.items()}
        flow = _point(conditions, task, student, flows.OPTIMIZER)
        runs = simulations({FLOW: flow, **points}, **conditions.how)
        rows += [_row(b, what, runs[what], runs[FLOW]) for what in others]
    return rows


def plateau(conditions: Conditions) -> dict[str, Any]:
    """Return the dead fraction of one large direct flow and of the closure."""
    task, student = PowerLawTask(FASTEST, 0.0, LARGEST), Student(LARGEST // SHARE)
    point = _point(conditions, task, student, flows.OPTIMIZER, seeds=1)
    runs = simulations({FLOW: point}, **conditions.how)[FLOW]
    predicted = solve(task, student, runs.times)
    return {
        "times": list(TIMES),
        "direct": np.round(runs.observables["dead_fraction"][0], 3).tolist(),
        "closure": np.round(predicted.observables["dead_fraction"], 3).tolist(),
        "loss_ratio": np.round(predicted.loss / runs.mean, 3).tolist(),
        "n_features": LARGEST,
        "share": SHARE,
        "a": FASTEST,
    }


def _point(
    conditions: Conditions,
    task: PowerLawTask,
    student: Student,
    optimizer: Optimizer,
    seeds: int = SEEDS,
) -> Simulation:
    return simulation(
        task,
        list(TIMES),
        student,
        optimizer=optimizer,
        seeds=seeds,
        entropy=conditions.entropy,
        precision="float32",
    )


def _row(b: float, what: str, runs: Ensemble, flow: Ensemble) -> dict[str, Any]:
    ratio = runs.loss / flow.loss
    return {
        "b": b,
        "what": what,
        "times": list(TIMES),
        "ratio": np.round(ratio.mean(axis=0), 3).tolist(),
        "error": np.round(standard_error(ratio), 3).tolist(),
    }
