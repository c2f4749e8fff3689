"""Whether thinned flows are as near to whole ones as they state, for one seed, two and four.

Students, sizes and columns are others than those on which the statement was found
(`superlaw.validation.training.extrapolation`). Both flows of a pair start from the same columns.

`python -m superlaw.validation.reports.thinning_errors --out thinning_errors.json --runs
build/pairs` measures it.
"""

from __future__ import annotations

from dataclasses import asdict
from itertools import combinations
from typing import Any

import numpy as np

from superlaw import storage
from superlaw.curves import Array
from superlaw.validation.reports.large_n import TIMES, Point
from superlaw.validation.reports.measuring import options
from superlaw.validation.reports.paired_flows import kept, log_losses
from superlaw.validation.sweeps.store import Record, Store
from superlaw.validation.training.extrapolation import thinning_error

COMMAND = "python -m superlaw.validation.reports.thinning_errors"
STUDENTS = (
    Point(1.7, 0.0, 1280, 20, 640),
    Point(1.45, 0.6, 896, 28, 448),
    Point(2.1, 0.3, 1024, 20, 640),
    Point(2.3, 0.9, 768, 24, 384),
    Point(1.9, 0.0, 1152, 36, 576),
    Point(1.25, 0.8, 640, 12, 320),
    Point(1.4, 0.5, 4096, 8, 256),
)
SEEDS, AT_ONCE = 6, (1, 2, 4)
"""Of each student, and how many of them make a run: all choices are looked at."""


def main(arguments: list[str] | None = None) -> None:
    """Measure, and write to a file."""
    given = options(COMMAND, "How near thinned flows are to what they state.").parse_args(arguments)
    out = storage.output_file(given.out, (".json",))
    storage.write_json(out, measured(Store(given.runs, "runs"), given.entropy))


def measured(store: Store, entropy: int) -> dict[str, Any]:
    """Return how often runs of some seeds are within what they state, and provenance."""
    pairs = kept(store, dict.fromkeys(STUDENTS, SEEDS), entropy)
    return {
        "provenance": storage.provenance(COMMAND, entropy=entropy, seeds=SEEDS),
        "at_once": AT_ONCE,
        "times": [round(float(t), 4) for t in TIMES],
        "students": [compared(point, pairs[point]) for point in STUDENTS],
    }


def compared(point: Point, pairs: list[Record]) -> dict[str, Any]:
    """Return the largest deviation of the mean, and of runs: how many hold, what they state.

    `within` is the part of runs that are within what they state at every time, `stated` the median
    over runs of the largest that they state, `off` that of the largest that they are off.
    """
    whole, fine, line, first = log_losses(pairs)
    off, added, change = fine - whole, fine - first, fine - line
    mean = off.mean(axis=0)
    worst = int(np.argmax(np.abs(mean)))
    runs = [_runs(off, added, change, size) for size in AT_ONCE]
    return {
        **asdict(point),
        "worst": round(float(mean[worst]), 4),
        "error": round(float(off[:, worst].std(ddof=1) / len(off) ** 0.5), 4),
        "at": worst,
        "runs": [len(each) for each in runs],
        "within": [sum(bool(np.all(o <= s)) for o, s in each) for each in runs],
        "off": [round(float(np.median([o.max() for o, _ in each])), 4) for each in runs],
        "stated": [round(float(np.median([s.max() for _, s in each])), 4) for each in runs],
    }


def _runs(off: Array, added: Array, change: Array, size: int) -> list[tuple[Array, Array]]:
    """Return what each choice of seeds is off at each time, and what it states."""
    chosen = [list(seeds) for seeds in combinations(range(len(off)), size)]
    return [
        (np.abs(off[each].mean(axis=0)), thinning_error(TIMES, added[each], change[each]))
        for each in chosen
    ]


if __name__ == "__main__":
    main()
