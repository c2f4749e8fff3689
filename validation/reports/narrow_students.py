"""Why the row-replica closure is farther from flows the narrower the student, at one N/K.

`python -m superlaw.validation.reports.narrow_students --out narrow_students.json` measures it
again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from scipy.special import ndtr, stdtrit

from superlaw import storage
from superlaw.curves import Array
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.closures.row_replica import (
    N_REPLICAS,
    RowReplicas,
    exchange,
    shuffled_marks,
)
from superlaw.validation.reports.closure_accuracy import flow, flow_times, seen
from superlaw.validation.reports.measuring import options
from superlaw.validation.sweeps.ensembles import simulations

Row = dict[str, Any]
SHARE = 16
"""N/K."""
CELLS = (
    (1.05, 256, 12),
    (1.05, 512, 6),
    (1.05, 1024, 4),
    (1.3, 256, 12),
    (1.3, 512, 6),
    (1.3, 1024, 6),
    (1.3, 2048, 2),
)
"""a, N, and the number of flows; fewer where they scatter less and take longer."""
EVERY = 8
"""Which of the times are kept: one a decade."""
MANY = 128
"""Rows of a class, four times as many as the closure takes."""
VARIANTS: tuple[tuple[str, bool, int], ...] = (
    ("as it stands", False, N_REPLICAS),
    ("bounded marks", True, N_REPLICAS),
    ("more rows", False, MANY),
    ("both", True, MANY),
)
"""Whether marks are those of cosines, and the rows of a class."""
COMMAND = "python -m superlaw.validation.reports.narrow_students"


def main(arguments: list[str] | None = None) -> None:
    """Compare closures with flows of narrow and wide students, and write it to a file."""
    given = options(COMMAND, "Why narrow students are off.").parse_args(arguments)
    out = storage.output_file(given.out, (".json",))
    storage.write_json(out, measured(given.runs, given.entropy))


def measured(runs: str | None, entropy: int) -> dict[str, Any]:
    """Return how far each variant of the closure is from flows, at each width."""
    points = {(a, n, k): flow((a, 0.0, n, SHARE, True, k), entropy) for a, n, k in CELLS}
    flows = simulations(points, runs=runs, progress=True)
    times = flow_times()
    rows = []
    for cell in CELLS:
        a, n, seeds = cell
        task, losses = PowerLawTask(a, 0.0, n), flows[cell].loss[:, ::EVERY]
        row: Row = {"task": task.to_dict(), "width": n // SHARE, "seeds": seeds, "deviation": {}}
        flown = seen(losses)
        row["spread"] = flown["spread"]
        for name, bounded, replicas in VARIANTS:
            closure = variant(task, n // SHARE, bounded, replicas)
            curve = closure.solve(times, False, None).loss[::EVERY]
            row["deviation"][name] = np.round(np.log(curve) - flown["flows"], 4).tolist()
        rows.append(row)
    return {
        "provenance": storage.provenance(COMMAND, entropy=entropy, seeds=max(c[2] for c in CELLS)),
        "share": SHARE,
        "replicas": [N_REPLICAS, MANY],
        "times": [float(f"{t:.6g}") for t in times[::EVERY]],
        "rows": rows,
    }


def variant(
    task: PowerLawTask, width: int, bounded: bool, replicas: int, has_bias: bool = True
) -> RowReplicas:
    """Return the closure with another law of marks, or with another number of rows of a class."""
    closure = RowReplicas(task, width, has_bias)
    closure.sizes = replace(closure.sizes, R=replicas)
    marks, bulk_marks = shuffled_marks(closure.sizes)
    nodes, weights = closure.model.nodes, closure.model.node_weights
    if bounded:
        marks, nodes = as_cosines(marks, width), as_cosines(nodes, width)
        marks = marks / marks.std(axis=-1, keepdims=True)
        nodes = nodes / np.sqrt(np.sum(weights * nodes**2))
    edges = exchange(nodes, weights)
    closure.model = closure.model._replace(
        marks=marks, bulk_marks=bulk_marks, nodes=nodes, edges=edges
    )
    return closure


def as_cosines(marks: Array, width: int) -> Array:
    """Return √K times the cosine of two random columns where a Gaussian mark would be as rare.

    √(K − 1) cot of their angle is distributed as Student's t with K − 1 degrees of freedom.

    Examples
    --------
    >>> as_cosines(np.array([-1.0, 1.0, 8.0]), 16).round(3).tolist()
    [-1.032, 1.032, 3.974]
    """
    t = -stdtrit(width - 1.0, ndtr(-np.abs(marks)))
    return np.asarray(np.sign(marks) * np.sqrt(width) * t / np.sqrt(width - 1.0 + t * t))


if __name__ == "__main__":
    main()
