"""The table of measures: what each gives at a point, and which fields it takes."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import import_module, metadata
from typing import Any

from superlaw.arguments import ArgumentError, one_of, refuse
from superlaw.validation.sweeps.grid import FIELDS, FREQUENCIES, RUN, SEED, Point
from superlaw.validation.sweeps.measures.options import FIT, MATRIX, SIMULATE, SOLVE, WIDTH


@dataclass(frozen=True)
class Measure:
    """Something that has a value at every point of a grid.

    Parameters
    ----------
    name : str
    value : str
        What the column `value` holds.
    home : str or callable
        A pure function of one point that returns numbers and texts by name, or where it stands,
        "file.function" of this folder: solvers take seconds to load.
    sections : tuple of str
        Sections of fields that it takes whole.
    options : tuple of str
        Further fields.
    needs : tuple of tuples of str
        Fields one of which there must be at each point.
    reads : tuple of str
        Fields that name files, whose content decides too.
    """

    name: str
    value: str
    home: str | Callable[[Point], Mapping[str, Any]]
    sections: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    needs: tuple[tuple[str, ...], ...] = ()
    reads: tuple[str, ...] = (FREQUENCIES,)

    def __call__(self, point: Point) -> Mapping[str, Any]:
        """Return what is measured at a point."""
        if callable(self.home):
            return self.home(point)
        file, function = self.home.split(".")
        found = getattr(import_module(f"{__package__}.{file}"), function)(point)
        return dict(found)

    def check(self, fields: Iterable[str]) -> None:
        """Refuse fields that it would ignore, and the want of those it needs."""
        given = list(fields)
        known = [f for f in FIELDS if f.partition(".")[0] in self.sections]
        for name in given:
            one_of("field", name, [*known, *self.options])
        for first, *others in self.needs:
            named = [name for name in (first, *others) if name in given]
            if not named:
                or_else = "".join(f", or {name}" for name in others)
                remedy = "Vary it, or fix it."
                raise ArgumentError(f"{first} must be given{or_else}; got nothing. {remedy}")
            if len(named) > 1:
                refuse(named[1], f"left out with {named[0]}", "both", "A point has one of them.")

    def configuration(self, point: Point) -> dict[str, Any]:
        """Return all that decides what is measured at a point: the content of its key."""
        return {
            "measure": self.name,
            "version": _version(),  # another one may give other numbers
            "point": dict(point.fields),
            **self.content(point),
        }

    def content(self, point: Point) -> dict[str, str]:
        """Return digests of the files that a point reads."""
        return {
            name: _digest(str(point.fields[name])) for name in self.reads if point.fields.get(name)
        }


@cache
def _version() -> str:
    return metadata.version("superlaw")


def _digest(path: str) -> str:
    """Return the sha256 of a file; empty where there is none, which the point will say."""
    try:
        facts = os.stat(path)
        return _hashed(path, facts.st_mtime_ns, facts.st_size)
    except (OSError, ValueError):
        return ""


@lru_cache(maxsize=1024)
def _hashed(path: str, changed: int, size: int) -> str:
    """Return the sha256 of a file that has not changed since."""
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _run(*names: tuple[str, ...]) -> tuple[str, ...]:
    """Return options as fields, each once."""
    return tuple(dict.fromkeys(f"{RUN}.{name}" for group in names for name in group))


_STUDIED = ("task", "student", "optimizer")
_TASK = (("task.a", FREQUENCIES),)
MEASURES = {
    measure.name: measure
    for measure in (
        Measure("exponent", "predicted exponent", "exponents.predicted", _STUDIED, needs=_TASK),
        Measure(
            "solve",
            "loss at the last time",
            "curves.solved",
            (*_STUDIED, "times"),
            _run(SOLVE),
            _TASK,
        ),
        Measure(
            "simulate",
            "mean loss at the last time",
            "curves.simulated",
            (*_STUDIED, "times"),
            (SEED, *_run(SIMULATE)),
            _TASK,
        ),
        Measure(
            "fit",
            "fitted exponent",
            "curves.fitted",
            (*_STUDIED, "times"),
            (SEED, *_run(("curve",), FIT, SOLVE, SIMULATE)),
            _TASK,
        ),
        Measure(
            "width",
            "loss at this width",
            "widths.at_width",
            ("task",),
            ("student.width", SEED, *_run(WIDTH)),
            (*_TASK, ("student.width",)),
        ),
        Measure(
            "geometry",
            "capacity",
            "geometries.measured",
            (*_STUDIED, "times"),
            (SEED, *_run(MATRIX, SIMULATE)),
            reads=(FREQUENCIES, f"{RUN}.matrix"),
        ),
    )
}
"""What a sweep measures by name."""
