"""What claims share is simulated once, a process and a folder; a suite that was cut off resumes."""

import numpy as np
import pytest

from superlaw.setting.optimizer import SGD
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.validation.sweeps import ensembles
from superlaw.validation.sweeps.ensembles import simulation, simulations
from superlaw.validation.training.seeds import SeedRun
from superlaw.validation.validate import validate

TASK, TIMES = PowerLawTask(1.5, 0.0, 32), np.geomspace(1.0, 20.0, 4)


@pytest.fixture(autouse=True)
def forgetful(monkeypatch):
    """Begin with nothing in memory."""
    monkeypatch.setattr(ensembles, "_memory", {})


def _run(runs=None, **changed):
    arguments = {"task": TASK, "times": TIMES, "optimizer": SGD(), "seeds": 2, "entropy": 0}
    return simulations({0: simulation(**(arguments | changed))}, runs=runs)[0]


def test_the_same_is_simulated_once_and_what_differs_is_not_the_same(tmp_path):
    first = _run(tmp_path)
    assert _run(tmp_path, times=TIMES.tolist()) is first
    others = (
        {"task": PowerLawTask(1.5, 0.1, 32)},
        {"times": TIMES[:3]},
        {"student": Student(16), "optimizer": SGD(0.05, 8)},
        {"optimizer": SGD(0.1)},
        {"seeds": 3},
        {"entropy": 1},
    )
    for changed in others:
        assert _run(tmp_path, **changed) is not first, changed
    assert len(list(tmp_path.iterdir())) == 1 + len(others)


def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(ensembles, "LARGEST_MEMORY", 2)
    first = _run(entropy=0)
    for entropy in (1, 2):
        _run(entropy=entropy)
    assert len(ensembles._memory) == 2
    assert _run(entropy=0) is not first
    assert _run(entropy=0) == first


@pytest.mark.slow
def test_processes_give_the_same_bits_and_keep_them(tmp_path, monkeypatch):
    tasks = [PowerLawTask(a, 0.0, 32) for a in (1.2, 1.5, 2.0)]
    points = {a: simulation(a, TIMES, optimizer=SGD(), seeds=2, entropy=0) for a in tasks}
    found = simulations(points, runs=tmp_path, executor="processes", workers=2)
    monkeypatch.setattr(ensembles, "_memory", {})
    assert found == simulations(points)
    assert len(list(tmp_path.rglob("seed-*.npz"))) == 6 and not list(tmp_path.glob("*.lock"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("claim", "fewer"),
    [("noise", {"seeds": 3}), ("leak", {}), ("modes", {"seeds": 3, "n_features": 32})],
)
def test_a_suite_that_was_cut_off_reads_what_is_there(tmp_path, monkeypatch, claim, fewer):
    options = {"size": "small", "runs": str(tmp_path), **fewer}
    first = validate(claim, **options)
    assert list(tmp_path.rglob("seed-0000.npz"))
    monkeypatch.setattr(ensembles, "_memory", {})
    monkeypatch.setattr(SeedRun, "_slice", lambda *_: pytest.fail("trained again"))
    again = validate(claim, **options)
    assert [c.checks for c in again.claims] == [c.checks for c in first.claims]


def test_the_advice_to_an_interrupted_validation_is_true(tmp_path, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(SeedRun, "_slice", interrupt)
    with pytest.raises(KeyboardInterrupt, match="--runs"):
        validate("noise", size="small")
    with pytest.raises(KeyboardInterrupt, match=f"again to resume from {tmp_path}"):
        validate("noise", size="small", runs=str(tmp_path))
