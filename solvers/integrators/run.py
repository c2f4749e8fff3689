"""One integration under way: the packed problem, its clock, and what it has written down."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superlaw import resume
from superlaw.curves import Array
from superlaw.execution.signals import interruptible
from superlaw.progress import Progress
from superlaw.solvers.integrators import events
from superlaw.solvers.integrators.events import Event
from superlaw.solvers.integrators.methods import METHODS, Method, choose
from superlaw.solvers.integrators.problem import MeanField
from superlaw.solvers.integrators.spectral_radius import spectral_bound
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

FIRST_STEP = 0.01
"""First step, in units of the time on which y changes by its own size."""
SLICE_SECONDS = 0.1
"""How long compiled code may run before progress, callback and Ctrl-C get their turn."""
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


class Run:
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
        self.name, self.why = choose(
            method, problem, lambda: times[-1] * spectral_bound(problem, problem.y0)
        )
        self.chosen = METHODS[self.name].on(problem)
        self.key = (self.name, rtol, atol, times)
        is_exact = METHODS[self.name].is_exact_on(problem)
        self.packed = pack(
            problem, self.chosen, rtol, atol, has_events=bool(wanted), is_exact=is_exact
        )
        self.walk = walks.choose(self.packed.y.shape[1])
        self.watch = events.watch(problem, self.events)
        self.record = loop.Record(
            times.copy(),
            np.full((len(times), len(problem.observables)), np.nan),
            np.zeros((len(times) if keep_state == "all" else 0, self.packed.weight.size)),
            np.zeros((len(times), 2)),
        )
        speed = loop.prepare(self.walk, loop.UPKEEP_PASSES, self.packed)
        self.clock = loop.new_clock(0.0, FIRST_STEP / speed if speed > 0.0 else times[-1])
        self.finite = bool(np.isfinite(speed))
        if self.events:
            loop.watch_start(self.walk, loop.UPKEEP_PASSES, self.packed, self.watch)

    def go(
        self,
        max_steps: int,
        callback: Callable[[Moment], bool] | None,
        progress: bool,
        place: resume.Place | None = None,
    ) -> str:
        """Run until the last time, an event, a failure or the callback ends it.

        With a place, go on from the resume file there, if there is one.
        """
        if not self.finite:
            return "not_finite"
        key = "" if place is None else self._fingerprint()
        with (
            interruptible(),
            resume.kept(place, key, self._moving, self._restore) as save_when_due,
        ):
            return self._slices(max_steps, callback, progress, save_when_due)

    def _slices(
        self,
        max_steps: int,
        callback: Callable[[Moment], bool] | None,
        progress: bool,
        save_when_due: Callable[[], None],
    ) -> str:
        """Run in slices, so that everyone gets a turn; how long they are changes no bit."""
        budget = 16
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
                save_when_due()
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

    def _fingerprint(self) -> str:
        """Return what tells this run from any other."""
        problem = self.problem
        data = (problem.y0, problem.theta, problem.weight, problem.shared, problem.error_scale())
        key = (problem.name, problem.observables, self.events, self.keep_state, *self.key, *data)
        return resume.fingerprint(*key)

    def _moving(self) -> dict[str, NDArray[Any]]:
        """Return every array that changes during a run."""
        packed = {name: getattr(self.packed, name) for name in ("y", "now", "m", "signals")}
        return packed | self.clock._asdict() | self.watch._asdict() | _prefixed(self.record)

    def _restore(self, kept: resume.Arrays) -> None:
        """Go on from a resume file."""
        for name, values in self._moving().items():
            values[...] = kept[name]

    def moment(self) -> Moment:
        """Return where the integration stands."""
        clock = self.clock
        return Moment(
            float(clock.t[0]), float(clock.h[0]), int(clock.accepted[0]), int(clock.row[0])
        )

    def state(self) -> Array:
        """Return the state reached."""
        return from_blocks(self.packed.y[self.packed.now[0]], self.problem.n_features)


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
    is_exact: bool = False,
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
        signals=np.array([0.0, 0.0, 0.0 if is_exact else loop.UNRESOLVED]),
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
