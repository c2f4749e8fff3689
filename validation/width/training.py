"""Trained losses of a width law: several starts at each width, kept as they finish."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from superlaw import resume
from superlaw.arguments import (
    LONGEST_RUN,
    finite,
    fitting,
    flag,
    lasting,
    not_negative,
    one_of,
    refuse,
    whole,
)
from superlaw.curves import Array
from superlaw.progress import WorkBar, duration, say
from superlaw.solvers.width.coactive_codes import coactive_random_code
from superlaw.solvers.width.random_codes import random_code
from superlaw.validation.training.codes import AdamTrainer
from superlaw.validation.training.descent import FlowTrainer
from superlaw.validation.training.recipe import Recipe
from superlaw.validation.width import starts

PER_STEP, PER_PAIR, PER_TERM = 2e-4, 6e-10, 2.5e-11
"""Seconds of a step at least, for each of n² pairs, and times m [n = 1000, m = 25 and 100; n =
10240, m = 1024]."""
PER_OUTPUT, PER_PRODUCT = 7e-10, 1.5e-11
"""The same for each sample and output, and times m [n = 1000, m = 10 and 100; n = 10240, m = 8, 64
and 1024]."""
PULLS_A_STEP, PER_LISTED = 60, 4e-10
"""Gradients of a step of the flow, about, and seconds of one for each n² m [n = 200 to 1000]."""
BATCH = 1024
STEPS = {"adam": 2500, "sampled": 4000, "flow": 300}
"""If left out; those of the flow at most."""
OPTIMIZERS = ("adam", "flow")
LARGEST_DECAY = 2.0
COPIES, BATCHES = 12, 3
"""Copies of W and of a batch's outputs that training holds, about, in single precision."""
UNDER_WAY = "under_way."
SNAPSHOT_SECONDS, LONG_SECONDS = 1.0, 20.0
"""How much of a start an interruption loses at most; work that is announced with its estimate."""


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
    optimizer : {"adam", "flow"}
    """

    starts: int
    steps: int
    entropy: int
    decay: float = 0.0
    ridge: float = 0.0
    batch: int | None = None
    optimizer: str = "adam"

    @property
    def pays(self) -> bool:
        """Whether norm has a price."""
        return self.ridge > 0.0 or self.decay > 0.0

    def told(self, widths: Sequence[int], best: Sequence[int]) -> str:
        """How each start is trained, from where, and from which the best one came, in words."""
        text = f"{self.optimizer}, best of {self.starts} from"
        if not self.pays:
            return f"{text} random codes"
        at: dict[str, list[str]] = {}
        for m, k in zip(widths, best, strict=True):
            at.setdefault(starts.told(k, self.pays), []).append(str(m))
        where = "; ".join(f"m = {', '.join(at[name])} from {name}" for name in at)
        return f"{text} Gaussian columns and random codes by turns; the best at {where}"

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
        pairs = float(n) ** 2
        if self.optimizer == "flow":
            return PULLS_A_STEP * (PER_STEP + PER_LISTED * pairs * m)
        return PER_STEP + pairs * (PER_PAIR + PER_TERM * m)

    def trainer(
        self, p: Array, first: tuple[Array, Array], generator: np.random.Generator
    ) -> AdamTrainer | FlowTrainer:
        """Return a trainer at its start."""
        if self.optimizer == "flow":
            return FlowTrainer(p, *first, self.ridge, self.steps)
        return AdamTrainer(p, *first, self.recipe, generator)


@dataclass(frozen=True)
class Trained:
    """What every start ended in, shape (widths, starts).

    Parameters
    ----------
    loss, error, represented, energy : ndarray
        Loss, its sampling error (0 where it is exact), features with a norm above ½, and the loss
        with the cost of norms: the best start has the least.
    steps : ndarray
        Steps that were taken.
    """

    loss: Array
    error: Array
    represented: Array
    energy: Array
    steps: Array

    @property
    def best(self) -> Array:
        """Loss of the best start at each width."""
        return self._of_best(self.loss)

    @property
    def shown(self) -> tuple[int, ...]:
        """Features that the best start represents."""
        return tuple(map(int, self._of_best(self.represented)))

    @property
    def best_start(self) -> tuple[int, ...]:
        """Number of the best start at each width."""
        return tuple(map(int, self.energy.argmin(axis=1)))

    def _of_best(self, values: Array) -> Array:
        return np.asarray(values[np.arange(len(values)), list(self.best_start)])

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
        starts, steps, entropy, weight_decay, batch, optimizer and resume, each None if left out.
    """
    flag("train", train)
    if ridge and not is_one:
        refuse("ridge", "0 with independent features", ridge, "Nothing is known of it there.")
    for name, value in given.items():
        if value is not None and not train:
            refuse(name, "left out without train", value, "Nothing is trained: add train.")
    if not train:
        return None
    optimizer = one_of("optimizer", given["optimizer"] or "adam", OPTIMIZERS)
    chosen = {key: value for key, value in given.items() if value is not None}
    if optimizer == "flow" and not is_one:
        refuse("optimizer", '"adam" with independent features', "flow", "Only Adam takes samples.")
    if "batch" in chosen and is_one:
        refuse("batch", "left out where one feature is active", given["batch"], "It is exact.")
    decay = _decay(chosen.get("weight_decay", 0.0))
    if decay and optimizer == "flow":
        refuse("weight_decay", "left out with the flow", decay, "Give ridge, which it descends.")
    default = STEPS[optimizer if is_one else "sampled"]
    return Plan(
        whole("starts", chosen.get("starts", 4), "Give a number of starts, e.g. 4."),
        whole("steps", chosen.get("steps", default), "Give a number of steps, e.g. 2500."),
        whole("entropy", chosen.get("entropy", 0), "Give a whole number.", minimum=0),
        decay,
        not_negative("ridge", ridge, "Give λ, e.g. 0.01, or leave it out."),
        None if is_one else whole("batch", chosen.get("batch", BATCH), "Give samples."),
        optimizer,
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
    """Return where starts are kept, or refuse what would take too long or too much memory."""
    remedy = "Give fewer widths, starts or steps."
    lasting("steps", plan.steps, _work(plan, n, widths), remedy, LONGEST_RUN)
    fitting("widths", widths[-1], 4.0 * COPIES * n * widths[-1], "Give narrower ones.")
    if plan.batch is not None:
        fitting("batch", plan.batch, 4.0 * BATCHES * n * plan.batch, "Give fewer samples.")
    return resume.place(path, None)


def trained(
    p: Array, widths: tuple[int, ...], plan: Plan, place: resume.Place | None, progress: bool
) -> Trained:
    """Return what every start of every width ends in."""
    run, work = _Run(p, widths, plan), _work(plan, len(p), widths)
    if progress and work > LONG_SECONDS:
        pace = ", ".join(f"{1.0 / plan.seconds(len(p), m):.3g} at m = {m}" for m in widths)
        say(f"superlaw: about {duration(work)} of training on one core; steps a second: {pace}")
    with (
        resume.kept(place, resume.fingerprint(p, widths, plan), run.arrays, run.restore) as save,
        WorkBar(progress, work) as bar,
    ):
        run.go(save, bar)
    return Trained(*run.ended)


def _work(plan: Plan, n: int, widths: tuple[int, ...]) -> float:
    """Return about how many seconds all starts take."""
    return sum(plan.seconds(n, m) for m in widths) * plan.starts * plan.steps


class _Run:
    """All starts of all widths, one after another; what has ended, and the one that is trained.

    A start under way is copied now and then, between two steps: an interruption in the middle of
    one goes on from the copy.
    """

    def __init__(self, p: Array, widths: tuple[int, ...], plan: Plan) -> None:
        self.p, self.widths, self.plan = p, widths, plan
        self.ended = np.full((len(fields(Trained)), len(widths), plan.starts), np.nan)
        self._under_way: resume.Arrays = {}
        self._copied = time.monotonic()

    def arrays(self) -> resume.Arrays:
        """Return what a resume file must hold."""
        return {"ended": self.ended} | {UNDER_WAY + k: x for k, x in self._under_way.items()}

    def restore(self, arrays: resume.Arrays) -> None:
        """Go on from a resume file."""
        self.ended[:] = arrays.pop("ended")
        self._under_way = {name.removeprefix(UNDER_WAY): x for name, x in arrays.items()}

    def go(self, save_when_due: Callable[[], None], bar: WorkBar) -> None:
        """Train what has not ended."""
        for row, m in enumerate(self.widths):
            if np.isnan(self.ended[:, row]).any():
                code = _code(self.p, m, self.plan)
                for start in np.flatnonzero(np.isnan(self.ended[0, row])).tolist():
                    self._train(row, start, code, save_when_due, bar)

    def _train(
        self,
        row: int,
        start: int,
        code: tuple[Array, Array],
        save_when_due: Callable[[], None],
        bar: WorkBar,
    ) -> None:
        p, m, plan = self.p, self.widths[row], self.plan
        generator = np.random.default_rng(np.random.SeedSequence((plan.entropy, m, start)))
        first = starts.taken(len(p), m, code, start, plan.pays, generator)
        trainer, work = plan.trainer(p, first, generator), plan.seconds(len(p), m)
        if self._under_way:
            trainer.restore(self._under_way)
            bar.move(work * trainer.n_steps)
        while not trainer.is_done:
            trainer.step()
            bar.move(work)
            if time.monotonic() - self._copied > SNAPSHOT_SECONDS:
                self._under_way, self._copied = trainer.arrays(), time.monotonic()
                save_when_due()
        found, steps = trainer.code(), trainer.n_steps
        ends = (found.loss, found.error, found.represented, found.energy(plan.ridge), steps)
        self.ended[:, row, start], self._under_way = ends, {}
        save_when_due()


def _code(p: Array, m: int, plan: Plan) -> tuple[Array, Array]:
    """Return norms and biases of the random code that every start is drawn from."""
    if plan.batch is None:
        code = random_code(p, m)
        return code.norms, code.biases
    _, gain, biases = coactive_random_code(p, m)
    return np.full(len(p), np.sqrt(gain)), biases
