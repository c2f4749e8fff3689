"""Negative controls: a step with a wrong right side fails, or one that follows from it does."""

import random

import pytest
import sympy as sp

from superlaw.theory.derivations import NAMES, derive, find_step
from superlaw.theory.proof import verification
from superlaw.theory.proof.verification import verify
from superlaw.theory.symbols import a

SYMMETRIC = {
    "S2: -1/i**b": "the loss is even in the teacher",
    "M1: -m_1*p_i": "the means enter through μμᵀ only",
}
"""Perturbations that change nothing the theory speaks of, and why."""

UNDECIDED = {"R29"}
"""Closures from which no checked step follows: test_composition compares R29 with what reports
call, the validation run with direct integration."""


@pytest.fixture(autouse=True)
def numbers_decide(monkeypatch):
    """Skip the algebra: it tells a proof from a verification, and never fails a step."""
    monkeypatch.setattr(verification, "_is_identity", lambda check: False)


CONSTANTS = (sp.Integer(0), sp.Rational(7, 5))
NOT_FINITE = (sp.nan, sp.oo, -sp.oo, sp.zoo)


def _perturbed(rhs):
    """Return wrong right sides: constants, a factor 2, a sign, a shifted exponent."""
    yield from (constant for constant in CONSTANTS if constant != rhs)
    yield from _distorted(rhs)


def _distorted(rhs):
    if isinstance(rhs, (sp.Sum, sp.Integral)):
        for inside in _distorted(rhs.function):
            yield rhs.func(inside, *rhs.limits)
        return
    yield 2 * rhs
    yield -rhs
    if not isinstance(rhs, sp.MatrixExpr) and rhs.has(a):
        yield rhs.subs(a, a + sp.Rational(1, 7))


def _detected(derivation, step):
    """Whether the step or one that follows from it fails."""
    touched = {step.id}
    for later in derivation.steps:
        if later.id == step.id or touched & set(later.follows):
            touched.add(later.id)
            if verify(derivation, later).status == "failed":
                return True
    return False


def _mutants(derivation):
    """Return every step that algebra decides on, with each of its wrong right sides."""
    return [
        (step, wrong)
        for step in derivation.steps
        if step.id not in UNDECIDED
        for wrong in _perturbed(step.rhs)
        if f"{step.id}: {wrong}" not in SYMMETRIC
    ]


def _survivors(derivation, mutants):
    return [
        f"{step.id}: {wrong}"
        for step, wrong in mutants
        if not _detected(derivation.altered(step.id, wrong), step)
    ]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_every_perturbed_step_is_detected(name):
    derivation = derive(name)
    assert _survivors(derivation, _mutants(derivation)) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_perturbed_step_is_detected(name):
    derivation = derive(name)
    mutants = _mutants(derivation)
    assert _survivors(derivation, random.Random(name).sample(mutants, len(mutants) // 40)) == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", NOT_FINITE)
def test_every_step_that_is_not_finite_fails(name, value):
    """The given ones too, and not because of an error."""
    derivation = derive(name)
    for step in derivation.steps:
        altered = derivation.altered(step.id, value)
        verdict = verify(altered, altered[step.id])
        assert (verdict.status, verdict.reason) == ("failed", "one of its sides is not finite")


@pytest.mark.slow
@pytest.mark.parametrize("perturbation", sorted(SYMMETRIC))
def test_perturbations_without_effect_are_still_without(perturbation):
    step = find_step(perturbation.split(":")[0])
    derivation = next(derive(name) for name in NAMES if step in derive(name).steps)
    wrong = {f"{step.id}: {rhs}": rhs for rhs in _perturbed(step.rhs)}
    assert not _detected(derivation.altered(step.id, wrong[perturbation]), step)


def test_only_closures_escape_the_perturbations():
    assert {find_step(step_id).rule for step_id in UNDECIDED} == {"closure"}
