"""How far the two-time closure is from the direct flows the row replicas were compared with.

`python -m superlaw.validation.reports.two_time_accuracy --out two_time.json` measures it again, on
all processors; no flow is run.
"""

from __future__ import annotations

from functools import partial
from itertools import product
from typing import Any

import numpy as np

from superlaw import storage
from superlaw.execution.jobs import execute
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.closures.measurements import measured as stored
from superlaw.solvers.closures.two_time.closure import solve_two_time
from superlaw.validation.reports.measuring import write_derived

COMMAND = "python -m superlaw.validation.reports.two_time_accuracy"
N_FEATURES = 512
LATTICE = tuple(product((1.05, 1.5, 2.0), (0.0, 0.25, 0.5, 1.0), (2, 4, 8, 16)))
"""a, b and N/K, with bias: between these the band is interpolated."""
FRESH = (
    *((512, *place) for place in ((1.3, 0.1, 4), (1.75, 0.75, 8), (1.1, 0.25, 16), (1.75, 0.0, 2))),
    *((512, *place) for place in ((1.3, 0.0, 8), (1.3, 0.75, 2), (1.1, 0.5, 4))),
    *((1024, *place) for place in ((1.5, 0.5, 8), (1.1, 0.0, 16), (1.5, 0.5, 4))),
    *((2048, *place) for place in ((1.5, 0.0, 16), (1.5, 0.5, 8))),
)
"""N, a, b and N/K at which the band is tested, chosen before the closure was run on them."""
Row = dict[str, Any]


def main(arguments: list[str] | None = None) -> None:
    """Measure the accuracy of the closure and write it to a file."""
    write_derived(COMMAND, "How far the two-time closure is from flows.", measured, arguments)


def measured() -> Row:
    """Return what `superlaw.solvers.closures.measurements` reads."""
    flows = stored("row_replica")
    rows = flows["rows"] + flows["fresh"]["rows"]
    lattice = [_row_of(rows, (N_FEATURES, *place)) for place in LATTICE]
    fresh = [_row_of(rows, place) for place in FRESH]
    beside = partial(compared, times=flows["times"])
    found = execute(beside, [*lattice, *fresh], executor="processes")
    entropy = flows["provenance"]["entropy"]
    source = storage.provenance(COMMAND, entropy=entropy, seeds=flows["provenance"]["seeds"])
    return {
        "provenance": source,
        "times": flows["times"],
        "rows": found[: len(lattice)],
        "fresh": {"provenance": source, "rows": found[len(lattice) :]},
    }


def compared(row: Row, times: list[float]) -> Row:
    """Return a row with the deviation of this closure in place of that of the row replicas."""
    task = PowerLawTask(row["a"], row["b"], row["n_features"])
    solved = solve_two_time(task, row["width"], np.array(times))
    off = np.log(solved.loss) - row["flows"][: len(solved.loss)]
    return row | {"deviation": np.round(off, 4).tolist()}


def _row_of(rows: list[Row], place: tuple[int, float, float, int]) -> Row:
    """Return the comparison of the row replicas at a place, with bias."""
    return next(
        row
        for row in rows
        if (row["n_features"], row["a"], row["b"], row["share"]) == place and row["bias"]
    )


if __name__ == "__main__":
    main()
