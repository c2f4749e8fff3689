"""Planted codes are recognised in noise, random features are not; a scheme need not be tight."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np
from scipy.linalg import block_diag
from scipy.optimize import minimize

from superlaw.curves import Array
from superlaw.solvers.spectra import codes
from superlaw.solvers.spectra.blocks import blocks
from superlaw.solvers.spectra.geometry import geometry
from superlaw.validation.claims.check import Check
from superlaw.validation.claims.claim import Claim, Findings
from superlaw.validation.claims.size import Conditions

NOISE = 0.05
"""Length of what is added to each unit feature."""
PLANTED = {"digon": (codes.simplex(2), 3), "triangle": (codes.simplex(3), 2),
           "pentagon": (codes.polygon(5), 1), "tetrahedron": (codes.simplex(4), 1)}  # fmt: skip
RANDOM = {0.03: ((3, 2), (4, 2)), 0.01: ((5, 2), (5, 3), (8, 3), (16, 5))}
"""Features and dimensions, by the share of draws in which some may look like a scheme."""
RANDOM_DRAWS = 25
"""Of each, for each seed of the size."""
EXACT = 1e-9


def run(conditions: Conditions) -> Findings:
    """Count how often planted codes are named, and how often random features are."""
    rng = np.random.default_rng(conditions.draws("recognised"))
    seeds, planted = conditions.size.geometry.seeds, conditions.planted
    right = sum(_is_named(rng) for _ in range(seeds))
    label = f"mixtures of seven blocks named, noise {NOISE:g}, of {seeds}"
    checks = [Check(label, planted * seeds, float(right), tolerance=EXACT)]
    for limit, shapes in RANDOM.items():
        draws = [rng.normal(size=shape) for shape in shapes for _ in range(RANDOM_DRAWS * seeds)]
        share = sum(map(_has_scheme, draws)) / len(draws)
        label = f"1 + share of random unit features with a scheme among them, (N, K) = {shapes}"
        checks.append(Check(label, 1.0 + limit, 1.0 + share, bound="below"))
    features = codes.antiprism(least_height())
    (block,) = blocks(features)
    assert block.scheme is not None
    room = planted * geometry(features)["raw"].capacity
    ratio = float(np.divide(*np.sort(block.scheme.levels[block.scheme.used])[::-1]))
    checks += [
        Check("room of the square antiprism of least loss, by its levels", room,
              block.scheme.capacity, tolerance=EXACT),
        Check("its larger level over the other", 1.2, ratio, bound="above"),
    ]  # fmt: skip
    return Findings(tuple(checks))


def least_height() -> float:
    """Height over radius of the square antiprism whose features lose least, one at a time.

    L = E(v − (v s + b)₊)² + Σ_ξ E(v s ξ + b)₊², amplitudes v uniform on (0, 2), over height, s, b.
    """

    def loss(x: Array) -> float:
        cosine = (codes.antiprism(x[0]) @ codes.antiprism(x[0]).T)[0, 1:]
        return _own(x[1], x[2]) + float(sum(_passed(x[1] * xi, x[2]) for xi in cosine))

    options = {"xatol": 1e-9, "fatol": 1e-15, "maxiter": 4000}
    return float(minimize(loss, (0.6, 1.3, -0.5), method="Nelder-Mead", options=options).x[0])


def _own(s: float, b: float) -> float:
    """E(v − (v s + b)₊)²: parabolas on both sides of where the output opens."""
    opens = min(max(-b / s, 0.0), 2.0)
    return 0.5 * (opens**3 / 3.0 + _simpson(lambda v: (v * (1.0 - s) - b) ** 2, opens, 2.0))


def _passed(s: float, b: float) -> float:
    """E(v s + b)₊² = [(2 s + b)₊³ − b₊³]/(6 s)."""
    return (max(2.0 * s + b, 0.0) ** 3 - max(b, 0.0) ** 3) / (6.0 * s)


def _simpson(parabola: Callable[[float], float], low: float, high: float) -> float:
    middle = parabola(0.5 * (low + high))
    return (high - low) / 6.0 * (parabola(low) + 4.0 * middle + parabola(high))


def _is_named(rng: np.random.Generator) -> bool:
    """Whether all blocks of a noisy mixture in a random basis get the names of those planted."""
    parts = [features for features, count in PLANTED.values() for _ in range(count)]
    whole = block_diag(*parts)
    noise = rng.normal(size=(len(whole), int(np.linalg.matrix_rank(whole))))
    basis, _ = np.linalg.qr(rng.normal(size=(noise.shape[1],) * 2))
    u, sizes, _ = np.linalg.svd(whole, full_matrices=False)
    features = u[:, : len(basis)] * sizes[: len(basis)] @ basis
    noise *= NOISE / np.linalg.norm(noise, axis=1, keepdims=True)
    names = Counter(block.name for block in blocks(features + noise))
    return names == {name: count for name, (_, count) in PLANTED.items()}


def _has_scheme(features: Array) -> bool:
    """Whether some of these directions are taken for a scheme."""
    units = features / np.linalg.norm(features, axis=1, keepdims=True)
    return any(block.scheme is not None for block in blocks(units))


CLAIM = Claim(
    name="recognised",
    statement=(
        "Seven blocks planted in noise are named every time, random directions form no scheme, and "
        "the square antiprism of least loss is a scheme that is not localised."
    ),
    step="G13",
    solver="relations that close under products",
    run=run,
    takes=("seeds", "entropy"),
)
