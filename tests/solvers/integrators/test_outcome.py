"""A number that the tolerance does not carry is not given as if it were one."""

import numpy as np
import pytest
from conftest import JIT

from superlaw.setting.task import PowerLawTask
from superlaw.solvers.integrators.integrate import integrate
from superlaw.solvers.models.families import sequential, two_layer
from superlaw.solvers.models.sequential import exponential_sum
from superlaw.solvers.models.two_layer import logistic_sum

SLOPE = 0.05
"""A slope that is given is this near the exact one, though a hundredth of the rate may be lost."""
LOSS = 0.05
TIMES = np.geomspace(1.0, 3e5, 60)
MANY = pytest.mark.skipif(not JIT, reason="takes a hundred thousand stages")

pytestmark = pytest.mark.kernels


def modes(n=256):
    """A tail so steep that the loss falls below every tolerance."""
    task, index = PowerLawTask(1.1, 0.0, n), np.arange(1.0, n + 1.0)
    return np.asarray(task.second_moment(index)), np.asarray(task.target(index)), np.ones(n)


def carried(found):
    """Return at how many times the loss is vouched for."""
    (notice,) = found.warnings
    assert notice.code == "W-ROUNDING"
    assert "the local slope from t = " in notice.message
    if "the loss from t = " not in notice.message:
        return len(found.times)
    start = float(notice.message.partition("the loss from t = ")[2].partition(" on")[0])
    return int(np.searchsorted(found.times, 0.999 * start))


@pytest.mark.parametrize("rtol", [1e-3, 1e-6])
@pytest.mark.parametrize("method", [pytest.param("tsit5", marks=MANY), "rosenbrock", "rkc"])
def test_a_loss_in_the_tail_is_flagged_and_its_slope_not_given(method, rtol):
    lam, a, n = modes()
    times = TIMES[TIMES < 3e4] if method == "tsit5" else TIMES
    found = integrate(sequential.problem(lam, a, n), times, method=method, rtol=rtol)
    loss, slope = exponential_sum(times, 0.5 * n * lam * a**2, 2.0 * lam)
    given = np.isfinite(found.local_slope)
    assert found.status == "success"
    np.testing.assert_allclose(found.local_slope[given], slope[given], rtol=SLOPE)
    good = carried(found)
    np.testing.assert_allclose(found.loss[:good], loss[:good], rtol=LOSS)
    assert loss[good - 1] < 1e2 * rtol**2 * loss[0] / rtol**0.5  # not flagged long before it must
    assert not given[good:].any()


def test_a_two_layer_student_that_has_learned_all_is_flagged():
    lam, a, n = modes(32)
    found = integrate(two_layer.problem(lam, a, n, 0.1 * a), TIMES, method="rosenbrock")
    loss, slope = logistic_sum(TIMES, lam, a, n, 0.1 * a)
    given, good = np.isfinite(found.local_slope), carried(found)
    np.testing.assert_allclose(found.local_slope[given], slope[given], rtol=SLOPE)
    np.testing.assert_allclose(found.loss[:good], loss[:good], rtol=LOSS)
    assert 10 < good < len(TIMES)


def test_what_is_exact_in_one_step_is_not_flagged():
    lam, a, n = modes()
    times = np.geomspace(1.0, 3e5, 300)
    found = integrate(sequential.problem(lam, a, n), times)
    loss, slope = exponential_sum(times, 0.5 * n * lam * a**2, 2.0 * lam)
    assert found.warnings == ()
    np.testing.assert_allclose(found.loss, loss, rtol=1e-10)
    np.testing.assert_allclose(found.local_slope, slope, rtol=1e-10)


def test_what_one_exact_step_rounds_away_is_flagged():
    one = np.ones(1)
    times = np.array([1.0, 20.0, 55.0])  # the last step goes below the rounding of its start
    found = integrate(sequential.problem(one, one, one), times)
    exact = 0.5 * np.exp(-2.0 * times)
    assert np.isfinite(found.local_slope).tolist() == [True, True, False]
    np.testing.assert_allclose(found.loss[:2], exact[:2], rtol=1e-6)
    assert abs(found.loss[2] / exact[2] - 1.0) > 0.05
    assert "from t = 55 on" in found.warnings[0].message


def test_a_loss_of_0_has_no_slope():
    one = np.ones(1)
    found = integrate(sequential.problem(one, one, one), [1.0, 1e4])
    assert found.loss[1] == 0.0
    assert np.isnan(found.local_slope).tolist() == [False, True]
    assert "W-ROUNDING" in {notice.code for notice in found.warnings}
    assert "unknown" in str(found)
    assert found.to_dict()["local_slope"][0] == pytest.approx(2.0)
