"""How far the closure is from direct flows: a table over tasks and widths, and its worst.

`python -m superlaw.validation.reports.closure_accuracy --out row_replica.json` measures it again.
"""

from __future__ import annotations

from dataclasses import replace
from operator import itemgetter
from typing import Any

import numpy as np

from superlaw import storage
from superlaw.setting.task import PowerLawTask
from superlaw.validation.claims.size import SIZES, Conditions
from superlaw.validation.claims.superposed import flows
from superlaw.validation.claims.superposed.meanfield import predict
from superlaw.validation.fitting.readings import fall
from superlaw.validation.reports.measuring import options, region

LARGER = {1024: (2, 8), 2048: (8,)}
"""Larger N, and the values of N/K that are compared there, for a = 1.5."""
LARGER_END = 1e3
COMPARED = {
    "a": itemgetter("a"),
    "b": itemgetter("b"),
    "N": itemgetter("n_features"),
    "N/K": itemgetter("share"),
}
DECADES = (1.0, 10.0, 100.0, 1e3, 1e4)
COMMAND = "python -m superlaw.validation.reports.closure_accuracy"


def main(arguments: list[str] | None = None) -> None:
    """Measure the accuracy of the closure and write it to a file."""
    parser = options(COMMAND, "How far the closure is from flows.")
    parser.add_argument("--size", choices=sorted(SIZES), default="full", help="as in validate")
    given = parser.parse_args(arguments)
    out = storage.output_file(given.out, (".json",))
    conditions = Conditions(SIZES[given.size], given.entropy, progress=True, runs=given.runs)
    storage.write_json(out, measured(conditions))


def accuracy(conditions: Conditions) -> list[dict[str, Any]]:
    """Return one row a task and width, with the deviation of the closure at each decade.

    Parameters
    ----------
    conditions : Conditions
        With the N, the seeds and the last time of the map.
    """
    rows = [
        _row(task, share, conditions) for task in flows.tasks(conditions) for share in flows.SHARES
    ]
    for n, shares in LARGER.items():
        extent = replace(conditions.size.superposed, n_features=n, t_end=LARGER_END)
        larger = replace(conditions, size=replace(conditions.size, superposed=extent))
        for b in flows.TEACHER_EXPONENTS:
            task = PowerLawTask(1.5, b, n)
            rows += [_row(task, share, larger) for share in shares]
    return rows


def measured(conditions: Conditions) -> dict[str, Any]:
    """Return what `superlaw.solvers.closures.accuracy` reads: rows, their region, provenance."""
    rows = accuracy(conditions)
    seeds = conditions.size.superposed.seeds
    source = storage.provenance(COMMAND, entropy=conditions.entropy, seeds=seeds)
    return {"provenance": source, "region": region(rows, COMPARED), "rows": rows}


def _row(task: PowerLawTask, share: int, conditions: Conditions) -> dict[str, Any]:
    runs = flows.superposed(task, share, conditions)
    ratio = predict(task, share, runs).loss / runs.mean
    error = runs.standard_error / runs.mean
    excess = np.maximum(np.abs(ratio - 1.0) - 2.0 * error, 0.0)
    at = [int(np.argmin(np.abs(np.log(runs.times / t)))) for t in DECADES if t <= runs.times[-1]]
    return {
        "a": task.a,
        "b": task.b,
        "n_features": task.n_features,
        "share": share,
        "seeds": len(runs.seeds),
        "until": [float(f"{runs.times[k]:.6g}") for k in at],
        "floor_from": float(f"{fall(runs.times, runs.mean).window[1]:.4g}"),
        "ratio": np.round(ratio[at], 4).tolist(),
        "error": np.round(error[at], 4).tolist(),
        "worst": np.round(np.maximum.accumulate(excess)[at], 4).tolist(),
    }


if __name__ == "__main__":
    main()
