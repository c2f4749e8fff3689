"""Integrate a mean-field problem from t = 0 to log-spaced times."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from superlaw import resume, storage
from superlaw.arguments import fitting, increasing_times, one_of, positive, refuse, whole
from superlaw.curves import Array
from superlaw.progress import Progress
from superlaw.solvers.integrators import events
from superlaw.solvers.integrators.events import Event
from superlaw.solvers.integrators.methods import METHODS, Method, choose
from superlaw.solvers.integrators.problem import MeanField
from superlaw.solvers.integrators.spectral_radius import order_parameters, spectral_bound
from superlaw.solvers.integrators.steps import loop, walks
from superlaw.solvers.integrators.steps.layout import (
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
from superlaw.solvers.solution import STATUS, Solution

FIRST_STEP = 0.01
"""First step, in units of the time on which y changes by its own size."""
SLICE_SECONDS = 0.1
"""How long compiled code may run before progress, callback and Ctrl-C get their turn."""
SAVE_SECONDS = 30.0
"""How often a checkpoint is written."""
STATE_BYTES = 2**30
"""Memory that kept states may take unless the caller allows more."""
SLACK = 10.0
"""Tolerances by which a mode may be outside its bounds: errors of many steps add up."""
_STATUS_OF = {
    loop.REACHED: "success",
    loop.EVENT: "event",
    loop.UNDERFLOW: "step_underflow",
    loop.NOT_FINITE: "not_finite",
    loop.BUDGET: "max_steps",
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
    events: Sequence[Event] = (),
    callback: Callable[[Moment], bool] | None = None,
    progress: bool = False,
    keep_state: str = "none",
    state_bytes: float = STATE_BYTES,
    checkpoint: str | os.PathLike[str] | None = None,
    throw: bool = True,
) -> Solution:
    """Integrate a mean-field problem and return its observables at the given times.

    Parameters
    ----------
    problem : MeanField
        The equations.
    times : array_like
        Output times, increasing, from 0 on; steps end exactly there [time].
    method : str
        A key of `methods.METHODS`, or "auto": the result says which was chosen and why.
    rtol, atol : float
        Tolerance on each y_i: atol + rtol · max(|y_i|, scale_i).
    max_steps : int
        Steps taken and rejected after which to give up.
    events : sequence of Event
        Levels whose first crossing is located on the dense output
        (`superlaw.solvers.integrators.events`).
    callback : callable, optional
        Gets a `Moment` every now and then; returns True to stop.
    progress : bool
        Show a bar on a terminal.
    keep_state : {"none", "last", "all"}
        Keep no state, the last one, or the one at each output time.
    state_bytes : float
        Memory that kept states may take.
    checkpoint : path-like, optional
        An .npz file to write every now and then and at the end; if it exists, the run goes on from
        there, to the same bits as without the interruption.
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
    >>> from superlaw.solvers.models.families import sequential
    >>> one = np.ones(1)
    >>> integrate(sequential.problem(one, one, one), [1.0], rtol=1e-9).loss.round(8).tolist()
    [0.06766764]
    """
    grid = np.ascontiguousarray(increasing_times(times))
    positive("rtol", rtol, "Give a relative tolerance, e.g. 1e-6.")
    if atol < 0.0:
        refuse("atol", "at least 0", atol, "Leave it out to control relative errors.")
    whole("max_steps", max_steps, "Give a number of steps.")
    one_of("method", method, ("auto", *METHODS))
    one_of("keep_state", keep_state, ("none", "last", "all"))
    _affordable(problem, grid, keep_state, state_bytes)
    run = _Run(problem, grid, method, rtol, atol, events, keep_state)
    if checkpoint is not None:
        run.resume(storage.output_file(checkpoint, (".npz",), "checkpoint"))
    status = run.go(max_steps, callback, progress)
    solution = run.solution(status)
    if throw and not solution.success:
        raise solution.failure()
    return solution


def _affordable(problem: MeanField, times: Array, keep_state: str, budget: float) -> None:
    """Refuse what does not fit in memory, or kept states beyond their budget."""
    vectors = 8.0 * problem.n_features
    fitting("n_features", problem.n_features, 16 * vectors, "Use feature classes.")
    n_bytes = vectors * {"none": 0, "last": 1, "all": len(times)}[keep_state]
    if n_bytes > budget:
        rule = f"affordable within state_bytes={budget:.0f} (it takes {n_bytes:.0f} bytes)"
        refuse("keep_state", rule, keep_state, 'Keep "last", fewer times, or raise state_bytes.')


class _Run:
    """One integration under way: the packed problem, its clock and its output."""

    def __init__(
        self,
        problem: MeanField,
        times: Array,
        method: str,
        rtol: float,
        atol: float,
        wanted: Sequence[Event],
        keep_state: str,
    ) -> None:
        self.problem, self.keep_state, self.events = problem, keep_state, tuple(wanted)
        self.checkpoint: Path | None = None
        self.name, self.why = choose(
            method, problem, lambda: times[-1] * spectral_bound(problem, problem.y0)
        )
        self.chosen = METHODS[self.name].on(problem)
        self.key = (self.name, rtol, atol, times)
        self.packed = pack(problem, self.chosen, rtol, atol, has_events=bool(wanted))
        self.walk = walks.choose(self.packed.y.shape[1])
        self.watch = events.watch(problem, self.events)
        self.record = loop.Record(
            times.copy(),
            np.full((len(times), len(problem.observables)), np.nan),
            np.zeros((len(times) if keep_state == "all" else 0, self.packed.weight.size)),
        )
        speed = loop.prepare(self.walk, loop.UPKEEP_PASSES, self.packed)
        self.clock = loop.new_clock(0.0, FIRST_STEP / speed if speed > 0.0 else times[-1])
        self.finite = bool(np.isfinite(speed))
        if self.events:
            loop.watch_start(self.walk, loop.UPKEEP_PASSES, self.packed, self.watch)

    def go(self, max_steps: int, callback: Callable[[Moment], bool] | None, progress: bool) -> str:
        """Run until the last time, an event, a failure or the callback ends it."""
        if not self.finite:
            return "not_finite"
        try:
            return self._slices(max_steps, callback, progress)
        finally:
            self._save()

    def _slices(
        self, max_steps: int, callback: Callable[[Moment], bool] | None, progress: bool
    ) -> str:
        """Run in slices, so that everyone gets a turn; how long they are changes no bit."""
        budget, saved = 16, time.monotonic()
        spent = int(self.clock.accepted[0] + self.clock.rejected[0])
        with Progress(progress, self.record.times) as bar:
            while True:
                started = time.perf_counter()
                code = self._slice(min(budget, max_steps - spent))
                seconds = time.perf_counter() - started
                spent = int(self.clock.accepted[0] + self.clock.rejected[0])
                bar.show(float(self.clock.t[0]), spent)
                if code != loop.BUDGET or spent >= max_steps:
                    return _STATUS_OF[code]
                if callback is not None and callback(self.moment()):
                    return "stopped"
                if time.monotonic() - saved > SAVE_SECONDS:
                    self._save()
                    saved = time.monotonic()
                budget = max(1, int(budget * min(4.0, SLICE_SECONDS / max(seconds, 1e-6))))

    def _slice(self, budget: int) -> int:
        code: int = loop.run(
            self.chosen.compiled.STEPPER,
            self.walk,
            self.chosen.compiled.PASSES,
            loop.UPKEEP_PASSES,
            self.packed,
            self.clock,
            self.watch,
            self.record,
            1.0 / (self.chosen.tableau.embedded_order + 1),
            budget,
        )
        return code

    def resume(self, path: Path) -> None:
        """Keep a checkpoint at `path`, and go on from it if it exists."""
        self.checkpoint = path
        problem = self.problem
        data = (problem.y0, problem.theta, problem.weight, problem.shared, problem.error_scale())
        key = (problem.name, problem.observables, self.events, self.keep_state, *self.key, *data)
        self.fingerprint = resume.fingerprint(*key)
        if path.exists():
            resume.restore(path, self._moving(), self.fingerprint)

    def _moving(self) -> dict[str, NDArray[Any]]:
        """Return every array that changes during a run."""
        packed = {name: getattr(self.packed, name) for name in ("y", "now", "m", "signals")}
        return packed | self.clock._asdict() | self.watch._asdict() | _prefixed(self.record)

    def _save(self) -> None:
        if self.checkpoint is not None:
            resume.save(self.checkpoint, self._moving(), self.fingerprint)

    def moment(self) -> Moment:
        """Return where the integration stands."""
        clock = self.clock
        return Moment(
            float(clock.t[0]), float(clock.h[0]), int(clock.accepted[0]), int(clock.row[0])
        )

    def state(self) -> Array:
        """Return the state reached."""
        return from_blocks(self.packed.y[self.packed.now[0]], self.problem.n_features)

    def solution(self, status: str) -> Solution:
        """Return what has been reached."""
        done, n = int(self.clock.row[0]), self.problem.n_features
        times = self.record.times[:done]
        columns = self.record.observables[:done].T.copy()
        named = dict(zip(self.problem.observables, columns, strict=True))
        loss, loss_rate = named.pop("loss"), named.pop("loss_rate")
        if status in ("success", "event"):
            status = self._checked(status, loss)
        with np.errstate(invalid="ignore", divide="ignore"):
            local_slope = -times * loss_rate / loss
        purpose = f"order {self.chosen.tableau.order}; {self.chosen.purpose}; {self.why}"
        return Solution(
            times=times,
            loss=loss,
            status=status,
            message=self._message(status),
            method=f"{self.name} ({purpose})",
            local_slope=local_slope,
            observables=named,
            n_steps=int(self.clock.accepted[0]),
            n_rejected=int(self.clock.rejected[0]),
            events={e.name: float(t) for e, t in zip(self.events, self.watch.found, strict=True)},
            state=None if self.keep_state == "none" else self.state(),
            states=self.record.states[:done, :n] if self.keep_state == "all" else None,
        )

    def _checked(self, status: str, loss: Array) -> str:
        """Return the status after what must hold for every solution."""
        if not np.all(np.isfinite(self.record.observables[: len(loss)])):
            return "not_finite"
        rises = self.problem.is_gradient_flow and _rises(loss)
        return "invariant" if rises or self._strays() else status

    def _strays(self) -> bool:
        """Whether a mode is outside its bounds by more than the tolerance explains."""
        if self.problem.bounds is None:
            return False
        low, high = self.problem.bounds
        size = np.maximum(np.abs(low), np.abs(high))
        slack = SLACK * (self.packed.atol + self.packed.rtol * size)
        y = self.state()
        return bool(np.any(y < low - slack) or np.any(y > high + slack))

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
        return text if status in ("success", "event") else f"{text}; {self._dominant()}"

    def _dominant(self) -> str:
        """Return which feature changes fastest, relative to its size, and how fast."""
        y, rate = self.state(), np.zeros(self.problem.n_features)
        m = order_parameters(self.problem, y)
        self.problem.rate(y, self.problem.theta, self.problem.shared, m, rate)
        size = np.maximum(np.abs(y), self.problem.error_scale())
        with np.errstate(invalid="ignore", divide="ignore"):
            speed = np.where(size > 0.0, np.abs(rate) / size, 0.0)
        row = int(np.argmax(np.where(np.isfinite(rate), speed, np.inf)))
        return f"feature {row + 1} changes fastest: y = {y[row]:.6g}, dy/dt = {rate[row]:.6g}"


def _prefixed(record: loop.Record) -> dict[str, NDArray[Any]]:
    """Return the arrays of a record under names of their own."""
    return {f"record_{name}": values for name, values in record._asdict().items()}


def pack(
    problem: MeanField,
    method: Method,
    rtol: float,
    atol: float,
    block: int = BLOCK,
    *,
    has_events: bool = False,
) -> Problem:
    """Return the problem in blocks, with room for the passes of a method."""
    block, n_order = min(block, problem.n_features), problem.n_order
    A, C, b, e, D = method.tableau.padded()
    n_stages = method.tableau.n_stages
    start = to_blocks(problem.y0, block)
    y = np.stack([start] * (3 if has_events else 2))
    n_stored = method.n_stored[0 if n_order else 1]
    width = max(n_stages * n_order * (n_order + 1), 5 * n_order + 3, len(problem.observables))
    return Problem(
        y=y,
        now=np.zeros(1, np.int64),
        scale=to_blocks(problem.error_scale(), block),
        weight=to_blocks(np.asarray(problem.weight, float), block, fill=0.0),
        theta=to_blocks(np.asarray(problem.theta, float), block),
        shared=np.ascontiguousarray(problem.shared, dtype=np.float64),
        m=np.zeros((n_stages + 2, n_order)),
        link=np.zeros((n_stages, n_order)),
        sums=np.zeros((len(start), width)),
        store=np.zeros((len(start), n_stored, block) if n_stored else (0, 0, 0)),
        signals=np.zeros(2),
        A=A,
        C=C,
        b=b,
        e=e,
        D=D,
        gamma=method.tableau.gamma,
        rtol=rtol,
        atol=atol,
        order_is_linear=int(problem.order_is_linear),
        n_observables=len(problem.observables),
        rate=pointer(problem.rate, RATE),
        order=pointer(problem.order, ORDER),
        partials=pointer(problem.partials, PARTIALS),
        measure=pointer(problem.measure, MEASURE),
    )


def _rises(loss: Array) -> bool:
    """Whether the loss rises by more than rounding."""
    return bool(np.any(np.diff(loss) > 1e-9 * loss[:1].max(initial=0.0)))
