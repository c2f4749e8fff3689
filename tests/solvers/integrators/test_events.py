"""Dense output, and the events located on it."""

import dataclasses

import numpy as np
import pytest
from scipy.optimize import brentq
from solver_problems import cubic, packed, pendulum, right_side, state_of, step

from superlaw.solvers.integrators.events import Event, fraction_reaches, front_reaches, loss_reaches
from superlaw.solvers.integrators.integrate import integrate
from superlaw.solvers.integrators.methods import METHODS
from superlaw.solvers.integrators.steps import loop
from superlaw.solvers.integrators.steps.layout import AFTER, NOW
from superlaw.solvers.integrators.steps.walks import SERIAL
from superlaw.solvers.models.families import coactive, sequential

DENSE_ORDER = {"tsit5": 4, "dopri5": 4, "rosenbrock": 4, "rkc": 2, "exponential": 2}
"""Order of the solution between the ends of a step."""
ORDER_WINDOW = 0.35
"""One step has an error of order + 1; the next order shows at these steps."""
LOCATED = {"rkc": (1e-6, 1e-3)}
"""Tolerance and what it locates: second order is right to about the power ⅔ of its tolerance."""

pytestmark = pytest.mark.kernels


def spectrum(n=40, a=1.5, b=0.25):
    i = np.arange(1.0, n + 1.0)
    return i**-a / np.sum(i**-a), i**-b, np.ones(n)


def _between(problem, method, h, theta):
    """One step of size h; return the state at θ, and those before and after."""
    ready, chosen = packed(problem, method), METHODS[method].on(problem)
    chosen.compiled.STEPPER(SERIAL, chosen.compiled.PASSES, h, ready)
    ready.signals[1] = theta
    SERIAL(chosen.compiled.PASSES.between, h, chosen.compiled.PASSES.n_stages, ready)
    n = problem.n_features
    return (ready.y[k].reshape(-1)[:n].copy() for k in (2, ready.now[0], 1 - ready.now[0]))


def _exact(problem, t):
    from scipy.integrate import solve_ivp

    found = solve_ivp(
        lambda t, y: right_side(problem, y), (0.0, t), problem.y0, method="DOP853",
        rtol=1e-13, atol=1e-15,
    )  # fmt: skip
    return found.y[:, -1]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("make", [pendulum, cubic])
def test_dense_output_joins_the_ends_of_the_step(method, make):
    before = _between(make(), method, 0.3, 0.0)
    between, start, _ = before
    np.testing.assert_allclose(between, start, rtol=1e-12)
    between, _, end = _between(make(), method, 0.3, 1.0)
    np.testing.assert_allclose(between, end, rtol=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_observed_order_of_dense_output(method):
    problem, theta = pendulum(), 0.4
    steps = 0.5 * 0.8 ** np.arange(6)
    errors = []
    for h in steps:
        between, _, _ = _between(problem, method, h, theta)
        errors.append(np.abs(between - _exact(problem, theta * h)).max())
    slope = np.polyfit(np.log(steps), np.log(errors), 1)[0] - 1.0
    assert slope > DENSE_ORDER[method] - ORDER_WINDOW, f"observed order {slope:.2f}"
    assert slope < DENSE_ORDER[method] + 1 + ORDER_WINDOW


def test_linear_form_has_the_same_dense_output():
    lam, target, weight = spectrum(30)
    fast = coactive.problem(lam, 0.8 * lam, target, weight)
    slow = dataclasses.replace(fast, is_linear=False)
    for theta in (0.0, 0.3, 1.0):
        one, _, _ = _between(fast, "rosenbrock", 2.0, theta)
        two, _, _ = _between(slow, "rosenbrock", 2.0, theta)
        np.testing.assert_allclose(one, two, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("method", METHODS)
def test_events_are_where_the_closed_form_puts_them(method):
    lam, target, weight = spectrum()
    problem = sequential.problem(lam, target, weight)
    wanted = (loss_reaches(0.05), front_reaches(problem, 7), fraction_reaches(problem, 0.5))
    rtol, located = LOCATED.get(method, (1e-9, 1e-6))
    found = integrate(problem, [0.1, 400.0], method=method, rtol=rtol, events=wanted)

    def gap(t):
        return 0.5 * np.sum(lam * target**2 * np.exp(-2 * lam * t)) - 0.05

    expected = [brentq(gap, 0.0, 400.0), np.log(2.0) / lam[6], np.log(2.0) / lam[19]]
    assert list(found.events.values()) == pytest.approx(expected, rel=located)
    assert list(found.events) == ["loss 0.05", "front 7", "fraction 0.5"]


def test_event_that_ends_the_run():
    problem = sequential.problem(*spectrum())
    end, later = loss_reaches(0.05, ends=True), loss_reaches(0.01)
    found = integrate(problem, [0.1, 1e4], rtol=1e-9, events=(end, later))
    assert found.status == "event" and found.success
    assert found.times[-1] == found.events["loss 0.05"]
    assert found.loss[-1] == pytest.approx(0.05, rel=1e-7)
    assert np.isnan(found.events["loss 0.01"])


def test_event_that_does_not_happen_is_nan():
    found = integrate(sequential.problem(*spectrum()), [1.0], events=[loss_reaches(1e-9)])
    assert np.isnan(found.events["loss 1e-09"]) and found.status == "success"


def test_order_parameters_before_and_after_a_step():
    problem = cubic()
    ready = packed(problem, "rosenbrock")
    before = [loop._look(ready, where) for where in (NOW, AFTER)]
    step(ready, METHODS["rosenbrock"], 0.1)
    assert [loop._look(ready, where)[0] for where in (NOW, AFTER)] == [1, 0]
    assert [state for state, _ in before] == [0, 1]
    assert state_of(ready, 7).shape == (7,)


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda p: loss_reaches(0.0), "level"),
        (lambda p: front_reaches(p, 41), "feature"),
        (lambda p: front_reaches(p, 0), "feature"),
        (lambda p: front_reaches(cubic(), 1), "problem"),
        (lambda p: fraction_reaches(p, 1.5), "fraction"),
        (lambda p: integrate(p, [1.0], events=[Event("x", 1.0, observable="los")]), "observable"),
        (lambda p: integrate(p, [1.0], events=[Event("x", 1.0, feature=40)]), "feature"),
        (lambda p: integrate(p, [1.0], events=[Event("x", np.nan, feature=4)]), "level"),
    ],
)
def test_bad_events_are_refused(refused, make, name):
    with refused(name):
        make(sequential.problem(*spectrum()))
