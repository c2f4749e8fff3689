"""Bounds and the closure against independent computations; a broken certificate is detected."""

import numpy as np
import pytest
from scipy import integrate

from superlaw.solvers.width import coactive_codes, linear_program
from superlaw.solvers.width.budget import trained_budget
from superlaw.solvers.width.classes import Classes
from superlaw.solvers.width.coactive_codes import coactive_random_code
from superlaw.solvers.width.cosines import excess, gegenbauer, log_density, tail
from superlaw.solvers.width.linear_program import lower_bound
from superlaw.solvers.width.outputs import (
    interference,
    interference_slopes,
    own_cost,
    own_slopes,
)
from superlaw.solvers.width.random_codes import (
    best_thresholds,
    gaussian_excess,
    gaussian_prefactor,
    gaussian_slope,
    random_code,
)

SHARP = {
    (5, 2): (0.063302508, np.cos(2 * np.pi * np.arange(5) / 5)),
    (12, 3): (0.17745989, np.repeat([1, 5**-0.5, -(5**-0.5), -1], [1, 5, 5, 1])),
    (16, 5): (0.03348045, np.repeat([1, 0.2, -0.6], [1, 10, 5])),
    (27, 6): (0.056570175, np.repeat([1, 0.25, -0.5], [1, 16, 10])),
}
"""Loss of sharp codes, and the cosines of one column with all."""


def power(a, n):
    p = np.arange(1.0, n + 1.0) ** -a
    return p / p.sum()


@pytest.mark.parametrize(("s", "b"), [(1.2, -0.4), (0.8, 0.3), (0.5, -1.2), (2.0, -1.0)])
def test_costs_of_an_output_are_the_integrals_over_the_amplitude(s, b):
    def mean(f):
        kink = min(max(-b / s, 0.0), 2.0)
        return sum(integrate.quad(f, *ends)[0] for ends in ((0.0, kink), (kink, 2.0))) / 2.0

    own = mean(lambda v: (v - max(v * s + b, 0.0)) ** 2)
    assert own_cost(s, b) == pytest.approx(own, rel=1e-10)
    step = 1e-6
    slopes = (
        (own_cost(s + step, b) - own_cost(s - step, b)) / (2 * step),
        (own_cost(s, b + step) - own_cost(s, b - step)) / (2 * step),
    )
    assert own_slopes(s, b) == pytest.approx(slopes, abs=1e-8)
    if b <= 0.0:
        assert interference(s, b) == pytest.approx(mean(lambda v: max(v * s + b, 0.0) ** 2))
        assert interference(-s, b) == 0.0
        slopes = (
            (interference(s + step, b) - interference(s - step, b)) / (2 * step),
            (interference(s, b + step) - interference(s, b - step)) / (2 * step),
        )
        assert interference_slopes(s, b) == pytest.approx(slopes, abs=1e-8)
        assert interference_slopes(-s, b) == (0.0, 0.0)


@pytest.mark.slow
@pytest.mark.parametrize("m", [2, 3, 7, 100])
def test_cosines_have_the_law_of_random_directions(m):
    x = np.linspace(0.0, 1.9, 9)

    def direct(start):
        def integrand(angle):  # the density in the angle has no poles
            xi = np.cos(angle)
            return (2 * xi - start) ** 3 / (6 * xi) * np.exp(log_density(xi, m)) * np.sin(angle)

        return integrate.quad(integrand, 1e-9, np.arccos(start / 2), epsabs=1e-14, limit=200)[0]

    assert excess(x, m) == pytest.approx([direct(start) for start in x], rel=1e-6, abs=1e-13)
    draws = np.random.default_rng(0).standard_normal((200_000, m))
    xi = draws[:, 0] / np.linalg.norm(draws, axis=1)
    for level in (0.0, 0.1, 0.3):
        assert np.mean(xi > level) == pytest.approx(float(tail(level, m)), abs=0.005)


