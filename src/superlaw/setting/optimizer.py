"""Optimizers: how a simulated student is trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from superlaw.arguments import finite, one_of, positive, refuse, whole

_LR = "Give a learning rate, e.g. lr=0.05."


def _fraction(name: str, value: float) -> float:
    """Return a number in [0, 1), or refuse it."""
    number = finite(name, value, "Give a number of at least 0 and below 1.")
    if not 0.0 <= number < 1.0:
        refuse(name, "at least 0 and below 1", value, "Give e.g. 0.9.")
    return number


@dataclass(frozen=True)
class GradientFlow:
    """Population gradient flow: no samples, no learning rate, adaptive steps.

    Parameters
    ----------
    rtol : float
        Relative error of the loss.

    Raises
    ------
    ArgumentError
        If an argument is outside its rule.
    """

    rtol: float = 1e-3

    def __post_init__(self) -> None:
        """Refuse what does not define a tolerance."""
        rtol = positive("rtol", self.rtol, "Give a relative tolerance, e.g. 1e-3.")
        object.__setattr__(self, "rtol", rtol)

    def to_dict(self) -> dict[str, Any]:
        """Return the optimizer as plain data."""
        return {"name": "flow", **asdict(self)}


@dataclass(frozen=True)
class SGD:
    """Stochastic gradient descent on fresh samples.

    Parameters
    ----------
    lr : float
        Learning rate η.
    batch : int or None
        Samples per step; None uses the population gradient (no sampling noise, K = N only).
    momentum : float
        Heavy-ball momentum m, at least 0 and below 1.

    Raises
    ------
    ArgumentError
        If an argument is outside its rule.
    """

    lr: float = 0.05
    batch: int | None = 1
    momentum: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what does not define an optimizer."""
        object.__setattr__(self, "lr", positive("lr", self.lr, _LR))
        if self.batch is not None:
            remedy = "Give samples per step, or None for the population gradient."
            object.__setattr__(self, "batch", whole("batch", self.batch, remedy))
        object.__setattr__(self, "momentum", _fraction("momentum", self.momentum))

    @property
    def time_per_step(self) -> float:
        """Gradient-flow time of a step, η/(1 − m)."""
        return self.lr / (1.0 - self.momentum)

    def to_dict(self) -> dict[str, Any]:
        """Return the optimizer as plain data."""
        return {"name": "sgd", **asdict(self)}


@dataclass(frozen=True)
class Adam:
    """Adam on fresh samples; its "time" is learning rate × steps, which is not gradient flow's.

    Steps stay bounded for β₁² < √β₂ (Kingma & Ba, arXiv:1412.6980, theorem 4.1).

    Parameters
    ----------
    lr : float
        Learning rate η.
    batch : int
        Samples per step.
    beta1, beta2 : float
        Memories of the gradient and of its square.
    epsilon : float
        Added to the root of the latter.

    Raises
    ------
    ArgumentError
        If an argument is outside its rule.
    """

    lr: float = 1e-3
    batch: int = 64
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        """Refuse what does not define an optimizer."""
        object.__setattr__(self, "lr", positive("lr", self.lr, _LR))
        remedy = "Give samples per step, e.g. 64."
        object.__setattr__(self, "batch", whole("batch", self.batch, remedy))
        object.__setattr__(self, "beta1", _fraction("beta1", self.beta1))
        object.__setattr__(self, "beta2", _fraction("beta2", self.beta2))
        epsilon = positive("epsilon", self.epsilon, "Give a small number, e.g. 1e-8.")
        object.__setattr__(self, "epsilon", epsilon)
        for name in ("lr", "epsilon"):
            if getattr(self, name) >= 1.0:
                remedy = "A step moves a weight by about lr, and divides by more than epsilon."
                refuse(name, "below 1", getattr(self, name), remedy)
        if self.beta1 > 0.0 and self.beta1**4 >= self.beta2:
            rule = f"above beta1⁴ = {self.beta1**4:.4g}"
            refuse("beta2", rule, self.beta2, "Its steps grow otherwise: give e.g. 0.999.")

    @property
    def time_per_step(self) -> float:
        """Time of a step, η."""
        return self.lr

    def to_dict(self) -> dict[str, Any]:
        """Return the optimizer as plain data."""
        return {"name": "adam", **asdict(self)}


Optimizer = GradientFlow | SGD | Adam
OPTIMIZERS: dict[str, Any] = {"flow": GradientFlow, "sgd": SGD, "adam": Adam}


def optimizer_by_name(
    given: Mapping[str, Any], argument: str = "optimizer", prefix: str = ""
) -> Optimizer | None:
    """Return an optimizer of its `name`, sgd if left out, and arguments; None if nothing is given.

    Parameters
    ----------
    given : mapping
        `name` and arguments of its class.
    argument, prefix : str
        What a refusal calls the name, and what it puts before an argument.

    Raises
    ------
    ArgumentError
        If there is no such optimizer, or it has no such argument.
    """
    if not given:
        return None
    rest = dict(given)
    name = one_of(argument, rest.pop("name", "sgd"), OPTIMIZERS)
    known = {field.name for field in fields(OPTIMIZERS[name])}
    for unknown in sorted(set(rest) - known):
        refuse(f"{prefix}{unknown}", f"left out with {name}", rest[unknown], f"{name} has none.")
    made: Optimizer = OPTIMIZERS[name](**rest)
    return made
