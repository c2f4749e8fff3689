import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from superlaw.arguments import ArgumentError
from superlaw.curves import log_times
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.solve import solve
from superlaw.validation.fitting.measured import local_slopes
from superlaw.validation.fitting.power_law import fit_power_law
from superlaw.validation.fitting.readings import fall

T = np.geomspace(1.0, 1e4, 41)
NOISE_FREE = 1e-6


def _codes(fit):
    return {notice.code for notice in fit.warnings}


@settings(max_examples=6)
@given(alpha=st.floats(0.05, 3.0), prefactor=st.floats(1e-3, 1e3))
def test_a_power_law_is_recovered(alpha, prefactor):
    fit = fit_power_law((T, prefactor * T**-alpha))
    assert fit.exponent == pytest.approx(alpha, rel=NOISE_FREE)
    assert fit.prefactor == pytest.approx(prefactor, rel=NOISE_FREE)
    assert fit.model == "straight" and _codes(fit) == set()


@settings(max_examples=6)
@given(alpha=st.floats(0.3, 2.0), floor=st.floats(0.05, 0.5))
def test_a_floor_is_recovered(alpha, floor):
    fit = fit_power_law((T, T**-alpha + floor), window=(1.0, 1e4))
    assert fit.model == "offset" and _codes(fit) == set()
    assert fit.exponent == pytest.approx(alpha, rel=1e-4)
    assert fit.floor == pytest.approx(floor, rel=1e-4)


def test_time_units_change_nothing_but_the_prefactor():
    loss = T**-0.7 + 0.01
    one, other = fit_power_law((T, loss)), fit_power_law((60.0 * T, loss))
    assert other.exponent == pytest.approx(one.exponent, rel=1e-9)
    assert other.prefactor == pytest.approx(one.prefactor * 60.0**one.exponent, rel=1e-6)


@pytest.mark.slow
def test_seed_errors_cover_the_truth():
    """95 % intervals from 8 seeds hold the true exponent in 95 % of synthetic ensembles."""
    rng, hits, trials = np.random.default_rng(0), 0, 60
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


LATE = np.geomspace(1.0, 1e5, 60)


def _noisy(floor, noise, seeds, entropy):
    rng = np.random.default_rng(entropy)
    return (floor + 0.8 * LATE**-0.55) * (1.0 + noise * rng.normal(size=(seeds, 60)))


@pytest.mark.parametrize(
    ("floor", "model"),
    [pytest.param(0.0, "straight", marks=pytest.mark.slow), (0.02, "offset")],
)
@pytest.mark.parametrize(
    ("noise", "seeds"),
    [
        (0.03, 1),
        *(pytest.param(*case, marks=pytest.mark.slow) for case in ((0.01, 1), (0.03, 8))),
    ],
)
def test_noise_is_not_read_as_curvature(floor, model, noise, seeds):
    """The median of noisy curves is the truth, and nothing is announced that is not there."""
    fits = [fit_power_law((LATE, _noisy(floor, noise, seeds, k))) for k in range(9)]
    assert abs(np.median([fit.exponent for fit in fits]) - 0.55) < 0.01
    pulls = [(fit.exponent - 0.55) / fit.total_error for fit in fits]
    assert np.sqrt(np.mean(np.square(pulls))) < 2.0
    assert sum(fit.model == model and not fit.warnings for fit in fits) >= 8


def test_a_floor_that_is_not_fitted_is_announced():
    loss = _noisy(0.02, 0.01, 1, 3)
    assert "W-FLOOR" in _codes(fit_power_law((LATE, loss), floor="none", window=(1.0, 1e4)))
    assert "W-FLOOR" not in _codes(fit_power_law((LATE, loss), floor="none", window=(1.0, 10.0)))


def test_noise_and_its_memory_are_found():
    rng, rho = np.random.default_rng(5), 0.6
    step, size = rng.normal(size=240), 0.02
    for k in range(1, 240):
        step[k] = rho * step[k - 1] + np.sqrt(1.0 - rho**2) * step[k]
    t = np.geomspace(1.0, 1e6, 240)
    fit = fit_power_law((t, t**-0.4 * np.exp(size * step)))
    assert fit.noise == pytest.approx(size, rel=0.25)
    assert fit.correlation == pytest.approx(rho, abs=0.2)
    white = fit_power_law((t, t**-0.4 * np.exp(size * rng.permutation(step))))
    assert white.correlation < 0.2 and white.standard_error["noise"] < fit.standard_error["noise"]


