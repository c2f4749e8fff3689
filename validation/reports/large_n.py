"""Slopes of tied students of very many features by thinned flows, and how near these are.

`python -m superlaw.validation.reports.large_n --out large_n.json --runs build/runs` measures it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from superlaw import storage
from superlaw.curves import Array
from superlaw.setting.case import case
from superlaw.setting.optimizer import GradientFlow
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.direct import flow_seconds
from superlaw.validation.claims.trained.flows import WINDOW
from superlaw.validation.fitting.readings import straight_slope
from superlaw.validation.reports.measuring import SEEDS, options
from superlaw.validation.sweeps.ensembles import Simulation, simulation, simulations
from superlaw.validation.training.ensemble import Ensemble
from superlaw.validation.training.extrapolation import ADDED, CHANGE
from superlaw.validation.training.thinned import columns

TIMES = np.geomspace(*WINDOW, 12)
OPTIMIZER, PRECISION = GradientFlow(rtol=5e-3), "float32"
COMMAND = "python -m superlaw.validation.reports.large_n"


@dataclass(frozen=True)
class Point:
    """A student, and how many columns stand for its features; None if each has its own.

    Parameters
    ----------
    a, b : float
    n_features, width : int
    n_classes : int or None
    """

    a: float
    b: float
    n_features: int
    width: int
    n_classes: int | None = None


CHECKED = (Point(1.5, 0.0, 2048, 64, 1024), Point(1.5, 0.5, 2048, 64, 1024))
"""Thinned flows that are compared with whole ones."""
LARGE = (
    Point(1.5, 1.0, 8192, 128, 2048),
    Point(1.5, 0.5, 100_000, 32, 1024),
    Point(1.5, 0.0, 100_000, 32, 512),
    Point(1.5, 0.5, 100_000, 64, 1024),
)
LEFT = (
    Point(1.5, 1.0, 32_768, 256, 4096),
    Point(1.5, 0.5, 100_000, 128, 2048),
    Point(1.5, 1.0, 131_072, 512, 8192),
)
"""Not in this report, but for what one seed is estimated to take."""
MORE_SEEDS, MANY_SEEDS = 4, 12
"""Of whole flows, and of thinned ones that are compared with them: early in the window one seed of
an extrapolated loss scatters by twice what is aimed at."""


def main(arguments: list[str] | None = None) -> None:
    """Measure, and write to a file."""
    given = options(COMMAND, "Slopes at large N by thinned flows.").parse_args(arguments)
    out = storage.output_file(given.out, (".json",))
    storage.write_json(out, measured(given.runs, given.entropy))


def measured(runs: str | None, entropy: int) -> dict[str, Any]:
    """Return deviations from whole flows, slopes at large N with their errors, and provenance."""
    of = {("thinned", x): flow_at(x, entropy + 1, MANY_SEEDS) for x in CHECKED}
    of |= {("whole", x): flow_at(replace(x, n_classes=None), entropy, MORE_SEEDS) for x in CHECKED}
    of |= {("large", x): flow_at(x, entropy, SEEDS) for x in LARGE}
    found = simulations(of, runs=runs, progress=True)
    return {
        "provenance": storage.provenance(COMMAND, entropy=entropy, seeds=SEEDS),
        "more_seeds": MORE_SEEDS,
        "many_seeds": MANY_SEEDS,
        "window": WINDOW,
        "times": [_rounded(t) for t in TIMES],
        "checked": [checked(x, found["thinned", x], found["whole", x]) for x in CHECKED],
        "large": [read(x, found["large", x]) for x in LARGE],
        "left": [{**asdict(x), "seconds": _seconds(x)} for x in LEFT],
    }


def _seconds(point: Point) -> float:
    """Return what one seed is estimated to take, rounded."""
    task, student = task_of(point), Student(point.width, tied=True)
    n, n_classes = point.n_features, point.n_classes
    trained = [float(n)] if n_classes is None else columns(task, n_classes, WINDOW[1])
    seconds = flow_seconds(case(task, student, OPTIMIZER), WINDOW[1], PRECISION, trained)
    return float(f"{seconds:.2g}")


def task_of(point: Point) -> PowerLawTask:
    """Return what a student learns."""
    return PowerLawTask(point.a, point.b, point.n_features)


def flow_at(point: Point, entropy: int, seeds: int) -> Simulation:
    """Return flows of a student, whole or thinned."""
    n = point.n_classes
    thinned = {} if n is None else {"features": "classes", "n_classes": n}
    return simulation(
        task_of(point),
        TIMES,
        Student(point.width, tied=True),
        optimizer=OPTIMIZER,
        seeds=seeds,
        entropy=entropy,
        precision=PRECISION,
        **thinned,
    )


def checked(point: Point, thinned: Ensemble, whole: Ensemble) -> dict[str, Any]:
    """Return how far the log-mean of thinned flows is from that of whole ones of other seeds.

    `added` is what extrapolation adds to ln L, `change` what of that its last order adds, `scatter`
    the standard error of the deviation, root mean square over the times.
    """
    off = np.log(thinned.loss).mean(axis=0) - np.log(whole.loss).mean(axis=0)
    square = sum(np.log(x.loss).var(axis=0, ddof=1) / len(x.loss) for x in (thinned, whole))
    return read(point, thinned) | {
        "added": _rounded(np.abs(thinned.observables[ADDED].mean(axis=0)).max()),
        "change": _rounded(np.abs(thinned.observables[CHANGE].mean(axis=0)).max()),
        "rms": _rounded(np.sqrt(np.mean(off**2))),
        "scatter": _rounded(np.sqrt(np.mean(square))),
        "off": [_rounded(each) for each in off],
        "worst": _rounded(np.abs(off).max()),
        "whole_slope": _rounded(slope(np.log(whole.loss).mean(axis=0))),
    }


def read(point: Point, thinned: Ensemble) -> dict[str, Any]:
    """Return the slope with its errors: of seeds, and what the last order of extrapolation adds."""
    log_loss = np.log(thinned.loss)
    changed = slope((log_loss - thinned.observables[CHANGE]).mean(axis=0))
    changed -= slope(log_loss.mean(axis=0))
    assert thinned.thinning_error is not None  # of every thinned flow
    return slopes(point, thinned) | {
        "extrapolation_error": _rounded(abs(changed)),
        "stated_error": _rounded(thinned.thinning_error.max()),
    }


def slopes(point: Point, runs: Ensemble) -> dict[str, Any]:
    """Return the slope, and the standard deviation and error over seeds, if there are several."""
    n, scatter, error = len(runs.loss), None, None
    if n > 1:
        scatter = float(np.std(straight_slope(TIMES, runs.loss, WINDOW), ddof=1))
        scatter, error = _rounded(scatter), _rounded(scatter / n**0.5)
    return {
        **asdict(point),
        "slope": _rounded(slope(np.log(runs.loss).mean(axis=0))),
        "scatter": scatter,
        "seeds_error": error,
    }


def slope(log_loss: Array) -> float:
    """Return the slope over the window of ln L at `TIMES`."""
    return float(straight_slope(TIMES, np.exp(log_loss), WINDOW))


def _rounded(value: float) -> float:
    return round(float(value), 4)


if __name__ == "__main__":
    main()
