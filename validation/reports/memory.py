"""What the rest of a network with linear gates answers to a response: closures beside the exact.

With S = WᵀBW and drives D = −λ_i S, a kick of B in a direction x yᵀ that no feature owns is left
at, in Laplace space, xᵀ(z + P ⊗ Λ)⁻¹ y, P = WWᵀ, Λ = W diag(λ) Wᵀ, which its eigenvalues give.
`python -m superlaw.validation.reports.memory --out memory.json` measures it again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from superlaw import storage
from superlaw.curves import Array
from superlaw.setting.embedding import embedding
from superlaw.setting.task import PowerLawTask
from superlaw.validation.reports.measuring import write_measured

EXPONENT, N_FEATURES = 1.5, 512
WIDTHS = (256, 128, 64)
TIMES = (1.0, 10.0, 100.0, 1e3, 1e4)
"""1/z: a kick is seen for about so long."""
DRAWS = 4
TOLERANCE, MOST_ROUNDS = 1e-12, 100_000
"""Of what has to agree with itself: relative change, and rounds."""
COMMAND = "python -m superlaw.validation.reports.memory"


def main(arguments: list[str] | None = None) -> None:
    """Compare closures of the memory with the exact one, and write it to a file."""
    write_measured(COMMAND, "What a network of linear gates answers.", measured, arguments)


def measured(entropy: int) -> dict[str, Any]:
    """Return how far each closure is from what is exact, by width and time."""
    task = PowerLawTask(EXPONENT, 0.0, N_FEATURES)
    lam, rows = task.second_moment(np.arange(1.0, N_FEATURES + 1.0)), []
    for width in WIDTHS:
        left, right = _spectra(lam, width, entropy)
        for t in TIMES:
            exact = float(np.mean(1.0 / (1.0 / t + left[:, :, None] * right[:, None, :])))
            closed = {name: rule(1.0 / t, lam, width, left) for name, rule in RULES.items()}
            off = {name: value / exact - 1.0 for name, value in closed.items()}
            rows.append({"width": width, "t": t, "kept": exact / t, "deviation": off})
    return {
        "provenance": storage.provenance(COMMAND, entropy=entropy, seeds=DRAWS),
        "task": task.to_dict(),
        "rows": rows,
    }


def _spectra(lam: Array, width: int, entropy: int) -> tuple[Array, Array]:
    """Return the eigenvalues of WWᵀ and of W diag(λ) Wᵀ, (draws, K) each."""
    generator = np.random.default_rng([entropy, width])
    drawn = [embedding("random", width, lam.size, generator) for _ in range(DRAWS)]
    left = [np.linalg.eigvalsh(W @ W.T) for W in drawn]
    return np.array(left), np.array([np.linalg.eigvalsh((W * lam) @ W.T) for W in drawn])


def at_once(z: float, lam: Array, width: int, left: Array) -> float:
    """Return what is left where every entry answers at once, and goes on answering (R13)."""
    return float(1.0 / (z + lam.size * lam.sum() / width**2))


def by_entries(z: float, lam: Array, width: int, left: Array) -> float:
    """Return what is left where every entry answers for itself, until its own drive has stilled it.

    An entry keeps R of a kick, and answers λ/(1 + λR); its column and everything answer that.
    """
    share = lam.size / width

    def step(R: Array) -> Array:
        answer = lam / (1.0 + lam * R)
        return 1.0 / (z + share * answer + share * answer.sum() / width)

    R = _fixed_point(step, np.full(lam.size, 1.0 / z))
    return float(1.0 / (z + share * np.sum(lam / (1.0 + lam * R)) / width))


def by_columns(z: float, lam: Array, width: int, left: Array) -> float:
    """Return what is left where the entries of a column answer as one, χ/(1 + rχ).

    χ = (N/K) λ/(1 + λR) is what they would answer if none noticed the others.
    """
    share = lam.size / width

    def step(known: Array) -> Array:
        r, R = known[0], known[1:]
        answer = share * lam / (1.0 + lam * R)
        rest = 1.0 / (z + np.sum(answer / (1.0 + r * answer)) / width)
        return np.concatenate([[rest], 1.0 / (1.0 / rest + answer)])

    return float(_fixed_point(step, np.full(lam.size + 1, 1.0 / z))[0])


def by_modes(z: float, lam: Array, width: int, left: Array) -> float:
    """Return what is left where each eigenvalue e of WWᵀ keeps a memory of its own."""
    modes = left.ravel()[:, None]

    def step(r: Array) -> Array:
        each = modes * lam
        return np.asarray(1.0 / (z + np.sum(each / (1.0 + each * r[:, None]), axis=1) / width))

    return float(_fixed_point(step, np.full(modes.size, 1.0 / z)).mean())


RULES: dict[str, Callable[[float, Array, int, Array], float]] = {
    "at once": at_once,
    "by entries": by_entries,
    "by columns": by_columns,
    "by modes": by_modes,
}


def _fixed_point(step: Callable[[Array], Array], start: Array) -> Array:
    """Return where a step changes nothing, approached by geometric means."""
    x = start
    for _ in range(MOST_ROUNDS):
        new = np.sqrt(x * step(x))
        if np.abs(new / x - 1.0).max() < TOLERANCE:
            return np.asarray(new)
        x = new
    raise ArithmeticError(f"no fixed point after {MOST_ROUNDS} rounds")


if __name__ == "__main__":
    main()
