"""A row's own problem: its gain at a threshold, and what the threshold costs and keeps out."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from superlaw.theory.proof.calculus import one_term
from superlaw.theory.proof.checks import Check, Equal, Tends
from superlaw.theory.proof.derivation import Step
from superlaw.theory.symbols import (
    A_ji,
    S_ji,
    a_i,
    beta_j,
    h,
    k,
    m_plus_0,
    m_plus_1,
    m_plus_2,
    p_i,
    s_i,
    sigma,
    theta,
    v,
    v_0,
    zeta,
)

_MOMENTS = (m_plus_0, m_plus_1, m_plus_2)
_psi = sp.Function("psi")(h)
_pulse = sp.exp(-(h**2) / 2) / sp.sqrt(2 * sp.pi)
_overlap = sp.Symbol("g", positive=True)
_LEARNABLE = (sp.Lt(zeta, 1),)
_FAR = tuple({h: distance} for distance in (8, 24, 72))
_SMALL = tuple({zeta: sp.Rational(1, 10**n), a_i: 1, p_i: 1} for n in (2, 3, 4))


def _own(expression: sp.Expr, gain: sp.Expr, moment: Step) -> sp.Expr:
    """Write an expression of the entry out for the row's own feature, opening at v = 2ζ."""
    known = {symbol: moment.rhs.subs(k, order) for order, symbol in enumerate(_MOMENTS)}
    own = {S_ji: gain, A_ji: a_i, beta_j: -2 * zeta * gain, v_0: 2 * zeta}
    return one_term(expression).subs(known).subs(own)


def _gain(step: Step, opening: Step, moment: Step, drive: Step) -> Iterator[Check]:
    """Solve for the only gain at which the own drive vanishes."""
    gain = sp.Symbol("gain", positive=True)
    opened = opening.rhs.subs({beta_j: -2 * zeta * gain, S_ji: gain})
    yield Equal(opened, 2 * zeta)
    (at_rest,) = sp.solve(_own(drive.rhs, gain, moment), gain)
    yield Equal(at_rest, step.rhs)


def _threshold(step: Step, gain: Step) -> Iterator[Check]:
    yield Equal(2 * zeta * gain.rhs, step.rhs)


def _cost(step: Step, loss: Step, gain: Step) -> Iterator[Check]:
    written = loss.rhs.doit().subs({A_ji: a_i, beta_j: -2 * zeta * S_ji, v_0: 2 * zeta})
    yield Equal(written.subs(S_ji, gain.rhs), step.rhs)


def _small(step: Step, threshold: Step, cost: Step) -> Iterator[Check]:
    yield Tends(cost.rhs, step.rhs.subs(theta, threshold.rhs), _SMALL)


def _marginal(
    step: Step, moment: Step, bias: Step, gain: Step, threshold: Step, cost: Step
) -> Iterator[Check]:
    """Along the gains at rest the cost changes as at a fixed gain."""
    along = sp.diff(cost.rhs, zeta) / sp.diff(threshold.rhs, zeta)
    yield Equal(along, step.rhs)
    yield Equal(_own(bias.rhs, gain.rhs, moment), step.rhs)


def _overgained(step: Step, loss: Step) -> Iterator[Check]:
    own = {A_ji: 0, S_ji: s_i, beta_j: -2 * zeta * s_i, v_0: 2 * zeta}
    yield Equal(loss.rhs.doit().subs(own), step.rhs)


def _let_through(step: Step, loss: Step) -> Iterator[Check]:
    """Average the loss of an entry over Gaussian overlaps g, then over amplitudes."""
    passed = (v * _overlap - 2 * h) ** 2 * sp.exp(-(_overlap**2) / 2) / sp.sqrt(2 * sp.pi)
    inner = sp.integrate(sp.expand(passed), (_overlap, 2 * h / v, sp.oo)).rewrite(sp.erfc)
    entry = loss.rhs.subs({A_ji: 0, p_i: 1, v_0: 2 * h / _overlap, S_ji: _overlap, beta_j: -2 * h})
    shown = sp.Integral((v * _overlap - 2 * h) ** 2, (v, 2 * h / _overlap, 2)) / 4
    yield Equal(entry.doit(), shown.doit())
    yield Equal(sp.Integral(inner / 2, (v, 0, 2)), step.rhs, instance=True)


def _tail(step: Step, passed: Step) -> Iterator[Check]:
    yield Tends(passed.rhs, step.rhs, _FAR)


def _loss_at_threshold(step: Step, cost: Step) -> Iterator[Check]:
    passed = sp.Symbol("passed", positive=True)
    both = cost.rhs.subs(theta, 2 * sigma * h) + sigma**2 * passed / 2
    yield Equal(both, step.rhs.subs(_psi, passed))


