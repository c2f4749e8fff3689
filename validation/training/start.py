"""Where the trained columns of a student start."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from superlaw.setting.embedding import embedding
from superlaw.setting.student import Student


def start_columns(
    student: Student, n_features: int, generator: np.random.Generator, dtype: Any
) -> NDArray[Any]:
    """Return the columns that a student starts from as rows, shape (N, K).

    Parameters
    ----------
    student : Student
        With every choice made; where they are trained, `init` is their norm.
    n_features : int
    generator : numpy.random.Generator
    dtype : type
    """
    W = embedding(student.embedding or "", student.width or 0, n_features, generator)
    norm = student.init if student.embedding == "trained" and student.init else 1.0
    return np.ascontiguousarray(norm * W.T, dtype=dtype)
