"""More flows of tied students: larger N, and larger K.

`python -m superlaw.validation.reports.more_flows --out more_flows.json --runs build/runs` measures
it.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from superlaw import storage
from superlaw.curves import log_times
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.validation.claims.trained import flows
from superlaw.validation.reports.large_n import Point, flow_at, read
from superlaw.validation.reports.measuring import SEEDS, options
from superlaw.validation.sweeps.ensembles import Simulation, simulation, simulations
from superlaw.validation.training.ensemble import Ensemble

COMMAND = "python -m superlaw.validation.reports.more_flows"
LARGE = (
    Point(2.0, 0.5, 8192, 128, 2048),
    Point(1.5, 1.0, 32_768, 256, 4096),
    Point(2.0, 0.5, 32_768, 256, 4096),
    Point(1.5, 0.5, 100_000, 128, 2048),
    Point(1.5, 0.5, 1_000_000, 32, 1024),
    Point(1.5, 0.5, 1_000_000, 64, 2048),
    Point(1.5, 0.5, 1_000_000, 128, 2048),
)
"""Thinned flows."""
WIDE = {Point(1.5, 1.0, 1024, 512): 4, Point(1.5, 1.0, 2048, 512): 1, Point(1.5, 1.0, 4096, 512): 1}
"""Whole flows, wider than any student of the map, and seeds."""


def main(arguments: list[str] | None = None) -> None:
    """Measure, and write to a file."""
    given = options(COMMAND, "More flows of tied students.").parse_args(arguments)
    out = storage.output_file(given.out, (".json",))
    storage.write_json(out, measured(given.runs, given.entropy))


def measured(runs: str | None, entropy: int) -> dict[str, Any]:
    """Return slopes with their errors, and provenance."""
    found = simulations(points(entropy), runs=runs, progress=True)
    return {
        "provenance": storage.provenance(COMMAND, entropy=entropy, seeds=SEEDS),
        "large": [read(x, found["large", x]) for x in LARGE],
        "wide": [_slope_of(x, found["wide", x]) for x in WIDE],
    }


def points(entropy: int) -> dict[tuple[str, Point], Simulation]:
    """Return all flows, the quick ones first."""
    return {
        **{("wide", x): _as_in_the_map(x, seeds, entropy) for x, seeds in WIDE.items()},
        **{("large", x): flow_at(x, entropy, SEEDS) for x in LARGE},
    }


def _as_in_the_map(point: Point, seeds: int, entropy: int) -> Simulation:
    """Return flows at the times of the map."""
    return simulation(
        PowerLawTask(point.a, point.b, point.n_features),
        log_times(0.1, flows.WINDOW[1], flows.PER_DECADE),
        Student(point.width, tied=True),
        optimizer=flows.OPTIMIZER,
        seeds=seeds,
        entropy=entropy,
        precision="float32",
    )


def _slope_of(point: Point, runs: Ensemble) -> dict[str, Any]:
    """Return the mean slope of seeds, and their scatter if there are several."""
    each = flows.slopes(runs)
    return {
        **asdict(point),
        "seeds": len(each),
        "slope": round(float(each.mean()), 4),
        "scatter": round(float(each.std(ddof=1)), 4) if len(each) > 1 else None,
    }


if __name__ == "__main__":
    main()
