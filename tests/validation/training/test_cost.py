"""What takes too long is refused with an estimate; what goes up is no result of a flow."""

import re

import numpy as np
import pytest

from superlaw.arguments import ArgumentError
from superlaw.setting.optimizer import Adam
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.validation.training import flow as flows
from superlaw.validation.training import simulate as module
from superlaw.validation.training.cost import seconds_of_seed
from superlaw.validation.training.seeds import DivergenceError
from superlaw.validation.training.simulate import simulate
from superlaw.validation.training.stability import largest_adam_lr

HUGE, TIED = PowerLawTask(1.5, 0.5, 20_000), Student(2000, tied=True)


def _plan(task, student, last, **options):
    names = ("optimizer", "seeds", "entropy", "precision", "features", "n_classes")
    return module._plan(task, student, [last], *(options.get(name) for name in names))


@pytest.mark.parametrize(
    ("student", "options"),
    [(TIED, {}), (Student(2000), {}), (TIED, {"optimizer": Adam(1e-9)}), (TIED, {"hours": 2})],
)
def test_more_than_an_hour_is_refused_with_the_estimate(student, options):
    with pytest.raises(
        ArgumentError, match=r"within (1 hour|2 hours) \(it would take .* hours\).*hours="
    ):
        simulate(HUGE, student, [1e4], seeds=1, **options)


def test_who_asks_for_hours_gets_them(monkeypatch):
    monkeypatch.setattr(module.Runs, "go", lambda self, at_once: self.plan)
    assert simulate(HUGE, TIED, [1e4], seeds=1, hours=1e3).seeds == 1
    with pytest.raises(ArgumentError, match="seeds must be"):
        simulate(PowerLawTask(1.5, 0.5, 4096), Student(64, tied=True), [1e3], seeds=10**4)
    for hours in (0.0, -1.0, np.nan, "long"):
        with pytest.raises(ArgumentError, match="hours must be"):
            simulate(HUGE, TIED, [1e4], seeds=1, hours=hours)


@pytest.mark.parametrize("options", [{}, {"features": "classes", "n_classes": 2048}])
def test_what_takes_long_is_told_before_it_starts(monkeypatch, capsys, options):
    monkeypatch.setattr(module.Runs, "go", lambda self, at_once: self.plan)
    task, student = PowerLawTask(1.5, 0.5, 8192), Student(128, tied=True)
    plan = simulate(task, student, [1e3], seeds=3, workers=2, hours=99, progress=True, **options)
    said = re.search(r"3 seeds, about (\d+) (minutes|hours) in all", capsys.readouterr().err)
    unit = {"minutes": 60.0, "hours": 3600.0}[said[2]]
    assert float(said[1]) * unit == pytest.approx(2.0 * seconds_of_seed(plan), rel=0.3)
    simulate(task, student, [1e3], seeds=3, workers=3, hours=99, **options)
    simulate(PowerLawTask(1.5, 0.5, 16), Student(4, tied=True), [0.1], seeds=1, progress=True)
    assert "in all" not in capsys.readouterr().err


def test_steps_take_at_least_what_is_told(monkeypatch, capsys):
    monkeypatch.setattr(module.Runs, "go", lambda self, at_once: self.plan)
    simulate(HUGE, TIED, [1e2], seeds=1, optimizer=Adam(1e-7), hours=99, progress=True)
    assert "1 seed, at least" in capsys.readouterr().err


def test_estimates_grow_as_work_does():
    def seconds(n, width, last, **options):
        return seconds_of_seed(
            _plan(PowerLawTask(1.5, 0.5, n), Student(width, tied=True), last, **options)
        )

    base = seconds(1024, 32, 1e3)
    assert 3.0 < seconds(1024, 32, 1e5) / base < 10.0
    assert 4.0 < seconds(2048, 64, 1e3) / base < 8.0
    assert 0.5 * base < seconds(1024, 32, 1e3, precision="float32") < base
    thinned = [seconds(n, 32, 1e3, features="classes") for n in (10**5, 4 * 10**5)]
    assert 1.2 < thinned[1] / thinned[0] < 2.0


