"""What training reaches by the budget closure, its measured band, and what to beware of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from superlaw.curves import Array
from superlaw.notices import Notice
from superlaw.solvers.width.budget import EVEN_BAND, OTHER_BAND, POWER_BAND, trained_budget
from superlaw.theory.laws.width import ignored_loss, isolated_norm
from superlaw.validation.width.represented import ROOM

CROWDED_EVEN, CROWDED_POWER = 4, 8
"""N/m from which on the narrow bands were measured."""
POWERS = (1.15, 2.05)
"""Exponents of the frequencies between which the band of power laws was measured."""


@dataclass(frozen=True)
class Prediction:
    """A predicted loss.

    Parameters
    ----------
    value : float
    band : (float, float)
        Within which trained losses were found.
    """

    value: float
    band: tuple[float, float]


def trained(p: Array, m: int, ridge: float, shown: int) -> Prediction | None:
    """Return the loss of a code of the `shown` first features, the others ignored.

    Features that do not interfere lose (4/3) p (1 − s)², s = 1 − 3λ/(16 p), to the ridge.
    """
    code = trained_budget(p[:shown], m) if shown > ROOM * m else 0.0
    if code is None:
        return None
    shrunk = sum(4.0 / 3.0 * q * (1.0 - isolated_norm(float(q), ridge)) ** 2 for q in p[:shown])
    others = p[shown:]
    value = code + (float(shrunk) if ridge else 0.0) + float(np.sum(ignored_loss(others)))
    part = OTHER_BAND if ridge else relative_band(p, m)
    return Prediction(value, (value / (1.0 + part), value * (1.0 + part)))


def relative_band(p: Array, m: int) -> float:
    """Return by which factor, less 1, trained losses may differ from the closure."""
    n = len(p)
    if p[0] == p[-1]:
        return EVEN_BAND if n >= CROWDED_EVEN * m else OTHER_BAND
    return POWER_BAND if n >= CROWDED_POWER * m and is_power_law(p) else OTHER_BAND


def is_power_law(p: Array) -> bool:
    """Whether ln p is a straight line in ln i of a slope within `POWERS`."""
    log_i, log_p = np.log(np.arange(1.0, len(p) + 1.0)), np.log(p)
    slope, start = np.polyfit(log_i, log_p, 1)
    is_straight = bool(np.max(np.abs(log_p - start - slope * log_i)) < 1e-6)
    return is_straight and POWERS[0] <= -slope <= POWERS[1]


def notices(
    p: Array, widths: tuple[int, ...], ridge: float, is_one: bool, lower: tuple[float | None, ...]
) -> tuple[Notice, ...]:
    """Return what a reader of bounds and predictions should know."""
    found = []
    if not is_one:
        found.append(
            Notice(
                "W-BOUND",
                "independent features: `random` is a closure within 2 % and no bound; no lower "
                "bound and no theory of trained loss is known",
            )
        )
        return tuple(found)
    bands = sorted({OTHER_BAND if ridge else relative_band(p, m) for m in widths})
    said = " to ".join(f"{100 * band:.0f} %" for band in bands)
    message = f"`predicted` is a closure, within {said} of what was trained (`band`)"
    found.append(Notice("W-CLOSURE", message))
    if bands[-1] == OTHER_BAND:
        where = "widths near N/2, ridge, or frequencies that are no power law from i^-1.2 to i^-2"
        found.append(Notice("W-UNVALIDATED", f"the wide band is a guess beyond few runs: {where}"))
    if p[0] != p[-1]:
        found.append(Notice("W-BOUND", "no lower bound: it is known for even frequencies only"))
    elif None in lower:
        found.append(Notice("W-BOUND", "a lower bound is left out: its certificate failed"))
    if ridge:
        found.append(Notice("W-BOUND", "with a ridge trained losses may be above `random`"))
    return tuple(found)


def notices_of_training(decay: float) -> tuple[Notice, ...]:
    """Return what a reader of trained losses should know."""
    if decay == 0.0:
        return ()
    message = (
        "trained with weight decay, which no bound and no prediction here knows of; what it ends "
        "in depends on the start"
    )
    return (Notice("W-UNVALIDATED", message),)
