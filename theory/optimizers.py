"""Optimizers: how a simulated student is trained."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from superlaw.arguments import positive, whole


@dataclass(frozen=True)
class SGD:
    """Stochastic gradient descent on fresh samples.

    Parameters
    ----------
    lr : float
        Learning rate η; one step advances time by η.
    batch : int or None
        Samples per step; None uses the population gradient (no sampling noise).

    Raises
    ------
    ArgumentError
        If an argument is outside its rule.
    """

    lr: float = 0.05
    batch: int | None = 1

    def __post_init__(self) -> None:
        """Refuse what does not define an optimizer."""
        positive("lr", self.lr, "Give a learning rate, e.g. lr=0.05.")
        if self.batch is not None:
            whole(
                "batch", self.batch, "Give samples per step, or None for the population gradient."
            )

    def to_dict(self) -> dict[str, Any]:
        """Return the optimizer as plain data."""
        return {"name": "sgd", **asdict(self)}
