"""Explicit Runge-Kutta steps, for problems that are not stiff.

A stage needs the order parameters at its own state, R numbers; every pass works out the earlier
stages of its block again from them, so no stage vector is ever stored.
"""

from __future__ import annotations

import numpy as np

from superlaw.compiled import helper, kernel
from superlaw.solvers.integrators.steps.layout import LANES, PASS, STEP, TINY, Passes, pointer
from superlaw.solvers.integrators.steps.reductions import add_order, collect_order
from superlaw.solvers.integrators.steps.tableaus import TSIT5


@helper()
def _stage_state(i, h, y, A, k, state):
    """Set state = y + h Σ a_ij k_j, four stages at a time."""
    for c in range(y.size):
        state[c] = y[c]
    for j in range(0, i, LANES):
        a0, a1, a2, a3 = h * A[i, j], h * A[i, j + 1], h * A[i, j + 2], h * A[i, j + 3]
        for c in range(y.size):
            state[c] += a0 * k[j, c] + a1 * k[j + 1, c] + a2 * k[j + 2, c] + a3 * k[j + 3, c]


@helper()
def _replay(n, h, block, problem, k, state):
    """Work out stages 0 … n − 1 of a block."""
    y, theta = problem.y[problem.now[0], block], problem.theta[block]
    for i in range(n):
        _stage_state(i, h, y, problem.A, k, state)
        problem.rate(state, theta, problem.shared, problem.m[i], k[i])


@helper()
def _scratch(problem):
    """Return room for the stages and the state of a block."""
    size = problem.y.shape[2]
    return np.zeros((problem.A.shape[0], size)), np.empty(size)


@kernel(PASS)
def stage_pass(block, h, stage, problem):
    """Add up the order parameters at the state of a stage."""
    k, state = _scratch(problem)
    _replay(stage, h, block, problem, k, state)
    _stage_state(stage, h, problem.y[problem.now[0], block], problem.A, k, state)
    add_order(block, problem, state, np.empty((problem.m.shape[1], state.size)))


@kernel(PASS)
def finish_pass(block, h, stage, problem):
    """Set the state after the step; keep its worst error and what tells the stiffness.

    The last two stages are at the same time, so |Δk|/|Δstate| is an eigenvalue of the Jacobian.
    """
    k, state = _scratch(problem)
    _replay(stage - 1, h, block, problem, k, state)
    before = state.copy()
    y, after = problem.y[problem.now[0], block], problem.y[1 - problem.now[0], block]
    _stage_state(stage - 1, h, y, problem.A, k, state)
    problem.rate(state, problem.theta[block], problem.shared, problem.m[stage - 1], k[stage - 1])
    scale, worst, rates, states = problem.scale[block], 0.0, 0.0, 0.0
    for c in range(y.size):
        rates = max(rates, abs(k[stage - 1, c] - k[stage - 2, c]))
        states = max(states, abs(state[c] - before[c]))
        new, error = y[c], 0.0
        for j in range(stage):
            new += h * problem.b[j] * k[j, c]
            error += h * problem.e[j] * k[j, c]
        size = max(scale[c], abs(y[c]), abs(new))
        error = abs(error) / (problem.atol + problem.rtol * size + TINY)
        worst = max(worst, error) if error == error else np.inf
        after[c] = new
    add_order(block, problem, after, np.empty((problem.m.shape[1], y.size)))
    n_order = problem.m.shape[1]
    problem.sums[block, n_order] = worst
    problem.sums[block, n_order + 1] = rates
    problem.sums[block, n_order + 2] = states


@kernel(PASS)
def between_pass(block, h, stage, problem):
    """Set the state at y(t + θh): y + h Σ_rj θ^r D_rj k_j."""
    k, state = _scratch(problem)
    _replay(stage, h, block, problem, k, state)
    y, between, theta = problem.y[problem.now[0], block], problem.y[2, block], problem.signals[1]
    for c in range(y.size):
        between[c] = y[c]
    for j in range(stage):
        share = 0.0
        for r in range(problem.D.shape[0] - 1, -1, -1):
            share = theta * (share + problem.D[r, j])
        for c in range(y.size):
            between[c] += h * share * k[j, c]
    add_order(block, problem, between, np.empty((problem.m.shape[1], y.size)))


@kernel(STEP)
def runge_kutta_step(walk, passes, h, problem):
    """Set the state after one step; return its error in units of the tolerance."""
    n_order = problem.m.shape[1]
    if n_order > 0:
        for stage in range(1, passes.n_stages):
            walk(passes.first, h, stage, problem)
            collect_order(problem, stage)
    walk(passes.second, h, passes.n_stages, problem)
    collect_order(problem, passes.n_stages)
    rates, states = problem.sums[:, n_order + 1].max(), problem.sums[:, n_order + 2].max()
    problem.signals[0] = h * rates / states if states > 0.0 else 0.0
    return problem.sums[:, n_order].max()


STEPPER = pointer(runge_kutta_step, STEP)
_STAGE, _FINISH = pointer(stage_pass, PASS), pointer(finish_pass, PASS)
PASSES = Passes(TSIT5.n_stages, _STAGE, _FINISH, _FINISH, pointer(between_pass, PASS))
"""Both tableaus have seven stages."""
