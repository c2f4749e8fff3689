"""Population flows against other codes, and a large one: `python -m benchmarks.flows [--docs]`.

A seed of the fixed-W flow at N = 512, K = 64, t = 10⁴ by this package, by the dense loop that it
had before, and by PyTorch; then N = 4096, K = 256, tied, to t = 10³ on two processors, with its
operations. Processor seconds of one thread each; rounds alternate, ratios are of one round.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.dense_flow import DenseFlow, Descent, by_numba, by_torch
from benchmarks.flow_page import (
    END,
    PEER,
    PER_DECADE,
    ROUNDS,
    STUDENT,
    TASK,
    TOLERANCES,
    page,
)
from superlaw import storage
from superlaw.curves import Array, log_times
from superlaw.setting.optimizer import GradientFlow
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.validation.training.flow import PopulationFlow
from superlaw.validation.training.students import population_flow

DOCS = Path(__file__).parent.parent / "docs"
RESULTS = DOCS / "results" / "flows.json"
COMMAND = "python -m benchmarks.flows"
ENTROPY = 0
TIMES = log_times(0.1, END, PER_DECADE)
REFERENCE = 1e-5
REFRESH = 5
Peers = dict[str, tuple[Descent, int, int]]
"""Rates, steps after which the spectral radius is measured again, and rounds, by code."""
PRECISIONS = ("float64", "float32")
LARGE, LARGE_STUDENT, LARGE_END = PowerLawTask(1.5, 0.5, 4096), Student(256, tied=True), 1e3
THREADS = 2


def main() -> int:
    """Measure, keep the numbers, write the page."""
    if "--docs" not in sys.argv[1:]:
        found = {"provenance": storage.provenance(COMMAND, entropy=ENTROPY, seeds=1)}
        with threadpool_limits(1):
            found["small"] = [row for precision in PRECISIONS for row in _compared(precision)]
            storage.write_text(RESULTS, storage.to_json(found) + "\n")
            found["large"] = _large()
        storage.write_text(RESULTS, storage.to_json(found) + "\n")
    storage.write_text(DOCS / "flows.md", page(json.loads(RESULTS.read_text("utf-8"))))
    return 0


def _flow(
    task: PowerLawTask, student: Student, rtol: float, dtype: Any, pool: Any = None
) -> PopulationFlow:
    """Return a flow of this package at its start."""
    generator, studied = np.random.default_rng(ENTROPY), student.on(task.n_features or 0)
    tracked = np.array([1])
    return population_flow(task, studied, GradientFlow(rtol), generator, tracked, dtype, pool)


def _losses(flow: PopulationFlow) -> Array:
    """Return the loss at every time."""
    found = []
    for t in TIMES:
        flow.advance(t, sys.maxsize)
        found.append(float(flow.measure()["loss"]))
    return np.array(found)


def _compared(precision: str) -> list[dict[str, Any]]:
    """Return what each other code takes against this package at its error, round by round."""
    dtype = np.dtype(precision).type
    W = np.ascontiguousarray(_flow(TASK, STUDENT, PEER, dtype).factors.columns.T)
    p = np.asarray(TASK.probability(np.arange(1.0, W.shape[1] + 1.0)))
    peers: Peers = {
        "every entry, compiled loop (this package before)": (by_numba(W, p), 0, ROUNDS),
        "PyTorch": (by_torch(W, p, is_compiled=False), REFRESH, 1),
        "PyTorch, torch.compile": (by_torch(W, p, is_compiled=True), REFRESH, ROUNDS),
    }
    reference = _losses(_flow(TASK, STUDENT, REFERENCE, np.float64))
    for descent, *_ in peers.values():
        DenseFlow(TASK, W, descent, PEER).losses(TIMES[:3])
    rounds = [_round(W, peers, k, reference, dtype) for k in range(ROUNDS)]
    return [
        {
            "precision": precision,
            "code": name,
            "seconds": statistics.median(each[name]["seconds"] for each in rounds if name in each),
            "ours": statistics.median(each[name]["ours"] for each in rounds if name in each),
            "ratio": statistics.median(each[name]["ratio"] for each in rounds if name in each),
            **{key: rounds[0][name][key] for key in ("error", "evaluations", "our_evaluations")},
        }
        for name in peers
    ]


def _round(
    W: Array, peers: Peers, number: int, reference: Array, dtype: Any
) -> dict[str, dict[str, Any]]:
    """Return one run of every code, and this package's seconds at the error of each."""
    ours = []
    for rtol in TOLERANCES:
        flow = _flow(TASK, STUDENT, rtol, dtype)
        seconds, losses = _timed(_losses, flow)
        ours.append((_error(losses, reference), seconds, flow.stepper.n_evaluations))
    errors, paces, counts = np.array(ours).T
    found = {}
    for name, (descent, refresh, _) in _still(peers, number).items():
        peer = DenseFlow(TASK, W, descent, PEER, refresh)
        seconds, losses = _timed(peer.losses, TIMES)
        error = _error(losses, reference)
        own = float(np.exp(np.interp(np.log(error), np.log(errors), np.log(paces))))
        found[name] = {
            "seconds": seconds,
            "error": error,
            "evaluations": peer.stepper.n_evaluations,
            "ours": own,
            "our_evaluations": int(np.interp(np.log(error), np.log(errors), counts)),
            "ratio": seconds / own,
        }
    return found


