"""The population flow of a student: its factors at their start, and what pulls them."""

from __future__ import annotations

from concurrent.futures import Executor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superlaw.setting.optimizer import GradientFlow
from superlaw.setting.student import Student
from superlaw.setting.task import Task
from superlaw.validation.training.entries import Entries, EntryResponse
from superlaw.validation.training.factors import FixedEmbedding, Tied, TrainedEmbedding, Untied
from superlaw.validation.training.features import Features
from superlaw.validation.training.flow import PopulationFlow, Response
from superlaw.validation.training.interactions import Interactions
from superlaw.validation.training.linear_response import LinearResponse
from superlaw.validation.training.start import start_columns

Factored = FixedEmbedding | Tied


def population_flow(
    task: Task,
    student: Student,
    optimizer: GradientFlow,
    generator: np.random.Generator,
    tracked: NDArray[np.int64],
    dtype: Any = np.float64,
    pool: Executor | None = None,
) -> PopulationFlow:
    """Return a student at its start under population gradient flow.

    Parameters
    ----------
    task : Task
        With one active feature.
    student : Student
        With every choice made (`Student.on`).
    optimizer : GradientFlow
    generator : numpy.random.Generator
        Draws W, and a decoder that does not start as its transpose.
    tracked : ndarray of int
        Features of which more is reported, counted from 1.
    dtype : type
        float64 or float32.
    pool : Executor, optional
        Threads for one evaluation of the gradient; they change no bit of the result.
    """
    features = Features.of(task, dtype)
    return flow_of(features, student, optimizer, generator, tracked, pool)


def flow_of(
    features: Features,
    student: Student,
    optimizer: GradientFlow,
    generator: np.random.Generator,
    tracked: NDArray[np.int64],
    pool: Executor | None = None,
    drawn: NDArray[np.bool_] | None = None,
) -> PopulationFlow:
    """Return a student of given features at its start; parameters as for `population_flow`.

    Parameters
    ----------
    drawn : ndarray of bool, optional
        Which of all columns that are drawn these features have; all if left out.
    """
    is_relu = student.activation == "relu"
    factors: Entries | Factored
    response: Response
    if student.embedding == "identity":
        factors, response = Entries(features), EntryResponse(features, is_relu=is_relu)
    else:
        factors = factored(student, features, generator, drawn)
        response = response_of(factors, is_relu=is_relu, pool=pool)
    return PopulationFlow(
        factors,
        response,
        features,
        tracked,
        optimizer.rtol,
        trains_bias=bool(student.bias),
        is_relu=is_relu,
        generator=generator,
    )


def factored(
    student: Student,
    features: Features,
    generator: np.random.Generator,
    drawn: NDArray[np.bool_] | None = None,
) -> Factored:
    """Return the factors of an embedded student at their start.

    Parameters
    ----------
    student : Student
        With every choice made.
    features : Features
    generator : numpy.random.Generator
    drawn : ndarray of bool, optional
        Which of all columns that are drawn the features have; all if left out.
    """
    kept = np.full(len(features.p), True) if drawn is None else drawn
    columns = start_columns(student, len(kept), generator, features.p.dtype)[kept]
    if student.tied:
        return Tied(columns, features)
    if student.decoder is not None:
        is_random = student.decoder == "random"
        other = start_columns(student, len(kept), generator, columns.dtype)[kept]
        return Untied(columns, other if is_random else columns, features)
    if student.embedding == "trained":
        return TrainedEmbedding(columns, features)
    return FixedEmbedding(columns, features)


def response_of(factors: Factored, *, is_relu: bool, pool: Executor | None = None) -> Response:
    """Return what the population loss and its pull are at given factors."""
    if not is_relu:
        return LinearResponse(factors.features, is_tied=factors.is_tied)
    return Interactions(
        factors.features,
        factors.width,
        is_tied=factors.is_tied,
        two_sided=factors.two_sided,
        pool=pool,
    )
