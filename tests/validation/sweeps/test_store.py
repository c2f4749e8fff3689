"""Results by content: found again whatever the order of fields, refused when altered."""

import json

import numpy as np
import pytest

from superlaw.validation.sweeps.store import Store, content_key

CONFIGURATION = {"point": {"task.a": 1.5, "task.n_features": 64}, "measure": "exponent"}
RECORD = {"value": 0.1 + 0.2, "curve": np.geomspace(1.0, 0.1, 3), "unknown": np.nan}


def _file(folder):
    (path,) = folder.rglob("*.json")
    return path


def test_keys_know_content_not_order_nor_type():
    same = {"measure": "exponent", "point": {"task.n_features": 64.0, "task.a": np.float64(1.5)}}
    other = {"measure": "exponent", "point": {"task.n_features": 64, "task.a": 1.5 + 1e-15}}
    assert content_key(CONFIGURATION) == content_key(same) != content_key(other)
    assert content_key({"x": True}) != content_key({"x": 1})


def test_a_record_comes_back_to_the_last_bit(tmp_path):
    saved = Store(tmp_path).save(CONFIGURATION, RECORD)
    found = Store(tmp_path).load(CONFIGURATION)
    assert found == saved
    assert found["value"] == 0.1 + 0.2 and found["unknown"] is None
    np.testing.assert_array_equal(found["curve"], RECORD["curve"])
    assert Store(tmp_path).load({"other": 1}) is None


def test_what_is_kept_is_computed_once(tmp_path):
    calls = []

    def compute():
        calls.append(1)
        return {"value": 1.0}

    for store in (Store(tmp_path), Store(tmp_path), Store()):
        assert store.keep(CONFIGURATION, compute) == store.keep(CONFIGURATION, compute)
    assert len(calls) == 2  # once on disk, once in memory


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("0.30000000000000004", "0.3"),
        lambda text: text.replace("1.5", "1.6"),
        lambda text: text[: len(text) // 2],
        lambda text: "[]",
        lambda text: json.dumps({"key": json.loads(text)["key"]}),
    ],
)
def test_altered_files_are_refused(tmp_path, refused, change):
    Store(tmp_path).save(CONFIGURATION, RECORD)
    path = _file(tmp_path)
    path.write_text(change(path.read_text()))
    with refused("runs", "unaltered"):
        Store(tmp_path, "runs").load(CONFIGURATION)


def test_a_file_under_another_name_is_refused(tmp_path, refused):
    store = Store(tmp_path)
    store.save(CONFIGURATION, RECORD)
    path, key = _file(tmp_path), content_key({"other": 1})
    (tmp_path / key[:2]).mkdir(exist_ok=True)
    path.rename(tmp_path / key[:2] / f"{key}.json")
    with refused("out", "unaltered"):
        Store(tmp_path).load({"other": 1})
