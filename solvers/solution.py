"""What a solver returns: times, loss, observables, and an honest account of how it went."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superlaw import storage
from superlaw.arguments import refuse
from superlaw.curves import Array, read_columns
from superlaw.figures.panels import Panel
from superlaw.notices import Notice
from superlaw.results import DrawnResult
from superlaw.solvers.picture import loss_curve

ROWS_SHOWN = 14
_SUFFIXES = (".npz", ".csv")
_STATES = ("state", "states")
DIRECTLY = 'method="direct" (--method direct)'
"""What runs the flow itself: the argument, and the flag of the command line."""
_BESIDE = ("local_slope", "error_bound", "error_band", "scatter")
_OPTIONAL = (*_BESIDE, *_STATES)
_FACTS = ("status", "message", "method", "n_steps", "n_rejected")
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
    """A computation failed.

    Parameters
    ----------
    message : str
        What happened and what to do about it.
    solution : Solution, optional
        What a solver reached.
    """

    def __init__(self, message: str, solution: Solution | None = None) -> None:
        super().__init__(message)
        self.solution = solution


@dataclass(frozen=True, eq=False, repr=False)
class Solution(DrawnResult):
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
        Loss at infinite time; NaN (null in JSON) where it is not known.
    local_slope : ndarray
        −d log L/d log t from the right side of the equations, not by differences, shape (n,); of
        direct flows that of their log-mean, over ±2 % of time, its standard error over seeds being
        the observable "local_slope_error". NaN (null in JSON, "unknown" in tables) where it is not
        known: W-ROUNDING says from when.
    observables : dict of ndarray
        Further quantities, shape (n,) each.
    error_bound : ndarray or None
        Bound on the relative error of the loss, shape (n,), where the method states one.
    error_band : ndarray or None
        h of a closure, shape (n,): the loss and the log-mean of direct flows over seeds are within
        a factor 1 + h of each other, as measured between tasks that were compared. NaN (null in
        JSON) at times where nothing was compared, None if at none (W-UNVALIDATED). Of direct flows
        the same of their own seeds.
    scatter : ndarray or None
        Standard deviation over seeds of the loss of a flow, relative to its mean, shape (n,); known
        where `error_band` is.
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
    error_band: Array | None = None
    scatter: Array | None = None
    n_steps: int = 0
    n_rejected: int = 0
    warnings: tuple[Notice, ...] = ()
    state: Array | None = None
    states: Array | None = None
    events: dict[str, float] = field(default_factory=dict)

    @property
    def success(self) -> bool:
        """Whether the run ended where it was to end and nothing misbehaved."""
        return self.status in ("success", "event")

    def failure(self) -> NumericsError:
        """Return the error that a failed run raises; it carries this solution."""
        return NumericsError(f"{self.status}: {self.message}", self)

    def at(self, kept: NDArray[np.bool_]) -> Solution:
        """Return the solution at some of its times; states are left out."""
        columns = {name: getattr(self, name) for name in _BESIDE}
        beside: Any = {name: x if x is None else x[kept] for name, x in columns.items()}
        return replace(
            self,
            times=self.times[kept],
            loss=self.loss[kept],
            **beside,
            observables={name: column[kept] for name, column in self.observables.items()},
            states=None,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the solution as plain data; what is not known is None."""
        return {
            "times": self.times,
            "loss": self.loss,
            "local_slope": _all_known(self.local_slope),
            "floor": _known(self.floor),
            "status": self.status,
            "message": self.message,
            "method": self.method,
            "error_bound": self.error_bound,
            "error_band": _all_known(self.error_band),
            "scatter": _all_known(self.scatter),
            "observables": self.observables,
            "dead_fraction": self.observables.get("dead_fraction"),
            "events": {name: _known(t) for name, t in self.events.items()},
            "n_steps": self.n_steps,
            "n_rejected": self.n_rejected,
            "warnings": self.warnings,
        }

    def picture(self) -> Panel:
        """Return the curve as a figure, with its error bound and floor."""
        return loss_curve(self, {}, None)

    def columns(self) -> dict[str, Array]:
        """Return the curve as named columns of equal length."""
        named = {"times": self.times, "loss": self.loss}
        known = {name: getattr(self, name) for name in _BESIDE}
        named |= {name: column for name, column in known.items() if column is not None}
        return named | self.observables

    def save(
        self, path: str | os.PathLike[str], configuration: Mapping[str, Any] | None = None
    ) -> Path:
        """Write the curve as .npz or .csv, and `<name>.manifest.json` beside it.

        States are kept in .npz only.

        Parameters
        ----------
        path : path
            Where to; what is there is replaced.
        configuration : mapping, optional
            What was asked for, for the manifest.

        Raises
        ------
        ArgumentError
            If the name has another ending or cannot be written to.
        """
        target = storage.output_file(path, _SUFFIXES)
        columns = self.columns()
        kept = {name: getattr(self, name) for name in _STATES}
        if target.suffix == ".npz":
            columns |= {name: state for name, state in kept.items() if state is not None}
        storage.write_arrays(target, columns)
        facts = {name: value for name, value in self.to_dict().items() if name not in columns}
        facts["observables"] = sorted(self.observables)
        storage.write_json(_manifest(target), storage.manifest(configuration or {}, **facts))
        return target

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Solution:
        """Return the solution that `save` wrote, to the last bit.

        Raises
        ------
        ArgumentError
            If the file or its manifest is missing, damaged, or not a solution's.
        """
        source = storage.named(path)
        columns = read_columns(source)
        try:
            facts: dict[str, Any] = storage.read_json(_manifest(source))
            known: dict[str, Any] = {name: facts[name] for name in _FACTS}
            known |= {name: columns.get(name) for name in _OPTIONAL}
            return cls(
                times=columns["times"],
                loss=columns["loss"],
                floor=_number(facts["floor"]),
                observables={name: columns[name] for name in facts["observables"]},
                events={name: _number(t) for name, t in facts["events"].items()},
                warnings=tuple(Notice(**notice) for notice in facts["warnings"]),
                **known,
            )
        except storage.DAMAGED as error:
            reason = storage.reason(error)
            refuse("path", "a solution with its manifest", str(path), f"{reason}.")

    def __repr__(self) -> str:
        last = (
            {"t_end": float(self.times[-1]), "loss": float(self.loss[-1])}
            if len(self.times)
            else {}
        )
        return self._brief(n_times=len(self.times), **last, status=self.status)

    def __str__(self) -> str:
        lines = [f"status  {self.status}: {self.message}", f"method  {self.method}"]
        lines.append(f"floor   {self.floor:.6g}" if self.floor >= 0.0 else "floor   unknown")
        if self.error_bound is not None and len(self.error_bound):
            lines.append(f"error   at most {self.error_bound.max():.1e} of the loss")
        if self.error_band is not None and np.isfinite(self.error_band).any():
            least, most = 1.0 + np.nanmin(self.error_band), 1.0 + np.nanmax(self.error_band)
            span = f"{least:.4g} to {most:.4g}"
            lines.append(f"band    log-mean of direct flows within a factor {span}")
        lines += [str(notice) for notice in self.warnings]
        lines.append(f"{'time':>12}{'loss':>16}{'local slope':>14}")
        every = max(1, -(-len(self.times) // ROWS_SHOWN))
        slopes = ["unknown"] * len(self.times)
        if self.local_slope is not None:
            slopes = [f"{slope:.5f}" if slope == slope else "unknown" for slope in self.local_slope]
        rows = list(zip(self.times, self.loss, slopes, strict=True))
        lines += [f"{t:12.4g}{loss:16.8g}{slope:>14}" for t, loss, slope in rows[::-every][::-1]]
        return "\n".join(lines)


def _known(number: float) -> float | None:
    """Return a number as JSON has it: None where it is not known."""
    return None if math.isnan(number) else number


def _all_known(column: Array | None) -> list[float | None] | None:
    """Return a column as JSON has it."""
    return None if column is None else [_known(number) for number in column.tolist()]


def _number(known: float | None) -> float:
    """Return what `_known` was given."""
    return math.nan if known is None else float(known)


def _manifest(curve: Path) -> Path:
    return curve.with_suffix(".manifest.json")
