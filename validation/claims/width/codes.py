"""The codes that the claims train, each once, kept by what was asked for; how they are read."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from superlaw.curves import Array
from superlaw.progress import WorkBar
from superlaw.setting.frequencies import by_law
from superlaw.solvers.width.random_codes import random_code
from superlaw.validation.claims.size import Conditions
from superlaw.validation.sweeps.store import Record, Store
from superlaw.validation.training.codes import Code, trained_code
from superlaw.validation.training.ensemble import standard_error
from superlaw.validation.training.recipe import Recipe
from superlaw.validation.width.starts import plain, taken

Source = tuple[str, float]
"""A law and its parameter; `broken` bends from i^-1 to i^-2 at a rank."""
LONG_ENOUGH = 0.5
"""Columns of a larger norm are counted, and compared."""


def frequencies(source: Source, n: int) -> Array:
    """Return frequencies that sum to 1."""
    law, number = source
    if law == "broken":
        i = np.arange(1.0, n + 1.0)
        p = 1.0 / (i * (1.0 + i / number))
        return np.asarray(p / p.sum())
    given = {"power": {"a": number}, "exponential": {"scale": number}}.get(law, {})
    return by_law(law, n, **given)


def name(source: Source) -> str:
    """Return a source in a few characters."""
    law, number = source
    told = {
        "power": f"i^-{number:g}",
        "exponential": f"exp(-i/{number:g})",
        "broken": f"i^-1 to i^-2 at {number:g}",
    }
    return told.get(law, law)


def minimum(
    source: Source, n: int, m: int, conditions: Conditions, *, ridge: float = 0.0, starts: int = 0
) -> Record:
    """Return the best of several exact trainings, one feature active: the least energy."""
    extent = conditions.size.width
    p = frequencies(source, n)
    recipe = Recipe(extent.steps, ridge=ridge)
    entropy = conditions.draws(f"{source} {n} {m}")
    records = []
    for start in range(starts or extent.starts):
        asked = {"source": source, "n": n, "m": m, "recipe": recipe, "draw": (entropy, start)}

        def compute(seed: int = start) -> Record:
            generator = np.random.default_rng((entropy, seed))
            code = random_code(p, m)
            pays = ridge > 0.0
            own = (code.norms, code.biases)
            start = taken(n, m, own, seed, pays, generator)
            return _read(_trained(p, start, recipe, None, conditions), ridge)

        records.append(store(conditions.runs).keep(_plain(asked), compute))
    return min(records, key=lambda record: float(record["energy"]))


def sampled(
    source: Source,
    n: int,
    m: int,
    recipe: Recipe,
    conditions: Conditions,
    *,
    density: float = 1.0,
    bias: float = 0.0,
    draw: int = 0,
) -> Record:
    """Return a training on sampled independent features, from Gaussian columns and biases."""
    p = density * frequencies(source, n)
    name = f"sampled {source} {n} {m}"
    entropy = conditions.draws(f"{name} {draw}" if draw else name)
    asked = {"source": source, "n": n, "m": m, "recipe": recipe, "density": density}

    def compute() -> Record:
        generator = np.random.default_rng(entropy)
        start = plain(n, m, generator, bias)
        return _read(_trained(p, start, recipe, generator, conditions))

    kept = _plain(asked | {"bias": bias, "draw": entropy})
    return store(conditions.runs).keep(kept, compute)


def mean(values: list[float]) -> tuple[float, float]:
    """Return a mean over draws and its standard error."""
    return float(np.mean(values)), float(standard_error(np.array(values)))


@cache
def store(runs: str | None) -> Store:
    """Return where codes are kept: in a folder, or in memory."""
    return Store(None if runs is None else Path(runs) / "codes", "runs")


def _plain(asked: dict[str, Any]) -> dict[str, Any]:
    return asked | {"recipe": vars(asked["recipe"])}


def _trained(
    p: Array,
    start: tuple[Array, Array],
    recipe: Recipe,
    generator: np.random.Generator | None,
    conditions: Conditions,
) -> Code:
    with WorkBar(conditions.progress, float(recipe.steps)) as bar:
        return trained_code(
            p, *start, recipe, generator=generator, on_step=lambda *_: bar.move(1.0)
        )


def _read(code: Code, ridge: float = 0.0) -> Record:
    """Return loss, norms and overlaps of a code as plain data."""
    norms = code.norms
    units = code.columns[norms > LONG_ENOUGH] / norms[norms > LONG_ENOUGH, None]
    squares = (units @ units.T)[np.triu_indices(len(units), 1)] ** 2
    m = code.columns.shape[1]
    known = len(squares) > 0
    return {
        "loss": code.loss,
        "error": code.error,
        "energy": code.energy(ridge),
        "represented": len(units),
        "norms": np.sort(norms)[:: max(1, len(norms) // 200)],
        "mean_norm": norms.mean(),
        "mean_square": m * squares.mean() if known else None,
        "variance": m * m * squares.var() if known else None,
    }


def exponent(m: list[int], loss: list[float]) -> float:
    """Return −d ln L/d ln m of a straight line through all widths."""
    return float(-np.polyfit(np.log(m), np.log(loss), 1)[0])
