"""Trained losses of a width law: several starts at each width, kept as they finish."""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np

from superlaw import resume
from superlaw.arguments import LONGEST_RUN, lasting
from superlaw.curves import Array
from superlaw.progress import WorkBar
from superlaw.solvers.width.random_codes import RandomCode, random_code
from superlaw.validation.training.codes import trained_loss

PER_PAIR, PER_STEP = 4e-10, 2e-4
"""Seconds of a step for each n² m, and at least [measured, n = 1000, m = 25 and 100, one core]."""


@dataclass(frozen=True)
class Plan:
    """How much is trained.

    Parameters
    ----------
    starts, steps, entropy : int
    """

    starts: int
    steps: int
    entropy: int


def checked_plan(
    plan: Plan, n: int, widths: tuple[int, ...], path: str | os.PathLike[str] | None
) -> resume.Place | None:
    """Return where finished starts are kept, or refuse what would take too long."""
    seconds = sum(PER_PAIR * float(n) ** 2 * m + PER_STEP for m in widths)
    work = seconds * plan.starts * plan.steps
    lasting("steps", plan.steps, work, "Give fewer widths, starts or steps.", LONGEST_RUN)
    return resume.place(path, None)


def losses(
    p: Array, widths: tuple[int, ...], plan: Plan, place: resume.Place | None, progress: bool
) -> Array:
    """Return the loss of every start, shape (widths, starts)."""
    found = np.full((len(widths), plan.starts), np.nan)
    key = resume.fingerprint(p, widths, plan)

    def restore(arrays: resume.Arrays) -> None:
        found[:] = arrays["losses"]

    work = float(found.size * plan.steps)
    with (
        resume.kept(place, key, lambda: {"losses": found}, restore) as save_when_due,
        WorkBar(progress, work) as bar,
    ):
        for row, m in enumerate(widths):
            code = random_code(p, m)
            for start in range(plan.starts):
                if np.isnan(found[row, start]):
                    columns = _columns(code, m, np.random.SeedSequence((plan.entropy, m, start)))
                    found[row, start] = trained_loss(
                        p,
                        columns,
                        code.biases,
                        steps=plan.steps,
                        on_step=lambda: bar.move(1.0),
                    )
                    save_when_due()
    return found


def standard_errors(found: Array) -> Array:
    """Return the standard error of the mean over starts at each width, 0 for a single start."""
    n = found.shape[1]
    return np.asarray(found.std(axis=1, ddof=1) / np.sqrt(n) if n > 1 else 0.0 * found[:, 0])


def _columns(code: RandomCode, m: int, seed: np.random.SeedSequence) -> Array:
    """Return random directions with the norms of a random code."""
    W = np.random.default_rng(seed).standard_normal((len(code.norms), m))
    return np.asarray(W * (code.norms / np.linalg.norm(W, axis=1))[:, None])
