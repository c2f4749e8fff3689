"""How far the row-replica closure is from direct flows: on a lattice, and at points between.

`python -m superlaw.validation.reports.closure_accuracy --out row_replica.json` measures it again;
with `--known row_replica.json` only cells are flown that the file has not, and the closure is
compared again with all.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from superlaw import storage
from superlaw.curves import Array, log_times
from superlaw.setting.optimizer import GradientFlow
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.closures.accuracy import standing
from superlaw.solvers.closures.bands import lattice_band
from superlaw.solvers.closures.measurements import FLOW_TOLERANCE
from superlaw.solvers.closures.measurements import measured as stored
from superlaw.solvers.closures.row_replica import solve_closure
from superlaw.solvers.solution import Solution
from superlaw.validation.reports.closure_cells import BETWEEN, LATTICE, STILL, Cell
from superlaw.validation.reports.measuring import options
from superlaw.validation.sweeps.ensembles import Simulation, simulation, simulations

SPAN, PER_DECADE, EVERY = (0.1, 1e4), 8, 4
"""Times of the flows, and which of them are kept: two a decade."""
COMMAND = "python -m superlaw.validation.reports.closure_accuracy"
PLACE = ("a", "b", "n_features", "share", "bias", "seeds")
SEEN = ("flows", "spread", "scatter", "last", "date")
Row = dict[str, Any]
Flown = dict[Cell, Row]
"""What is kept of the flows of each cell."""


def main(arguments: list[str] | None = None) -> None:
    """Measure the accuracy of the closure and write it to a file."""
    parser = options(COMMAND, "How far the closure is from flows.")
    parser.add_argument("--known", help="file of this script: its cells are not flown again")
    given = parser.parse_args(arguments)
    out = storage.output_file(given.out, (".json",))
    known = json.loads(Path(given.known).read_text("utf-8")) if given.known else None
    storage.write_json(out, measured(given.runs, given.entropy, known))


def measured(runs: str | None, entropy: int, known: Row | None = None) -> Row:
    """Return what `superlaw.solvers.closures.measurements` reads.

    Parameters
    ----------
    runs : str or None
        Folder in which flows are kept.
    entropy : int
        Root of all random streams.
    known : dict, optional
        What this returned before: cells of the same root are taken from it.
    """
    flown = _flown(LATTICE, runs, entropy, known)
    fresh = _flown(BETWEEN, runs, entropy + 1, known and known["fresh"])
    return {
        "provenance": _provenance(flown, entropy),
        "times": [float(f"{t:.6g}") for t in flow_times()[::EVERY]],
        "rows": [_row(cell, flown[cell]) for cell in LATTICE],
        "still": [_row(cell, flown[cell], turns=False) for cell in STILL],
        "fresh": {
            "provenance": _provenance(fresh, entropy + 1),
            "rows": [_row(cell, fresh[cell]) for cell in BETWEEN],
        },
    }


def _flown(cells: tuple[Cell, ...], runs: str | None, entropy: int, known: Row | None) -> Flown:
    """Return what is kept of the flows of each cell; those not known are one sweep."""
    flown: Flown = {}
    if known is not None and known["provenance"]["entropy"] == entropy:
        flown = {_cell(row): {name: row[name] for name in SEEN} for row in known["rows"]}
    missing = [cell for cell in cells if cell not in flown]
    flows = simulations({cell: flow(cell, entropy) for cell in missing}, runs=runs, progress=True)
    day = {"date": date.today().isoformat()}
    new = {cell: seen(flows[cell].loss[:, ::EVERY]) | day for cell in missing}
    return {cell: (flown | new)[cell] for cell in cells}


def _provenance(flown: Flown, entropy: int) -> Row:
    return storage.provenance(COMMAND, entropy=entropy, seeds=max(cell[-1] for cell in flown))


def _cell(row: Row) -> Cell:
    a, b, n, share, has_bias, seeds = (row[name] for name in PLACE)
    return a, b, n, share, has_bias, seeds


def flow_times() -> Array:
    """Return the times of the flows."""
    return log_times(*SPAN, PER_DECADE)


def flow(cell: Cell, entropy: int) -> Simulation:
    """Return the flows of a cell, as a point of a sweep."""
    a, b, n, share, has_bias, seeds = cell
    return simulation(
        PowerLawTask(a, b, n),
        flow_times(),
        Student(round(n / share), bias=has_bias),
        optimizer=GradientFlow(FLOW_TOLERANCE),
        seeds=seeds,
        entropy=entropy,
        precision="float32",
    )


def _row(cell: Cell, flows: Row, turns: bool = True) -> Row:
    """Return how far the closure is from the log-mean of flows, and how these scatter.

    Its "deviation" is ln of the closure over the log-mean, up to where the closure ends.
    """
    a, b, n, share, has_bias, _ = cell
    width, times = round(n / share), flow_times()
    closure = solve_closure(PowerLawTask(a, b, n), width, has_bias, times, turns=turns)
    loss = closure.loss[: _stands(closure) : EVERY]
    off = np.log(loss) - flows["flows"][: len(loss)]
    place = dict(zip(PLACE, cell, strict=True)) | {"width": width}
    return place | {"deviation": np.round(off, 4).tolist()} | flows


def _stands(closure: Solution) -> int:
    """Return up to which of its times a run of the closure succeeds."""
    if closure.status == "invariant":
        return standing(closure.loss)
    return len(closure.loss) if closure.success else 0


def beyond(rows: list[Row], closure: str = "row_replica") -> list[tuple[Row, Array, Array]]:
    """Return rows with the stated half-width in logarithms, and how far beyond it they lie.

    Below 0 inside; at each time, not a number where there is no deviation or no band.
    """
    times = np.array(stored(closure)["times"])
    found = []
    for row in rows:
        task = PowerLawTask(row["a"], row["b"], row["n_features"])
        band = lattice_band(task, row["width"], row["bias"], times, closure)
        half = np.log1p(band.half_width)
        off = np.full(len(times), np.nan)
        off[: len(row["deviation"])] = row["deviation"]
        found.append((row, half, np.abs(off) - half))
    return found


def seen(losses: Array) -> Row:
    """Return what is kept of flows, losses of shape (n_seeds, n_times).

    "flows": log-mean, ln L; "spread": standard deviation of ln L; "scatter": of L, over its mean;
    "last": losses of the seeds over their log-mean at the last time, in order.
    """
    logs = np.log(losses)
    mean = logs.mean(axis=0)
    columns = {
        "spread": logs.std(axis=0, ddof=1),
        "scatter": losses.std(axis=0, ddof=1) / losses.mean(axis=0),
        "last": np.sort(np.exp(logs[:, -1] - mean[-1])),
    }
    kept = {name: np.round(column, 4).tolist() for name, column in columns.items()}
    return {"flows": np.round(mean, 5).tolist()} | kept


if __name__ == "__main__":
    main()
