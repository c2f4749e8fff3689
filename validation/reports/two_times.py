"""How marks turn in a direct flow, beside what the row-replica closure says of it (R22, R23).

`python -m superlaw.validation.reports.two_times --out two_times.json` measures it again.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from superlaw import storage
from superlaw.curves import Array
from superlaw.setting.case import case
from superlaw.setting.optimizer import GradientFlow
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.closures.row_replica import solve_closure
from superlaw.validation.reports.measuring import options
from superlaw.validation.training.students import population_flow

TASK, WIDTH = PowerLawTask(1.5, 0.0, 512), 128
RARE = 100
"""Columns after this many are looked at."""
TIMES = np.array([1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0])
STEPS = 100_000
"""More than the flow takes."""
COMMAND = "python -m superlaw.validation.reports.two_times"


def main(arguments: list[str] | None = None) -> None:
    """Compare both, and write them to a file."""
    given = options(COMMAND, "How marks turn in a direct flow.").parse_args(arguments)
    out = storage.output_file(given.out, (".json",))
    storage.write_json(out, measured(given.entropy))


def measured(entropy: int) -> dict[str, Any]:
    """Return how alike B w is at the last time and at earlier ones, measured and by the closure."""
    seen = [*_seen(entropy)]
    angle = solve_closure(TASK, WIDTH, True, TIMES).observables["turned"]
    left = angle[-1] - angle[:-1]
    rows = {
        "measured": [_cosine(earlier, seen[-1]) for earlier in seen[:-1]],
        "angle": left,
        "critically damped": (1.0 + left) * np.exp(-left),
        "hyperbolic secant": 1.0 / np.cosh(left),
    }
    return {
        "provenance": storage.provenance(COMMAND, entropy=entropy, seeds=1),
        "task": TASK.to_dict(),
        "width": WIDTH,
        "rare": RARE,
        "last": float(TIMES[-1]),
        "times": TIMES[:-1].tolist(),
        "rows": {name: np.round(row, 4).tolist() for name, row in rows.items()},
    }


def _seen(entropy: int) -> list[Array]:
    """Return what B makes of the rare columns at each time, shape (K, rare)."""
    student = case(TASK, Student(WIDTH), GradientFlow()).student
    generator, none = np.random.default_rng(entropy), np.zeros(0, np.int64)
    flow = population_flow(TASK, student, GradientFlow(), generator, none)
    W = np.array(flow.factors.geometry(flow.state())[0])[RARE:].T
    seen = []
    for t in TIMES:
        flow.advance(float(t), STEPS)
        seen.append(flow.state()["B"] @ W)
    return seen


def _cosine(first: Array, second: Array) -> float:
    """Return the mean cosine of columns at two times."""
    norms = np.linalg.norm(first, axis=0) * np.linalg.norm(second, axis=0)
    return float(np.mean(np.sum(first * second, axis=0) / norms))


if __name__ == "__main__":
    main()
