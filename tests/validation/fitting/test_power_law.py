import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from superlaw.setting.task import PowerLawTask
from superlaw.solvers.solve import solve
from superlaw.validation.fitting.power_law import fit_power_law, local_slopes

T = np.geomspace(1.0, 1e4, 41)
NOISE_FREE = 1e-6


def _codes(fit):
    return {notice.code for notice in fit.warnings}


@given(alpha=st.floats(0.05, 3.0), prefactor=st.floats(1e-3, 1e3))
def test_a_power_law_is_recovered(alpha, prefactor):
    fit = fit_power_law((T, prefactor * T**-alpha))
    assert fit.exponent == pytest.approx(alpha, rel=NOISE_FREE)
    assert fit.prefactor == pytest.approx(prefactor, rel=NOISE_FREE)
    assert fit.model == "straight" and _codes(fit) == set()


@given(alpha=st.floats(0.3, 2.0), floor=st.floats(0.05, 0.5))
def test_a_floor_is_recovered(alpha, floor):
    fit = fit_power_law((T, T**-alpha + floor), window=(1.0, 1e4))
    assert fit.model == "offset" and "W-FLOOR" in _codes(fit)
    assert fit.exponent == pytest.approx(alpha, rel=1e-4)
    assert fit.floor == pytest.approx(floor, rel=1e-4)


def test_time_units_change_nothing_but_the_prefactor():
    loss = T**-0.7 + 0.01
    one, other = fit_power_law((T, loss)), fit_power_law((60.0 * T, loss))
    assert other.exponent == pytest.approx(one.exponent, rel=1e-9)
    assert other.prefactor == pytest.approx(one.prefactor * 60.0**one.exponent, rel=1e-6)


def test_seed_errors_cover_the_truth():
    """95 % intervals from 8 seeds hold the true exponent in 95 % of synthetic ensembles."""
    rng, hits, trials = np.random.default_rng(0), 0, 300
    for _ in range(trials):
        level, tilt = 0.1 * rng.normal(size=(8, 1)), 0.05 * rng.normal(size=(8, 1))
        noise = level + tilt * np.log(T) + 0.02 * rng.normal(size=(8, 41))
        fit = fit_power_law((T, 2.0 * T**-0.6 * np.exp(noise)), window=(1.0, 1e4), floor="none")
        reach = stats.t.ppf(0.975, 7) * fit.standard_error["seeds"]
        hits += abs(fit.per_seed.mean() - 0.6) < reach
    assert stats.binomtest(hits, trials, 0.95).pvalue > 1e-3


def test_a_planted_exponent_lies_outside():
    rng = np.random.default_rng(1)
    loss = T**-0.6 * np.exp(0.02 * rng.normal(size=(8, 41)))
    fit = fit_power_law((T, loss), floor="none", window=(1.0, 1e4))
    assert abs(fit.exponent - 0.66) > 4.0 * fit.standard_error["seeds"]


def test_errors_are_kept_apart_by_source():
    curve = solve(PowerLawTask(1.5, 0.5, 10**6), times=np.geomspace(0.1, 1e6, 80))
    fit = fit_power_law(curve)
    assert fit.exponent == pytest.approx(1.0, abs=0.01)
    assert fit.standard_error["seeds"] is None
    assert fit.standard_error["solver"] < 1e-8
    assert fit.standard_error["window"] > 0.0


def test_finite_size_trap_a_naive_fit_reads_anything():
    curve = solve(PowerLawTask(1.1, 0.0, 1024))
    whole = fit_power_law(curve, window=(10.0, 1e4), floor="none")
    assert "W-CURVED" in _codes(whole)
    early = fit_power_law(curve, window=(10.0, 30.0), floor="none").exponent
    late = fit_power_law(curve, window=(1e3, 5e3), floor="none").exponent
    assert early < 0.3 and late > 1.0


def test_short_windows_and_few_seeds_are_announced():
    loss = T**-0.5 * np.exp(0.01 * np.random.default_rng(2).normal(size=(3, 41)))
    fit = fit_power_law((T, loss), window=(1.0, 5.0))
    assert {"W-DECADES", "W-SEEDS"} <= _codes(fit)


def test_local_slopes_of_a_bent_curve():
    slopes = local_slopes(T, 1.0 / (1.0 + T))
    exact = T / (1.0 + T)
    np.testing.assert_allclose(slopes[5:-5], exact[5:-5], atol=5e-3)


@pytest.mark.parametrize(
    ("curve", "arguments", "name"),
    [
        ((T, T[:-1]), {}, "curve"),
        ((T, -T), {}, "curve"),
        ((T, np.full(41, np.nan)), {}, "curve"),
        ((T[:3], T[:3]), {}, "curve"),
        ((T[::-1], T), {}, "times"),
        ((T, 1 / T), {"window": (1e5, 1e6)}, "window"),
        ((T, 1 / T), {"floor": "maybe"}, "floor"),
    ],
)
def test_bad_input_is_refused(refused, curve, arguments, name):
    with refused(name):
        fit_power_law(curve, **arguments)
