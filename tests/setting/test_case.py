"""The one decision: every combination is covered by a row or refused with the rows that exist."""

import ast
import re
from itertools import product

import numpy as np
import pytest

import superlaw
from superlaw.arguments import ArgumentError
from superlaw.setting.case import DYNAMICS, INPUTS, PASSED, STUDENTS, case
from superlaw.setting.optimizer import SGD, Adam, GradientFlow
from superlaw.setting.stability import largest_stable_lr
from superlaw.setting.student import Student
from superlaw.setting.table import Condition, Row, Table, among
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.solve import CURVES, solve
from superlaw.theory.exponents import LAWS, exponent
from superlaw.validation.training.plan import TRAINERS
from superlaw.validation.training.simulate import simulate

N = 32
TASKS = {
    "one": PowerLawTask(1.5, 0.5, N),
    "centred": PowerLawTask(1.5, 0.5, N, activity="bernoulli", amplitude="symmetric"),
    "mean": PowerLawTask(1.5, 0.5, N, activity="bernoulli"),
}
MAKES = {
    "plain": Student(),
    "two_layer": Student(depth=2),
    "bottleneck": Student(8, activation="linear"),
    "superposed": Student(8),
    "square": Student(activation="relu"),
    "trained": Student(8, embedding="trained"),
    "tied": Student(8, tied=True),
    "untied": Student(8, decoder="random"),
}
OPTIMIZERS = {
    "flow": GradientFlow(),
    "sgd": SGD(0.01, 4),
    "momentum": SGD(0.01, 4, momentum=0.5),
    "adam": Adam(0.01, 4),
}
COMBINATIONS = list(product(STUDENTS, INPUTS, DYNAMICS))
ASK = {
    "theory": (LAWS, lambda task, student, opt: exponent(task, student, opt)),
    "solvers": (CURVES, lambda task, student, opt: solve(task, student, [1.0, 2.0], optimizer=opt)),
    "training": (
        TRAINERS,
        lambda task, student, opt: simulate(task, student, [0.1], optimizer=opt, workers=1),
    ),
}


def test_the_examples_are_one_of_each_kind():
    assert (list(MAKES), list(TASKS), list(OPTIMIZERS)) == (
        list(STUDENTS),
        list(INPUTS),
        list(DYNAMICS),
    )
    for student, inputs, dynamics in COMBINATIONS:
        found = case(TASKS[inputs], MAKES[student], OPTIMIZERS[dynamics])
        assert (found.kind, found.inputs, found.dynamics) == (student, inputs, dynamics)


@pytest.mark.parametrize("room", ASK)
@pytest.mark.parametrize(("student", "inputs", "dynamics"), COMBINATIONS)
def test_every_combination_is_covered_or_refused_with_the_rows(room, student, inputs, dynamics):
    table, ask = ASK[room]
    asked = TASKS[inputs], MAKES[student], OPTIMIZERS[dynamics]
    known = [row for row in table.rows if row.has(student, inputs, dynamics)]
    if any(row.broken(case(*asked)) is None for row in known):
        answer = ask(*asked)
        assert answer is not None
        return
    with pytest.raises(ArgumentError) as refusal:
        ask(*asked)
    told = str(refusal.value)
    named = {
        said for said in PASSED.values() if re.search(rf"{re.escape(said)}(, or |\. All)", told)
    }
    if known:
        assert all(str(condition) in told for row in known for condition in row.conditions)
    else:
        assert named == _covered(table, student, inputs)
    assert told.endswith(" All cases: superlaw info --coverage.")
    assert "\n" not in told and len(told) < 600
    assert not re.search(r"(one|centred|mean)[/: ]+(flow|sgd)", told)


def _covered(table, student, inputs):
    """Return what can be passed for one argument, the others as far as they can be kept."""
    if not any(student in row.students for row in table.rows):
        kinds = {kind for row in table.rows for kind in row.students}
    elif not any(row.has(student, inputs, kind) for row in table.rows for kind in DYNAMICS):
        kinds = {kind for row in table.rows if student in row.students for kind in row.inputs}
    else:
        kinds = {
            kind for kind in DYNAMICS if any(row.has(student, inputs, kind) for row in table.rows)
        }
    return {PASSED[kind] for kind in kinds}


