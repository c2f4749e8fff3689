"""Covariances of columns beside those of linear gates, where a column is known exactly."""

import numpy as np
import pytest

from superlaw.setting.embedding import embedding
from superlaw.solvers.closures.two_time.covariances import Across, Learned, covariance, shown_by
from superlaw.solvers.closures.two_time.memory import Column, Memory, memory
from superlaw.solvers.closures.two_time.times import backward_differences

TIMES = np.logspace(-1.0, 0.75, 29)
K, N, LAM, LEARNED = 300, 600, 0.03, 100


@pytest.fixture(scope="module")
def column():
    """Return the exact covariance of unlearned columns, and what R36 is made of.

    dB/dt = M − λ W Wᵀ B w_i w_iᵀ with M = Σ_k w_k w_kᵀ over learned k: only column i answers.
    """
    W = embedding("random", K, N, np.random.default_rng(2))
    M = W[:, :LEARNED] @ W[:, :LEARNED].T
    rates, modes = np.linalg.eigh(W @ W.T)
    grown = -np.expm1(-LAM * rates[:, None] * TIMES) / (LAM * rates[:, None])
    exact, forces, drawn = 0.0, 0.0, range(LEARNED, N)
    for i in drawn:
        u = modes @ (grown * (modes.T @ (M @ W[:, i]))[:, None])
        D = -LAM * np.delete(W, i, axis=1).T @ u
        own = W[:, i] @ u
        exact = exact + (u.T @ u - np.outer(own, own)) / len(drawn)
        forces = forces + D.T @ D / len(drawn)
    ones, d = np.ones((1, TIMES.size)), backward_differences(TIMES)
    entries = Column(0.0 * ones, 4.0 / 3.0 * ones, 0.0 * ones, 0.75 * LAM, 0.0, N - 1.0)
    known, square = memory([entries], d, K), np.outer(TIMES, TIMES)
    mu = np.trace(M) / K
    learned = Learned(mu * TIMES, np.sum(M * M) / K * square)
    crossing = []
    for part in (slice(LEARNED), slice(LEARNED, N)):
        V = M @ W[:, part]
        s = np.sum(W[:, part] * V, axis=0)
        share = V.shape[1] / N
        size = np.mean(np.sum(V * V, axis=0) - s**2)
        answers = share * K * known.columns[0]
        crossing.append(Across(answers, size * square, (s.mean() - mu) * TIMES))
    return exact, known, forces, learned, crossing


def stated(column, sign=1.0, x=0.0):
    """Return the covariance by R36, with a sign before Y."""
    _, known, forces, learned, crossing = column
    x = x * TIMES
    Y = sign * shown_by(crossing, learned, x, K)
    return covariance(known, known.columns[0], forces, Y, learned.without(x, K))


def test_a_column_of_linear_gates_is_what_flows_have_and_a_wrong_sign_is_not(column):
    exact = np.diagonal(column[0])
    ratio = np.diagonal(stated(column)) / exact
    assert exact[-1] < 0.5 * column[3].r0[-1, -1]
    np.testing.assert_allclose(ratio, 1.0, atol=0.03)
    assert np.abs(np.diagonal(stated(column, sign=0.0)) / exact - 1.0).max() > 0.2
    assert np.abs(np.diagonal(stated(column, sign=-1.0)) / exact - 1.0).max() > 0.4


def test_correlations_of_such_a_column_are_those_of_flows_too(column):
    def cosine(C):
        return C[-1] / np.sqrt(C[-1, -1] * np.diagonal(C))

    np.testing.assert_allclose(cosine(stated(column)), cosine(column[0]), atol=0.01)


def test_a_covariance_is_one_where_rows_show_nothing(column):
    """It has no negative eigenvalue, whatever answers; with what rows show, also no asymmetry."""
    _, known, forces, learned, _ = column
    r = learned.without(0.0 * TIMES, K)
    C = covariance(known, known.columns[0], forces, np.zeros_like(r), r)
    assert np.linalg.eigvalsh(C).min() > -1e-12 * np.abs(C).max()
    C = stated(column, x=0.1)
    np.testing.assert_allclose(C, C.T, rtol=1e-9, atol=1e-12)


def test_what_a_feature_has_put_in_itself_is_left_out():
    nothing, square = np.zeros((29, 29)), np.outer(TIMES, TIMES)
    learned = Learned(0.5 * TIMES, square)
    known = Memory(backward_differences(TIMES), nothing, nothing[None])
    C = covariance(known, nothing, nothing, nothing, learned.without(2.0 * TIMES, 8))
    np.testing.assert_allclose(C, (1.0 - 0.25 - 0.5) * square)
