"""What solvers and laws compute is what the derivation states, at random points."""

import math

import numpy as np
import pytest
import sympy as sp

from superlaw.solvers.width.budget import budget_of
from superlaw.solvers.width.cosines import excess
from superlaw.solvers.width.outputs import interference, own_cost
from superlaw.solvers.width.random_codes import best_thresholds, gaussian_excess
from superlaw.theory.derivations import find_step
from superlaw.theory.laws import width as laws
from superlaw.theory.symbols import K, N, a, b_j, c, h, p_i, p_j, ridge, s, v

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


def test_exponents_and_the_best_width():
    named = {str(x): x for step in ("H31", "H32", "H34") for x in find_step(step).rhs.free_symbols}
    known = {"alpha": 0.6, "chi": 1.5, "F": 2.0, "G": 3.0, "C": 1e4}
    values = {named[name]: x for name, x in known.items()}
    assert laws.best_width(1e4, 0.6, 2.0, 1.5, 3.0) == pytest.approx(
        float(find_step("H32").rhs.subs(values))
    )
    low, high = laws.exponent_range(1.7)
    steps = [float(find_step(name).rhs.subs({a: 1.7})) for name in ("H28", "H30")]
    assert [low, high] == pytest.approx(steps)
    assert laws.ignored_loss(0.2) == pytest.approx(float(find_step("H23").rhs.subs({p_i: 0.2})))


def test_budget_and_finite_width():
    pairs = find_step("H20").rhs.subs({N: 300, K: 20})
    assert budget_of(300, 20) == pytest.approx(float(pairs))
    beta = 10.0 * excess(2.0 * 1.3 / math.sqrt(10.0), 10)
    assert beta == pytest.approx(
        float(find_step("H16").rhs.subs({K: 10, h: 1.3}).evalf()), rel=1e-9
    )


def test_a_wrong_formula_is_detected():
    assert not math.isclose(laws.clear_code_loss(0.3), stated("H6", c=0.31), rel_tol=1e-3)
    assert v in find_step("H1").rhs.atoms(sp.Symbol)
