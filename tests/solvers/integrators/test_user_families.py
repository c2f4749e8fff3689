"""A user's own family: what would fail inside a run is refused before it; nothing recompiles."""

import dataclasses
import subprocess
import sys

import numpy as np
import pytest
from numba import njit
from solver_problems import cubic

from superlaw.solvers.integrators.steps import layout
from superlaw.solvers.models.families import sequential


def linear(n=5):
    return sequential.problem(np.ones(n), np.ones(n), np.ones(n))


def plain_rate(y, theta, shared, m, out):
    out[:] = -y


@njit(layout.RATE, cache=True)
def nan_rate(y, theta, shared, m, out):
    for c in range(y.size):
        out[c] = np.sqrt(0.5 - c) * y[c]


@njit(layout.RATE, cache=True)
def short_rate(y, theta, shared, m, out):
    for c in range(y.size - 1):
        out[c] = -y[c]


@njit(layout.RATE, cache=True)
def long_rate(y, theta, shared, m, out):
    for c in range(y.size + 1):
        out[c] = -1.0


@njit(layout.RATE, cache=True)
def early_rate(y, theta, shared, m, out):
    for c in range(y.size):
        out[c] = -1.0
    out[-y.size - 1] = -1.0


@njit("void(float32[::1], float64[:,::1], float64[::1], float64[::1], float32[::1])")
def single_rate(y, theta, shared, m, out):
    for c in range(y.size):
        out[c] = -y[c]


@njit(layout.PARTIALS, cache=True)
def no_coupling_partials(y, theta, shared, m, f_y, f_m, g_y):
    for c in range(y.size):
        f_y[c] = -1.0


@pytest.mark.kernels
@pytest.mark.parametrize(
    ("kernel", "words"),
    [
        (nan_rate, "sets every entry .*NaN for feature 2"),
        (short_rate, "sets every entry .*NaN for feature 5"),
    ],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # plain Python warns of the root
def test_rate_that_leaves_nan_is_refused(refused, kernel, words):
    with refused("rate", words):
        dataclasses.replace(linear(), rate=kernel)


@pytest.mark.skipif("not __import__('conftest').JIT", reason="plain Python has no signatures")
@pytest.mark.parametrize(
    ("kernel", "words"),
    [
        (plain_rate, r"compiled with the signature RATE.*@njit\(layout.RATE"),
        (single_rate, "compiled with the signature RATE.*float32"),
        (njit(plain_rate), "compiled with the signature RATE"),
        (long_rate, "stays inside its output"),
        (early_rate, "stays inside its output"),
    ],
)
def test_rate_with_another_signature_is_refused(refused, kernel, words):
    with refused("rate", words):
        dataclasses.replace(linear(), rate=kernel)


@pytest.mark.kernels
def test_partials_without_the_coupling_are_refused(refused):
    with refused("partials", "sets every entry"):
        dataclasses.replace(cubic(), partials=no_coupling_partials)


@pytest.mark.kernels
@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"y0": np.ones(5, complex)}, "y0"),
        ({"y0": np.array(["1"] * 5)}, "y0"),
        ({"y0": np.zeros(0)}, "y0"),
        ({"theta": np.ones(5)}, "theta"),
        ({"observables": ("loss", "drift")}, "observables"),
    ],
)
def test_bad_arrays_and_names_are_refused(refused, changes, name):
    with refused(name):
        dataclasses.replace(linear(), **changes)


FAMILY = """
import numpy as np
from numba import njit
from superlaw.solvers.integrators.steps import layout
from superlaw.solvers.integrators.integrate import integrate
from superlaw.solvers.integrators.problem import MeanField

@njit(layout.RATE, cache=True)
def rate(y, theta, shared, m, out):
    for c in range(y.size):
        out[c] = -theta[0, c] * y[c] ** 3

@njit(layout.PARTIALS, cache=True)
def partials(y, theta, shared, m, f_y, f_m, g_y):
    for c in range(y.size):
        f_y[c] = -3.0 * theta[0, c] * y[c] ** 2

@njit(layout.MEASURE, cache=True)
def measure(y, theta, shared, m, out):
    for c in range(y.size):
        out[0, c] = 0.5 * y[c] ** 2
        out[1, c] = -theta[0, c] * y[c] ** 4

one = np.ones(4)
problem = MeanField("mine", one, one[None], one, rate, partials, measure)
solution = integrate(problem, [1.0, 1e3], method="rosenbrock", rtol=1e-8)
assert abs(solution.loss[0] / (0.5 * 4 / 3) - 1.0) < 1e-6, solution.loss
misses = sum(sum(kernel.stats.cache_misses.values()) for kernel in (rate, partials, measure))
print(misses)
"""


@pytest.mark.slow
@pytest.mark.skipif("not __import__('conftest').JIT", reason="counts compilations")
def test_a_second_process_compiles_nothing(tmp_path):
    """The user's kernels and the stepping loop come from the cache."""
    script = tmp_path / "family.py"
    script.write_text(FAMILY, encoding="utf-8")
    first, second = (
        subprocess.run([sys.executable, script], capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    )
    assert (int(first), int(second)) == (3, 0)
