"""The Chebyshev coefficients: consistency, order, and the published stability limit."""

import numpy as np
import pytest

from superlaw.solvers.integrators.steps.chebyshev_coefficients import (
    DAMPING,
    coefficients,
    stability_limit,
)

STAGES = (2, 3, 5, 10, 40, 200)
ROUNDING = 1e-9
"""The recursion amplifies rounding like s²: 200² · 2e-16 and some room."""
BOUNDARY = 0.02
"""The formula for the limit is itself an approximation, good to this fraction."""

pytestmark = pytest.mark.kernels


def amplification(n_stages, z):
    """R(z) of y' = λ y, z = hλ, by the recursion itself."""
    k = coefficients(n_stages)
    before, now = np.ones_like(z), 1.0 + k.mu_tilde[1] * z
    for j in range(2, n_stages + 1):
        start = 1.0 - k.mu[j] - k.nu[j] + k.gamma_tilde[j] * z
        before, now = now, start + (k.mu[j] + k.mu_tilde[j] * z) * now + k.nu[j] * before
    return now


@pytest.mark.parametrize("s", STAGES)
def test_consistency(s):
    """c_s = 1, and c_j is where the recursion puts a right side that depends on time only."""
    k = coefficients(s)
    reached = np.zeros(s + 1)
    reached[1] = k.mu_tilde[1]
    for j in range(2, s + 1):
        reached[j] = k.mu[j] * reached[j - 1] + k.nu[j] * reached[j - 2]
        reached[j] += k.mu_tilde[j] + k.gamma_tilde[j]
    assert k.c[s] == pytest.approx(1.0, abs=ROUNDING)
    assert reached == pytest.approx(k.c, abs=ROUNDING)


@pytest.mark.parametrize("s", STAGES)
def test_amplification_is_second_order_and_no_better(s):
    z = -1e-2
    error = float(amplification(s, np.array(z))) - np.exp(z)
    assert abs(error) < abs(z) ** 3 / 6.0
    assert abs(error) > 1e-2 * abs(z) ** 3 / 6.0


@pytest.mark.parametrize("s", STAGES)
def test_amplification_along_the_negative_axis(s):
    """At most 1 up to the published limit, near 1 − ε/3 inside, above 1 soon after."""
    inside = amplification(s, -np.linspace(0.0, (1.0 - BOUNDARY) * stability_limit(s), 20001))
    assert np.abs(inside).max() <= 1.0 + ROUNDING
    beyond = amplification(s, -np.linspace(1.0, 1.2, 2001) * stability_limit(s))
    assert np.abs(beyond).max() > 1.0
    if s >= 5:
        stiff = amplification(s, -np.linspace(0.3, 0.9, 2001) * stability_limit(s))
        assert np.abs(stiff).max() == pytest.approx(1.0 - DAMPING / 3.0, abs=0.02)


def test_refuses_one_stage(refused):
    with refused("n_stages"):
        coefficients(1)
