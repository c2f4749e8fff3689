"""Trained losses of a width law: several starts at each width, kept as they finish."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import numpy as np

from superlaw import resume
from superlaw.arguments import LONGEST_RUN, finite, flag, lasting, not_negative, refuse, whole
from superlaw.curves import Array
from superlaw.progress import WorkBar
from superlaw.solvers.width.coactive_codes import coactive_random_code
from superlaw.solvers.width.random_codes import random_code
from superlaw.validation.training.codes import trained_code
from superlaw.validation.training.recipe import Recipe
from superlaw.validation.width import starts

PER_PAIR, PER_STEP = 4e-10, 2e-4
"""Seconds of a step for each n² m, and at least [measured, n = 1000, m = 25 and 100, one core]."""
PER_OUTPUT, PER_PRODUCT = 2e-9, 5e-11
"""The same for each sample and output, and times m [n = 1000, m = 10 and 100]."""
BATCH, SAMPLED_STEPS = 1024, 4000
LARGEST_DECAY = 2.0


@dataclass(frozen=True)
class Plan:
    """How much is trained, and how.

    Parameters
    ----------
    starts, steps, entropy : int
    decay, ridge : float
        Decoupled decay γ of AdamW; λ of a cost ½λ Σ|w|².
    batch : int or None
        Samples of independent features; None is one active feature, exactly.
    """

    starts: int
    steps: int
    entropy: int
    decay: float = 0.0
    ridge: float = 0.0
    batch: int | None = None

    @property
    def recipe(self) -> Recipe:
        """How each start is trained."""
        if self.batch is not None:
            return starts.sampled_recipe(self.steps, self.batch, self.decay)
        return Recipe(self.steps, decay=self.decay, ridge=self.ridge)

    def seconds(self, n: int, m: int) -> float:
        """Return about how long one step takes."""
        if self.batch is not None:
            return PER_STEP + self.batch * n * (PER_OUTPUT + PER_PRODUCT * m)
        return PER_STEP + PER_PAIR * float(n) ** 2 * m


@dataclass(frozen=True)
class Trained:
    """What every start ended in, shape (widths, starts).

    Parameters
    ----------
    loss, error, represented, energy : ndarray
        Loss, its sampling error (0 where it is exact), features with a norm above ½, and the loss
        with the cost of norms: the best start has the least.
    """

    loss: Array
    error: Array
    represented: Array
    energy: Array

    @property
    def best(self) -> Array:
        """Loss of the best start at each width."""
        return self._of_best(self.loss)

    @property
    def shown(self) -> tuple[int, ...]:
        """Features that the best start represents."""
        return tuple(map(int, self._of_best(self.represented)))

    def _of_best(self, values: Array) -> Array:
        return np.asarray(values[np.arange(len(values)), self.energy.argmin(axis=1)])

    @property
    def standard_error(self) -> Array:
        """Standard error of the mean over starts, 0 for a single one, and of the samples."""
        n = self.loss.shape[1]
        spread = self.loss.std(axis=1, ddof=1) / np.sqrt(n) if n > 1 else 0.0 * self.loss[:, 0]
        return np.asarray(np.hypot(spread, self.error.max(axis=1)))


def plan_of(train: bool, is_one: bool, ridge: float, given: dict[str, Any]) -> Plan | None:
    """Return how much is trained, with every choice made; refuse what has no effect.

    Parameters
    ----------
    train, is_one : bool
    ridge : float
    given : dict
        starts, steps, entropy, weight_decay, batch and resume, each None if left out.
    """
    flag("train", train)
    if ridge and not is_one:
        refuse("ridge", "0 with independent features", ridge, "Nothing is known of it there.")
    for name, value in given.items():
        if value is not None and not train:
            refuse(name, "left out without train", value, "Nothing is trained: add train.")
    if not train:
        return None
    batch = given["batch"]
    if is_one and batch is not None:
        refuse("batch", "left out where one feature is active", batch, "Gradients are exact.")
    default = 2500 if is_one else SAMPLED_STEPS
    chosen = {key: value for key, value in given.items() if value is not None}
    return Plan(
        whole("starts", chosen.get("starts", 4), "Give a number of starts, e.g. 4."),
        whole("steps", chosen.get("steps", default), "Give a number of steps, e.g. 2500."),
        whole("entropy", chosen.get("entropy", 0), "Give a whole number.", minimum=0),
        _decay(chosen.get("weight_decay", 0.0)),
        not_negative("ridge", ridge, "Give λ, e.g. 0.01, or leave it out."),
        None if is_one else whole("batch", BATCH if batch is None else batch, "Give samples."),
    )


def _decay(value: float) -> float:
    remedy = "Give γ, e.g. 0.5; below 0 norms are pulled to 1."
    gamma = finite("weight_decay", value, remedy)
    if not -LARGEST_DECAY < gamma < LARGEST_DECAY:
        refuse("weight_decay", "between -2 and 2", value, remedy)
    return gamma


def checked_place(
    plan: Plan, n: int, widths: tuple[int, ...], path: str | os.PathLike[str] | None
) -> resume.Place | None:
    """Return where finished starts are kept, or refuse what would take too long."""
    work = sum(plan.seconds(n, m) for m in widths) * plan.starts * plan.steps
    lasting("steps", plan.steps, work, "Give fewer widths, starts or steps.", LONGEST_RUN)
    return resume.place(path, None)


def trained(
    p: Array, widths: tuple[int, ...], plan: Plan, place: resume.Place | None, progress: bool
) -> Trained:
    """Return what every start of every width ends in."""
    kept = np.full((4, len(widths), plan.starts), np.nan)
    key = resume.fingerprint(p, widths, plan)

    def restore(arrays: resume.Arrays) -> None:
        kept[:] = arrays["kept"]

    seconds = [plan.seconds(len(p), m) for m in widths]
    with (
        resume.kept(place, key, lambda: {"kept": kept}, restore) as save_when_due,
        WorkBar(progress, sum(seconds) * plan.starts * plan.steps) as bar,
    ):
        for row, m in enumerate(widths):
            code = _code(p, m, plan)
            for start in range(plan.starts):
                if np.isnan(kept[0, row, start]):
                    seed = np.random.SeedSequence((plan.entropy, m, start))
                    generator = np.random.default_rng(seed)
                    pays = plan.ridge > 0.0 or plan.decay > 0.0
                    first = starts.taken(len(p), m, code, start, pays, generator)
                    found = trained_code(
                        *(p, *first, plan.recipe),
                        generator=generator,
                        on_step=lambda *_, work=seconds[row]: bar.move(work),
                    )
                    energy = found.energy(plan.ridge)
                    kept[:, row, start] = found.loss, found.error, found.represented, energy
                    save_when_due()
    return Trained(*kept)


def _code(p: Array, m: int, plan: Plan) -> tuple[Array, Array]:
    """Return norms and biases of the random code that every start is drawn from."""
    if plan.batch is None:
        code = random_code(p, m)
        return code.norms, code.biases
    _, gain, biases = coactive_random_code(p, m)
    return np.full(len(p), np.sqrt(gain)), biases
