import itertools
import os
import signal
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from superlaw import progress, storage
from superlaw.setting.optimizer import SGD, Adam, GradientFlow
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.solve import solve
from superlaw.validation.training import seed_state
from superlaw.validation.training import seeds as runs_module
from superlaw.validation.training.ensemble import z_score
from superlaw.validation.training.seeds import DivergenceError, SimulationInterrupted
from superlaw.validation.training.simulate import simulate

TASK = PowerLawTask(1.5, 0.5, 200)
SEVERAL = PowerLawTask(1.5, 0.5, 200, activity="bernoulli")
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


def _interrupted_at_slice(monkeypatch, number, slices, **arguments):
    """Simulate, and send a signal to this very process after so many slices."""
    monkeypatch.setattr(runs_module, "SLICE_SECONDS", 1e-4)
    train, count = runs_module.SeedRun._slice, itertools.count()

    def train_then_interrupt(*passed):
        train(*passed)
        if next(count) == slices:
            os.kill(os.getpid(), number)
            passed[0].runs.stop.wait(10.0)

    monkeypatch.setattr(runs_module.SeedRun, "_slice", train_then_interrupt)
    with pytest.raises(SimulationInterrupted) as caught:
        _run(**arguments)
    monkeypatch.undo()
    return caught.value


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_run_saves_and_goes_on_to_the_same_bits(tmp_path, monkeypatch, number):
    whole = _run()
    stopped = _interrupted_at_slice(monkeypatch, number, 50, out=tmp_path)
    assert str(stopped).endswith(f"run the same command again to resume from {tmp_path}")
    assert list(tmp_path.glob("seed-*.part.npz"))
    resumed = _run(out=tmp_path)
    np.testing.assert_array_equal(resumed.loss, whole.loss)
    np.testing.assert_array_equal(resumed.modes, whole.modes)
    assert not list(tmp_path.glob("*.part.npz")) and not (tmp_path / ".lock").exists()


def test_the_advice_after_an_interruption_is_true(tmp_path, monkeypatch):
    assert "--out" in str(_interrupted_at_slice(monkeypatch, signal.SIGINT, 20))
    monkeypatch.setattr(storage, "write_arrays", _full_disk)
    stopped = _interrupted_at_slice(monkeypatch, signal.SIGINT, 20, out=tmp_path)
    assert "No space left" in str(stopped) and "lost" in str(stopped)


def _full_disk(path, arrays):
    raise storage.OutputError(path, "No space left on device")


def test_a_full_disk_loses_no_result(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(progress, "_said", set())
    monkeypatch.setattr(storage, "write_arrays", _full_disk)
    runs = _run(out=tmp_path)
    assert "No space left" in capsys.readouterr().err
    monkeypatch.undo()
    np.testing.assert_array_equal(runs.loss, _run().loss)
    assert not list(tmp_path.glob("seed-*"))


def test_a_crash_costs_what_was_not_saved(tmp_path, monkeypatch):
    whole = _run()
    monkeypatch.setattr(runs_module, "SLICE_SECONDS", 1e-4)
    original, saved = seed_state.save, itertools.count()

    def save_six_times(*arguments):
        if next(saved) >= 6:
            raise SystemError("crash")
        original(*arguments)

    monkeypatch.setattr(seed_state, "save", save_six_times)
    with pytest.raises(SystemError, match="crash"):
        _run(out=tmp_path, workers=1, save_every=1e-9)
    monkeypatch.undo()
    assert len(list(tmp_path.glob("seed-*.part.npz"))) == 1
    np.testing.assert_array_equal(_run(out=tmp_path).loss, whole.loss)


@pytest.mark.parametrize("value", [np.nan, 0.5])
def test_altered_losses_are_refused(tmp_path, refused, value):
    _run(out=tmp_path, seeds=2)
    path = tmp_path / "seed-0001.npz"
    with np.load(path) as archive:
        arrays = dict(archive.items())
    arrays["row.loss"][3] = value
    np.savez(path, **arrays)
    with refused("out", "unaltered"):
        _run(out=tmp_path, seeds=2)


def test_two_runs_in_one_folder_take_turns(tmp_path):
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(_run, out=tmp_path) for _ in range(2)]
    np.testing.assert_array_equal(both[0].result().loss, both[1].result().loss)


def test_finished_seeds_are_not_run_again(tmp_path, monkeypatch):
    first = _run(out=tmp_path)
    monkeypatch.setattr(runs_module.SeedRun, "_slice", lambda *_: pytest.fail("trained again"))
    np.testing.assert_array_equal(_run(out=tmp_path).loss, first.loss)


def test_more_seeds_join_a_finished_run(tmp_path):
    first = _run(out=tmp_path, seeds=2)
    np.testing.assert_array_equal(_run(out=tmp_path, seeds=3).loss[:2], first.loss)


def test_a_damaged_file_is_refused_and_left_alone(tmp_path, refused):
    _run(out=tmp_path, seeds=2)
    (tmp_path / "seed-0001.npz").write_bytes(b"half a file")
    with refused("out", "Delete that file"):
        _run(out=tmp_path, seeds=2)
    assert (tmp_path / "seed-0001.npz").read_bytes() == b"half a file"


def test_folder_of_another_run_is_refused(tmp_path, refused):
    _run(out=tmp_path, seeds=1)
    with refused("out", "this very run"):
        _run(out=tmp_path, seeds=1, entropy=7)


def test_divergence_is_told_and_never_a_result(tmp_path, monkeypatch):
    monkeypatch.setattr("superlaw.setting.case.largest_stable_lr", lambda *_: np.inf)
    with pytest.raises(DivergenceError, match=r"lr=3.*lower lr"):
        simulate(TASK, times=[3.0, 3e3], optimizer=SGD(3.0, 1), seeds=1, out=tmp_path)
    assert not list(tmp_path.glob("seed-0000.npz"))


def test_divergence_is_judged_against_the_start_not_the_first_measurement(monkeypatch):
    monkeypatch.setattr("superlaw.setting.case.largest_stable_lr", lambda *_: np.inf)
    with pytest.raises(DivergenceError, match="t = 60"):
        simulate(TASK, times=[60.0], optimizer=SGD(3.0, 1), seeds=1)


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
        (
            {"task": SEVERAL, "student": Student(50, tied=True), "optimizer": GradientFlow()},
            "optimizer",
        ),
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
