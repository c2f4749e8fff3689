"""Grids know the fields of tasks, students and optimizers, and refuse others by name."""

import pytest

from superlaw.setting.optimizer import SGD, Adam
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.validation.sweeps.grid import FIELDS, Grid, Point


def test_points_make_the_objects_they_name():
    fields = {
        "task.a": 1.5,
        "task.n_features": 64,
        "student.width": 8,
        "student.tied": True,
        "optimizer.name": "adam",
        "optimizer.lr": 0.01,
        "run.seed": 3,
    }
    point = Point(fields)
    assert point.task == PowerLawTask(1.5, 0.0, 64)
    assert point.student == Student(8, tied=True)
    assert point.optimizer == Adam(lr=0.01)
    assert point.run == {"seed": 3}
    assert Point({"task.a": 1.5}).optimizer is None
    assert Point({"task.a": 1.5, "optimizer.lr": 0.1}).optimizer == SGD(lr=0.1)


def test_every_combination_once_the_last_field_fastest():
    grid = Grid({"task.a": [1, 2], "task.b": [0, 1, 2]}, {})
    points = [(p.fields["task.a"], p.fields["task.b"]) for p in grid.points()]
    assert points == [(a, b) for a in (1, 2) for b in (0, 1, 2)]
    assert len(grid) == len(points)


def test_an_option_that_an_optimizer_lacks_is_refused(refused):
    with refused("optimizer.momentum", "left out with adam"):
        assert Point({"optimizer.name": "adam", "optimizer.momentum": 0.9}).optimizer
    with refused("optimizer.name", "one of flow, sgd, adam"):
        assert Point({"optimizer.name": "adem"}).optimizer


@pytest.mark.parametrize(
    ("varied", "fixed", "name"),
    [
        ({"task.alpha": [1.0]}, {}, "field"),
        ({"task.a": []}, {}, "task.a"),
        ({"task.a": 1.5}, {}, "task.a"),
        ({"task.a": "12"}, {}, "task.a"),
        ({"task.a": [[1.0]]}, {}, "task.a"),
        ({"task.a": [float("nan")]}, {}, "task.a"),
        ({"task.a": [1.0]}, {"task.a": 2.0}, "task.a"),
        ({}, {"student.wdth": 3}, "field"),
    ],
)
def test_bad_grids_are_refused(refused, varied, fixed, name):
    with refused(name):
        Grid(varied, fixed)


def test_fields_are_those_of_the_objects():
    assert {"task.a", "student.width", "optimizer.rtol", "optimizer.beta1"} <= set(FIELDS)
    assert len(FIELDS) == len(set(FIELDS))
