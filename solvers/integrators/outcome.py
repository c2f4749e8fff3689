"""What a run has reached, and what must hold before it is called a success."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from superlaw.curves import Array
from superlaw.notices import Notice
from superlaw.solvers.integrators.run import Run
from superlaw.solvers.integrators.spectral_radius import order_parameters
from superlaw.solvers.solution import STATUS, Solution

Mask = NDArray[np.bool_]
SLACK = 10.0
"""Tolerances by which a mode may be outside its bounds: errors of many steps add up."""
DOUBTFUL = 0.01
"""Share of a loss, or of its rate, in features that the tolerance does not resolve, from which on
the number is not to be used."""


def solution_of(run: Run, status: str) -> Solution:
    """Return what has been reached, under a status that also says whether it can be right."""
    done = int(run.clock.row[0])
    times = run.record.times[:done]
    columns = run.record.observables[:done].T.copy()
    named = dict(zip(run.problem.observables, columns, strict=True))
    loss, loss_rate = named.pop("loss"), named.pop("loss_rate")
    lost, lost_slope = _unresolved(run, loss, loss_rate)
    if status in ("success", "event"):
        status = _checked(run, status, loss[~lost])
    local_slope = np.full(done, np.nan)
    known = ~(lost | lost_slope)
    local_slope[known] = -times[known] * loss_rate[known] / loss[known]
    return Solution(
        times=times,
        loss=loss,
        status=status,
        message=_message(run, status),
        method=f"{run.name} (order {run.chosen.tableau.order}; {run.chosen.purpose}; {run.why})",
        local_slope=local_slope,
        observables=named,
        n_steps=int(run.clock.accepted[0]),
        n_rejected=int(run.clock.rejected[0]),
        warnings=_rounding(times, lost, known),
        events={e.name: float(t) for e, t in zip(run.events, run.watch.found, strict=True)},
        state=None if run.keep_state == "none" else run.state(),
        states=_states(run, done) if run.keep_state == "all" else None,
    )


def _states(run: Run, done: int) -> Array:
    return run.record.states[:done, : run.problem.n_features]


def _unresolved(run: Run, loss: Array, loss_rate: Array) -> tuple[Mask, Mask]:
    """Return where loss and loss rate are not to be used: they are what steps leave behind.

    A fast mode that has decayed stays where tolerance or rounding let it, and adds to the loss.
    """
    doubt = run.record.doubt[: len(loss)]
    size = np.abs(np.array([loss, loss_rate]))
    doubtful = doubt.T > DOUBTFUL * size
    return doubtful[0] | (loss <= 0.0), doubtful[1]


def _rounding(times: Array, lost: Mask, known: Mask) -> tuple[Notice, ...]:
    """Return the notice of what the tolerance cannot carry."""
    parts = []
    for name, where in (("loss", lost), ("local slope", ~known)):
        if where.any():
            parts.append(f"the {name} from t = {times[np.argmax(where)]:.4g} on")
    if not parts:
        return ()
    words = " and ".join(parts)
    text = f"steps do not resolve {words}: lower rtol, or use the closed form"
    return (Notice("W-ROUNDING", text),)


def _checked(run: Run, status: str, carried: Array) -> str:
    """Return the status after what must hold for every solution."""
    if not np.all(np.isfinite(run.record.observables[: int(run.clock.row[0])])):
        return "not_finite"
    rises = run.problem.is_gradient_flow and _rises(carried)
    return "invariant" if rises or _strays(run) else status


def _rises(loss: Array) -> bool:
    """Whether the loss rises by more than rounding."""
    return bool(np.any(np.diff(loss) > 1e-9 * loss[:1].max(initial=0.0)))


def _strays(run: Run) -> bool:
    """Whether a mode is outside its bounds by more than the tolerance explains."""
    if run.problem.bounds is None:
        return False
    low, high = run.problem.bounds
    size = np.maximum(np.abs(low), np.abs(high))
    slack = SLACK * (run.packed.atol + run.packed.rtol * size)
    y = run.state()
    return bool(np.any(y < low - slack) or np.any(y > high + slack))


def _message(run: Run, status: str) -> str:
    clock = run.clock
    text = (
        f"{run.problem.name}: {STATUS[status]}; t = {clock.t[0]:.6g}, "
        f"next step {clock.h[0]:.3g}, {clock.accepted[0]} steps, {clock.rejected[0]} rejected"
    )
    if 2 * clock.held_back[0] > clock.accepted[0]:
        text += (
            '; stability held most steps back: the problem is stiff here, use method="rosenbrock"'
        )
    return text if status in ("success", "event") else f"{text}; {_dominant(run)}"


def _dominant(run: Run) -> str:
    """Return which feature changes fastest, relative to its size, and how fast."""
    problem, y = run.problem, run.state()
    rate, m = np.zeros(problem.n_features), order_parameters(problem, y)
    problem.rate(y, problem.theta, problem.shared, m, rate)
    size = np.maximum(np.abs(y), problem.error_scale())
    with np.errstate(invalid="ignore", divide="ignore"):
        speed = np.where(size > 0.0, np.abs(rate) / size, 0.0)
    row = int(np.argmax(np.where(np.isfinite(rate), speed, np.inf)))
    return f"feature {row + 1} changes fastest: y = {y[row]:.6g}, dy/dt = {rate[row]:.6g}"
