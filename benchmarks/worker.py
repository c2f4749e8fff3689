"""Measure one solver on one problem, in a process of its own: a JSON line for each tolerance."""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import ours, peers, problems
from superlaw.curves import log_times

WARM_UP = 64
"""Features of the run that compiles everything before the clock starts."""
ENOUGH_SECONDS = 4.0
"""No further repeat once this much time has been spent."""
SOLVERS = ours.SOLVERS | ours.CLOSURE | peers.SOLVERS


def main() -> None:
    """Read a case from the command line and measure it, loosest tolerance first."""
    case = json.loads(sys.argv[1])
    times = log_times(case["t0"], case["t1"], 1)
    run = SOLVERS[case["solver"]]
    n = case["n_features"]
    small = max(WARM_UP, problems.THREADS_FROM if n >= problems.THREADS_FROM else 0)
    try:
        run(problems.make(case["problem"], small), log_times(1e-3, 1.0, 1), 1e-3)
        problem = problems.make(case["problem"], n)
        exact = problem.closed_form(times)
        for rtol in case["rtols"]:
            print(json.dumps(case | {"rtol": rtol} | _measured(run, problem, times, rtol, exact)))
            sys.stdout.flush()
    except problems.Unsuitable as reason:
        print(json.dumps(case | {"status": f"not suited: {reason}"}))
    except ModuleNotFoundError as reason:
        print(json.dumps(case | {"status": f"not installed: {reason.name}"}))
    except (MemoryError, RuntimeError, ValueError) as reason:
        words = f"{type(reason).__name__}: {reason}".split("\n")[0][:120]
        print(json.dumps(case | {"status": f"failed: {words}"}))


def _measured(run: Any, problem: Any, times: Any, rtol: float, exact: Any) -> dict[str, Any]:
    """Return median time, work, memory and achieved error of up to five runs."""
    seconds: list[float] = []
    before = _reset_peak()
    while len(seconds) < 5 and sum(seconds) < ENOUGH_SECONDS:
        started = time.perf_counter()
        losses, work = run(problem, times, rtol)
        seconds.append(time.perf_counter() - started)
    return {
        "status": "finished",
        "seconds": statistics.median(seconds),
        "repeats": len(seconds),
        "work": int(work),
        "error": float(np.max(np.abs(losses / exact - 1.0))),
        "bytes": (_memory("VmHWM") - before) * 1024,
    }


def _reset_peak() -> int:
    """Forget the peak of memory so far; return what is in use, in KiB."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return _memory("VmRSS")


def _memory(what: str) -> int:
    """Return an entry of the process's memory account, in KiB."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith(what)).split()[1])


if __name__ == "__main__":
    main()
