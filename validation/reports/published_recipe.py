"""Training by the published recipe to its end: losses on the way, and slopes over the width."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from superlaw import resume
from superlaw.curves import Array
from superlaw.progress import WorkBar
from superlaw.setting.frequencies import by_law
from superlaw.validation.sweeps.store import Record, Store, content_key
from superlaw.validation.training.codes import AdamTrainer
from superlaw.validation.training.sampled import sampled_loss
from superlaw.validation.width.starts import BIAS, Published, plain

STEPS, BATCH = Published().steps, Published().batch
LARGE, SMALL = 10_240, 1000
SMALL_WIDTHS = (6, 10, 16, 25, 40, 63, 100)
MARKS = (0, 500, 1000, 2000, 5000, 10_000, 20_000, 40_000)
"""Steps after which the loss is worked out."""
LONGER = 4 * STEPS
SAMPLES = 2**16
"""Inputs of such a loss."""


@dataclass(frozen=True)
class Run:
    """A training by the published recipe.

    Parameters
    ----------
    n, width : int
    steps : int
        Of the whole schedule: the rate ends low after so many.
    bias : float
        Size of the biases at the start.
    a : float
        Frequencies i^-a, independent features, one active on average.
    """

    n: int
    width: int
    steps: int = STEPS
    bias: float = BIAS
    a: float = 1.2

    @property
    def p(self) -> Array:
        """Probabilities of being active."""
        return by_law("power", self.n, a=self.a)

    @property
    def asked(self) -> dict[str, Any]:
        """What decides the result."""
        return asdict(self) | {"marks": MARKS, "samples": SAMPLES}

    @property
    def marks(self) -> tuple[int, ...]:
        """Steps after which its loss is worked out."""
        return tuple(sorted({*(mark for mark in MARKS if mark < self.steps), self.steps}))


def runs() -> Iterator[Run]:
    """Yield all trainings, those that tell most first."""
    yield from (Run(LARGE, width) for width in (8, 64))
    yield from (Run(SMALL, width) for width in SMALL_WIDTHS)
    yield from (Run(LARGE, width) for width in (16, 32))
    yield from (Run(SMALL, width, bias=0.0) for width in SMALL_WIDTHS)
    yield from (Run(SMALL, width, steps=LONGER) for width in (10, 25, 63))
    yield Run(LARGE, 8, steps=LONGER)
    yield from (Run(LARGE, width, bias=0.0) for width in (8, 64))
    yield Run(LARGE, 128)


def keep(run: Run, store: Store) -> Record:
    """Return what a training ended in, trained if it is not kept; an interruption loses little."""
    return store.keep(run.asked, partial(_trained, run, store.folder))


def _trained(run: Run, folder: Path | None) -> Record:
    """Train, and return the loss and its sampling error at every mark, and columns at the end."""
    entropy = int(content_key(run.asked)[:16], 16)
    generator = np.random.default_rng(entropy)
    recipe = Published(steps=run.steps).recipe(run.n)
    trainer = AdamTrainer(run.p, *plain(run.n, run.width, generator, run.bias), recipe, generator)
    seen = np.full((len(run.marks), 2), np.nan)

    def arrays() -> resume.Arrays:
        return trainer.arrays() | {"seen": seen}

    def restore(kept: resume.Arrays) -> None:
        seen[:] = kept.pop("seen")
        trainer.restore(kept)

    place = None if folder is None else resume.place(folder / f"{entropy:x}.npz", None)
    with (
        resume.kept(place, content_key(run.asked), arrays, restore) as save_when_due,
        WorkBar(True, float(run.steps)) as bar,
    ):
        bar.move(float(trainer.n_steps))
        while True:
            if trainer.n_steps in run.marks:
                tester = np.random.default_rng((entropy, trainer.n_steps))
                found = sampled_loss(run.p, trainer.W, trainer.b, SAMPLES, tester)
                seen[run.marks.index(trainer.n_steps)] = found
            if trainer.is_done:
                break
            trainer.step()
            bar.move(1.0)
            save_when_due()
    return {"losses": seen[:, 0], "errors": seen[:, 1]} | _read(trainer)


def _read(trainer: AdamTrainer) -> Record:
    """Return norms, and biases by what they shut, at the end."""
    norms = np.linalg.norm(trainer.W, axis=1)
    return {
        "represented": int(np.count_nonzero(norms > 0.5)),
        "mean_norm": float(norms.mean()),
        "biases": np.quantile(trainer.b, np.linspace(0.0, 1.0, 21)),
    }
