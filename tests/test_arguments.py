import ast
import re
from pathlib import Path

import numpy as np
import pytest

import superlaw
from superlaw import arguments
from superlaw.arguments import ArgumentError


def test_message_names_argument_rule_value_and_remedy():
    with pytest.raises(ArgumentError, match=r"^a must be above 0; got a=-1\. Raise it\.$"):
        arguments.positive("a", -1, "Raise it.")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "2", None, True, [1]])
def test_finite_refuses_what_is_not_a_number(value):
    with pytest.raises(ArgumentError, match=r"^x must be a finite number"):
        arguments.finite("x", value, "")


def test_whole_takes_large_floats_and_exact_integers():
    assert arguments.whole("n", 1e9, "") == 10**9
    assert arguments.whole("n", 10**30, "") == 10**30


@pytest.mark.parametrize(("value", "rule"), [(0, "at least 1"), (1.5, "a whole number")])
def test_whole_refuses(value, rule):
    with pytest.raises(ArgumentError, match=f"^n must be {rule}"):
        arguments.whole("n", value, "")


def test_one_of_names_the_nearest_choice():
    with pytest.raises(ArgumentError, match="Did you mean 'bernoulli'"):
        arguments.one_of("activity", "bernouli", ("one", "bernoulli"))


@pytest.mark.parametrize(
    ("times", "rule"),
    [
        ([], "non-empty"),
        ([[1.0]], "one-dimensional"),
        ([1.0, np.nan], "finite"),
        ([-1.0, 2.0], "at least 0"),
        ([2.0, 1.0], "increasing"),
        ([1.0, 1.0], "increasing"),
        ("soon", "an array of numbers"),
    ],
)
def test_times_are_checked(times, rule):
    with pytest.raises(ArgumentError, match=f"^times must be .*{rule}"):
        arguments.increasing_times(times)


def test_memory_is_checked_with_the_number_in_the_message():
    with pytest.raises(ArgumentError, match=r"it needs 931322\.6"):
        arguments.fitting("n_features", 10**7, 1e15, "Choose fewer.")


@pytest.mark.parametrize(
    "value", [b"2", bytearray(b"2"), np.array([2.0]), np.array(2.0), 10**400, 2j, {}, object()]
)
def test_what_only_converts_to_a_number_is_none(value):
    with pytest.raises(ArgumentError, match=r"^x must be a finite number"):
        arguments.finite("x", value, "")
    with pytest.raises(ArgumentError, match=r"^x must be a finite number"):
        arguments.whole("x", value, "")


@pytest.mark.parametrize("value", [np.float32(2.0), np.int64(2), 2, 2.0])
def test_scalars_of_numpy_are_numbers(value):
    assert arguments.finite("x", value, "") == 2.0
    assert arguments.whole("x", value, "") == 2


@pytest.mark.parametrize("value", [5, None, b"one", np.array(["one"]), [], {"one": 1}])
def test_one_of_refuses_what_is_no_word(value):
    with pytest.raises(ArgumentError, match=r"^activity must be one of one, two"):
        arguments.one_of("activity", value, ("one", "two"))


class Loud:
    def __repr__(self):
        raise RuntimeError


@pytest.mark.parametrize(
    "value",
    [10**5000, "x" * 10**6, np.zeros((100, 100)), Loud(), "a\nb"],
    ids=["digits", "letters", "array", "loud", "lines"],
)
def test_a_message_is_one_line_and_short_whatever_was_given(value):
    with pytest.raises(ArgumentError) as caught:
        arguments.refuse("x", "good", value, "Mend it.")
    assert len(str(caught.value)) < 200
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "times", ["1", b"12", ["1", "2"], [1j], [True], {1.0: 2.0}, object(), [[1], [1, 2]], [10**400]]
)
def test_times_are_numbers(times):
    with pytest.raises(ArgumentError, match=r"^times must be an array of numbers"):
        arguments.increasing_times(times)


@pytest.mark.parametrize("times", [[1e-200, 1.0], [1.0, 1e200]])
def test_times_are_in_reach_of_a_double(times):
    with pytest.raises(ArgumentError, match=r"^times must be between"):
        arguments.increasing_times(times)


def test_the_start_alone_is_a_time():
    from superlaw.arguments import increasing_times

    assert increasing_times([0.0]).tolist() == [0.0]
    assert increasing_times([0.0, 1.0]).tolist() == [0.0, 1.0]


@pytest.mark.parametrize("value", [None, 0, 1, "True", np.array([]), np.array([True])])
def test_a_flag_is_true_or_false(value):
    with pytest.raises(ArgumentError, match=r"^throw must be True or False"):
        arguments.flag("throw", value)
    assert arguments.flag("throw", True) is True


def test_what_a_check_returns_is_used():
    """A count of 1e9 is whole, and what makes an int of it is the check."""
    root, dropped = Path(superlaw.__file__).parent, []
    rooms = (root, *(root / room for room in ("theory", "solvers", "validation")))  # links
    alone = re.compile(r"^ *(whole|finite|positive|not_negative)\(", re.MULTILINE)
    for path in (path for room in rooms for path in room.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if not alone.search(text):
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
                if ast.unparse(node.value.func) in ("whole", "finite", "positive", "not_negative"):
                    dropped.append(f"{path}:{node.lineno}")
    assert dropped == []
