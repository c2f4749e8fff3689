"""Whole trainings against losses that an independent code ended with, and against both bounds."""

from pathlib import Path

import pytest

from superlaw.setting.frequencies import by_law
from superlaw.solvers.width.linear_program import lower_bound
from superlaw.solvers.width.random_codes import random_code
from superlaw.validation.reports.other_trainings import read, trained
from superlaw.validation.width import training

ROWS = [
    row
    for row in read(Path(__file__).parents[3] / "docs" / "reference" / "width_trainings.csv")
    if row.decay < 0.0 and row.steps == 4000 and row.error < 0.02 * row.loss
    if (row.law, row.width) in (("exponential", 25), ("even", 10), ("even", 25), ("power", 25))
]
"""Short ones, decay not above 0, where chance decides which features keep a column; steep laws are
left out: at i^-2, K = 25, samples of the loss alone err by more than is allowed here."""
MINIMA = {
    (200, 6): 0.52518374, (200, 10): 0.21254518, (200, 20): 0.052395251, (200, 45): 0.0076227014,
    (1000, 25): 0.10771417, (1000, 50): 0.033513779, (1000, 100): 0.0092399288,
}  # fmt: skip
"""N and K: trained loss of one active feature, even frequencies."""


@pytest.mark.long
@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.law} {row.number} {row.width}")
def test_sampled_training_ends_where_an_independent_code_does(row):
    assert trained(row, 0)["loss"] == pytest.approx(row.loss, rel=row.allowed)


@pytest.mark.long
@pytest.mark.parametrize(("n", "m"), MINIMA, ids=str)
def test_trained_codes_of_even_frequencies_lie_between_both_bounds(n, m):
    p = by_law("even", n)
    plan = training.Plan(1, 1500 if n == 1000 else 2500, 0)
    loss = training.trained(p, (m,), plan, None, False).best[0]
    bound = lower_bound(n, m)
    assert bound.value < loss < random_code(p, m).value
    assert loss == pytest.approx(MINIMA[n, m], rel=0.02)
