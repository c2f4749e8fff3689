import numpy as np
import pytest

from superlaw.solvers.closures.accuracy import falling
from superlaw.solvers.inspection import inspected
from superlaw.solvers.solution import Solution

TIMES = np.array([1.0, 10.0, 100.0])


def curve(*loss, bound=None, slope=(0.5, 0.5, 0.5)):
    """Return a solution with these losses."""
    known = {"local_slope": np.array(slope), "error_bound": None if bound is None else bound}
    return Solution(TIMES, np.array(loss), "success", "", "made up", **known)


@pytest.mark.parametrize("bound", [None, np.array([1e-9, 1e-9, 0.0])])
def test_a_loss_that_rounds_below_0_is_0_and_has_no_slope(bound):
    found = inspected(curve(0.5, 0.1, -1e-14, bound=bound), 1.0)
    assert found.success and found.loss.tolist() == [0.5, 0.1, 0.0]
    assert np.isnan(found.local_slope).tolist() == [False, False, True]
    assert [n.code for n in found.warnings] == ["W-ROUNDING"]
    assert "t = 100 on" in found.warnings[0].message
    assert bound is None or found.error_bound[-1] >= 1.0


@pytest.mark.parametrize("loss", [(0.5, -0.1, 0.1), (0.5, np.nan, 0.1), (0.5, 0.1, -np.inf)])
def test_what_rounding_does_not_explain_is_no_success(loss):
    assert inspected(curve(*loss), 1.0).status == "not_finite"


def test_a_slope_is_not_given_where_the_bound_is_lost():
    found = inspected(curve(0.5, 0.1, 0.01, bound=np.array([1e-9, 0.1, 2.0])), 1.0)
    assert np.isnan(found.local_slope).tolist() == [False, True, True]
    assert "from t = 10 on" in found.warnings[0].message


def test_an_underflow_is_said_and_keeps_a_slope_that_is_known():
    found = inspected(curve(0.5, 0.0, 0.0, bound=np.zeros(3), slope=(1.0, 9.0, 90.0)), 1.0)
    assert found.local_slope.tolist() == [1.0, 9.0, 90.0]
    assert "underflowed from t = 10 on" in found.warnings[0].message
    assert inspected(curve(0.5, 0.2, 0.1, bound=np.zeros(3)), 1.0).warnings == ()


@pytest.mark.parametrize(
    ("last", "status", "codes"),
    [(0.4, "success", []), (0.4002, "success", []), (0.41, "success", ["W-CLOSURE"]),
     (0.6, "invariant", [])],
)  # fmt: skip
def test_a_closure_that_rises_is_at_least_half_of_it_off(last, status, codes):
    found = falling(curve(0.5, 0.4, last))
    assert (found.status, [n.code for n in found.warnings]) == (status, codes)
