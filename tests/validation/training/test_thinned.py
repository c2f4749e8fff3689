"""Features that share columns: their flow, the blocks they form, the extrapolation, its error."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from superlaw.arguments import ArgumentError
from superlaw.setting.case import case
from superlaw.setting.optimizer import SGD, GradientFlow
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.validation.training.blocks import Sharing, representatives, shared_pairs
from superlaw.validation.training.ensemble import Ensemble
from superlaw.validation.training.extrapolation import (
    ADDED,
    CHANGE,
    extrapolated,
    thinning_error,
)
from superlaw.validation.training.features import Features
from superlaw.validation.training.seeds import SimulationInterrupted
from superlaw.validation.training.simulate import _classes, simulate
from superlaw.validation.training.students import flow_of
from superlaw.validation.training.thinned import COARSER, classes

TASK, TIMES = PowerLawTask(1.5, 0.5, 256), [1.0, 10.0, 100.0]
EDGES = np.array([0, 1, 2, 4, 9])
EDGES_OF_5000 = Sharing.of(5000, 64, single=8).edges(1.0)
STUDENTS = {
    "fixed": Student(3),
    "tied": Student(3, tied=True),
    "untied": Student(3, decoder="random"),
}


def _loss(features, S, beta):
    """Σ n own + Σ n n interference over different classes, by Gauss-Legendre: independent code."""
    nodes, weights = np.polynomial.legendre.leggauss(3)
    total = 0.0
    for j in range(len(S)):
        for i in range(len(S)):
            s, b, a = S[j, i], beta[j], features.target[i] * (i == j)
            times = features.n[i] * (1.0 if i == j else features.n[j])
            cut = -b / s
            ends = (0.0, cut, 2.0) if 0.0 < cut.real < 2.0 else (0.0, 2.0)
            for low, high in pairwise(ends):
                v = 0.5 * (high + low) + 0.5 * (high - low) * nodes
                f = v * s + b
                square = ((f if f[1].real > 0.0 else 0.0) - a * v) ** 2
                total += times * 0.25 * features.p[i] * (high - low) * 0.5 * weights @ square
    return total


@pytest.mark.kernels
@pytest.mark.parametrize("name", STUDENTS)
def test_classes_descend_the_loss_that_counts_them_as_often_as_they_are(name):
    """Columns and thresholds of one feature each: at −∂L/∂w_i / n_i; B, of all, at −∂L/∂B."""
    task = PowerLawTask(1.3, 0.4, 9)
    features, student = Features.of_blocks(task, EDGES, np.float64), STUDENTS[name].on(9)
    rng = np.random.default_rng(4)
    flow = flow_of(features, student, GradientFlow(), rng, np.array([1]))
    y = flow.stepper.y
    y += 0.3 * rng.standard_normal(y.size)
    rate = np.empty_like(y)
    flow._rate(y, rate)
    weight = {key: features.n.reshape(-1, *[1] * (x.ndim - 1)) for key, x in flow.parts(y).items()}
    weight["B"] = np.ones((1, 1))

    def loss(y):
        parts = flow.parts(y)
        L, R = {
            "fixed": lambda: (flow.factors.columns, flow.factors.columns @ parts["B"].T),
            "tied": lambda: (parts["W"], parts["W"]),
            "untied": lambda: (parts["decoder"], parts["W"]),
        }[name]()
        return _loss(features, L @ R.T, parts["beta"])

    slopes = np.zeros_like(y)
    for k in range(y.size):
        shifted = y.astype(complex)
        shifted[k] += 1e-30j
        slopes[k] = loss(shifted).imag / 1e-30
    for key, part in flow.parts(rate).items():
        np.testing.assert_allclose(part * weight[key], -flow.parts(slopes)[key], atol=1e-13)
    parts = flow.parts(y)
    found = flow.response.losses(*flow.factors.factors(parts), parts["beta"])
    assert sum(found) == pytest.approx(loss(y.astype(complex)).real, rel=1e-12)


@settings(max_examples=40)
@given(n=st.integers(64, 10**7), share=st.floats(0.0, 1.0), single=st.integers(0, 500))
def test_blocks_hold_every_feature_once(n, share, single):
    m = 16 + int(share * (min(n // 2, 2048) - 16))
    sharing = Sharing.of(n, m, single)
    fine = sharing.edges(1.0)
    assert len(fine) == m + 1 and np.all(np.diff(fine)[: sharing.single] == 1)
    assert sharing.single == max(1, min(single, m // 4))
    for coarser in COARSER:
        edges = sharing.edges(coarser)
        sizes = np.diff(edges)
        assert edges[0] == 0 and edges[-1] == n and sizes.min() >= 1
        assert representatives(fine, edges).sum() == len(sizes)


@pytest.mark.parametrize(("n", "m"), [(2048, 1024), (10**5, 1024), (10**6, 512)])
def test_what_is_shared_keeps_its_shape_as_blocks_grow(n, m):
    """n − 1 is ε s with one s: shared pairs are ∝ ε, in every part of the features."""
    every = [Sharing.of(n, m, 100).edges(coarser) for coarser in COARSER]
    for low, high in ((0, n), (n // 8, n // 4), (n // 2, n)):
        pairs = []
        for edges in every:
            sizes = np.diff(edges)[(edges[:-1] >= low) & (edges[1:] <= high)]
            pairs.append(np.sum(sizes * (sizes - 1.0)) / sizes.sum())
        np.testing.assert_allclose(np.array(pairs[1:]) / pairs[0], COARSER[1:], rtol=0.07)


def test_features_that_are_learned_by_the_end_have_columns_of_their_own():
    task = PowerLawTask(1.5, 0.5, 10**5)
    fine, *coarse = classes(task, 1024, 1e3)
    learned = np.sum(task.second_moment(np.arange(1.0, 1025.0)) * 1e3 >= 0.5)
    for edges in (fine, *coarse):
        assert np.all(np.diff(edges)[:learned] == 1)
    assert np.diff(classes(task, 1024, 10.0)[0])[:learned].max() > 1
    assert np.sum(np.diff(classes(task, 1024, 1e6)[0]) == 1) < 300  # a quarter at most, and a few


def test_classes_keep_frequencies_and_the_loss_of_saying_nothing():
    single = Features.of(PowerLawTask(1.2, 0.6, 5000))
    classes = Features.of_blocks(PowerLawTask(1.2, 0.6, 5000), EDGES_OF_5000, np.float64)
    assert classes.n @ classes.p == pytest.approx(1.0, rel=1e-12)
    assert classes.silent_loss == pytest.approx(single.silent_loss, rel=1e-12)


def test_a_parabola_in_shared_pairs_is_extrapolated_exactly():
    shared = [shared_pairs(edges) for edges in classes(PowerLawTask(1.5, 0.5, 4096), 512, 1e3)]
    log_loss = [-3.0 - 40.0 * e + 900.0 * e * e for e in shared]
    assert extrapolated(log_loss, shared) == pytest.approx(-3.0, abs=1e-12)
    straight = [-3.0 - 40.0 * e for e in shared]
    assert extrapolated(straight[:2], shared[:2]) == pytest.approx(-3.0, abs=1e-12)
    added, change = np.array([[0.2, 0.0, 0.0]] * 2), np.array([[0.05, 0.1, 0.0]] * 2)
    error = thinning_error(np.array([1.0, 3.0, 100.0]), added, change)
    np.testing.assert_allclose(error, [0.15, 0.15, 0.0])


def test_a_stated_error_grows_with_what_seeds_scatter_and_where_there_is_one():
    """Two standard errors of what is added, of two seeds √3 times as many; one seed has none."""
    times, change = np.array([1.0]), np.zeros((2, 1))
    error = thinning_error(times, np.array([[0.1], [0.3]]), change)
    np.testing.assert_allclose(error, 0.1 + 2.0 * 3.0**0.5 * 0.1)
    np.testing.assert_allclose(thinning_error(times, np.array([[0.2]]), change[:1]), 0.3)


@pytest.fixture(scope="module")
def runs():
    """A student whose W is fixed and one that is tied, thinned and whole, of different seeds."""
    task, found = PowerLawTask(1.5, 0.0, 512), {}
    options = {"seeds": 3, "precision": "float32", "optimizer": GradientFlow(5e-3)}
    for name, student in (("fixed", Student(16)), ("tied", Student(16, tied=True))):
        thinned = simulate(task, student, TIMES, features="classes", n_classes=256, **options)
        found[name] = thinned, simulate(task, student, TIMES, entropy=1, **options)
    return found


def _deviation(thinned, whole):
    """How far log-means are apart, and what scatter allows (three standard errors)."""
    gap = np.log(thinned).mean(axis=0) - np.log(whole).mean(axis=0)
    square = sum(np.log(x).var(axis=0, ddof=1) / len(x) for x in (thinned, whole))
    return gap, 3.0 * np.sqrt(square)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["fixed", "tied"])
def test_thinned_flows_are_as_near_to_whole_ones_as_they_say(runs, name):
    thinned, whole = runs[name]
    gap, scatter = _deviation(thinned.loss, whole.loss)
    assert np.all(np.abs(gap) < thinned.thinning_error + scatter)
    assert np.all(thinned.thinning_error < 0.3)


@pytest.mark.slow
def test_the_comparison_detects_a_wrong_sign_of_the_extrapolation(runs):
    thinned, whole = runs["tied"]
    wrong = thinned.loss * np.exp(-2.0 * thinned.observables[ADDED])
    gap, scatter = _deviation(wrong, whole.loss)
    assert np.any(np.abs(gap) > thinned.thinning_error + scatter)


@pytest.mark.slow
def test_single_precision_holds_where_a_column_stands_for_thousands():
    task, student = PowerLawTask(1.5, 0.5, 10**6), Student(8, tied=True)
    each = [
        simulate(task, student, [0.1], seeds=1, features="classes", n_classes=128, precision=real)
        for real in ("float64", "float32")
    ]
    assert each[0].loss[0, 0] > 100.0
    np.testing.assert_allclose(each[1].loss, each[0].loss, rtol=1e-2)


@pytest.mark.slow
def test_an_ensemble_carries_its_error(tmp_path, runs):
    thinned, whole = runs["tied"]
    assert whole.thinning_error is None and whole.to_dict()["thinning_error"] is None
    assert {ADDED, CHANGE} <= set(thinned.observables)
    np.testing.assert_array_equal(thinned.to_dict()["thinning_error"], thinned.thinning_error)
    assert "error of thinning up to" in str(thinned)
    assert "thinning" not in str(whole)
    again = Ensemble.load(thinned.save(tmp_path / "curve.npz"))
    np.testing.assert_array_equal(again.thinning_error, thinned.thinning_error)
    parts = ("loss_diagonal", "loss_interference")
    total = sum(thinned.observables[name] for name in parts)
    np.testing.assert_allclose(total, thinned.loss, rtol=1e-12)
    assert thinned.configuration["n_classes"] == 256 and "n_classes" not in whole.configuration


def test_an_interrupted_run_goes_on_to_the_same_bits(tmp_path, monkeypatch):
    student, options = Student(4, tied=True), {"seeds": 1, "features": "classes", "n_classes": 64}
    straight = simulate(TASK, student, TIMES[:2], **options)
    monkeypatch.setattr("superlaw.validation.training.seeds.SLICE_SECONDS", 1e-9)
    from superlaw.validation.training import seeds

    slices, whole = [], seeds.SeedRun._slice

    def stopping(self, *args):
        slices.append(args)
        whole(self, *args)
        if len(slices) == 40:
            self.runs.stop.set()

    monkeypatch.setattr(seeds.SeedRun, "_slice", stopping)
    simulate_part = {**options, "out": tmp_path}
    try:
        simulate(TASK, student, TIMES[:2], **simulate_part)
    except (SimulationInterrupted, AssertionError):
        pass
    monkeypatch.undo()
    assert list(tmp_path.glob("*.part.npz"))
    assert simulate(TASK, student, TIMES[:2], **simulate_part) == straight


WRONG = {
    "features": (Student(8, tied=True), {"features": "some"}),
    'features must be "all" where N is below 512': (Student(8), {"features": "classes"}),
    "n_classes must be left out": (Student(8), {"n_classes": 64}),
    "n_classes must be at least 128": (Student(8), {"features": "classes", "n_classes": 127}),
    "and at most 128": (Student(8), {"features": "classes", "n_classes": 129}),
    "whole number": (Student(8), {"features": "classes", "n_classes": 128.5}),
    "random or trained": (
        Student(8, embedding="tight_frame"),
        {"features": "classes", "n_classes": 128},
    ),
    "features must be left out": (Student(), {"features": "classes", "n_classes": 64}),
    "features must be left out with sparse": (
        Student(8),
        {"features": "classes", "optimizer": SGD(0.01, 8)},
    ),
}


@pytest.mark.parametrize("message", WRONG)
def test_what_makes_no_sense_is_refused_by_name(message):
    student, options = WRONG[message]
    with pytest.raises(ArgumentError, match=message):
        simulate(TASK, student, TIMES, seeds=1, **options)


@pytest.mark.parametrize(
    ("n", "width", "columns"),
    [(10**5, 32, 1024), (2048, 64, 1024), (1500, 32, 750), (10**4, 4, 256)],
)
def test_columns_are_32_a_dimension_or_as_many_as_share_one_between_two(n, width, columns):
    task, student = PowerLawTask(1.5, 0.5, n), Student(width, tied=True)
    studied = case(task, student, GradientFlow())
    assert _classes(studied, "classes", None) == columns


@pytest.mark.slow
def test_columns_that_are_taken_by_themselves_are_as_near_as_they_say():
    """b = 0, where columns are shared with the largest effect."""
    task, student = PowerLawTask(1.5, 0.0, 1024), Student(16, tied=True)
    options = {"seeds": 2, "precision": "float32", "optimizer": GradientFlow(5e-3)}
    times = [12.0, 60.0, 300.0]
    thinned = simulate(task, student, times, features="classes", **options)
    whole = simulate(task, student, times, entropy=1, **options)
    assert thinned.configuration["n_classes"] == 512
    gap, scatter = _deviation(thinned.loss, whole.loss)
    assert np.all(np.abs(gap) < thinned.thinning_error + scatter)
    assert thinned.thinning_error.max() < 0.2
