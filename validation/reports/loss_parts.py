"""In which part of the loss the row-replica closure is off, and in how many outputs are closed.

`python -m superlaw.validation.reports.loss_parts --out loss_parts.json` measures it again.
"""

from __future__ import annotations

from itertools import product
from typing import Any

from superlaw import storage
from superlaw.curves import Array
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.closures.row_replica import RowReplicas
from superlaw.validation.reports.closure_accuracy import PLACE, flow, flow_times
from superlaw.validation.reports.closure_cells import LATTICE
from superlaw.validation.reports.measuring import nearest, options
from superlaw.validation.reports.narrow_students import MANY, variant
from superlaw.validation.sweeps.ensembles import simulations

Row = dict[str, Any]
SHOWN = (
    *product((2, 4, 16), (True,), (1.5, 2.0), (0.5, 1.0)),
    *product((2, 4, 8, 16), (True,), (1.5, 2.0), (0.0,)),
    *product((2,), (False,), (1.5,), (0.0, 0.5, 1.0)),
)
"""N/K, whether there is a bias, a and b: with b > 0 those where aims were missed early."""
CELLS = tuple(cell for place in SHOWN for cell in LATTICE if place == (cell[3], cell[4], *cell[:2]))
TIMES = (10.0, 100.0, 1e3, 1e4)
PARTS = ("loss_diagonal", "loss_interference")
CLOSED = "dead_fraction"
COMMAND = "python -m superlaw.validation.reports.loss_parts"


def main(arguments: list[str] | None = None) -> None:
    """Take the losses of flows and of the closure apart, and write them to a file."""
    given = options(COMMAND, "In which part of the loss the closure is off.").parse_args(arguments)
    out = storage.output_file(given.out, (".json",))
    storage.write_json(out, measured(given.runs, given.entropy))


def measured(runs: str | None, entropy: int) -> Row:
    """Return the parts of the loss of flows, in the mean over seeds, and of the closure."""
    flows = simulations({cell: flow(cell, entropy) for cell in CELLS}, runs=runs, progress=True)
    times = flow_times()
    at = [nearest(times, time) for time in TIMES]
    rows = []
    for cell in CELLS:
        a, b, n, share, has_bias, _ = cell
        task, width, seen = PowerLawTask(a, b, n), round(n / share), flows[cell].observables
        flown = {name: seen[name].mean(axis=0)[at] for name in (*PARTS, CLOSED)}
        rows.append(dict(zip(PLACE, cell, strict=True)) | {
            "flows": _rounded(flown),
            "as it stands": _of_closure(RowReplicas(task, width, has_bias), times, at),
            "both": _of_closure(variant(task, width, True, MANY, has_bias), times, at),
        })  # fmt: skip
    return {
        "provenance": storage.provenance(COMMAND, entropy=entropy, seeds=max(c[-1] for c in CELLS)),
        "times": [float(f"{t:.6g}") for t in times[at]],
        "rows": rows,
    }


def _of_closure(closure: RowReplicas, times: Array, at: list[int]) -> dict[str, list[float]]:
    """Return the parts of the loss of a closure and how many of its outputs are closed."""
    seen = closure.solve(times, False, None).observables
    return _rounded({name: seen[name][at] for name in (*PARTS, CLOSED)})


def _rounded(columns: dict[str, Array]) -> dict[str, list[float]]:
    return {name: [float(f"{x:.4g}") for x in column] for name, column in columns.items()}


if __name__ == "__main__":
    main()
