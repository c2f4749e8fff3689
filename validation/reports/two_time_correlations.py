"""How alike B w is at two times by the two-time closure: the same as `two_times` says of flows.

`python -m superlaw.validation.reports.two_time_correlations --out two_time_correlations.json`
measures it again, on all processors; no flow is run.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.interpolate import RegularGridInterpolator

from superlaw import storage
from superlaw.curves import Array
from superlaw.execution.jobs import execute
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.closures.row_replica import HEAD
from superlaw.solvers.closures.two_time.closure import march_times
from superlaw.solvers.closures.two_time.march import March
from superlaw.solvers.closures.two_time.sampling import sample
from superlaw.validation.reports import two_times
from superlaw.validation.reports.measuring import write_derived

COMMAND = "python -m superlaw.validation.reports.two_time_correlations"
CASES = two_times.CASES[:5]
Row = dict[str, Any]


def main(arguments: list[str] | None = None) -> None:
    """Measure what the closure says and write it to a file."""
    write_derived(COMMAND, "How alike B is at two times, by its closure.", measured, arguments)


def measured() -> Row:
    """Return how alike columns and B are at a last time and at earlier ones, by the closure."""
    rows = [row for case in execute(rows_of, CASES, executor="processes") for row in case]
    return {"provenance": storage.provenance(COMMAND, entropy=0, seeds=1), "rows": rows}


def rows_of(case: tuple[PowerLawTask, int]) -> list[Row]:
    """Return the correlations of a task and K at the times at which flows were looked at."""
    task, width = case
    last = two_times.LAST[-1]
    march = March(sample(task), width, march_times(last))
    for _ in march.steps():
        pass
    products = _products(march)
    found = []
    for late in two_times.LAST:
        early = two_times.TIMES[:: two_times.EVERY]
        early = early[(early < late * 0.999) & (early * two_times.SPAN * 1.001 > late)]
        seen = {name: _alike(march.times, of, early, late) for name, of in products.items()}
        times = [float(f"{time:.3g}") for time in early]
        place = {"task": task.to_dict(), "width": width, "last": late, "times": times}
        found.append(place | {"seen": {k: np.round(v, 4).tolist() for k, v in seen.items()}})
    return found


def _products(march: March) -> dict[str, Array]:
    """Return Σ (B w_i)·(B w_i)' over rare and over single columns, and tr B B'ᵀ [time, time]."""
    n, s, mu = march.model.n, march.columns.s, march.whole.mu
    whole = march.columns.norm + s[:, :, None] * s[:, None, :]
    is_rare = np.cumsum(n) - n >= two_times.RARE
    groups = {"rare columns": n * is_rare, "head columns": n * (np.cumsum(n) <= HEAD)}
    found = {name: np.tensordot(weight, whole, 1) for name, weight in groups.items()}
    return found | {"B": march.whole.square + np.outer(mu, mu)}


def _alike(times: Array, product: Array, early: Array, late: float) -> Array:
    """Return the correlation of early times with a late one, between the times of the march."""
    size = np.sqrt(np.diagonal(product))
    grid = np.log(times)
    at = RegularGridInterpolator((grid, grid), product / np.outer(size, size))
    return np.asarray(at((np.log(np.maximum(early, times[0])), np.log(late))))


if __name__ == "__main__":
    main()
