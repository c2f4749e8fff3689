"""More flows of tied students: how far columns are enough, a larger N, and the widest student.

`python -m superlaw.validation.reports.more_flows --out more_flows.json --runs build/runs` measures
it.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import numpy as np

from superlaw import storage
from superlaw.curves import log_times
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.validation.claims.trained import flows
from superlaw.validation.reports.large_n import Point, checked, flow_at, read
from superlaw.validation.reports.measuring import SEEDS, options
from superlaw.validation.sweeps.ensembles import Simulation, simulation, simulations
from superlaw.validation.training.ensemble import Ensemble

COMMAND = "python -m superlaw.validation.reports.more_flows"
COLUMNS = tuple(
    replace(point, n_classes=per_width * point.width)
    for point in (Point(1.5, 0.0, 1024, 16), Point(1.5, 1.0, 1024, 16), Point(1.5, 0.0, 2048, 32))
    for per_width in (16, 32)
)
"""Few and many columns a dimension, compared with whole flows where these are cheap."""
FLOWS = 3
"""Seeds of each of the two that are compared."""
LARGE = (
    Point(2.0, 0.5, 8192, 128, 2048),
    Point(1.5, 1.0, 32_768, 256, 4096),
    Point(2.0, 0.5, 32_768, 256, 4096),
    Point(1.5, 0.5, 100_000, 128, 2048),
    Point(1.5, 0.5, 1_000_000, 32, 1024),
)
WIDEST, WIDEST_SEEDS = Point(1.5, 1.0, 1024, 512), 4
"""A whole flow, wider than any student of the map."""


def main(arguments: list[str] | None = None) -> None:
    """Measure, and write to a file."""
    given = options(COMMAND, "More flows of tied students.").parse_args(arguments)
    out = storage.output_file(given.out, (".json",))
    storage.write_json(out, measured(given.runs, given.entropy))


def measured(runs: str | None, entropy: int) -> dict[str, Any]:
    """Return what columns leave in error, slopes with their errors, and provenance."""
    found = simulations(points(entropy), runs=runs, progress=True)
    return {
        "provenance": storage.provenance(COMMAND, entropy=entropy, seeds=SEEDS),
        "compared_seeds": FLOWS,
        "columns": [compared(x, found["thinned", x], found["whole", _whole(x)]) for x in COLUMNS],
        "large": [read(x, found["large", x]) for x in LARGE],
        "widest": _slope_of(WIDEST, found["widest", WIDEST]),
    }


def points(entropy: int) -> dict[tuple[str, Point], Simulation]:
    """Return all flows, the quick ones first."""
    return {
        **{("whole", _whole(x)): flow_at(_whole(x), entropy, FLOWS) for x in COLUMNS},
        **{("thinned", x): flow_at(x, entropy + 1, FLOWS) for x in COLUMNS},
        ("widest", WIDEST): _as_in_the_map(WIDEST, entropy),
        **{("large", x): flow_at(x, entropy, SEEDS) for x in LARGE},
    }


def compared(point: Point, thinned: Ensemble, whole: Ensemble) -> dict[str, Any]:
    """Return the deviation from whole flows, and by how much it leaves what is stated.

    `beyond` is the largest, over times, of the deviation without two of its standard errors over
    the error that a run states of its loss: at most 1 where it is as near as it says.
    """
    off = np.log(thinned.loss).mean(axis=0) - np.log(whole.loss).mean(axis=0)
    square = sum(np.log(x.loss).var(axis=0, ddof=1) / len(x.loss) for x in (thinned, whole))
    assert thinned.thinning_error is not None  # of every thinned flow
    beyond = (np.abs(off) - 2.0 * np.sqrt(square)) / thinned.thinning_error
    return checked(point, thinned, whole) | {"beyond": round(float(beyond.max()), 4)}


def _whole(point: Point) -> Point:
    return replace(point, n_classes=None)


def _as_in_the_map(point: Point, entropy: int) -> Simulation:
    """Return flows at the times of the map."""
    return simulation(
        PowerLawTask(point.a, point.b, point.n_features),
        log_times(0.1, flows.WINDOW[1], flows.PER_DECADE),
        Student(point.width, tied=True),
        optimizer=flows.OPTIMIZER,
        seeds=WIDEST_SEEDS,
        entropy=entropy,
        precision="float32",
    )


def _slope_of(point: Point, runs: Ensemble) -> dict[str, Any]:
    """Return the mean slope of seeds, and their scatter."""
    each = flows.slopes(runs)
    return {
        **asdict(point),
        "seeds": len(each),
        "slope": round(float(each.mean()), 4),
        "scatter": round(float(each.std(ddof=1)), 4),
    }


if __name__ == "__main__":
    main()
