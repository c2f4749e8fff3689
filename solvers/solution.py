"""What a solver returns: times, loss, observables, and an honest account of how it went."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from superlaw import storage
from superlaw.curves import Array
from superlaw.notices import Notice

STATUS = {
    "success": "reached the last time",
    "max_steps": "ran out of steps; allow more with max_steps, loosen rtol, or use "
    'method="rosenbrock" if the message says that stability held it back',
    "step_underflow": "the step became too small to move time; loosen rtol",
    "not_finite": "the rates are not finite; check the parameters of the problem",
    "stopped": "stopped by the callback",
    "event": "stopped at the event that ends the run",
    "invariant": "the loss rose under gradient flow, or a mode left its bounds; tighten rtol",
}
"""Status codes and what to do about them."""


class NumericsError(RuntimeError):
    """A solver failed; `solution` holds what it reached."""

    def __init__(self, solution: Solution) -> None:
        super().__init__(f"{solution.status}: {solution.message}")
        self.solution = solution


@dataclass(frozen=True)
class Solution:
    """A loss curve and how it was found.

    Parameters
    ----------
    times : ndarray
        Gradient-flow times, shape (n,); fewer than asked for if the run ended early.
    loss : ndarray
        Loss with its ½, shape (n,).
    status : str
        A key of `STATUS`.
    message : str
        What happened, with numbers and advice.
    method : str
        Which method, and why.
    floor : float
        Loss at infinite time.
    local_slope : ndarray
        −d log L/d log t from the right side of the equations, not by differences, shape (n,).
    observables : dict of ndarray
        Further quantities, shape (n,) each.
    error_bound : ndarray or None
        Bound on the relative error of the loss, shape (n,), where the method states one.
    n_steps, n_rejected : int
        Steps taken and steps rejected.
    warnings : tuple of Notice
        Coded warnings.
    state : ndarray or None
        Last state, shape (N,), if it was kept.
    states : ndarray or None
        States at `times`, shape (n, N), if all were kept.
    events : dict of float
        Time of each event, NaN if it has not happened.
    """

    times: Array
    loss: Array
    status: str
    message: str
    method: str
    floor: float = 0.0
    local_slope: Array | None = None
    observables: dict[str, Array] = field(default_factory=dict)
    error_bound: Array | None = None
    n_steps: int = 0
    n_rejected: int = 0
    warnings: tuple[Notice, ...] = ()
    state: Array | None = field(default=None, repr=False)
    states: Array | None = field(default=None, repr=False)
    events: dict[str, float] = field(default_factory=dict)

    @property
    def success(self) -> bool:
        """Whether the run ended where it was to end and nothing misbehaved."""
        return self.status in ("success", "event")

    def to_dict(self) -> dict[str, Any]:
        """Return the solution as plain data."""
        return {
            "times": self.times,
            "loss": self.loss,
            "local_slope": self.local_slope,
            "floor": self.floor,
            "status": self.status,
            "message": self.message,
            "method": self.method,
            "error_bound": self.error_bound,
            "observables": self.observables,
            "dead_fraction": self.observables.get("dead_fraction"),
            "events": self.events,
            "n_steps": self.n_steps,
            "n_rejected": self.n_rejected,
            "warnings": self.warnings,
        }

    def columns(self) -> dict[str, Array]:
        """Return the curve as named columns of equal length."""
        named = {"times": self.times, "loss": self.loss}
        if self.local_slope is not None:
            named["local_slope"] = self.local_slope
        if self.error_bound is not None:
            named["error_bound"] = self.error_bound
        return named | self.observables

    def save(self, path: str | os.PathLike[str], configuration: dict[str, Any]) -> Path:
        """Write the curve as .npz or .csv, and `<name>.manifest.json` beside it.

        Raises
        ------
        ArgumentError
            If the name has another ending or cannot be written to.
        """
        target = storage.output_file(path, (".npz", ".csv"))
        columns = self.columns()
        storage.write_arrays(target, columns)
        facts = {k: v for k, v in self.to_dict().items() if k not in columns}
        facts.pop("observables")
        storage.write_json(
            target.with_suffix(".manifest.json"), storage.manifest(configuration, **facts)
        )
        return target
