"""The stepping loop, written once: step size control, acceptance, and where to stop."""

from __future__ import annotations

from collections import namedtuple

import numpy as np
from numba import njit, types

from superlaw.solvers.blocks import PASS, PASSES, PROBLEM, STEP, WALK, pointer

REACHED, BUDGET, UNDERFLOW, NOT_FINITE = 0, 1, 2, 3
"""Why the loop returned."""
SAFETY, SHRINK, GROW = 0.9, 0.2, 6.0
"""Step sizes aim below the tolerance and change by bounded factors."""
STABILITY_LIMIT = 3.25
"""Beyond this hρ an explicit fifth-order step is held back by stability, not by accuracy."""

Clock = namedtuple("Clock", ("t", "h", "accepted", "rejected", "held_back", "row"))
"""Arrays of one number each, so that the compiled loop can move them on."""
CLOCK = types.NamedTuple((*(types.float64[::1],) * 2, *(types.int64[::1],) * 4), Clock)
Upkeep = namedtuple("Upkeep", ("n_observables", "order", "measure", "speed", "restore"))
"""Passes that the loop itself needs, whatever the method."""
UPKEEP = types.NamedTuple((types.int64, *(types.FunctionType(PASS),) * 4), Upkeep)
RUN = types.int64(
    types.FunctionType(STEP),
    types.FunctionType(WALK),
    PASSES,
    UPKEEP,
    PROBLEM,
    CLOCK,
    types.float64,
    types.float64[::1],
    types.float64[:, ::1],
    types.int64,
)


def new_clock(t0: float, h0: float) -> Clock:
    """Return a clock at t0 with first step h0."""
    return Clock(np.array([t0]), np.array([h0]), *(np.zeros(1, np.int64) for _ in range(4)))


@njit(PASS, cache=True, nogil=True, error_model="numpy")
def restore_pass(block, h, stage, problem):
    """Undo the last step."""
    problem.y[block, :] = problem.y_before[block]


@njit(PASS, cache=True, nogil=True, error_model="numpy")
def order_pass(block, h, stage, problem):
    """Add up the order parameters at y."""
    g = np.empty((problem.m.shape[1], problem.y.shape[1]))
    if g.shape[0] > 0:
        problem.order(problem.y[block], problem.theta[block], problem.shared, g)
    for r in range(g.shape[0]):
        total = 0.0
        for c in range(g.shape[1]):
            total += problem.weight[block, c] * g[r, c]
        problem.sums[block, r] = total


@njit(PASS, cache=True, nogil=True, error_model="numpy")
def measure_pass(block, h, stage, problem):
    """Add up `stage` observables at y."""
    out = np.zeros((stage, problem.y.shape[1]))
    problem.measure(problem.y[block], problem.theta[block], problem.shared, problem.m[0], out)
    for q in range(stage):
        total = 0.0
        for c in range(out.shape[1]):
            total += problem.weight[block, c] * out[q, c]
        problem.sums[block, q] = total


@njit(PASS, cache=True, nogil=True, error_model="numpy")
def speed_pass(block, h, stage, problem):
    """Keep the largest |dy/dt| in units of the scale of y."""
    y, scale = problem.y[block], problem.scale[block]
    rate = np.empty(y.size)
    problem.rate(y, problem.theta[block], problem.shared, problem.m[0], rate)
    fastest = 0.0
    for c in range(y.size):
        size = max(scale[c], abs(y[c]))
        if size > 0.0:
            fastest = max(fastest, abs(rate[c]) / size)
    problem.sums[block, 0] = fastest


@njit(error_model="numpy")
def _observe(walk, upkeep, out, problem):
    """Fill `out` with the observables at y."""
    walk(upkeep.measure, 0.0, upkeep.n_observables, problem)
    for q in range(upkeep.n_observables):
        total = 0.0
        for block in range(problem.sums.shape[0]):
            total += problem.sums[block, q]
        out[q] = total


@njit(
    types.float64(types.FunctionType(WALK), UPKEEP, PROBLEM),
    cache=True,
    nogil=True,
    error_model="numpy",
)
def prepare(walk, upkeep, problem):
    """Set the order parameters at y; return the largest relative speed there."""
    walk(upkeep.order, 0.0, 0, problem)
    for r in range(problem.m.shape[1]):
        total = 0.0
        for block in range(problem.sums.shape[0]):
            total += problem.sums[block, r]
        problem.m[0, r] = total
    walk(upkeep.speed, 0.0, 0, problem)
    return problem.sums[:, 0].max()


@njit(error_model="numpy")
def _advance(step, walk, passes, upkeep, problem, clock, power, t_stop, budget):
    """Step towards t_stop, at most `budget` steps; `power` is 1/(embedded order + 1)."""
    for _ in range(budget):
        wanted, left = clock.h[0], t_stop - clock.t[0]
        if left <= 1e-14 * t_stop:
            clock.t[0] = t_stop
            return REACHED
        h = wanted
        if wanted >= left:
            h = left
        elif wanted > 0.5 * left:  # two equal steps instead of a long and a tiny one
            h = 0.5 * left
        if h < 1e-15 * clock.t[0]:
            return UNDERFLOW
        error = step(walk, passes, h, problem)
        factor = SAFETY * max(error, 1e-12) ** -power if error < np.inf else SHRINK
        if error <= 1.0:
            clock.t[0] += h
            clock.accepted[0] += 1
            clock.held_back[0] += problem.signals[0] > STABILITY_LIMIT
            for r in range(problem.m.shape[1]):
                problem.m[0, r] = problem.m[passes.n_stages, r]
            grown = h * min(GROW, max(SHRINK, factor))
            clock.h[0] = max(grown, wanted) if h < wanted else grown
        else:
            walk(upkeep.restore, 0.0, 0, problem)
            clock.rejected[0] += 1
            clock.h[0] = h * min(1.0, max(SHRINK, factor))
            if clock.h[0] < 1e-300:
                return NOT_FINITE
    return BUDGET


@njit(RUN, cache=True, nogil=True, error_model="numpy")
def run(step, walk, passes, upkeep, problem, clock, power, times, out, budget):
    """Go on to the last of `times`, or until `budget` steps are spent.

    Row j of `out` receives the observables at times[j]; clock.row says which row is next.
    """
    start = clock.accepted[0] + clock.rejected[0]
    while clock.row[0] < times.size:
        spent = clock.accepted[0] + clock.rejected[0] - start
        t_stop, left = times[clock.row[0]], budget - spent
        code = _advance(step, walk, passes, upkeep, problem, clock, power, t_stop, left)
        if code != REACHED:
            return code
        _observe(walk, upkeep, out[clock.row[0]], problem)
        clock.row[0] += 1
    return REACHED


def upkeep(n_observables: int) -> Upkeep:
    """Return the loop's own passes for a problem with so many observables."""
    visits = (order_pass, measure_pass, speed_pass, restore_pass)
    return Upkeep(n_observables, *(pointer(visit, PASS) for visit in visits))
