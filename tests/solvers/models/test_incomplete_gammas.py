import numpy as np
import pytest

from superlaw.setting.task import PowerLawTask
from superlaw.solvers.models import incomplete_gammas
from superlaw.solvers.solve import solve
from superlaw.theory.derivations import find_step

CLOSED_FORM = 1e-6


@pytest.mark.parametrize(
    ("a", "b", "n"),
    [(1.1, 0.0, 1024), (1.5, 0.5, 10**6), (2.0, 1.0, 10**9), (0.7, 0.3, 10**6), (3.0, 0.0, 10**6),
     (1.5, 0.5, 40), (1.5, 0.5, 65)],
)  # fmt: skip
def test_closed_form_is_the_sum_at_every_time(a, b, n):
    task = PowerLawTask(a, b, n)
    times = np.concatenate([[0.0], np.geomspace(0.1, float(n) ** a, 40)])
    np.testing.assert_allclose(
        incomplete_gammas.loss(times, task), solve(task, times=times).loss, rtol=CLOSED_FORM
    )


def test_closed_form_without_end():
    task = PowerLawTask(1.5, 0.25)
    nearly = solve(PowerLawTask(1.5, 0.25, 10**18), times=[100.0]).loss
    assert incomplete_gammas.loss(100.0, task) == pytest.approx(nearly[0], rel=1e-6)


def test_closed_form_refuses_what_it_does_not_cover(refused):
    with refused("b"):
        incomplete_gammas.loss(1.0, PowerLawTask(0.5, 0.1, 100))
    with refused("activity"):
        incomplete_gammas.loss(1.0, PowerLawTask(1.5, 0.5, 100, activity="bernoulli"))


def test_tie_to_the_derivation():
    """The numeric closed forms are the right sides of the steps they name."""
    import sympy as sp

    from superlaw.theory.symbols import a, a_i, lam_1, lam_i, t

    mode = sp.lambdify((t, lam_i, a_i), find_step("S8").rhs)
    assert incomplete_gammas.mode(2.0, 0.3, 0.7) == pytest.approx(mode(2.0, 0.3, 0.7), rel=1e-14)
    front = sp.lambdify((t, lam_1, a), find_step("S15").rhs)
    task = PowerLawTask(1.7, 0.2, 1000)
    expected = front(50.0, task.second_moment(1.0), 1.7)
    assert incomplete_gammas.front(50.0, task) == pytest.approx(expected, rel=1e-14)
