"""What dense products could gain in flows with a fixed W: `python -m benchmarks.open_pairs`.

A rate takes scalar products and columns of the pairs on its lists. Products of all pairs run on
every pair, at the pace of BLAS. Each flow is timed with its lists, call by call; beside it the two
products that no dense code can do without, gates not counted. What the calls that are dearer than
their products would save is the most that dense products could gain.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from superlaw import storage
from superlaw.setting.optimizer import GradientFlow
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.closures.measurements import FLOW_TOLERANCE
from superlaw.theory.documents.document import Table
from superlaw.theory.documents.markdown import measured_on, table
from superlaw.validation.training.flow import PopulationFlow
from superlaw.validation.training.interactions import Interactions
from superlaw.validation.training.students import population_flow

RESULTS = Path(__file__).parent.parent / "docs" / "results" / "open_pairs.json"
COMMAND = "python -m benchmarks.open_pairs"
ENTROPY, ROUNDS, DTYPE = 0, 9, np.float32
GOAL, HALF = 1.5, 0.5
FLOWS = (
    (PowerLawTask(1.5, 0.0, 512), Student(64), 1e4),
    (PowerLawTask(1.5, 0.5, 512), Student(64), 1e4),
    (PowerLawTask(1.5, 0.0, 512), Student(256), 1e4),
    (PowerLawTask(1.5, 0.0, 512), Student(64, bias=False), 1e4),
    (PowerLawTask(1.5, 0.0, 2048), Student(128), 1e3),
)
HEADS = ("N", "K", "bias", "b", "t up to", "seconds", "with half open", "faster at most")
TEXT = """A pair of output and feature is worked out while it may be open, from a list. Early in a
flow half of all pairs may be, later a tenth and less. Products of all pairs by BLAS cost less than
lists of half of them. A code that would take them early is not built: the table says how much
faster flows could become at most, if every rate and error estimate took the lesser of its own
seconds and those of two products of all pairs, gates and lists for nothing. The rest are products
with B, which are dense as they are, and rates with few open pairs, where lists are ahead. Seconds
are of a processor, single precision, a = 1.5; "with half open" is the part of them in rates with
more than half of all pairs on lists."""


def main() -> int:
    """Measure, and keep the numbers."""
    provenance = storage.provenance(COMMAND, entropy=ENTROPY, seeds=1)
    with threadpool_limits(1):
        rows = [_row(*each) for each in FLOWS]
    storage.write_text(RESULTS, storage.to_json({"provenance": provenance, "rows": rows}) + "\n")
    return 0


def section() -> str:
    """Return what is gained at most, for the page of the flows."""
    found = json.loads(RESULTS.read_text("utf-8"))
    lines = tuple(
        (
            f"{row['n_features']}",
            f"{row['width']}",
            "yes" if row["bias"] else "no",
            f"{row['b']:g}",
            f"{row['last']:g}",
            f"{row['seconds']:.2f}",
            f"{row['half_open']:.0%}",
            f"{row['bound']:.2f}",
        )
        for row in found["rows"]
    )
    most = {kind: max(r["bound"] for r in found["rows"] if r["bias"] == kind) for kind in (1, 0)}
    verdict = (
        f"With bias flows would be {most[1]:.2f} times as fast at most, where {GOAL:g} was aimed "
        f"at; without, where outputs stay half open, {most[0]:.2f} times: there it would be worth "
        "its code."
    )
    text = f"## Dense products\n\n{TEXT} {verdict} {measured_on(found['provenance'])}."
    return f"{text}\n\n{table(Table(HEADS, lines))}"


def _row(task: PowerLawTask, student: Student, last: float) -> dict[str, Any]:
    """Return the seconds of a flow, and what dense products could make of them."""
    n, width = task.n_features or 0, student.width or 0
    flow = _flow(task, student)
    _advance(flow, 1.0)  # what is compiled or loaded first is no part of it
    flow, calls = _flow(task, student), list[tuple[float, float]]()
    response = flow.response
    assert isinstance(response, Interactions)
    for name in ("pull", "loss_and_shift"):
        setattr(response, name, _timed(getattr(response, name), response, calls))
    start = time.thread_time()
    _advance(flow, last)
    total = time.thread_time() - start
    seconds, listed = np.array(calls).T
    least = _products(n, width)
    saved = float(np.sum(np.maximum(seconds - least, 0.0)))
    return {
        "n_features": n,
        "width": width,
        "bias": flow.trains_bias,
        "b": task.b,
        "last": last,
        "seconds": total,
        "half_open": float(seconds[listed > HALF * n * n].sum() / total),
        "bound": total / (total - saved),
    }


def _flow(task: PowerLawTask, student: Student) -> PopulationFlow:
    generator, studied = np.random.default_rng(ENTROPY), student.on(task.n_features or 0)
    method, none = GradientFlow(FLOW_TOLERANCE), np.zeros(0, np.int64)
    return population_flow(task, studied, method, generator, none, np.dtype(DTYPE))


def _advance(flow: PopulationFlow, last: float) -> None:
    while flow.position < last:
        flow.advance(last, 1000)


def _timed(
    work: Callable[..., Any], response: Interactions, calls: list[tuple[float, float]]
) -> Callable[..., Any]:
    """Return the same work that notes its seconds and the pairs on lists."""

    def done(*given: Any) -> Any:
        start = time.thread_time()
        found = work(*given)
        calls.append((time.thread_time() - start, float(response.n_pairs)))
        return found

    return done


def _products(n: int, width: int) -> float:
    """Return the seconds of LRᵀ and of its product with L."""
    L, S = np.ones((n, width), DTYPE), np.empty((n, n), DTYPE)
    taken = []
    for _ in range(ROUNDS):
        start = time.thread_time()
        np.matmul(L, L.T, out=S)
        S @ L
        taken.append(time.thread_time() - start)
    return float(np.median(taken))


if __name__ == "__main__":
    raise SystemExit(main())
