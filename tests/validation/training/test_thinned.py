"""Features that share columns: their flow, the blocks they form, the extrapolation, its error."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superlaw.arguments import ArgumentError
from superlaw.setting.optimizer import SGD, GradientFlow
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.validation.training.blocks import blocks, representatives, shared_pairs
from superlaw.validation.training.ensemble import Ensemble
from superlaw.validation.training.extrapolation import (
    ADDED,
    CHANGE,
    extrapolated,
    thinning_error,
)
from superlaw.validation.training.features import Features
from superlaw.validation.training.seeds import SimulationInterrupted
from superlaw.validation.training.simulate import simulate
from superlaw.validation.training.students import flow_of

TASK, TIMES = PowerLawTask(1.5, 0.5, 256), [1.0, 10.0, 100.0]
EDGES = np.array([0, 1, 2, 4, 9])
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


@given(n=st.integers(64, 10**7), share=st.floats(0.0, 1.0))
def test_blocks_hold_every_feature_once(n, share):
    m = 16 + int(share * (min(n // 2, 2048) - 16))
    edges = blocks(n, m)
    sizes = np.diff(edges)
    assert edges[0] == 0 and edges[-1] == n and len(sizes) == m
    assert sizes.min() >= 1 and sizes[0] == 1
    assert sizes.max() <= math.ceil(2.0 * n / m) + 1
    for part in (2, 4):
        coarse = blocks(n, m // part)
        assert representatives(edges, coarse).sum() == m // part


def test_classes_keep_frequencies_and_the_loss_of_saying_nothing():
    single = Features.of(PowerLawTask(1.2, 0.6, 5000))
    classes = Features.of_blocks(PowerLawTask(1.2, 0.6, 5000), blocks(5000, 64), np.float64)
    assert classes.n @ classes.p == pytest.approx(1.0, rel=1e-12)
    assert classes.silent_loss == pytest.approx(single.silent_loss, rel=1e-12)


def test_what_is_linear_in_shared_pairs_is_extrapolated_exactly():
    shared = [shared_pairs(blocks(4096, m)) for m in (512, 256, 128)]
    log_loss = [-3.0 - 40.0 * e for e in shared]
    assert extrapolated(log_loss, shared) == pytest.approx(-3.0, abs=1e-12)
    assert extrapolated(log_loss[1:], shared[1:]) == pytest.approx(-3.0, abs=1e-12)
    added, change = np.array([[0.1, 0.0, 0.0]] * 2), np.array([[0.2, 0.1, 0.0]] * 2)
    error = thinning_error(np.array([1.0, 3.0, 100.0]), added, change)
    np.testing.assert_allclose(error, [0.1, 0.1, 0.0])


@pytest.fixture(scope="module")
def runs():
    """A student whose W is fixed and one that is tied, thinned and whole, of different seeds."""
    found = {}
    for name, student in (("fixed", Student(6)), ("tied", Student(6, tied=True))):
        thinned = simulate(TASK, student, TIMES, seeds=6, features="classes", n_classes=96)
        found[name] = thinned, simulate(TASK, student, TIMES, seeds=6, entropy=1)
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
    assert thinned.configuration["n_classes"] == 96 and "n_classes" not in whole.configuration


def test_an_interrupted_run_goes_on_to_the_same_bits(tmp_path, monkeypatch):
    student, options = Student(4, tied=True), {"seeds": 1, "features": "classes", "n_classes": 64}
    straight = simulate(TASK, student, TIMES, **options)
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
        simulate(TASK, student, TIMES, **simulate_part)
    except (SimulationInterrupted, AssertionError):
        pass
    monkeypatch.undo()
    assert list(tmp_path.glob("*.part.npz"))
    assert simulate(TASK, student, TIMES, **simulate_part) == straight


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
