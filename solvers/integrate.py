"""Integrate a mean-field problem from t = 0 to log-spaced times."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

import numpy as np
from numpy.typing import ArrayLike

from superlaw.arguments import increasing_times, one_of, positive, refuse, whole
from superlaw.solvers import stepping, walking
from superlaw.solvers.arrays import Array
from superlaw.solvers.blocks import (
    BLOCK,
    MEASURE,
    ORDER,
    PARTIALS,
    RATE,
    Problem,
    from_blocks,
    pointer,
    to_blocks,
)
from superlaw.solvers.meanfield import MeanField
from superlaw.solvers.progress import Progress
from superlaw.solvers.solution import STATUS, NumericsError, Solution
from superlaw.solvers.tableaus import DOPRI5, RODAS5P, TSIT5, Tableau


@dataclass(frozen=True)
class Method:
    """A way to take a step: its compiled parts, its tableau and what it is for."""

    module: str
    tableau: Tableau
    purpose: str

    @property
    def compiled(self) -> ModuleType:
        """The module of the step, loaded when it is first needed."""
        return import_module(f"superlaw.solvers.{self.module}")


_EXPLICIT = "explicit, for problems that are not stiff"
METHODS = {
    "rosenbrock": Method("rosenbrock", RODAS5P, "L-stable"),
    "tsit5": Method("runge_kutta", TSIT5, _EXPLICIT),
    "dopri5": Method("runge_kutta", DOPRI5, _EXPLICIT),
}
FIRST_STEP = 0.01
"""First step, in units of the time on which y changes by its own size."""
SLICE_SECONDS = 0.1
"""How long compiled code may run before progress, callback and Ctrl-C get their turn."""
_STATUS_OF = {
    stepping.UNDERFLOW: "step_underflow",
    stepping.NOT_FINITE: "not_finite",
    stepping.BUDGET: "max_steps",
}


@dataclass(frozen=True, slots=True)
class Moment:
    """Where an integration stands, for callbacks.

    Parameters
    ----------
    t, h : float
        Time reached and next step.
    n_steps : int
        Steps taken.
    row : int
        Output times done.
    """

    t: float
    h: float
    n_steps: int
    row: int


def integrate(
    problem: MeanField,
    times: ArrayLike,
    *,
    method: str = "auto",
    rtol: float = 1e-6,
    atol: float = 0.0,
    max_steps: int = 1_000_000,
    callback: Callable[[Moment], bool] | None = None,
    progress: bool = False,
    keep_state: bool = False,
    throw: bool = True,
) -> Solution:
    """Integrate a mean-field problem and return its observables at the given times.

    Parameters
    ----------
    problem : MeanField
        The equations.
    times : array_like
        Output times, increasing, from 0 on; steps end exactly there [time].
    method : {"auto", "rosenbrock", "tsit5", "dopri5"}
        "auto" is "rosenbrock": training problems turn stiff as time grows.
    rtol, atol : float
        Tolerance on each y_i: atol + rtol · max(|y_i|, scale_i).
    max_steps : int
        Steps taken and rejected after which to give up.
    callback : callable, optional
        Gets a `Moment` every now and then; returns True to stop.
    progress : bool
        Show a bar on a terminal.
    keep_state : bool
        Keep the last state.
    throw : bool
        Raise `NumericsError` on failure; if False, return the partial solution with its status.

    Returns
    -------
    Solution
        Loss, local slope and further observables; fewer times than asked for on failure.

    Raises
    ------
    ArgumentError
        If an argument is outside its rule.
    NumericsError
        If the integration failed; it carries the partial solution.

    Examples
    --------
    >>> from superlaw.solvers.meanfield import linear
    >>> one = np.ones(1)
    >>> integrate(linear(one, one, one), [1.0], rtol=1e-9).loss.round(8).tolist()
    [0.06766764]
    """
    grid = np.ascontiguousarray(increasing_times(times))
    positive("rtol", rtol, "Give a relative tolerance, e.g. 1e-6.")
    if atol < 0.0:
        refuse("atol", "at least 0", atol, "Leave it out to control relative errors.")
    whole("max_steps", max_steps, "Give a number of steps.")
    name = one_of("method", "rosenbrock" if method == "auto" else method, METHODS)
    run = _Run(problem, grid, name, rtol, atol)
    status = run.go(max_steps, callback, progress)
    solution = run.solution(status, keep_state)
    if throw and not solution.success:
        raise NumericsError(solution)
    return solution


class _Run:
    """One integration under way: the packed problem, its clock and its output."""

    def __init__(
        self, problem: MeanField, times: Array, method: str, rtol: float, atol: float
    ) -> None:
        self.problem, self.times, self.method = problem, times, method
        self.chosen = METHODS[method]
        self.tableau = self.chosen.tableau
        self.packed = pack(problem, self.tableau, rtol, atol)
        self.walk = walking.THREADS if len(self.packed.y) > 1 else walking.SERIAL
        self.upkeep = stepping.upkeep(len(problem.observables))
        self.out = np.full((len(times), len(problem.observables)), np.nan)
        speed = stepping.prepare(self.walk, self.upkeep, self.packed)
        self.clock = stepping.new_clock(0.0, FIRST_STEP / speed if speed > 0.0 else times[-1])
        self.finite = bool(np.isfinite(speed))

    def go(self, max_steps: int, callback: Callable[[Moment], bool] | None, progress: bool) -> str:
        """Run in slices until the last time, a failure or the callback ends it."""
        if not self.finite:
            return "not_finite"
        budget, spent = 16, 0
        with Progress(progress, self.times) as bar:
            while True:
                started = time.perf_counter()
                code = self._slice(min(budget, max_steps - spent))
                seconds = time.perf_counter() - started
                spent = int(self.clock.accepted[0] + self.clock.rejected[0])
                bar.show(float(self.clock.t[0]), spent)
                if code == stepping.REACHED:
                    return "success"
                if code != stepping.BUDGET or spent >= max_steps:
                    return _STATUS_OF[code]
                if callback is not None and callback(self.moment()):
                    return "stopped"
                budget = max(1, int(budget * min(4.0, SLICE_SECONDS / max(seconds, 1e-6))))

    def _slice(self, budget: int) -> int:
        code: int = stepping.run(
            self.chosen.compiled.STEPPER,
            self.walk,
            self.chosen.compiled.PASSES,
            self.upkeep,
            self.packed,
            self.clock,
            1.0 / (self.tableau.embedded_order + 1),
            self.times,
            self.out,
            budget,
        )
        return code

    def moment(self) -> Moment:
        """Return where the integration stands."""
        clock = self.clock
        return Moment(
            float(clock.t[0]), float(clock.h[0]), int(clock.accepted[0]), int(clock.row[0])
        )

    def solution(self, status: str, keep_state: bool) -> Solution:
        """Return what has been reached."""
        done = int(self.clock.row[0])
        named = dict(zip(self.problem.observables, self.out[:done].T.copy(), strict=True))
        loss, loss_rate = named.pop("loss"), named.pop("loss_rate")
        if status == "success" and self.problem.is_gradient_flow and _rises(loss):
            status = "invariant"
        with np.errstate(invalid="ignore", divide="ignore"):
            local_slope = -self.times[:done] * loss_rate / loss
        return Solution(
            times=self.times[:done],
            loss=loss,
            status=status,
            message=self._message(status),
            method=f"{self.method} (order {self.tableau.order}; {self.chosen.purpose})",
            local_slope=local_slope,
            observables=named,
            n_steps=int(self.clock.accepted[0]),
            n_rejected=int(self.clock.rejected[0]),
            state=from_blocks(self.packed.y, self.problem.n_features) if keep_state else None,
        )

    def _message(self, status: str) -> str:
        clock = self.clock
        text = (
            f"{self.problem.name}: {STATUS[status]}; t = {clock.t[0]:.6g}, "
            f"next step {clock.h[0]:.3g}, {clock.accepted[0]} steps, {clock.rejected[0]} rejected"
        )
        if 2 * clock.held_back[0] > clock.accepted[0]:
            text += (
                "; stability held most steps back: the problem is stiff here, "
                'use method="rosenbrock"'
            )
        return text


def pack(
    problem: MeanField, tableau: Tableau, rtol: float, atol: float, block: int = BLOCK
) -> Problem:
    """Return the problem in blocks, with room for the passes of a method."""
    block = min(block, problem.n_features)
    A, C, b, e = tableau.padded()
    y = to_blocks(problem.y0, block)
    width = max(problem.n_order**2, problem.n_order + 3, len(problem.observables))
    return Problem(
        y=y,
        y_before=y.copy(),
        scale=to_blocks(problem.error_scale(), block),
        weight=to_blocks(np.asarray(problem.weight, float), block, fill=0.0),
        theta=to_blocks(np.asarray(problem.theta, float), block),
        shared=np.ascontiguousarray(problem.shared, dtype=np.float64),
        m=np.zeros((tableau.n_stages + 1, problem.n_order)),
        link=np.zeros((tableau.n_stages, problem.n_order)),
        sums=np.zeros((len(y), width)),
        store=np.zeros((0, len(y), block)),
        signals=np.zeros(1),
        A=A,
        C=C,
        b=b,
        e=e,
        gamma=tableau.gamma,
        rtol=rtol,
        atol=atol,
        order_is_linear=int(problem.order_is_linear),
        rate=pointer(problem.rate, RATE),
        order=pointer(problem.order, ORDER),
        partials=pointer(problem.partials, PARTIALS),
        measure=pointer(problem.measure, MEASURE),
    )


def _rises(loss: Array) -> bool:
    """Whether the loss rises by more than rounding."""
    return bool(np.any(np.diff(loss) > 1e-9 * loss[:1].max(initial=0.0)))
