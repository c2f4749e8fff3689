"""How far the row-replica closure is from direct flows: on a lattice, and at points between.

`python -m superlaw.validation.reports.closure_accuracy --out row_replica.json` measures it again.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

from superlaw import storage
from superlaw.curves import Array, log_times
from superlaw.setting.optimizer import GradientFlow
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.closures.bands import row_replica_band
from superlaw.solvers.closures.measurements import FLOW_TOLERANCE
from superlaw.solvers.closures.measurements import measured as stored
from superlaw.solvers.closures.row_replica import solve_closure
from superlaw.validation.reports.measuring import options
from superlaw.validation.sweeps.ensembles import Simulation, simulation, simulations
from superlaw.validation.training.ensemble import Ensemble

Cell = tuple[float, float, int, int, bool, int]
"""a, b, N, N/K, whether there is a bias, and the number of flows."""
SPAN, PER_DECADE, EVERY = (0.1, 1e4), 8, 4
"""Times of the flows, and which of them are kept: two a decade."""
FREQUENCY_EXPONENTS = (1.05, 1.3, 1.75, 2.5)
TEACHER_EXPONENTS = (0.0, 0.1, 0.25, 0.5, 1.0)
COARSE = tuple(product((1.05, 1.5, 2.5), (0.0, 0.5, 1.0)))
"""a and b where a flow takes longest: N/K = 2, or no bias."""
SEEDS, FEWER, FEWEST = 6, 4, 3
N_FEATURES = 512
LATTICE: tuple[Cell, ...] = (
    *((a, b, N_FEATURES, 2, True, FEWER) for a, b in COARSE),
    *(
        (a, b, N_FEATURES, share, True, SEEDS)
        for share, a, b in product((4, 8, 16), FREQUENCY_EXPONENTS, TEACHER_EXPONENTS)
    ),
    *((a, b, N_FEATURES, share, False, FEWEST) for share in (4, 8) for a, b in COARSE),
)
"""Between these the band is interpolated."""
LARGER = tuple(
    (a, b, 1024, share, True, FEWEST)
    for a, b, share in (*product((1.15, 1.45), (0.0,), (4, 8)), (1.15, 0.3, 8), (1.45, 0.3, 8))
)
BETWEEN: tuple[Cell, ...] = (
    *(
        (a, b, N_FEATURES, share, True, FEWER)
        for share, a, b in product((3, 6, 12), (1.15, 1.5, 2.1), (0.05, 0.35, 0.75))
    ),
    *LARGER,
)
"""The band is tested on these, other W, at the root of randomness after that of the lattice."""
STILL: tuple[Cell, ...] = tuple(
    cell for cell in LATTICE if cell[1] in (0.0, 0.5) and cell[3] <= 8 and cell[4]
)
"""The closure is compared on these with marks that do not turn, too."""
COMMAND = "python -m superlaw.validation.reports.closure_accuracy"


def main(arguments: list[str] | None = None) -> None:
    """Measure the accuracy of the closure and write it to a file."""
    given = options(COMMAND, "How far the closure is from flows.").parse_args(arguments)
    out = storage.output_file(given.out, (".json",))
    storage.write_json(out, measured(given.runs, given.entropy))


def measured(runs: str | None, entropy: int) -> dict[str, Any]:
    """Return what `superlaw.solvers.closures.measurements` reads."""
    rows = _rows(LATTICE, runs, entropy)
    fresh = _rows(BETWEEN, runs, entropy + 1)
    still = _rows(STILL, runs, entropy, turns=False)
    return {
        "provenance": storage.provenance(COMMAND, entropy=entropy, seeds=SEEDS),
        "times": [float(f"{t:.6g}") for t in log_times(*SPAN, PER_DECADE)[::EVERY]],
        "rows": rows,
        "still": still,
        "fresh": {
            "provenance": storage.provenance(COMMAND, entropy=entropy + 1, seeds=FEWER),
            "rows": fresh,
        },
    }


def _rows(
    cells: tuple[Cell, ...], runs: str | None, entropy: int, *, turns: bool = True
) -> list[dict[str, Any]]:
    """Return how far the closure is from flows at each of many points: one sweep of these."""
    flows = simulations({cell: _flow(cell, entropy) for cell in cells}, runs=runs, progress=True)
    return [_row(cell, flows[cell], turns) for cell in cells]


def _flow(cell: Cell, entropy: int) -> Simulation:
    a, b, n, share, has_bias, seeds = cell
    return simulation(
        PowerLawTask(a, b, n),
        log_times(*SPAN, PER_DECADE),
        Student(round(n / share), bias=has_bias),
        optimizer=GradientFlow(FLOW_TOLERANCE),
        seeds=seeds,
        entropy=entropy,
        precision="float32",
    )


def _row(cell: Cell, flows: Ensemble, turns: bool = True) -> dict[str, Any]:
    """Return how far the closure is from the log-mean of flows, and how these scatter."""
    a, b, n, share, has_bias, seeds = cell
    task, times, width = PowerLawTask(a, b, n), flows.times, round(n / share)
    known = {"a": a, "b": b, "n_features": n, "share": share, "width": width, "bias": has_bias}
    closure = solve_closure(task, width, has_bias, times, turns=turns)
    curve = closure.loss[::EVERY] if closure.success else None
    return known | {"seeds": seeds} | compared(flows.loss[:, ::EVERY], curve)


def beyond(rows: list[dict[str, Any]]) -> list[tuple[dict[str, Any], Array, Array]]:
    """Return rows with the stated half-width in logarithms, and how far beyond it they lie.

    Below 0 inside; at each time.
    """
    times = np.array(stored("row_replica")["times"])
    found = []
    for row in rows:
        task = PowerLawTask(row["a"], row["b"], row["n_features"])
        half = np.log1p(row_replica_band(task, row["width"], row["bias"], times).half_width)
        found.append((row, half, np.abs(row["deviation"]) - half))
    return found


def compared(flows: Array, curve: Array | None) -> dict[str, list[float]]:
    """Return the deviation of a curve from flows, and their spread.

    Parameters
    ----------
    flows : ndarray
        Losses, shape (n_seeds, n_times).
    curve : ndarray or None
        Loss of the closure, shape (n_times,); None where it failed.

    Returns
    -------
    dict of list
        "deviation": ln of the curve over the log-mean, none if there is no curve; "spread":
        standard deviation of ln L; "scatter": of L, over its mean; "last": losses of the seeds over
        their log-mean at the last time, in order.
    """
    logs, mean = np.log(flows), flows.mean(axis=0)
    deviation = np.empty(0) if curve is None else np.log(curve) - logs.mean(axis=0)
    columns = {
        "deviation": deviation,
        "spread": logs.std(axis=0, ddof=1),
        "scatter": flows.std(axis=0, ddof=1) / mean,
        "last": np.sort(np.exp(logs[:, -1] - logs[:, -1].mean())),
    }
    return {name: np.round(column, 4).tolist() for name, column in columns.items()}


if __name__ == "__main__":
    main()
