"""How far the closure of tied columns is from direct flows: a table over tasks, N and K.

`python -m superlaw.validation.reports.tied_accuracy --out tied.json` measures it again.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from operator import itemgetter
from typing import Any

import numpy as np

from superlaw import storage
from superlaw.curves import Array
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.closures.tied import solve_tied
from superlaw.validation.claims.trained.flows import WINDOW
from superlaw.validation.fitting.readings import straight_slope
from superlaw.validation.reports.measuring import SEEDS, nearest, options, region, tied_flow
from superlaw.validation.sweeps.ensembles import simulations
from superlaw.validation.training.ensemble import Ensemble

TASKS = ((1.1, 0.25), (1.5, 1.0), (2.0, 0.5))
SIZES = (
    *product((256, 512), (16, 32, 64, 128)),
    *((256, 91), (1024, 91)),
)
"""(a, b), and (N, K) that each of them is compared at."""
FURTHER_TASKS = ((1.3, 0.5), (1.5, 0.0), (1.7, 0.35), (2.5, 0.75))
FURTHER_SIZES = ((256, 32), (512, 64), (512, 128))
"""The same, of N/K² from 1/32 to 1/4."""
COMPARED: dict[str, Callable[[dict[str, Any]], float]] = {
    "a": itemgetter("a"),
    "b": itemgetter("b"),
    "N": itemgetter("n_features"),
    "N/K": lambda row: row["n_features"] / row["width"],
    "N/K²": lambda row: row["n_features"] / row["width"] ** 2,
}
DECADES = (1.0, 10.0, 100.0, 1000.0)
COMMAND = "python -m superlaw.validation.reports.tied_accuracy"


def main(arguments: list[str] | None = None) -> None:
    """Measure the accuracy of the closure and write it to a file."""
    given = options(COMMAND, "How far the closure is from flows.").parse_args(arguments)
    out = storage.output_file(given.out, (".json",))
    storage.write_json(out, measured(given.runs, given.entropy))


def measured(runs: str | None, entropy: int) -> dict[str, Any]:
    """Return what `superlaw.solvers.closures.accuracy` reads: rows, their region, provenance."""
    sizes = (*product(TASKS, SIZES), *product(FURTHER_TASKS, FURTHER_SIZES))
    studied = [(PowerLawTask(*task, n), width) for task, (n, width) in sizes]
    found = rows(studied, runs, entropy)
    source = storage.provenance(COMMAND, entropy=entropy, seeds=SEEDS)
    return {"provenance": source, "region": region(found, COMPARED), "rows": found}


def rows(
    studied: list[tuple[PowerLawTask, int]], runs: str | None, entropy: int
) -> list[dict[str, Any]]:
    """Return the row of each task and K: one sweep of flows."""
    span = (0.1, DECADES[-1])
    points = {(task, width): tied_flow(task, width, span, entropy) for task, width in studied}
    flows = simulations(points, runs=runs, progress=True)
    return [_row(task, width, found) for (task, width), found in flows.items()]


def _row(task: PowerLawTask, width: int, found: Ensemble) -> dict[str, Any]:
    """Return the closure over the log-mean of flows, and both exponents over the window."""
    times, scatter = found.times, np.log(found.loss)
    closure, flows = solve_tied(task, width, times).loss, np.exp(scatter.mean(axis=0))
    ratio: Array = closure / flows
    error = scatter.std(axis=0, ddof=1) / len(scatter) ** 0.5
    at = [nearest(times, t) for t in DECADES]
    inside = times >= WINDOW[0]
    return {
        **{"a": task.a, "b": task.b, "n_features": task.n_features, "width": width},
        "seeds": SEEDS,
        "until": [float(f"{times[k]:.6g}") for k in at],
        "ratio": np.round(ratio[at], 4).tolist(),
        "error": np.round(error[at], 4).tolist(),
        "worst": np.round(np.maximum.accumulate(np.abs(ratio - 1.0))[at], 4).tolist(),
        "window_rms": round(float(np.sqrt(np.mean(np.log(ratio[inside]) ** 2))), 4),
        "exponent": round(float(straight_slope(times, closure, WINDOW)), 4),
        "exponent_of_flows": round(float(straight_slope(times, flows, WINDOW)), 4),
    }


if __name__ == "__main__":
    main()
