"""What solvers and laws compute is what the derivation states, at random points."""

import math

import numpy as np
import pytest
import sympy as sp

from superlaw.solvers.width.outputs import interference, own_cost
from superlaw.solvers.width.random_codes import best_thresholds, gaussian_excess
from superlaw.theory.derivations import find_step
from superlaw.theory.laws import width as laws
from superlaw.theory.symbols import K, b_j, c, h, p_j, ridge, s, v

S, PSI = sp.Symbol("S", positive=True), sp.Symbol("psi", positive=True)


def stated(step_id, **values):
    named = {"s": s, "b": b_j, "c": c, "h": h, "p": p_j, "ridge": ridge, "S": S, "psi": PSI, "K": K}
    expression = find_step(step_id).rhs
    return float(expression.subs({named[name]: x for name, x in values.items()}).doit().evalf())


@pytest.mark.parametrize(("gain", "bias"), [(1.2, -0.4), (2.0, -1.5), (1.05, -0.01)])
def test_outputs(gain, bias):
    assert own_cost(gain, bias) == pytest.approx(stated("H1", s=gain, b=bias), rel=1e-12)
    assert interference(gain, bias) == pytest.approx(stated("H3", S=gain, b=bias), rel=1e-12)


def test_a_clear_code_at_its_gain_and_bias():
    for cosine in (0.05, 0.3, 0.7):
        gain = laws.clear_code_gain(cosine)
        assert gain == pytest.approx(stated("H5", c=cosine))
        assert own_cost(gain, -2.0 * cosine * gain) == pytest.approx(stated("H6", c=cosine))
        assert laws.clear_code_loss(cosine) == pytest.approx(stated("H6", c=cosine))
        assert interference(gain * cosine, -2.0 * cosine * gain) == pytest.approx(0.0, abs=1e-30)


def test_gaussian_interference_and_best_thresholds():
    for size in (0.3, 1.0, 2.5):
        assert gaussian_excess(size) == pytest.approx(stated("H9", h=size), rel=1e-12)
    for size in (1.0, 2.5):
        p = np.array([stated("H11", h=size)])
        assert best_thresholds(p)[0] == pytest.approx(size, rel=1e-5)


def test_features_under_a_ridge():
    assert laws.isolated_norm(0.2, 0.1) == pytest.approx(stated("H13", p=0.2, ridge=0.1))
    assert laws.isolated_norm(stated("H14", ridge=0.1), 0.1) == pytest.approx(0.25)
    assert laws.crowded_threshold(0.3, 0.1) == pytest.approx(stated("H15", c=0.3, ridge=0.1))


def test_a_wrong_formula_is_detected():
    assert not math.isclose(laws.clear_code_loss(0.3), stated("H6", c=0.31), rel_tol=1e-3)
    assert v in find_step("H1").rhs.atoms(sp.Symbol)
