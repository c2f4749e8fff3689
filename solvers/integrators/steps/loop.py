"""The stepping loop, written once: step size control, acceptance, events, and where to stop."""

from __future__ import annotations

from collections import namedtuple

import numpy as np
from numba import types

from superlaw.compiled import LOOSE, helper, kernel
from superlaw.solvers.integrators.steps.layout import (
    AFTER,
    BETWEEN,
    NOW,
    PASS,
    PASSES,
    PROBLEM,
    STEP,
    WALK,
    pointer,
)
from superlaw.solvers.integrators.steps.reductions import add_order_loosely, collect_order, total

REACHED, BUDGET, UNDERFLOW, NOT_FINITE, EVENT = 0, 1, 2, 3, 4
"""Why the loop returned."""
SAFETY, SHRINK, GROW = 0.9, 0.2, 6.0
"""Step sizes aim below the tolerance and change by bounded factors."""
STABILITY_LIMIT = 3.25
"""Beyond this hρ an explicit fifth-order step is held back by stability, not by accuracy."""
UNRESOLVED, ROUNDED = 10.0, 64 * np.finfo(np.float64).eps
"""A feature is not resolved that is nearer to where it would add nothing than this many tolerances,
or than this part of what the last step moved it."""
LOCATED = 1e-10
"""Part of a step to which an event is located."""

Clock = namedtuple("Clock", ("t", "h", "accepted", "rejected", "held_back", "row"))
"""Arrays of one number each, so that the compiled loop can move them on."""
CLOCK = types.NamedTuple((*(types.float64[::1],) * 2, *(types.int64[::1],) * 4), Clock)
Watch = namedtuple("Watch", ("observable", "feature", "level", "gap", "found", "ends"))
"""Events, one entry each: the observable (or −1) or the feature that crosses a level; how far above
it now; when it crossed it (NaN: not yet); whether the run ends there."""
WATCH = types.NamedTuple(
    (*(types.int64[::1],) * 2, *(types.float64[::1],) * 3, types.int64[::1]), Watch
)
Upkeep = namedtuple("Upkeep", ("order", "measure", "speed", "doubt"))
"""Passes that the loop itself needs, whatever the method."""
UPKEEP = types.NamedUniTuple(types.FunctionType(PASS), 4, Upkeep)
Record = namedtuple("Record", ("times", "observables", "states", "doubt"))
"""Output times; there, observables (n, Q), states (n or 0, n_blocks · block), and how much of loss
and loss rate is in features that the tolerance does not resolve (n, 2)."""
RECORD = types.NamedTuple((types.float64[::1], *(types.float64[:, ::1],) * 3), Record)
RUN = types.int64(
    types.FunctionType(STEP),
    types.FunctionType(WALK),
    PASSES,
    UPKEEP,
    PROBLEM,
    CLOCK,
    WATCH,
    RECORD,
    types.float64,
    types.int64,
)


def new_clock(t0: float, h0: float) -> Clock:
    """Return a clock at t0 with first step h0."""
    return Clock(np.array([t0]), np.array([h0]), *(np.zeros(1, np.int64) for _ in range(4)))


@helper()
def _look(problem, where):
    """Return the index of a state in `y` and the row of its order parameters in `m`."""
    now, n_rows = problem.now[0], problem.m.shape[0]
    if where == NOW:
        return now, 0
    return (1 - now, n_rows - 2) if where == AFTER else (2, n_rows - 1)


@kernel(PASS, fastmath=LOOSE)
def order_pass(block, h, stage, problem):
    """Add up the order parameters at y."""
    g = np.empty((problem.m.shape[1], problem.y.shape[2]))
    add_order_loosely(block, problem, problem.y[problem.now[0], block], g)


@kernel(PASS, fastmath=LOOSE)
def measure_pass(block, h, stage, problem):
    """Add up the observables at the state `stage`: NOW, AFTER or BETWEEN."""
    state, row = _look(problem, stage)
    out = np.zeros((problem.n_observables, problem.y.shape[2]))
    y, theta = problem.y[state, block], problem.theta[block]
    problem.measure(y, theta, problem.shared, problem.m[row], out)
    for q in range(out.shape[0]):
        found = 0.0
        for c in range(out.shape[1]):
            found += problem.weight[block, c] * out[q, c]
        problem.sums[block, q] = found


