"""One direct flow of more features than any the row-replica closure was otherwise compared with.

`python -m superlaw.validation.reports.large_flow --out large_flow.json --runs build/runs` measures
it again; a run that was cut off goes on.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from superlaw import storage
from superlaw.curves import log_times
from superlaw.setting.optimizer import GradientFlow
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.closures.bands import lattice_band
from superlaw.solvers.closures.measurements import FLOW_TOLERANCE
from superlaw.solvers.closures.row_replica import solve_closure
from superlaw.validation.reports.closure_accuracy import EVERY, PER_DECADE, SPAN
from superlaw.validation.reports.closure_cells import N_FEATURES
from superlaw.validation.reports.measuring import options
from superlaw.validation.sweeps.ensembles import simulation, simulations

TASK, WIDTH, SHARE = PowerLawTask(1.5, 0.0, 5120), 320, 16
"""Where a flow of so many features is cheapest, and the closure farthest off with b = 0."""
LAST = 1e3
SEEDS = 1
COMMAND = "python -m superlaw.validation.reports.large_flow"


def main(arguments: list[str] | None = None) -> None:
    """Run the flow, compare it with the closure, and write that to a file."""
    given = options(COMMAND, "One flow of many features beside the closure.").parse_args(arguments)
    out = storage.output_file(given.out, (".json",))
    storage.write_json(out, measured(given.runs, given.entropy))


def measured(runs: str | None, entropy: int) -> dict[str, Any]:
    """Return the deviation of the closure from the flow, and what is stated at fewer features."""
    times = log_times(SPAN[0], LAST, PER_DECADE)
    point = simulation(
        TASK,
        times,
        Student(WIDTH),
        optimizer=GradientFlow(FLOW_TOLERANCE),
        seeds=SEEDS,
        entropy=entropy,
        precision="float32",
    )
    (loss,) = simulations({"flow": point}, runs=runs, progress=True)["flow"].loss[:, ::EVERY]
    fewer = PowerLawTask(TASK.a, TASK.b, N_FEATURES)
    band = lattice_band(fewer, N_FEATURES // SHARE, True, times[::EVERY])
    curve = solve_closure(TASK, WIDTH, True, times).loss[::EVERY]
    return {
        "provenance": storage.provenance(COMMAND, entropy=entropy, seeds=SEEDS),
        "task": TASK.to_dict(),
        "width": WIDTH,
        "share": SHARE,
        "fewer": N_FEATURES,
        "times": [float(f"{t:.6g}") for t in times[::EVERY]],
        "loss": [float(f"{each:.6g}") for each in loss],
        "deviation": np.round(np.log(curve / loss), 4).tolist(),
        "half_width": np.round(band.half_width, 4).tolist(),
        "scatter": np.round(band.scatter, 4).tolist(),
    }


if __name__ == "__main__":
    main()
