"""Lists of the pairs that interact: no bit of a flow depends on them."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superlaw.setting.optimizer import GradientFlow
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.validation.training import interactions
from superlaw.validation.training.features import Features
from superlaw.validation.training.interactions import Interactions
from superlaw.validation.training.students import population_flow


def _pulls(response, L, R, beta):
    """All pulls of a response, in new arrays."""
    found = np.zeros_like(L), np.zeros_like(R), np.zeros_like(beta)
    response.pull(L, R, beta, *found)
    return found


def _late(is_tied, dtype, n=96, width=8, seed=0):
    """Factors and thresholds under which few pairs are open."""
    rng = np.random.default_rng(seed)
    L, R = ((rng.standard_normal((n, width)) / np.sqrt(width)).astype(dtype) for _ in range(2))
    beta = (-0.6 - 0.2 * rng.random(n)).astype(dtype)
    return (R if is_tied else L), R, beta


# Not compiled, the branch that is not taken is worked out all the same, and may overflow.
@pytest.mark.filterwarnings("ignore:overflow encountered")
@pytest.mark.kernels
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(("is_tied", "two_sided"), [(True, False), (False, False), (False, True)])
def test_lists_change_no_bit(monkeypatch, dtype, is_tied, two_sided):
    """Not what else they list, nor the size of their blocks, nor threads."""
    features = Features.of(PowerLawTask(1.5, 0.5, 96), dtype)
    L, R, beta = _late(is_tied, dtype)

    def response(pool=None):
        return Interactions(features, 8, is_tied=is_tied, two_sided=two_sided, pool=pool)

    tight, wide = response(), response()
    wanted = _pulls(tight, L, R, beta)
    wide._allowances = lambda moving: (np.full(len(x), 9.0, dtype) for x in moving)
    found = _pulls(wide, L, R, beta)
    assert tight.n_pairs < 0.3 * wide.n_pairs == pytest.approx(0.3 * 96 * 95)
    monkeypatch.setattr(interactions, "CACHE_BYTES", 1)
    for other in (found, _pulls(response(), L, R, beta)):
        for one, two in zip(wanted, other, strict=True):
            np.testing.assert_array_equal(one, two)
    monkeypatch.setattr(interactions, "SHARE_WORK", 96 * 96)
    shared = response()
    assert len(shared.shares) == interactions.MOST_SHARES
    with ThreadPoolExecutor(3) as pool:
        for one, two in zip(
            _pulls(shared, L, R, beta), _pulls(response(pool), L, R, beta), strict=True
        ):
            np.testing.assert_array_equal(one, two)


@given(seed=st.integers(0, 10**6), size=st.floats(1e-4, 0.5))
def test_lists_hold_until_something_moves_too_far(seed, size):
    """Where no list is made again, the pull is that of all pairs: no closed pair has opened."""
    rng = np.random.default_rng(seed)
    features = Features.of(PowerLawTask(1.5, 0.5, 24))
    for is_tied in (True, False):
        L, R, beta = _late(is_tied, np.float64, n=24, width=4, seed=seed)
        pairs = Interactions(features, 4, is_tied=is_tied, two_sided=not is_tied)
        _pulls(pairs, L, R, beta)
        for _ in range(4):
            n_lists = pairs.n_lists
            steps = (size * rng.random() * rng.standard_normal(x.shape) for x in (L, R, beta))
            L, R, beta = (x + step for x, step in zip((L, R, beta), steps, strict=True))
            L = R if is_tied else L
            found = _pulls(pairs, L, R, beta)
            fresh = Interactions(features, 4, is_tied=is_tied, two_sided=not is_tied)
            for one, two in zip(found, _pulls(fresh, L, R, beta), strict=True):
                np.testing.assert_array_equal(one, two)
            assert pairs.n_lists - n_lists in (0, 1)


def test_lists_last_for_several_evaluations_and_leave_most_pairs_out():
    task = PowerLawTask(1.5, 0.5, 256)
    student = Student(32).on(256)
    flow = population_flow(task, student, GradientFlow(), np.random.default_rng(0), np.array([1]))
    flow.advance(300.0, 10**6)
    assert flow.response.n_lists < flow.stepper.n_evaluations / 4
    assert flow.response.n_pairs < 0.15 * 256**2


def test_a_step_that_overflows_is_not_told_to_the_user(monkeypatch):
    """Its pull is not finite, so that it is not taken; warnings are errors here, threads or not."""
    monkeypatch.setattr(interactions, "SHARE_WORK", 96 * 96)
    features = Features.of(PowerLawTask(1.5, 0.5, 96), np.float32)
    L, R, beta = _late(False, np.float32)
    L, R = np.float32(1e20) * L, np.float32(1e20) * R
    with ThreadPoolExecutor(2) as pool:
        for threads in (None, pool):
            response = Interactions(features, 8, is_tied=False, two_sided=True, pool=threads)
            pulls = _pulls(response, L, R, beta)
            assert not all(np.isfinite(pull).all() for pull in pulls)
