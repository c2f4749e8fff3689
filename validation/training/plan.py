"""What a simulation trains: a fully resolved plan, and the trainer of each of its seeds."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from superlaw import storage
from superlaw.setting.case import Case, case
from superlaw.setting.optimizer import SGD, GradientFlow, Optimizer
from superlaw.setting.student import Student
from superlaw.setting.table import Condition, Row, Table
from superlaw.setting.task import Task
from superlaw.validation.training.kernels.gate_moments import RELU_LAWS
from superlaw.validation.training.networks import SparseTrainer
from superlaw.validation.training.plain import FullRankTrainer
from superlaw.validation.training.students import population_flow
from superlaw.validation.training.thinned import COARSER, ThinnedFlow


class Trainer(Protocol):
    """A student under training."""

    generator: np.random.Generator

    @property
    def position(self) -> float:
        """How far it has come: steps taken, or time under gradient flow."""

    def advance(self, goal: float, budget: int) -> None:
        """Take at most `budget` steps towards a position."""

    def measure(self) -> dict[str, NDArray[np.float64]]:
        """Return the population loss and further observables."""

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what a resume file must hold besides the generator."""

    def restore(self, arrays: dict[str, NDArray[Any]]) -> None:
        """Go on from a resume file."""


@dataclass(frozen=True)
class Plan:
    """A fully resolved simulation; `goals` are steps, or times under gradient flow.

    `n_classes` columns stand for all features; None trains every feature.
    """

    task: Task
    student: Student
    optimizer: Optimizer
    goals: NDArray[np.float64]
    tracked: NDArray[np.int64]
    seeds: int
    entropy: int
    precision: str
    n_classes: int | None = None

    @property
    def times(self) -> NDArray[np.float64]:
        """Gradient-flow times of the goals."""
        if isinstance(self.optimizer, GradientFlow):
            return self.goals
        return np.asarray(self.goals * self.optimizer.time_per_step)

    @property
    def configuration(self) -> dict[str, Any]:
        """The plan as plain data, without the number of seeds (more may be added later)."""
        thinned: dict[str, Any] = {}
        if self.n_classes is not None:
            thinned = {"n_classes": self.n_classes, "coarser": list(COARSER)}
        return thinned | {
            "task": self.task.to_dict(),
            "student": self.student.to_dict(),
            "optimizer": self.optimizer.to_dict(),
            "goals": self.goals.tolist(),
            "tracked": self.tracked.tolist(),
            "entropy": self.entropy,
            "precision": self.precision,
        }

    @property
    def fingerprint(self) -> str:
        """A digest of the configuration, by which a folder knows its run."""
        return hashlib.sha256(storage.to_json(self.configuration).encode()).hexdigest()

    def trainer(self, seed: int, pool: Executor | None = None) -> Trainer:
        """Return the student of a seed at its start; threads of a pool may share one gradient."""
        child = np.random.SeedSequence(self.entropy, spawn_key=(seed,))
        generator = np.random.Generator(np.random.PCG64(child))
        studied = self.case
        dtype = np.dtype(self.precision)
        if self.n_classes is not None:
            last, tracked = float(self.goals[-1]), self.tracked
            return ThinnedFlow(studied, self.n_classes, last, generator, tracked, dtype, pool)
        return TRAINERS.row(studied).make(studied, generator, self.tracked, dtype, pool)

    @property
    def case(self) -> Case:
        """What is studied, with every choice made."""
        return case(self.task, self.student, self.optimizer)

    @property
    def n_columns(self) -> int:
        """Columns that are trained at a time: one a feature, or those of all thinned flows."""
        if self.n_classes is None:
            return self.task.n_features or 0
        return 2 * self.n_classes

    def work(self, position: float) -> float:
        """Return the share of all work done at a position: ∝ steps, or ∝ √t under flow."""
        share = position / float(self.goals[-1]) if self.goals[-1] > 0.0 else 1.0
        return share**0.5 if isinstance(self.optimizer, GradientFlow) else share


Tracked = NDArray[np.int64]
Dtype = np.dtype[Any]
Start = Callable[[Case, np.random.Generator, Tracked, Dtype, Executor | None], Trainer]
"""From a case, the source of all its randomness, tracked features, a precision, and threads."""


def _full_rank(
    studied: Case, generator: np.random.Generator, tracked: Tracked, dtype: Dtype, _: Any
) -> Trainer:
    assert isinstance(studied.optimizer, SGD)  # by the row's dynamics
    return FullRankTrainer(studied.task, studied.optimizer, generator, tracked)


def _flow(
    studied: Case,
    generator: np.random.Generator,
    tracked: Tracked,
    dtype: Dtype,
    pool: Executor | None,
) -> Trainer:
    assert isinstance(studied.optimizer, GradientFlow)  # by the row's dynamics
    task, student, optimizer = studied.task, studied.student, studied.optimizer
    return population_flow(task, student, optimizer, generator, tracked, dtype, pool)


def _sparse(
    studied: Case, generator: np.random.Generator, tracked: Tracked, dtype: Dtype, _: Any
) -> Trainer:
    assert not isinstance(studied.optimizer, GradientFlow)  # by the row's dynamics
    task, student, optimizer = studied.task, studied.student, studied.optimizer
    return SparseTrainer(task, student, optimizer, generator, tracked, dtype)


_POSITIVE = Condition(
    "amplitude",
    f"one of {', '.join(RELU_LAWS)} for relu",
    lambda case: case.student.activation == "linear" or case.task.amplitude in RELU_LAWS,
)
_SAMPLED = Condition("batch", "a number of samples", lambda case: case.is_sampled)
_TRAINED = ("trained", "tied", "untied")
_ANY, _STEPS = ("one", "centred", "mean"), ("sgd", "momentum", "adam")
TRAINERS: Table[Start] = Table(
    "simulate",
    "",
    (
        Row("full rank", _full_rank, ("plain",), _ANY, ("sgd", "momentum")),
        Row(
            "population flow",
            _flow,
            ("plain", "bottleneck"),
            ("one",),
            ("flow",),
            ("precision", "GradientFlow.rtol"),
        ),
        Row(
            "population flow",
            _flow,
            ("superposed", "square", *_TRAINED),
            ("one",),
            ("flow",),
            ("precision", "features", "n_classes", "GradientFlow.rtol"),
            (_POSITIVE,),
        ),
        Row(
            "sparse batches",
            _sparse,
            ("bottleneck",),
            _ANY,
            _STEPS,
            ("precision",),
            (_SAMPLED,),
        ),
        Row(
            "sparse batches",
            _sparse,
            ("superposed", "square", *_TRAINED),
            _ANY,
            _STEPS,
            ("precision",),
            (_POSITIVE, _SAMPLED),
        ),
    ),
)
"""Which trainer covers which case."""
