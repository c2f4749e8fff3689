import json

import numpy as np
import pytest

import superlaw as sl
from superlaw.arguments import ArgumentError
from superlaw.cli import main
from superlaw.validation.explaining.candidates import NAMES
from superlaw.validation.explaining.comparison import compared
from superlaw.validation.explaining.explanation import RATE
from superlaw.validation.explaining.prediction import Prediction, most_frequent
from superlaw.validation.fitting.measured import measured
from superlaw.validation.fitting.noise import Noise

STEPS = np.unique(np.round(np.geomspace(10, 1e5, 50)))
LR, WRONG = 0.02, 1e-4


def noisy(loss, seed, size=0.02):
    return loss * np.exp(size * np.random.default_rng(seed).standard_normal(loss.shape))


def fresh(seed):
    """Return a task of parameters that nothing was tuned to."""
    rng = np.random.default_rng(seed)
    return sl.PowerLawTask(rng.uniform(1.2, 2.0), rng.uniform(0.1, 0.8), int(rng.integers(80, 400)))


def verdicts(found):
    return {each.name: each.verdict for each in found.candidates}


@pytest.fixture(scope="module")
def explained():
    curve = STEPS, noisy(sl.solve(fresh(3), times=LR * STEPS).loss, 5)
    return sl.explain(curve, fresh(3), lr=LR)


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "lr"), [(0, LR), (1, None)])
def test_modes_learned_one_by_one_are_known_from_their_rival(seed, lr):
    task = fresh(100 + seed)
    curve = STEPS, noisy(sl.solve(task, times=LR * STEPS).loss, seed)
    found = sl.explain(curve, task, lr=lr)
    said = verdicts(found)
    assert said["sequential"] == "not rejected" and said["two-layer"] == "rejected"
    assert found.named("sequential").unit == pytest.approx(LR, rel=0.05)
    assert found.named("two-layer").probability < WRONG
    assert found.is_unit_fitted == (lr is None)
    codes = ["W-SEEDS"] if lr is None else ["W-SEEDS", "W-STEPS"]
    assert "sl.SGD" in str(found) or lr is None
    assert [notice.code for notice in found.warnings] == codes
    assert ("unit is not given" in str(found)) == (lr is None)


@pytest.mark.slow
def test_two_layers_of_an_unknown_start_are_known_from_their_rival():
    task = fresh(7)
    student = sl.Student(depth=2, init=4.4e-3)
    curve = STEPS, noisy(sl.solve(task, student, LR * STEPS).loss, 1)
    for students in ((), student):
        said = verdicts(sl.explain(curve, task, students, lr=LR))
        assert said["two-layer"] == "not rejected" and said["sequential"] == "rejected"


@pytest.mark.parametrize("start", [0.068, pytest.param(0.007, marks=pytest.mark.slow)])
def test_the_start_of_two_layers_is_found_well_enough(start):
    task = sl.PowerLawTask(1.4, 0.5, 100)
    loss = sl.solve(task, sl.Student(depth=2, init=start), LR * STEPS).loss
    found = sl.explain((STEPS, noisy(np.tile(loss, (8, 1)), 3)), task, lr=LR)
    assert found.named("two-layer").verdict == "not rejected"


OFTEN = sl.SGD(0.5, 1)


@pytest.mark.slow
def test_known_sgd_is_compared_with_its_exact_mean():
    task = fresh(11)
    steps = np.unique(np.round(np.geomspace(4, 3e3, 40)))
    loss = sl.solve(task, times=OFTEN.lr * steps, optimizer=OFTEN).loss
    flow = sl.solve(task, times=OFTEN.lr * steps).loss
    assert (loss / flow).max() > 1.1
    curve = steps, noisy(np.tile(loss, (4, 1)), 6, 0.01)
    found = sl.explain(curve, task, optimizer=OFTEN)
    first = found.named("sequential")
    assert first.verdict == "not rejected" and "mean SGD" in first.source
    np.testing.assert_allclose(first.loss, loss, rtol=1e-3)
    (told,) = found.warnings
    assert told.code == "W-STEPS" and "only sequential is the exact mean" in told.message
    assert sl.explain(curve, task, lr=OFTEN.lr).named("sequential").verdict == "rejected"
    slow = sl.explain((steps, noisy(flow, 6)), task, optimizer=OFTEN).named("sequential")
    assert slow.verdict == "rejected"


@pytest.mark.slow
def test_training_in_large_steps_is_explained_with_its_optimizer():
    task = fresh(12)
    for momentum in (0.0, 0.5):
        optimizer = sl.SGD(0.3, 1, momentum)
        times = sl.log_times(10.0, 1e3, 8)
        runs = sl.simulate(task, None, times, optimizer=optimizer, seeds=8, workers=1)
        found = sl.explain(runs, task)
        assert found.named("sequential").verdict == "not rejected"
        assert found.named("two-layer").verdict == "rejected"


