import json

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
