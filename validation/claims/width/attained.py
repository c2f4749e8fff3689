"""Training finds sharp codes, which lose what the lower bound says."""

from __future__ import annotations

from superlaw.solvers.width.linear_program import lower_bound
from superlaw.validation.claims.check import Check
from superlaw.validation.claims.claim import Claim, Findings
from superlaw.validation.claims.size import Conditions
from superlaw.validation.claims.width import codes

SHARP = {
    "pentagon": (5, 2),
    "half 5-cube": (16, 5),
    "Schläfli": (27, 6),
    "icosahedron": (12, 3),
}
NEAR, ROUNDING = 1e-3, 1e-6
"""How near training comes, and by how much single precision may fall below the bound; relative."""
STARTS = 4


def run(conditions: Conditions) -> Findings:
    """Train codes of even frequencies from several starts, and compare the best with the bound."""
    extent = conditions.size.width
    chosen = dict(list(SHARP.items())[: extent.sizes])
    checks = []
    for name, (n, m) in chosen.items():
        bound = lower_bound(n, m)
        assert bound is not None  # certified for every one of them
        loss = float(codes.minimum(("even", 0.0), n, m, conditions, starts=STARTS)["loss"])
        predicted = conditions.planted * bound.value
        of = f"{n} features in {m} dimensions, {name}"
        checks += [
            Check(f"loss, {of}", predicted, loss, tolerance=NEAR),
            Check(f"not below the bound, {of}", predicted * (1 - ROUNDING), loss, bound="above"),
        ]
    return Findings(tuple(checks))


CLAIM = Claim(
    name="attained",
    statement=(
        "Where a sharp code exists the best of a few trainings from random codes is it, and it "
        "loses what the linear-programming bound says: no code of equal norms loses less."
    ),
    step="H19",
    solver="linear programme with a certificate",
    run=run,
    takes=("entropy",),
)
