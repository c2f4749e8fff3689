"""How often the stated error of a fit holds, on synthetic curves whose exponent is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np

from superlaw import storage
from superlaw.curves import Array
from superlaw.validation.fitting.power_law import fit_power_law
from superlaw.validation.sweeps import points
from superlaw.validation.sweeps.store import Store

EXPONENT = 0.55
"""Of every curve, but for the branches of a corner."""
REPETITIONS = 100
ENTROPY = 15
COMMAND = "python docs/fits.py"

Law = Callable[[Array], Array]
Noise = Callable[[np.random.Generator, int, Array], Array]
"""(random numbers, seeds, times) → what multiplies the loss, shape (n_seeds, n_times)."""


@dataclass(frozen=True)
class Scenario:
    """A law, a noise, and the times and seeds that it is seen at.

    Parameters
    ----------
    law, noise : str
        Keys of `LAWS` and `NOISES`.
    times : str
        Key of `TIMES`.
    seeds : int
    """

    law: str
    noise: str
    times: str = "60 over 5 decades"
    seeds: int = 1


LAWS: dict[str, tuple[Law, float]] = {
    "power law": (lambda t: 0.8 * t**-EXPONENT, EXPONENT),
    "with a floor of .02": (lambda t: 0.02 + 0.8 * t**-EXPONENT, EXPONENT),
    "with a floor of .0001, late": (lambda t: 1e-4 + 0.8 * t**-EXPONENT, EXPONENT),
    "from a plateau": (lambda t: (1.0 + t / 30.0) ** -EXPONENT, EXPONENT),
    "from a plateau to a floor": (lambda t: 0.02 + (1.0 + t / 3.0) ** -EXPONENT, EXPONENT),
    "corner, .3 to .9": (lambda t: np.minimum(t**-0.3, 300.0**0.6 * t**-0.9), 0.9),
}
"""Laws, and the exponent that a fit is to find."""
TIMES: dict[str, Array] = {
    "60 over 5 decades": np.geomspace(1.0, 1e5, 60),
    "20 over 2 decades": np.geomspace(1.0, 1e2, 20),
    "12 over 1 decade": np.geomspace(1.0, 10.0, 12),
    "20 000 steps": np.arange(1.0, 20_001.0),
}


def _white(size: float) -> Noise:
    return lambda rng, seeds, t: 1.0 + size * rng.normal(size=(seeds, len(t)))


def _correlated(size: float, rho: float) -> Noise:
    def noise(rng: np.random.Generator, seeds: int, t: Array) -> Array:
        steps = rng.normal(size=(seeds, len(t)))
        for k in range(1, len(t)):
            steps[:, k] = rho * steps[:, k - 1] + np.sqrt(1.0 - rho**2) * steps[:, k]
        return np.asarray(1.0 + size * steps)

    return noise


def _tilted(rng: np.random.Generator, seeds: int, t: Array) -> Array:
    level, tilt = 0.05 * rng.normal(size=(seeds, 1)), 0.01 * rng.normal(size=(seeds, 1))
    return np.asarray(np.exp(level + tilt * np.log(t) + 0.01 * rng.normal(size=(seeds, len(t)))))


def _growing(rng: np.random.Generator, seeds: int, t: Array) -> Array:
    size = 0.002 * (t / t[0]) ** 0.3
    return np.asarray(np.exp(size * rng.normal(size=(seeds, len(t)))))


NOISES: dict[str, Noise] = {
    "white, 1 %": _white(0.01),
    "white, 3 %": _white(0.03),
    "AR(1), ρ = .5, 2 %": _correlated(0.02, 0.5),
    "AR(1), ρ = .9, 2 %": _correlated(0.02, 0.9),
    "level and tilt of each seed": _tilted,
    "growing, .2 to 6 %": _growing,
}
_FLOOR, _SHORT = "with a floor of .02", "20 over 2 decades"
SCENARIOS = (
    *(Scenario(law, f"white, {size} %", seeds=seeds)
      for law in ("power law", _FLOOR) for size in (1, 3) for seeds in (1, 8)),
    *(Scenario(law, noise) for law in ("power law", _FLOOR)
      for noise in ("AR(1), ρ = .5, 2 %", "AR(1), ρ = .9, 2 %", "growing, .2 to 6 %")),
    Scenario("power law", "level and tilt of each seed", seeds=8),
    Scenario(_FLOOR, "level and tilt of each seed", seeds=8),
    Scenario("power law", "level and tilt of each seed", seeds=3),
    *(Scenario(law, "white, 1 %") for law in LAWS if law not in ("power law", _FLOOR)),
    Scenario("power law", "white, 3 %", _SHORT),
    Scenario("power law", "white, 1 %", "12 over 1 decade"),
    Scenario(_FLOOR, "white, 3 %", _SHORT),
    Scenario(_FLOOR, "white, 3 %", "20 000 steps"),
)  # fmt: skip


def measured(repetitions: int = REPETITIONS) -> dict[str, Any]:
    """Return a row a scenario, with provenance."""
    source = storage.provenance(COMMAND, entropy=ENTROPY, seeds=repetitions)
    rows = points.measured(
        SCENARIOS,
        partial(row, repetitions=repetitions),
        lambda scenario: {**asdict(scenario), "repetitions": repetitions, "entropy": ENTROPY},
        Store(),
        executor="processes",
    )
    return {"provenance": source, "rows": rows}


def row(scenario: Scenario, repetitions: int) -> dict[str, Any]:
    """Return how default fits of one scenario come out.

    Returns
    -------
    dict
        What was planted; "median", "low", "high" (10 and 90 %) of the exponents; "holds", the part
        of the fits whose total error reaches the truth; "pull", the root mean square of deviations
        over total errors; "refused", the part without an exponent; "model", the one most chosen.
    """
    (law, truth), t = LAWS[scenario.law], TIMES[scenario.times]
    fits = []
    for k in range(repetitions):
        rng = np.random.default_rng([ENTROPY, k, SCENARIOS.index(scenario)])
        fits.append(fit_power_law((t, law(t) * NOISES[scenario.noise](rng, scenario.seeds, t))))
    found = [(f.exponent, f.total_error) for f in fits if f.exponent is not None]
    alpha, error = np.array(found, dtype=np.float64).reshape(-1, 2).T
    planted = {name: getattr(scenario, name) for name in ("law", "noise", "times", "seeds")}
    models = [fit.model for fit in fits]
    low, middle, high = np.percentile(alpha, [10.0, 50.0, 90.0])
    return planted | {
        "truth": truth,
        "median": float(middle),
        "low": float(low),
        "high": float(high),
        "holds": float(np.mean(np.abs(alpha - truth) <= error)),
        "pull": float(np.sqrt(np.mean(((alpha - truth) / error) ** 2))),
        "refused": 1.0 - len(found) / repetitions,
        "model": max(sorted(set(models)), key=models.count),
    }
