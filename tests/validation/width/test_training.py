"""Trained losses: sharp codes, bounds, and interrupted runs that end in the same bits."""

import numpy as np
import pytest

import superlaw as sl
from superlaw.progress import duration
from superlaw.setting.frequencies import by_law
from superlaw.validation.training import codes, sampled
from superlaw.validation.training.codes import trained_code
from superlaw.validation.training.recipe import Mover, Recipe
from superlaw.validation.training.sampled import SampledPull, sampled_loss
from superlaw.validation.width import starts, training
from superlaw.validation.width.prediction import notices_of_training

SHARP = {(5, 2): 0.063302508, (16, 5): 0.03348045, (27, 6): 0.056570175, (12, 3): 0.17745989}


@pytest.mark.parametrize(
    ("n", "m"),
    [pytest.param(*size, marks=pytest.mark.slow) for size in ((5, 2), (16, 5), (27, 6), (12, 3))],
)
def test_training_reaches_sharp_codes(n, m):
    plan = training.Plan(4, 2500, 0)
    found = training.trained(np.full(n, 1.0 / n), (m,), plan, None, False)
    assert found.best[0] == pytest.approx(SHARP[n, m], rel=1e-3)


def test_trained_losses_lie_between_the_bounds():
    found = sl.width_law(np.full(60, 1 / 60), [8], train=True, starts=2, steps=400)
    assert found.lower[0] < found.trained[0] < 0.7 * found.random[0]
    assert found.band[0][0] < found.trained[0] < found.band[0][1]
    assert 0.0 < found.standard_error[0] < 0.1 * found.trained[0] and found.steps == 400
    assert {"trained", "standard_error", "steps", "training"} <= set(found.to_dict())
    assert "trained: adam, best of 2 from random codes; 400 steps" in str(found)


@pytest.mark.slow
@pytest.mark.parametrize(("m", "reference"), [(10, 0.21254518), (20, 0.052395251)])
def test_trained_losses_of_200_features(m, reference):
    plan = training.Plan(2, 2500, 0)
    found = training.trained(by_law("even", 200), (m,), plan, None, False)
    assert found.best[0] == pytest.approx(reference, rel=0.02)


@pytest.mark.parametrize(
    "chosen",
    [
        {},
        {"optimizer": "flow", "ridge": 0.05},
        {"batch": 16},
    ],
    ids=["adam", "flow", "sampled"],
)
def test_an_interrupted_run_ends_in_the_same_bits(tmp_path, monkeypatch, chosen):
    """Killed in the middle of a step of the second start of the first width."""
    monkeypatch.setattr(codes, "TEST_SAMPLES", 1024)
    monkeypatch.setattr(training, "_code", lambda *_: (np.ones(20), np.full(20, -0.1)))
    p, plan = by_law("even", 20), training.Plan(2, 40, 0, **chosen)
    whole = training.trained(p, (4, 5), plan, None, False)
    place = training.checked_place(plan, 20, (4, 5), tmp_path / "run.npz")
    kind = training.FlowTrainer if chosen.get("optimizer") else training.AdamTrainer
    real, calls = kind.step, []

    def killed(trainer):
        calls.append(1)
        real(trainer)
        if len(calls) == 60:
            for array in trainer.arrays().values():
                array *= 0 if array.dtype.kind == "f" else 1  # copies: no harm
            raise KeyboardInterrupt

    monkeypatch.setattr(training, "SNAPSHOT_SECONDS", 0.0)
    monkeypatch.setattr(kind, "step", killed)
    with pytest.raises(KeyboardInterrupt, match="run the same again"):
        training.trained(p, (4, 5), plan, place, False)
    again = training.trained(p, (4, 5), plan, place, False)
    assert np.array_equal(again.loss, whole.loss) and np.array_equal(again.steps, whole.steps)
    assert len(calls) == whole.steps.sum() + 1  # the step that was cut off, and no other, twice