def _still(peers: Peers, number: int) -> Peers:
    """Return the codes that run in a round."""
    return {name: peer for name, peer in peers.items() if number < peer[2]}


def _timed(run: Any, *arguments: Any) -> tuple[float, Any]:
    """Return processor seconds and the result."""
    started = time.process_time()
    found = run(*arguments)
    return time.process_time() - started, found


def _error(losses: Array, reference: Array) -> float:
    """Return the largest relative error over all times."""
    return float(np.max(np.abs(losses / reference - 1.0)))


class _Counted:
    """A response whose operations are counted: two a multiplication and addition.

    A pair on the lists costs a scalar product and a column added, 4K; where losses and moves are
    asked for, three scalar products, 6K; lists are made from the products of all pairs, 2N²K.
    """

    def __init__(self, response: Any, size: int, width: int) -> None:
        self.response, self.size, self.width = response, size, width
        self.pulls = self.pairs = 0
        self.operations = 0.0

    def pull(self, *arguments: Any) -> None:
        """Count an evaluation of the gradient."""
        self._counted(4.0, self.response.pull, arguments)
        self.pulls, self.pairs = self.pulls + 1, self.pairs + self.response.n_pairs

    def loss_and_shift(self, *arguments: Any) -> Any:
        """Count an estimate of the error."""
        return self._counted(6.0, self.response.loss_and_shift, arguments)

    def _counted(self, times_width: float, work: Any, arguments: tuple[Any, ...]) -> Any:
        lists = self.response.n_lists
        found = work(*arguments)
        made = self.response.n_lists - lists
        self.operations += times_width * self.width * self.response.n_pairs
        self.operations += 2.0 * made * self.size**2 * self.width
        return found


def _large() -> dict[str, Any]:
    """Return the seconds and operations of a large flow, and of the fastest large product."""
    n, width = LARGE.n_features or 0, LARGE_STUDENT.width or 0
    with ThreadPoolExecutor(THREADS) as pool:
        flow = _flow(LARGE, LARGE_STUDENT, PEER, np.float32, pool)
        counted = flow.response = _Counted(flow.response, n, width)
        before, wall = _peak(pool), time.perf_counter()
        seconds, _ = _timed(flow.advance, LARGE_END, sys.maxsize)
        wall = time.perf_counter() - wall
        after, flow.response = _peak(pool), counted.response
        loss = float(flow.measure()["loss"])
    return {
        **{"N": n, "K": width, "a": LARGE.a, "b": LARGE.b, "t": LARGE_END, "threads": THREADS},
        "wall": wall,
        "seconds": seconds,
        "evaluations": counted.pulls,
        "lists": counted.response.n_lists,
        "open": counted.pairs / (counted.pulls * n * (n - 1.0)),
        "operations": counted.operations,
        "dense": 4.0 * counted.pulls * n**2 * width,
        "peak": max(before, after),
        "loss": loss,
    }


def _peak(pool: ThreadPoolExecutor) -> float:
    """Return float32 operations a processor second of large products, one in each thread."""
    A = np.ones((1024, 1024), np.float32)

    def products(_: int) -> None:
        for _ in range(20):
            A @ A

    seconds = [_timed(lambda: list(pool.map(products, range(THREADS))))[0] for _ in range(5)]
    return 2.0 * 1024**3 * 20 * THREADS / min(seconds)


if __name__ == "__main__":
    raise SystemExit(main())
