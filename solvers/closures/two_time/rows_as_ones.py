"""What is left of a kick where biases are softened and rows answer as ones (R47 to R49)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from superlaw.curves import Array
from superlaw.solvers.closures.kernels.two_time import add_answers, add_answers_of_row
from superlaw.solvers.closures.two_time.memory import Column, Memory, answers_of_columns

TOLERANCE, MOST_ROUNDS = 3e-3, 30
"""Change over the largest of what is left, and rounds of its fixed point."""
NEW = 0.8
"""Part of a round that is taken over: of a change of what is left about -0.2 comes back."""


@dataclass(frozen=True)
class Row:
    """All entries of a row but its own.

    Attributes
    ----------
    m1, m2 : ndarray
        Moments of open gates [entry, time].
    stiffness : ndarray
        κ of its bias [time].
    p : ndarray
        Frequencies [entry].
    of : ndarray
        Class of the column of each [entry].
    """

    m1: Array
    m2: Array
    stiffness: Array
    p: Array
    of: npt.NDArray[np.int64]


@dataclass(frozen=True)
class Scattered:
    """What is left of kicks [time, earlier time].

    Attributes
    ----------
    kept : ndarray
        R^c, of a column in a random direction (R49) [class, time, time].
    unowned : ndarray
        R_b, of a kick in a direction that no feature owns [time, time].
    rows : ndarray
        Y^r, what each row answers as one (R48) [row, time, time].
    """

    kept: Array
    unowned: Array
    rows: Array

    @cached_property
    def _rates(self) -> Array:
        return np.asarray(np.linalg.inv(self.kept))

    def of_row(self, number: int) -> Array:
        """Return R_ji of the entries of a row (R49) [class, time, time]."""
        return self.with_row(self.rows[number])

    def with_row(self, Y: Array) -> Array:
        """Return R_ji where a row answers as Y^r (R49) [class, time, time]."""
        return np.asarray(np.linalg.inv(self._rates - Y))


def rows_as_ones(
    columns: Sequence[Column], rows: Sequence[Row], known: Memory, width: int
) -> Scattered:
    """Return what is left of kicks, of given gates in columns and in some of the rows.

    Parameters
    ----------
    columns : sequence of Column
    rows : sequence of Row
        A random sample: it stands for all rows, by how much their answers differ from those with
        stiff biases (R31), of which `columns` have more.
    known : Memory
        That of the columns, where rounds start.
    width : int
        K.

    Raises
    ------
    ArithmeticError
        If there is no fixed point after `MOST_ROUNDS` rounds.
    """
    now = Scattered(known.kept, known.unowned, np.zeros((len(rows), *known.d.shape)))
    for _ in range(MOST_ROUNDS):
        new = _round(columns, rows, now, known.d, width)
        change = np.abs(new.kept - now.kept).max() / np.abs(new.kept).max()
        pairs = ((new.kept, now.kept), (new.unowned, now.unowned), (new.rows, now.rows))
        now = Scattered(*(NEW * each + (1.0 - NEW) * before for each, before in pairs))
        if change <= TOLERANCE:
            return now
    raise ArithmeticError(f"no fixed point of rows as ones after {MOST_ROUNDS} rounds")


def _round(
    columns: Sequence[Column], rows: Sequence[Row], now: Scattered, d: Array, width: int
) -> Scattered:
    """Return what is left by what is left: answers, then what they scatter (R48, R49)."""
    one, n_features = np.eye(len(d)), np.array([column.n_features for column in columns])
    per_row = n_features.sum() / len(rows) / width
    answers, sizes = _of_rows(rows, now, d, len(columns))
    of_columns = answers_of_columns(columns, now.kept, d, width)
    soft, size = answers.sum(axis=0), sizes.sum(axis=0)
    of_columns += _softer(columns, rows, now.kept, d, soft, size) / width
    before = np.linalg.inv(one - now.unowned @ of_columns)
    after = np.linalg.inv(one - of_columns @ now.unowned)
    as_ones = np.array([(after @ each @ before).sum(axis=0) for each in answers]) / width
    X = np.tensordot(n_features, of_columns @ before, 1) / width
    beyond, unowned = np.zeros_like(now.kept), np.zeros_like(d)
    for each, size, Y in zip(answers, sizes, as_ones, strict=True):
        entry, kept = each / np.maximum(size, 1)[:, None, None], now.with_row(Y)
        back = Y @ kept
        beyond += per_row * (back @ Y + (one + back) @ entry @ (one + kept @ Y) - entry)
        unowned += per_row * (Y @ np.linalg.inv(one - now.unowned @ Y) - Y)
    left, anywhere = np.linalg.inv(d - X - of_columns - beyond), np.linalg.inv(d - X - unowned)
    return Scattered(np.asarray(left), np.asarray(anywhere), as_ones)


def _of_rows(rows: Sequence[Row], now: Scattered, d: Array, n_classes: int) -> tuple[Array, Array]:
    """Return Σ q over the entries of each class in each row (R47), and how many these are."""
    answers = np.zeros((len(rows), n_classes, *d.shape))
    for n, (row, found) in enumerate(zip(rows, answers, strict=True)):
        kept = np.ascontiguousarray(now.of_row(n))
        add_answers_of_row(row.m1, row.m2, row.stiffness, row.p, row.of, kept, d, found)
    sizes = np.array([np.bincount(row.of, minlength=n_classes) for row in rows])
    return answers, sizes


def _softer(
    columns: Sequence[Column], rows: Sequence[Row], kept: Array, d: Array, soft: Array, size: Array
) -> Array:
    """Return what softened biases, and what is left in rows, add to K X^c, by the rows given."""
    stiff = np.zeros_like(kept)
    for row in rows:
        stiffness = np.tile(row.stiffness, (len(row.p), 1))
        add_answers(row.m1, row.m2, stiffness, row.p, row.of, kept, d, stiff)
    n_entries = np.array([column.n_entries for column in columns])
    return (soft - stiff) * (n_entries / size)[:, None, None]
