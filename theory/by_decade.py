"""Exponents where frequencies are measured: the local slope of each decade, and the front."""

from __future__ import annotations

from dataclasses import replace

from superlaw.setting.case import Case
from superlaw.setting.optimizer import SGD
from superlaw.theory.answer import Exponent, answer
from superlaw.theory.laws import local, superposed
from superlaw.theory.laws.local import Decade, Loss

_TEXT = (
    "Measured frequencies follow no law, so there is no one exponent: the slope of each decade is "
    "that of the sum over features."
)
_PUSHED = (
    "Superposed: slopes of the cross-talk theory, in which all features are pushed together; the "
    "front counts those that their own rate has learned. Interference, which that theory leaves "
    "out, makes the loss flatter and later: sl.solve has it."
)


def sequential(studied: Case) -> Exponent:
    """Return the slopes of modes that are learned one after another (S9)."""
    modes = superposed.rates(studied.task)
    return _answer(studied, local.exponentials(modes), local.learning_times(modes), "S9")


def coupled(studied: Case) -> Exponent:
    """Return the slopes of modes that the mean of the inputs couples (M6)."""
    modes, law = superposed.rates(studied.task), studied.task.law
    loss = local.coupled(modes, (law.moment(1) / law.moment(2)) ** 2)
    return _answer(studied, loss, local.learning_times(modes), "M6")


def mean_sgd(studied: Case) -> Exponent:
    """Return the slopes of the mean loss of SGD, one active feature (N1)."""
    optimizer, law = studied.optimizer, studied.task.law
    assert isinstance(optimizer, SGD)  # by the row's dynamics
    modes, fourth = superposed.rates(studied.task), law.moment(4) / law.moment(2)
    loss, rates = local.mean_sgd(modes, optimizer.lr, optimizer.batch, fourth)
    return _answer(studied, loss, local.learning_times(rates), "N1")


def two_layer(studied: Case) -> Exponent:
    """Return the slopes of two balanced diagonal layers (T2)."""
    modes, size = superposed.rates(studied.task), float(studied.student.init or 0.0)
    is_flat = studied.student.init_profile == "flat"
    starts = [size if is_flat else size * a for _, a, _ in modes]
    loss, learned = local.logistics(modes, starts), local.logistic_times(modes, starts)
    return _answer(studied, loss, learned, "T2")


def crossover(studied: Case) -> Exponent:
    """Return the slopes of the cross-talk theory (X3), and when they pass 1."""
    task, width = studied.task, studied.student.width or 0
    modes = superposed.rates(task)

    def loss(t: float) -> float:
        return superposed.cross_talk_loss(t, modes, width)[0]

    found = _answer(studied, loss, local.learning_times(modes), "X3")
    return replace(
        found,
        explanation=_PUSHED,
        unit_slope=superposed.unit_slope_time(task, width),
        assumptions=("W random unit columns", "a bias is trained"),
    )


def _answer(
    studied: Case, loss: Loss, learned: list[tuple[float, float]], equation: str
) -> Exponent:
    found: tuple[Decade, ...] = local.decades(loss, learned)
    none = answer(studied.task, None, "local", equation, "none")
    return replace(none, explanation=_TEXT, decades=found)
