"""Exponential Rosenbrock steps: the diagonal of the Jacobian exactly, the coupling explicitly.

With L = diag(f_y) at the start of the step and N(u) = F(u) − L u, the three stages of Hochbruck &
Ostermann (SIAM Journal on Numerical Analysis 43 (2005) 1069, order 3, c = (½, ⅔)) are

    u_2 = y + ½h φ_1(½hL) F_0,
    u_3 = y + ⅔h φ_1(⅔hL) F_0 + (8/9) h φ_2(⅔hL) D_2,
    y_new = y + h φ_1(hL) F_0 + (3/2) h φ_2(hL) D_3,

D_j = N(u_j) − N(y); the embedded second order takes 2 D_2 in place of (3/2) D_3. Independent linear
modes have D = 0 and are exact in one step. Dense output is the same formula at θh.
"""

from __future__ import annotations

import numpy as np

from superlaw.compiled import helper, kernel
from superlaw.solvers.integrators.steps.layout import PASS, STEP, TINY, Passes, pointer
from superlaw.solvers.integrators.steps.reductions import add_order, collect_order

STAGES = 3


@helper()
def _phi_1(z):
    """(e^z − 1)/z."""
    return np.expm1(z) / z if z != 0.0 else 1.0


@helper()
def _phi_2(z):
    """(φ_1(z) − 1)/z, by its series where the difference would cancel."""
    if abs(z) > 0.5:
        return (_phi_1(z) - 1.0) / z
    total = 0.0
    for k in range(15, 1, -1):
        total = 1.0 + z * total / (k + 1.0)
    return 0.5 * total


@helper()
def _second_state(h, y, rates, diagonal, state):
    """Set u_2."""
    for c in range(y.size):
        state[c] = y[c] + 0.5 * h * _phi_1(0.5 * h * diagonal[c]) * rates[c]


@helper()
def _third_state(h, y, rates, diagonal, difference, state):
    """Set u_3."""
    part = 2.0 / 3.0 * h
    for c in range(y.size):
        z = part * diagonal[c]
        state[c] = y[c] + part * _phi_1(z) * rates[c] + 4.0 / 3.0 * part * _phi_2(z) * difference[c]


@helper()
def _scratch(problem):
    """Return room for F_0, L, D_2, D_3, a state, f_m and g_y of a block."""
    n_order = problem.m.shape[1]
    room = np.zeros((5 + 2 * n_order, problem.y.shape[2]))
    return room[0], room[1], room[2], room[3], room[4], room[5 : 5 + n_order], room[5 + n_order :]


@helper()
def _difference(row, block, problem, y, rates, diagonal, state, out):
    """Set out = N(state) − N(y), with the order parameters of a stage."""
    problem.rate(state, problem.theta[block], problem.shared, problem.m[row], out)
    for c in range(y.size):
        out[c] -= rates[c] + diagonal[c] * (state[c] - y[c])


@helper()
def _replay(n, h, block, problem, rates, diagonal, second, third, state, f_m, g_y):
    """Set what the first n stages leave: F_0 and L, then D_2, then D_3; the state is the next."""
    y, theta = problem.y[problem.now[0], block], problem.theta[block]
    problem.rate(y, theta, problem.shared, problem.m[0], rates)
    problem.partials(y, theta, problem.shared, problem.m[0], diagonal, f_m, g_y)
    _second_state(h, y, rates, diagonal, state)
    if n > 1:
        _difference(1, block, problem, y, rates, diagonal, state, second)
        _third_state(h, y, rates, diagonal, second, state)
    if n > 2:
        _difference(2, block, problem, y, rates, diagonal, state, third)


@kernel(PASS)
def stage_pass(block, h, stage, problem):
    """Add up the order parameters at the state of a stage."""
    rates, diagonal, second, third, state, f_m, g_y = _scratch(problem)
    _replay(stage, h, block, problem, rates, diagonal, second, third, state, f_m, g_y)
    add_order(block, problem, state, g_y)


@kernel(PASS)
def finish_pass(block, h, stage, problem):
    """Set the state after the step; keep its worst error and order parameters."""
    rates, diagonal, second, third, state, f_m, g_y = _scratch(problem)
    _replay(STAGES, h, block, problem, rates, diagonal, second, third, state, f_m, g_y)
    y, after = problem.y[problem.now[0], block], problem.y[1 - problem.now[0], block]
    scale, worst = problem.scale[block], 0.0
    for c in range(y.size):
        z = h * diagonal[c]
        bend = h * _phi_2(z)
        after[c] = y[c] + h * _phi_1(z) * rates[c] + 1.5 * bend * third[c]
        size = max(scale[c], abs(y[c]), abs(after[c]))
        error = abs(bend * (1.5 * third[c] - 2.0 * second[c]))
        error /= problem.atol + problem.rtol * size + TINY
        worst = max(worst, error) if error == error else np.inf
    add_order(block, problem, after, g_y)
    problem.sums[block, problem.m.shape[1]] = worst


@kernel(PASS)
def between_pass(block, h, stage, problem):
    """Set the state at y(t + θh): φ_1 and φ_2 at θhL with the D_3 of the whole step."""
    rates, diagonal, second, third, state, f_m, g_y = _scratch(problem)
    _replay(STAGES, h, block, problem, rates, diagonal, second, third, state, f_m, g_y)
    y, between, theta = problem.y[problem.now[0], block], problem.y[2, block], problem.signals[1]
    part = theta * h
    for c in range(y.size):
        z = part * diagonal[c]
        bend = 1.5 * theta * part * _phi_2(z) * third[c]
        between[c] = y[c] + part * _phi_1(z) * rates[c] + bend
    add_order(block, problem, between, g_y)


@kernel(STEP)
def exponential_step(walk, passes, h, problem):
    """Set the state after one step; return its error in units of the tolerance."""
    if problem.m.shape[1] > 0:
        for stage in range(1, passes.n_stages):
            walk(passes.first, h, stage, problem)
            collect_order(problem, stage)
    walk(passes.second, h, passes.n_stages, problem)
    collect_order(problem, passes.n_stages)
    return problem.sums[:, problem.m.shape[1]].max()


STEPPER = pointer(exponential_step, STEP)
_FINISH = pointer(finish_pass, PASS)
PASSES = Passes(STAGES, pointer(stage_pass, PASS), _FINISH, _FINISH, pointer(between_pass, PASS))
