import itertools

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from superlaw.setting.optimizer import SGD, Adam
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.feature_classes import feature_classes
from superlaw.solvers.models import coactive, momentum, sequential, sgd
from superlaw.solvers.models.sgd import _cumulants, _moment_step
from superlaw.solvers.solve import METHODS, solve
from superlaw.theory import symbols
from superlaw.theory.derivations import find_step

CONTOUR = 1e-7
STOCHASTIC = 1e-13


@pytest.mark.parametrize(("a", "b", "n"), [(1.1, 0.0, 10**6), (1.5, 0.5, 10**5), (2.5, 0.0, 10**5)])
def test_stated_error_bound_is_true(a, b, n):
    task = PowerLawTask(a, b, n)
    times = np.concatenate([[0.0], np.geomspace(0.1, float(n) ** a, 15)])
    found, direct = solve(task, times=times), solve(task, times=times, features="all")
    assert np.all(np.abs(found.loss / direct.loss - 1.0) <= found.error_bound)
    assert "every feature" in direct.method and "feature classes" in found.method


@pytest.mark.parametrize("method", ["rosenbrock", "exponential", "tsit5", "dopri5"])
@pytest.mark.parametrize("student", [None, Student(depth=2), Student(depth=2, init_profile="flat")])
def test_integrators_find_the_closed_form(method, student):
    task, times = PowerLawTask(1.5, 0.25, 10**5), np.geomspace(0.1, 300.0, 12)
    closed = solve(task, student, times)
    found = solve(task, student, times, method=method, rtol=1e-7)
    np.testing.assert_allclose(found.loss, closed.loss, rtol=1e-6)
    np.testing.assert_allclose(found.local_slope, closed.local_slope, rtol=1e-4, atol=1e-8)


@given(speed=st.floats(0.1, 10.0))
def test_time_and_density_scale_together(speed):
    """Frequencies times c are times over c: the clock is the only place where they enter."""
    times = np.geomspace(0.1, 100.0, 5)
    arguments = {"activity": "bernoulli", "amplitude": "symmetric"}
    slow = PowerLawTask(1.5, 0.3, 200, density=0.1, **arguments)
    fast = PowerLawTask(1.5, 0.3, 200, density=0.1 * speed, **arguments)
    np.testing.assert_allclose(
        solve(fast, times=times / speed).loss / speed, solve(slow, times=times).loss, rtol=1e-12
    )


@given(a=st.floats(0.3, 3.0), b=st.floats(-0.5, 2.0), n=st.integers(1, 10**9))
def test_loss_falls_and_slopes_are_positive(a, b, n):
    found = solve(PowerLawTask(a, b, n), times=np.geomspace(0.01, 1e6, 20))
    assert np.all(np.diff(found.loss) <= 0.0)
    is_known = np.isfinite(found.local_slope)
    assert np.all(found.local_slope[is_known] >= 0.0)
    assert is_known.all() or {notice.code for notice in found.warnings} == {"W-ROUNDING"}
    assert found.floor == 0.0


def _eigenvalue_loss(task, times):
    i = np.arange(1.0, task.n_features + 1.0)
    mean, target = task.mean(i), task.target(i)
    sigma = np.diag(task.second_moment(i) - mean**2) + np.outer(mean, mean)
    rates, vectors = np.linalg.eigh(sigma)
    share = (vectors**2 * target[:, None] ** 2).sum(axis=0)
    return np.array([0.5 * np.sum(share * rates * np.exp(-2.0 * rates * t)) for t in times])


@pytest.mark.parametrize("amplitude", ["uniform", "constant", "half-normal"])
def test_contour_equals_eigenvalues(amplitude):
    task = PowerLawTask(1.5, 0.5, 200, activity="bernoulli", amplitude=amplitude)
    times = np.concatenate([[0.0], np.geomspace(0.1, 300.0, 12)])
    found, exact = solve(task, times=times), _eigenvalue_loss(task, times)
    np.testing.assert_allclose(found.loss, exact, rtol=CONTOUR)
    assert np.all(np.abs(found.loss / exact - 1.0) <= found.error_bound)
    middle = solve(task, times=[9.9, 10.0, 10.1])
    slope = -np.diff(np.log(middle.loss))[0] - np.diff(np.log(middle.loss))[1]
    assert middle.local_slope[1] == pytest.approx(slope / np.log(10.1 / 9.9), rel=1e-3)


