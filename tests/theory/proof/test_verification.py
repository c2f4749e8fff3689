import pytest
import sympy as sp

from superlaw.theory.proof.checks import Equal, Sampled, Tends
from superlaw.theory.proof.derivation import Graph, Step
from superlaw.theory.proof.verification import verify
from superlaw.theory.symbols import t


def _toy(rhs, *checks, hypotheses=()):
    step = Step("X1", "toy", t, rhs, "identity", "", by=lambda *_: checks, hypotheses=hypotheses)
    return verify(Graph("toy", "", "", (step,)), step)


def test_status_proved_needs_algebra_and_numbers():
    assert _toy(t, Equal((t + 1) ** 2, t**2 + 2 * t + 1)).status == "proved"
    assert _toy(t, Equal((t + 1) ** 2, t**2 + 2 * t + 1, instance=True)).status == "verified"


def test_status_failed_on_an_error_in_the_26th_digit():
    wrong = t * (1 + sp.Rational(1, 10**20))
    assert _toy(t, Equal(t, wrong)).status == "failed"


def test_limits_must_come_nearer():
    points = tuple({t: 10**k} for k in range(1, 4))
    assert _toy(t, Tends(t + 1, t, points)).status == "verified"
    assert _toy(t, Tends(2 * t, t, points)).status == "failed"


def test_hypotheses_are_respected_and_must_be_possible():
    absolute = Equal(abs(sp.Symbol("y", real=True)), sp.Symbol("y", real=True))
    inside = (sp.Gt(sp.Symbol("y", real=True), 0),)
    assert _toy(t, absolute, hypotheses=inside).status != "failed"
    assert _toy(t, absolute).status == "failed"
    impossible = _toy(t, Equal(t, t), hypotheses=(sp.Lt(t, 0),))
    assert impossible.status == "failed"
    assert "no random point" in impossible.reason


@pytest.mark.parametrize("value", [sp.nan, sp.oo, -sp.oo, sp.zoo, sp.oo * t, t + sp.zoo])
def test_what_is_not_finite_fails_on_both_sides_alike(value):
    assert _toy(t, Equal(value, value)).status == "failed"
    assert _toy(t, Tends(value, value, ({t: 1}, {t: 2}))).status == "failed"
    assert _toy(value, Equal(t, t)).status == "failed"
    given = Step("X1", "toy", t, value, "definition", "")
    assert verify(Graph("toy", "", "", (given,)), given).status == "failed"


def test_infinite_limits_of_sums_and_integrals_are_finite():
    n = sp.Symbol("n", integer=True)
    assert _toy(sp.Integral(sp.exp(-t), (t, 0, sp.oo)), Equal(t, t)).status == "proved"
    assert _toy(sp.Sum(t**n, (n, 0, sp.oo)), Equal(t, t)).status == "proved"


def test_a_mean_that_is_not_a_number_fails():
    pairs = iter([(1.5, 1.0), (1.1, 1.0), (float("nan"), 1.0)])
    assert _toy(t, Sampled(lambda *_: next(pairs), (1, 2, 3))).status == "failed"
    constant = iter([(1.5, 1.0), (1.1, 1.0), (1.01, 1.0)])
    assert _toy(t, Sampled(lambda *_: next(constant), (1, 2, 3))).status == "verified"


def test_a_step_that_cannot_be_checked_fails_with_its_reason():
    def broken(*_):
        raise TypeError("no such thing\nat all")

    step = Step("X1", "toy", t, t, "identity", "", by=broken)
    verdict = verify(Graph("toy", "", "", (step,)), step)
    assert verdict.status == "failed"
    assert verdict.reason == "cannot be checked, TypeError: no such thing"
    assert _toy(t).reason == "it has no checks"
