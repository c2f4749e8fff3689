"""Rosenbrock steps with exact Jacobians: diagonal plus rank R, solved by Woodbury in O(N R²).

With E = 1/(hγ) − diag(f_y), U = f_m and V = w g_y a stage is

    u = p + E⁻¹U c,    p = E⁻¹b,    c = Vᵀu = (1 − VᵀE⁻¹U)⁻¹ Vᵀp,

so the only things that travel between features are m and c, R numbers a stage. One pass a stage
works out p, which is stored where features are coupled: reading it costs less than redoing it.
"""

from __future__ import annotations

import numpy as np

from superlaw.compiled import LOOSE, helper, kernel
from superlaw.solvers.integrators.steps.layout import PASS, STEP, TINY, Passes, pointer
from superlaw.solvers.integrators.steps.reductions import (
    add_order_loosely,
    collect_order,
    eliminate,
    total,
    worst,
)
from superlaw.solvers.integrators.steps.tableaus import RODAS5P


@helper()
def _scratch(problem):
    """Return 1/E, U, V, state, right side and rate of a block, from one allocation."""
    n_order = problem.m.shape[1]
    room = np.empty((4 + 2 * n_order, problem.y.shape[2]))
    return room[0], room[4 : 4 + n_order], room[4 + n_order :], room[1], room[2], room[3]


@helper()
def _stages(block, problem):
    """Return where the p of a block are: stored, or of this pass only if nothing is coupled."""
    if problem.store.shape[0] > 0:
        return problem.store[block]
    return np.empty((problem.A.shape[0], problem.y.shape[2]))


@helper(fastmath=LOOSE)
def _linearise(block, h, problem, y, e_inv, U, V):
    """Fill 1/E, U and V of a block."""
    problem.partials(y, problem.theta[block], problem.shared, problem.m[0], e_inv, U, V)
    shift, weight = 1.0 / (h * problem.gamma), problem.weight[block]
    for k in range(y.size):
        e_inv[k] = 1.0 / (shift - e_inv[k])
    for r in range(V.shape[0]):
        for k in range(y.size):
            U[r, k] *= e_inv[k]
            V[r, k] *= weight[k]


@helper(fastmath=LOOSE)
def _add_stages(n, coefficients, scale, problem, U, p, out):
    """Add scale · Σ_j coefficient_j u_j to out, four stages at a time."""
    together = n - n % 4
    for j in range(0, together, 4):
        a0, a1 = scale * coefficients[j], scale * coefficients[j + 1]
        a2, a3 = scale * coefficients[j + 2], scale * coefficients[j + 3]
        for k in range(out.size):
            out[k] += a0 * p[j, k] + a1 * p[j + 1, k] + a2 * p[j + 2, k] + a3 * p[j + 3, k]
    for j in range(together, n):
        a0 = scale * coefficients[j]
        for k in range(out.size):
            out[k] += a0 * p[j, k]
    for r in range(U.shape[0]):
        pull = 0.0
        for j in range(n):
            pull += scale * coefficients[j] * problem.link[j, r]
        for k in range(out.size):
            out[k] += pull * U[r, k]


@helper(fastmath=LOOSE)
def _stage_state(i, problem, y, U, p, state):
    """Set state = y + Σ a_ij u_j."""
    for k in range(y.size):
        state[k] = y[k]
    _add_stages(i, problem.A[i], 1.0, problem, U, p, state)


@helper(fastmath=LOOSE)
def _free_part(i, h, block, problem, y, e_inv, U, p, state, right):
    """Set p_i = E⁻¹ (F(state of stage i) + Σ (c_ij/h) u_j)."""
    _stage_state(i, problem, y, U, p, state)
    problem.rate(state, problem.theta[block], problem.shared, problem.m[i], right)
    _add_stages(i, problem.C[i], 1.0 / h, problem, U, p, right)
    for k in range(y.size):
        p[i, k] = e_inv[k] * right[k]


@helper(fastmath=LOOSE)
def _add_products(block, problem, V, vector, column):
    """Set the partial sums of Vᵀ vector, from a column on."""
    for r in range(V.shape[0]):
        total = 0.0
        for k in range(vector.size):
            total += V[r, k] * vector[k]
        problem.sums[block, column + r] = total


@kernel(PASS, fastmath=LOOSE)
def stage_pass(block, h, stage, problem):
    """Work out p of a stage; add up Vᵀp and, for the first stage, VᵀE⁻¹U."""
    e_inv, U, V, state, right, _ = _scratch(problem)
    p, y, n_order = _stages(block, problem), problem.y[problem.now[0], block], problem.m.shape[1]
    _linearise(block, h, problem, y, e_inv, U, V)
    _free_part(stage, h, block, problem, y, e_inv, U, p, state, right)
    _add_products(block, problem, V, p[stage], 0)
    if stage == 0:
        for q in range(n_order):
            _add_products(block, problem, V, U[q], (1 + q) * n_order)


