"""Rosenbrock steps with exact Jacobians: diagonal plus rank R, solved by Woodbury in O(N R²).

With E = 1/(hγ) − diag(f_y), U = f_m and V = w g_y a stage is

    u = E⁻¹(b + U c),    c = Vᵀu = (1 − VᵀE⁻¹U)⁻¹ VᵀE⁻¹ b,

so the only things that travel between features are m and c, R numbers a stage. Every pass works
out the earlier stages of its block again from them: no stage vector is ever stored.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from superlaw.solvers.blocks import LANES, PASS, STEP, TINY, Passes, pointer
from superlaw.solvers.tableaus import RODAS5P


@njit(error_model="numpy")
def _linearise(block, h, problem, e_inv, f_m, g_y):
    """Fill 1/E, U and g_y of a block."""
    problem.partials(
        problem.y[block], problem.theta[block], problem.shared, problem.m[0], e_inv, f_m, g_y
    )
    shift = 1.0 / (h * problem.gamma)
    for k in range(e_inv.size):
        e_inv[k] = 1.0 / (shift - e_inv[k])


@njit(error_model="numpy")
def _combine(i, h, y, A, C, u, state, right):
    """Set state = y + Σ a_ij u_j and right = Σ (c_ij/h) u_j, four stages at a time."""
    for k in range(y.size):
        state[k] = y[k]
        right[k] = 0.0
    for j in range(0, i, LANES):
        a0, a1, a2, a3 = A[i, j], A[i, j + 1], A[i, j + 2], A[i, j + 3]
        c0, c1, c2, c3 = C[i, j] / h, C[i, j + 1] / h, C[i, j + 2] / h, C[i, j + 3] / h
        for k in range(y.size):
            u0, u1, u2, u3 = u[j, k], u[j + 1, k], u[j + 2, k], u[j + 3, k]
            state[k] += a0 * u0 + a1 * u1 + a2 * u2 + a3 * u3
            right[k] += c0 * u0 + c1 * u1 + c2 * u2 + c3 * u3


@njit(error_model="numpy")
def _right_side(i, h, block, problem, u, state, right, rate):
    """Set right = F(state of stage i) + Σ (c_ij/h) u_j."""
    _combine(i, h, problem.y[block], problem.A, problem.C, u, state, right)
    problem.rate(state, problem.theta[block], problem.shared, problem.m[i], rate)
    for k in range(right.size):
        right[k] += rate[k]


@njit(error_model="numpy")
def _replay(n, h, block, problem, e_inv, f_m, u, state, right, rate):
    """Work out stages 0 … n − 1 of a block."""
    for i in range(n):
        _right_side(i, h, block, problem, u, state, right, rate)
        for r in range(f_m.shape[0]):
            pull = problem.link[i, r]
            for k in range(right.size):
                right[k] += f_m[r, k] * pull
        for k in range(right.size):
            u[i, k] = e_inv[k] * right[k]


@njit(error_model="numpy")
def _scratch(problem):
    """Return 1/E, U, g_y, stages, state, right side and rate of a block, from one allocation."""
    n_order, n_stages = problem.m.shape[1], problem.A.shape[0]
    room = np.zeros((4 + 2 * n_order + n_stages, problem.y.shape[1]))
    f_m, g_y = room[4 : 4 + n_order], room[4 + n_order : 4 + 2 * n_order]
    return room[0], f_m, g_y, room[4 + 2 * n_order :], room[1], room[2], room[3]


@njit(error_model="numpy")
def _add_order(block, problem, state, g):
    """Set the partial sums of the order parameters at a state."""
    if g.shape[0] > 0:
        problem.order(state, problem.theta[block], problem.shared, g)
    weight = problem.weight[block]
    for r in range(g.shape[0]):
        total = 0.0
        for k in range(state.size):
            total += weight[k] * g[r, k]
        problem.sums[block, r] = total


@njit(PASS, cache=True, nogil=True, error_model="numpy")
def coupling_pass(block, h, stage, problem):
    """Add up VᵀE⁻¹U."""
    e_inv, f_m, g_y, _, _, _, _ = _scratch(problem)
    _linearise(block, h, problem, e_inv, f_m, g_y)
    weight, n_order = problem.weight[block], problem.m.shape[1]
    for r in range(n_order):
        for q in range(n_order):
            total = 0.0
            for k in range(e_inv.size):
                total += weight[k] * g_y[r, k] * e_inv[k] * f_m[q, k]
            problem.sums[block, r * n_order + q] = total


@njit(PASS, cache=True, nogil=True, error_model="numpy")
def order_pass(block, h, stage, problem):
    """Add up the order parameters at the state of a stage."""
    e_inv, f_m, g_y, u, state, right, rate = _scratch(problem)
    _linearise(block, h, problem, e_inv, f_m, g_y)
    _replay(stage, h, block, problem, e_inv, f_m, u, state, right, rate)
    _combine(stage, h, problem.y[block], problem.A, problem.C, u, state, right)
    _add_order(block, problem, state, g_y)


@njit(PASS, cache=True, nogil=True, error_model="numpy")
def link_pass(block, h, stage, problem):
    """Add up VᵀE⁻¹b of a stage."""
    e_inv, f_m, g_y, u, state, right, rate = _scratch(problem)
    _linearise(block, h, problem, e_inv, f_m, g_y)
    _replay(stage, h, block, problem, e_inv, f_m, u, state, right, rate)
    _right_side(stage, h, block, problem, u, state, right, rate)
    weight = problem.weight[block]
    for r in range(f_m.shape[0]):
        total = 0.0
        for k in range(right.size):
            total += weight[k] * g_y[r, k] * e_inv[k] * right[k]
        problem.sums[block, r] = total


@njit(PASS, cache=True, nogil=True, error_model="numpy")
def finish_pass(block, h, stage, problem):
    """Move y on; keep the worst error and the order parameters there."""
    e_inv, f_m, g_y, u, state, right, rate = _scratch(problem)
    _linearise(block, h, problem, e_inv, f_m, g_y)
    _replay(stage, h, block, problem, e_inv, f_m, u, state, right, rate)
    y, y_before, scale = problem.y[block], problem.y_before[block], problem.scale[block]
    for k in range(y.size):
        state[k] = y[k]
        right[k] = 0.0
    for j in range(stage):
        b, e = problem.b[j], problem.e[j]
        for k in range(y.size):
            state[k] += b * u[j, k]
            right[k] += e * u[j, k]
    worst = 0.0
    for k in range(y.size):
        size = max(scale[k], abs(y[k]), abs(state[k]))
        error = abs(right[k]) / (problem.atol + problem.rtol * size + TINY)
        worst = max(worst, error) if error == error else np.inf
        y_before[k] = y[k]
        y[k] = state[k]
    _add_order(block, problem, state, g_y)
    problem.sums[block, f_m.shape[0]] = worst


@njit(error_model="numpy")
def _total(sums, column):
    total = 0.0
    for block in range(sums.shape[0]):
        total += sums[block, column]
    return total


@njit(error_model="numpy")
def _stage_order(walk, passes, h, stage, problem):
    """Set the order parameters at the state of a stage; linear ones follow from the links."""
    if stage > 0 and problem.order_is_linear:
        for r in range(problem.m.shape[1]):
            problem.m[stage, r] = problem.m[0, r]
            for j in range(stage):
                problem.m[stage, r] += problem.A[stage, j] * problem.link[j, r]
    elif stage > 0:
        walk(passes.second, h, stage, problem)
        for r in range(problem.m.shape[1]):
            problem.m[stage, r] = _total(problem.sums, r)


@njit(error_model="numpy")
def _solve_links(walk, passes, h, problem):
    """Find what each stage does to the order parameters."""
    n_order = problem.m.shape[1]
    walk(passes.first, h, 0, problem)
    matrix = np.eye(n_order)
    for r in range(n_order):
        for q in range(n_order):
            matrix[r, q] -= _total(problem.sums, r * n_order + q)
    for stage in range(passes.n_stages):
        _stage_order(walk, passes, h, stage, problem)
        walk(passes.third, h, stage, problem)
        free = np.array([_total(problem.sums, r) for r in range(n_order)])
        problem.link[stage] = np.linalg.solve(matrix, free)


@njit(STEP, cache=True, nogil=True, error_model="numpy")
def rosenbrock_step(walk, passes, h, problem):
    """Take one step; return its error in units of the tolerance."""
    n_order = problem.m.shape[1]
    if n_order > 0:
        _solve_links(walk, passes, h, problem)
    walk(passes.fourth, h, passes.n_stages, problem)
    for r in range(n_order):
        problem.m[passes.n_stages, r] = _total(problem.sums, r)
    return problem.sums[:, n_order].max()


STEPPER = pointer(rosenbrock_step, STEP)
PASSES = Passes(
    RODAS5P.n_stages,
    pointer(coupling_pass, PASS),
    pointer(order_pass, PASS),
    pointer(link_pass, PASS),
    pointer(finish_pass, PASS),
)