def test_an_estimate_is_said_before_long_training(monkeypatch, capsys):
    monkeypatch.setattr(training, "LONG_SECONDS", 0.0)
    training.trained(by_law("even", 20), (4,), training.Plan(1, 3, 0), None, True)
    said = capsys.readouterr().err
    assert "seconds of training on one core" in said and "at m = 4" in said
    assert duration(3 * 3600.0) == "3 hours" and duration(9.6) == "10 seconds"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"activity": "bernoulli", "ridge": 0.1, "train": True}, "ridge must be 0"),
        ({"train": True, "weight_decay": 2.0}, "weight_decay must be between -2 and 2"),
        ({"train": True, "weight_decay": float("nan")}, "weight_decay must be"),
        (
            {"activity": "bernoulli", "train": True, "batch": 10**10, "steps": 1, "starts": 1},
            "batch must be small enough for",
        ),
        ({"train": True, "batch": 64}, "batch must be left out where one feature is active"),
        ({"activity": "bernoulli", "train": True, "batch": 0}, "batch must be at least 1"),
        ({"weight_decay": 0.5}, "weight_decay must be left out without train"),
        ({"train": "yes"}, "train must be True or False"),
        ({"resume": "x.npz"}, "resume must be left out"),
        ({"train": True, "resume": "x.csv"}, "resume must be a file name"),
        ({"train": True, "steps": 10**12}, "steps must be such that it ends"),
        ({"optimizer": "flow"}, "optimizer must be left out without train"),
        ({"train": True, "optimizer": "sgd"}, "optimizer must be one of"),
        (
            {"train": True, "optimizer": "flow", "weight_decay": 0.5},
            "weight_decay must be left out",
        ),
        ({"train": True, "optimizer": "flow", "activity": "bernoulli"}, "optimizer must be .adam."),
        ({"train": True, "starts": 0}, "starts must be at least 1"),
        ({"starts": 4}, "starts must be left out without train"),
        ({"steps": 10}, "steps must be left out without train"),
        ({"entropy": 0}, "entropy must be left out without train"),
    ],
)
def test_bad_input_is_refused_by_name(arguments, message):
    with pytest.raises(sl.ArgumentError, match=message):
        sl.width_law(np.full(9, 1 / 9), [3], **arguments)


def test_widths_that_do_not_fit_into_memory_are_refused():
    plan = training.Plan(1, 1, 0, batch=1)
    with pytest.raises(sl.ArgumentError, match="widths must be small enough for"):
        training.checked_place(plan, 10**6, (4, 10**6 - 1), None)


def _ignore(*_):
    pass


def test_the_rate_rises_in_a_line_and_falls_as_a_cosine():
    recipe = Recipe(100, warmup=10, floor=0.05)
    assert [recipe.share(step) for step in (1, 10, 11)] == pytest.approx([0.1, 1.0, 1.0])
    assert recipe.share(56) == pytest.approx(0.05 + 0.95 / 2)
    assert recipe.share(100) == pytest.approx(0.05, abs=1e-3)
    assert Recipe(4).share(3) == pytest.approx(0.5)


@pytest.mark.parametrize("gamma", [0.5, -0.5])
def test_decay_shrinks_columns_or_pulls_their_norms_to_1(gamma):
    W, b = np.array([[2.0, 0.0], [0.0, 0.25]], np.float32), np.zeros(2, np.float32)
    mover = Mover(Recipe(10, rate=0.1, decay=gamma, floor=1.0), W, b)
    mover(1, np.zeros_like(W), np.zeros_like(b))
    assert W[0, 0] == pytest.approx(2.0 * 0.95 if gamma > 0.0 else 2.0 - 0.05 * 1.0)
    assert W[1, 1] == pytest.approx(0.25 * 0.95 if gamma > 0.0 else 0.25 + 0.05 * 0.75)


def test_the_pull_of_samples_is_that_of_the_loss():
    """Against differences of the same loss, both over many samples of few features."""
    p, generator = np.array([0.3, 0.2, 0.1]), np.random.default_rng(0)
    W = generator.standard_normal((3, 2)).astype(np.float32)
    b = np.array([-0.1, 0.05, -0.2], np.float32)
    W_pull, b_pull = np.empty_like(W), np.empty_like(b)
    total, n = np.zeros((3, 3)), 300
    pull = SampledPull(p, 2, 1024, generator)
    for _ in range(n):
        pull(W, b, W_pull, b_pull)
        total += np.column_stack([W_pull, b_pull]) / n
    step = 1e-2
    for j, k in ((0, 0), (1, 1), (2, 2)):
        ends = []
        for sign in (1.0, -1.0):
            moved = np.column_stack([W, b]).astype(float)
            moved[j, k] += sign * step
            rng = np.random.default_rng(1)
            ends.append(sampled_loss(p, moved[:, :2], moved[:, 2], 100_000, rng))
        slope = (ends[0][0] - ends[1][0]) / (2.0 * step)
        assert -2.0 * total[j, k] == pytest.approx(slope, abs=0.01)


