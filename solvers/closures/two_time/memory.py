"""What a network answers to a response, and what is left of a kick (R31 to R35)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from superlaw.curves import Array
from superlaw.solvers.closures.kernels.two_time import add_answers

TOLERANCE, MOST_ROUNDS = 1e-3, 50
"""Relative change of all answers, and rounds of their fixed point."""
NEW = 0.7
"""Part of a round that is taken over."""


@dataclass(frozen=True)
class Column:
    """Entries of columns of one class, or a sample of them.

    Attributes
    ----------
    m1, m2 : ndarray
        Moments of open gates [entry, time].
    stiffness : ndarray
        κ of the bias of the row of each [entry, time].
    p : float
        Frequency.
    n_features : float
        Columns of the class.
    n_entries : float
        Entries of one column, for all of which those given stand.
    """

    m1: Array
    m2: Array
    stiffness: Array
    p: float
    n_features: float
    n_entries: float


@dataclass(frozen=True)
class Memory:
    """Answers of a network [time, earlier time].

    Attributes
    ----------
    d : ndarray
        Differentiation in time [time, time].
    everything : ndarray
        X (R33) [time, time].
    columns : ndarray
        X^c, of columns as one without what screens them [class, time, time] (R32).
    """

    d: Array
    everything: Array
    columns: Array

    @cached_property
    def unowned(self) -> Array:
        """R_b, what is left of a kick in a direction that no feature owns (R33) [time, time]."""
        return np.asarray(np.linalg.inv(self.d - self.everything))

    @cached_property
    def kept(self) -> Array:
        """R, what is left of a kick of a column in a random direction (R35) [class, time, time]."""
        return np.asarray(np.linalg.inv(self.d - self.everything - self.columns))

    @cached_property
    def screened(self) -> Array:
        """T = X^c (1 − R_b X^c)⁻¹, the answer of a column (R32) [class, time, time]."""
        return self.columns @ np.linalg.inv(np.eye(len(self.d)) - self.unowned @ self.columns)

    @cached_property
    def screens(self) -> Array:
        """E = 1 + T R_b, what its column leaves of a force in it (R34) [class, time, time]."""
        return np.asarray(np.eye(len(self.d)) + self.screened @ self.unowned)


def memory(columns: Sequence[Column], d: Array, width: int) -> Memory:
    """Return what a network answers, of given gates in its columns.

    Raises
    ------
    ArithmeticError
        If there is no fixed point after `MOST_ROUNDS` rounds.
    """
    n = np.array([column.n_features for column in columns])
    nothing = np.zeros((len(columns), *d.shape))
    now = Memory(d, np.zeros(d.shape), nothing)
    for _ in range(MOST_ROUNDS):
        answers = answers_of_columns(columns, now.kept, d, width)
        X = np.tensordot(n, Memory(d, now.everything, answers).screened, 1) / width
        pairs = ((now.columns, answers), (now.everything, X))
        now = Memory(d, NEW * X + (1.0 - NEW) * now.everything, answers)
        if all(np.abs(new - old).max() <= TOLERANCE * np.abs(new).max() for old, new in pairs):
            return now
    raise ArithmeticError(f"no fixed point of the memory after {MOST_ROUNDS} rounds")


def answers_of_columns(columns: Sequence[Column], kept: Array, d: Array, width: int) -> Array:
    """Return X^c = (1/K) Σ_j q_ji [class, time, time] (R32)."""
    answers = np.zeros_like(kept)
    for g, column in enumerate(columns):
        size = len(column.m1)
        p, of = np.full(size, column.p), np.full(size, g)
        add_answers(column.m1, column.m2, column.stiffness, p, of, kept, d, answers)
        answers[g] *= column.n_entries / size / width
    return answers
