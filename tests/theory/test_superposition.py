import math

import numpy as np
import pytest

from superlaw.setting.case import case
from superlaw.setting.optimizer import SGD, Adam, GradientFlow
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.theory.exponents import exponent
from superlaw.theory.laws.superposed import crossover_time, slope_limits, unit_slope_time

TASK = PowerLawTask(1.5, 0.0, 10**6)


def test_superposed_student_has_limits_and_no_single_exponent():
    found = exponent(TASK, Student(10**4))
    assert found.exponent is None and found.regime == "crossover"
    assert found.limits == pytest.approx((1.0 / 3.0, 5.0 / 3.0))
    assert sum(found.limits) / 2.0 == pytest.approx(1.0)
    assert found.crossover == pytest.approx(
        (10**4 * 1.5 * math.sin(math.pi / 1.5) / math.pi) ** 1.5 / TASK.second_moment(1.0)
    )
    assert "not a law" in str(found)


@pytest.mark.parametrize("width", [10**3, 10**4])
def test_slope_passes_one_where_the_integrated_equations_say(width):
    from superlaw.solvers.feature_classes import feature_classes
    from superlaw.solvers.integrators.integrate import integrate
    from superlaw.solvers.models.families import cross_talk

    found = unit_slope_time(TASK, width)
    assert found is not None
    classes = feature_classes(10**6)
    lam, target = TASK.second_moment(classes.index), TASK.target(classes.index)
    problem = cross_talk.problem(lam, target, classes.weight, float(width))
    (slope,) = integrate(problem, [found], rtol=1e-8).local_slope
    assert slope == pytest.approx(1.0, abs=0.01)
    assert 0.2 < found / crossover_time(1.5, width, lam[0]) < 0.6


@pytest.mark.parametrize("a", [1.2, 2.0, 5.0])
def test_limits_average_to_one(a):
    assert np.mean(slope_limits(a)) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("student", "regime"),
    [
        (Student(100, bias=False), "floor"),
        (Student(100, activation="linear"), "floor"),
        (Student(100, embedding="tight_frame"), "open"),
        (Student(100, tied=True), "open"),
    ],
)
def test_other_students_are_told_apart(student, regime):
    assert exponent(TASK, student).regime == regime


def test_linear_floor_is_the_lost_share():
    assert exponent(TASK, Student(10**5, activation="linear")).floor == pytest.approx(0.9)


@pytest.mark.parametrize(
    ("student", "optimizer", "name"),
    [
        (Student(10**7), None, "width"),
        (Student(activation="relu"), None, "width"),
        (Student(100), SGD(), "optimizer"),
        (None, Adam(), "optimizer"),
    ],
)
def test_what_is_not_covered_is_refused(refused, student, optimizer, name):
    with refused(name):
        exponent(TASK, student, optimizer)


def test_gradient_flow_by_name_is_the_default():
    assert exponent(TASK, Student(100), GradientFlow()) == exponent(TASK, Student(100))


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({"activation": "tanh"}, "activation"),
        ({"embedding": "dense"}, "embedding"),
        ({"tied": True, "embedding": "random"}, "embedding"),
        ({"depth": 2, "activation": "relu"}, "depth"),
    ],
)
def test_students_that_cannot_be_are_refused(refused, arguments, name):
    with refused(name):
        Student(8, **arguments)


@pytest.mark.parametrize(
    ("student", "name"),
    [
        (Student(9), "width"),
        (Student(4, embedding="identity"), "embedding"),
        (Student(4, depth=2), "depth"),
    ],
)
def test_students_that_do_not_fit_the_features_are_refused(refused, student, name):
    with refused(name):
        student.on(8)


def test_choices_that_are_left_out_depend_on_the_width():
    narrow, wide = Student(4).on(8), Student().on(8)
    assert (narrow.activation, narrow.bias, narrow.embedding) == ("relu", True, "random")
    assert (wide.width, wide.activation, wide.bias, wide.embedding) == (
        8,
        "linear",
        False,
        "identity",
    )
    kinds = [
        case(PowerLawTask(1.5, 0.0, 8), s).kind for s in (Student(8), Student(8, activation="relu"))
    ]
    assert kinds == ["plain", "square"]
