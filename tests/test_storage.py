import errno
import json
import os
import pickle
import subprocess
import sys

import numpy as np
import pytest

from superlaw import storage


def test_a_failed_writer_leaves_the_old_file_and_no_other(tmp_path):
    target = tmp_path / "result.json"
    target.write_text("old")
    with pytest.raises(RuntimeError), storage.replacing(target) as part:
        part.write_text("half")
        raise RuntimeError
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_json_keeps_full_precision_and_turns_nan_into_null():
    text = storage.to_json({"x": np.array([0.1, np.nan, np.inf]), "n": np.int64(3)})
    assert json.loads(text) == {"x": [0.1, None, None], "n": 3}


@pytest.mark.parametrize("suffix", [".npz", ".csv"])
def test_arrays_come_back_to_the_last_bit(tmp_path, suffix):
    from superlaw.curves import read_curve

    times, loss = np.geomspace(0.1, 7.0, 5), np.pi ** -np.arange(5.0)
    storage.write_arrays(tmp_path / f"c{suffix}", {"times": times, "loss": loss})
    found_times, found_loss = read_curve(tmp_path / f"c{suffix}")
    np.testing.assert_array_equal(found_times, times)
    np.testing.assert_array_equal(found_loss[0], loss)


def test_unwritable_folder_is_refused_before_any_work(tmp_path, refused):
    file = tmp_path / "file"
    file.write_text("")
    with refused("out", "folder"):
        storage.output_folder(file / "below")


def test_manifest_says_how_a_result_came_about():
    facts = storage.manifest({"a": 1.5}, status="success")
    assert facts["configuration"] == {"a": 1.5}
    assert facts["schema_version"] == storage.SCHEMA_VERSION
    assert {"superlaw", "numpy", "numba"} <= set(facts["packages"])


def test_a_full_disk_says_where_and_leaves_nothing(tmp_path, monkeypatch):
    def no_space(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(storage.OutputError, match=r"curve.npz: No space left on device"):
        storage.write_arrays(tmp_path / "curve.npz", {"x": np.zeros(3)})
    assert not list(tmp_path.iterdir())
    error = storage.OutputError("there", "full")
    assert str(pickle.loads(pickle.dumps(error))) == str(error) == "cannot write there: full"


SAY = "import sys; from superlaw import storage; storage.to_stdout(sys.argv[1])"


@pytest.mark.parametrize("n_characters", [1, 10**5])
def test_text_that_does_not_arrive_is_an_error(n_characters):
    with open("/dev/full", "w") as full:
        command = [sys.executable, "-c", SAY, "x" * n_characters]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.endswith("cannot write standard output: No space left on device")
    assert "Exception ignored" not in done.stderr


def test_text_that_arrives_is_whole():
    command = [sys.executable, "-c", SAY, "x" * 10**5]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "x" * 10**5 + "\n"
