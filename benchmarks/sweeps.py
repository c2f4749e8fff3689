"""What a sweep costs besides its points: `python -m benchmarks.sweeps [--docs]` writes the page.

Points that do nothing are swept on each executor of two workers, in memory and into a folder; what
starting it takes is left out by the difference of two sizes. Medians of rounds; the machine may be
shared.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks.sweeps_page import page
from superlaw import storage
from superlaw.execution.clusters import dask_executor
from superlaw.validation.sweeps.sweep import sweep

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "docs" / "results" / "sweeps.json"
PAGE = ROOT / "docs" / "sweeps.md"
SIZES = (50, 250)
ROUNDS = 3
WORKERS = 2
READ, HELD = 200, (500, 2000)


def nothing(point: Any) -> dict[str, float]:
    """Return a number that costs nothing."""
    return {"value": point.fields["task.a"]}


def main() -> int:
    """Measure, keep the rows, write the page."""
    if "--docs" not in sys.argv[1:]:
        found = {
            "provenance": storage.provenance(
                "python -m benchmarks.sweeps", entropy=0, seeds=ROUNDS
            ),
            "overhead": [_overhead(name) for name in ("serial", "threads", "processes", "dask")],
            "points": [_stored("exponent", {}), _stored("solve", {"times.t_end": 1e4})],
            "bytes_in_memory": _in_memory(),
        }
        storage.write_text(RESULTS, storage.to_json(found) + "\n")
    storage.write_text(PAGE, page(json.loads(RESULTS.read_text("utf-8"))))
    return 0


def _grid(n: int) -> dict[str, list[float]]:
    return {"task.a": [1.0 + k / 2048 for k in range(n)]}


def _overhead(name: str) -> dict[str, Any]:
    """Return the seconds that a job costs on an executor, in memory and into a folder."""
    with _executor(name) as (executor, workers):
        sweep(
            _grid(8), nothing, executor=executor, workers=workers
        )  # what starts at the first call
        row: dict[str, Any] = {"executor": name}
        for kept in (False, True):
            each = [_slope(executor, workers, kept) for _ in range(ROUNDS)]
            name = "stored" if kept else "in_memory"
            row[name], row[f"{name}_cpu"] = map(statistics.median, zip(*each, strict=True))
    print(row, file=sys.stderr)
    return row


@contextmanager
def _executor(name: str) -> Iterator[tuple[Any, int | None]]:
    """Yield what runs jobs, opened beforehand, and how many at a time."""
    if name == "dask":
        with dask_executor(workers=WORKERS) as executor:
            yield executor, None
    elif name == "processes":
        with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as executor:
            yield executor, None
    else:
        yield name, WORKERS


def _slope(executor: Any, workers: int | None, kept: bool) -> tuple[float, float]:
    """Return clock and the caller's processor time a job: what more points take, for each."""
    seconds = []
    for n in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            clock, cpu = time.perf_counter(), time.process_time()
            out = folder if kept else None
            sweep(_grid(n), nothing, executor=executor, workers=workers, out=out)
            seconds.append((time.perf_counter() - clock, time.process_time() - cpu))
    (clock, cpu), (longer, more) = seconds
    more_points = SIZES[1] - SIZES[0]
    return (longer - clock) / more_points, (more - cpu) / more_points


def _stored(measure: str, more: dict[str, Any]) -> dict[str, Any]:
    """Return the bytes of a stored point, and the seconds that reading it takes."""
    fixed = {"task.n_features": 1024, **more}
    with tempfile.TemporaryDirectory() as folder:
        sweep(_grid(READ), measure, fixed=fixed, executor="serial", out=folder)
        facts = [path.stat() for path in Path(folder).glob("points/*/*.json")]
        begun = time.perf_counter()
        sweep(_grid(READ), measure, fixed=fixed, executor="serial", out=folder)
        seconds = (time.perf_counter() - begun) / READ
    return {
        "measure": measure,
        "bytes": statistics.mean(each.st_size for each in facts),
        "bytes_on_disk": statistics.mean(512 * each.st_blocks for each in facts),
        "seconds_to_read": seconds,
    }


def _in_memory() -> float:
    """Return the bytes that a point of exponents takes in memory while it is swept, at most."""
    tracemalloc.start()
    fixed = {"task.n_features": 1024}
    peaks = []
    for n in HELD:
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        sweep(_grid(n), "exponent", fixed=fixed, executor="serial")
        peaks.append(tracemalloc.get_traced_memory()[1] - before)
    tracemalloc.stop()
    return (peaks[1] - peaks[0]) / (HELD[1] - HELD[0])


if __name__ == "__main__":
    raise SystemExit(main())
