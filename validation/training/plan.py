"""What a simulation trains: a fully resolved plan, and the trainer of each of its seeds."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from superlaw import storage
from superlaw.setting.optimizer import SGD, GradientFlow, Optimizer
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.validation.training.networks import SparseTrainer
from superlaw.validation.training.plain import FullRankTrainer
from superlaw.validation.training.population_flow import PopulationFlow


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
    """A fully resolved simulation; `goals` are steps, or times under gradient flow."""

    task: PowerLawTask
    student: Student
    optimizer: Optimizer
    goals: NDArray[np.float64]
    tracked: NDArray[np.int64]
    seeds: int
    entropy: int
    precision: str

    @property
    def times(self) -> NDArray[np.float64]:
        """Gradient-flow times of the goals."""
        if isinstance(self.optimizer, GradientFlow):
            return self.goals
        return np.asarray(self.goals * self.optimizer.time_per_step)

    @property
    def configuration(self) -> dict[str, Any]:
        """The plan as plain data, without the number of seeds (more may be added later)."""
        return {
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

    def trainer(self, seed: int) -> Trainer:
        """Return the student of a seed at its start."""
        child = np.random.SeedSequence(self.entropy, spawn_key=(seed,))
        generator = np.random.Generator(np.random.PCG64(child))
        task, student, optimizer = self.task, self.student, self.optimizer
        dtype = np.dtype(self.precision)
        if isinstance(optimizer, GradientFlow):
            resolved = student.on(task.n_features)
            return PopulationFlow(task, resolved, optimizer, generator, self.tracked, dtype)
        if student.is_network(task.n_features):
            resolved = student.on(task.n_features)
            return SparseTrainer(task, resolved, optimizer, generator, self.tracked, dtype)
        assert isinstance(optimizer, SGD)  # refused before, see `simulate`
        return FullRankTrainer(task, optimizer, generator, self.tracked)

    def work(self, position: float) -> float:
        """Return the share of all work done at a position: ∝ steps, or ∝ √t under flow."""
        share = position / float(self.goals[-1]) if self.goals[-1] > 0.0 else 1.0
        return share**0.5 if isinstance(self.optimizer, GradientFlow) else share