def _at_rest(step: Step, passed: Step, loss: Step) -> Iterator[Check]:
    """Solve for the frequency at which the slope vanishes; follow it as the threshold grows."""
    slope = sp.diff(loss.rhs, h).subs(sp.diff(_psi, h), sp.diff(passed.rhs, h))
    (frequency,) = sp.solve(slope, p_i)
    yield Tends(frequency, step.rhs, _FAR)


STEPS = (
    Step(
        "U10",
        "Gain at a threshold",
        s_i,
        2 * a_i * (1 + zeta + zeta**2) / ((1 - zeta) * (2 + zeta)),
        "identity",
        r"Where the own drive vanishes, with $\zeta = \theta/(2 s)$ the share of amplitudes that "
        r"the threshold silences; $s - a \approx 3\theta/4$ while it is small.",
        follows=("R2", "R3", "R4"),
        by=_gain,
        hypotheses=_LEARNABLE,
    ),
    Step(
        "U11",
        "Threshold at that gain",
        theta,
        4 * a_i * zeta * (1 + zeta + zeta**2) / ((1 - zeta) * (2 + zeta)),
        "substitution",
        "As far out as wanted: the gain grows with it.",
        follows=("U10",),
        by=_threshold,
        hypotheses=_LEARNABLE,
    ),
    Step(
        "U12",
        "Own loss at a threshold",
        sp.Symbol("L_ii"),
        sp.Rational(2, 3)
        * p_i
        * a_i**2
        * zeta**2
        * (3 + 4 * zeta + 4 * zeta**2 - 2 * zeta**3)
        / (2 + zeta) ** 2,
        "substitution",
        r"At $\zeta = 1$ it is $2 p a^2/3$, the loss of a feature that is ignored.",
        follows=("R1", "U10"),
        by=_cost,
        hypotheses=_LEARNABLE,
    ),
    Step(
        "U13",
        "Own loss at a small threshold",
        sp.Symbol("L_ii"),
        p_i * theta**2 / 8,
        "asymptotics",
        r"The variance of the amplitude: $\mathrm{E}(v(s - a) + \beta)^2$ at the best gain. The "
        r"next order takes $4 \theta/(3 a)$ of it away.",
        follows=("U11", "U12"),
        by=_small,
    ),
    Step(
        "U14",
        "Pull of a row on its threshold",
        sp.Symbol(r"\partial L_{ii}/\partial\theta"),
        p_i * a_i * zeta * (1 - zeta) ** 2 / (2 + zeta),
        "identity",
        r"$p \theta/4$ while it is small; largest near $\zeta = 0.3$. A row whose interference "
        "pulls harder loses its feature.",
        follows=("R3", "R5", "U10", "U11", "U12"),
        by=_marginal,
        hypotheses=_LEARNABLE,
    ),
    Step(
        "U15",
        "Own loss of a row that is not learned yet",
        sp.Symbol("L_ii"),
        sp.Rational(2, 3) * p_i * s_i**2 * (1 - zeta) ** 3,
        "substitution",
        r"Target far below the gain, $b > 0$ and $i$ large: the columns start at norm 1, and it is "
        "their thresholds and the loss of norm by repulsion that cut this, long before their own "
        "drive does.",
        follows=("R1",),
        by=_overgained,
        hypotheses=_LEARNABLE,
    ),
    Step(
        "U16",
        "Interference that passes a threshold",
        _psi,
        (sp.Rational(4, 3) + 4 * h**2) * sp.erfc(h / sp.sqrt(2)) / 2
        - sp.Rational(8, 3) * h * _pulse
        - 2 * h**3 * sp.expint(1, h**2 / 2) / (3 * sp.sqrt(2 * sp.pi)),
        "integration",
        r"$\psi(h) = \mathrm{E}(v g - 2h)_+^2$ over Gaussian overlaps $g$ that repulsion has not "
        r"touched; $\psi(0) = 2/3$.",
        follows=("R1",),
        by=_let_through,
    ),
    Step(
        "U17",
        "Its tail",
        _psi,
        8 * _pulse / h**5,
        "asymptotics",
        "Twice the power of a Gaussian tail: only amplitudes near 2 come through.",
        follows=("U16",),
        by=_tail,
    ),
    Step(
        "U18",
        "Loss of a row at its threshold",
        sp.Symbol("L_i"),
        sigma**2 / 2 * (p_i * h**2 + _psi),
        "substitution",
        r"Own loss and interference of random columns, $\theta = 2 \sigma h$ with "
        r"$\sigma^2 = 1/K$: some feature is always active, so that interference does not know "
        "the row's frequency.",
        follows=("U13",),
        by=_loss_at_threshold,
    ),
    Step(
        "U19",
        "Frequency at which a threshold is at rest",
        p_i,
        4 * _pulse / h**5,
        "asymptotics",
        r"For columns that do not move: $h^2 \approx 2 \log(1/p)$. Repulsion lowers the thresholds "
        "that are needed.",
        follows=("U16", "U18"),
        by=_at_rest,
    ),
)
