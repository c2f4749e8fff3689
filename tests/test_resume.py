"""Resume files are whole, unaltered and of the very run that goes on, or they are refused."""

import numpy as np
import pytest

from superlaw import resume

ARRAYS = {"loss": np.geomspace(1.0, 0.1, 5), "steps": np.array(3), "name": np.array("λ")}


def test_arrays_come_back_to_the_bit(tmp_path):
    resume.save(tmp_path / "run.npz", ARRAYS, "key")
    found = resume.load(tmp_path / "run.npz", "key")
    assert set(found) == set(ARRAYS)
    for name, values in ARRAYS.items():
        np.testing.assert_array_equal(found[name], values)
    assert set(resume.load(tmp_path / "run.npz", None)) == set(ARRAYS)


@pytest.mark.parametrize(
    "changes",
    [
        {"loss": ARRAYS["loss"] * (1 + 1e-15)},
        {"loss": np.full(5, np.nan)},
        {"loss": ARRAYS["loss"].astype(np.float32)},
        {"steps": np.array(4)},
        {"further": np.zeros(1)},
        {"fingerprint": np.array("another")},
        {"digest": np.array("0")},
    ],
)
def test_altered_files_are_refused(tmp_path, refused, changes):
    path = tmp_path / "run.npz"
    resume.save(path, ARRAYS, "key")
    with np.load(path) as archive:
        np.savez(tmp_path / "other.npz", **(dict(archive.items()) | changes))
    with refused("out", "unaltered"):
        resume.load(tmp_path / "other.npz", "key", "out")


@pytest.mark.parametrize("content", [b"", b"half a file", b"PK\x03\x04 and so on"])
def test_damaged_files_are_refused(tmp_path, refused, content):
    path = tmp_path / "run.npz"
    path.write_bytes(content)
    with refused("out", "whole"):
        resume.load(path, "key", "out")


def test_every_flipped_byte_is_noticed(tmp_path, refused):
    path = tmp_path / "run.npz"
    resume.save(path, ARRAYS, "key")
    content = path.read_bytes()
    with np.load(path) as archive:
        start = content.index(archive["loss"].tobytes())
    for k in range(start, start + ARRAYS["loss"].nbytes, 7):
        path.write_bytes(content[:k] + bytes([content[k] ^ 1]) + content[k + 1 :])
        with refused("out", "whole"):
            resume.load(path, "key", "out")


def test_the_file_of_another_run_is_refused(tmp_path, refused):
    resume.save(tmp_path / "run.npz", ARRAYS, "key")
    with refused("out", "of this very run"):
        resume.load(tmp_path / "run.npz", "other", "out")


def test_fingerprints_tell_parts_apart():
    parts = [(1.5,), (1.5, 0), (np.ones(2),), (np.ones(2, int),), (np.ones((1, 2)),), ("1.5",)]
    assert len({resume.fingerprint(*part) for part in parts}) == len(parts)
