"""Softened biases and rows as ones: the kernel beside matrices, and linear gates beside flows."""

import numpy as np
import pytest

from superlaw.setting.embedding import embedding
from superlaw.solvers.closures.kernels.two_time import add_answers_of_row
from superlaw.solvers.closures.two_time import rows_as_ones as scattering
from superlaw.solvers.closures.two_time.memory import Column, memory
from superlaw.solvers.closures.two_time.rows_as_ones import Row, rows_as_ones
from superlaw.solvers.closures.two_time.times import backward_differences, part_left

TIMES = np.logspace(-1.0, 3.0, 97)
START, K, N, P = 24, 100, 200, 0.01


@pytest.mark.kernels
def test_a_row_answers_as_its_entries_and_its_bias_together():
    """Solve for all entries and the bias at once, and kick one field after another (R47)."""
    times = np.logspace(-1.0, 1.0, 10)
    n, d, generator = 10, backward_differences(times), np.random.default_rng(3)
    m1, m2 = generator.uniform(0.0, 1.0, (2, 3, n))
    for moment in (m1, m2):  # gates that open late, close early, and close in between
        moment[0, :3] = moment[1, 7:] = moment[2, 4:6] = 0.0
    stiffness, p, of = (
        generator.uniform(0.0, 1.0, n),
        np.array([0.9, 0.7, 0.4]),
        np.array([0, 1, 1]),
    )
    kept = np.array([np.linalg.inv(d + each * np.eye(n)) for each in (0.2, 0.4)])
    answers = np.zeros((2, n, n))
    add_answers_of_row(m1, m2, stiffness, p, of, kept, d, answers)
    whole, drives = np.zeros((4 * n, 4 * n)), np.zeros((3, n, 4 * n))
    at = [slice(e * n, (e + 1) * n) for e in range(4)]
    whole[at[3], at[3]] = d + np.diag(stiffness)
    for e in range(3):
        drives[e, :, at[e]], drives[e, :, at[3]] = -np.diag(p[e] * m2[e]), -np.diag(p[e] * m1[e])
        whole[at[e]] = -kept[of[e]] @ drives[e]
        whole[at[e], at[e]] += np.eye(n)
        whole[at[3], at[e]] = np.diag(p[e] * m1[e])
    solved = np.linalg.inv(whole)
    found = [drives[e] @ solved[:, at[e]] for e in range(3)]
    np.testing.assert_allclose(answers[0], found[0], rtol=1e-9, atol=1e-13)
    np.testing.assert_allclose(answers[1], found[1] + found[2], rtol=1e-9, atol=1e-13)


def _open_gates():
    """Return a class of columns and a row whose gates are open, without bias."""
    ones = np.ones((N, TIMES.size))
    column = Column(0.0 * ones[:1], 4.0 / 3.0 * ones[:1], 0.0 * ones[:1], P, float(N), float(N))
    of = np.zeros(N, np.int64)
    return column, Row(0.0 * ones, 4.0 / 3.0 * ones, 0.0 * TIMES, np.full(N, P), of)


def test_linear_gates_leave_what_the_flow_does():
    """B → −λ W Wᵀ B W Wᵀ with λ = (4/3) p, kicked along v w_iᵀ; R35 leaves too little."""
    column, row = _open_gates()
    d = backward_differences(TIMES)
    known = memory([column], d, K)
    scattered = rows_as_ones([column], [row], known, K)
    W = embedding("random", K, N, np.random.default_rng(5))
    g = np.linalg.eigvalsh(W @ W.T)
    times = TIMES[START:] - TIMES[START]
    exact = [np.exp(-4.0 / 3.0 * P * t * np.outer(g, g)).mean(axis=0) @ g / N for t in times]
    off = {
        name: np.abs(part_left(kept, d, START)[0, START:] - exact)[2:].max()
        for name, kept in (("R35", known.kept), ("R49", scattered.kept))
    }
    assert off["R49"] < 0.025
    assert off["R35"] > 3.0 * off["R49"]


def test_what_does_not_settle_is_said(monkeypatch):
    monkeypatch.setattr(scattering, "MOST_ROUNDS", 1)
    column, row = _open_gates()
    d = backward_differences(TIMES)
    with pytest.raises(ArithmeticError, match="after 1 rounds"):
        rows_as_ones([column], [row], memory([column], d, K), K)


def test_a_row_is_left_less_of_a_kick_than_all_rows_in_the_mean():
    """R_ji of a row with open gates, and of one with none, which is that of the column (R49)."""
    column, row = _open_gates()
    closed = Row(0.0 * row.m1, 0.0 * row.m2, row.stiffness, row.p, row.of)
    d = backward_differences(TIMES)
    scattered = rows_as_ones([column], [row, closed], memory([column], d, K), K)
    left = [
        part_left(each, d, START)[0, -40]
        for each in (*map(scattered.of_row, range(2)), scattered.kept)
    ]
    assert left[0] < 0.8 * left[2]
    assert left[1] == pytest.approx(left[2], rel=1e-9)
