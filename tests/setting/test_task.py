import math
from itertools import product

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superlaw.arguments import ArgumentError
from superlaw.setting.amplitude import AMPLITUDES
from superlaw.setting.harmonic import generalised_harmonic
from superlaw.setting.optimizer import SGD
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask

ROUNDING = 1e-14


@pytest.mark.parametrize(
    ("n", "a"),
    [(10, 1.5), (65, 3.0), (10**6, 1.0), (10**9, 0.5), (10**12, 1.0000001), (10**30, 2.5)],
)
def test_harmonic_sums_are_exact(n, a):
    with mpmath.workdps(40):
        exact = mpmath.harmonic(n) if a == 1.0 else mpmath.zeta(a) - mpmath.zeta(a, n + 1)
        assert generalised_harmonic(n, a) == pytest.approx(float(exact), rel=ROUNDING)


def test_harmonic_sum_without_end_is_zeta():
    assert generalised_harmonic(None, 1.1) == pytest.approx(float(mpmath.zeta(1.1)), rel=ROUNDING)


@given(a=st.floats(0.2, 4.0), n=st.integers(1, 5000))
def test_frequencies_add_up_to_the_density(a, n):
    task = PowerLawTask(a=a, n_features=n)
    i = np.arange(1.0, n + 1.0)
    assert task.probability(i).sum() == pytest.approx(1.0, rel=1e-12)


@pytest.mark.parametrize("name", AMPLITUDES)
@pytest.mark.parametrize("k", [1, 2, 3, 4])
def test_amplitude_moments_are_those_of_the_density(name, k):
    density = {
        "uniform": (lambda v: 0.5, 0, 2),
        "half-normal": (lambda v: 2 / math.pi * mpmath.exp(-v * v / math.pi), 0, mpmath.inf),
        "symmetric": (lambda v: 0.25, -2, 2),
    }
    if name == "constant":
        assert AMPLITUDES[name].moment(k) == 1.0
        return
    weight, low, high = density[name]
    exact = mpmath.quad(lambda v: weight(v) * v**k, [low, high])
    assert AMPLITUDES[name].moment(k) == pytest.approx(float(exact), abs=1e-12)


def test_coupling_needs_coactivation_and_a_mean():
    assert not PowerLawTask(1.5).has_coupled_modes
    assert PowerLawTask(1.5, activity="bernoulli").has_coupled_modes
    assert not PowerLawTask(1.5, activity="bernoulli", amplitude="symmetric").has_coupled_modes


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({"a": 0.0}, "a"),
        ({"a": -1.0}, "a"),
        ({"a": math.nan}, "a"),
        ({"a": 1.5, "b": math.inf}, "b"),
        ({"a": 1.5, "n_features": 0}, "n_features"),
        ({"a": 1.5, "n_features": 2.5}, "n_features"),
        ({"a": 1e5}, "a"),
        ({"a": 1.5, "b": 1e5}, "b"),
        ({"a": 1.5, "b": -1e5}, "b"),
        ({"a": 60.0, "n_features": 10**6}, "a"),
        ({"a": 1.5, "b": -30.0, "n_features": 10**6}, "b"),
        ({"a": 1.5, "n_features": 10**400}, "n_features"),
        ({"a": 1.5, "n_features": 10**9000}, "n_features"),
        ({"a": 1.5, "n_features": 1e31}, "n_features"),
        ({"a": 1.5, "activity": "bernoulli", "density": 1e-300}, "density"),
        ({"a": 1.5, "activity": "two"}, "activity"),
        ({"a": 1.5, "amplitude": "gauss"}, "amplitude"),
        ({"a": 1.5, "density": 2.0}, "density"),
        ({"a": 1.5, "n_features": 9, "activity": "bernoulli", "density": 3.0}, "density"),
    ],
)
def test_bad_tasks_are_refused(refused, arguments, name):
    with refused(name):
        PowerLawTask(**arguments)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({"width": 0}, "width"),
        ({"depth": 3}, "depth"),
        ({"init": 0.5}, "init"),
        ({"depth": 2, "init": 0.0}, "init"),
        ({"depth": 2, "init": 2.0}, "init"),
        ({"depth": 2, "init": 1e-300}, "init"),
        ({"tied": True, "init": 1e200}, "init"),
        ({"decoder": "random", "init": 1e-300}, "init"),
        ({"embedding": "trained", "init": 1e3}, "init"),
        ({"init_profile": "flat"}, "init_profile"),
        ({"width": 10**400}, "width"),
        ({"depth": 2, "init_profile": "random"}, "init_profile"),
    ],
)
def test_bad_students_are_refused(refused, arguments, name):
    with refused(name):
        Student(**arguments)


@pytest.mark.parametrize("a", [0.01, 1.5, 10.0, 100.0])
@pytest.mark.parametrize("b", [-100.0, -1.0, 0.0, 2.0, 100.0])
@pytest.mark.parametrize("n", [None, 1, 2, 10**3, 10**30])
def test_what_a_task_accepts_every_law_can_take(a, b, n):
    """No power of i leaves the floats: an exponent is a number or none, never an error."""
    from superlaw.theory.exponents import exponent

    try:
        tasks = [PowerLawTask(a, b, n, activity=kind) for kind in ("one", "bernoulli")]
    except ArgumentError as refusal:
        assert "p_1 < 1" in str(refusal) or "a + 2|b|" in str(refusal)
        return
    for task, student in product(tasks, (None, Student(depth=2), Student(2))):
        try:
            answer = exponent(task, student)
        except ArgumentError as refusal:
            assert str(refusal).startswith(("activity must", "width must", "depth must", "a must"))
            continue
        numbers = (answer.exponent, answer.prefactor, answer.crossover, answer.unit_slope)
        assert all(math.isfinite(x) for x in numbers if x is not None)


@pytest.mark.parametrize(("arguments", "name"), [({"lr": 0.0}, "lr"), ({"batch": 0}, "batch")])
def test_bad_optimizers_are_refused(refused, arguments, name):
    with refused(name):
        SGD(**arguments)
