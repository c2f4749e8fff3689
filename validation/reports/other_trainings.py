"""Losses of AdamW on independent features, beside those that another code ended with."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, get_type_hints

import numpy as np

from superlaw.curves import Array
from superlaw.setting.frequencies import by_law
from superlaw.validation.sweeps.store import Record, Store, content_key
from superlaw.validation.training.codes import trained_code
from superlaw.validation.training.sampled import sampled_loss
from superlaw.validation.width.starts import plain, sampled_recipe

N = 1000
TEST_SAMPLES = 2**17
"""Samples of the loss, twice those of `superlaw width --train`: rare features of steep laws are
seen seldom."""
MORE_DRAWS = 5
"""Trainings beside the first one of a row that is off."""
SHORTER, SHORTER_DRAWS = 0.3, 3
"""Norm of columns at another start, and trainings from it."""
CLOSE, CLOSE_AT_10, FEW = 0.05, 0.1, 10
"""What seeds and samples may make of a loss, relative: more where columns are as few as these."""
FAR = 3.0
"""z of a deviation that errors do not explain."""
PER_STEP, PER_OUTPUT, PER_PRODUCT = 1.5e-3, 1.5e-9, 4e-11
"""Seconds of a step, and for each sample and output, and times width: orders work, no more."""


@dataclass(frozen=True)
class Training:
    """A training of another code, and what it ended with: a row of a file.

    Parameters
    ----------
    law : str
    number : float
        Its exponent or scale; 0 if it has none.
    width : int
    decay, density : float
        γ of AdamW, and features active on average.
    steps, batch : int
    loss, error : float
        E‖ŷ − x‖², and its sampling error.
    represented : int
        Features with a column of norm above ½.
    """

    law: str
    number: float
    width: int
    decay: float
    density: float
    steps: int
    batch: int
    loss: float
    error: float
    represented: int

    @property
    def p(self) -> Array:
        """Probabilities of being active."""
        given = {"power": {"a": self.number}, "exponential": {"scale": self.number}}
        return np.asarray(self.density * by_law(self.law, N, **given.get(self.law, {})))

    @property
    def allowed(self) -> float:
        """Relative deviation of a loss that is near enough."""
        return allowed(self.width)

    @property
    def cost(self) -> float:
        """About how many seconds it takes."""
        outputs = self.batch * N * min(1.0, 0.6 * self.density + 0.1)
        return self.steps * (PER_STEP + outputs * (PER_OUTPUT + PER_PRODUCT * self.width))

    def asked(self, draw: int, size: float = 1.0) -> dict[str, Any]:
        """Return what decides the result of one draw, columns of a norm of about `size`."""
        left = ("loss", "error", "represented")
        known = {key: value for key, value in asdict(self).items() if key not in left}
        known |= {} if size == 1.0 else {"size": size}
        return known | {"n": N, "draw": draw, "samples": TEST_SAMPLES}


def allowed(width: int) -> float:
    """Return the relative deviation of a loss that is near enough, at a width."""
    return CLOSE_AT_10 if width == FEW else CLOSE


def read(path: Path) -> list[Training]:
    """Return the trainings of a file, one a row."""
    kinds = get_type_hints(Training)
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Training(**{name: kinds[name](text) for name, text in row.items()})
            for row in csv.DictReader(file)
        ]


def trained(training: Training, draw: int, size: float = 1.0) -> Record:
    """Return loss, sampling error and represented features of one training, from Gaussian columns.

    Which columns and which batches is decided by what is trained and by the number of the draw.
    """
    generator = np.random.default_rng(int(content_key(training.asked(draw, size))[:16], 16))
    p, (columns, biases) = training.p, plain(N, training.width, generator)
    code = trained_code(
        p,
        size * columns,
        biases,
        sampled_recipe(training.steps, training.batch, training.decay),
        generator=generator,
        on_step=lambda *_: None,
    )
    loss, error = sampled_loss(p, code.columns, code.biases, TEST_SAMPLES, generator)
    return {"loss": loss, "error": error, "represented": code.represented}


def draws(trainings: Sequence[Training], store: Store) -> Iterator[tuple[Training, int]]:
    """Yield what is still to be trained: every row once, short ones first, then rows that are off.

    A row is off if its loss differs by more than is allowed, or by more than sampling explains; it
    is trained some more times, to tell how far trainings differ among themselves.
    """
    ordered = sorted(trainings, key=lambda row: row.cost)
    for row in ordered:
        if store.load(row.asked(0)) is None:
            yield row, 0
        first = store.load(row.asked(0))
        if first and _is_off(row, first):
            missing = (k for k in range(1, 1 + MORE_DRAWS) if store.load(row.asked(k)) is None)
            yield from ((row, k) for k in missing)


def _is_off(row: Training, first: Record) -> bool:
    """Whether one training differs by more than is allowed, or than sampling explains."""
    gap = abs(first["loss"] - row.loss)
    return bool(gap > min(row.allowed * row.loss, FAR * math.hypot(first["error"], row.error)))


def keep(row: Training, draw: int, store: Store, size: float = 1.0) -> Record:
    """Return one draw of a row, trained if it is not kept."""
    return store.keep(row.asked(draw, size), partial(trained, row, draw, size))


def shorter(row: Training, store: Store) -> Record:
    """Return a row trained from columns of a smaller norm, and nothing else changed."""
    records = [keep(row, draw, store, SHORTER) for draw in range(SHORTER_DRAWS)]
    return asdict(row) | {
        "size": SHORTER,
        "found": [record["loss"] for record in records],
        "counts": [record["represented"] for record in records],
    }


def compared(row: Training, store: Store) -> Record | None:
    """Return a row beside its own draws, None if it was not trained.

    Returns
    -------
    dict
        The row; "found" and "errors" of every draw, "counts" of represented features; "deviation"
        of their mean, relative; "scatter", the standard deviation of draws, relative, None for one
        draw; "z", the deviation over all errors: sampling, here and there, and the scatter, of the
        other training and of the mean of these.
    """
    kept = (store.load(row.asked(k)) for k in range(1 + MORE_DRAWS))
    known = [record for record in kept if record is not None]
    if not known:
        return None
    losses = np.array([record["loss"] for record in known])
    count, mean = len(losses), float(losses.mean())
    sampled = float(np.mean([record["error"] ** 2 for record in known]))
    # The scatter of draws holds their own sampling error; a single draw tells that error alone.
    spread = float(losses.var(ddof=1)) if count > 1 else None
    own = sampled if spread is None else spread / count
    other = row.error**2 + (0.0 if spread is None else max(spread - sampled, 0.0))
    return asdict(row) | {
        "found": losses,
        "errors": [record["error"] for record in known],
        "counts": [record["represented"] for record in known],
        "deviation": mean / row.loss - 1.0,
        "scatter": None if spread is None else math.sqrt(spread) / mean,
        "z": (mean - row.loss) / math.sqrt(own + other),
    }
