"""Every claim holds in its small form, fails when its prediction is wrong, and counts no twice."""

import json
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

from superlaw.setting.task import PowerLawTask
from superlaw.theory.derivations import find_step
from superlaw.validation.claims.size import SIZES, Conditions
from superlaw.validation.claims.suites import selection, suites
from superlaw.validation.validate import validate

ROOT = Path(__file__).parents[3]
COSTLY = (
    *("coactivation", "modes", "momentum", "noise"),
    *("chance", "merging", "recognised", "toys"),
)
QUICK = {c.name for suite in ("sequential", "geometry") for c in suites()[suite]} - set(COSTLY)
"""Claims whose small form takes about a second."""
EVERY = [(suite, claim) for suite, claims in suites().items() for claim in claims]
CLAIMS = [
    pytest.param(claim, id=claim.name, marks=() if claim.name in QUICK else pytest.mark.slow)
    for suite, claim in EVERY
]
SMALL = Conditions(SIZES["small"])
PLANTED = {"sequential": 1.1, "superposed": 1.4, "trained": 1.4, "geometry": 1.4, "width": 1.4}
"""By how much a frequency exponent is wrong that the small form must notice in every claim."""


def distinct(checks):
    """Return how many pairs of numbers are compared."""
    return len({(check["predicted"], check["measured"]) for check in checks})


@pytest.mark.parametrize("claim", CLAIMS)
def test_claim_holds_in_its_small_form(claim, small):
    result = claim.examine(small)
    assert [check for check in result.checks if not check.passed] == []
    told = result.to_dict()["checks"]
    assert distinct(told) == len(told)
    assert len({check["label"] for check in told}) == len(told)


@pytest.mark.parametrize("claim", CLAIMS)
def test_planted_exponent_is_detected(claim, small):
    (suite,) = (suite for suite, known in EVERY if known is claim)
    assert not claim.examine(replace(small, planted=PLANTED[suite])).passed


@pytest.mark.long
def test_every_claim_holds_in_full_and_none_with_a_planted_error():
    assert validate("sequential", seeds=8).passed
    planted = validate("sequential", seeds=8, planted=1.1)
    assert not any(result.passed for result in planted.claims)


@pytest.mark.parametrize(("suite", "claim"), EVERY, ids=[claim.name for _, claim in EVERY])
def test_a_claim_is_named_as_its_file_and_rests_on_a_step(suite, claim):
    assert import_module(f"superlaw.validation.claims.{suite}.{claim.name}").CLAIM is claim
    assert claim.run.__module__ == f"superlaw.validation.claims.{suite}.{claim.name}"
    assert find_step(claim.step).id == claim.step


def test_names_are_said_once():
    names = [claim.name for _, claim in EVERY]
    assert len(set(names) | set(suites())) == len(names) + len(suites())


@pytest.mark.parametrize("suite", suites())
def test_committed_results_are_of_these_claims_and_count_nothing_twice(suite):
    report = json.loads((ROOT / "docs" / "results" / f"{suite}.json").read_text("utf-8"))
    told = {result["name"]: result for result in report["claims"]}
    for claim in suites()[suite]:
        result = told.pop(claim.name)
        assert (result["statement"], result["step"]) == (claim.statement, claim.step)
        assert result["verdict"] == "PASS"
        assert distinct(result["checks"]) == len(result["checks"])
    assert not told


def test_selection_takes_suites_and_claims_each_once():
    named = [claim.name for claim in selection(("front", "sequential", "modes"))]
    assert named[0] == "front" and sorted(named) == sorted(c.name for c in suites()["sequential"])
    assert len(selection(())) == len(EVERY)


def test_draws_are_one_stream_a_comparison():
    conditions = Conditions(SIZES["small"])
    streams = {conditions.draws(name) for name in ("a=1.5, b=0", "a=1.5, b=0.5", "a=2, b=0")}
    assert len(streams) == 3
    assert conditions.draws("x") != replace(conditions, entropy=1).draws("x")
    assert conditions.draws("a=1.5, b=0") == 3932330222


def test_a_planted_error_enters_through_the_believed_task_only():
    task = PowerLawTask(1.5, 0.5, 64)
    assert SMALL.believed(task) == task
    assert replace(SMALL, planted=1.2).believed(task) == replace(task, a=1.2 * 1.5)


@pytest.mark.parametrize(
    ("names", "arguments", "name"),
    [
        (("modse",), {}, "claim"),
        ((), {"size": "huge"}, "size"),
        ((), {"seeds": 1}, "seeds"),
        ((), {"n_features": 3}, "n_features"),
        ((), {"planted": -1.0}, "planted"),
        ((), {"entropy": -1}, "entropy"),
    ],
)
def test_bad_arguments_are_refused(refused, names, arguments, name):
    with refused(name):
        validate(*names, **arguments)
