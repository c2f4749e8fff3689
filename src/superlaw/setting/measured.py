"""Tasks of measured features: their frequencies and what each of them is worth."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from superlaw.arguments import numbers, one_of, refuse
from superlaw.curves import Array, read_columns
from superlaw.setting.amplitude import AMPLITUDES
from superlaw.setting.frequencies import checked
from superlaw.setting.task import HEAD, Bins, Index, PowerLawTask, Task

PER_DECADE, MOST_BINS = 60, 1200
"""Of `MeasuredTask.bins`, a decade of frequency and in all: sums to 1e-3. Unlike targets are put
together where there would be more."""
TARGET_STEPS = (64.0, 32.0, 16.0, 8.0, 4.0, 2.0, 1.0, 0.5, 0.25)
"""Steps a decade in which targets are told apart, finest first."""
LEAST, MOST = 1e-100, 1e100
"""Of frequencies and importances: their squares stay in a double."""
_RULE, _HEADER = "a file with a column frequency or count", "Give a .csv whose header names it."
_IMPORTANCES = "Give one above 0 for each frequency, in the same order, or leave them out."
_OF_POWER_LAWS = ("a", "b", "n_features", "density")


@dataclass(frozen=True, eq=False, repr=False, init=False)
class MeasuredTask(Task):
    """Sparse features with measured frequencies p_i and importances a_i: no law is assumed.

    Features are ranked by frequency, each with its importance; ties keep their order. A broken
    power law is a task like any other.

    Parameters
    ----------
    frequencies : array_like, shape (N,)
        p_i > 0, in any order; their sum is 1 for activity "one", and else the density.
    importances : array_like, shape (N,), optional
        Teacher's entries a_i > 0, in the order of the frequencies; all 1 if left out.
    activity : {"one", "bernoulli"}
        As for `PowerLawTask`.
    amplitude : {"uniform", "constant", "half-normal", "symmetric"}
        Law of v.

    Raises
    ------
    ArgumentError
        If an argument is outside its rule.

    Examples
    --------
    >>> task = MeasuredTask([0.2, 0.5, 0.3], importances=[3.0, 1.0, 2.0])
    >>> task.frequencies.tolist(), task.importances.tolist()
    ([0.5, 0.3, 0.2], [1.0, 2.0, 3.0])
    """

    frequencies: Array
    importances: Array
    activity: str
    amplitude: str

    def __init__(
        self,
        frequencies: ArrayLike,
        importances: ArrayLike | None = None,
        *,
        activity: str = "one",
        amplitude: str = "uniform",
    ) -> None:
        one_of("activity", activity, ("one", "bernoulli"))
        one_of("amplitude", amplitude, AMPLITUDES)
        remedy = "Give them as an array, e.g. counts/counts.sum()."
        p = numbers("frequencies", frequencies, remedy)
        if p.ndim != 1:
            refuse("frequencies", "an array of one dimension", frequencies, remedy)
        order = np.argsort(-p, kind="stable")
        a = np.ones_like(p) if importances is None else _importances(importances, p)
        small = p[(p > 0.0) & (p < LEAST)]
        if small.size:
            refuse("frequencies", f"at least {LEAST:g}", float(small[0]), "Leave others out.")
        total = float(np.minimum(p, 1.0).sum()) if activity == "bernoulli" else 1.0
        kept = {"frequencies": checked(p[order], total), "importances": a[order]}
        for name, array in kept.items():
            array.flags.writeable = False
            object.__setattr__(self, name, array)
        object.__setattr__(self, "activity", activity)
        object.__setattr__(self, "amplitude", amplitude)

    @property
    def n_features(self) -> int:
        """N."""
        return len(self.frequencies)

    @property
    def density(self) -> float:
        """Expected number of active features Σp_i."""
        return 1.0 if self.activity == "one" else float(self.frequencies.sum())

    @property
    def sum_of_squares(self) -> float:
        """Σ p_i²."""
        return float(np.sum(self.frequencies**2))

    def probability(self, i: Index) -> Index:
        """Return p_i of whole ranks i = 1 … N."""
        return _at(self.frequencies, i)

    def target(self, i: Index) -> Index:
        """Return a_i of whole ranks i = 1 … N."""
        return _at(self.importances, i)

    def bins(self) -> Bins:
        """Return the most frequent features, and after them bins of like ones."""
        cells = self.cells(head=HEAD, per_decade=PER_DECADE, most=MOST_BINS)
        return list(zip(*(column.tolist() for column in cells), strict=True))

    def cells(self, *, head: int, per_decade: float, most: int) -> tuple[Array, Array, Array]:
        """Return p, a and numbers of features alike, each of the first `head` by itself.

        Features share a cell where log p and log a do; Σp and Σp a² of a cell are kept. Targets
        are told apart as finely as leaves at most `most` cells, if they can be told apart at all.

        Parameters
        ----------
        head : int
        per_decade : float
            Cells a decade of p.
        most : int
        """
        p, a = self.frequencies[head:], self.importances[head:]
        rate = np.floor(np.log10(p) * per_decade)
        labels = np.zeros(0, dtype=np.int64)
        for steps in (*(each for each in TARGET_STEPS if each <= per_decade), 0.0):
            pairs = np.stack([-rate, np.floor(np.log10(a) * steps)])
            labels = np.unique(pairs, axis=1, return_inverse=True)[1].ravel()
            if head + labels.max(initial=-1) < most:
                break
        n, share, learned = (np.bincount(labels, each) for each in (np.ones_like(p), p, p * a * a))
        order = np.argsort(-share / n, kind="stable")
        return (
            np.concatenate([self.frequencies[:head], (share / n)[order]]),
            np.concatenate([self.importances[:head], np.sqrt(learned / share)[order]]),
            np.concatenate([np.ones(len(self.frequencies[:head])), n[order]]),
        )

    @cached_property
    def digest(self) -> str:
        """The sha256 of frequencies and importances, by which the task is known."""
        return hashlib.sha256(self.frequencies.tobytes() + self.importances.tobytes()).hexdigest()

    def to_dict(self) -> dict[str, Any]:
        """Return the task as plain data, its numbers as their digest."""
        return {
            "frequencies": f"sha256:{self.digest}",
            "n_features": self.n_features,
            "activity": self.activity,
            "density": self.density,
            "amplitude": self.amplitude,
        }

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MeasuredTask) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash((self.digest, self.activity, self.amplitude))

    def __repr__(self) -> str:
        p = self.frequencies
        return f"MeasuredTask(n_features={len(p)}, p_1={p[0]:.4g}, p_N={p[-1]:.4g})"


def _importances(importances: ArrayLike, p: Array) -> Array:
    """Return importances as an array, or refuse them."""
    a = numbers("importances", importances, _IMPORTANCES)
    if a.shape != p.shape:
        refuse("importances", f"of shape {p.shape}", f"shape {a.shape}", _IMPORTANCES)
    outside = a[~((a >= LEAST) & (a <= MOST))]
    if outside.size:
        rule = f"from {LEAST:g} to {MOST:g}"
        refuse("importances", rule, float(outside[0]), _IMPORTANCES)
    return a


def _at(values: Array, i: Any) -> Any:
    """Return the values at ranks from 1 on."""
    place = np.asarray(i, dtype=np.float64)
    rank = place.astype(np.int64)
    if np.any(rank != place) or rank.min(initial=1) < 1:
        raise IndexError("features have whole ranks from 1 on")
    found = values[rank - 1]
    return float(found) if found.ndim == 0 else found


def read_task(path: str | os.PathLike[str], **options: Any) -> MeasuredTask:
    """Return the task of a .csv or .npz file, columns `frequency` or `count`, and `importance`.

    Counts are divided by their sum. A file of one column needs no name for it: frequencies.

    Parameters
    ----------
    path : path
    **options
        `activity` and `amplitude`.

    Raises
    ------
    ArgumentError
        If the file cannot be read, or holds no task.
    """
    p, importances = read_frequencies(path)
    return MeasuredTask(p, importances, **options)


def read_frequencies(path: str | os.PathLike[str]) -> tuple[Array, Array | None]:
    """Return the frequencies of a file as `read_task` takes it, and importances if it has any.

    Raises
    ------
    ArgumentError
        If the file cannot be read, or holds no frequencies.
    """
    columns = read_columns(path, "frequencies", _RULE, _HEADER)
    if len(columns) == 1 and "count" not in columns:
        columns = {"frequency": next(iter(columns.values()))}
    named = [name for name in ("frequency", "count") if name in columns]
    if len(named) != 1:
        refuse("frequencies", _RULE, os.fspath(path), _HEADER)
    p, importances = columns[named[0]], columns.get("importance")
    if named[0] == "count" and p.sum() > 0.0:
        p = p / p.sum()
    return p, importances


def task_of(given: Mapping[str, Any]) -> Task:
    """Return the task of named arguments: a power law, or that of a file of frequencies.

    Raises
    ------
    ArgumentError
        If an argument is outside its rule, or belongs to the other kind of task.
    """
    options = dict(given)
    file = options.pop("frequencies", None)
    if file is None:
        return PowerLawTask(**options)
    for name in _OF_POWER_LAWS:
        if name in options:
            refuse(name, "left out with measured frequencies", options[name], "The file has them.")
    return read_task(file, **options)
