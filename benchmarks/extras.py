"""What the goals need besides: feature classes, the memory floor, the first call of a process."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numba import njit, prange

from benchmarks import ours, problems
from superlaw.curves import Array, log_times
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.closures.row_replica import solve_closure
from superlaw.solvers.integrators.integrate import integrate
from superlaw.solvers.integrators.methods import METHODS
from superlaw.solvers.integrators.run import pack
from superlaw.solvers.integrators.steps import loop, rosenbrock_linear, walks

REPEATS = 5
CLOSURE_LAST = 1e5
"""Last time of the closure's curve."""
CACHED = 2**17
"""Features whose arrays, five megabytes, stay in the last cache."""
DOUBLE = 8
READ_TWICE = ("y", "theta", "weight")
"""What both passes of a linear Rosenbrock step read."""
FIRST_CALL = (
    "import superlaw as sl; "
    "sl.solve(sl.PowerLawTask(a=1.5, b=0.25, n_features=10**6), method='rosenbrock')"
)

NUMBA_READY = (
    "from numba.core.registry import cpu_target; "
    "cpu_target.target_context.refresh(); cpu_target.typing_context.refresh()"
)
"""What numba does before the first compiled function of any package can run."""


def measure(n_features: int, kept: Mapping[str, Any]) -> dict[str, Any]:
    """Return every extra measurement, those that are kept as they are."""
    extras: dict[str, Callable[[], Any]] = {
        "classes": lambda: _classes(n_features),
        "floor": lambda: _floor(n_features),
        "closure": _closure,
        "first_call": lambda: _process(FIRST_CALL),
        "numba_ready": lambda: _process(NUMBA_READY),
    }
    return {name: kept[name] if name in kept else found() for name, found in extras.items()}


def _closure() -> dict[str, Any]:
    """Return seconds of the clock and of a processor for the closure of a million features."""
    task, times = PowerLawTask(1.5, 0.0, 10**6), log_times(0.1, CLOSURE_LAST)
    width, pairs, steps = 5 * 10**5, [], ""
    solve_closure(task, width, True, times[:1])
    for _ in range(REPEATS):
        at = time.process_time()
        seconds, found = _timed(solve_closure, task, width, True, times)
        pairs.append((seconds, time.process_time() - at))
        steps = found.message
    clock, processor = (statistics.median(column) for column in zip(*pairs, strict=True))
    return {"seconds": clock, "processor": processor, "t1": CLOSURE_LAST, "steps": steps}


def _classes(n_features: int) -> list[dict[str, Any]]:
    """Return time, stated and true error on feature classes, for N up to 10^12."""
    rows = []
    for name in ("linear", "two_layer", "cross_talk"):
        for n in (n_features, 10**9, 10**12):
            t1 = 10.0 ** np.floor(problems.A * np.log10(n))
            times = log_times(1e-3, t1, 1)
            ours.by_classes(name, n, times, 1e-5)
            seconds = [_timed(ours.by_classes, name, n, times, 1e-5)[0] for _ in range(REPEATS)]
            loss, bound = ours.by_classes(name, n, times, 1e-5)
            row = {"problem": name, "n_features": n, "t1": t1}
            row |= {"seconds": statistics.median(seconds), "stated": float(bound.max())}
            if n <= 10**7:
                exact = problems.make(name, n).closed_form(times)
                row["error"] = float(np.max(np.abs(loss / exact - 1.0)))
            rows.append(row)
    return rows


def _floor(n_features: int) -> dict[str, Any]:
    """Return seconds a step and what the memory of this machine allows for it.

    The first pass of a linear Rosenbrock step reads y, θ and the weights. The second reads them
    again with the scales, and writes the new state, which costs a read of its cache lines too.
    """
    problem = problems.make("cross_talk", n_features).mean_field
    times = log_times(1e-3, 1e9, 1)
    integrate(problem, times, method="rosenbrock", rtol=1e-4)
    paces = []
    for _ in range(REPEATS):
        seconds, found = _timed(integrate, problem, times, method="rosenbrock", rtol=1e-4)
        paces.append(seconds / (found.n_steps + found.n_rejected))
    moved = n_features * DOUBLE * (2 * len(READ_TWICE) + 1 + 2)
    bandwidth = _bandwidth(n_features)
    return {
        "n_features": n_features,
        "bytes_a_step": moved,
        "bandwidth": bandwidth,
        "seconds_a_step": statistics.median(paces),
        "floor_a_step": moved / bandwidth,
        **_passes(n_features),
    }


@njit(parallel=True, cache=True)
def _copy(source, out):
    for i in prange(source.size):
        out[i] = 1.5 * source[i]


def _bandwidth(n_features: int) -> float:
    """Return bytes a second of a copy with threads: read, and written with a read of its lines."""
    source: Array = np.ones(max(16 * n_features, 1_000_000))  # beyond the caches
    out = np.empty_like(source)
    _copy(source, out)
    seconds = statistics.median(_timed(_copy, source, out)[0] for _ in range(2 * REPEATS))
    return 3 * DOUBLE * source.size / seconds


def _passes(n_features: int) -> dict[str, float]:
    """Return seconds of the passes of a linear Rosenbrock step, and of their arithmetic alone.

    The latter is timed on fewer features, whose arrays stay in the cache.
    """
    both = rosenbrock_linear.PASSES.first, rosenbrock_linear.PASSES.second
    few = min(CACHED, n_features)
    arithmetic = sum(_pace(few, *both)) * n_features / few
    return {"passes": sum(_pace(n_features, *both)), "arithmetic": arithmetic}


def _pace(n_features: int, *visits: Any) -> list[float]:
    """Return median seconds of passes over a number of features."""
    problem = problems.make("cross_talk", n_features).mean_field
    packed = pack(problem, METHODS["rosenbrock"].on(problem), 1e-4, 0.0)
    walk = walks.choose(packed.y.shape[1])
    loop.prepare(walk, loop.UPKEEP_PASSES, packed)
    rounds = max(1, 10**6 // n_features)

    def often(visit: Any) -> None:
        for _ in range(rounds):
            walk(visit, 0.5, rosenbrock_linear.POWERS, packed)

    return [
        statistics.median(_timed(often, visit)[0] for _ in range(2 * REPEATS)) / rounds
        for visit in visits
    ]


def _process(code: str) -> float:
    """Return the median seconds of a new process that runs some code, with a warm disk cache."""
    seconds = []
    for _ in range(REPEATS + 1):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True, timeout=300)
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds[1:])


def _timed(function: Any, *arguments: Any, **options: Any) -> tuple[float, Any]:
    started = time.perf_counter()
    result = function(*arguments, **options)
    return time.perf_counter() - started, result
