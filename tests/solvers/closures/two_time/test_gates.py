import numpy as np
import pytest

from superlaw.solvers.closures.two_time.gates import edge, moments

CASES = ((0.7, -0.4), (0.7, 0.4), (0.7, -2.0), (-0.5, 0.3), (-0.5, -0.3), (-0.1, 1.0), (0.0, 0.3))


@pytest.mark.parametrize(("S", "beta"), CASES)
def test_moments_are_those_of_an_open_gate(S, beta):
    u = (np.arange(200_000) + 0.5) / 100_000
    opens = S * u + beta > 0.0
    for n, found in enumerate(moments(np.array(S), np.array(beta))):
        assert float(found) == pytest.approx(np.mean(u**n * opens), abs=2e-5)


def test_the_edge_moves_the_drive_of_an_own_entry():
    """d/dβ of m_1 is x/(2s) where the edge x = −β/s is inside, and 0 where it is not."""
    s, step = np.array([0.7, 0.7, -0.5]), 1e-6
    beta = np.array([-0.4, 0.4, 0.3])
    slope = (moments(s, beta + step)[1] - moments(s, beta - step)[1]) / (2.0 * step)
    np.testing.assert_allclose(edge(s, beta)[:2], slope[:2], atol=1e-8)
    assert edge(s, beta)[2] == 0.0
