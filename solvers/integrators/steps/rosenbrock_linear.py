"""Rosenbrock steps of linear problems in two passes over the features.

Where F is affine in y and m, every stage is a polynomial in the resolvent Q = (1 − hγJ)⁻¹,

    u_i = hγ Σ_k κ_ik v_k,    v_0 = F(y),    v_k = Q v_(k−1) = q (v_(k−1) + hγ U c_k),

with q = 1/(1 − hγ f_y), J = diag(f_y) + U Vᵀ and c_k = Vᵀ v_k (κ: `Tableau.in_resolvents`). The
first pass adds up Vᵀ q^k F(y) and Vᵀ q^k U; the c_k follow one after another,

    (1 − hγ Vᵀ q U) c_k = Vᵀ q^k F(y) + hγ Σ_(l<k) (Vᵀ q^(k−l+1) U) c_l;

the second pass moves y on by Σ β_k v_k = P(q) v_0 + Σ_r S_r(q) U_r, polynomials that it evaluates
in registers. It is the same method as in `rosenbrock`, with a fifth of its traffic.
"""

from __future__ import annotations

import numpy as np

from superlaw.compiled import LOOSE, helper, kernel
from superlaw.solvers.integrators.steps.layout import PASS, STEP, TINY, Passes, pointer
from superlaw.solvers.integrators.steps.reductions import collect_order, eliminate, total, worst

POWERS = 7
"""Powers of Q in `RODAS5P.in_resolvents()`."""


@helper(fastmath=LOOSE)
def _linearise(block, h, problem, y, q, U, V, v):
    """Fill q, U, V (without the weights) and v_0 = F(y) of a block."""
    theta, shared, m = problem.theta[block], problem.shared, problem.m[0]
    problem.partials(y, theta, shared, m, q, U, V)
    problem.rate(y, theta, shared, m, v)
    step = h * problem.gamma
    for k in range(y.size):
        q[k] = 1.0 / (1.0 - step * q[k])


@helper()
def _scratch(problem):
    """Return q, v, error, U and V of a block, from one allocation."""
    n_order = problem.m.shape[1]
    room = np.empty((3 + 2 * n_order, problem.y.shape[2]))
    return room[0], room[1], room[2], room[3 : 3 + n_order], room[3 + n_order :]


@helper()
def _powers_of_order(beta, step, problem, r):
    """Return hγ Σ_(k≥j) β_k c_(k−j) for j = 1 … POWERS, the factors of q^j U_r."""
    c = np.zeros(POWERS)
    for j in range(POWERS):
        for k in range(j, POWERS):
            c[j] += step * step * beta[k] * problem.link[k - j, r]
    return c


@helper(fastmath=LOOSE)
def _add_polynomials(c, d, q, factor, state, error):
    """Add factor · Σ_j c_j q^(j+1) to the state and the same with d to the error (Horner)."""
    c0, c1, c2, c3, c4, c5, c6 = c[0], c[1], c[2], c[3], c[4], c[5], c[6]
    d0, d1, d2, d3, d4, d5, d6 = d[0], d[1], d[2], d[3], d[4], d[5], d[6]
    for k in range(q.size):
        x, size = q[k], q[k] * factor[k]
        ahead = c3 + x * (c4 + x * (c5 + x * c6))
        wrong = d3 + x * (d4 + x * (d5 + x * d6))
        state[k] += size * (c0 + x * (c1 + x * (c2 + x * ahead)))
        error[k] += size * (d0 + x * (d1 + x * (d2 + x * wrong)))


@helper(fastmath=LOOSE)
def _add_powers(beta, epsilon, step, problem, q, U, v, state, error):
    """Add hγ Σ_k β_k v_k to the state and hγ Σ_k ε_k v_k to the error, k from 1.

    v_k = q^k v_0 + Σ_(l<k) q^(k−l) hγ U c_l.
    """
    _add_polynomials(step * beta, step * epsilon, q, v, state, error)
    for r in range(U.shape[0]):
        c = _powers_of_order(beta, step, problem, r)
        d = _powers_of_order(epsilon, step, problem, r)
        _add_polynomials(c, d, q, U[r], state, error)


@helper(fastmath=LOOSE)
def _add_order(block, problem, state, V):
    """Set the partial sums of the order parameters at a state: they are linear, g = Vᵀ y."""
    weight = problem.weight[block]
    for r in range(V.shape[0]):
        total = 0.0
        for k in range(state.size):
            total += weight[k] * V[r, k] * state[k]
        problem.sums[block, r] = total