@pytest.mark.parametrize("kind", PASSED)
def test_what_is_said_to_be_passed_for_a_kind_makes_it(kind):
    said = PASSED[kind]
    if said.startswith("sl."):
        assert case(TASKS["one"], None, eval(said, {"sl": superlaw})).dynamics == kind
        return
    given = {name: ast.literal_eval(value) for name, value in re.findall(r'(\w+)=("?\w+"?)', said)}
    if kind in INPUTS:
        assert case(PowerLawTask(1.5, 0.5, N, **given)).inputs == kind
        return
    found = case(TASKS["one"], Student(8 if "width below N" in said else None, **given))
    assert (found.dynamics if kind in DYNAMICS else found.kind) == kind


@pytest.mark.parametrize("table", [LAWS, CURVES, TRAINERS])
def test_no_row_is_hidden_behind_an_earlier_one_of_other_make(table):
    """A row after an unconditional one of the same kinds would never be asked, but by name."""
    for k, row in enumerate(table.rows):
        for earlier in table.rows[:k]:
            shared = [kinds for kinds in COMBINATIONS if row.has(*kinds) and earlier.has(*kinds)]
            by_name = table is CURVES and earlier.name != row.name
            assert not shared or earlier.conditions or by_name
            assert set(row.students) <= set(STUDENTS)
            assert set(row.inputs) <= set(INPUTS) and set(row.dynamics) <= set(DYNAMICS)


def test_a_condition_that_fails_is_named_with_its_rule(refused):
    with refused("embedding", "'random' to solve"):
        solve(TASKS["one"], Student(8, embedding="tight_frame"))
    with refused("b", "at least 0"):
        solve(PowerLawTask(1.5, -0.1, N), Student(8))


def test_table_takes_the_first_row_that_holds():
    narrow = Row("narrow", 1, ("plain",), ("one",), ("flow",), conditions=(among("a", 1.5),))
    wide = Row("wide", 2, ("plain",), ("one",), ("flow",))
    table = Table("try", "", (narrow, wide))
    assert table.row(case(PowerLawTask(1.5))).make == 1
    assert table.row(case(PowerLawTask(2.0))).make == 2
    assert str(Condition("a", "above 1", lambda found: found.task.a > 1.0)) == "a above 1"


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (("sgd",), "task"),
        ((None,), "task"),
        (({"a": 1.5},), "task"),
        ((TASKS["one"], "relu"), "student"),
        ((TASKS["one"], Student), "student"),
        ((TASKS["one"], 8), "student"),
        ((TASKS["one"], None, "sgd"), "optimizer"),
        ((TASKS["one"], None, SGD), "optimizer"),
        ((TASKS["one"], None, 0.1), "optimizer"),
        ((TASKS["one"], SGD(), None), "student"),
    ],
)
@pytest.mark.parametrize("ask", [case, *(ask for _, ask in ASK.values())])
def test_arguments_of_another_type_are_refused(refused, ask, arguments, name):
    task, student, optimizer = (*arguments, None, None)[:3]
    with refused(name):
        ask(task, student, optimizer)


@pytest.mark.parametrize(
    ("student", "task", "options", "name"),
    [
        (Student(8), "one", {"rtol": 1e-3}, "rtol"),
        (Student(8), "one", {"features": "all"}, "features"),
        (Student(8), "one", {"features": "classes"}, "features"),
        (Student(8, activation="linear"), "one", {"rtol": 1e-3}, "rtol"),
        (None, "one", {"rtol": 1e-3}, "rtol"),
        (None, "mean", {"rtol": 1e-3}, "rtol"),
        (None, "mean", {"features": "all", "optimizer": SGD(0.01, 4)}, "features"),
        (None, "one", {"optimizer": GradientFlow(1e-6)}, "GradientFlow.rtol"),
        (None, "one", {"method": "rosenbrock", "rtol": 1.5}, "rtol"),
        (None, "one", {"method": "rosenbrock", "rtol": 0.0}, "rtol"),
    ],
)
def test_solver_options_that_would_be_ignored_are_refused(refused, student, task, options, name):
    with refused(name):
        solve(TASKS[task], student, **options)


@pytest.mark.parametrize(
    ("student", "task", "options", "name"),
    [
        (None, "one", {"precision": "float32"}, "precision"),
        (None, "one", {"precision": "float64"}, "precision"),
        (None, "one", {"optimizer": SGD(0.01, None), "seeds": 2}, "seeds"),
        (None, "one", {"optimizer": SGD(0.01, None), "entropy": 3}, "entropy"),
        (Student(activation="relu"), "one", {"seeds": 2}, "seeds"),
        (None, "one", {"save_every": 30.0}, "save_every"),
    ],
)
def test_training_options_that_would_be_ignored_are_refused(refused, student, task, options, name):
    with refused(name):
        simulate(TASKS[task], student, [1.0], **options)


