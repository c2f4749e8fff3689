"""Grids: every combination of the values of some fields of what is studied and of how."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from superlaw.arguments import ArgumentError, one_of, refuse
from superlaw.curves import TIMES, Array, log_times
from superlaw.setting.measured import task_of
from superlaw.setting.optimizer import OPTIMIZERS, Optimizer, optimizer_by_name
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask, Task

Value = float | int | str | bool | None
RUN = "run"
"""Section of what a measure itself takes: method, seeds, …"""
MOST_POINTS = 10**7
"""Points of a grid: each is a row in memory, of about a kilobyte."""
SEED = "seed"
"""The one field without a section: root of the random streams of a point."""


def _names(section: str, *kinds: Any) -> dict[str, None]:
    """Return the fields of dataclasses as "section.field", each once, in order."""
    return {f"{section}.{f.name}": None for kind in kinds for f in fields(kind)}


FREQUENCIES = "task.frequencies"
"""File of measured ones, instead of a power law."""
FIELDS = (
    *_names("task", PowerLawTask),
    FREQUENCIES,
    *_names("student", Student),
    "optimizer.name",
    *_names("optimizer", *OPTIMIZERS.values()),
    *(f"times.{name}" for name in TIMES),
    SEED,
)
"""What a grid may vary, besides any "run.…"."""


@dataclass(frozen=True)
class Point:
    """One combination: plain data by "section.field", from which its objects are made.

    Parameters
    ----------
    fields : mapping
        Values by name.
    """

    fields: Mapping[str, Value]

    def section(self, name: str) -> dict[str, Any]:
        """Return the fields of a section by their own names."""
        head = f"{name}."
        return {
            key.removeprefix(head): value
            for key, value in self.fields.items()
            if key.startswith(head)
        }

    @property
    def task(self) -> Task:
        """The task of the point."""
        given = self.section("task")
        if "a" not in given and "frequencies" not in given:
            raise ArgumentError("task.a must be given; got nothing. Vary it, or fix it.")
        return task_of(given)

    @property
    def student(self) -> Student:
        """The student of the point; one layer, K = N, if nothing is said of it."""
        return Student(**self.section("student"))

    @property
    def optimizer(self) -> Optimizer | None:
        """The optimizer of the point, None if nothing is said of it."""
        return optimizer_by_name(self.section("optimizer"), "optimizer.name", "optimizer.")

    @property
    def times(self) -> Array:
        """Output times of the point."""
        return log_times(**(TIMES | self.section("times")))

    @property
    def seed(self) -> int | None:
        """Root of the random streams of the point, None if nothing is said of it."""
        seed: Any = self.fields.get(SEED)
        return seed

    @property
    def run(self) -> dict[str, Any]:
        """What the measure itself takes."""
        return self.section(RUN)


@dataclass(frozen=True)
class Grid:
    """Every combination of the values of some fields, with others fixed.

    Parameters
    ----------
    varied : mapping of str to sequence
        Values by field, e.g. {"task.a": [1.1, 1.5]}; the last field varies fastest.
    fixed : mapping of str to value
        Fields that are the same everywhere.

    Raises
    ------
    ArgumentError
        If a field is unknown, given twice or without values, or a value is no plain number or text.

    Examples
    --------
    >>> grid = Grid({"task.a": [1.1, 1.5], "student.width": [4, 8]}, {"task.n_features": 64})
    >>> len(grid), [point.fields["student.width"] for point in grid.points()]
    (4, [4, 8, 4, 8])
    """

    varied: Mapping[str, Sequence[Value]]
    fixed: Mapping[str, Value]

    def __post_init__(self) -> None:
        """Refuse what is not a grid, before any work; numpy's numbers become Python's."""
        for name in ("varied", "fixed"):
            given = getattr(self, name)
            if not isinstance(given, Mapping):
                refuse(name, "a mapping of fields", given, 'E.g. {"task.a": [1.1, 1.5]}.')
            object.__setattr__(self, name, {key: _listed(value) for key, value in given.items()})
        for name, values in self.varied.items():
            _check_name(name)
            if isinstance(values, str) or not isinstance(values, Sequence) or not len(values):
                refuse(name, "a list of values", values, "Give at least one, e.g. [1.1, 1.5].")
            for value in values:
                _check_value(name, value)
            if len(set(values)) < len(values):
                refuse(name, "a list of distinct values", values, "Give each once.")
        for name, value in self.fixed.items():
            _check_name(name)
            _check_value(name, value)
            if name in self.varied:
                refuse(name, "either varied or fixed", value, "Leave it out of one of them.")
        if len(self) > MOST_POINTS:
            refuse("grid", f"of at most {MOST_POINTS} points", len(self), "Give fewer values.")

    def __len__(self) -> int:
        return math.prod(len(values) for values in self.varied.values())

    def points(self) -> Iterator[Point]:
        """Yield the points, the last varied field fastest."""
        for values in itertools.product(*self.varied.values()):
            yield Point(dict(zip(self.varied, values, strict=True)) | dict(self.fixed))


def _listed(value: Any) -> Any:
    """Return arrays as lists, and what numpy counts with as Python's numbers."""
    if hasattr(value, "tolist"):
        return value.tolist()
    return [_listed(item) for item in value] if isinstance(value, list | tuple) else value


def _check_name(name: str) -> None:
    if not isinstance(name, str) or not name.startswith(f"{RUN}."):
        one_of("field", name, FIELDS)


def _check_value(name: str, value: Any) -> None:
    if not isinstance(value, float | int | str | bool | None):
        refuse(name, "a number, a text, true or false", value, "Give plain values.")
    if isinstance(value, float) and not math.isfinite(value):
        refuse(name, "finite", value, "Give a finite number.")
