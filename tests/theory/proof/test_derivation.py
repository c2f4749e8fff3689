import dataclasses

import pytest
import sympy as sp

from superlaw.theory.derivations import derive
from superlaw.theory.proof.derivation import Graph, Step
from superlaw.theory.symbols import t


def test_altering_a_step_that_is_not_there_is_refused(refused):
    front = derive("front")
    with refused("step", "F1, F2"):
        front.altered("Q99", 1)
    with refused("step", "F99"):
        front.altered("F99", 1)
    with refused("step", "S14"):
        front.altered("S14", 1)
    with refused("rhs", "not evaluated"):
        front.altered("F3", "1/a")
    assert front.altered("F3", 2)["F3"].rhs == sp.Integer(2)


def test_a_derivation_is_an_ordered_graph():
    first = Step("X1", "", t, t, "definition", "")
    late = dataclasses.replace(first, id="X0", follows=("X2",))
    with pytest.raises(ValueError, match="X0"):
        Graph("toy", "", "", (late, first))
    with pytest.raises(ValueError, match="exactly definitions"):
        Step("X1", "", t, t, "identity", "")