@pytest.mark.parametrize("m", [2, 3, 8])
def test_gegenbauer_polynomials_are_orthogonal_and_1_at_1(m):
    angle = np.linspace(0.0, np.pi, 20_001)
    G = gegenbauer(np.cos(angle), 6, m)
    gram = (G * np.sin(angle) ** (m - 2)) @ G.T
    assert G[:, 0] == pytest.approx(np.ones(7))
    size = np.sqrt(np.diag(gram))
    assert gram / np.outer(size, size) == pytest.approx(np.eye(7), abs=1e-3)


PSI = {
    0.3: 0.32344967, 0.5: 0.19652939, 1.0: 0.052027853, 1.5: 0.011953294, 2.0: 0.0023385657,
    2.5: 0.00038415974, 3.0: 5.239583e-05, 4.0: 5.3858755e-07,
}  # fmt: skip
"""Reference values of ψ, to the digits written."""


@pytest.mark.parametrize("h", sorted(PSI))
def test_gaussian_excess_is_the_double_integral(h):
    """E over v uniform on (0, 2) and a standard normal g, by quadrature to 30 digits."""
    import mpmath

    def over(v):
        z = 2 * h / v
        above = mpmath.ncdf(-z)
        return (v * v + 4 * h * h) * above - 2 * h * v * mpmath.npdf(z)

    with mpmath.workdps(30):
        exact = mpmath.quad(over, [0, h / 4, h / 2, 1, 2]) / 2
    assert gaussian_excess(h) == pytest.approx(float(exact), rel=1e-9)
    assert gaussian_excess(h) == pytest.approx(PSI[h], rel=2e-7)
    step = 1e-5
    slope = (gaussian_excess(h + step) - gaussian_excess(h - step)) / (2 * step)
    assert gaussian_slope(np.array(h)) == pytest.approx(slope, rel=1e-5)


@pytest.mark.parametrize(
    ("n", "prefactor"), [(100, 3.4250717), (1000, 5.998376), (10240, 9.0465806), (10**6, 15.869769)]
)
def test_prefactor_of_random_codes_of_even_frequencies(n, prefactor):
    assert gaussian_prefactor(np.full(n, 1.0 / n)) == pytest.approx(prefactor, rel=1e-6)


def test_best_thresholds_are_the_best():
    p = power(1.5, 300)
    h = best_thresholds(p)
    least = p * h**2 + gaussian_excess(h)
    for other in (0.9 * h, 0.99 * h, 1.01 * h, 1.1 * h):
        assert np.all(p * other**2 + gaussian_excess(other) > least)


@pytest.mark.parametrize(
    ("n", "m", "loss"),
    [
        (1000, 10, 0.75274701),
        (1000, 25, 0.31021344),
        (1000, 63, 0.11595853),
        (1000, 100, 0.070736566),
        (1000, 400, 0.016401212),
        (200, 6, 0.89067591),
        (200, 20, 0.27834872),
    ],
)
def test_random_codes_of_even_frequencies(n, m, loss):
    assert random_code(np.full(n, 1.0 / n), m).value == pytest.approx(loss, rel=1e-6)


def test_random_codes_of_uneven_frequencies_are_what_drawn_directions_lose():
    n, m, generator = 300, 12, np.random.default_rng(1)
    p = power(1.2, n)
    code = random_code(p, m)
    losses = []
    for _ in range(40):
        W = generator.standard_normal((n, m))
        W *= (code.norms / np.linalg.norm(W, axis=1))[:, None]
        cost = interference(W @ W.T, code.biases[:, None])
        np.fill_diagonal(cost, own_cost(code.norms**2, code.biases))
        losses.append(np.sum(cost @ p))
    error = np.std(losses, ddof=1) / np.sqrt(len(losses))
    assert abs(np.mean(losses) - code.value) < 4.0 * error
    assert error < 0.02 * code.value