def test_contour_says_where_rounding_takes_over():
    task = PowerLawTask(1.5, 0.5, 50, activity="bernoulli")
    found = solve(task, times=[1.0, *np.geomspace(1e4, 1e6, 9)])
    assert found.success and found.warnings[0].code == "W-ROUNDING"
    assert found.loss.min() >= 0.0
    assert np.isfinite(found.local_slope[0]) and np.isnan(found.local_slope[1:]).all()


@pytest.mark.slow
def test_many_features_add_no_rounding_to_the_contour():
    """N a² of it once made the loss of 1e12 features negative, and that of 1e6 two percent off."""
    import mpmath

    task, t, n_nodes = PowerLawTask(1.5, 0.0, 10**12, activity="bernoulli"), 3, 32
    classes = feature_classes(10**12)
    mean, second = task.mean(classes.index), task.second_moment(classes.index)
    with mpmath.workdps(60):
        weight, mean = (np.array([mpmath.mpf(float(x)) for x in y]) for y in (classes.weight, mean))
        spread = np.array([mpmath.mpf(float(x)) for x in second]) - mean**2

        def transform(s):
            d = 1 / (s / 2 - spread)
            loop = 1 - np.sum(weight * mean**2 * d)
            return -(s / 8) * (np.sum(weight * d) + np.sum(weight * (mean * d) ** 2) / loop)

        exact = mpmath.invertlaplace(lambda s: transform(-s), t, degree=n_nodes, method="talbot")
    found = solve(task, times=[t])
    assert found.loss[0] == pytest.approx(float(exact), rel=CONTOUR)
    assert found.error_bound[0] < CONTOUR


def test_talbot_inverts_a_known_transform():
    s, w = coactive.talbot()
    for t in (0.1, 1.0, 30.0):
        found = np.sum(w / (s / t + 0.7)).real / t
        assert found == pytest.approx(np.exp(-0.7 * t), abs=1e-9)


def _brute_force(P, p, values, chances, lr, batch):
    """Average one SGD step over every state of three independent features."""
    sigma, fourth = np.zeros_like(P), np.zeros_like(P)
    for states in itertools.product(range(len(values) + 1), repeat=len(p)):
        x = np.array([0.0 if s == 0 else values[s - 1] for s in states])
        weight = np.prod(
            [1 - q if s == 0 else q * chances[s - 1] for q, s in zip(p, states, strict=True)]
        )
        sigma += weight * np.outer(x, x)
        fourth += weight * np.outer(x, x) @ P @ np.outer(x, x)
    drift = sigma @ P + P @ sigma
    return P - lr * drift + lr**2 * ((1 - 1 / batch) * sigma @ P @ sigma + fourth / batch)


def test_moment_recursion_equals_the_average_over_all_states():
    p, values, chances = np.array([0.6, 0.3, 0.2]), np.array([0.3, 1.1, 2.0]), [0.2, 0.5, 0.3]
    mean, second, third, fourth = (p * np.dot(chances, values**k) for k in (1, 2, 3, 4))
    square = np.random.default_rng(0).normal(size=(3, 3))
    P = square @ square.T
    cumulants = _cumulants(mean, second, third, fourth)
    found = _moment_step(P, mean, second - mean**2, *cumulants, 0.1, 1 / 3)
    np.testing.assert_allclose(found, _brute_force(P, p, values, chances, 0.1, 3), atol=STOCHASTIC)


