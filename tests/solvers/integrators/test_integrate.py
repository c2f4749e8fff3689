import re

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from solver_problems import (
    TWINS,
    cubic,
    differenced_jacobian,
    fixed_steps,
    jacobian,
    packed,
    pendulum,
    right_side,
    state_of,
    step,
)

from superlaw.curves import log_times
from superlaw.solvers.integrators.events import loss_reaches
from superlaw.solvers.integrators.integrate import integrate
from superlaw.solvers.integrators.methods import METHODS
from superlaw.solvers.integrators.steps import layout, reductions, walks
from superlaw.solvers.integrators.steps.layout import from_blocks, to_blocks
from superlaw.solvers.models.families import coactive, sequential
from superlaw.solvers.solution import STATUS, NumericsError

ORDER_WINDOW = 0.15
SUPERCONVERGENCE = {"tsit5": 0.8}
"""Its fifth-order error is so small that the sixth-order one shows at any step above rounding."""
TWIN = 1e-11
REFERENCE = 1e-10

pytestmark = pytest.mark.kernels


def spectrum(n=40, a=1.5, b=0.25):
    i = np.arange(1.0, n + 1.0)
    return i**-a / np.sum(i**-a), i**-b, np.ones(n)


def linear(n=40):
    return sequential.problem(*spectrum(n))


def coupled(n=40):
    lam, target, weight = spectrum(n)
    return coactive.problem(lam, 0.8 * lam, target, weight)


def _reference(problem, t_end):
    found = solve_ivp(
        lambda t, y: right_side(problem, y), (0.0, t_end), problem.y0, method="DOP853",
        rtol=1e-13, atol=1e-15,
    )  # fmt: skip
    return found.y[:, -1]


@pytest.mark.parametrize("method", METHODS)
def test_observed_order_on_a_nonlinear_problem(method):
    """Fit log error = const + order · log h + correction · h over six step sizes."""
    problem, t_end = pendulum(), 3.0
    exact = _reference(problem, t_end)
    counts = np.array([16, 20, 25, 31, 40, 50])
    errors = [np.abs(fixed_steps(problem, method, t_end, n) - exact).max() for n in counts]
    h = t_end / counts
    design = np.stack([np.ones_like(h), np.log(h), h], axis=1)
    slope = np.linalg.lstsq(design, np.log(errors), rcond=None)[0][1]
    order = METHODS[method].tableau.order
    above = SUPERCONVERGENCE.get(method, ORDER_WINDOW)
    assert -ORDER_WINDOW < slope - order < above, f"observed order {slope:.3f}, claimed {order}"


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("make", [cubic, pendulum, linear, coupled])
def test_compiled_step_equals_its_plain_twin(method, make):
    problem, h = make(), 0.37
    ready = packed(problem, method)
    step(ready, METHODS[method].on(problem), h)
    expected = TWINS[method](problem, METHODS[method].tableau, problem.y0, h)
    found = state_of(ready, problem.n_features)
    np.testing.assert_allclose(found, expected, rtol=TWIN, atol=TWIN * np.abs(expected).max())


@pytest.mark.parametrize("make", [cubic, pendulum])
def test_partials_are_the_derivatives_of_the_rate(make):
    problem = make()
    y = 0.9 * problem.y0
    np.testing.assert_allclose(jacobian(problem, y), differenced_jacobian(problem, y), atol=1e-8)


@pytest.mark.parametrize("method", METHODS)
def test_blocks_do_not_change_the_step(method):
    """Also with a last block that is padded."""
    problem, h = cubic(23), 0.2
    whole, split = packed(problem, method), packed(problem, method, block=5)
    for ready in (whole, split):
        step(ready, METHODS[method], h)
    found, expected = (state_of(ready, 23) for ready in (split, whole))
    np.testing.assert_allclose(found, expected, rtol=1e-13)


@pytest.mark.parametrize("place", [0, 7, 8, 36])
def test_the_worst_error_of_a_block_is_found_wherever_it_is(place):
    for worst, told in [(2.0, 2.0), (np.nan, np.inf), (np.inf, np.inf)]:
        error = np.linspace(0.0, 1.0, 37)
        error[place] = worst
        assert reductions.worst(error) == told


def test_blocks_round_trip():
    values = np.arange(14.0).reshape(2, 7)
    blocks = to_blocks(values, 3)
    assert blocks.shape == (3, 2, 3)
    np.testing.assert_array_equal(blocks[2], [[6, 6, 6], [13, 13, 13]])
    np.testing.assert_array_equal(from_blocks(to_blocks(values[0], 3, fill=0.0), 7), values[0])


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("make", [cubic, coupled])
def test_agreement_with_an_independent_code(method, make):
    problem = make()
    rtol = 1e-9 if _proportion(method) == 1.0 else 1e-7
    found = integrate(problem, [0.5, 3.0], method=method, rtol=rtol, keep_state="last")
    agreement = 100.0 * rtol ** _proportion(method)
    np.testing.assert_allclose(found.state, _reference(problem, 3.0), rtol=agreement, atol=1e-12)


