"""What a fit wants its reader to know, and the answer where it cannot choose."""

from __future__ import annotations

import numpy as np

from superlaw.notices import Notice
from superlaw.validation.fitting.choice import POOREST, Weighed
from superlaw.validation.fitting.laws import Law
from superlaw.validation.fitting.noise import ENOUGH_SEEDS
from superlaw.validation.fitting.power_law_fit import UNDECIDED, PowerLawFit
from superlaw.validation.fitting.search import Window, trials

FLOOR_SHARE = 0.1
"""A floor is announced if it makes up this part of the last loss in the window."""
BETTER = 10.0
"""By how much the criterion of a law with a floor must be the lower one: odds of 150 to 1."""


def notices(found: Weighed, law: Law, model: str, fits: float | None) -> tuple[Notice, ...]:
    """Return the coded warnings of a fit."""
    notes = _of_extent(found, law.ends[1] - law.ends[0])
    share = _floor_share(found, law)
    if share > FLOOR_SHARE:
        text = f"a floor that is not fitted makes up {share:.0%} of the last loss used"
        notes.append(Notice("W-FLOOR", text))
    text = _bend(found, law, model, fits)
    if text:
        notes.append(Notice("W-CURVED", text))
    return (*notes, *found.curve.warnings)


def _of_extent(found: Weighed, span: float) -> list[Notice]:
    """Return what is said of a short window [ln t] and of few seeds."""
    decades, n_seeds, notes = span / np.log(10.0), len(found.curve.runs), []
    if decades < 1.0:
        notes.append(Notice("W-DECADES", f"the window spans {decades:.2f} decades"))
    if 1 < n_seeds < ENOUGH_SEEDS:
        notes.append(Notice("W-SEEDS", f"{n_seeds} seeds give a poor estimate of their spread"))
    return notes


def undecided(found: Weighed, span: Window | None) -> PowerLawFit:
    """Return the answer of a fit that does not choose."""
    data, noise = found.curve, found.noise
    first, last = span or (0, len(data.x) - 1)
    t0, t1 = (float(t) for t in np.exp(data.x[[first, last]]))
    rivals = found.rivals
    if rivals:
        said = ", ".join(f"{each.model} with {each.exponent:.3g}" for each in rivals)
        text = f"these laws describe the curve about as well: {said}"
    else:
        text = (
            "no law describes most of the fall, and the fall has no end in the curve or is less "
            "than half of the loss"
        )
    return PowerLawFit(
        exponent=None,
        total_error=None,
        standard_error={},
        model=UNDECIDED,
        window=(t0, t1),
        decades=float(np.log10(t1 / t0)),
        n_points=int(np.sum((data.times >= t0 * (1 - 1e-9)) & (data.times <= t1 * (1 + 1e-9)))),
        prefactor=None,
        floor=None,
        branches=None,
        corner=None,
        goodness=None,
        noise=float(np.median(noise.level)),
        correlation=noise.correlation,
        per_seed=np.zeros(0),
        local_slope=data.slope,
        candidates=found.candidates,
        warnings=(
            Notice("W-UNDECIDED", text),
            *_of_extent(found, float(np.log(t1 / t0))),
            *data.warnings,
        ),
    )


def _floor_share(found: Weighed, law: Law) -> float:
    """Return the part of the last loss that is floor, if one is there and was not fitted."""
    if law.shape.name != "straight":
        return 0.0
    data = found.curve
    both = trials(data.x, data.y, found.scale, ("straight", "offset"), [law.window])
    best = both[0]
    if best.shape.name == "straight" or both[1].criterion - best.criterion < BETTER:
        return 0.0
    if found.goodness(best) < POOREST:
        return 0.0
    return _share(found, best.exponents[0], law)


def _share(found: Weighed, alpha: float, law: Law) -> float:
    """Return the floor over the last loss of an offset law of given exponent."""
    data, (first, last) = found.curve, law.window
    x, y = data.x[first : last + 1], data.y[first : last + 1]
    columns = np.stack([np.exp(-alpha * (x - x[0]) - y), np.exp(-y)], axis=-1)
    _, floor = np.linalg.lstsq(columns, np.ones_like(x))[0]
    return float(floor * np.exp(-y[-1]))


def _bend(found: Weighed, law: Law, model: str, fits: float | None) -> str:
    """Return what is bent, or nothing."""
    if model == "broken":
        before, after = law.exponents
        return f"the slope changes from {before:.3g} to {after:.3g} at t = {law.corner:.3g}"
    if fits is not None and fits >= POOREST:
        return ""
    data, (start, end) = found.curve, law.window
    slope = np.gradient(found.noise.smooth, data.x)[start : end + 1]
    low, high = float(-slope.max()), float(-slope.min())
    return f"the local slope runs from {low:.3g} to {high:.3g} in the window"
