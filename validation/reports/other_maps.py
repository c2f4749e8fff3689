"""Slopes over the whole map, at every N/K, of students other than the tied one by gradient flow.

`python -m superlaw.validation.reports.other_maps --out other_maps.json --runs build/runs` measures
them, from the starts of the map of the tied student; a run that was cut off goes on.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, NamedTuple

from superlaw import storage
from superlaw.curves import log_times
from superlaw.setting.optimizer import SGD, Adam, Optimizer
from superlaw.setting.student import Student
from superlaw.validation.claims.size import SIZES, Conditions
from superlaw.validation.claims.trained import flows
from superlaw.validation.claims.trained.other_students import (
    ADAPTIVE,
    ADAPTIVE_END,
    ADAPTIVE_WINDOW,
    STEPS,
    students,
)
from superlaw.validation.reports.measuring import options

SHARES = (16, 32, 8, 4, 2)
"""N/K, in the order in which they are measured."""
CROWDED, SLOWER_STEPS = 32, replace(STEPS, lr=0.025)
"""N/K at which SGD is not stable for every task at the rate of the others, and half that rate."""
SLOW, FEWER_SEEDS = (4, 2), 2
"""N/K whose students take longest; seeds there, and of samples at any other N/K than 16."""
DIGITS = 4
COMMAND = "python -m superlaw.validation.reports.other_maps"


class Training(NamedTuple):
    """What is trained, how, and over which times its slope is read.

    Parameters
    ----------
    student : Student
    optimizer : Optimizer
    window : (float, float)
    t_end : float or None
        None for that of the map.
    """

    student: Student
    optimizer: Optimizer = flows.OPTIMIZER
    window: tuple[float, float] = flows.WINDOW
    t_end: float | None = None


ALONE = Training(flows.ALONE, ADAPTIVE[-1], ADAPTIVE_WINDOW, ADAPTIVE_END)
"""K = N under Adam at the rate that takes fewer steps."""


def main(arguments: list[str] | None = None) -> None:
    """Measure the maps, and write them to a file."""
    parser = options(COMMAND, "Slopes of other students over the whole map.")
    parser.add_argument("--shares", type=int, nargs="+", default=SHARES, help="N/K (all)")
    given = parser.parse_args(arguments)
    out = storage.output_file(given.out, (".json",))
    conditions = Conditions(SIZES["full"], given.entropy, runs=given.runs, progress=True)
    text = json.dumps(measured(conditions, given.shares), allow_nan=False)
    storage.write_text(out, f"{text}\n")  # on one line: half as long


def measured(conditions: Conditions, shares: tuple[int, ...] = SHARES) -> dict[str, Any]:
    """Return the slope of every student at every task, those of K = N by theory, and provenance."""
    extent = conditions.size.trained
    times = log_times(0.1, extent.t_end, flows.PER_DECADE)
    theory = [
        {"a": task.a, "b": task.b, "slope": flows.theory_slope(task, times)}
        for task in extent.tasks
    ]
    every = [
        (kind, training, share)
        for share in shares
        for kind, training in trainings(extent.n_features, share).items()
    ]
    rows = [
        {"student": kind, **row}
        for kind, training, share in (*every, (label(ADAPTIVE[-1], "K = N"), ALONE, 1))
        for row in slopes(training, _with_seeds(conditions, training, share))
    ]
    source = storage.provenance(COMMAND, entropy=conditions.entropy, seeds=extent.seeds)
    windows = {"window": flows.WINDOW, "adaptive_window": ADAPTIVE_WINDOW}
    found = {"provenance": source, **windows, "theory": theory, "rows": rows}
    return rounded(found)


def trainings(n_features: int, share: int) -> dict[str, Training]:
    """Return what has a map at one N/K."""
    every, steps = students(n_features // share), SLOWER_STEPS if share == CROWDED else STEPS
    tied = every.pop("tied")
    flown = {kind: Training(student) for kind, student in every.items()}
    adaptive = {
        label(adam): Training(tied, adam, ADAPTIVE_WINDOW, ADAPTIVE_END) for adam in ADAPTIVE
    }
    return {**flown, label(steps): Training(tied, steps), **adaptive}


def label(optimizer: SGD | Adam, student: str = "tied") -> str:
    """Return what a student is called that is trained on samples."""
    return f"{student}, Adam, lr {optimizer.lr:g}" if isinstance(optimizer, Adam) else "tied, SGD"


def slopes(training: Training, conditions: Conditions) -> list[dict[str, Any]]:
    """Return the slope at each task of the map, with its errors."""
    studied = {task: (task, training.student) for task in flows.tasks(conditions)}
    found = flows.run(studied, conditions, training.optimizer, training.t_end)
    return [flows.read(task, runs, training.window) for task, runs in found.items()]


def _with_seeds(conditions: Conditions, training: Training, share: int) -> Conditions:
    """Return the conditions with fewer seeds of what takes longest."""
    is_sampled = training.optimizer is not flows.OPTIMIZER
    if share not in SLOW and not (is_sampled and share != flows.SHARE):
        return conditions
    fewer = min(FEWER_SEEDS, conditions.size.trained.seeds)
    return replace(conditions, size=conditions.size.with_each(seeds=fewer))


def rounded(found: Any) -> Any:
    """Return data with as many digits as are of use."""
    if isinstance(found, dict):
        return {name: rounded(value) for name, value in found.items()}
    if isinstance(found, list | tuple):
        return [*map(rounded, found)]
    return round(found, DIGITS) if isinstance(found, float) else found


if __name__ == "__main__":
    main()
