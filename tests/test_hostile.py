"""Whole calls of every public function: a result, ArgumentError or NumericsError, nothing else."""

import inspect
import os

import numpy as np
import pytest
from hostile import OBJECTS, compile_everything, limited
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import superlaw as sl
from superlaw.results import Result
from superlaw.solvers.integrators.events import loss_reaches
from superlaw.solvers.models.families import sequential
from superlaw.storage import unknown_number

TASK = sl.PowerLawTask(a=1.5, b=0.25, n_features=32)
TASKS = (
    TASK,
    sl.PowerLawTask(a=1.1, b=0.0, n_features=64),
    sl.PowerLawTask(a=1.5),
    sl.PowerLawTask(a=1.5, b=2.0, n_features=16, activity="bernoulli"),
    sl.PowerLawTask(a=0.5, n_features=16, activity="bernoulli", amplitude="symmetric"),
    sl.MeasuredTask([0.5, 0.2, 0.3], [1.0, 1e-9, 1e9]),
    sl.MeasuredTask(np.full(16, 1 / 16), np.arange(1.0, 17.0), activity="bernoulli"),
)
STUDENTS = (
    None, sl.Student(), sl.Student(depth=2), sl.Student(width=8), sl.Student(width=8, tied=True),
    sl.Student(width=8, activation="linear"), sl.Student(width=8, embedding="trained"),
)  # fmt: skip
OPTIMIZERS = (
    None, sl.GradientFlow(), sl.SGD(), sl.SGD(lr=0.01, batch=8), sl.SGD(batch=None),
    sl.SGD(lr=0.01, momentum=0.9), sl.Adam(), sl.Adam(lr=0.9), sl.SGD(lr=5.0, momentum=0.9),
)  # fmt: skip
TIMES = (None, [1.0], [0.0, 1.0], np.geomspace(1.0, 20.0, 12), [1e-3, 2e-3], [2.0, 1.0], [1e30])
CURVE = (np.geomspace(1.0, 100.0, 12), np.geomspace(1.0, 100.0, 12) ** -0.5)
CURVES = (
    CURVE, sl.solve(TASK, times=CURVE[0]), (CURVE[0], np.empty((0, 12))), (CURVE[0],), (1, 2, 3),
    (CURVE[0], CURVE[1] - 0.1), (CURVE[0], np.full(12, 1e-320)), (CURVE[0], np.full(12, 1e308)),
    (CURVE[0], np.ones(12)), (CURVE[0], CURVE[1][:3]), (CURVE[0], CURVE[1] * 1j),
)  # fmt: skip
ONES = np.ones(4)
PROBLEM = sequential.problem(1.0 / np.arange(1.0, 5.0), ONES, ONES)
SETTINGS = {"task": TASKS, "student": STUDENTS, "optimizer": OPTIMIZERS, "times": TIMES}
CALLS = {
    "PowerLawTask": {
        "a": (1.5, 1, 0.5, 1e5, 1e-300), "b": (0.25, -0.5, 1e5),
        "n_features": (None, 16, 1e6, 10**30),
        "activity": ("one", "bernoulli"), "density": (1.0, 0.5, 1e300), "amplitude": ("uniform",),
    },
    "MeasuredTask": {
        "frequencies": (
            np.full(9, 1 / 9), 0.5, [0.2, 0.8], [0.5, 0.6], [1e308, 1e308], [1.0, 1e-300],
        ),
        "importances": (None, np.ones(9), [1e200, 1.0], [1.0, 2.0]),
        "activity": ("one", "bernoulli"), "amplitude": ("uniform", "symmetric"),
    },
    "Student": {
        "width": (None, 8), "depth": (1, 2), "activation": (None, "relu"), "bias": (None, True),
        "embedding": (None, "random"), "tied": (False, True), "init": (None, 1e-3),
        "init_profile": ("target", "flat"), "decoder": (None, "transpose", "random"),
    },
    "SGD": {"lr": (0.05, 1e-300), "batch": (1, None), "momentum": (0.0, 0.9)},
    "Adam": {"lr": (1e-3,), "batch": (64,), "beta1": (0.9,), "beta2": (0.999,),
        "epsilon": (1e-8,)},
    "GradientFlow": {"rtol": (1e-3, 1e-300)},
    "Event": {
        "name": ("x",), "level": (0.5, 1e308), "observable": ("loss",), "feature": (0, 10**30),
        "ends": (False, True),
    },
    "MeanField": {
        "name": ("x",), "y0": (ONES, [1.0, np.inf]), "theta": (ONES[None],), "weight": (ONES,),
        "rate": (sequential.rate,), "partials": (sequential.partials,),
        "measure": (sequential.measure,), "n_order": (0, 10**30), "shared": (np.zeros(0),),
        "scale": (None, ONES), "observables": (("loss", "loss_rate"),),
        "order_is_linear": (True,), "is_linear": (True, False), "is_gradient_flow": (True,),
        "learned": (None, ONES), "bounds": (None, (0.0 * ONES, ONES)),
    },
    "exponent": {key: SETTINGS[key] for key in ("task", "student", "optimizer")},
    "solve": SETTINGS | {
        "method": ("auto", "exact", "rosenbrock", "tsit5", "direct"), "features": ("auto", "all"),
        "rtol": (None, 1e-6, 10.0, 1e-300), "throw": (True,), "progress": (False,),
        "resume": (None,), "save_every": (60.0,), "seeds": (None, 2, 10**9),
    },
    "simulate": SETTINGS | {
        "seeds": (1, 2, 10**9), "entropy": (0, 7, 1e9), "precision": (None, "float32"),
        "workers": (None, 2), "save_every": (60.0,), "out": (None,), "progress": (False,),
        "features": ("all", "classes"), "n_classes": (None, 16, 10**9), "hours": (1.0, 1e-6),
    },
    "fit_power_law": {
        "curve": CURVES, "window": (None, (2.0, 50.0), (5.0,), (50.0, 2.0)), "floor": ("auto",
        "none", "free"), "model": ("auto", "fall", "broken"),
    },
    "explain": {
        "curve": CURVES, "task": TASKS, "students": ((), None, sl.Student(depth=2), [sl.Student()]),
        "lr": (None, 0.05, 1e-300, 1e300), "progress": (False,),
        "optimizer": (None, sl.SGD(), sl.SGD(0.5, None, 0.9), sl.Adam(), sl.SGD(1e-300)),
    },
    "geometry": {
        "matrix": (np.eye(4)[:, :3], "missing.npy", "/", "/dev/zero"), "tensor": (None, "w"),
        "columns": (False, True), "unit": (False, True), "leading": (None, 0, 2, 1e300),
        "sampled_rows": (1, 1e2, 10**30), "entropy": (0, 1e9, 10**30), "progress": (False,),
    },
    "overlap_law": {
        "matrices": ([np.eye(9)[:, :k] + 0.1 for k in (2, 3, 4)], [np.eye(3)], [], "m.npy"),
        "tensor": (None, "w"), "columns": (False, True), "unit": (False, True),
        "leading": (None, 0, 2, 1e300), "sampled_rows": (1, 1e2, 10**30),
        "entropy": (0, 1e9, 10**30), "progress": (False,),
    },
    "width_law": {
        "frequencies": (sl.PowerLawTask(1.2, 0, 9), TASK, np.full(9, 1 / 9), [0.5, 0.3, 0.2]),
        "widths": ([2, 3, 8], [2], [3, 2], [1e9], []), "activity": (None, "one", "bernoulli"),
        "density": (None, 1.0, 1e-300), "ridge": (0.0, 0.1, 1e300, 1e-300),
        "train": (False,), "starts": (1, 4, 10**30), "steps": (5, 10**30),
        "entropy": (0, 1e9, 10**30), "weight_decay": (None, -1.0, 0.2, 2.0),
        "batch": (None, 64, 10**30), "optimizer": (None, "adam", "flow", "sgd"),
        "resume": (None,), "progress": (False,),
    },
    "log_times": {"t_start": (0.1, 1e-320), "t_end": (1e4, 1e308), "per_decade": (10, 1e12)},
    "read_curve": {"path": ("missing.csv", "/", "/dev/zero")},
    "derive": {"name": ("front", "frnot")},
    "cite": {"result": (sl.exponent(TASK), TASK, CURVES[1])},
    "sweep": {
        "grid": ({"task.a": [1.5, 1.1]}, {"task.a": np.array([0.5, 2.0]), "task.b": (0, 1)},
                 {"task.a": [1.5], "student.width": [8, 64]}, {"task.a": [1.5, 1.5]}, {}),
        "measure": ("exponent", "solve", "exponnet", len), "fixed": (None, {"task.n_features": 16},
        {"task.n_features": 8, "times.t_end": 2.0}), "executor": ("serial", "threads", "thraeds"),
        "workers": (None, 2, 10**9), "out": (None,), "progress": (False,),
    },
    "validate": {"size": ("small",), "seeds": (3,), "n_features": (64,), "planted": (1.0, 1e300),
                 "entropy": (0, 1e9), "runs": (None,), "progress": (False,),
                 "executor": ("serial", "threads"), "workers": (None, 0)},
    "integrate": {
        "problem": (PROBLEM,), "times": ([1.0, 2.0], [0.0, 1e12], [1e30]), "method": ("auto",
        "tsit5", "rkc"),
        "rtol": (1e-6, 10.0, 1e-300), "atol": (0.0, 1e-9), "max_steps": (1000, 10),
        "events": ((), [loss_reaches(0.1)], [sl.Event("x", 0.5)]), "keep_state": ("none",
        "last", "all"),
        "state_bytes": (1e9, 0.0), "throw": (True,), "progress": (False,),
        "resume": (None,), "save_every": (60.0,),
    },
}  # fmt: skip
NEEDED = {
    "Event": ("name", "level"),
    "MeanField": ("name", "y0", "theta", "weight", "rate", "partials", "measure"),
    "PowerLawTask": ("a",), "MeasuredTask": ("frequencies",), "exponent": ("task",),
    "solve": ("task", "times"),
    "simulate": ("task", "times", "seeds"), "fit_power_law": ("curve",), "derive": ("name",),
    "explain": ("curve", "task"),
    "log_times": ("t_start", "t_end"), "read_curve": ("path",), "integrate": ("problem", "times"),
    "validate": ("size",), "geometry": ("matrix",),
    "overlap_law": ("matrices",), "width_law": ("frequencies", "widths"), "sweep": ("grid",),
    "cite": ("result",),
}  # fmt: skip
LOOSE = dict(
    deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None
)


