"""Stabilised steps can be interrupted between any two of them and go on to the same bits."""

import os
import signal

import numpy as np
import pytest

from superlaw import progress, resume, storage
from superlaw.solvers.integrators.following import follow
from superlaw.solvers.integrators.stabilised import Chebyshev

TIMES = np.geomspace(0.1, 30.0, 6)
RATES = np.geomspace(0.01, 20.0, 40)


class _Decay:
    """dy/dt = −r y (1 + y), followed; a signal may be sent at a rate evaluation."""

    def __init__(self, number=None, at=None):
        self.number, self.at, self.n_calls = number, at, 0
        start = np.ones(len(RATES))
        self.stepper = Chebyshev(self.rate, 25.0, self.error, start, 0.0, 1e-3, refresh=3)

    def rate(self, y, out):
        self.n_calls += 1
        if self.n_calls == self.at:
            os.kill(os.getpid(), self.number)
        out[:] = -RATES * y * (1.0 + y)

    def error(self, estimate, y):
        return float(np.max(np.abs(estimate) / (1e-3 + 1e-2 * np.abs(y))))

    def observe(self, t):
        return {"t": t, "loss": float(np.sum(self.stepper.y**2)), "steps": self.stepper.n_steps}

    def follow(self, place=None, key="decay"):
        return follow(self.stepper, TIMES, self.observe, key=key, place=place)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("at", [5, 90, 230])
def test_interrupted_and_resumed_is_the_same_to_the_bit(tmp_path, number, at):
    whole = _Decay()
    rows = whole.follow()
    place = resume.place(tmp_path / "run.npz", None)
    stopped = _Decay(number, at)
    assert stopped.n_calls < at < whole.n_calls
    with pytest.raises(KeyboardInterrupt, match=r"run the same again to go on from .*run.npz"):
        stopped.follow(place)
    assert not (tmp_path / "run.lock").exists()
    resumed = _Decay()
    assert resumed.follow(place) == rows
    for name, values in whole.stepper.arrays().items():
        np.testing.assert_array_equal(resumed.stepper.arrays()[name], values)
    assert resumed.n_calls < whole.n_calls + 1
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_without_a_file_the_advice_is_to_give_one():
    with pytest.raises(KeyboardInterrupt, match="interrupted; give a resume file"):
        _Decay(signal.SIGINT, 50).follow()


def test_a_finished_run_is_read_not_run(tmp_path):
    place = resume.place(tmp_path / "run.npz", 1e-9)
    rows = _Decay().follow(place)
    again = _Decay()
    before = again.n_calls
    assert again.follow(place) == rows
    assert again.n_calls == before


def test_the_file_of_another_run_is_refused(tmp_path, refused):
    place = resume.place(tmp_path / "run.npz", None)
    _Decay().follow(place)
    with refused("resume", "of this very run"):
        _Decay().follow(place, key="growth")


def test_a_full_disk_ends_no_run(tmp_path, monkeypatch, capsys):
    def full(path, arrays):
        raise storage.OutputError(path, "No space left on device")

    monkeypatch.setattr(progress, "_said", set())
    monkeypatch.setattr(storage, "write_arrays", full)
    place = resume.place(tmp_path / "run.npz", 1e-9)
    assert _Decay().follow(place) == _Decay().follow()
    assert "No space left" in capsys.readouterr().err
    with pytest.raises(KeyboardInterrupt, match="what is unsaved is lost"):
        _Decay(signal.SIGINT, 50).follow(place)


def test_an_interval_without_a_file_is_refused(refused, tmp_path):
    with refused("save_every", "left out"):
        resume.place(None, 10.0)
    with refused("save_every", "above 0"):
        resume.place(tmp_path / "run.npz", 0.0)
    with refused("resume", "ending in .npz"):
        resume.place(tmp_path / "run.csv", None)