def test_where_sgd_has_no_mean_gradient_flow_stands_for_it():
    task = sl.PowerLawTask(1.5, 0.3, 3000, activity="bernoulli", amplitude="uniform")
    curve = STEPS, noisy(sl.solve(task, times=LR * STEPS).loss, 3)
    found = sl.explain(curve, task, optimizer=sl.SGD(LR, 64))
    assert "of gradient flow, not of SGD" in found.named("sequential").source


def test_an_explanation_is_read_back(explained, tmp_path, refused):
    explained.save(tmp_path / "found.json")
    again = sl.Explanation.load(tmp_path / "found.json")
    assert again == explained and str(again) == str(explained)
    (tmp_path / "other.json").write_text('{"candidates": [3]}')
    for name in ("other.json", "none.json"):
        with refused("path", "the .json of an explanation"):
            sl.Explanation.load(tmp_path / name)


def test_another_task_is_rejected():
    task = fresh(8)
    other = sl.PowerLawTask(task.a + 0.15, task.b, task.n_features)
    curve = STEPS, noisy(sl.solve(other, times=LR * STEPS).loss, 2)
    found = sl.explain(curve, task)
    assert set(verdicts(found).values()) == {"rejected", "no prediction"}
    assert found.summary.startswith("None of the candidates") and "halve" in found.summary


@pytest.mark.slow
def test_the_rate_of_wrong_rejections_is_the_stated_one():
    rng, n = np.random.default_rng(20), 60
    x = np.linspace(0.0, 8.0, n)
    made = Prediction(x, -0.7 * x, np.full(n, 0.1), np.full(n, 0.05), "made up")
    apart = np.abs(np.subtract.outer(x, x))
    covariance = (0.1**2 + 0.05**2) * np.exp(-apart / np.log(10.0)) + 0.02**2 * np.eye(n)
    draw, noise = np.linalg.cholesky(covariance), Noise(np.full(n, 0.02), 0.0, 1e6, made.y)
    chances = []
    for _ in range(400):
        data = measured((np.exp(x), np.exp(made.y + draw @ rng.standard_normal(n))))
        chances.append(compared(data, noise, made, 1.0).probability)
    assert np.mean(np.array(chances) < RATE) < 0.03
    assert np.quantile(chances, [0.1, 0.5, 0.9]) == pytest.approx([0.1, 0.5, 0.9], abs=0.12)


def test_features_beyond_the_width_are_never_learned():
    task, times = fresh(9), np.geomspace(1e-4, 1e9, 40)
    n = task.n_features
    loss = np.exp(most_frequent(task, 30, times).y)
    i = np.arange(31.0, n + 1.0)
    left = 0.5 * np.sum(task.second_moment(i) * task.target(i) ** 2)
    assert loss[-1] == pytest.approx(left, rel=1e-9)
    np.testing.assert_allclose(np.exp(most_frequent(task, n, times[:20]).y),
                               sl.solve(task, times=times[:20]).loss, rtol=1e-9)  # fmt: skip


def test_a_rival_without_a_prediction_says_why():
    found = sl.explain((STEPS, sl.solve(fresh(1), times=LR * STEPS).loss), fresh(1), lr=LR)
    assert tuple(verdicts(found)) == tuple(NAMES)
    missing = found.named("superposed")
    assert missing.verdict == "no prediction" and "give the width" in missing.source
    assert "Not compared: superposed, trained" in found.summary


def test_every_predicted_curve_is_drawn_with_its_band(explained):
    series = explained.picture().series
    assert [each.label for each in series if each.label] == [
        "measured", "sequential: not rejected", "two-layer: rejected",
    ]  # fmt: skip
    bands = [each for each in series if each.style == "band"]
    assert len(bands) == 2 and all((each.upper > each.y).all() for each in bands)
    assert explained.columns()["verdict"] == list(verdicts(explained).values())


@pytest.mark.slow
def test_several_seeds_and_measured_frequencies_are_taken():
    i = np.arange(1.0, 201.0)
    p = np.where(i < 15, i**-0.8, 15**0.9 * i**-1.7)
    task = sl.MeasuredTask(p / p.sum(), i**-0.3)
    loss = sl.solve(task, times=LR * STEPS).loss
    curve = STEPS, noisy(np.tile(loss, (5, 1)), 4)
    found = sl.explain(curve, task)
    assert found.named("sequential").verdict == "not rejected" and not found.warnings


