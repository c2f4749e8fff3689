import numpy as np

from superlaw.solvers.closures.two_time.times import backward_differences, part_left

TIMES = np.logspace(-1.0, 2.0, 41)


def test_differences_are_exact_for_parabolas():
    d = backward_differences(TIMES)
    np.testing.assert_allclose(d @ TIMES, 1.0, rtol=1e-9)
    np.testing.assert_allclose((d @ TIMES**2)[1:], 2.0 * TIMES[1:], rtol=1e-9)
    assert np.abs((d @ TIMES**3)[1:] / (3.0 * TIMES[1:] ** 2) - 1.0).min() > 1e-3


def test_a_kick_is_left_as_it_is_where_nothing_answers_and_decays_where_a_rate_does():
    d, start = backward_differences(TIMES), 10
    left = part_left(np.linalg.inv(d), d, start)
    np.testing.assert_allclose(left, np.arange(41) >= start, rtol=1e-12)
    rate = 0.2
    decayed = part_left(np.linalg.inv(d + rate * np.eye(41))[None], d, start)[0]
    after = np.exp(-rate * (TIMES - TIMES[start]))
    np.testing.assert_allclose(decayed[start + 5 :], after[start + 5 :], atol=0.01)
