import itertools
import os
import re
import signal

import numpy as np
import pytest
from scipy.integrate import quad

from superlaw.arguments import ArgumentError
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.closures import row_replica
from superlaw.solvers.closures.kernels.row_replica_pairs import moments
from superlaw.solvers.solution import Solution
from superlaw.solvers.solve import solve

WITHIN = 0.05
"""Agreement of the closure with eight direct flows at N = 128, beyond two standard errors."""


@pytest.mark.kernels
@pytest.mark.parametrize(
    ("S", "beta"), [(1.0, 0.3), (1.0, -0.7), (0.2, -0.7), (-1.0, 0.4), (-0.1, 0.5), (-1.0, -0.1)]
)
def test_moments_are_integrals_over_open_gates(S, beta):
    for k, moment in enumerate(moments(S, beta)):
        jump = [-beta / S] if 0.0 < -beta / S < 2.0 else None
        wanted = quad(lambda v, k=k: 0.5 * v**k * (v * S + beta >= 0.0), 0, 2, points=jump)[0]
        assert moment == pytest.approx(wanted, abs=1e-9)


def test_gaussian_cells_integrate_gaussians():
    z, w = row_replica.gaussian_cells(8, 5.5)
    assert w.sum() == pytest.approx(1.0, abs=1e-12)
    assert np.sum(w * z**2) == pytest.approx(1.0, abs=1e-12)
    assert np.sum(w * z) == pytest.approx(0.0, abs=5e-3)
    assert np.sum(w * np.maximum(z, 0.0)) == pytest.approx(1.0 / np.sqrt(2.0 * np.pi), rel=1e-2)


@pytest.mark.parametrize(("a", "b"), [(1.1, 0.0), (1.5, 0.5), (2.0, 1.0)])
def test_closure_starts_from_the_loss_of_the_untrained_student(a, b):
    task = PowerLawTask(a, b, 512)
    i = np.arange(1.0, 513.0)
    start = 0.5 * np.sum(task.second_moment(i) * task.target(i) ** 2)
    found = solve(task, Student(64), [1e-6]).loss[0]
    assert found == pytest.approx(start, rel=2e-3)


def test_local_slope_is_that_of_the_curve():
    times = np.geomspace(1.0, 30.0, 40)
    found = solve(PowerLawTask(1.5, 0.0, 256), Student(64), times)
    assert found.local_slope is not None
    slope = -np.gradient(np.log(found.loss), np.log(times))
    np.testing.assert_allclose(found.local_slope[2:-2], slope[2:-2], rtol=0.03)


@pytest.mark.parametrize(("b", "width"), [(0.0, 32), pytest.param(0.5, 64, marks=pytest.mark.slow)])
def test_closure_is_near_direct_flows(b, width):
    from superlaw.setting.optimizer import GradientFlow
    from superlaw.validation.training.simulate import simulate

    task, times = PowerLawTask(1.5, b, 128), np.array([1.0, 10.0, 50.0])
    runs = simulate(task, Student(width), times, optimizer=GradientFlow(2e-3), seeds=8)
    found = solve(task, Student(width), times)
    gap = np.abs(found.loss / runs.mean - 1.0)
    assert np.all(gap < WITHIN + 2.0 * runs.standard_error / runs.mean)


FLOWS = (0.1946, 0.1663)
"""Losses at t = 1000 of two direct flows: simulate(PowerLawTask(1.5, 0.5, 512), Student(128,
bias=False), times=[1000], seeds=2)."""


def test_fields_of_rare_features_do_not_vanish():
    """Rows of B far below their mean once made σ² of a pair negative: a singular rate at t = 20."""
    found = solve(PowerLawTask(1.5, 0.5, 512), Student(128, bias=False), np.array([20.0, 1000.0]))
    assert found.status == "success"
    assert min(FLOWS) < found.loss[1] < max(FLOWS)
    steeper = solve(PowerLawTask(2.0, 0.75, 512), Student(128, bias=False), np.array([1000.0]))
    assert steeper.status == "success"