@pytest.mark.slow
def test_flows_have_no_noise_and_sgd_has():
    task = fresh(3)
    times = sl.log_times(1.0, 50.0, 6)
    for optimizer, codes in ((sl.GradientFlow(), []), (sl.SGD(0.05, 1), ["W-STEPS"])):
        student = None if codes else sl.Student(activation="relu", embedding="identity")
        seeds = 8 if codes else 1
        runs = sl.simulate(task, student, times, optimizer=optimizer, seeds=seeds)
        few = [] if codes else ["W-SEEDS"]
        assert [notice.code for notice in sl.explain(runs, task).warnings] == few + codes


def test_a_solution_has_times_of_its_own():
    task = fresh(2)
    solved = sl.solve(task, times=sl.log_times(1, 1e3))
    found = sl.explain(solved, task)
    assert not found.is_unit_fitted and found.named("sequential").unit == 1.0
    with pytest.raises(ArgumentError, match="lr must be left out with a Solution"):
        sl.explain(solved, task, lr=0.1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"task": sl.PowerLawTask(1.5)}, "n_features must be a finite number to explain"),
        ({"task": 1.5}, "task must be a PowerLawTask or a MeasuredTask"),
        ({"lr": 0.0}, "lr must be above 0"),
        ({"lr": 0.1, "optimizer": sl.SGD()}, "lr must be left out with an optimizer"),
        ({"optimizer": sl.Adam()}, "optimizer must be an SGD"),
        ({"students": [3]}, "student must be a Student"),
        ({"students": [None]}, "student must be a Student"),
        ({"curve": (STEPS, -STEPS)}, "curve must be finite and above 0"),
    ],
)
def test_what_cannot_be_explained_is_refused(arguments, message):
    given = {"curve": (STEPS, 1.0 / STEPS), "task": fresh(0)} | arguments
    with pytest.raises(ArgumentError, match=message):
        sl.explain(**given)


def test_the_command_names_every_candidate(tmp_path, capsys):
    task, file = sl.PowerLawTask(1.6, 0.3, 200), tmp_path / "curve.csv"
    curve = np.stack([STEPS, noisy(sl.solve(task, times=LR * STEPS).loss, 3)], axis=1)
    np.savetxt(file, curve, delimiter=",", header="step,train/loss", comments="")
    out = tmp_path / "explained.json"
    code = main(["explain", str(file), "-a", "1.6", "-b", "0.3", "-N", "200", "--json",
        "--lr", "0.02", "--out", str(out)])  # fmt: skip
    answer = json.loads(capsys.readouterr().out)
    assert code == 0 and json.loads(out.read_text()) == answer
    for each in answer["candidates"]:
        assert {"name", "deviation", "decades", "verdict"} <= set(each)
    first = answer["candidates"][0]
    assert first["name"] == "sequential" and first["verdict"] == "not rejected"
    assert {"from", "to", "deviation", "error"} == set(first["decades"][0])


def test_the_command_takes_what_has_trained_the_curve(tmp_path, capsys):
    task, file = fresh(11), tmp_path / "curve.csv"
    steps = np.unique(np.round(np.geomspace(4, 3e3, 40)))
    loss = sl.solve(task, times=OFTEN.lr * steps, optimizer=OFTEN).loss
    np.savetxt(file, np.stack([steps, loss], 1), delimiter=",", header="time,loss", comments="")
    asked = [
        "explain",
        str(file),
        "-a",
        repr(task.a),
        "-b",
        repr(task.b),
        "-N",
        str(task.n_features),
    ]
    assert main([*asked, "--lr", "0.5", "--batch", "1"]) == 0
    assert "sequential           not rejected" in capsys.readouterr().out
    assert main([*asked, "--batch", "1"]) == main([*asked, "--lr", "1", "--momentum", "0.5"]) == 2
    told = capsys.readouterr().err
    assert "batch must be given with --lr" in told and "momentum must be given with --batch" in told


@pytest.mark.slow
def test_networks_of_fresh_seeds_are_explained_by_what_they_are():
    task, width = sl.PowerLawTask(1.35, 0.45, 120), 40
    times = sl.log_times(0.5, 200, 8)
    for name, student in (
        ("superposed", sl.Student(width=width)),
        ("trained", sl.Student(width=width, tied=True)),
    ):
        runs = sl.simulate(task, student, times, seeds=1, entropy=987, workers=1)
        found = sl.explain((times, runs.loss), task, sl.Student(width=width), lr=1.0)
        assert found.named(name).verdict == "not rejected"
        assert found.named("sequential").verdict == "rejected"
        assert found.named("two-layer").verdict == "rejected"


@pytest.mark.slow
def test_adam_has_no_candidate_and_is_told_so():
    task, student = sl.PowerLawTask(1.5, 0.25, 16), sl.Student(8, tied=True)
    times = sl.log_times(0.1, 1.0, 6)
    runs = sl.simulate(task, student, times, optimizer=sl.Adam(1e-3, 8), seeds=4)
    (told,) = sl.explain(runs, task, student).warnings
    assert told.code == "W-STEPS" and "no time of a flow" in told.message
