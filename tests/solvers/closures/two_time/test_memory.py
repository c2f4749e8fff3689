"""What a network answers: kernels beside matrices, linear gates, and no memory."""

import numpy as np
import pytest

from superlaw.setting.embedding import embedding
from superlaw.solvers.closures.kernels.two_time import add_answers
from superlaw.solvers.closures.two_time import memory as answering
from superlaw.solvers.closures.two_time.memory import Column, memory
from superlaw.solvers.closures.two_time.times import backward_differences, part_left
from superlaw.validation.reports import kicks
from superlaw.validation.reports.memory import by_columns

TIMES = np.logspace(-1.0, 3.0, 97)
START = 24


def linear(p: float, n_features: float, n_entries: float) -> Column:
    """Return a class of columns whose gates are open: drives are −(4/3) p S."""
    ones = np.ones((1, TIMES.size))
    return Column(0.0 * ones, 4.0 / 3.0 * ones, 0.0 * ones, p, n_features, n_entries)


@pytest.mark.kernels
def test_an_entry_whose_bias_answers_is_what_matrices_have():
    """With E = D_S + D_b (d + κ)⁻¹ D_b, q = (1 − E R)⁻¹ E (R31); any other sign is not that."""
    times = np.logspace(-1.0, 1.0, 12)
    generator, d = np.random.default_rng(3), backward_differences(times)
    m1, m2, stiffness = generator.uniform(0.0, 1.0, (3, 2, 12))
    p, kept, found = np.array([0.3, 0.7]), np.linalg.inv(d + 0.2 * np.eye(12))[None], 0.0
    answers = np.zeros((1, 12, 12))
    add_answers(m1, m2, stiffness, p, np.zeros(2, np.int64), kept, d, answers)

    def stated(entry: int, sign: float) -> np.ndarray:
        by_bias = np.diag(p[entry] * m1[entry])
        bias = by_bias @ np.linalg.inv(d + np.diag(stiffness[entry])) @ by_bias
        E = -np.diag(p[entry] * m2[entry]) + sign * bias
        return np.linalg.solve(np.eye(12) - E @ kept[0], E)

    found = sum(stated(entry, 1.0) for entry in range(2))
    np.testing.assert_allclose(answers[0], found, rtol=1e-9, atol=1e-13)
    assert np.abs(answers[0] - sum(stated(entry, -1.0) for entry in range(2))).max() > 0.01


@pytest.mark.parametrize("share", [2, 4])
def test_linear_gates_leave_what_columns_of_random_directions_do(share):
    """Alike in all rows, with no other column: (1/K) tr exp(−λ W Wᵀ t), λ = (4/3) p."""
    K, p = 120, 0.02
    W = embedding("random", K, share * K, np.random.default_rng(5))
    d = backward_differences(TIMES)
    kept = memory([linear(p, 0.0, share * K)], d, K).kept
    left = part_left(kept, d, START)[0]
    rates = 4.0 / 3.0 * p * np.linalg.eigvalsh(W @ W.T)
    exact = np.exp(-np.outer(TIMES[START:] - TIMES[START], rates)).mean(axis=1)
    np.testing.assert_allclose(left[START + 2 :], exact[2:], atol=0.015)
    at_once = np.exp(-4.0 / 3.0 * p * share * (TIMES - TIMES[START]))[START:]
    assert np.abs(at_once - exact).max() > 0.06


def test_entries_stand_for_those_that_were_not_drawn():
    """A sample in which each entry stands twice answers as the sample does."""
    d, gates = backward_differences(TIMES), np.random.default_rng(7).uniform(0.0, 1.0, (3, 2, 97))
    once = Column(*gates, 0.02, 40.0, 79.0)
    twice = Column(*np.concatenate([gates, gates], axis=1), 0.02, 40.0, 79.0)
    kept = [memory([each], d, 20).kept for each in (once, twice)]
    assert kept[0][0, -1, START] < 0.9 * kept[0][0, START, START]
    np.testing.assert_allclose(kept[1], kept[0], rtol=1e-9, atol=1e-12)


def test_columns_answer_as_one_in_time_as_in_laplace_space():
    """What is left, averaged over times of about 1/z, is that of the page's other script (R33)."""
    N, K, z = 300, 100, 0.03
    p = np.arange(1.0, N + 1.0) ** -1.2
    p /= p.sum()
    d = backward_differences(TIMES)
    left = part_left(memory([linear(each, 1.0, N) for each in p], d, K).unowned, d, START)[START:]
    after = TIMES[START:] - TIMES[START]
    weighed = left * np.exp(-z * after)
    found = np.sum(0.5 * (weighed[1:] + weighed[:-1]) * np.diff(after))
    exact = by_columns(z, 4.0 / 3.0 * p, K, np.zeros((1, 1)))
    assert found == pytest.approx(exact, rel=0.02)


def test_answers_that_are_small_one_by_one_have_no_memory():
    """Then R35 is R13: exp(−(k^c + Δ) t)."""
    column, K, d = linear(2e-5, 1e5, 1e3), 100, backward_differences(TIMES)
    left = part_left(memory([column], d, K).kept, d, START)[0]
    at_once = kicks.at_once([column], TIMES[START : START + 17], START, K)[0]
    assert left[START + 16] == pytest.approx(at_once, rel=0.02)
    assert at_once < 0.5


def test_what_does_not_settle_is_said(monkeypatch):
    monkeypatch.setattr(answering, "MOST_ROUNDS", 1)
    with pytest.raises(ArithmeticError, match="after 1 rounds"):
        memory([linear(0.1, 10.0, 10.0)], backward_differences(TIMES), 4)
