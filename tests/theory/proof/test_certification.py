"""Steps are certified where balls hold what is claimed, and refuted where they do not meet."""

import sys

import mpmath
import pytest
import sympy as sp

from superlaw.cli import main
from superlaw.theory.derivations import derive
from superlaw.theory.proof.certification import certify
from superlaw.theory.proof.checks import Equal, Sampled, Tends
from superlaw.theory.proof.derivation import Graph, Step
from superlaw.theory.proof.enclosures import NotEnclosed, enclosure
from superlaw.theory.proof.ledger import Verdict
from superlaw.theory.symbols import i, t
from superlaw.validation.sweeps import ledgers

flint = pytest.importorskip("flint")
VERIFIED = Verdict("X1", "verified", 20, 0.0)
THIRD = sp.Rational(1, 3)


def _certified(*checks, verdict=VERIFIED):
    step = Step("X1", "toy", t, t, "identity", "", by=lambda *_: checks)
    return certify(Graph("toy", "", "", (step,)), step, verdict)


def test_an_equation_that_holds_is_certified_with_a_bound():
    found = _certified(Equal(sp.exp(t) ** 2, sp.exp(2 * t), instance=True))
    assert found.status == "certified" and 0.0 < found.deviation < 1e-50
    assert _certified(Equal((t + 1) ** 2, t**2 + 2 * t + 1)).status == "certified"
    assert _certified(Equal(t - t, sp.S.Zero)).deviation == 0.0


def test_an_error_that_thirty_digits_do_not_see_is_refuted():
    wrong = sp.exp(t) * (1 + sp.Rational(1, 10**45))
    found = _certified(Equal(sp.exp(t), wrong, instance=True))
    assert (found.status, found.reason[:40]) == (
        "failed",
        "check 1: the two sides differ for sure a",
    )


def test_precision_is_raised_until_the_bound_is_small():
    lost = 10**80 * ((t + 1) ** 2 - t**2 - 2 * t - 1)
    assert _certified(Equal(t + lost, t, instance=True)).deviation < 1e-25


def test_limits_are_certified_to_approach_however_small_their_sides():
    points = tuple({t: 10**k} for k in range(1, 5))
    found = _certified(Tends((t + 1) * sp.exp(-t), t * sp.exp(-t), points))
    assert found.status == "certified"
    assert 1e-4 * 0.99 < found.deviation < 1e-4 * 1.15
    assert "told apart" in _certified(Tends(2 * t, t, points)).reason
    assert "told apart" in _certified(Tends(t + 1, t, points[:1])).reason


def test_what_has_no_enclosure_stays_verified_and_says_why():
    for check, why in (
        (Sampled(lambda *_: (1.0, 1.0), (1, 2)), "a mean over random matrices"),
        (Equal(sp.Integral(sp.exp(-i), (i, 0, sp.oo)), sp.S.One), "an integral without end"),
        (Equal(sp.zeta(t + 2), sp.zeta(t + 2)), "no enclosure of zeta here"),
        (Equal(sp.Integral(abs(i - t), (i, 0, 9)), t), "no enclosure of Abs here"),
    ):
        found = _certified(Equal(t, t), check)
        assert (found.status, found.reason) == ("verified", f"not certified: check 2: {why}")


def test_other_verdicts_come_back_as_they_are():
    for status in ("proved", "assumed", "failed"):
        verdict = Verdict("X1", status, 3, 0.5)
        assert _certified(Equal(t, 2 * t), verdict=verdict) is verdict


@pytest.mark.parametrize(
    "expression",
    [
        sp.pi * sp.E + sp.sqrt(t) - t ** sp.Rational(-7, 5) + t**-3,
        sp.sin(t) * sp.cos(t) + sp.log(t),
        sp.erf(t) / sp.erfc(t),
        sp.gamma(t) + sp.lowergamma(THIRD, t) / sp.uppergamma(THIRD, t),
        sp.expint(2, t) + sp.polylog(3, t / 4),
        sp.hyper([THIRD, 1], [t], THIRD) + abs(t - 5),
        sp.Sum(i**2 * t, (i, 2, 7)),
        sp.Integral(sp.sqrt(i) * sp.log(i + t), (i, 1, 3)),
        sp.Integral(sp.exp(-i * t) / (1 + i), (i, 0, 2)) ** 2,
    ],
)
def test_balls_hold_the_values_of_an_independent_code(expression):
    at = sp.Rational(7, 5)
    value = sp.N(expression.subs(t, at), 40)
    with flint.ctx.workprec(200), mpmath.workdps(40):
        ball = enclosure(expression, {t: flint.acb(flint.fmpq(7, 5))})
        gap = ball - flint.acb(flint.arb(str(value)))
        assert gap.abs_upper() < 1e-28 and ball.rel_accuracy_bits() > 100


def test_an_integral_over_a_pole_has_no_finite_ball():
    with flint.ctx.workprec(100), pytest.raises(NotEnclosed, match="do not settle"):
        enclosure(sp.Integral(1 / (i - t), (i, 0, 3)), {t: flint.acb(1)})


@pytest.mark.slow
def test_the_command_certifies_says_what_it_cannot_and_keeps_verdicts(
    capsys, tmp_path, monkeypatch
):
    command = ["derive", "column", "--check", "--certify", "--runs", str(tmp_path)]
    assert main(command) == 0
    text = capsys.readouterr().out
    assert "X18   certified" in text and "not certified: check 2: a mean" in text
    monkeypatch.setattr(ledgers, "certify", lambda *_: pytest.fail("certified again"))
    assert main(command) == 0
    assert capsys.readouterr().out == text
    rows = {row.id: row.status for row in derive("column").verify().rows}
    assert (rows["X18"], rows["X19"]) == ("verified", "verified")  # only where it is asked for
    assert main(["derive", "frames", "--certify"]) == 2
    assert "certify must be given with --check" in capsys.readouterr().err


def test_without_the_package_one_line_names_the_extra(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "flint", None)
    assert main(["derive", "frames", "--check", "--certify"]) == 2
    assert "needs python-flint; got none. pip install 'superlaw[proof]'" in capsys.readouterr().err
