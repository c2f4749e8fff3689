"""Sums over the replicas and nodes of a row, whole by whole, are those that go one by one."""

import numpy as np
import pytest

from superlaw.solvers.closures.kernels.row_replica import closure_rates
from superlaw.solvers.closures.kernels.row_replica_pairs import Model, State, moments
from superlaw.solvers.closures.row_replica import gaussian_cells

TOLERANCE = 1e-12
"""Sums of some hundred terms in double precision, in another order."""
G, H, R, WIDTH = 5, 1, 4, 3.0
NODES, WEIGHTS = gaussian_cells(6, 4.0)
SIDES = {"open": (-0.4, -0.3), "shut": (-9.0, -7.0), "mixed": (-1.5, 1.5), "full": (5.0, 8.0)}
"""Between what the biases lie."""


def _shapes():
    heads, tails = (G, H, R), (G, G - H, len(NODES))
    return (G, R), (G, R), (G,), (G,), (3,), heads, tails


def _case(biases, seed=0):
    """Return a model, a state without responses, and its rates and interference loss."""
    rng = np.random.default_rng(seed)
    state, rate = (State(*(np.zeros(shape) for shape in _shapes())) for _ in range(2))
    state.s[:], state.beta[:] = rng.uniform(0.2, 0.8, (G, R)), rng.uniform(*biases, (G, R))
    state.column[:], state.row[:] = rng.uniform(1.5, 2.5, (2, G))
    state.bulk[:] = 0.5, 1.0, 0.3
    model = Model(
        rng.uniform(1.0, 3.0, G),
        rng.uniform(0.1, 0.4, G),
        rng.uniform(0.3, 1.0, G),
        WIDTH,
        1.0,
        rng.choice([-1.0, 1.0], (G, H, R)),
        np.zeros((G, R)),
        NODES,
        WEIGHTS,
        0.0 * NODES[1:],
    )
    _, loss = closure_rates(model, state, rate)
    return model, state, rate, loss


def _drives(S, beta, p):
    """Return −∂L/∂S, −∂L/∂β and L of an entry by R3 to R5."""
    m0, m1, m2 = moments(S, beta)
    cost = S * S * m2 + 2.0 * S * beta * m1 + beta * beta * m0
    return -p * (S * m2 + beta * m1), -p * (S * m1 + beta * m0), 0.5 * p * cost


def _by_entry(model, state):
    """Return D of nodes, and what R12 and R15 take of every pair, one entry after another."""
    D = np.zeros((G, G - H, len(NODES)))
    gain, of_bias, of_overlap, loss = np.zeros((G, G)), *np.zeros((2, G, R)), 0.0
    means, mu = state.s.mean(axis=1), state.bulk[0]
    for g, h, r in np.ndindex(G, G, R):
        sigma = np.sqrt((state.column[h] + state.row[g] - state.bulk[1]) / WIDTH)
        others = model.n[h] - float(g == h)
        head = h < H
        for q in range(1 if head else len(NODES)):
            mark, w = (model.marks[g, h, r], 1.0) if head else (NODES[q], WEIGHTS[q])
            pull, drive, cost = _drives(sigma * mark, state.beta[g, r], model.p[h])
            if not head:
                D[g, h - H, q] += pull / R
            gain[g, h] -= w * mark * pull / (sigma * R)
            of_bias[g, r] += others * w * drive
            overlap = (means[h] + state.s[g, r] - mu) / WIDTH
            of_overlap[g, r] += others * w * mark * pull / sigma * overlap
            loss += model.n[g] * others * w * cost / R
    return D, gain, of_bias, of_overlap, loss


@pytest.mark.kernels
@pytest.mark.parametrize("biases", SIDES.values(), ids=SIDES)
def test_rows_are_sums_over_their_entries(biases):
    model, state, rate, loss = _case(biases)
    D, gain, of_bias, of_overlap, stated = _by_entry(model, state)
    size = np.abs(D).max()
    np.testing.assert_allclose(rate.tail, D, rtol=TOLERANCE, atol=TOLERANCE * size)
    assert loss == pytest.approx(stated, rel=TOLERANCE)
    weight = model.n[None, :] - np.eye(G)
    lose = weight * gain.T / WIDTH
    react = np.sum(model.n[:, None] * weight * gain) / WIDTH**2
    means, mu = state.s.mean(axis=1), state.bulk[0]
    for g, r in np.ndindex(G, R):
        gap = state.s[g, r] - model.target[g]
        m0, m1, m2 = moments(state.s[g, r], state.beta[g, r])
        own = state.s[g, r] - mu
        lost = np.sum(lose[g] * (means + own))
        at = -model.p[g] * (gap * m2 + state.beta[g, r] * m1) + of_overlap[g, r]
        at += rate.bulk[0] - own * react - lost
        assert rate.s[g, r] == pytest.approx(at, rel=TOLERANCE, abs=TOLERANCE)
        at = of_bias[g, r] - model.p[g] * (gap * m1 + state.beta[g, r] * m0)
        assert rate.beta[g, r] == pytest.approx(at, rel=TOLERANCE, abs=TOLERANCE)
