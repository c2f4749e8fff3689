"""Random directions lose C/K for any frequencies, with a prefactor that is an integral."""

from __future__ import annotations

import numpy as np

from superlaw.curves import Array
from superlaw.solvers.width.outputs import interference, own_cost
from superlaw.solvers.width.random_codes import best_thresholds, gaussian_excess, random_code
from superlaw.validation.claims.check import Check
from superlaw.validation.claims.claim import Claim, Findings
from superlaw.validation.claims.size import Conditions
from superlaw.validation.claims.width import codes
from superlaw.validation.width.starts import with_norms

SOURCES: tuple[codes.Source, ...] = (
    ("power", 1.2),
    ("even", 0.0),
    ("power", 2.0),
    ("linear", 0.0),
    ("exponential", 39.0),
    ("broken", 20.0),
)
N, DRAWN, WIDE, DRAWS = 200, 20, 16384, 24
"""Features, the width at which directions are drawn, the one that stands for K → ∞, and draws."""
FAR = 0.02
"""What is left of the limit's approach there, relative."""


def run(conditions: Conditions) -> Findings:
    """Draw directions against the exact mean, and follow it to its limit."""
    sources = SOURCES[: conditions.size.width.sizes]
    checks = tuple(check for source in sources for check in _checks(source, conditions))
    return Findings(checks)


def _checks(source: codes.Source, conditions: Conditions) -> tuple[Check, ...]:
    p, of = codes.frequencies(source, N), codes.name(source)
    rng = np.random.default_rng(conditions.draws(f"random {source}"))
    drawn = _drawn_losses(p, rng)
    predicted = conditions.planted * random_code(p, DRAWN).value
    error = float(drawn.std(ddof=1) / np.sqrt(len(drawn)))
    wide, wider = (random_code(p, m).value for m in (WIDE // 4, WIDE))
    slope = float(np.log(wide / wider) / np.log(4.0))
    z = (float(drawn.mean()) - predicted) / error
    return (
        Check(f"loss of drawn directions, K = {DRAWN}, {of}", predicted, float(drawn.mean()),
              error, z=z),
        Check(f"K L at K = {WIDE}, {of}", conditions.planted * _limit(p),
              WIDE * wider, tolerance=FAR),
        Check(f"exponent there, {of}", conditions.planted, slope, tolerance=FAR),
    )  # fmt: skip


def _limit(p: Array) -> float:
    """Return Σ_j min_h [p_j h² + (1 − p_j) ψ(h)]: an output sees its own feature with p_j (H10)."""
    h = best_thresholds(p / (1.0 - p))
    return float(p @ h**2 + (1.0 - p) @ gaussian_excess(h))


def _drawn_losses(p: Array, rng: np.random.Generator) -> Array:
    """Return losses of drawn directions with the norms and biases of the random code."""
    code, losses = random_code(p, DRAWN), []
    for _ in range(DRAWS):
        W = with_norms(code.norms, DRAWN, rng)
        cost = interference(W @ W.T, code.biases[:, None])
        np.fill_diagonal(cost, own_cost(code.norms**2, code.biases))
        losses.append(float(np.sum(cost @ p)))
    return np.array(losses)


CLAIM = Claim(
    name="random_directions",
    statement=(
        "Columns in random directions lose C/K as K grows, for any frequencies, C being an "
        "integral over a Gaussian; at finite K their mean is that of the exact law of cosines."
    ),
    step="H10",
    solver="best norms and biases of frequency classes",
    run=run,
    takes=("entropy",),
)
