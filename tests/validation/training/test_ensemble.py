"""What was saved of an ensemble is read back to the last bit, from its file or from its folder."""

import numpy as np
import pytest

from superlaw.setting.optimizer import GradientFlow
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.validation.training.ensemble import Ensemble
from superlaw.validation.training.simulate import simulate


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def runs(folder):
    task, student, times = PowerLawTask(1.5, 0.25, 16), Student(4), [0.1, 1.0, 3.0]
    flow = GradientFlow()
    return simulate(task, student, times, optimizer=flow, seeds=3, precision="float32", out=folder)


@pytest.mark.parametrize("name", ["curve.csv", "curve.npz"])
def test_a_file_is_read_back_to_the_last_bit(tmp_path, runs, name):
    assert runs.observables
    assert Ensemble.load(runs.save(tmp_path / name)) == runs


def test_a_folder_is_read_back_to_the_last_bit(folder, runs):
    assert Ensemble.load(folder) == runs


def test_only_finished_seeds_are_read(tmp_path, runs, folder):
    for name in ("manifest.json", "seed-0000.npz", "seed-0002.npz"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    (tmp_path / "seed-0001.part.npz").write_bytes(b"")
    found = Ensemble.load(tmp_path)
    assert found.seeds == (0, 2)
    np.testing.assert_array_equal(found.loss, runs.loss[[0, 2]])


@pytest.mark.parametrize(
    ("name", "content"),
    [("manifest.json", b"{}"), ("manifest.json", b"[]"), ("seed-0000.npz", b"half a file")],
)
def test_damaged_folders_are_refused(tmp_path, folder, runs, name, content):
    for path in folder.glob("*.*"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=r"must be .*(ensemble|unaltered)"):
        Ensemble.load(tmp_path)


def test_what_is_no_ensemble_is_refused(tmp_path, refused, runs):
    with refused("path", "finished seeds"):
        Ensemble.load(tmp_path)
    runs.save(tmp_path / "curve.csv")
    (tmp_path / "curve.manifest.json").unlink()
    with refused("path", "manifest"):
        Ensemble.load(tmp_path / "curve.csv")