def test_norms_and_biases_of_random_codes_are_the_best():
    p = power(1.5, 200)
    classes, code = Classes.of(p), random_code(p, 20)
    first = np.concatenate([[0], np.cumsum(classes.n)[:-1]])
    r, theta = code.norms[first], -code.biases[first]
    from superlaw.solvers.width.random_codes import _Problem

    problem = _Problem(classes, 20)
    value, slopes = problem(np.concatenate([r, theta]))
    assert value == pytest.approx(code.value, rel=1e-8)
    assert np.max(np.abs(slopes)) < 1e-4
    step, y = 1e-6, np.concatenate([1.1 * r, 0.9 * theta])
    for k in (0, len(r) - 1, len(r), 2 * len(r) - 1):
        moved = [problem(y + sign * step * np.eye(len(y))[k])[0] for sign in (1, -1)]
        assert problem(y)[1][k] == pytest.approx((moved[0] - moved[1]) / (2 * step), abs=1e-7)


def test_classes_keep_frequencies_and_pairs():
    p = power(0.7, 500)
    classes = Classes.of(p)
    assert classes.n.sum() == 500 and classes.total.sum() == pytest.approx(1.0)
    assert classes.pairs.sum() == pytest.approx(499.0)
    assert len(Classes.of(np.full(9, 1 / 9)).n) == 1
    assert len(classes.spread(classes.p)) == 500


@pytest.mark.slow
@pytest.mark.parametrize("m", [10, 39, 100])
def test_random_codes_of_independent_features_are_what_drawn_codes_lose(m):
    n, generator = 400, np.random.default_rng(2)
    p = np.full(n, 1.0 / n)
    value, s, biases = coactive_random_code(p, m)
    losses = []
    for _ in range(16):
        W = generator.standard_normal((n, m))
        W /= np.linalg.norm(W, axis=1)[:, None]
        x = (generator.random((2000, n)) < p) * 2.0 * generator.random((2000, n))
        y = np.maximum(s * (x @ W) @ W.T + biases, 0.0)
        losses.append(np.mean(np.sum((y - x) ** 2, axis=1)))
    error = np.std(losses, ddof=1) / 4.0
    assert abs(np.mean(losses) - value) < 3.0 * error + 0.02 * value


@pytest.mark.slow
def test_draws_of_independent_features_decide_little(monkeypatch):
    p = np.full(1000, 1e-3)
    value = coactive_random_code(p, 25)[0]
    monkeypatch.setattr(coactive_codes, "ENTROPY", 1)
    assert value != coactive_random_code(p, 25)[0] == pytest.approx(value, rel=0.015)


def test_a_random_code_of_independent_features_is_worked_out_once(monkeypatch):
    """What a caller does to the biases that it gets changes no other's."""
    asked = []

    def few_drives(p, m, entropy):
        asked.append(m)
        return np.linspace(0.01, 2.0, 50), np.full(50, 0.02)

    monkeypatch.setattr(coactive_codes, "_drives", few_drives)
    monkeypatch.setattr(coactive_codes, "ENTROPY", 2)  # asked for by no other
    p = np.full(30, 1.0 / 30.0)
    *known, biases = coactive_random_code(p, 4)
    biases[:] = 7.0
    *again, untouched = coactive_random_code(p.copy(), 4)
    assert again == known and (untouched < 0.0).all() and asked == [4]


@pytest.mark.parametrize(("s", "x"), [(1.3, 0.2), (1.05, 0.1), (1.8, 0.4)])
def test_slopes_of_a_bound_are_those_of_its_value(s, x):
    program, step = linear_program._Program(50, 6, 12), 1e-5
    slopes = (
        program.value(s + step, x)[0] - program.value(s - step, x)[0],
        program.value(s, x + step)[0] - program.value(s, x - step)[0],
    )
    assert program.value(s, x)[1] == pytest.approx(np.array(slopes) / (2 * step), rel=1e-5)


