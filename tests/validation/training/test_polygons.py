"""Regular polygons, the known resting points of toy models, are those of our flow."""

import numpy as np
import pytest

from superlaw.setting.optimizer import GradientFlow
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.validation.training.simulate import simulate
from superlaw.validation.training.students import population_flow

KGONS = {
    4: (1.0, 0.0, 0.0),
    5: (1.17046, -0.28230, 0.01583),
    6: (1.32053, -0.61814, 0.04819),
    7: (1.44839, -0.96691, 0.08327),
    8: (1.55045, -1.29119, 0.11555),
}
"""Column norm, bias and loss of k-gons in two dimensions (Chen et al., arXiv:2310.06301v1, whose
features are equally frequent, v uniform on (0, 1), loss E|y − x|²; recomputed to five digits)."""
PENTAGON_OF_SIX = 0.06874
"""The same of a pentagon where six features are active in turn and one is left out, L(5, 6)."""


def _at_polygon(k, n):
    """Return a flow of n equally frequent features: a k-gon, and others that stay silent."""
    norm, bias, _ = KGONS[k]
    student, task = Student(2, tied=True).on(n), PowerLawTask(1e-12, 0.0, n)
    flow = population_flow(task, student, GradientFlow(), np.random.default_rng(0), np.array([1]))
    parts, angle = flow.parts(flow.stepper.y), 2.0 * np.pi * np.arange(k) / k
    parts["W"][:], parts["beta"][:] = 0.0, -1.0
    parts["W"][:k] = norm * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    parts["beta"][:k] = 2.0 * bias
    own, others = flow.response.losses(parts["W"], parts["W"], parts["beta"])
    return flow, 0.5 * (own + others)


@pytest.mark.parametrize("k", KGONS)
def test_regular_polygons_are_at_rest_where_they_are_known_to_be(k):
    """Our amplitudes are twice theirs, so thresholds are too, and L = ½ · 4 of their loss."""
    flow, loss = _at_polygon(k, k)
    rate = np.empty_like(flow.stepper.y)
    flow._rate(flow.stepper.y, rate)
    assert np.max(np.abs(rate)) < 2e-5  # five digits are known
    assert loss == pytest.approx(KGONS[k][2], abs=1.25e-5)


def test_a_pentagon_that_leaves_a_feature_out_has_its_known_loss_and_is_at_rest():
    flow, loss = _at_polygon(5, 6)
    assert loss == pytest.approx(PENTAGON_OF_SIX, abs=1e-5)
    rate = np.empty_like(flow.stepper.y)
    flow._rate(flow.stepper.y, rate)
    assert np.max(np.abs(rate)) < 2e-5
    assert loss > KGONS[6][2]


def test_a_pentagon_is_where_five_columns_come_to_rest():
    task = PowerLawTask(1e-12, 0.0, 5)
    runs = simulate(task, Student(2, tied=True, init=0.5), [1e4], seeds=8)
    assert runs.loss.min() == pytest.approx(2.0 * KGONS[5][2], abs=1e-4)
    best = int(np.argmin(runs.loss))
    np.testing.assert_allclose(runs.observables["norms"][best], KGONS[5][0], rtol=1e-3)
    np.testing.assert_allclose(runs.observables["thresholds"][best], 2.0 * KGONS[5][1], rtol=3e-3)
