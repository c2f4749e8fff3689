"""Events: the first time at which an observable or a feature crosses a level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from superlaw.arguments import finite, flag, one_of, positive, refuse, whole
from superlaw.solvers.integrators.problem import MeanField
from superlaw.solvers.integrators.steps.loop import Watch


@dataclass(frozen=True)
class Event:
    """A level and what crosses it.

    Parameters
    ----------
    name : str
        Key of `Solution.events`.
    level : float
        The level.
    observable : str, optional
        The observable that crosses it.
    feature : int, optional
        Or the row of y that does.
    ends : bool
        Whether the run ends there.
    """

    name: str
    level: float
    observable: str | None = None
    feature: int | None = None
    ends: bool = False


def loss_reaches(level: float, *, ends: bool = False) -> Event:
    """Return the event that the loss falls to a level."""
    level = positive("level", level, "Give a loss, e.g. 1e-3.")
    return Event(f"loss {level:g}", level, observable="loss", ends=ends)


def front_reaches(problem: MeanField, feature: int, *, ends: bool = False) -> Event:
    """Return the event that the front reaches a feature: half of its entry is learned.

    Parameters
    ----------
    problem : MeanField
        A problem that says when a feature counts as learned.
    feature : int
        Row of the problem, from 1 on: feature number i, or number of a class.
    ends : bool
        Whether the run ends there.
    """
    row = whole("feature", feature, "Features are counted from 1.")
    if row > problem.n_features:
        refuse("feature", f"at most {problem.n_features}", feature, "Name one of the problem.")
    if problem.learned is None:
        refuse("problem", "one with levels `learned`", problem.name, "Set MeanField.learned.")
    return Event(f"front {row}", float(problem.learned[row - 1]), feature=row - 1, ends=ends)


def fraction_reaches(problem: MeanField, fraction: float, *, ends: bool = False) -> Event:
    """Return the event that a fraction of all features, most frequent first, is learned.

    The front passes features in the order of their frequency, so this is when it reaches the last
    of them.
    """
    part = positive("fraction", fraction, "Give a part of all features, e.g. 0.5.")
    if part > 1.0:
        refuse("fraction", "at most 1", fraction, "Give a part of all features, e.g. 0.5.")
    counted = np.cumsum(problem.weight)
    row = int(np.searchsorted(counted, part * counted[-1] * (1.0 - 1e-12)))
    last = front_reaches(problem, row + 1, ends=ends)
    return Event(f"fraction {part:g}", last.level, feature=last.feature, ends=ends)


def watch(problem: MeanField, events: Sequence[Event]) -> Watch:
    """Return the events as the stepping loop takes them."""
    observable = [-1 if e.observable is None else _column(problem, e) for e in events]
    feature = [-1 if e.feature is None else _row(problem, e) for e in events]
    level = [finite("level", e.level, "Give the level of the event.") for e in events]
    return Watch(
        observable=np.array(observable, dtype=np.int64),
        feature=np.array(feature, dtype=np.int64),
        level=np.array(level, dtype=np.float64),
        gap=np.zeros(len(events)),
        found=np.full(len(events), np.nan),
        ends=np.array([flag("ends", e.ends) for e in events], dtype=np.int64),
    )


def _column(problem: MeanField, event: Event) -> int:
    name = one_of("observable", str(event.observable), problem.observables)
    return problem.observables.index(name)


def _row(problem: MeanField, event: Event) -> int:
    row = whole("feature", event.feature, "Rows are counted from 0.", minimum=0)
    if row >= problem.n_features:
        refuse("feature", f"below {problem.n_features}", row, "Name a row of the problem.")
    return row