def _proportion(method):
    """The error falls like this power of the tolerance: order / (embedded order + 1)."""
    tableau = METHODS[method].tableau
    return tableau.order / (tableau.embedded_order + 1)


@pytest.mark.parametrize("method", METHODS)
def test_true_error_follows_the_tolerance_over_decades(method):
    lam, target, weight = spectrum()
    times = log_times(0.1, 50.0 if method != "rosenbrock" else 1e3, 4)
    exact = [0.5 * np.sum(weight * lam * target**2 * np.exp(-2 * lam * t)) for t in times]
    steps = []
    tightest = 9 if METHODS[method].tableau.order > 2 else 6
    for rtol in 10.0 ** -np.arange(3, tightest + 1):
        found = integrate(linear(), times, method=method, rtol=rtol)
        error = np.max(np.abs(found.loss / exact - 1.0))
        limit = 10.0 * rtol ** min(1.0, _proportion(method))
        assert error < limit, f"rtol {rtol:.0e}: error {error:.1e}"
        steps.append(found.n_steps)
    assert steps == sorted(steps)
    assert steps[-1] < 10.0 ** (tightest / METHODS[method].tableau.order) * 30.0


def test_steps_grow_with_time_over_twelve_decades():
    lam, target, weight = spectrum(1000)
    early = integrate(sequential.problem(lam, target, weight), log_times(0.1, 1e3, 2), rtol=1e-6)
    late = integrate(sequential.problem(lam, target, weight), log_times(0.1, 1e12, 2), rtol=1e-6)
    assert late.n_steps < 3 * early.n_steps
    assert late.loss[-1] < 1e-100


def test_times_are_hit_exactly_and_may_start_at_0():
    times = [0.0, 0.1, 1.0, 7.3]
    found = integrate(linear(), times)
    np.testing.assert_array_equal(found.times, times)
    lam, target, weight = spectrum()
    assert found.loss[0] == pytest.approx(0.5 * np.sum(weight * lam * target**2), rel=1e-14)


def test_local_slope_is_exact_not_differenced():
    lam, target, weight = spectrum()
    (slope,) = integrate(linear(), [5.0], rtol=1e-10).local_slope
    terms = weight * lam * target**2 * np.exp(-2 * lam * 5.0)
    assert slope == pytest.approx(5.0 * np.sum(2 * lam * terms) / terms.sum(), rel=1e-8)


@pytest.mark.skipif("not __import__('conftest').JIT", reason="threads need compiled code")
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("is_linear", [pytest.param(True, marks=pytest.mark.slow), False])
def test_same_bits_for_any_number_of_threads(method, is_linear):
    import numba

    assert walks.choose(n_blocks=80) is walks.THREADS
    problem = _with(coupled(80 * layout.BLOCK), is_linear=is_linear)
    states = []
    for threads in (1, 2):
        numba.set_num_threads(min(threads, numba.config.NUMBA_NUM_THREADS))
        states.append(integrate(problem, [0.5], method=method, keep_state="last").state)
    np.testing.assert_array_equal(*states)


def test_stiff_problem_given_to_an_explicit_method_is_named():
    found = integrate(linear(), [1.0, 2e3], method="tsit5", rtol=1e-4)
    assert 'use method="rosenbrock"' in found.message


def _with(problem, **changes):
    import dataclasses

    return dataclasses.replace(problem, **changes)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # plain Python warns of overflow
def test_every_failure_is_told_and_keeps_the_trajectory():
    seen = {integrate(linear(), [1.0]).status}

    with pytest.raises(NumericsError, match=r"max_steps: .*ran out of steps") as caught:
        integrate(linear(), log_times(0.1, 1e3), max_steps=20)
    assert re.search(r"feature \d+ changes fastest: y = ", str(caught.value))
    partial = caught.value.solution
    assert 0 < len(partial.times) < 41 and np.all(np.isfinite(partial.loss))
    seen.add(partial.status)

    stopped = integrate(linear(), log_times(0.1, 1e9), callback=lambda m: m.row > 3, throw=False)
    assert len(stopped.times) > 3
    seen.add(stopped.status)

    rising = _with(cubic(), shared=np.array([9.0]), is_gradient_flow=True)
    seen.add(integrate(rising, [0.1, 1.0], throw=False).status)

    huge = _with(linear(), theta=np.full((1, 40), 1e308), y0=np.full(40, 1e10), bounds=None)
    seen.add(integrate(huge, [1.0], throw=False).status)

    blowing_up = _with(cubic(), theta=np.full((1, 7), -9.0), y0=np.full(7, 2.0))
    seen.add(integrate(blowing_up, [10.0], throw=False).status)

    ended = integrate(linear(), [1e3], events=[loss_reaches(0.1, ends=True)])
    seen.add(ended.status)

    assert seen == set(STATUS)


