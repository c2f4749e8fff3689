"""A claim takes the numbers that it says it takes, and no others; the others are refused."""

from dataclasses import fields

import pytest

from superlaw.arguments import ArgumentError
from superlaw.validation.claims.claim import OPTIONS
from superlaw.validation.claims.size import SIZES, Conditions, Size
from superlaw.validation.claims.suites import suites
from superlaw.validation.validate import validate

CLAIMS = [claim for claims in suites().values() for claim in claims]
MARKS = {
    "chance": pytest.mark.slow, "solvers": pytest.mark.slow, "noise": pytest.mark.slow,
    "momentum": pytest.mark.slow, "recognised": pytest.mark.slow,
    "coactivation": pytest.mark.slow, "threshold": pytest.mark.long,
    "universality": pytest.mark.long,
    "between": pytest.mark.long, "fresh_sources": pytest.mark.long, "spread_out": pytest.mark.long,
    "surface": pytest.mark.long, "paid_norms": pytest.mark.slow, "attained": pytest.mark.slow,
    "random_directions": pytest.mark.slow, "weak_regime": pytest.mark.slow,
    "published": pytest.mark.slow,
}  # fmt: skip


class Enough(Exception):
    """Everything that a claim says it takes has been looked at."""


def noting(kind, looked, wanted):
    """Return a class whose options note that they are looked at; those not wanted raise."""

    class Noting(kind):
        def __getattribute__(self, name):
            if name in OPTIONS:
                assert name in wanted, f"looks at {name}"
                looked.add(name)
                if looked == wanted == set(OPTIONS):
                    raise Enough
            return super().__getattribute__(name)

    return Noting


@pytest.mark.parametrize(
    "claim", [pytest.param(c, id=c.name, marks=MARKS.get(c.name, ())) for c in CLAIMS]
)
def test_a_claim_takes_what_it_says(claim):
    looked, wanted, small = set(), set(claim.takes), SIZES["small"]
    parts = {}
    for name in (field.name for field in fields(small)):
        extent = getattr(small, name)
        known = {field.name: getattr(extent, field.name) for field in fields(extent)}
        parts[name] = noting(type(extent), looked, wanted)(**known)
    conditions = noting(Conditions, looked, wanted)(Size(**parts))
    looked.clear()
    try:
        claim.run(conditions)
    except Enough:
        return
    assert looked == wanted


@pytest.mark.parametrize("given", [{"executor": "threads"}, {"workers": 2}, {"executor": 3}])
def test_what_runs_no_simulations_is_refused(refused, given):
    with refused(next(iter(given)), "left out|one of"):
        validate("two_layer", size="small", **given)


@pytest.mark.parametrize(
    ("names", "given"),
    [
        (("two_layer",), {"n_features": 64}),
        (("two_layer", "leak"), {"seeds": 3}),
        (("geometry",), {"n_features": 64}),
        (("two_layer",), {"entropy": 1}),
    ],
)
def test_a_number_that_no_claim_takes_is_refused(refused, names, given):
    with refused(next(iter(given)), "left out with these claims"):
        validate(*names, **given)


def test_more_features_than_any_student_can_hold_are_refused_before_any_work(refused):
    seen = []
    with refused("n_features", "small enough"):
        validate(n_features=10**12, on_claim=seen.append)
    assert seen == []


def test_features_whose_students_have_no_room_are_refused_before_any_claim():
    seen = []
    with pytest.raises(ArgumentError, match=r"small enough for|ends within"):
        validate("front", "universality", n_features=20_000, on_claim=seen.append)
    assert seen == []
