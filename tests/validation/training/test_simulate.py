import itertools
import os
import signal

import numpy as np
import pytest

from superlaw.setting.optimizer import SGD, Adam, GradientFlow
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.solve import solve
from superlaw.validation.training import seeds as runs_module
from superlaw.validation.training.ensemble import z_score
from superlaw.validation.training.seeds import DivergenceError, SimulationInterrupted
from superlaw.validation.training.simulate import simulate

TASK = PowerLawTask(1.5, 0.5, 200)
OPTIMIZER = SGD(lr=0.05, batch=1)
TIMES = np.geomspace(1.0, 1e3, 12)


def _run(**arguments):
    return simulate(TASK, times=TIMES, optimizer=OPTIMIZER, **{"seeds": 4, **arguments})


def test_mean_loss_is_that_of_the_exact_moments():
    runs = _run(seeds=8)
    z = z_score(runs.loss, solve(TASK, times=runs.times, optimizer=OPTIMIZER).loss)
    assert np.max(np.abs(z)) < 4.0


@pytest.mark.parametrize("activity", ["one", "bernoulli"])
def test_mean_loss_under_momentum_is_that_of_its_three_moments(activity):
    task = PowerLawTask(1.5, 0.25, 32, activity=activity, amplitude="symmetric")
    optimizer, times = SGD(0.02, 2, momentum=0.8), [1.0, 10.0, 50.0]
    runs = simulate(task, times=times, optimizer=optimizer, seeds=64)
    z = z_score(runs.loss, solve(task, times=runs.times, optimizer=optimizer).loss)
    assert np.max(np.abs(z)) < 4.0
    without = SGD(optimizer.time_per_step, 2)
    z = z_score(runs.loss, solve(task, times=runs.times, optimizer=without).loss)
    assert np.max(np.abs(z)) > 4.0


def test_a_wrong_theory_is_detected():
    runs = _run(seeds=8)
    wrong = solve(PowerLawTask(1.9, 0.5, 200), times=runs.times, optimizer=OPTIMIZER).loss
    assert np.max(np.abs(z_score(runs.loss, wrong))) > 4.0


def test_scatter_shrinks_with_the_batch():
    times = np.geomspace(10.0, 100.0, 4)
    spread = [
        simulate(TASK, times=times, optimizer=SGD(0.05, batch), seeds=16).loss.std(axis=0)
        for batch in (1, 16)
    ]
    assert np.mean(spread[0] / spread[1]) == pytest.approx(4.0, rel=0.4)


def test_seeds_are_independent_of_their_number_and_of_workers():
    few, many = _run(seeds=2, workers=1), _run(seeds=4, workers=2)
    np.testing.assert_array_equal(few.loss, many.loss[:2])
    assert len({tuple(loss) for loss in many.loss}) == 4
    assert not np.array_equal(_run(entropy=1).loss, many.loss)


def test_times_are_whole_steps():
    runs = simulate(TASK, times=[0.0, 0.12, 1.0], optimizer=SGD(0.1), seeds=1)
    np.testing.assert_allclose(runs.times, [0.0, 0.1, 1.0])


def test_interrupted_run_resumes_to_the_identical_result(tmp_path, monkeypatch):
    monkeypatch.setattr(runs_module, "SLICE_SECONDS", 1e-4)
    whole = _run()
    train, count = runs_module.SeedRun._slice, itertools.count()

    def train_then_interrupt(*arguments):
        train(*arguments)
        if next(count) == 50:
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(runs_module.SeedRun, "_slice", train_then_interrupt)
    with pytest.raises(SimulationInterrupted, match="to resume from"):
        simulate(TASK, times=[*TIMES, 1e6], optimizer=OPTIMIZER, seeds=4, out=tmp_path / "long")
    assert list((tmp_path / "long").glob("seed-*.part.npz"))

    monkeypatch.setattr(runs_module, "CHECKPOINT_SECONDS", 0.0)
    stopped = _interrupt_after(tmp_path / "runs", checkpoints=6)
    assert stopped
    monkeypatch.undo()
    resumed = _run(out=tmp_path / "runs")
    np.testing.assert_array_equal(resumed.loss, whole.loss)
    np.testing.assert_array_equal(resumed.modes, whole.modes)
    assert not list((tmp_path / "runs").glob("*.part.npz"))


def _interrupt_after(folder, checkpoints):
    """Stop a run after so many checkpoints, as a crash would."""
    saved = []
    original = runs_module.seed_state.save

    def counting(*arguments):
        original(*arguments)
        saved.append(arguments[0])
        if len(saved) >= checkpoints:
            raise KeyboardInterrupt

    runs_module.seed_state.save = counting
    try:
        _run(out=folder, workers=1)
    except SimulationInterrupted:
        return True
    finally:
        runs_module.seed_state.save = original
    return False


def test_finished_seeds_are_not_run_again(tmp_path, monkeypatch):
    first = _run(out=tmp_path)
    monkeypatch.setattr(runs_module.SeedRun, "_slice", lambda *_: pytest.fail("trained again"))
    np.testing.assert_array_equal(_run(out=tmp_path).loss, first.loss)


def test_more_seeds_join_a_finished_run(tmp_path):
    first = _run(out=tmp_path, seeds=2)
    np.testing.assert_array_equal(_run(out=tmp_path, seeds=3).loss[:2], first.loss)


def test_damaged_checkpoint_is_refused_and_left_alone(tmp_path, refused):
    _run(out=tmp_path, seeds=2)
    (tmp_path / "seed-0001.npz").write_bytes(b"not a checkpoint")
    with refused("out", "Delete that file"):
        _run(out=tmp_path, seeds=2)
    assert (tmp_path / "seed-0001.npz").read_bytes() == b"not a checkpoint"


def test_folder_of_another_run_is_refused(tmp_path, refused):
    _run(out=tmp_path, seeds=1)
    with refused("out", "this very run"):
        _run(out=tmp_path, seeds=1, entropy=7)


def test_divergence_is_told_and_never_a_result(tmp_path, monkeypatch):
    monkeypatch.setattr(
        "superlaw.validation.training.simulate.largest_stable_lr", lambda *_: np.inf
    )
    with pytest.raises(DivergenceError, match=r"lr=3.*lower lr"):
        simulate(TASK, times=[3.0, 3e3], optimizer=SGD(3.0, 1), seeds=1, out=tmp_path)
    assert not list(tmp_path.glob("seed-0000.npz"))


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({"task": PowerLawTask(1.5)}, "n_features"),
        ({"task": PowerLawTask(1.5, 0.0, 10**7)}, "n_features"),
        ({"student": Student(width=201)}, "width"),
        ({"student": Student(depth=2)}, "depth"),
        ({"student": Student(width=50), "optimizer": SGD(lr=0.5)}, "lr"),
        ({"optimizer": Adam()}, "optimizer"),
        ({"optimizer": SGD(lr=0.5, momentum=0.5)}, "lr"),
        ({"student": Student(50), "optimizer": SGD(lr=0.01, batch=None)}, "batch"),
        ({"student": Student(50, tied=True), "optimizer": GradientFlow()}, "tied"),
        ({"student": Student(50), "precision": "float16"}, "precision"),
        ({"optimizer": SGD(lr=1.0)}, "lr"),
        ({"times": [-1.0]}, "times"),
        ({"seeds": 0}, "seeds"),
        ({"entropy": -1}, "entropy"),
        ({"workers": 0}, "workers"),
    ],
)
def test_bad_arguments_are_refused(refused, arguments, name):
    with refused(name):
        simulate(**{"task": TASK, "optimizer": OPTIMIZER, **arguments})
