"""Rows with memory: each step solves what it states, and fields have their covariance."""

import numpy as np
import pytest

from superlaw.solvers.closures.kernels.two_time_rows import march_row
from superlaw.solvers.closures.two_time.covariances import Learned
from superlaw.solvers.closures.two_time.entries import covariance_of_entry, drawn
from superlaw.solvers.closures.two_time.gates import moments
from superlaw.solvers.closures.two_time.times import backward_differences

TIMES = np.logspace(-1.0, 3.0, 41)
N_ENTRIES = 60


@pytest.fixture(scope="module")
def row():
    """Return d, R, p, A, fields with the own entry before them, and the row they make."""
    generator, d = np.random.default_rng(4), backward_differences(TIMES)
    p = np.append(0.1, np.arange(1.0, N_ENTRIES + 1.0) ** -1.2 / 4.0)
    target = np.append(1.0, np.zeros(N_ENTRIES))
    fields = 0.2 * generator.standard_normal((N_ENTRIES, 1)) * np.minimum(TIMES / 3.0, 1.0)
    fields = np.vstack([np.minimum(0.05 * TIMES, 0.8), fields])
    kept = np.linalg.inv(d + np.array([0.05, 0.2])[:, None, None] * np.eye(TIMES.size))
    of = np.append(0, np.repeat([0, 1], N_ENTRIES // 2))
    S, beta = np.zeros_like(fields), np.zeros(TIMES.size)
    march_row(kept, d, of, p, target, fields, S, beta)
    return d, kept[of[1:]], p[:, None], target[:, None], fields, S, beta


def _off(row, sign=1.0):
    """Return how far entries and the bias are from their equations, drives having a sign."""
    d, kept, p, target, fields, S, beta = row
    m0, m1, m2 = moments(S, beta)
    D = -p * ((S - target) * m2 + beta * m1)
    off = S - fields
    off[1:] -= sign * np.einsum("enm,em->en", kept, D[1:])
    drive = -np.sum(p * ((S - target) * m1 + beta * m0), axis=0)
    return np.abs(off).max(), np.abs(d @ beta - drive).max()


@pytest.mark.kernels
def test_entries_and_the_bias_of_a_row_solve_their_equations(row):
    entries, bias = _off(row)
    assert entries < 1e-12
    assert bias < 1e-8
    assert np.abs(row[-1]).max() > 0.01
    assert _off(row, sign=-1.0)[0] > 0.01


def test_fields_have_the_covariance_that_is_stated():
    times = TIMES[:6]
    C = np.minimum.outer(times, times)
    x, learned = 0.3 * times, Learned(0.1 * times, 0.5 * C)
    stated = covariance_of_entry(C, 2.0 * C, learned, x, -x, 16)
    np.testing.assert_allclose(stated, (2.5 * C - 2.0 * np.outer(x, x)) / 16.0)
    paths = drawn(stated, 40_000, np.random.default_rng(1))
    np.testing.assert_allclose(paths.T @ paths / len(paths), stated, atol=0.05 * stated.max())


def test_what_is_no_covariance_is_cut_down_to_one():
    wrong = np.diag([1.0, -1.0, 2.0])
    paths = drawn(wrong, 20_000, np.random.default_rng(1))
    found = paths.T @ paths / len(paths)
    np.testing.assert_allclose(found, np.diag([1.0, 0.0, 2.0]), atol=0.05)
