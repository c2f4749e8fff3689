"""Slopes of tied students of very many features by thinned flows, and how near these are.

`python -m superlaw.validation.reports.large_n --out large_n.json --runs build/runs` measures it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
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
from superlaw.validation.training.thinned import COARSER

TIMES = np.geomspace(*WINDOW, 12)
OPTIMIZER, PRECISION = GradientFlow(rtol=5e-3), "float32"
COMMAND = "python -m superlaw.validation.reports.large_n"


@dataclass(frozen=True)
class Point:
    """A student, and how many columns stand for its features.

    Parameters
    ----------
    a, b : float
    n_features, width, n_classes : int
    """

    a: float
    b: float
    n_features: int
    width: int
    n_classes: int


CHECKED = (Point(1.5, 0.0, 2048, 64, 1024), Point(1.5, 0.5, 2048, 64, 1024))
"""Thinned flows that are compared with whole ones."""
LARGE = (
    Point(1.5, 0.5, 100_000, 32, 512),
    Point(1.5, 0.0, 100_000, 32, 512),
)

LEFT = (
    Point(1.5, 0.5, 1_000_000, 32, 512),
    Point(1.5, 0.5, 100_000, 64, 1024),
    Point(1.5, 0.5, 100_000, 128, 2048),
)
"""Not run, but for what one seed is estimated to take."""


def main(arguments: list[str] | None = None) -> None:
    """Measure, and write to a file."""
    given = options(COMMAND, "Slopes at large N by thinned flows.").parse_args(arguments)
    out = storage.output_file(given.out, (".json",))
    storage.write_json(out, measured(given.runs, given.entropy))


def measured(runs: str | None, entropy: int) -> dict[str, Any]:
    """Return deviations from whole flows, slopes at large N with their errors, and provenance."""
    thinned = {x: _flow(x, entropy + 1, x.n_classes) for x in CHECKED}
    thinned |= {x: _flow(x, entropy, x.n_classes) for x in LARGE}
    whole = {x: _flow(x, entropy, None) for x in CHECKED}
    found, exact = (simulations(of, runs=runs, progress=True) for of in (thinned, whole))
    return {
        "provenance": storage.provenance(COMMAND, entropy=entropy, seeds=SEEDS),
        "window": WINDOW,
        "checked": [_checked(x, found[x], exact[x]) for x in CHECKED],
        "large": [_read(x, found[x]) for x in LARGE],
        "left": [{**asdict(x), "seconds": _seconds(x)} for x in LEFT],
    }


def _seconds(point: Point) -> float:
    """Return what one seed is estimated to take, rounded."""
    task, student = (
        PowerLawTask(point.a, point.b, point.n_features),
        Student(point.width, tied=True),
    )
    columns = [point.n_classes / part for part in COARSER]
    return float(
        f"{flow_seconds(case(task, student, OPTIMIZER), WINDOW[1], PRECISION, columns):.2g}"
    )


def _flow(point: Point, entropy: int, n_classes: int | None) -> Simulation:
    thinned = {} if n_classes is None else {"features": "classes", "n_classes": n_classes}
    return simulation(
        PowerLawTask(point.a, point.b, point.n_features),
        TIMES,
        Student(point.width, tied=True),
        optimizer=OPTIMIZER,
        seeds=SEEDS,
        entropy=entropy,
        precision=PRECISION,
        **thinned,
    )


def _checked(point: Point, thinned: Ensemble, whole: Ensemble) -> dict[str, Any]:
    """Return how far the log-mean of thinned flows is from that of whole ones of other seeds.

    `added` is what extrapolation adds to ln L, `change` how far that from half the columns is off.
    """
    off = np.log(thinned.loss).mean(axis=0) - np.log(whole.loss).mean(axis=0)
    return _read(point, thinned) | {
        "added": _rounded(np.abs(thinned.observables[ADDED].mean(axis=0)).max()),
        "change": _rounded(np.abs(thinned.observables[CHANGE].mean(axis=0)).max()),
        "rms": _rounded(np.sqrt(np.mean(off**2))),
        "worst": _rounded(np.abs(off).max()),
        "whole_slope": _rounded(_slope(np.log(whole.loss).mean(axis=0))),
    }


def _read(point: Point, thinned: Ensemble) -> dict[str, Any]:
    """Return the slope with its errors: of seeds, and what half of all columns would change."""
    log_loss = np.log(thinned.loss)
    each = straight_slope(TIMES, thinned.loss, WINDOW)
    slope = _slope(log_loss.mean(axis=0))
    changed = _slope((log_loss - thinned.observables[CHANGE]).mean(axis=0)) - slope
    assert thinned.thinning_error is not None  # of every thinned flow
    return {
        **asdict(point),
        "slope": _rounded(slope),
        "seeds_error": _rounded(np.std(each, ddof=1) / len(each) ** 0.5),
        "extrapolation_error": _rounded(abs(changed)),
        "stated_error": _rounded(thinned.thinning_error.max()),
    }


def _slope(log_loss: Array) -> float:
    return float(straight_slope(TIMES, np.exp(log_loss), WINDOW))


def _rounded(value: float) -> float:
    return round(float(value), 4)


if __name__ == "__main__":
    main()