def test_a_mode_outside_its_bounds_is_not_a_success(refused):
    problem = linear()
    assert integrate(problem, [1.0]).success and problem.bounds is not None
    low, high = problem.bounds
    kept_apart = _with(problem, bounds=(0.9 * high, high))
    assert integrate(kept_apart, [1.0], throw=False).status == "invariant"
    with refused("bounds"):
        _with(problem, bounds=(low, 0.9 * high))
    with refused("bounds"):
        _with(problem, bounds=(low[:1], high[:1]))


def test_failure_names_the_dominant_component():
    theta = np.full((1, 7), 0.1)
    theta[0, 4] = -9.0
    blowing_up = _with(cubic(), theta=theta, y0=np.full(7, 2.0))
    found = integrate(blowing_up, [10.0], throw=False)
    assert "feature 5 changes fastest" in found.message


def test_kept_states_are_those_of_separate_runs():
    times = [0.1, 1.0, 7.3]
    kept = integrate(coupled(300), times, keep_state="all")
    assert kept.states.shape == (3, 300)
    for row, n in zip(kept.states, (1, 2, 3), strict=True):
        last = integrate(coupled(300), times[:n], keep_state="last").state
        np.testing.assert_allclose(row, last, rtol=1e-4)
    np.testing.assert_array_equal(kept.states[-1], kept.state)
    assert integrate(coupled(300), times).state is None


def test_kept_states_beyond_their_budget_are_refused_with_the_number(refused):
    with refused("keep_state", r"state_bytes=1000 \(it takes 4800 bytes\)"):
        integrate(coupled(300), [1.0, 2.0], keep_state="all", state_bytes=1000)


def test_problem_beyond_the_memory_is_refused(refused, monkeypatch):
    monkeypatch.setattr("superlaw.memory.available", lambda: 500.0)
    with refused("n_features", r"small enough for .* GiB of memory"):
        integrate(linear(), [1.0])


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"y0": np.ones(3)}, "weight"),
        ({"weight": np.full(40, np.nan)}, "weight"),
        ({"theta": np.ones((1, 3))}, "theta"),
        ({"theta": np.full((1, 40), np.inf)}, "theta"),
        ({"n_order": 10**30}, "n_order"),
        ({"n_order": -1}, "n_order"),
    ],
)
def test_bad_problems_are_refused(refused, changes, name):
    with refused(name):
        _with(linear(), **changes)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({"times": [2.0, 1.0]}, "times"),
        ({"method": "euler"}, "method"),
        ({"rtol": 0.0}, "rtol"),
        ({"atol": -1.0}, "atol"),
        ({"max_steps": 0}, "max_steps"),
        ({"keep_state": "some"}, "keep_state"),
    ],
)
def test_bad_arguments_are_refused(refused, arguments, name):
    with refused(name):
        integrate(linear(), **{"times": [1.0], **arguments})


@pytest.mark.parametrize(("t_start", "t_end", "name"), [(0.0, 1.0, "t_start"), (2.0, 1.0, "t_end")])
def test_log_times_need_an_order(refused, t_start, t_end, name):
    with refused(name):
        log_times(t_start, t_end)


@pytest.mark.parametrize(
    ("arguments", "name", "words"),
    [
        ({"problem": 5}, "problem", "a MeanField"),
        ({"events": loss_reaches(1e-3)}, "events", "a sequence of Event"),
        ({"events": [0.5]}, "events", "a sequence of Event"),
        ({"callback": 3}, "callback", "a function of a Moment"),
        ({"atol": np.nan}, "atol", "a finite number"),
        ({"atol": -1.0}, "atol", "at least 0"),
    ],
)
def test_arguments_of_another_kind_are_refused(refused, arguments, name, words):
    with refused(name, words):
        integrate(**({"problem": linear(), "times": [1.0]} | arguments))


@pytest.mark.parametrize("method", ["tsit5", "dopri5", "rkc"])
def test_a_time_that_no_stable_steps_can_reach_is_refused_before_any_work(refused, method):
    with refused("times", "stability alone asks for"):
        integrate(linear(), [1e15], method=method)
    assert integrate(linear(), [10.0], method=method).success