@st.composite
def arguments(draw, name):
    """Draw keyword arguments: one in six is any object at all."""
    chosen = {}
    for key, good in CALLS[name].items():
        if key not in NEEDED.get(name, ()) and draw(st.booleans()):
            continue
        pool = OBJECTS if draw(st.integers(0, 5)) == 0 else good
        chosen[key] = pool[draw(st.integers(0, len(pool) - 1))]
    return chosen


def check(name, chosen):
    shown = f"sl.{name}({', '.join(f'{key}={value!r:.80}' for key, value in chosen.items())})"
    positional = ["exponent"] if name == "validate" else []
    try:
        with limited(shown):
            result = getattr(sl, name)(*positional, **chosen)
    except sl.ArgumentError as error:
        assert " must " in str(error) and "\n" not in str(error), shown
    except sl.NumericsError as error:
        assert str(error), shown
    except Exception as error:
        raise AssertionError(f"{shown} raised {error!r}") from error
    else:
        plain = ("cite", "log_times", "read_curve", "derive", "MeanField", "Event")
        data = result if name not in plain else None
        assert unknown_number(data) is None, shown


def issubclass_of(kind, bases):
    return inspect.isclass(kind) and issubclass(kind, bases)


NOT_MADE_BY_HAND = (Exception, KeyboardInterrupt, Result, sl.Exponent)