@kernel(PASS, fastmath=LOOSE)
def order_pass(block, h, stage, problem):
    """Add up the order parameters at the state of a stage."""
    e_inv, U, V, state, _, _ = _scratch(problem)
    y = problem.y[problem.now[0], block]
    _linearise(block, h, problem, y, e_inv, U, V)
    _stage_state(stage, problem, y, U, _stages(block, problem), state)
    add_order_loosely(block, problem, state, V)


@kernel(PASS, fastmath=LOOSE)
def finish_pass(block, h, stage, problem):
    """Set the state after the step; keep its worst error and order parameters."""
    e_inv, U, V, state, right, error = _scratch(problem)
    p, y = _stages(block, problem), problem.y[problem.now[0], block]
    new, scale = problem.y[1 - problem.now[0], block], problem.scale[block]
    _linearise(block, h, problem, y, e_inv, U, V)
    if V.shape[0] == 0:
        for i in range(stage):
            _free_part(i, h, block, problem, y, e_inv, U, p, state, right)
    for k in range(y.size):
        state[k] = y[k]
        error[k] = 0.0
    _add_stages(stage, problem.b, 1.0, problem, U, p, state)
    _add_stages(stage, problem.e, 1.0, problem, U, p, error)
    rtol, atol = problem.rtol, problem.atol + TINY
    for k in range(y.size):
        size = max(scale[k], max(abs(y[k]), abs(state[k])))
        error[k] = abs(error[k] / (atol + rtol * size))
        new[k] = state[k]
    add_order_loosely(block, problem, state, V)
    problem.sums[block, V.shape[0]] = worst(error)


@kernel(PASS, fastmath=LOOSE)
def between_pass(block, h, stage, problem):
    """Set the state at y(t + θh), of fourth order (Steinebach 2023, section 4)."""
    e_inv, U, V, state, right, _ = _scratch(problem)
    p, y = _stages(block, problem), problem.y[problem.now[0], block]
    new, theta = problem.y[1 - problem.now[0], block], problem.signals[1]
    _linearise(block, h, problem, y, e_inv, U, V)
    if V.shape[0] == 0:
        for i in range(stage):
            _free_part(i, h, block, problem, y, e_inv, U, p, state, right)
    for k in range(y.size):
        state[k] = (1.0 - theta) * y[k] + theta * new[k]
    share = theta * (1.0 - theta)
    for r in range(problem.D.shape[0]):
        _add_stages(stage, problem.D[r], share, problem, U, p, state)
        share *= theta
    for k in range(y.size):
        problem.y[2, block, k] = state[k]
    add_order_loosely(block, problem, state, V)


@helper()
def _stage_order(walk, passes, h, stage, problem):
    """Set the order parameters at the state of a stage; linear ones follow from the links."""
    if problem.order_is_linear:
        for r in range(problem.m.shape[1]):
            problem.m[stage, r] = problem.m[0, r]
            for j in range(stage):
                problem.m[stage, r] += problem.A[stage, j] * problem.link[j, r]
    else:
        walk(passes.second, h, stage, problem)
        collect_order(problem, stage)


@helper()
def _solve_links(walk, passes, h, problem):
    """Find what each stage does to the order parameters."""
    n_order = problem.m.shape[1]
    coupling, free = np.eye(n_order), np.empty(n_order)
    for stage in range(passes.n_stages):
        if stage > 0:
            _stage_order(walk, passes, h, stage, problem)
        walk(passes.first, h, stage, problem)
        for r in range(n_order):
            free[r] = total(problem.sums, r)
            for q in range(n_order if stage == 0 else 0):
                coupling[r, q] -= total(problem.sums, (1 + q) * n_order + r)
        eliminate(coupling.copy(), free, problem.link[stage])


@kernel(STEP)
def rosenbrock_step(walk, passes, h, problem):
    """Set the state after one step; return its error in units of the tolerance."""
    n_order = problem.m.shape[1]
    if n_order > 0:
        _solve_links(walk, passes, h, problem)
    walk(passes.third, h, passes.n_stages, problem)
    collect_order(problem, passes.n_stages)
    return problem.sums[:, n_order].max()


STEPPER = pointer(rosenbrock_step, STEP)
PASSES = Passes(
    RODAS5P.n_stages,
    pointer(stage_pass, PASS),
    pointer(order_pass, PASS),
    pointer(finish_pass, PASS),
    pointer(between_pass, PASS),
)
