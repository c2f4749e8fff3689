"""Integrate a mean-field problem from t = 0 to log-spaced times."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from superlaw import resume as resume_files
from superlaw.arguments import (
    fitting,
    flag,
    increasing_times,
    not_negative,
    one_of,
    positive,
    refuse,
    whole,
)
from superlaw.curves import Array
from superlaw.solvers.integrators.events import Event
from superlaw.solvers.integrators.methods import METHODS, Method
from superlaw.solvers.integrators.outcome import solution_of
from superlaw.solvers.integrators.problem import MeanField
from superlaw.solvers.integrators.run import Moment, Run
from superlaw.solvers.integrators.spectral_radius import spectral_bound
from superlaw.solvers.solution import Solution

STATE_BYTES = 2**30
"""Memory that kept states may take unless the caller allows more."""


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
    resume: str | os.PathLike[str] | None = None,
    save_every: float | None = None,
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
    resume : path-like, optional
        Resume file (.npz), written now and then, on Ctrl-C, SIGTERM and SIGHUP, and at the end; if
        it exists, the run goes on from there, to the same bits as without the interruption.
    save_every : float, optional
        Seconds between two writings, 30 if left out: what a crash costs at most.
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
    _of_the_right_kind(problem, events, callback)
    flag("throw", throw)
    flag("progress", progress)
    grid = np.ascontiguousarray(increasing_times(times))
    rtol = positive("rtol", rtol, "Give a relative tolerance, e.g. 1e-6.")
    if rtol >= 1.0:
        refuse("rtol", "below 1", rtol, "Give a relative tolerance, e.g. 1e-6.")
    atol = not_negative("atol", atol, "Leave it out to control relative errors.")
    max_steps = whole("max_steps", max_steps, "Give a number of steps.")
    one_of("method", method, ("auto", *METHODS))
    one_of("keep_state", keep_state, ("none", "last", "all"))
    _affordable(problem, grid, keep_state, not_negative("state_bytes", state_bytes, "Give bytes."))
    place = resume_files.place(resume, save_every)
    if not any(event.ends for event in events):
        _reachable(problem, METHODS.get(method), float(grid[-1]), max_steps)
    run = Run(problem, grid, method, rtol, atol, events, keep_state)
    status = run.go(max_steps, callback, progress, place)
    solution = solution_of(run, status)
    if throw and not solution.success:
        raise solution.failure()
    return solution


def _of_the_right_kind(problem: object, events: object, callback: object) -> None:
    """Refuse what is no problem, no events or no callback."""
    if not isinstance(problem, MeanField):
        refuse("problem", "a MeanField", problem, "E.g. families.sequential.problem(...).")
    several = isinstance(events, Sequence) and all(isinstance(event, Event) for event in events)
    if not several:
        refuse("events", "a sequence of Event", events, "E.g. [loss_reaches(1e-3)].")
    if callback is not None and not callable(callback):
        refuse("callback", "a function of a Moment", callback, "It returns True to stop.")


def _affordable(problem: MeanField, times: Array, keep_state: str, budget: float) -> None:
    """Refuse what does not fit in memory, or kept states beyond their budget."""
    vectors = 8.0 * problem.n_features
    fitting("n_features", problem.n_features, 16 * vectors, "Use feature classes.")
    n_bytes = vectors * {"none": 0, "last": 1, "all": len(times)}[keep_state]
    if n_bytes > budget:
        rule = f"affordable within state_bytes={budget:.0f} (it takes {n_bytes:.0f} bytes)"
        refuse("keep_state", rule, keep_state, 'Keep "last", fewer times, or raise state_bytes.')


def _reachable(problem: MeanField, method: Method | None, last: float, max_steps: int) -> None:
    """Refuse a last time that no `max_steps` stable steps can reach.

    Only where that is certain: independent linear modes decay at one rate for ever.
    """
    if method is None or math.isinf(method.reach) or not problem.is_linear or problem.n_order:
        return
    n_steps = last * spectral_bound(problem, problem.y0) / method.reach
    if n_steps > max_steps:
        rule = f"reached in max_steps = {max_steps} (stability alone asks for {n_steps:.2g})"
        refuse("times", rule, last, 'Use method="rosenbrock", which has no such limit.')
