import numpy as np
import pytest

from superlaw.solvers.models.contour import inverse_transforms

RATES = np.concatenate([[0.0], np.geomspace(1e-5, 1e5, 41)])


def test_exponentials_over_ten_decades():
    times = np.geomspace(1e-5, 1e5, 101)[:, None]
    for rate in RATES:
        value, change = inverse_transforms(times, lambda s, r=rate: 1.0 / (s + r)[None, :])
        np.testing.assert_allclose(value, np.exp(-rate * times), atol=1e-12)
        np.testing.assert_allclose(change, -rate * times * np.exp(-rate * times), atol=1e-11)


def test_columns_have_transforms_and_times_of_their_own():
    times = np.array([[0.0, 2.0], [50.0, 0.3]])
    value, change = inverse_transforms(times, lambda s: np.array([1.0 / s, 1.0 / (s + 1.0)]))
    np.testing.assert_allclose(value, [[0.0, np.exp(-2.0)], [1.0, np.exp(-0.3)]], atol=1e-12)
    np.testing.assert_allclose(change[:, 0], 0.0, atol=1e-11)


def test_decades_come_in_order_on_the_same_rays():
    """The nodes are handed over from large to small: ω is followed inwards."""
    asked = []
    inverse_transforms(
        np.array([[500.0], [0.1], [7.0]]), lambda s: asked.append(s) or 1.0 / s[None]
    )
    assert [float(s[0].real / asked[-1][0].real) for s in asked] == pytest.approx([1e3, 1e2, 1.0])