@pytest.mark.parametrize("rtol", [row_replica.RTOL, row_replica.RTOL / 10.0])
def test_at_two_features_a_unit_neither_steps_nor_norms_let_the_loss_rise(rtol):
    """Without bias what outputs say of other features rises late, as nothing else does."""
    closure = row_replica.RowReplicas(PowerLawTask(1.5, 0.5, 512), 256, trains_bias=False)
    stepper, parts = closure.steps(closure.start(1e-3), 1e-3, rtol), []
    for last in (1e3, 1e4):
        while stepper.t < last:
            stepper.step(last)
        closure.rate(stepper.y, np.empty_like(stepper.y))
        parts.append(closure.losses)
        state = closure.sizes.parts(stepper.y)
        assert min(state.row.min(), state.column.min()) > 0.5 * state.bulk[1]
    (own, others), (own_late, others_late) = parts
    assert own_late < own and others_late > 1.2 * others
    assert sum(parts[1]) / sum(parts[0]) == pytest.approx(1.18, abs=0.02)


def test_a_loss_that_rises_says_so_wherever_one_looks():
    """Norms of rows that fall below 0 let it rise late, without bias; one time does not hide it."""
    found = solve(PowerLawTask(1.5, 0.5, 512), Student(128, bias=False), np.array([1000.0]))
    assert found.warnings[-1].code == "W-CLOSURE"
    assert "rises by 2." in found.warnings[-1].message
    assert found.times.tolist() == [1000.0]
    wide = solve(PowerLawTask(1.5, 0.5, 512), Student(256, bias=False), [1e4], throw=False)
    assert wide.status == "invariant" and len(wide.loss) == 1
    told = re.search(r"ask for times up to (.+), where it is lowest \(up to (.+) it ", wide.message)
    lowest, until = map(float, told.groups())
    assert 100.0 < lowest < until
    assert f"from t = {lowest:.3g} on" in wide.message
    assert 'run the flow itself by method="direct" (--method direct), or simulate' in wide.message
    for last, n_risen in ((lowest, 0), (until, 1)):
        curve = solve(PowerLawTask(1.5, 0.5, 512), Student(256, bias=False), [last])
        assert curve.success and n_risen == sum("rises" in n.message for n in curve.warnings)
    early = solve(PowerLawTask(1.5, 0.5, 512), Student(128, bias=False), [1.0])
    assert not any("rises" in notice.message for notice in early.warnings)


@pytest.mark.parametrize(
    ("task", "width", "code"),
    [
        (PowerLawTask(1.5, 0.0, 512), 128, None),
        (PowerLawTask(1.5, 0.0, 10**5), 10**4, "W-UNVALIDATED"),
        (PowerLawTask(3.0, 0.0, 512), 128, "W-UNVALIDATED"),
        (PowerLawTask(1.5, 0.0, 512), 16, "W-UNVALIDATED"),
    ],
)
def test_outside_what_was_measured_a_solution_says_so(task, width, code):
    notices = solve(task, Student(width), [1.0]).warnings
    assert [notice.code for notice in notices] == ([code] if code else [])


def test_measured_deviations_travel_with_the_curve(tmp_path):
    found = solve(PowerLawTask(1.1, 0.0, 512), Student(128), [1.0, 1e4, 1e5])
    assert [notice.code for notice in found.warnings] == ["W-UNVALIDATED", "W-CLOSURE"]
    assert 0.0 < found.error_band[0] < found.error_band[1] < 0.2
    assert np.isnan(found.error_band[2]) and np.isnan(found.scatter[2])
    for name in ("curve.csv", "curve.npz"):
        found.save(tmp_path / name)
        assert Solution.load(tmp_path / name) == found
    assert found.at(np.array([True, False, False])).error_band.tolist() == [found.error_band[0]]
    assert "band    log-mean of direct flows within" in str(found)


def test_an_interrupted_closure_goes_on_to_the_same_bits(tmp_path, monkeypatch):
    arguments = (PowerLawTask(1.5, 0.25, 64), Student(16), [1e-4, 0.3, 1.0, 3.0])
    whole = solve(*arguments)
    rate, calls = row_replica.RowReplicas.rate, itertools.count()

    def rate_then_interrupt(self, y, out):
        rate(self, y, out)
        if next(calls) == 60:
            os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(row_replica.RowReplicas, "rate", rate_then_interrupt)
    path = tmp_path / "closure.npz"
    with pytest.raises(KeyboardInterrupt, match="stopped by SIGTERM; run the same again"):
        solve(*arguments, resume=path)
    monkeypatch.undo()
    assert solve(*arguments, resume=path) == whole
    with pytest.raises(ArgumentError, match="of this very run"):
        solve(arguments[0], Student(15), arguments[2], resume=path)


def test_a_resume_file_that_nothing_would_use_is_refused(tmp_path, refused):
    with refused("resume", "left out with exact"):
        solve(PowerLawTask(1.5, 0.25, 64), times=[1.0], resume=tmp_path / "run.npz")