def test_centred_recursion_is_the_diagonal_of_the_full_one():
    task = PowerLawTask(1.5, 0.5, 30, activity="bernoulli", amplitude="symmetric")
    i, steps = np.arange(1.0, 31.0), np.array([0, 1, 10, 100])
    lam, target = task.second_moment(i), task.target(i)
    raw = np.stack([task.probability(i) * task.law.moment(k) for k in (1, 2, 3, 4)])
    full = sgd.coupled_loss(steps, raw, target, 0.1, 4)
    fast = sgd.centred_loss(steps, lam, task.fourth_moment(i), target, np.ones(30), 0.1, 4)
    np.testing.assert_allclose(fast, full, rtol=1e-12)


def _momentum_inputs(n=20):
    i = np.arange(1.0, n + 1.0)
    task = PowerLawTask(1.5, 0.5, n, activity="bernoulli", amplitude="symmetric")
    return task.second_moment(i), task.fourth_moment(i), task.target(i), np.ones(n)


@pytest.mark.parametrize("batch", [None, 3])
def test_momentum_by_powers_equals_stepping_the_derived_moments(batch):
    lam, fourth, target, weight = _momentum_inputs()
    lr, m, steps = 0.3, 0.6, np.array([0, 1, 2, 7, 64, 65])
    P, C, U, expected = target**2, np.zeros(20), np.zeros(20), []
    names = [find_step(f"N{k}").rhs for k in (12, 13, 14)]
    state = [sp.Symbol("P_i", positive=True), sp.Symbol("C_i", real=True)]
    state += [sp.Symbol(name, positive=True) for name in ("U_i", "Q_i")]
    move = sp.lambdify((*state, symbols.lam_i, symbols.eta, symbols.m), names)
    for step in range(66):
        if step in steps:
            expected.append(np.sum(0.5 * weight * lam * P))
        Q = (lam**2 + (0.0 if batch is None else (fourth - lam**2) / batch)) * P
        P, C, U = move(P, C, U, Q, lam, lr, m)
    found = momentum.one_active_loss(steps, lam, fourth, target, weight, lr, batch, m)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_without_momentum_its_moments_are_those_of_plain_sgd():
    inputs, steps = _momentum_inputs(), np.array([0, 1, 10, 1000])
    found = momentum.centred_loss(steps, *inputs, 0.1, 4, 0.0)
    np.testing.assert_allclose(found, sgd.centred_loss(steps, *inputs, 0.1, 4), rtol=1e-12)
    with_noise = momentum.one_active_loss(steps, *inputs, 0.1, 4, 0.0)
    rate = sgd.one_active_rates(inputs[0], inputs[1], 0.1, 4)
    expected = sequential.exponential_sum(0.1 * steps, 0.5 * inputs[0] * inputs[2] ** 2, rate)[0]
    np.testing.assert_allclose(with_noise, expected, rtol=1e-12)


def test_momentum_keeps_the_digits_of_modes_that_take_a_billion_steps():
    lam, one = np.array([1e-9]), np.ones(1)
    steps = np.array([10**12])
    found = momentum.one_active_loss(steps, lam, lam, one, one, 1e-4, None, 0.9)[0]
    expected = 0.5 * lam[0] * np.exp(-2.0 * lam[0] * 1e-3 * 1e12)
    assert found / expected == pytest.approx(1.0, rel=1e-9)


def test_sgd_tends_to_gradient_flow_as_the_learning_rate_falls():
    task, flow = PowerLawTask(1.5, 0.5, 100), solve(PowerLawTask(1.5, 0.5, 100), times=[10.0]).loss
    gaps = [
        abs(solve(task, times=[10.0], optimizer=SGD(lr=lr)).loss / flow - 1.0)[0]
        for lr in (0.1, 0.05, 0.025)
    ]
    assert gaps[0] / gaps[1] == pytest.approx(2.0, rel=0.1)
    assert gaps[1] / gaps[2] == pytest.approx(2.0, rel=0.1)


