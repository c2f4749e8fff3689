"""Time and memory of the geometry of large matrices: `python -m benchmarks.geometry [--docs]`.

Each matrix lies in a file in half precision and is measured in a process of its own, one thread;
memory is what the process holds besides the pages of the file, at its most, less what it held
before. The machine may be shared: goals are judged by the processor time of the one thread, which
stands beside the time on the clock.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np

from superlaw import storage
from superlaw.theory.documents.document import Table
from superlaw.theory.documents.markdown import measured_on, table

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "docs" / "results" / "geometry_speed.json"
PAGE = ROOT / "docs" / "geometry_speed.md"
COMMAND = "python -m benchmarks.geometry"
ENTROPY = 0
SHAPES = ((100_000, 512), (300_000, 512), (1_000_000, 512))
ROUNDS = {100_000: 3, 300_000: 2, 1_000_000: 1}
SECONDS, MEGABYTES = 10.0, 200.0
"""Goals for the first shape."""
LINEAR_WITHIN = 0.15
"""Time a feature may grow by this part from the first shape to the last."""
_WRITTEN = 10_000
_SAMPLE_SECONDS = 0.01


def main() -> int:
    """Measure, keep the rows, write the page."""
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(_measured(sys.argv[2])))
        return 0
    if "--docs" not in sys.argv[1:]:
        found = {
            "provenance": storage.provenance(COMMAND, entropy=ENTROPY, seeds=1),
            "rows": [row for shape in SHAPES for row in _rows(*shape)],
        }
        storage.write_text(RESULTS, storage.to_json(found) + "\n")
    storage.write_text(PAGE, page(json.loads(RESULTS.read_text("utf-8"))))
    return 0


def _rows(n: int, dimension: int) -> list[dict[str, Any]]:
    """Write a random matrix and measure it, several times."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "m.npy"
        stored = np.lib.format.open_memmap(path, "w+", np.float16, (n, dimension))
        rng = np.random.default_rng(ENTROPY)
        for start in range(0, n, _WRITTEN):
            stored[start : start + _WRITTEN] = rng.standard_normal((_WRITTEN, dimension))
        stored.flush()
        del stored
        command = [sys.executable, "-m", "benchmarks.geometry", "--one", str(path)]
        alone = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        found = []
        for _ in range(ROUNDS[n]):
            done = subprocess.run(command, capture_output=True, check=True, cwd=ROOT, env=alone)
            found.append({"n_features": n, "dimension": dimension} | json.loads(done.stdout))
            print(found[-1], file=sys.stderr)
        return found


def _measured(path: str) -> dict[str, float]:
    """Return time and memory of one call of `geometry` in this process."""
    from superlaw.solvers.spectra.geometry import geometry

    geometry(np.eye(8)[:, :4])  # what is imported or set up at the first call
    held: list[int] = [_held()]
    stop = threading.Event()
    watch = threading.Thread(target=_watch, args=(held, stop))
    watch.start()
    wall, cpu = time.perf_counter(), time.process_time()
    found = geometry(path)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    stop.set()
    watch.join()
    beyond = (max(held) - held[0]) / 1e6
    return {"seconds": wall, "cpu": cpu, "megabytes": beyond, "capacity": found["raw"].capacity}


def _watch(held: list[int], stop: threading.Event) -> None:
    while not stop.wait(_SAMPLE_SECONDS):
        held.append(_held())


def _held() -> int:
    """Return the bytes of this process that are not pages of files."""
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith("RssAnon:"):
            return 1024 * int(line.split()[1])
    raise OSError("this system does not tell what a process holds")


def goals(rows: list[dict[str, Any]]) -> list[tuple[str, str, bool]]:
    """Return what was wanted, what was measured, and whether it is met."""
    by_n: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        by_n.setdefault(row["n_features"], []).append(row)
    (first, *_), last = sorted(by_n), max(by_n)
    seconds = statistics.median(row["cpu"] for row in by_n[first])
    memory = max(row["megabytes"] for row in by_n[first])
    each = {n: statistics.median(row["cpu"] for row in found) / n for n, found in by_n.items()}
    growth = each[last] / each[first]
    return [
        (
            f"{first:,} features in under {SECONDS:g} s of one core",
            f"{seconds:.1f} s",
            seconds < SECONDS,
        ),
        (
            f"within {MEGABYTES:g} MB beyond the input",
            f"{memory:.0f} MB",
            memory < MEGABYTES,
        ),
        (
            f"time linear in the features up to {last:,}",
            f"{growth:.2f} times as long for each",
            growth < 1.0 + LINEAR_WITHIN,
        ),
    ]


def page(found: dict[str, Any]) -> str:
    """Return the page of what was measured."""
    source, rows = found["provenance"], found["rows"]
    heads = ("features", "dimensions", "clock", "processor", "beyond the input")
    cells = tuple(
        (
            f"{row['n_features']:,}",
            str(row["dimension"]),
            f"{row['seconds']:.1f} s",
            f"{row['cpu']:.1f} s",
            f"{row['megabytes']:.0f} MB",
        )
        for row in rows
    )
    judged = tuple(
        (wanted, measured, "met" if is_met else "**missed**")
        for wanted, measured, is_met in goals(rows)
    )
    return (
        f"# Geometry of large matrices\n\n{measured_on(source)}, entropy {source['entropy']}: "
        "random matrices in files in half precision, one thread, every run; all figures of three "
        "versions, 128 sampled rows. The machine is shared with other work: goals are judged by "
        "the processor's time, which stands beside that on the clock.\n\n"
        f"{table(Table(heads, cells))}\n\n## Goals\n\n"
        f"{table(Table(('goal', 'measured', ''), judged))}\n"
    )


if __name__ == "__main__":
    raise SystemExit(main())
