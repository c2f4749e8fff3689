"""Rates of the closure of a tied student, by pairs of feature classes.

Indices: g, h classes, q quantile nodes of the cosine of two random columns. Exactly one feature is
active at a time and v ~ U(0, 2).
"""

from __future__ import annotations

from collections import namedtuple

from numba import float64, types

from superlaw.compiled import helper, kernel
from superlaw.solvers.closures.kernels.row_replica_pairs import moments

_vector, _cube = float64[::1], float64[:, :, ::1]
Model = namedtuple(
    "Model",
    (
        "n",  # multiplicity of each class, (G,)
        "p",  # frequency, (G,)
        "target",  # teacher entry, (G,)
        "nodes",  # cosines of two random columns, (Q,)
        "node_weights",  # their weights, adding up to 1, (Q,)
    ),
)
State = namedtuple("State", ("norm", "threshold", "pushed"))
"""Norms √s and thresholds −β of each class, (G,); Y of column h along column g, (G, G, Q)."""
MODEL = types.NamedUniTuple(_vector, 5, Model)
STATE = types.NamedTuple((_vector, _vector, _cube), State)


@helper()
def _own(model, state, rate):
    """Start the rates with what own features do; return their loss (R4, R5, R19)."""
    loss = 0.0
    for g in range(model.n.size):
        r, theta, target = state.norm[g], state.threshold[g], model.target[g]
        m0, m1, m2 = moments(r * r, -theta)
        error, p = r * r - target, model.p[g]
        rate.norm[g] = -2.0 * r * p * (error * m2 - theta * m1)
        rate.threshold[g] = p * (error * m1 - theta * m0)
        passed = error * error * m2 - 2.0 * error * theta * m1 + theta * theta * m0
        loss += 0.5 * model.n[g] * p * (passed + target * target * (4.0 / 3.0 - m2))
    return loss


@helper()
def _pair(g, h, model, state, rate):
    """Go through the cosines of a pair: its push (U24), and the means over its entries.

    Returns the mean power S (D + Dᵀ), the mean drives of both thresholds, the one of h first, and
    the mean loss of both entries.
    """
    power = drive_h = drive_g = loss = 0.0
    r_g, r_h, p_g, p_h = state.norm[g], state.norm[h], model.p[g], model.p[h]
    theta_g, theta_h = state.threshold[g], state.threshold[h]
    for q in range(model.nodes.size):
        S = r_g * r_h * model.nodes[q] + r_g * state.pushed[g, h, q] + r_h * state.pushed[h, g, q]
        m0, m1, m2 = moments(S, -theta_h)
        k0, k1, k2 = moments(S, -theta_g)
        weight = model.node_weights[q]
        push = -p_g * (S * m2 - theta_h * m1) - p_h * (S * k2 - theta_g * k1)
        rate.pushed[g, h, q] = r_g * push
        rate.pushed[h, g, q] = r_h * push
        power += weight * S * push
        drive_h += weight * p_g * (S * m1 - theta_h * m0)
        drive_g += weight * p_h * (S * k1 - theta_g * k0)
        at_h = S * S * m2 - 2.0 * S * theta_h * m1 + theta_h * theta_h * m0
        at_g = S * S * k2 - 2.0 * S * theta_g * k1 + theta_g * theta_g * k0
        loss += 0.5 * weight * (p_g * at_h + p_h * at_g)
    return power, drive_h, drive_g, loss


@kernel(types.UniTuple(float64, 2)(MODEL, STATE, STATE))
def closure_rates(model, state, rate):
    """Fill the rates of a state (U3, R5, U24); return its diagonal and its interference loss."""
    diagonal, interference = _own(model, state, rate), 0.0
    for g in range(model.n.size):
        for h in range(g + 1):
            same = 1.0 if g == h else 0.0
            n_g, n_h = max(model.n[g] - same, 0.0), max(model.n[h] - same, 0.0)
            power, drive_h, drive_g, loss = _pair(g, h, model, state, rate)
            rate.norm[h] += n_g * power / state.norm[h]
            rate.threshold[h] += n_g * drive_h
            if g != h:
                rate.norm[g] += n_h * power / state.norm[g]
                rate.threshold[g] += n_h * drive_g
            interference += model.n[g] * n_h * loss * (1.0 - 0.5 * same)
    for h in range(model.n.size):
        growth = rate.norm[h] / state.norm[h]
        for g in range(model.n.size):
            for q in range(model.nodes.size):
                rate.pushed[g, h, q] += growth * state.pushed[g, h, q]
    return diagonal, interference