def test_a_hundred_thousand_rows_are_one_curve():
    steps = np.arange(1.0, 100_001.0)
    rng = np.random.default_rng(6)
    fit = fit_power_law((steps, 2.0 * steps**-0.5 * (1.0 + 0.05 * rng.normal(size=len(steps)))))
    assert fit.exponent == pytest.approx(0.5, abs=4.0 * fit.total_error) and fit.total_error < 0.01
    assert fit.n_points > 80_000


@pytest.mark.parametrize(("before", "after"), [(0.2, 1.1), (1.2, 0.4)])
def test_a_sharp_corner_under_noise_is_found_and_not_read_as_a_fall(before, after):
    t, rng = np.geomspace(1.0, 1e6, 120), np.random.default_rng(3)
    bend = np.minimum if after > before else np.maximum
    loss = bend(t**-before, 1e3 ** (after - before) * t**-after)
    fit = fit_power_law((t, loss * (1.0 + 0.02 * rng.standard_normal(120))))
    assert fit.model == "broken" and fit.branches == pytest.approx((before, after), abs=0.01)
    assert fit.corner == pytest.approx(1e3, rel=0.1) and fit.goodness > 0.01
    assert abs(fit.exponent - max(before, after)) < 3.0 * fit.total_error


def test_two_slopes_are_two_branches():
    rng = np.random.default_rng(7)
    loss = np.minimum(LATE**-0.3, 300.0**0.6 * LATE**-0.9) * (1.0 + 0.01 * rng.normal(size=60))
    fit = fit_power_law((LATE, loss))
    assert fit.model == "broken" and "W-CURVED" in _codes(fit)
    np.testing.assert_allclose(fit.branches, (0.3, 0.9), atol=0.03)
    assert fit.exponent == fit.branches[1] and fit.corner == pytest.approx(300.0, rel=0.3)


def test_a_plateau_before_a_power_is_a_crossover():
    rng = np.random.default_rng(8)
    loss = (1.0 + LATE / 20.0) ** -0.7 * (1.0 + 0.01 * rng.normal(size=60))
    fit = fit_power_law((LATE, loss))
    assert fit.model == "crossover" and abs(fit.exponent - 0.7) < 4.0 * fit.total_error


def test_a_fall_between_two_plateaus_is_read_by_the_rule_of_the_map():
    curve = 1.0 / (1.0 + (LATE / 300.0) ** 1.2) ** 0.8 + 0.03
    found = fall(LATE, curve)
    fit = fit_power_law((LATE, curve))
    assert fit.model == "fall" and "W-CURVED" in _codes(fit)
    assert fit.exponent == pytest.approx(found.exponent, rel=1e-9)
    assert fit.window == pytest.approx(found.window)
    noisy = curve * (1.0 + 0.03 * np.random.default_rng(9).normal(size=60))
    asked = fit_power_law((LATE, noisy), model="fall")
    assert abs(asked.exponent - found.exponent) < 3.0 * asked.total_error


def test_where_the_data_cannot_choose_nothing_is_chosen():
    spectrum = solve(PowerLawTask(1.5, 0.25, 1024), times=np.geomspace(0.1, 1e6, 71))
    fit = fit_power_law(spectrum)
    assert fit.exponent is None and "W-UNDECIDED" in _codes(fit)
    straight = next(each for each in fit.candidates if each.model == "straight")
    assert straight.exponent == pytest.approx(2.0 / 3.0, abs=0.02)


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
        ((T, 1 / T), {"model": "bent"}, "model"),
        ((T, 1 / T), {"model": "broken", "floor": "free"}, "floor"),
    ],
)
def test_bad_input_is_refused(refused, curve, arguments, name):
    with refused(name):
        fit_power_law(curve, **arguments)


def test_a_solution_is_fitted_where_its_solver_answers_for_it():
    task = PowerLawTask(1.5, 0.5, 64, activity="bernoulli")
    curve = solve(task, times=log_times(1.0, 1e6))
    known = curve.times[np.isfinite(curve.local_slope)]
    assert known[-1] < 1e4
    found = fit_power_law(curve, window=(1.0, 1e6))
    assert found.window[1] == pytest.approx(known[-1])
    assert "W-ROUNDING" in {notice.code for notice in found.warnings}
    with pytest.raises(ArgumentError, match="curve must be at least 4 times"):
        fit_power_law(curve.at(curve.times > 1e4))