@helper(fastmath=LOOSE)
def _power_sums(weight, V, q, x, sums, column, apart):
    """Set Σ w V q^k x for k = 1 … POWERS, in columns some way apart."""
    t0, t1, t2, t3, t4, t5, t6 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for k in range(q.size):
        term = weight[k] * V[k] * x[k] * q[k]
        t0 += term
        term *= q[k]
        t1 += term
        term *= q[k]
        t2 += term
        term *= q[k]
        t3 += term
        term *= q[k]
        t4 += term
        term *= q[k]
        t5 += term
        term *= q[k]
        t6 += term
    sums[column], sums[column + apart], sums[column + 2 * apart] = t0, t1, t2
    sums[column + 3 * apart], sums[column + 4 * apart] = t3, t4
    sums[column + 5 * apart], sums[column + 6 * apart] = t5, t6


@kernel(PASS, fastmath=LOOSE)
def sums_pass(block, h, stage, problem):
    """Add up Vᵀ q^k F(y) and Vᵀ q^k U for k = 1 … POWERS."""
    q, v, _, U, V = _scratch(problem)
    y, sums, n_order = problem.y[problem.now[0], block], problem.sums[block], problem.m.shape[1]
    weight = problem.weight[block]
    _linearise(block, h, problem, y, q, U, V, v)
    width = n_order * (1 + n_order)
    for r in range(n_order):
        column = r * (1 + n_order)
        _power_sums(weight, V[r], q, v, sums, column, width)
        for p in range(n_order):
            _power_sums(weight, V[r], q, U[p], sums, column + 1 + p, width)


@kernel(PASS, fastmath=LOOSE)
def finish_pass(block, h, stage, problem):
    """Set the state after the step; keep its worst error and order parameters."""
    q, v, error, U, V = _scratch(problem)
    y, state = problem.y[problem.now[0], block], problem.y[1 - problem.now[0], block]
    _linearise(block, h, problem, y, q, U, V, v)
    state[:] = y
    error[:] = 0.0
    _add_powers(problem.b, problem.e, h * problem.gamma, problem, q, U, v, state, error)
    scale, rtol, atol = problem.scale[block], problem.rtol, problem.atol + TINY
    for k in range(y.size):
        size = max(scale[k], max(abs(y[k]), abs(state[k])))
        error[k] = abs(error[k] / (atol + rtol * size))
    _add_order(block, problem, state, V)
    problem.sums[block, U.shape[0]] = worst(error)


@kernel(PASS, fastmath=LOOSE)
def between_pass(block, h, stage, problem):
    """Set the state at y(t + θh), fourth order, as in `rosenbrock`."""
    q, v, unused, U, V = _scratch(problem)
    y, new = problem.y[problem.now[0], block], problem.y[1 - problem.now[0], block]
    state = problem.y[2, block]
    _linearise(block, h, problem, y, q, U, V, v)
    theta = problem.signals[1]
    for k in range(y.size):
        state[k] = (1.0 - theta) * y[k] + theta * new[k]
    beta = np.zeros(POWERS)
    for power in range(POWERS):
        share = theta * (1.0 - theta)
        for r in range(problem.D.shape[0]):
            beta[power] += share * problem.D[r, power]
            share *= theta
    _add_powers(beta, beta, h * problem.gamma, problem, q, U, v, state, unused)
    _add_order(block, problem, state, V)


@helper()
def _solve_links(n_powers, step, problem):
    """Find c_1 … c_n from the sums."""
    n_order = problem.m.shape[1]
    free, response = np.empty((n_powers, n_order)), np.empty((n_powers, n_order, n_order))
    column = 0
    for power in range(n_powers):
        for r in range(n_order):
            free[power, r] = total(problem.sums, column)
            for p in range(n_order):
                response[power, r, p] = step * total(problem.sums, column + 1 + p)
            column += 1 + n_order
    for power in range(n_powers):
        for before in range(power):
            for r in range(n_order):
                for p in range(n_order):
                    free[power, r] += response[power - before, r, p] * problem.link[before, p]
        eliminate(np.eye(n_order) - response[0], free[power], problem.link[power])


@kernel(STEP)
def linear_rosenbrock_step(walk, passes, h, problem):
    """Set the state after one step; return its error in units of the tolerance."""
    n_order, n_powers = problem.m.shape[1], passes.n_stages
    if n_order > 0:
        walk(passes.first, h, n_powers, problem)
        _solve_links(n_powers, h * problem.gamma, problem)
    walk(passes.second, h, n_powers, problem)
    collect_order(problem, n_powers)
    return problem.sums[:, n_order].max()


STEPPER = pointer(linear_rosenbrock_step, STEP)
_FINISH = pointer(finish_pass, PASS)
PASSES = Passes(
    POWERS,
    pointer(sums_pass, PASS),
    _FINISH,
    _FINISH,
    pointer(between_pass, PASS),
)