@pytest.mark.parametrize("shut", [0.0, 1.0], ids=["open", "shut"])
def test_the_pull_of_a_batch_is_that_of_dense_arrays(monkeypatch, shut):
    """The same samples, in one piece and in float64; tiles of which the last is short."""
    monkeypatch.setattr(sampled, "TILE", 7)
    p, rng = by_law("power", 20, a=1.2), np.random.default_rng(5)
    W, b = (x.astype(np.float32) for x in starts.plain(20, 4, rng, 0.3))
    b -= np.float32(shut)
    pull = SampledPull(p, 4, 64, rng)
    W_pull, b_pull = np.empty_like(W), np.empty_like(b)
    pull(W, b, W_pull, b_pull)
    x = inputs(pull._batch, 20)
    y = np.maximum(x @ W.astype(float) @ W.T + b, 0.0)
    g = np.where(y > 0.0, x - y, 0.0) / 64
    assert (np.mean(y > 0.0) < sampled.SPARSE_ENOUGH) == (shut > 0.0)
    assert W_pull == pytest.approx(g.T @ x @ W + x.T @ g @ W, rel=1e-5, abs=1e-6)
    assert b_pull == pytest.approx(g.sum(axis=0), rel=1e-5, abs=1e-6)


def test_the_sampled_loss_is_that_of_dense_arrays(monkeypatch):
    monkeypatch.setattr(sampled, "TILE", 7)
    kept, real = [], sampled.draw_batch

    def draw(*arguments):
        patterns = real(*arguments)
        kept.append(inputs(arguments[-1], 20))
        return patterns

    monkeypatch.setattr(sampled, "draw_batch", draw)
    p, rng = by_law("power", 20, a=1.2), np.random.default_rng(5)
    W, b = starts.plain(20, 4, rng, 0.3)
    loss, error = sampled_loss(p, W, b, 2048, rng)
    x = np.concatenate(kept)
    losses = np.sum((np.maximum(x @ W @ W.T + b, 0.0) - x) ** 2, axis=1)
    assert loss == pytest.approx(losses.mean(), rel=1e-12)
    assert error == pytest.approx(losses.std(ddof=1) / np.sqrt(2048), rel=1e-12)


def inputs(batch, n):
    """Return the inputs of a batch."""
    x = np.zeros((len(batch.pattern), n))
    for sample, (u, scale) in enumerate(zip(batch.pattern, batch.scale, strict=True)):
        if u >= 0:
            k = slice(batch.starts[u], batch.starts[u + 1])
            x[sample, batch.index[k]] = scale * batch.amplitude[k]
    return x


def test_samples_of_rare_features_have_the_loss_of_one_active_feature():
    p, m = by_law("power", 40, a=1.2), 8
    rng = np.random.default_rng(0)
    start = starts.plain(40, m, rng)
    exact = trained_code(p, *start, Recipe(200), on_step=_ignore)
    rare = 1e-3 * p
    loss, error = sampled_loss(rare, exact.columns, exact.biases, 400_000, rng)
    silent = float(np.sum(np.maximum(exact.biases, 0.0) ** 2))
    assert abs(loss - 1e-3 * (exact.loss - silent) - silent) < 4.0 * error + 1e-6


@pytest.mark.slow
def test_trained_losses_of_samples_lie_below_random_codes():
    found = sl.width_law(
        np.full(60, 1 / 60), [8], activity="bernoulli", train=True, starts=1, steps=300, batch=256
    )
    assert 0.3 * found.random[0] < found.trained[0] < 0.9 * found.random[0]
    assert 0.0 < found.standard_error[0] < 0.02 * found.trained[0]
    assert found.represented[0] > 0.9 and found.lower == (None,)


def test_columns_that_cost_are_those_that_pay():
    """p > λ/4 alone, with room; the better start is the one without biases."""
    p = by_law("power", 60, a=1.0)
    found = sl.width_law(p, [12], ridge=0.1, train=True, starts=2, steps=400)
    alone = int(np.sum(p > 0.1 / 4.0))
    assert abs(60 * found.represented[0] - alone) <= 1 and found.regime == ("weak",)
    assert found.trained[0] == pytest.approx(found.predicted[0], rel=0.05)
    assert found.training.endswith("by turns; the best at m = 12 from Gaussian columns")


def test_the_best_start_is_said_at_each_width():
    plan = training.Plan(4, 10, 0, decay=0.5)
    assert plan.told((4, 5, 6), (1, 0, 3)) == (
        "adam, best of 4 from Gaussian columns and random codes by turns; "
        "the best at m = 4, 6 from a random code; m = 5 from Gaussian columns"
    )


def test_weight_decay_takes_columns_and_is_said():
    p, rng = by_law("power", 60, a=1.5), np.random.default_rng(0)
    start = starts.plain(60, 6, rng)
    held, decayed = (
        trained_code(p, *start, Recipe(200, decay=gamma), on_step=_ignore) for gamma in (-1.0, 1.0)
    )
    assert held.represented > 54 and decayed.represented < 36
    assert held.loss < decayed.loss
    assert (
        "depends on the start" in str(notices_of_training(1.0)[0])
        and notices_of_training(0.0) == ()
    )
