"""What solvers need to know of tasks, students and optimizers: plain numbers, no theory."""

from __future__ import annotations

from typing import Any, Protocol


class Task(Protocol):
    """What a solver needs to know of a task: numbers as functions of the feature index."""

    @property
    def n_features(self) -> int | None:
        """Number of features."""

    @property
    def a(self) -> float:
        """Feature-frequency exponent."""

    @property
    def b(self) -> float:
        """Teacher-importance exponent."""

    @property
    def activity(self) -> str:
        """How features are active together."""

    @property
    def amplitude(self) -> str:
        """Name of the amplitude law."""

    @property
    def has_coupled_modes(self) -> bool:
        """Whether the mean of the inputs couples the modes."""

    @property
    def law(self) -> Any:
        """Amplitude law, with `moment(k)`."""

    def probability(self, i: Any) -> Any:
        """p_i."""

    def mean(self, i: Any) -> Any:
        """E[x_i]."""

    def second_moment(self, i: Any) -> Any:
        """E[x_i²]."""

    def fourth_moment(self, i: Any) -> Any:
        """E[x_i⁴]."""

    def target(self, i: Any) -> Any:
        """Teacher entry a_i."""


class Student(Protocol):
    """What a solver needs to know of a student."""

    @property
    def width(self) -> int | None:
        """Width K; None for K = N."""

    @property
    def depth(self) -> int:
        """Trained layers."""

    @property
    def init(self) -> float | None:
        """Start of a two-layer student."""

    @property
    def init_profile(self) -> str:
        """Start in proportion to the target, or flat."""

    @property
    def activation(self) -> str | None:
        """φ of a network."""

    @property
    def bias(self) -> bool | None:
        """Whether a network trains its bias."""

    @property
    def embedding(self) -> str | None:
        """How W is drawn."""

    @property
    def tied(self) -> bool:
        """Whether there is W only, and no B."""

    def is_network(self, n_features: int | None) -> bool:
        """Whether it is a ŷ = φ(WᵀB W x + β)."""

    def on(self, n_features: int | None) -> Student:
        """Return the student with every choice made."""


class Optimizer(Protocol):
    """What a solver needs to know of an optimizer."""

    @property
    def lr(self) -> float:
        """Learning rate."""

    @property
    def batch(self) -> int | None:
        """Samples a step; None for the population gradient."""

    @property
    def momentum(self) -> float:
        """Heavy-ball momentum."""

    @property
    def time_per_step(self) -> float:
        """Gradient-flow time of a step."""