@pytest.mark.parametrize(
    ("task", "arguments", "name"),
    [
        (PowerLawTask(1.5), {}, "n_features"),
        (PowerLawTask(1.5, n_features=64), {"student": Student(width=65)}, "width"),
        (PowerLawTask(1.5, n_features=64), {"student": Student(activation="relu")}, "width"),
        (PowerLawTask(1.5, n_features=64), {"student": Student(32), "method": "exact"}, "method"),
        (PowerLawTask(1.5, n_features=64), {"student": Student(32, tied=True)}, "b"),
        (PowerLawTask(1.5, n_features=64), {"student": Student(32), "optimizer": SGD()},
         "optimizer"),
        (PowerLawTask(1.5, n_features=64, activity="bernoulli"), {"student": Student(32)},
         "activity"),
        (PowerLawTask(1.5, n_features=64, amplitude="constant"), {"student": Student(32)},
         "amplitude"),
        (PowerLawTask(1.5, n_features=64),
         {"student": Student(32, activation="linear", bias=True)}, "bias"),
        (PowerLawTask(1.5, n_features=64), {"method": "contour"}, "method"),
        (PowerLawTask(1.5, n_features=64), {"features": "some"}, "features"),
        (PowerLawTask(1.5, n_features=64), {"times": [-1.0]}, "times"),
        (PowerLawTask(1.5, n_features=64, activity="bernoulli"), {"method": "exact"}, "method"),
        (PowerLawTask(1.5, n_features=64, activity="bernoulli"), {"student": Student(depth=2)},
         "activity"),
        (PowerLawTask(1.5, n_features=64), {"student": Student(depth=2), "optimizer": SGD()},
         "optimizer"),
        (PowerLawTask(1.5, n_features=4096, activity="bernoulli"), {"optimizer": SGD()},
         "n_features"),
        (PowerLawTask(1.5, n_features=64, activity="bernoulli"),
         {"optimizer": SGD(momentum=0.5)}, "optimizer"),
        (PowerLawTask(1.5, n_features=64), {"optimizer": Adam()}, "optimizer"),
    ],
)  # fmt: skip
def test_what_is_not_covered_is_refused(refused, task, arguments, name):
    with refused(name):
        solve(task, **arguments)


@pytest.mark.parametrize(
    ("task", "arguments", "name", "words"),
    [
        (PowerLawTask(1.5, 0.0, 10**12), {"student": Student(10)}, "width", "hours"),
        (PowerLawTask(1.5, 0.0, 10**13), {"features": "all"}, "features", "GiB"),
        (PowerLawTask(1.5, 0.0, 1000, activity="bernoulli"), {"optimizer": SGD(1e-9)}, "lr",
         "hours"),
        (PowerLawTask(1.5, 0.0, 1000, activity="bernoulli", amplitude="symmetric"),
         {"optimizer": SGD(1e-9)}, "lr", "hours"),
        (PowerLawTask(1.5, 0.0, 1000), {"optimizer": SGD(1e-300)}, "lr", "above"),
    ],
)  # fmt: skip
def test_work_that_would_not_end_is_refused_with_an_estimate(refused, task, arguments, name, words):
    with refused(name, words):
        solve(task, **arguments)


@pytest.mark.parametrize(("a", "b", "n"), [(1.5, 20.0, 1000), (1.5, 50.0, 100), (3.0, 10.0, 10**6)])
@pytest.mark.parametrize("student", [None, Student(depth=2), Student(depth=2, init_profile="flat")])
def test_slopes_of_steep_teachers_are_numbers(a, b, n, student):
    found = solve(PowerLawTask(a, b, n), student, np.geomspace(0.1, 1e9, 31))
    assert np.all(np.isfinite(found.local_slope)) and np.all(found.local_slope >= 0.0)


def test_late_two_layer_slope_outlives_the_loss():
    """One logistic mode, e ∝ exp(−2λat): local slope 4λat, also where L has underflowed."""
    task, times = PowerLawTask(1.5, 0.0, 1), np.array([10.0, 100.0, 1e4])
    found = solve(task, Student(depth=2), times)
    assert found.loss[-1] == 0.0
    expected = 4.0 * task.second_moment(1.0) * times
    np.testing.assert_allclose(found.local_slope[1:], expected[1:], rtol=1e-12)


