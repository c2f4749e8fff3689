"""Where training starts: directions drawn, and norms and biases of a random code or of a recipe."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from superlaw.curves import Array
from superlaw.validation.training.recipe import Recipe

WARMUP, FLOOR = 0.05, 0.05
"""Of sampled training: steps in which the rate rises, over all; and the last rate over the highest.
"""


def taken(
    n: int, m: int, code: tuple[Array, Array], k: int, pays: bool, generator: np.random.Generator
) -> tuple[Array, Array]:
    """Return start number k: a random code, given as its norms and biases.

    Where norm has a price, by turns Gaussian columns without biases instead: from the biases of a
    code, which are far below 0, rare features die as soon as norm costs.
    """
    if pays and k % 2 == 0:
        return plain(n, m, generator)
    norms, biases = code
    return with_norms(norms, m, generator), biases


def told(k: int, pays: bool) -> str:
    """Say what start number k is."""
    return "Gaussian columns" if pays and k % 2 == 0 else "a random code"


def with_norms(norms: Array, m: int, generator: np.random.Generator) -> Array:
    """Return random directions with these norms, shape (n, m)."""
    W = generator.standard_normal((len(norms), m))
    return np.asarray(W * (norms / np.linalg.norm(W, axis=1))[:, None])


def plain(n: int, m: int, generator: np.random.Generator, bias: float = 0.0) -> tuple[Array, Array]:
    """Return Gaussian columns of mean square 1, and Gaussian biases of this size."""
    columns = generator.standard_normal((n, m)) / np.sqrt(m)
    return columns, bias * generator.standard_normal(n)


def sampled_recipe(steps: int, batch: int, decay: float) -> Recipe:
    """Return AdamW on sampled inputs: the rate rises in a line, then falls as a cosine."""
    return Recipe(steps, decay=decay, warmup=round(WARMUP * steps), floor=FLOOR, batch=batch)


@dataclass(frozen=True)
class Published:
    """The training of arXiv:2505.10465 at n = 1000: what is as there, besides n and the widths.

    Parameters
    ----------
    steps, batch : int
        20 000 and 2048 there.
    decay : float
    """

    steps: int = 20_000
    batch: int = 2048
    decay: float = -1.0

    def recipe(self, n: int) -> Recipe:
        """Return it as a recipe; its loss is a mean over features, which Adam's ε is set against.

        The gradient of that mean is 2/n times the one of ½E‖ŷ − x‖².
        """
        warmup, epsilon = self.steps // 10, 1e-8 * n / 2.0
        return Recipe(
            self.steps, decay=self.decay, warmup=warmup, floor=FLOOR, epsilon=epsilon,
            batch=self.batch,
        )  # fmt: skip


BIAS = 1.0
"""Size of the published student's biases at its start."""