def test_a_run_that_draws_nothing_is_one_run():
    assert simulate(TASKS["mean"], times=[1.0], optimizer=SGD(0.01, None)).loss.shape == (1, 1)
    assert simulate(TASKS["one"], Student(8), [0.1]).loss.shape == (8, 1)


def test_tolerance_of_a_flow_is_refused_where_nothing_flows(refused):
    with refused("GradientFlow.rtol"):
        exponent(TASKS["one"], optimizer=GradientFlow(1e-6))


VALUES = {
    "features": ("classes", "all"),
    "rtol": (1e-3, 1e-9),
}
BIG = {name: PowerLawTask(t.a, t.b, 1100, activity=t.activity, amplitude=t.amplitude)
       for name, t in TASKS.items()}  # fmt: skip


def _account(task, student, optimizer, **options):
    """Return what a caller sees of a curve, or nothing if the call is refused."""
    try:
        found = solve(task, student, [0.5, 3.0], optimizer=optimizer, **options)
    except ArgumentError:
        return None
    return found.method, tuple(found.loss), tuple(found.local_slope)


@pytest.mark.parametrize("student", ["plain", "two_layer", "bottleneck"])
@pytest.mark.parametrize(("option", "n_taken"), [("features", 3), ("rtol", 1)])
def test_no_accepted_option_is_ignored(student, option, n_taken):
    """Its values give different methods or numbers, or it is refused."""
    learner = Student(64, activation="linear") if student == "bottleneck" else MAKES[student]
    methods, accepted = ["auto", "exact", "contour", "moments", "rosenbrock", "tsit5"], set()
    for inputs, dynamics, method in product(INPUTS, ["flow", "sgd", "momentum"], methods):
        first, second = (
            _account(BIG[inputs], learner, OPTIMIZERS[dynamics], method=method, **{option: value})
            for value in VALUES[option]
        )
        assert (first is None) == (second is None)
        assert first is None or first != second
        accepted |= {method} if first else set()
    assert len(accepted) >= n_taken or student == "bottleneck"


@pytest.mark.parametrize("batch", [None, 1, 3])
@pytest.mark.parametrize("momentum", [0.0, 0.3, 0.9])
@pytest.mark.parametrize("n", [1, 5, 200])
def test_stability_bound_is_where_a_moment_matrix_reaches_one(batch, momentum, n):
    """Spectral radius of (P, C, U) of steps N12 to N14, over all modes of one active feature."""
    task = PowerLawTask(1.5, 0.0, n)
    bound = largest_stable_lr(task, batch, momentum)
    i = np.arange(1.0, n + 1.0)
    # What the bound adds at λ → 0 is reached by the rarest features of large tasks only.
    lam = np.append(task.second_moment(i), 1e-9)
    fourth = np.append(task.fourth_moment(i), 1e-9 * task.law.moment(4) / task.law.moment(2))

    def radius(lr):
        square = lam**2 + (0.0 if batch is None else (fourth - lam**2) / batch)
        matrices = []
        for rate, q in zip(lam, square, strict=True):
            kick = lr**2 * q
            matrices.append(
                [
                    [1 - 2 * lr * rate + kick, 2 * momentum * (1 - lr * rate), momentum**2],
                    [-lr * rate + kick, momentum * (1 - 2 * lr * rate), momentum**2],
                    [kick, -2 * lr * rate * momentum, momentum**2],
                ]
            )
        return np.abs(np.linalg.eigvals(np.array(matrices))).max() - 1.0

    assert radius(0.99 * bound) < 1e-12
    assert radius(1.01 * bound) > 1e-12


@pytest.mark.parametrize("optimizer", [SGD(5.0, momentum=0.9), SGD(1.0), SGD(5.0, None)])
@pytest.mark.parametrize("room", ASK)
def test_unstable_optimizers_are_refused_in_every_room(refused, room, optimizer):
    with refused("lr", "to be stable"):
        ASK[room][1](TASKS["one"], None, optimizer)


@pytest.mark.parametrize("a", [0.5, 0.8, 1.5])
def test_stability_without_end_is_the_limit_of_many_features(a):
    for activity in ("one", "bernoulli"):
        bounds = [
            largest_stable_lr(PowerLawTask(a, 0.0, n, activity=activity), 4) for n in (10**28, None)
        ]
        assert bounds[0] == pytest.approx(bounds[1], rel=1e-3)
