"""Trained losses: sharp codes, bounds, and interrupted runs that end in the same bits."""

import numpy as np
import pytest

import superlaw as sl
from superlaw.setting.frequencies import by_law
from superlaw.validation.width import training

SHARP = {(5, 2): 0.063302508, (16, 5): 0.03348045, (27, 6): 0.056570175, (12, 3): 0.17745989}


@pytest.mark.parametrize(
    ("n", "m"),
    [
        (5, 2),
        *(pytest.param(*size, marks=pytest.mark.slow) for size in ((16, 5), (27, 6), (12, 3))),
    ],
)
def test_training_reaches_sharp_codes(n, m):
    plan = training.Plan(4, 2500, 0)
    found = training.losses(np.full(n, 1.0 / n), (m,), plan, None, False)
    assert found.min() == pytest.approx(SHARP[n, m], rel=1e-3)


def test_trained_losses_lie_between_the_bounds():
    found = sl.width_law(np.full(60, 1 / 60), [8], train=True, starts=2, steps=400)
    assert found.lower[0] < found.trained[0] < 0.7 * found.random[0]
    assert found.band[0][0] < found.trained[0] < found.band[0][1]
    assert 0.0 < found.standard_error[0] < 0.1 * found.trained[0] and found.steps == 400
    assert {"trained", "standard_error", "steps"} <= set(found.to_dict())


@pytest.mark.slow
@pytest.mark.parametrize(("m", "reference"), [(10, 0.21254518), (20, 0.052395251)])
def test_trained_losses_of_200_features(m, reference):
    plan = training.Plan(2, 2500, 0)
    found = training.losses(by_law("even", 200), (m,), plan, None, False)
    assert found.min() == pytest.approx(reference, rel=0.02)


def test_an_interrupted_run_ends_in_the_same_bits(tmp_path, monkeypatch):
    p, plan = by_law("even", 20), training.Plan(2, 60, 0)
    whole = training.losses(p, (4, 5), plan, None, False)
    place = training.checked_plan(plan, 20, (4, 5), tmp_path / "run.npz")
    real, calls = training.trained_loss, []

    def killed(*arguments, **options):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(*arguments, **options)

    monkeypatch.setattr(training, "trained_loss", killed)
    with pytest.raises(KeyboardInterrupt, match="run the same again"):
        training.losses(p, (4, 5), plan, place, False)
    assert np.array_equal(training.losses(p, (4, 5), plan, place, False), whole)
    assert len(calls) == 5


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"activity": "bernoulli", "train": True}, "train must be left out"),
        ({"train": True, "ridge": 0.1}, "ridge must be 0 with train"),
        ({"train": "yes"}, "train must be True or False"),
        ({"resume": "x.npz"}, "resume must be left out"),
        ({"train": True, "resume": "x.csv"}, "resume must be a file name"),
        ({"train": True, "steps": 10**12}, "steps must be such that it ends"),
        ({"starts": 0}, "starts must be at least 1"),
        ({"starts": 4}, "starts must be left out without train"),
        ({"steps": 10}, "steps must be left out without train"),
        ({"entropy": 0}, "entropy must be left out without train"),
    ],
)
def test_bad_input_is_refused_by_name(arguments, message):
    with pytest.raises(sl.ArgumentError, match=message):
        sl.width_law(np.full(9, 1 / 9), [3], **arguments)
