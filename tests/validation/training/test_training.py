"""Simulated training: samplers draw what they should, kernels equal their plain twins."""

import numpy as np
import pytest
from scipy import stats

from superlaw.setting.optimizer import SGD
from superlaw.setting.task import PowerLawTask
from superlaw.validation.training.kernels.full_rank import population_loss
from superlaw.validation.training.kernels.sampling import draw, ladder
from superlaw.validation.training.plain import FullRankTrainer

pytestmark = pytest.mark.kernels
UNLIKELY = 1e-4
"""A test of random numbers with a fixed seed may be this unlikely."""


def _draws(task, n, seed=0):
    """Return feature indices, amplitudes and the number of active features of n samples."""
    generator = np.random.default_rng(seed)
    steps = ladder(task)
    index, amplitude = np.empty(task.n_features, np.int64), np.empty(task.n_features)
    features, values, counts = [], [], []
    for _ in range(n):
        stop = draw(generator, task.activity == "one", task.law.code, steps, index, amplitude, 0)
        features += index[:stop].tolist()
        values += amplitude[:stop].tolist()
        counts.append(stop)
    return np.array(features), np.array(values), np.array(counts)


@pytest.mark.parametrize("activity", ["one", "bernoulli"])
def test_features_come_with_their_frequencies(activity):
    task, n = PowerLawTask(1.2, 0.0, 12, activity=activity), 4000
    features, _, counts = _draws(task, n)
    found = np.bincount(features, minlength=12)
    p = task.probability(np.arange(1.0, 13.0))
    if activity == "one":
        assert np.all(counts == 1)
        assert stats.chisquare(found, n * p).pvalue > UNLIKELY
        return
    for hits, chance in zip(found, p, strict=True):
        assert stats.binomtest(int(hits), n, chance).pvalue > UNLIKELY


def test_independent_features_are_independent():
    task, n = PowerLawTask(1.0, 0.0, 6, activity="bernoulli", density=2.0), 3000
    active = np.zeros((n, 6))
    features, _, counts = _draws(task, n)
    active[np.repeat(np.arange(n), counts), features] = 1.0
    correlations = np.corrcoef(active.T)[np.triu_indices(6, 1)]
    assert np.max(np.abs(correlations)) < 4.0 / np.sqrt(n)


@pytest.mark.parametrize("amplitude", ["uniform", "constant", "half-normal", "symmetric"])
def test_amplitudes_follow_their_law(amplitude):
    task = PowerLawTask(1.2, 0.0, 12, amplitude=amplitude)
    _, values, _ = _draws(task, 2000)
    for k in (1, 2, 4):
        spread = np.sqrt((task.law.moment(2 * k) - task.law.moment(k) ** 2) / len(values))
        assert abs(np.mean(values**k) - task.law.moment(k)) <= 4.0 * spread


@pytest.mark.parametrize("activity", ["one", "bernoulli"])
@pytest.mark.parametrize(("batch", "momentum"), [(1, 0.0), (3, 0.0), (3, 0.7)])
def test_sgd_equals_its_plain_twin(activity, batch, momentum):
    """The same samples through dense numpy: V ← m V − (η/B) Σ (Sx − Ax) xᵀ, S ← S + V."""
    task, n_steps = PowerLawTask(1.5, 0.5, 8, activity=activity), 25
    optimizer = SGD(0.1, batch, momentum)
    trainer = FullRankTrainer(task, optimizer, np.random.default_rng(3), np.array([1]))
    trainer.advance(n_steps, n_steps)
    features, values, counts = _draws(task, n_steps * batch, seed=3)
    x = np.zeros((n_steps * batch, 8))
    x[np.repeat(np.arange(len(counts)), counts), features] = values
    A, S, V = np.diag(task.target(np.arange(1.0, 9.0))), np.zeros((8, 8)), np.zeros((8, 8))
    for step in x.reshape(n_steps, batch, 8):
        pull = sum(np.outer((S - A) @ sample, sample) for sample in step)
        V = momentum * V - 0.1 / batch * pull
        S += V
    np.testing.assert_allclose(A - trainer.columns.T, S, atol=1e-14)


@pytest.mark.parametrize("momentum", [0.0, 0.7])
def test_population_gradient_equals_its_plain_twin(momentum):
    task, optimizer = PowerLawTask(1.5, 0.5, 8, activity="bernoulli"), SGD(0.2, None, momentum)
    trainer = FullRankTrainer(task, optimizer, np.random.default_rng(0), np.array([1]))
    trainer.advance(30, 30)
    A, S, V = np.diag(trainer.target), np.zeros((8, 8)), np.zeros((8, 8))
    sigma = np.diag(trainer.variance) + np.outer(trainer.mean, trainer.mean)
    for _ in range(30):
        V = momentum * V - 0.2 * (S - A) @ sigma
        S += V
    np.testing.assert_allclose(A - trainer.columns.T, S, atol=1e-14)


def test_population_loss_is_exact():
    rng = np.random.default_rng(0)
    columns, variance, mean = rng.normal(size=(6, 6)), rng.uniform(size=6), rng.uniform(size=6)
    sigma = np.diag(variance) + np.outer(mean, mean)
    expected = 0.5 * np.trace(columns.T @ sigma @ columns)
    assert population_loss(columns, variance, mean) == pytest.approx(expected, rel=1e-13)
