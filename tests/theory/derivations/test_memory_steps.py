"""The closure with memory: every sign in it is checked, and slopes are those of moments."""

import random

import numpy as np
import pytest
import sympy as sp

from superlaw.theory.derivations import derive
from superlaw.theory.proof import verification
from superlaw.theory.proof.verification import verify

STEPS = [f"R{number}" for number in range(30, 54)]
UNSEEN = {("R37", "R_b*X^c[i]"), ("R37", "{R_b}'*{X^c}'[i]")}
"""Screening of answers in what learned columns add to a row: limits that are checked have none."""


@pytest.fixture(autouse=True)
def numbers_decide(monkeypatch):
    """Skip the algebra: it tells a proof from a verification, and never fails a step."""
    monkeypatch.setattr(verification, "_is_identity", lambda check: False)


def _with_a_sign_changed(expression):
    """Yield (term, expression in which its sign is changed), for each term of each sum."""
    for n, term in enumerate(expression.args):
        if isinstance(expression, sp.Add):
            yield term, expression.func(*expression.args[:n], -term, *expression.args[n + 1 :])
        for inner, changed in _with_a_sign_changed(term):
            yield (
                inner,
                expression.func(*expression.args[:n], changed, *expression.args[n + 1 :]),
            )


def _fails(derivation, step_id):
    """Whether the step or one that follows from it fails."""
    touched = [derivation[step_id]]
    touched += [step for step in derivation.steps if step_id in step.follows]
    return any(verify(derivation, step).status == "failed" for step in touched)


def _survivors(changes):
    derivation = derive("superposed")
    return [
        (step_id, str(term).removeprefix("-"))
        for step_id, term, wrong in changes
        if not _fails(derivation.altered(step_id, wrong), step_id)
    ]


def _changes():
    derivation = derive("superposed")
    return [
        (step_id, term, wrong)
        for step_id in STEPS
        for term, wrong in _with_a_sign_changed(derivation[step_id].rhs)
    ]


def test_a_sign_is_checked():
    sample = random.Random(1).sample(_changes(), 10)
    assert set(_survivors(sample)) <= UNSEEN


@pytest.mark.slow
def test_every_sign_is_checked():
    survivors = _survivors(_changes())
    assert set(survivors) == UNSEEN
    assert len(survivors) == len(UNSEEN)


def _moments(S, beta):
    """Return m_1 and m_2 where an output is open, by sums over amplitudes."""
    v = (np.arange(400_000) + 0.5) / 200_000
    is_open = v * S + beta > 0
    return [np.mean(v**k * is_open) for k in (1, 2)]


@pytest.mark.parametrize(("S", "beta"), [(0.7, -0.3), (0.7, 0.2), (-0.5, 0.4)])
def test_slopes_of_a_drive_are_moments(S, beta):
    """Of R31, where an output closes above an amplitude too, by differences."""

    def drive(S, beta):
        m_1, m_2 = _moments(S, beta)
        return -(S * m_2 + beta * m_1)

    step = 0.01
    m_1, m_2 = _moments(S, beta)
    by_entry = (drive(S + step, beta) - drive(S - step, beta)) / (2 * step)
    by_bias = (drive(S, beta + step) - drive(S, beta - step)) / (2 * step)
    np.testing.assert_allclose([by_entry, by_bias], [-m_2, -m_1], rtol=2e-3)
