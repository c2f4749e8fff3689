"""The two-time closure, one time after the other (R30 to R40, R47 to R53)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from superlaw.curves import Array
from superlaw.solvers.closures.kernels.two_time_answers import (
    fill_answers,
    fill_mean_answers,
    fill_through_biases,
)
from superlaw.solvers.closures.kernels.two_time_covariances import (
    fill_column_norms,
    fill_forces,
    fill_row_norms,
    fill_square,
)
from superlaw.solvers.closures.kernels.two_time_fields import fill_entries, fill_fields
from superlaw.solvers.closures.kernels.two_time_means import fill_means
from superlaw.solvers.closures.kernels.two_time_responses import fill_responses, fill_rows_as_ones
from superlaw.solvers.closures.kernels.two_time_state import LIGHT, Columns, Model, Rows, Whole
from superlaw.solvers.closures.two_time.gates import SECOND
from superlaw.solvers.closures.two_time.sampling import Sample, modes
from superlaw.solvers.closures.two_time.times import backward_differences

N_MODES = 6
"""Eigenvalues of W Wᵀ for which |B|² is kept apart."""
TOLERANCE, MOST_ROUNDS = 2e-3, 12
"""Relative change of s, μ and |B|² in a round, and rounds of a time."""
FIRST_NEW, NEW = 0.3, 0.7
"""Parts of a new |B|² that are taken over, in the first round of a time and later."""
MARK_SEED = 0
"""Of the normals: the same for every solution."""


class March:
    """Rows, columns and the whole of B on a grid of times.

    Parameters
    ----------
    sample : Sample
        Which rows and entries stand for a task.
    width : int
        K.
    times : ndarray
        Increasing, from the first after t = 0 [time].

    Attributes
    ----------
    model, rows, columns, whole : named tuples
        What does not change, and what is filled time after time: their parts, with shapes, stand
        in `kernels.two_time_state`.
    """

    def __init__(self, sample: Sample, width: int, times: Array) -> None:
        self.times = times
        marks, overlaps = sample.marks(len(times), np.random.default_rng(MARK_SEED))
        classes = sample.classes
        self.model = Model(
            d=backward_differences(times),
            n=classes.weight,
            others=classes.weight - np.eye(len(classes)),
            p=classes.p,
            target=classes.target,
            width=float(width),
            n_head=sample.n_head,
            of=sample.of,
            share=sample.share,
            column=sample.column,
            weight=sample.weight,
            first=sample.first,
            count=sample.count,
            asked=sample.asked,
            asked_weight=sample.asked_weight,
            n_asked=sample.n_asked,
            marks=marks,
            overlaps=overlaps,
            modes=modes(float(classes.weight.sum()) / width, N_MODES),
        )
        sizes = _sizes(sample, len(times))
        self.rows, self.columns, self.whole = (
            _at_rest(state, sizes) for state in (Rows, Columns, Whole)
        )

    @staticmethod
    def n_bytes(sample: Sample, n_times: int) -> float:
        """Return the bytes of rows, columns and the whole."""
        sizes = _sizes(sample, n_times)
        return sum(
            math.prod(sizes[letter] for letter in shape) * (4.0 if name in LIGHT else 8.0)
            for state in (Rows, Columns, Whole)
            for name, shape in state.shapes.items()
        )

    def steps(self) -> Iterator[int]:
        """Yield which of the times has been reached, one after the other."""
        for n in range(len(self.times)):
            self._start(n)
            for done in range(MOST_ROUNDS):
                before = self._watched(n)
                self._round(n, NEW if done else FIRST_NEW)
                after = self._watched(n)
                if done and np.all(np.abs(after - before) < TOLERANCE * np.abs(after)):
                    break
            yield n

    def _start(self, n: int) -> None:
        """Guess row n: the first two orders in t, then from the two rows before."""
        if n == 0:
            return self._first()
        rows, columns, whole = self.rows, self.columns, self.whole
        for held in (rows.S, rows.D, rows.beta, rows.put_in):
            held[..., n] = held[..., n - 1]
        for followed in (whole.mu, columns.s, rows.pull):
            followed[..., n] = followed[..., n - 1]
            if n > 1:
                on = (self.times[n] - self.times[n - 1]) / (self.times[n - 1] - self.times[n - 2])
                followed[..., n] += on * (followed[..., n - 1] - followed[..., n - 2])
        for shifted in (columns.all, rows.as_one):
            shifted[..., n, 1 : n + 1] = shifted[..., n - 1, :n]
        for kept in (columns.norm, rows.norm, whole.square):
            kept[..., n, :n] = kept[..., :n, n] = kept[..., n - 1, :n]
            kept[..., n, n] = kept[..., n - 1, n - 1]

    def _first(self) -> None:
        model, t = self.model, self.times[0]
        x = SECOND * t * model.p * model.target
        square = float(np.sum(model.n * x**2)) / model.width
        self.whole.mu[0] = np.sum(model.n * x) / model.width
        self.columns.s[:, 0] = self.whole.mu[0] + x
        for norm in (self.whole.square, self.columns.norm, self.columns.row_norm, self.rows.norm):
            norm[..., 0, 0] = square

    def _round(self, n: int, new: float) -> None:
        state = n, self.model, self.rows, self.columns, self.whole
        fill_fields(*state)
        fill_entries(*state)
        fill_answers(*state)
        fill_through_biases(*state)
        fill_mean_answers(*state)
        fill_responses(*state)
        fill_rows_as_ones(*state)
        fill_responses(*state)
        fill_means(*state)
        fill_forces(*state)
        fill_square(*state, new)
        fill_column_norms(*state)
        fill_row_norms(*state)

    def _watched(self, n: int) -> Array:
        whole = self.whole
        return np.array([whole.mu[n], whole.square[n, n], *self.columns.s[:, n]])


def _sizes(sample: Sample, n_times: int) -> dict[str, int]:
    """Return what letters stand for in the shapes of `two_time_state`."""
    sizes = {"R": len(sample.of), "E": len(sample.column), "Q": len(sample.asked), "T": n_times}
    return sizes | {"G": len(sample.classes), "H": sample.n_head, "M": N_MODES, "D": 4}


def _at_rest(state: Any, sizes: dict[str, int]) -> Any:
    """Return rows, columns or the whole before the first time."""
    return state(**{
        name: np.zeros([sizes[letter] for letter in shape], np.float32 if name in LIGHT else float)
        for name, shape in state.shapes.items()
    })  # fmt: skip
