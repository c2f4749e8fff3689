"""Training of ŷ = φ(S x + β), S = WᵀB W, WᵀW or DᵀW, on fresh sparse batches.

Zeros are never multiplied: the embedding step gathers columns of W, inputs with the same single
feature are computed once, the backward step uses open gates only, and what is dense goes to BLAS.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from superlaw.setting.optimizer import SGD, Adam
from superlaw.setting.student import Student
from superlaw.setting.task import Task
from superlaw.validation.training.frame import frame_of
from superlaw.validation.training.kernels.batches import (
    draw_batch,
    embed,
    new_batch,
    pull_back,
    residuals,
    scatter,
)
from superlaw.validation.training.kernels.optimizer_steps import Updater
from superlaw.validation.training.kernels.sampling import ladder
from superlaw.validation.training.loss import loss_meter
from superlaw.validation.training.observables import learned
from superlaw.validation.training.start import start_columns

Array = NDArray[Any]
SPARSE_ENOUGH = 0.1
"""Below this fraction of open gates a sum over them beats a dense product."""


class SparseTrainer:
    """A student under SGD or Adam, from B = β = 0 and columns of a given norm.

    Parameters
    ----------
    task : Task
    student : Student
        With every choice made (`Student.on`).
    optimizer : SGD or Adam
    generator : numpy.random.Generator
        Draws W, then all samples; its state is part of the resume file.
    tracked : ndarray
        Features whose diagonal s_i is reported, counted from 1.
    dtype : type
        float64 or float32.
    """

    def __init__(
        self,
        task: Task,
        student: Student,
        optimizer: SGD | Adam,
        generator: np.random.Generator,
        tracked: NDArray[np.int64],
        dtype: Any = np.float64,
    ) -> None:
        n, width, size = task.n_features or 0, student.width or 0, optimizer.batch or 1
        self.student, self.optimizer, self.generator = student, optimizer, generator
        self.tracked, self.n_steps = tracked, 0
        self.target = np.asarray(task.target(np.arange(1.0, n + 1.0)), dtype=dtype)
        self.columns = self.decoder = start_columns(student, n, generator, dtype)
        if student.decoder is not None:
            other = start_columns(student, n, generator, dtype)
            self.decoder = other if student.decoder == "random" else self.columns.copy()
        self.is_embedded = student.embedding != "identity"
        self.has_B = not student.tied and student.decoder is None
        self.trains_W = student.embedding == "trained"
        self.B = np.zeros((width, width), dtype=dtype)
        self.beta = np.zeros(n, dtype=dtype)
        self.meter = loss_meter(task, student, generator)
        self._source = (task.activity == "one", task.law.code, ladder(task))
        self._batch = new_batch(size, n, np.dtype(dtype))
        self._embedded, self._back = (np.zeros((size, width), dtype=dtype) for _ in range(2))
        self._gradient, self._bias_gradient = (
            np.zeros((size, n), dtype=dtype),
            np.zeros_like(self.beta),
        )
        self._updaters = {name: Updater(optimizer, getattr(self, name)) for name in self._trained()}

    def _trained(self) -> list[str]:
        """Return the names of the trained arrays."""
        chosen = {
            "B": self.has_B,
            "beta": self.student.bias,
            "columns": self.trains_W,
            "decoder": self.student.decoder is not None,
        }
        return [name for name, is_trained in chosen.items() if is_trained]

    @property
    def position(self) -> float:
        """Steps taken."""
        return float(self.n_steps)

    def advance(self, goal: float, budget: int) -> None:
        """Take at most `budget` steps towards a number of steps."""
        with np.errstate(over="ignore", invalid="ignore"):  # divergence is told by the caller
            for _ in range(min(budget, round(goal) - self.n_steps)):
                self._step()

    def _step(self) -> None:
        """Draw a batch, find the gradient and move on."""
        size = len(self._batch.pattern)
        patterns = draw_batch(self.generator, *self._source, self._batch)
        h = self._embedded[:patterns]
        embed(self._batch, patterns, self.columns, h)
        z = h @ self.B.T if self.has_B else h
        drive = z @ self.decoder.T if self.is_embedded else z
        gradient, is_relu = self._gradient[:patterns], self.student.activation == "relu"
        n_open = residuals(
            self._batch,
            patterns,
            drive,
            self.beta,
            self.target,
            is_relu,
            gradient,
            self._bias_gradient,
        )
        gradient /= size
        self._bias_gradient /= size
        back = self._pull_back(gradient, patterns, n_open)
        found = {"beta": self._bias_gradient}
        if self.trains_W:
            outputs = gradient.T @ z
            is_untied = self.student.decoder is not None
            found["decoder"] = outputs
            found["columns"] = np.zeros_like(outputs) if is_untied else outputs
            scatter(self._batch, patterns, back @ self.B if self.has_B else back, found["columns"])
        if self.has_B:
            found["B"] = back.T @ h
        self.n_steps += 1
        for name, updater in self._updaters.items():
            updater(found[name], self.n_steps)

    def _pull_back(self, gradient: Array, patterns: int, n_open: int) -> Array:
        """Return the gradient at z = B W x, over open gates only where they are few."""
        if not self.is_embedded:
            return gradient
        if n_open > SPARSE_ENOUGH * gradient.size:
            return np.asarray(gradient @ self.decoder)
        pull_back(gradient, patterns, self.decoder, self._back)
        return self._back[:patterns]

    def measure(self) -> dict[str, Array]:
        """Return the population loss, exact or with its sampling error, and what is learned."""
        L, R = self._geometry()
        beta = self.beta.astype(np.float64)
        trace = float(np.trace(self.B) if self.has_B else np.sum(L * R)) / len(self.B)
        return (
            self.meter(L @ R.T if self.is_embedded else np.ascontiguousarray(R.T), beta)
            | {"trace": np.asarray(trace)}
            | learned(L, R, beta, self.tracked)
            | (frame_of(self.columns) if self.trains_W else {})
        )

    def _geometry(self) -> tuple[Array, Array]:
        """Return L and R with S = LRᵀ, in double precision."""
        R, B = self.columns.astype(np.float64), self.B.astype(np.float64)
        if not self.is_embedded:
            return R, np.ascontiguousarray(B.T)
        return self.decoder.astype(np.float64), R @ B.T if self.has_B else R

    def arrays(self) -> dict[str, Array]:
        """Return what a resume file must hold besides the generator."""
        memories = {f"memory.{name}": own.memory for name, own in self._updaters.items()}
        kept = {name: getattr(self, name) for name in self._trained()}
        return {"n_steps": np.asarray(self.n_steps)} | kept | memories

    def restore(self, arrays: dict[str, Array]) -> None:
        """Go on from a resume file."""
        self.n_steps = int(arrays["n_steps"])
        for name, updater in self._updaters.items():
            getattr(self, name)[:] = arrays[name]
            updater.memory[:] = arrays[f"memory.{name}"]
