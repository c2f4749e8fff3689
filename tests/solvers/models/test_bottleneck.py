import subprocess
import sys

import numpy as np
import pytest

from superlaw.setting.embedding import embedding
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.models import bottleneck, contour

TIMES = np.array([0.1, 1.0, 10.0, 100.0, 1000.0])
WITHIN = 0.02
"""Agreement with a mean over draws, beyond three standard errors of it."""


def _spectrum(a, b, n, width):
    task, i = PowerLawTask(a, b, n), np.arange(1.0, n + 1.0)
    return bottleneck.Spectrum(task.second_moment(i), task.target(i), np.ones(n), width)


def _diagonalised(kind, spectrum, seed):
    """Loss of one draw of W: dB/dt = Y − P B Q in the eigenbases of P = WWᵀ and Q = WΛWᵀ."""
    n, lam, a = len(spectrum.lam), spectrum.lam, spectrum.target
    W = embedding(kind, spectrum.width, n, np.random.default_rng(seed))
    p, U = np.linalg.eigh(W @ W.T)
    q, V = np.linalg.eigh((W * lam) @ W.T)
    Y = U.T @ (W * (a * lam)) @ W.T @ V
    rates = np.outer(p, q)
    return np.array(
        [spectrum.start - 0.5 * np.sum(Y**2 * -np.expm1(-2.0 * rates * t) / rates) for t in TIMES]
    )


@pytest.mark.parametrize(
    ("kind", "loss"),
    [("random", bottleneck.random_columns_loss), ("tight_frame", bottleneck.tight_frame_loss)],
)
@pytest.mark.parametrize(("a", "b", "share"), [(1.1, 0.0, 2), (1.5, 0.0, 4), (1.5, 0.5, 8)])
def test_loss_is_the_mean_over_draws(kind, loss, a, b, share):
    spectrum = _spectrum(a, b, 256, 256 // share)
    draws = np.array([_diagonalised(kind, spectrum, seed) for seed in range(16)])
    error = draws.std(axis=0, ddof=1) / np.sqrt(len(draws))
    found, slope = loss(TIMES, spectrum)
    assert np.all(np.abs(found - draws.mean(axis=0)) < WITHIN * found + 3.0 * error)
    nearby, _ = loss(TIMES * 1.001, spectrum)
    np.testing.assert_allclose(slope, -np.log(nearby / found) / np.log(1.001), rtol=0.01, atol=1e-6)


@pytest.mark.parametrize("kind", ["random", "tight_frame"])
def test_floor_is_the_loss_at_late_times(kind):
    spectrum = _spectrum(1.5, 0.5, 256, 64)
    loss = {"random": bottleneck.random_columns_loss, "tight_frame": bottleneck.tight_frame_loss}
    late, _ = loss[kind](np.array([1e9]), spectrum)
    assert late[0] == pytest.approx(bottleneck.floor(spectrum), rel=1e-6)


def test_identity_teacher_floors_at_the_lost_share():
    """Step L17, for a flat spectrum of λ: (1 − K/N) L_0."""
    spectrum = bottleneck.Spectrum(np.full(100, 0.3), np.ones(100), np.ones(100), 25)
    assert bottleneck.floor(spectrum) == pytest.approx(0.75 * spectrum.start, rel=1e-9)


@pytest.mark.parametrize(("a", "b"), [(1.1, 0.0), (1.5, 1.0), (2.0, 0.5)])
def test_floor_is_never_below_the_lost_share(a, b):
    spectrum = _spectrum(a, b, 512, 64)
    assert bottleneck.floor(spectrum) >= (1.0 - 1.0 / 8.0) * spectrum.start


def test_classes_give_the_same_curve_as_every_feature():
    from superlaw.setting.student import Student
    from superlaw.solvers.solve import solve

    student, times = Student(256, activation="linear"), TIMES[2:4]
    curves = [
        solve(PowerLawTask(1.5, 0.0, 1024), student, times).loss,
        bottleneck.random_columns_loss(times, _spectrum(1.5, 0.0, 1024, 256))[0],
    ]
    np.testing.assert_allclose(curves[0], curves[1], rtol=1e-6)


def test_few_columns_for_very_many_features_end_soon():
    from superlaw.setting.student import Student
    from superlaw.solvers.solve import solve

    task, student = PowerLawTask(1.5, 0.0, 10**12), Student(10, activation="linear")
    found = solve(task, student, np.geomspace(1.0, 1e4, 2000))
    assert found.loss[0] == pytest.approx(found.floor, rel=1e-6)


def test_fewer_nodes_of_the_contour_change_nothing(monkeypatch):
    spectrum, times = _spectrum(1.5, 0.0, 512, 64), np.geomspace(0.01, 1e6, 9)
    found = bottleneck.random_columns_loss(times, spectrum)
    nodes = contour.hyperbola
    monkeypatch.setattr(contour, "hyperbola", lambda: nodes(24))
    for other, of_all in zip(bottleneck.random_columns_loss(times, spectrum), found, strict=True):
        np.testing.assert_allclose(other, of_all, rtol=1e-9, atol=1e-10)


def test_decades_share_what_a_contour_of_each_time_gives():
    """Against the Talbot contour, whose own error is near 1e-9 of the first loss."""
    spectrum, times = _spectrum(1.5, 0.5, 64, 16), np.array([0.0, 0.3, 20.0])
    jump = bottleneck._FrameJump(spectrum)
    s, weight = contour.talbot()
    loss = np.full(3, spectrum.start)
    for row in (1, 2):
        rates = 2.0 * times[row] * jump.nodes
        afresh = (bottleneck._FrameJump(spectrum)(-s / rate)[k] for k, rate in enumerate(rates))
        value = [np.sum(weight * each / s).real for each in afresh]
        loss[row] = bottleneck.floor(spectrum) + 0.5 * jump.measure @ (value - jump.pole)
    found, _ = bottleneck.random_columns_loss(times, spectrum)
    np.testing.assert_allclose(found, loss, rtol=1e-8)


def test_ridge_keeps_as_many_modes_as_there_are_dimensions():
    spectrum = _spectrum(1.3, 0.0, 512, 100)
    kept = np.sum(spectrum.lam / (bottleneck.ridge(spectrum) + spectrum.lam))
    assert kept == pytest.approx(100.0, rel=1e-13)


def test_a_curve_loads_neither_compiler_nor_scipy():
    code = (
        "import sys, superlaw as sl; student = sl.Student(8, activation='linear');"
        "sl.solve(sl.PowerLawTask(1.5, 0.3, 64), student);"
        "sys.exit(bool({'numba', 'scipy'} & set(sys.modules)))"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
