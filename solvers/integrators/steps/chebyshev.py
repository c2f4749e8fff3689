"""Runge-Kutta-Chebyshev steps: explicit, stable far along the negative axis, second order.

Every stage follows from the two before it, so three vectors are stored whatever the number of
stages (`rkc_coefficients`). A step asks for as many as a bound on the spectral radius demands. The
numbers of stages come from a ladder, so that their coefficients are a table made once.
"""

from __future__ import annotations

import numpy as np

from superlaw.compiled import helper, kernel
from superlaw.solvers.integrators.steps.chebyshev_tableau import RKC2
from superlaw.solvers.integrators.steps.layout import PASS, STEP, TINY, Passes, pointer
from superlaw.solvers.integrators.steps.reductions import add_order, collect_order

RATES, CURRENT, PREVIOUS = 0, 1, 2
"""What is stored: F_0 and the last two stages."""


@kernel(PASS)
def start_pass(block, h, stage, problem):
    """Store F_0; keep what bounds the spectral radius (see `spectrum.spectral_bound`)."""
    y, theta, n_order = problem.y[problem.now[0], block], problem.theta[block], problem.m.shape[1]
    store, sums = problem.store[block], problem.sums[block]
    problem.rate(y, theta, problem.shared, problem.m[0], store[RATES])
    links = np.zeros((2, n_order, y.size))
    own = np.empty(y.size)
    problem.partials(y, theta, problem.shared, problem.m[0], own, links[0], links[1])
    sums[0] = np.abs(own).max()
    weight = problem.weight[block]
    for r in range(n_order):
        u, v, u_sum, v_sum = 0.0, 0.0, 0.0, 0.0
        for c in range(y.size):
            used = weight[c] > 0.0  # not padding
            u_size, v_size = abs(links[0, r, c]) if used else 0.0, abs(weight[c] * links[1, r, c])
            u, v = max(u, u_size), max(v, v_size)
            u_sum += u_size
            v_sum += v_size
        sums[1 + 4 * r], sums[2 + 4 * r], sums[3 + 4 * r], sums[4 + 4 * r] = u, v, u_sum, v_sum


@kernel(PASS)
def stage_pass(block, h, stage, problem):
    """Move on to the next stage; add up the order parameters there.

    `stage` is its row in the table; the stage before it is in CURRENT, the result too.
    """
    y, theta, store = problem.y[problem.now[0], block], problem.theta[block], problem.store[block]
    mu, nu, mu_tilde, gamma_tilde = problem.A[stage]
    if mu == 0.0:  # the first stage
        for c in range(y.size):
            store[PREVIOUS, c] = y[c]
            store[CURRENT, c] = y[c] + mu_tilde * h * store[RATES, c]
    else:
        rate = np.empty(y.size)
        problem.rate(store[CURRENT], theta, problem.shared, problem.m[1], rate)
        for c in range(y.size):
            new = (1.0 - mu - nu) * y[c] + mu * store[CURRENT, c] + nu * store[PREVIOUS, c]
            new += h * (mu_tilde * rate[c] + gamma_tilde * store[RATES, c])
            store[PREVIOUS, c] = store[CURRENT, c]
            store[CURRENT, c] = new
    add_order(block, problem, store[CURRENT], np.empty((problem.m.shape[1], y.size)))


@kernel(PASS)
def finish_pass(block, h, stage, problem):
    """Set the state after the step; keep its worst error ⅘(y − y_new) + ⅖h(F_0 + F_new)."""
    y, after = problem.y[problem.now[0], block], problem.y[1 - problem.now[0], block]
    store, scale = problem.store[block], problem.scale[block]
    rate = np.empty(y.size)
    after[:] = store[CURRENT]
    problem.rate(after, problem.theta[block], problem.shared, problem.m[1], rate)
    worst = 0.0
    for c in range(y.size):
        error = 0.8 * (y[c] - after[c]) + 0.4 * h * (store[RATES, c] + rate[c])
        size = max(scale[c], abs(y[c]), abs(after[c]))
        error = abs(error) / (problem.atol + problem.rtol * size + TINY)
        worst = max(worst, error) if error == error else np.inf
    problem.sums[block, 0] = worst


@kernel(PASS)
def between_pass(block, h, stage, problem):
    """Set the state at y(t + θh): the cubic through both ends and their slopes."""
    y, after = problem.y[problem.now[0], block], problem.y[1 - problem.now[0], block]
    between, theta = problem.y[2, block], problem.signals[1]
    rate = np.empty(y.size)
    row = problem.m.shape[0] - 2
    problem.rate(after, problem.theta[block], problem.shared, problem.m[row], rate)
    for c in range(y.size):
        change = after[c] - y[c]
        bend = (1.0 - theta) * (h * problem.store[block, RATES, c] - change)
        bend -= theta * (h * rate[c] - change)
        between[c] = y[c] + theta * (change + (1.0 - theta) * bend)
    add_order(block, problem, between, np.empty((problem.m.shape[1], y.size)))


@helper()
def _spectral_bound(problem):
    """Return the bound on the spectral radius from the partial sums of `start_pass`."""
    rows, columns, sums = 0.0, 0.0, problem.sums
    for r in range(problem.m.shape[1]):
        u, v, u_sum, v_sum = 0.0, 0.0, 0.0, 0.0
        for block in range(sums.shape[0]):
            u, v = max(u, sums[block, 1 + 4 * r]), max(v, sums[block, 2 + 4 * r])
            u_sum += sums[block, 3 + 4 * r]
            v_sum += sums[block, 4 + 4 * r]
        rows += u * v_sum
        columns += v * u_sum
    return sums[:, 0].max() + min(rows, columns)


@kernel(STEP)
def chebyshev_step(walk, passes, h, problem):
    """Set the state after one step; return its error in units of the tolerance.

    A step longer than the longest ladder allows gets an error that makes the next try fit.
    """
    walk(passes.first, h, 0, problem)
    hardness, ladder = h * _spectral_bound(problem), problem.C
    longest = ladder[ladder.shape[0] - 1, 2]
    problem.signals[0] = 0.0
    if not hardness < np.inf:
        return np.inf
    if hardness > longest:
        return 1.0 + (hardness / longest) ** 3
    problem.signals[0] = np.inf if hardness > 0.3 * longest else 0.0  # stability holds it back
    rung = 0
    while ladder[rung, 2] < hardness:
        rung += 1
    first = int(ladder[rung, 1])
    for row in range(first + 1, first + 1 + int(ladder[rung, 0])):
        walk(passes.second, h, row, problem)
        collect_order(problem, 1)
    for r in range(problem.m.shape[1]):
        problem.m[problem.m.shape[0] - 2, r] = problem.m[1, r]
    walk(passes.third, h, 0, problem)
    return problem.sums[:, 0].max()


STEPPER = pointer(chebyshev_step, STEP)
PASSES = Passes(
    RKC2.n_stages,
    pointer(start_pass, PASS),
    pointer(stage_pass, PASS),
    pointer(finish_pass, PASS),
    pointer(between_pass, PASS),
)
