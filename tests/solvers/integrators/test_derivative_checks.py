"""What a user says of his functions is compared with differences before it is believed."""

import dataclasses
import time

import numpy as np
import pytest
from conftest import JIT
from numba import njit
from solver_problems import cubic, cubic_partials, pendulum

from superlaw.solvers.integrators.steps import layout
from superlaw.solvers.models.families import coactive, cross_talk, sequential, two_layer

pytestmark = pytest.mark.kernels
N = 2000
SECONDS = 0.05
"""Of a problem of any size, checks and all."""


@njit(layout.PARTIALS, cache=True)
def wrong_own(y, theta, shared, m, f_y, f_m, g_y):
    for c in range(y.size):
        f_y[c] = -2.0 * theta[0, c] * y[c] ** 2 - m[0]
        f_m[0, c] = -y[c]
        f_m[1, c] = shared[0]
        g_y[0, c] = 2.0 * y[c]
        g_y[1, c] = np.cos(y[c])


@njit(layout.PARTIALS, cache=True)
def wrong_coupling(y, theta, shared, m, f_y, f_m, g_y):
    for c in range(y.size):
        f_y[c] = -3.0 * theta[0, c] * y[c] ** 2 - m[0]
        f_m[0, c] = -y[c]
        f_m[1, c] = -shared[0]
        g_y[0, c] = 2.0 * y[c]
        g_y[1, c] = np.cos(y[c])


@njit(layout.PARTIALS, cache=True)
def wrong_order(y, theta, shared, m, f_y, f_m, g_y):
    for c in range(y.size):
        f_y[c] = -3.0 * theta[0, c] * y[c] ** 2 - m[0]
        f_m[0, c] = -y[c]
        f_m[1, c] = shared[0]
        g_y[0, c] = y[c]
        g_y[1, c] = np.cos(y[c])


@njit(layout.MEASURE, cache=True)
def no_loss_rate(y, theta, shared, m, out):
    for c in range(y.size):
        out[0, c] = y[c] * y[c]


@njit(layout.RATE, cache=True)
def kinked_rate(y, theta, shared, m, out):
    for c in range(y.size):
        out[c] = -max(y[c] - 0.93, 0.0)


@njit(layout.PARTIALS, cache=True)
def kinked_partials(y, theta, shared, m, f_y, f_m, g_y):
    for c in range(y.size):
        f_y[c] = -1.0 if y[c] > 0.93 else 0.0


@njit(layout.MEASURE, cache=True)
def kinked_measure(y, theta, shared, m, out):
    for c in range(y.size):
        out[0, c] = 0.5 * y[c] * y[c]
        out[1, c] = -y[c] * max(y[c] - 0.93, 0.0)


@pytest.mark.parametrize(
    ("partials", "what"),
    [
        (wrong_own, "∂f/∂y .*for feature 1"),
        (wrong_coupling, "∂f/∂m_2"),
        (wrong_order, "∂g_1/∂y"),
    ],
)
def test_wrong_partials_are_refused(refused, partials, what):
    with refused("partials", f"right about {what}"):
        dataclasses.replace(cubic(), partials=partials)


def test_partials_of_one_rare_feature_are_refused(refused):
    family = sequential.problem(np.geomspace(1.0, 1e-6, 40), np.ones(40), np.ones(40))
    theta = family.theta.copy()
    off = np.geomspace(1.0, 1e-6, 40) * (np.arange(40) == 30)

    @njit(layout.RATE, cache=True)
    def rate(y, theta, shared, m, out):
        for c in range(y.size):
            out[c] = -theta[0, c] * y[c] - theta[1, c] * y[c]

    @njit(layout.MEASURE, cache=True)
    def measure(y, theta, shared, m, out):
        for c in range(y.size):
            out[0, c] = y[c] * y[c]
            out[1, c] = -2.0 * (theta[0, c] + theta[1, c]) * y[c] * y[c]

    with refused("partials", "for feature 31"):
        dataclasses.replace(family, theta=np.stack([theta[0], off]), rate=rate, measure=measure)


def test_a_wrong_loss_rate_is_refused(refused):
    with refused("measure", "right about the loss rate"):
        dataclasses.replace(cubic(), measure=no_loss_rate)


@pytest.mark.parametrize("family", [cubic, pendulum])
def test_order_parameters_that_bend_are_not_taken_as_linear(refused, family):
    with refused("order_is_linear", "False where the function bends"):
        dataclasses.replace(family(), order_is_linear=True)


def test_equations_that_bend_are_not_taken_as_linear(refused):
    one = np.ones(4)
    with refused("is_linear", "False where the function bends"):
        dataclasses.replace(two_layer.problem(one, one, one, 1e-3 * one), is_linear=True)


def test_a_kink_is_no_contradiction():
    one = np.ones(64)
    family = sequential.problem(one, one, one)
    kernels = {"rate": kinked_rate, "partials": kinked_partials, "measure": kinked_measure}
    dataclasses.replace(family, is_linear=False, bounds=None, **kernels)


@pytest.mark.parametrize("start", [0.0, 1e-9, -1.0])
def test_right_families_pass_wherever_they_start(start):
    lam = np.geomspace(1.0, 1e-9, N)
    y0, n = np.full(N, start), np.geomspace(1.0, 1e9, N)
    sequential.problem(lam, y0, n)
    coactive.problem(lam, 0.3 * lam, y0, n)
    cross_talk.problem(lam, y0, n, 64.0)
    two_layer.problem(lam, np.ones(N), n, np.full(N, abs(start)), weight_decay=1e-3)
    assert cubic_partials is cubic().partials


@pytest.mark.skipif(not JIT, reason="times compiled code")
def test_the_checks_are_cheap():
    lam = np.geomspace(1.0, 1e-9, 100_000)
    cross_talk.problem(lam, lam, lam, 64.0)
    started = time.perf_counter()
    cross_talk.problem(lam, lam, lam, 64.0)
    assert time.perf_counter() - started < SECONDS
