"""An interrupted run goes on to the same bits; a resume file of another run is refused."""

import numpy as np
import pytest
from solver_problems import cubic

from superlaw.curves import log_times
from superlaw.solvers.integrators.events import loss_reaches
from superlaw.solvers.integrators.integrate import integrate
from superlaw.solvers.models.families import coactive

TIMES = log_times(0.1, 1e2, 3)

pytestmark = pytest.mark.kernels


def coupled(n=40, strength=0.8):
    i = np.arange(1.0, n + 1.0)
    lam = i**-1.5 / np.sum(i**-1.5)
    return coactive.problem(lam, strength * lam, i**-0.25, np.ones(n))


@pytest.mark.parametrize("interruptions", [(13,), (1, 2, 30)])
def test_resumed_run_is_the_same_to_the_bit(tmp_path, interruptions):
    problem, options = coupled(), {"keep_state": "all", "events": [loss_reaches(0.02)]}
    path = tmp_path / "run.npz"
    whole = integrate(problem, TIMES, **options)
    for steps in interruptions:
        part = integrate(problem, TIMES, resume=path, max_steps=steps, throw=False, **options)
        assert part.status == "max_steps" and part.n_steps + part.n_rejected == steps
    resumed = integrate(problem, TIMES, resume=path, **options)
    for name in ("loss", "local_slope", "state", "states", "times"):
        np.testing.assert_array_equal(getattr(resumed, name), getattr(whole, name))
    assert (resumed.n_steps, resumed.events) == (whole.n_steps, whole.events)


def test_resume_file_of_a_callback_that_stops(tmp_path):
    path = tmp_path / "run.npz"
    stopped = integrate(coupled(), TIMES, resume=path, callback=lambda moment: True, throw=False)
    assert stopped.status == "stopped" and len(stopped.times) < len(TIMES)
    resumed = integrate(coupled(), TIMES, resume=path)
    np.testing.assert_array_equal(resumed.loss, integrate(coupled(), TIMES).loss)


@pytest.mark.parametrize(
    ("problem", "options"),
    [
        (coupled(strength=0.9), {}),
        (cubic(), {}),
        (coupled(), {"rtol": 1e-5}),
        (coupled(), {"method": "dopri5"}),
        (coupled(), {"events": [loss_reaches(0.1)]}),
    ],
)
def test_resume_file_of_another_run_is_refused(tmp_path, refused, problem, options):
    path = tmp_path / "run.npz"
    integrate(coupled(), TIMES, resume=path, max_steps=5, throw=False)
    with refused("resume", "of this very run"):
        integrate(problem, TIMES, resume=path, **options)


def test_damaged_file_is_refused(tmp_path, refused):
    path = tmp_path / "run.npz"
    path.write_bytes(b"half a file")
    with refused("resume", "whole and unaltered"):
        integrate(coupled(), TIMES, resume=path)
    with refused("resume", "ending in .npz"):
        integrate(coupled(), TIMES, resume=tmp_path / "run.csv")