@kernel(PASS)
def speed_pass(block, h, stage, problem):
    """Keep the largest |dy/dt| in units of the scale of y."""
    y, scale = problem.y[problem.now[0], block], problem.scale[block]
    rate = np.empty(y.size)
    problem.rate(y, problem.theta[block], problem.shared, problem.m[0], rate)
    fastest = 0.0
    for c in range(y.size):
        size = max(scale[c], abs(y[c]))
        if size > 0.0:
            speed = abs(rate[c]) / size
            fastest = max(fastest, speed) if speed == speed else np.inf
    problem.sums[block, 0] = fastest


@kernel(PASS)
def doubt_pass(block, h, stage, problem):
    """Add up what loss and loss rate owe to features that the tolerance does not resolve.

    Those whose share is smaller than what it bends by over that distance on either side: a feature
    with ½λe² is one if |e| is below it. `h` is how many tolerances the method may be off.
    """
    y, before = problem.y[problem.now[0], block], problem.y[1 - problem.now[0], block]
    scale, theta = problem.scale[block], problem.theta[block]
    state, out = np.empty(y.size), np.zeros((3, problem.n_observables, y.size))
    for side in range(3):
        for c in range(y.size):
            error = h * (problem.atol + problem.rtol * max(abs(y[c]), scale[c]))
            state[c] = y[c] + (side - 1.0) * max(error, ROUNDED * abs(before[c] - y[c]))
        problem.measure(state, theta, problem.shared, problem.m[0], out[side])
    for q in range(2):
        found = 0.0
        for c in range(y.size):
            share = abs(out[1, q, c])
            if share < abs(0.5 * (out[0, q, c] + out[2, q, c]) - out[1, q, c]):
                found += problem.weight[block, c] * share
        problem.sums[block, q] = found


@kernel(types.float64(types.FunctionType(WALK), UPKEEP, PROBLEM))
def prepare(walk, upkeep, problem):
    """Set the order parameters at y; return the largest relative speed there."""
    walk(upkeep.order, 0.0, 0, problem)
    collect_order(problem, 0)
    walk(upkeep.speed, 0.0, 0, problem)
    return problem.sums[:, 0].max()


