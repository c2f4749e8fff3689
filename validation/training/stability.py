"""What bounds steps and learning rates: how fast a network learns, how far a step moves it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from superlaw.setting.student import Student
from superlaw.setting.task import Task
from superlaw.validation.training.start import start_columns

Array = NDArray[np.float64]


def largest_stable_network_lr(task: Task, student: Student, batch: int) -> float:
    """Return the learning rate below which SGD on a network is stable at its start.

    2/[(1 − 1/B) κ + (1/B) ρ + κ_β]: κ = λ_max(WWᵀ) λ_max(WΛWᵀ) with every gate open, ρ =
    λ_max(WWᵀ) E[v⁴]/E[v²] for the noise of a sample, κ_β = 1 for a trained bias. It is worked out
    for one draw of W; closed gates only make training more stable.
    """
    n = task.n_features or 0
    W = start_columns(student, n, np.random.default_rng(0), np.float64).T
    lam = np.asarray(task.second_moment(np.arange(1.0, n + 1.0)))
    mean, noise = _largest((W * lam) @ W.T), task.law.moment(4) / task.law.moment(2)
    curvature = _largest(W @ W.T) * (mean + (noise - mean) / batch)
    return 2.0 / (curvature + float(bool(student.bias)))


def largest_adam_lr(student: Student) -> float:
    """Return the learning rate at which the first step of Adam is as large as what it moves.

    That step is lr in every weight, whatever the gradient. It moves a trained column by lr √K,
    against its norm at the start, and an output by up to lr K through B, against targets of 1.

    Parameters
    ----------
    student : Student
        With every choice made.
    """
    width, has_B = float(student.width or 1), not student.tied and student.decoder is None
    columns = (student.init or 1.0) / width**0.5 if student.embedding == "trained" else 1.0
    return min(columns, 1.0 / width) if has_B and student.embedding != "identity" else columns


def _largest(symmetric: Array) -> float:
    return float(np.linalg.eigvalsh(symmetric)[-1])
