"""Plain gradient with a ridge: closed cases, and an energy no higher than Adam's."""

import numpy as np
import pytest

import superlaw as sl
from superlaw.setting.frequencies import by_law
from superlaw.theory.laws.width import isolated_norm
from superlaw.validation.training.codes import trained_code
from superlaw.validation.training.descent import FlowTrainer
from superlaw.validation.training.recipe import Recipe
from superlaw.validation.width import starts


def flow(p, m, ridge, steps=300, seed=0):
    first = starts.plain(len(p), m, np.random.default_rng(seed))
    trainer = FlowTrainer(p, *first, ridge, steps)
    energies = [trainer.energy]
    while not trainer.is_done:
        trainer.step()
        energies.append(trainer.energy)
    return trainer, energies


@pytest.mark.parametrize("ridge", [0.1, 0.4])
def test_a_single_feature_ends_where_algebra_says(ridge):
    """p = 1: (4/3)(1 − s)² − 2b(1 − s) + b² + λs/2 is least at s = 1 − 3λ/4 and b = 3λ/4."""
    trainer, _ = flow(np.ones(1), 1, ridge)
    (s,) = np.sum(trainer.code().columns ** 2, axis=1)
    assert s == pytest.approx(1.0 - 0.75 * ridge, rel=2e-3)
    assert trainer.code().biases == pytest.approx([0.75 * ridge], rel=0.02)


def test_features_with_room_have_the_norm_of_an_isolated_one():
    """|w|² = 1 − 3λ/(16p), below by a part p of what is missing: the law has no bias."""
    p, ridge = by_law("power", 40, a=1.0), 0.04
    trainer, _ = flow(p, 38, ridge)
    s = np.sum(trainer.code().columns ** 2, axis=1)
    alone = np.array([isolated_norm(float(each), ridge) for each in p])
    shown = p > 1.3 * ridge / 4.0
    assert s[shown] == pytest.approx(alone[shown], abs=0.03)
    assert np.all(s[p < 0.15 * ridge] < 0.01)


def test_the_energy_only_falls_and_the_end_is_at_rest():
    p, ridge = by_law("power", 60, a=1.0), 0.05
    trainer, energies = flow(p, 12, ridge)
    assert np.all(np.diff(energies) <= 1e-6 * energies[0])
    assert trainer.n_steps < 300 and trainer.code().energy(ridge) == energies[-1]
    code, step, rng = trainer.code(), 1e-3, np.random.default_rng(1)
    for _ in range(3):  # no direction goes down
        move = rng.standard_normal(code.columns.shape)
        for sign in (1.0, -1.0):
            moved = np.concatenate([code.columns + sign * step * move, code.biases[:, None]], 1)
            other = FlowTrainer(p, moved[:, :-1], moved[:, -1], ridge, 1)
            assert other.energy > energies[-1] - 1e-6


def test_its_pull_is_that_of_the_energy():
    p, ridge, step = by_law("power", 6, a=1.0), 0.3, 1e-3
    rng = np.random.default_rng(0)
    W, b = rng.standard_normal((6, 3)), -0.1 * rng.random(6)
    slope = FlowTrainer(p, W, b, ridge, 1).stepper.slope
    for k in (0, 7, 17, 20):
        ends = []
        for sign in (1.0, -1.0):
            y = np.concatenate([W.ravel(), b])
            y[k] += sign * step
            ends.append(FlowTrainer(p, y[:18].reshape(6, 3), y[18:], ridge, 1).energy)
        assert -2.0 * slope[k] == pytest.approx((ends[0] - ends[1]) / (2.0 * step), abs=2e-4)


def test_plain_gradient_ends_no_higher_than_adam_and_counts_alike():
    """In a crowd, where the last column pays for its clearance too."""
    p, m, ridge = by_law("power", 60, a=1.0), 5, 0.04
    trainer, energies = flow(p, m, ridge)
    first = starts.plain(60, m, np.random.default_rng(0))
    adam = trained_code(p, *first, Recipe(600, ridge=ridge), on_step=lambda *_: None)
    assert energies[-1] < 1.005 * adam.energy(ridge)
    assert trainer.code().represented == pytest.approx(adam.represented, abs=3)


def test_the_law_trains_by_it():
    p = by_law("power", 60, a=1.0)
    found = sl.width_law(p, [12], ridge=0.1, train=True, starts=1, optimizer="flow")
    alone = int(np.sum(p > 0.1 / 4.0))
    assert abs(60 * found.represented[0] - alone) <= 1 and found.regime == ("weak",)
    assert found.trained[0] == pytest.approx(found.predicted[0], rel=0.05)
    assert 0 < found.steps < 300 and found.training.startswith("flow, best of 1 from Gaussian")