@helper()
def _gaps(walk, upkeep, problem, watch, where, out):
    """Set how far above its level each watched quantity is at a state."""
    state, _ = _look(problem, where)
    walk(upkeep.measure, 0.0, where, problem)
    block = problem.y.shape[2]
    for j in range(out.size):
        if watch.observable[j] >= 0:
            value = total(problem.sums, watch.observable[j])
        else:
            value = problem.y[state, watch.feature[j] // block, watch.feature[j] % block]
        out[j] = value - watch.level[j]


@helper()
def _visit(walk, passes, upkeep, problem, watch, h, theta, out):
    """Set the state BETWEEN at y(t + θh), its order parameters, and the gaps there."""
    problem.signals[1] = theta
    walk(passes.between, h, passes.n_stages, problem)
    collect_order(problem, problem.m.shape[0] - 1)
    _gaps(walk, upkeep, problem, watch, BETWEEN, out)


@helper()
def _locate(walk, passes, upkeep, problem, watch, j, h, gap_after):
    """Return the θ at which event j crosses its level: false position, Illinois variant."""
    low, high, below, above = 0.0, 1.0, watch.gap[j], gap_after
    gaps, theta, last, side = np.empty(watch.gap.size), 1.0, 2.0, 0
    for _ in range(60):
        theta = (low * above - high * below) / (above - below)
        _visit(walk, passes, upkeep, problem, watch, h, theta, gaps)
        if gaps[j] == 0.0 or abs(theta - last) < LOCATED:
            break
        last = theta
        if (gaps[j] > 0.0) == (above > 0.0):
            high, above = theta, gaps[j]
            below = 0.5 * below if side > 0 else below
            side = 1
        else:
            low, below = theta, gaps[j]
            above = 0.5 * above if side < 0 else above
            side = -1
    return theta


@helper()
def _watch_step(walk, passes, upkeep, problem, watch, t, h):
    """Find the events of a step; return the θ at which the run ends, or 2."""
    n = watch.level.size
    after, theta, end = np.empty(n), np.empty(n), 2.0
    _gaps(walk, upkeep, problem, watch, AFTER, after)
    for j in range(n):
        theta[j] = 2.0
        if watch.found[j] != watch.found[j] and after[j] * watch.gap[j] <= 0.0:
            theta[j] = _locate(walk, passes, upkeep, problem, watch, j, h, after[j])
            end = min(end, theta[j]) if watch.ends[j] else end
    for j in range(n):
        if theta[j] <= min(end, 1.0):
            watch.found[j] = t + theta[j] * h
        watch.gap[j] = after[j]
    return end


@helper()
def _accept(walk, passes, upkeep, problem, clock, watch, h):
    """Make the state after the step the current one; return whether an event ends the run."""
    end = 2.0
    if watch.level.size > 0:
        end = _watch_step(walk, passes, upkeep, problem, watch, clock.t[0], h)
    row, now = problem.m.shape[0] - 2, problem.now[0]
    if end <= 1.0:  # the state between becomes the state after
        _visit(walk, passes, upkeep, problem, watch, h, end, watch.gap)
        problem.y[1 - now] = problem.y[2]
        row += 1
    clock.t[0] += min(end, 1.0) * h
    clock.accepted[0] += 1
    problem.now[0] = 1 - now
    for r in range(problem.m.shape[1]):
        problem.m[0, r] = problem.m[row, r]
    return end <= 1.0


@helper()
def _advance(step, walk, passes, upkeep, problem, clock, watch, t_stop, power, budget):
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
            clock.held_back[0] += problem.signals[0] > STABILITY_LIMIT
            if _accept(walk, passes, upkeep, problem, clock, watch, h):
                return EVENT
            grown = h * min(GROW, max(SHRINK, factor))
            clock.h[0] = max(grown, wanted) if h < wanted else grown
        else:
            clock.rejected[0] += 1
            clock.h[0] = h * min(1.0, max(SHRINK, factor))
            if clock.h[0] < 1e-300:
                return NOT_FINITE
    return BUDGET


@helper()
def _write_row(walk, upkeep, problem, clock, record):
    """Record time, observables, what is in doubt of them and, if wanted, the state."""
    row = clock.row[0]
    walk(upkeep.measure, 0.0, NOW, problem)
    for q in range(problem.n_observables):
        record.observables[row, q] = total(problem.sums, q)
    walk(upkeep.doubt, problem.signals[2], NOW, problem)
    for q in range(2):
        record.doubt[row, q] = total(problem.sums, q)
    if record.states.shape[0] > 0:
        record.states[row] = problem.y[problem.now[0]].reshape(-1)
    record.times[row] = clock.t[0]
    clock.row[0] += 1


@kernel(RUN)
def run(step, walk, passes, upkeep, problem, clock, watch, record, power, budget):
    """Go on to the last output time, or until `budget` steps are spent or an event ends the run.

    `clock.row` says which row of `record` is next; the time of an event that ends the run takes
    the place of the next output time.
    """
    start = clock.accepted[0] + clock.rejected[0]
    while clock.row[0] < record.times.size:
        spent = clock.accepted[0] + clock.rejected[0] - start
        t_stop, left = record.times[clock.row[0]], budget - spent
        code = _advance(step, walk, passes, upkeep, problem, clock, watch, t_stop, power, left)
        if code != REACHED and code != EVENT:
            return code
        _write_row(walk, upkeep, problem, clock, record)
        if code == EVENT:
            return EVENT
    return REACHED


@kernel(types.void(types.FunctionType(WALK), UPKEEP, PROBLEM, WATCH))
def watch_start(walk, upkeep, problem, watch):
    """Set the gaps at the start, before the first step."""
    _gaps(walk, upkeep, problem, watch, NOW, watch.gap)


UPKEEP_PASSES = Upkeep(
    *(pointer(visit, PASS) for visit in (order_pass, measure_pass, speed_pass, doubt_pass))
)