def test_population_gradient_of_centred_inputs_is_a_sum_over_all_features():
    """Its modes are independent: classes carry multiplicities, however many features there are."""
    arguments = {"activity": "bernoulli", "amplitude": "symmetric"}
    task, optimizer = PowerLawTask(1.5, 0.5, 5000, **arguments), SGD(0.05, None)
    i, steps = np.arange(1.0, 5001.0), np.array([20, 200, 2000])
    lam, target = task.second_moment(i), task.target(i)
    direct = [np.sum(0.5 * lam * target**2 * (1.0 - 0.05 * lam) ** (2 * n)) for n in steps]
    found = solve(task, times=0.05 * steps, optimizer=optimizer)
    np.testing.assert_allclose(found.loss, direct, rtol=1e-9)


@pytest.mark.parametrize("momentum_of", [0.0, 0.5, 0.9])
def test_momentum_keeps_the_digits_of_losses_that_have_fallen_far(momentum_of):
    """One mode by powers, against its recursion in 60 digits: to 1e-250 of the first loss."""
    import mpmath

    lam, fourth, lr, batch = 0.3, 0.4, 0.1, 4
    one, steps = np.ones(1), np.array([100, 1000, 4096, 9000])
    moved = np.array([lam]), np.array([fourth]), one, one, lr, batch, momentum_of
    found = momentum.one_active_loss(steps, *moved)
    with mpmath.workdps(60):
        q = mpmath.mpf(lam) ** 2 + (mpmath.mpf(fourth) - mpmath.mpf(lam) ** 2) / batch
        m, eta = mpmath.mpf(momentum_of), mpmath.mpf(lr)
        T = mpmath.matrix(
            [
                [1 - 2 * eta * lam + eta**2 * q, 2 * m * (1 - eta * lam), m**2],
                [-eta * lam + eta**2 * q, m * (1 - 2 * eta * lam), m**2],
                [eta**2 * q, -2 * eta * lam * m, m**2],
            ]
        )
        for loss, n in zip(found, steps, strict=True):
            exact = lam / 2 * (T ** int(n))[0, 0]
            assert exact < 1e-290 or abs(loss / exact - 1) < 1e-11


@pytest.mark.slow
def test_shared_noise_stays_symmetric_for_ever():
    """Rounding once broke the symmetry of the moments, and what was antisymmetric grew."""
    task = PowerLawTask(0.5, 0.5, 3, activity="bernoulli", density=1.0)
    times = np.geomspace(1.0, 3000.0, 12)
    found = solve(task, times=times, optimizer=SGD(0.3, 4), throw=False)
    assert np.all(np.diff(found.loss[:7]) < 0.0)
    assert abs(found.loss[-1]) < 1e-18 * found.loss[0] and found.error_bound[-1] > 1e-3
    early = solve(task, times=times[:7], optimizer=SGD(0.3, 4))
    assert early.warnings[0].code == "W-ROUNDING"


@pytest.mark.parametrize("optimizer", [SGD(0.01, 4), SGD(0.01, 4, momentum=0.5), SGD(0.01, None)])
@pytest.mark.parametrize("kind", ["one", "centred"])
def test_slopes_of_sgd_do_not_depend_on_the_times_asked_for(kind, optimizer):
    law = {"activity": "bernoulli", "amplitude": "symmetric"} if kind == "centred" else {}
    task = PowerLawTask(1.5, 0.5, 64, **law)
    alone = solve(task, times=[10.0], optimizer=optimizer).local_slope[0]
    among = solve(task, times=[0.1, 1.0, 10.0, 100.0], optimizer=optimizer)
    assert among.local_slope[2] == pytest.approx(alone, rel=0.01)
    flow = solve(task, times=[10.0]).local_slope[0]
    assert alone == pytest.approx(flow, rel=0.05)


def test_the_command_line_offers_the_methods_of_the_table():
    from superlaw.cli.solve import METHODS as OFFERED

    assert OFFERED == METHODS