def test_a_flow_that_goes_up_is_no_result(monkeypatch):
    """A field that points uphill: the loss rises, and nothing is returned or written."""
    rate = flows.PopulationFlow._rate

    def uphill(self, y, out):
        rate(self, y, out)
        out *= -1.0

    monkeypatch.setattr(flows.PopulationFlow, "_rate", uphill)
    times, options = [0.01, 0.02, 0.03], {"seeds": 1}
    with pytest.raises(DivergenceError, match=r"where it rises.*lower rtol"):
        simulate(PowerLawTask(1.5, 0.5, 16), Student(4, tied=True), times, **options)
    with pytest.raises(DivergenceError, match=r"where it rises.*lower rtol"):
        options |= {"features": "classes", "n_classes": 64}
        simulate(PowerLawTask(1.5, 0.5, 256), Student(4, tied=True), times, **options)


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("lr", {"lr": 1.0}),
        ("epsilon", {"epsilon": 1.0}),
        ("beta2", {"beta1": 0.99, "beta2": 0.9}),
        ("beta2", {"beta1": 0.5, "beta2": 0.0}),
    ],
)
def test_settings_of_adam_that_make_no_sense_are_refused(name, settings):
    with pytest.raises(ArgumentError, match=f"{name} must be"):
        Adam(**settings)
    assert Adam(beta1=0.0, beta2=0.0).beta2 == 0.0


@pytest.mark.parametrize(
    ("student", "bound"),
    [
        (Student(16, tied=True), 0.25),
        (Student(16, tied=True, init=0.2), 0.05),
        (Student(16, decoder="random"), 0.25),
        (Student(16), 1 / 16),
        (Student(16, embedding="trained", init=2.0), 1 / 16),
        (Student(64, activation="relu"), 1.0),
    ],
)
def test_a_first_step_of_adam_is_smaller_than_what_it_moves(student, bound):
    """lr in every weight: lr √K of a column's norm, lr K of an output through B."""
    assert largest_adam_lr(student.on(64)) == pytest.approx(bound)
    if bound < 1.0:  # no Adam has a larger one
        with pytest.raises(ArgumentError, match=f"lr must be below {bound:.4g}"):
            simulate(PowerLawTask(1.5, 0.5, 64), student, optimizer=Adam(lr=bound))


def test_adam_that_oscillates_is_no_result(tmp_path):
    """Steps that a first step allows, and that are too large for the end."""
    task, student, times = (
        PowerLawTask(1.5, 0.5, 32),
        Student(8, tied=True),
        np.geomspace(1.0, 8.0, 20),
    )
    options = {"seeds": 1, "out": tmp_path / "run"}
    with pytest.raises(DivergenceError, match="where it rises"):
        simulate(task, student, times, optimizer=Adam(lr=0.2, batch=8), **options)
    assert not list(tmp_path.glob("run/seed*"))
    calm = simulate(task, student, [1.0, 2.0], optimizer=Adam(lr=0.01, batch=8), seeds=1)
    assert calm.loss[0, 1] < calm.loss[0, 0]


def test_adam_that_ends_dead_says_so():
    """Who asks for late times only sees no rise: that no output is left is in the table."""
    task, options = PowerLawTask(1.5, 0.5, 32), {"seeds": 1}
    dead = simulate(task, Student(8, tied=True), [60.0], optimizer=Adam(lr=0.3, batch=8), **options)
    assert dead.observables["dead_fraction"][0, -1] > 0.5
    assert "of the outputs say nothing at the end" in str(dead)
    calm = simulate(task, Student(8, tied=True), [2.0], optimizer=Adam(lr=0.01, batch=8), **options)
    assert "say nothing" not in str(calm)
