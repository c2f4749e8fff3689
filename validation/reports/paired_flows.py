"""How near thinned flows of tied students are to whole ones that start from the same columns.

Each class takes the column of its middle feature, so that what seeds have in common cancels in the
deviation, and its mean over seeds is told from their scatter.

`python -m superlaw.validation.reports.paired_flows --out paired_flows.json --runs build/pairs`
measures it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superlaw import storage
from superlaw.curves import Array
from superlaw.progress import WorkBar
from superlaw.setting.case import case
from superlaw.setting.optimizer import GradientFlow
from superlaw.setting.student import Student
from superlaw.validation.reports.large_n import OPTIMIZER, PRECISION, TIMES, Point, slope, task_of
from superlaw.validation.reports.measuring import MOST_STEPS, options
from superlaw.validation.sweeps.store import Record, Store
from superlaw.validation.training.blocks import Edges, representatives, shared_pairs
from superlaw.validation.training.extrapolation import extrapolated
from superlaw.validation.training.features import Features
from superlaw.validation.training.students import flow_of
from superlaw.validation.training.thinned import classes

COMMAND = "python -m superlaw.validation.reports.paired_flows"
GOAL = tuple(Point(1.5, b, 2048, 64, n_classes) for n_classes in (1024, 1536) for b in (0.0, 0.5))
"""Of which it was asked that the loss is within 3 % at every time."""
COLUMNS = (
    *(Point(1.5, b, 1024, 16, n_classes) for b in (0.0, 1.0) for n_classes in (256, 512)),
    *(Point(1.5, 0.0, 2048, 32, n_classes) for n_classes in (512, 1024)),
    *(Point(a, 0.5, 1024, 16, 512) for a in (1.1, 2.0)),
    *(Point(a, 0.5, 1024, 32, 512) for a in (1.1, 2.0)),
)
"""16 and 32 columns a dimension."""
GOAL_SEEDS, SEEDS = 16, 8


def main(arguments: list[str] | None = None) -> None:
    """Measure, and write to a file."""
    given = options(COMMAND, "Thinned flows against whole ones.").parse_args(arguments)
    out = storage.output_file(given.out, (".json",))
    storage.write_json(out, measured(Store(given.runs, "runs"), given.entropy))


def measured(store: Store, entropy: int) -> dict[str, Any]:
    """Return deviations from whole flows with their errors, and provenance."""
    seeds = dict.fromkeys(COLUMNS, SEEDS) | dict.fromkeys(GOAL, GOAL_SEEDS)
    pairs = kept(store, seeds, entropy)
    return {
        "provenance": storage.provenance(COMMAND, entropy=entropy, seeds=SEEDS),
        "goal_seeds": GOAL_SEEDS,
        "times": [round(float(t), 4) for t in TIMES],
        "goal": [compared(point, pairs[point]) for point in GOAL],
        "columns": [compared(point, pairs[point]) for point in COLUMNS],
    }


def kept(store: Store, seeds: Mapping[Point, int], entropy: int) -> dict[Point, list[Record]]:
    """Return the pairs of so many seeds of each student, run if nobody has."""
    pairs: dict[Point, list[Record]] = {point: [] for point in seeds}
    with WorkBar(True, sum(seeds.values()), "pairs") as bar:
        for point, found in pairs.items():
            for seed in range(seeds[point]):
                found.append(_kept(store, point, entropy, seed))
                bar.move(1.0)
    return pairs


def _kept(store: Store, point: Point, entropy: int, seed: int) -> Record:
    conditions = {"optimizer": OPTIMIZER.to_dict(), "precision": PRECISION, "times": TIMES}
    configuration = {"measure": "pair", **asdict(point), **conditions, "seed": [entropy, seed]}
    return store.keep(configuration, lambda: pair(point, [entropy, seed]))


def pair(point: Point, seed: list[int]) -> Record:
    """Return ln L of a whole flow, and of the thinned ones on some of its columns, finest first."""
    task, n = task_of(point), point.n_features
    whole = np.arange(n + 1)
    edges = classes(task, point.n_classes or n // 2, float(TIMES[-1]))
    lenders = np.flatnonzero(representatives(whole, edges[0]))
    drawn = [lenders[representatives(edges[0], each)] for each in edges]
    return {
        "whole": _log_loss(point, whole, np.arange(n), seed),
        "thinned": [_log_loss(point, *each, seed) for each in zip(edges, drawn, strict=True)],
        "shared": [shared_pairs(each) for each in edges],
    }


def _log_loss(
    point: Point, edges: Edges, columns: NDArray[np.int64], seed: list[int]
) -> list[float]:
    """Return ln L at each time of a flow on some of the columns that a seed draws."""
    task, student = task_of(point), Student(point.width, tied=True)
    drawn = np.zeros(point.n_features, dtype=bool)
    drawn[columns] = True
    flow = flow_of(
        Features.of_blocks(task, edges, np.dtype(PRECISION)),
        case(task, student, GradientFlow()).student,
        OPTIMIZER,
        np.random.default_rng(seed),
        np.zeros(0, np.int64),
        drawn=drawn,
    )
    found = []
    for time in TIMES:
        flow.advance(float(time), MOST_STEPS)
        found.append(float(np.log(flow.measure()["loss"])))
    return found


def compared(point: Point, pairs: list[Record]) -> dict[str, Any]:
    """Return the deviation of the log-mean with its error.

    `rival` is the largest deviation if the third flow fits ln((1 + n)/2), by how much faster a pair
    loses its overlap, where the parabola fits e².
    """
    whole, fine, _, first = log_losses(pairs)
    thinned = np.array([each["thinned"] for each in pairs])
    off, error = (fine - whole).mean(axis=0), _standard_error(fine - whole)
    worst = int(np.argmax(np.abs(off)))
    rival = (_by_pairs(point, thinned, pairs[0]["shared"]) - whole).mean(axis=0)
    gaps = [slope(one) - slope(other) for one, other in zip(fine, whole, strict=True)]
    return {
        **asdict(point),
        "seeds": len(pairs),
        "slope_off": round(float(np.mean(gaps)), 4),
        "slope_error": round(float(_standard_error(np.array(gaps))), 4),
        "off": _rounded(off),
        "error": _rounded(error),
        "unextrapolated": _rounded((first - whole).mean(axis=0)),
        "rms": round(float(np.sqrt(np.mean(off**2))), 4),
        "worst": worst,
        "rival": round(float(np.max(np.abs(rival))), 4),
    }


def log_losses(pairs: list[Record]) -> tuple[Array, ...]:
    """Return ln L, (seeds, times): whole, extrapolated, that one order lower, and not at all."""
    whole = np.array([each["whole"] for each in pairs])
    thinned = np.array([each["thinned"] for each in pairs])
    fine, line = (_extrapolated(thinned[:, :k], pairs[0]["shared"][:k]) for k in (3, 2))
    return whole, fine, line, thinned[:, 0]


def _extrapolated(log_loss: Array, shared: list[float]) -> Array:
    """Return ln L without shared columns, (seeds, times), from (seeds, flows, times)."""
    return np.apply_along_axis(lambda each: extrapolated(list(each), shared), 1, log_loss)


def _by_pairs(point: Point, thinned: Array, shared: list[float]) -> Array:
    """Return ln L at e = 0 and n = 1 of F + g e + h ln((1 + n)/2), means over features."""
    edges = classes(task_of(point), point.n_classes or 0, float(TIMES[-1]))
    sizes = [np.diff(each).astype(np.float64) for each in edges]
    faster = [float(n @ np.log((1.0 + n) / 2.0) / n.sum()) for n in sizes]
    weights = np.linalg.solve(np.array([np.ones(3), shared, faster]), np.array([1.0, 0.0, 0.0]))
    return np.asarray(np.einsum("f,sft->st", weights, thinned))


def _standard_error(values: Array) -> Array:
    return np.asarray(values.std(axis=0, ddof=1) / len(values) ** 0.5)


def _rounded(values: Array) -> list[float]:
    return [round(float(value), 4) for value in values]


if __name__ == "__main__":
    main()