def test_every_public_function_is_called():
    public = {name: getattr(sl, name) for name in sl.__all__}
    made = {name for name, kind in public.items() if not issubclass_of(kind, NOT_MADE_BY_HAND)}
    assert made == set(CALLS)
    for name, given_to in CALLS.items():
        known = set(inspect.signature(getattr(sl, name)).parameters)
        assert set(given_to) <= known
        assert known - set(given_to) <= {
            "progress",
            "on_claim",
            "callback",
            "checkpoint",
            "names",
            "order",
            "_",
        }


@pytest.mark.parametrize("kind", [sl.Solution, sl.Ensemble])
@pytest.mark.parametrize("path", [*OBJECTS, "missing.npz", "/", "/dev/zero", "a\0b", "x" * 5000])
def test_what_is_no_result_is_not_loaded(kind, path):
    with pytest.raises(sl.ArgumentError):
        kind.load(path)


@pytest.fixture(scope="module", autouse=True)
def folder(tmp_path_factory):
    """A folder for what a call may write."""
    compile_everything()
    home = os.getcwd()
    os.chdir(tmp_path_factory.mktemp("hostile"))
    yield
    os.chdir(home)


@pytest.mark.parametrize("name", CALLS)
def test_a_call_is_answered_or_refused(name):
    @settings(max_examples=4 if name == "validate" else 15, **LOOSE)
    @given(arguments(name))
    def draws(chosen):
        check(name, chosen)

    draws()


@pytest.mark.long
@pytest.mark.parametrize("name", CALLS)
def test_very_many_calls_are_answered_or_refused(name):
    @settings(max_examples=40 if name == "validate" else 1000, **(LOOSE | {"derandomize": False}))
    @given(arguments(name))
    def draws(chosen):
        check(name, chosen)

    draws()
