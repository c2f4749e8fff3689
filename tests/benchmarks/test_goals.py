"""The goals judge what was measured: better numbers meet them, worse ones do not."""

import copy

import numpy as np
import pytest

from benchmarks import ours, peers
from benchmarks.goals import judge
from benchmarks.page import write
from benchmarks.problems import A, B, make
from benchmarks.studies import SIZES, cases
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.closures.row_replica import START


def _row(study, solver, seconds, error, **more):
    base = {"study": study, "problem": "cross_talk", "n_features": 10**6, "t0": 1e-3, "t1": 1e9}
    base |= {"solver": solver, "rtol": 1e-6, "status": "finished", "work": 50, "bytes": 2**26}
    return base | {"seconds": seconds, "error": error} | more


RESULTS = {
    "machine": {"processors": 2, "python": "3.11"},
    "packages": {"superlaw": "0.1.0"},
    "classes": [
        {"problem": "cross_talk", "n_features": 10**6, "t1": 1e9, "seconds": 0.02,
         "stated": 3e-7, "error": 2e-7}
    ],
    "floor": {"bytes_a_step": 72e6, "bandwidth": 1e10, "seconds_a_step": 0.014,
              "floor_a_step": 0.01, "passes": 1.8e-2, "arithmetic": 3e-3},
    "closure": {"seconds": 1.2, "processor": 1.1, "t1": 1e5, "steps": "5 steps"},
    "first_call": 0.9,
    "numba_ready": 0.4,
    "rows": [
        _row("full", "superlaw rosenbrock", 1.0, 1e-7),
        _row("full", "CVODE gmres", 40.0, 1e-7, bytes=2**28),
        _row("full", "CVODE gmres", 1.0, 1e-3),
        {**_row("full", "scipy RK45", 0.0, 0.0), "status": "stopped after 60 s"},
        *(_row("growth", "superlaw rosenbrock", n / 1e6, 1e-7, n_features=n)
          for n in (10**4, 10**5, 10**6)),
        *(_row("span", "superlaw rosenbrock", 1.0, 1e-7, t1=10.0**d, work=5 * (d + 3))
          for d in (0, 3, 6)),
        _row("precision", "superlaw rosenbrock", 1.0, 1e-7),
    ],
}  # fmt: skip


def _verdicts(results):
    return [goal.is_met for goal in judge(results)]


def test_good_measurements_meet_every_goal():
    assert len(_verdicts(RESULTS)) == 10 and all(_verdicts(RESULTS))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda r: r["rows"][0].update(seconds=10.0),
        lambda r: r["rows"][0].update(bytes=2**30),
        lambda r: r["floor"].update(seconds_a_step=0.05),
        lambda r: r["classes"][0].update(seconds=0.2),
        lambda r: r["classes"][0].update(error=4e-7),
        lambda r: r["rows"][1].update(seconds=10.0),
        lambda r: r["rows"][6].update(seconds=10.0),
        lambda r: r["rows"][9].update(work=5000),
        lambda r: r["closure"].update(processor=1.6),
        lambda r: r.update(first_call=1.1),
    ],
)
def test_a_worse_measurement_misses_a_goal(spoil):
    worse = copy.deepcopy(RESULTS)
    spoil(worse)
    assert not all(_verdicts(worse))


def test_peer_without_the_error_is_not_compared_as_if_it_had_it():
    """The fast run with error 1e-3 does not count while another reaches the goal's error."""
    assert "40 times" in judge(RESULTS)[0].measured
    without = copy.deepcopy(RESULTS)
    del without["rows"][1]
    assert "no peer reached" in judge(without)[0].measured


def test_page_shows_a_stopped_run_as_a_row():
    files = dict(write(RESULTS))
    assert "| scipy RK45 | 1e-06 | stopped after 60 s |" in files["benchmarks.md"]
    assert files["figures/growth.svg"].startswith("<svg")


def test_page_of_a_run_that_was_stopped_early():
    early = copy.deepcopy(RESULTS)
    early["rows"] = early["rows"][:2]
    assert set(dict(write(early))) == {"benchmarks.md"}


def test_every_case_is_for_a_known_problem_and_solver():
    for size in SIZES.values():
        found = cases(size)
        assert len({str(sorted(case.items())) for case in found}) == len(found)
        assert {case["problem"] for case in found} <= {
            "linear",
            "two_layer",
            "cross_talk",
            "row_replica",
        }


@pytest.mark.parametrize("name", ["linear", "two_layer", "cross_talk"])
def test_closed_form_starts_at_the_loss_of_the_start(name):
    problem = make(name, 100)
    (early,) = problem.closed_form(np.array([1e-6]))
    assert early == pytest.approx(problem.loss(problem.y0), rel=1e-5)


@pytest.mark.slow
def test_the_closure_is_what_solve_gives_and_what_others_find():
    from superlaw.solvers.solve import solve

    problem, times = make("row_replica", 32), np.array([0.3, 1.0])
    solved = solve(PowerLawTask(A, B, 32), Student(8), times + START).loss
    assert ours.row_replicas(problem, times, 1e-4)[0] == pytest.approx(solved, rel=1e-2)
    other = peers.SOLVERS["scipy DOP853"](problem, times, 1e-6)[0]
    assert problem.closed_form(times) == pytest.approx(other, rel=1e-4)
