import pickle

import numpy as np
import pytest

from superlaw.arguments import ArgumentError
from superlaw.setting.measured import MeasuredTask, read_task, task_of
from superlaw.setting.task import PowerLawTask

RNG = np.random.default_rng(11)


def zipf(n, a=1.5, b=0.25):
    i = np.arange(1.0, n + 1.0)
    p = i**-a
    return MeasuredTask(p / p.sum(), i**-b)


def scattered(n):
    """Return frequencies over five decades, with importances that follow no rank."""
    p = np.exp(2.0 * RNG.standard_normal(n))
    return MeasuredTask(p / p.sum(), np.exp(RNG.standard_normal(n)))


def test_features_are_ranked_with_their_importances():
    order = RNG.permutation(50)
    known = zipf(50)
    task = MeasuredTask(known.frequencies[order], known.importances[order])
    assert task == known and hash(task) == hash(known)
    assert task.probability(3.0) == known.frequencies[2]
    assert np.array_equal(task.target(np.array([1.0, 50.0])), known.importances[[0, 49]])


def test_a_measured_power_law_has_the_moments_of_the_law():
    law, task, i = PowerLawTask(1.5, 0.25, 300), zipf(300), np.arange(1.0, 301.0)
    for name in ("probability", "target", "mean", "second_moment", "fourth_moment"):
        np.testing.assert_allclose(getattr(task, name)(i), getattr(law, name)(i), rtol=1e-12)
    assert task.sum_of_squares == pytest.approx(law.sum_of_squares, rel=1e-12)


@pytest.mark.parametrize("most", [60, 300, 10**6])
def test_cells_keep_features_frequency_and_first_loss(most):
    task = scattered(5000)
    p, a, n = task.cells(head=20, per_decade=8, most=most)
    assert n.sum() == 5000 and (n[:20] == 1.0).all() and (np.diff(p) <= 0.0).all()
    assert (n * p).sum() == pytest.approx(1.0, rel=1e-12)
    first = (task.frequencies * task.importances**2).sum()
    assert (n * p * a * a).sum() == pytest.approx(first, rel=1e-12)
    assert len(p) <= max(most, 20 + 8 * 8)


def test_cells_of_few_features_are_the_features():
    task = zipf(10)
    p, a, n = task.cells(head=20, per_decade=8, most=100)
    assert np.array_equal(p, task.frequencies) and np.array_equal(a, task.importances)
    assert (n == 1.0).all()


def test_bins_sum_to_a_thousandth():
    task = scattered(5_000)
    p, a = task.frequencies, task.importances
    for t in (1.0, 1e3, 1e5):
        exact = (p * a**2 * np.exp(-p * t)).sum()
        binned = sum(n * q * x * x * np.exp(-q * t) for q, x, n in task.bins())
        assert binned == pytest.approx(exact, rel=1e-3)


def test_a_task_is_plain_data_by_its_digest():
    one, other = zipf(20), zipf(20, b=0.3)
    assert one != other and one.to_dict() != other.to_dict()
    assert pickle.loads(pickle.dumps(one)) == one
    assert len(repr(one)) < 80
    with pytest.raises(ValueError, match="read-only"):
        one.frequencies[0] = 1.0


def test_independent_features_have_the_density_of_their_frequencies():
    task = MeasuredTask([0.5, 0.4, 0.6], activity="bernoulli")
    assert task.density == pytest.approx(1.5) and task.has_coupled_modes


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([0.5, 0.6],), "frequencies must be of sum 1"),
        (([0.5, 0.5, 0.0],), "frequencies must be finite and above 0"),
        (([1.0],), "frequencies must be a one-dimensional array of 2"),
        (([1e308, 1e308],), "frequencies must be of sum 1"),
        (([1.0 - 1e-9, 1e-200],), "frequencies must be at least 1e-100"),
        ((["x", "y"],), "frequencies must be an array of numbers"),
        (([0.5, 0.5], [1.0]), r"importances must be of shape \(2,\)"),
        (([0.5, 0.5], [1.0, 0.0]), "importances must be from 1e-100 to"),
        (([0.5, 0.5], [1.0, -2.0]), "importances must be from 1e-100 to"),
    ],
)
def test_what_is_no_task_is_refused(arguments, message):
    with pytest.raises(ArgumentError, match=message):
        MeasuredTask(*arguments)


@pytest.mark.parametrize("i", [0.0, 1.5, -1.0])
def test_there_are_whole_ranks_only(i):
    with pytest.raises(IndexError):
        zipf(5).probability(i)


def test_files_have_frequencies_or_counts(tmp_path):
    file = tmp_path / "words.csv"
    file.write_text("frequency,importance\n0.25,2\n0.75,1\n")
    assert read_task(file) == MeasuredTask([0.25, 0.75], [2.0, 1.0])
    file.write_text("count\n30\n10\n")
    assert read_task(file) == MeasuredTask([0.75, 0.25])
    file.write_text("p\n0.75\n0.25\n")
    assert task_of({"frequencies": str(file)}) == MeasuredTask([0.75, 0.25])
    file.write_text("rank,p\n1,0.75\n2,0.25\n")
    with pytest.raises(ArgumentError, match="a file with a column frequency or count"):
        read_task(file)


@pytest.mark.parametrize("name", ["a", "b", "n_features", "density"])
def test_what_a_file_says_is_not_said_twice(name):
    with pytest.raises(ArgumentError, match=f"{name} must be left out with measured frequencies"):
        task_of({"frequencies": "words.csv", name: 2.0})