@pytest.mark.parametrize(
    ("n", "m"),
    [
        (5, 2),
        *(pytest.param(*size, marks=pytest.mark.slow) for size in ((12, 3), (16, 5), (27, 6))),
    ],
)
def test_sharp_codes_attain_the_lower_bound(n, m):
    """LP ≤ code ≤ LP(1 + 5e-5); the code's loss is that of its own cosines."""
    loss, cosines = SHARP[n, m]
    bound = lower_bound(n, m)
    own = own_cost(bound.s, bound.b) + np.sum(interference(bound.s * cosines[1:], bound.b))
    assert own == pytest.approx(loss, rel=1e-4)
    assert bound.value <= loss + 1e-9 and loss <= bound.value * (1.0 + 5e-5)
    assert bound.violation < 2e-5 * bound.value * 3


@pytest.mark.parametrize(
    ("n", "m", "value"),
    [
        (10, 4, 0.014001),
        pytest.param(200, 20, 0.02673, marks=pytest.mark.slow),
        pytest.param(200, 45, 0.00216, marks=pytest.mark.slow),
        pytest.param(1000, 25, 0.05192, marks=pytest.mark.slow),
        pytest.param(1000, 100, 0.0029, marks=pytest.mark.slow),
    ],
)
def test_lower_bounds_of_other_sizes(n, m, value):
    """The values are those of grids without a certificate, which are a little too high."""
    found = lower_bound(n, m).value
    assert found == pytest.approx(value, rel=5e-3) and found < value


def test_a_code_without_interference_needs_no_programme():
    assert lower_bound(20, 10).value == 0.0


def test_a_programme_that_is_not_solved_is_no_bound(monkeypatch):
    monkeypatch.setattr(linear_program._Program, "_solve", lambda *_: None)
    assert lower_bound(16, 5) is None


def test_a_loose_certificate_lowers_the_bound(monkeypatch):
    """Certified on a coarse grid the same h may rise further between its points."""

    def certified():
        return linear_program._Program(16, 5, 12).certified(1.29567, 0.1666)

    fine = certified()
    monkeypatch.setattr(linear_program, "FINE_GRID", 501)
    coarse = certified()
    assert coarse.value < 0.998 * fine.value and coarse.violation > 50 * fine.violation


@pytest.mark.parametrize(
    ("a", "n", "m", "closure"),
    [
        (0.0, 200, 20, 0.055434),
        (0.0, 1000, 100, 0.0098033),
        (1.2, 400, 5, 0.40433),
        (1.5, 400, 50, 0.0025789),
        (2.0, 400, 12, 0.0097447),
    ],
)
def test_budget_of_violated_pairs(a, n, m, closure):
    assert trained_budget(power(a, n), m) == pytest.approx(closure, rel=1e-4)


def test_the_budget_is_a_minimum_and_is_spent():
    """A direct minimisation over a few classes finds nothing lower."""
    from scipy.optimize import minimize

    from superlaw.solvers.width.budget import budget_of

    n, m = 40, 6
    p = power(1.5, n)
    others = n - np.arange(1.0, n + 1.0)

    def loss(k):
        return float(p @ (k**2 + k**3 / 3))

    spent = {
        "type": "ineq",
        "fun": lambda k: budget_of(n, m) - float(others @ tail(np.clip(k, 0, 1), m)),
    }
    found = minimize(
        loss, np.full(n, 0.6), bounds=[(0.0, 1.0)] * n, constraints=[spent], method="SLSQP",
        options={"maxiter": 500, "ftol": 1e-10},
    )  # fmt: skip
    assert found.success
    assert trained_budget(p, m) == pytest.approx(found.fun, rel=1e-3)


def test_the_budget_says_where_it_has_no_answer():
    assert trained_budget(power(1.0, 10), 2) is None
    assert trained_budget(power(1.0, 10), 5) == 0.0
