"""The candidates: what each predicts, with every variant that a task leaves open."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from superlaw.curves import Array, log_times
from superlaw.setting.optimizer import SGD
from superlaw.setting.student import Student
from superlaw.setting.task import Task
from superlaw.validation.explaining.prediction import (
    FINE,
    FIRST,
    Prediction,
    exact,
    first_time,
    most_frequent,
    network,
    sequential,
)

NAMES = {
    "sequential": ("plain",),
    "two-layer": ("two_layer",),
    "superposed": ("superposed", "square"),
    "trained": ("tied", "trained", "untied"),
    "width-limited floor": ("bottleneck",),
}
"""Candidates, and the kinds of students that are theirs."""
STARTS = np.geomspace(0.3, 1e-7, 11)
CLOSER = (np.geomspace(3.0, 1 / 3.0, 7), np.geomspace(1.2, 1 / 1.2, 5))
"""Of two layers, where none is given: the one that fits is taken, then the best around it, twice.
What is left is a twentieth of the start, and about a hundredth of the loss."""
DONE = 20.0
"""In units of the slowest mode's time: a curve of modes has ended."""
LONGEST = 1e12
"""In units of the fastest mode's time: no curve of modes is looked at for longer."""
NO_WIDTH = "it has K < N: give the width, e.g. sl.Student(width=64) or -K 64"
Maker = Callable[[], Prediction]


@dataclass(frozen=True)
class Asked:
    """What a candidate has to predict.

    Parameters
    ----------
    task : Task
    width : int or None
        K of candidates with K < N.
    unit : float or None
        Gradient-flow time of a unit of the curve's times, if it is known.
    last : float
        Last of the curve's times.
    lowest : float
        ln of the least loss.
    optimizer : SGD or None
        What has trained the curve, if it is known.
    """

    task: Task
    width: int | None
    unit: float | None
    last: float
    lowest: float
    optimizer: SGD | None = None

    @property
    def end(self) -> float | None:
        """Gradient-flow time of the last point, if it is known."""
        return None if self.unit is None else self.unit * self.last

    @property
    def times(self) -> Array:
        """Times that hold all of a curve that costs nothing."""
        first = first_time(self.task)
        slowest = 1.0 / float(self.task.second_moment(float(self.task.n_features or 1)))
        end = min(DONE * slowest, LONGEST * first) if self.end is None else 1.01 * self.end
        return log_times(min(FIRST * first, 0.1 * end), end, FINE)


def variants(name: str, asked: Asked, own: Sequence[Student]) -> Iterator[Maker]:
    """Yield what predicts each variant of a candidate; nothing where it needs a width.

    Parameters
    ----------
    name : str
        Key of `NAMES`.
    asked : Asked
    own : sequence of Student
        Those that were given for it; they take the place of its usual ones.
    """
    task, width = asked.task, asked.width
    if name == "sequential":
        yield partial(sequential, task, asked.times, asked.optimizer)
    elif name == "two-layer" and own:
        yield from (partial(exact, task, each, asked.times) for each in own)
    elif name == "two-layer":
        yield from two_layers(asked, STARTS)
    elif width is None and not own:
        return
    else:
        usual = {
            "superposed": Student(width=width),
            "trained": Student(width=width, tied=True),
            "width-limited floor": Student(width=width, activation="linear"),
        }
        for each in own or (usual[name],):
            yield partial(network, task, each, asked.lowest, asked.end)
        if name == "width-limited floor" and width is not None:
            yield partial(most_frequent, task, width, asked.times)


def two_layers(asked: Asked, starts: Array) -> Iterator[Maker]:
    """Yield what predicts two layers from several starts."""
    for start in starts[starts < 1.0].tolist():
        student = Student(depth=2, init=start)
        yield partial(exact, asked.task, student, asked.times, start=start)
