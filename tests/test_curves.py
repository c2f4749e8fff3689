import io
import zipfile

import numpy as np
import pytest

from superlaw import storage
from superlaw.arguments import ArgumentError
from superlaw.curves import read_curve

TIMES, LOSS = np.geomspace(1.0, 100.0, 5), np.geomspace(1.0, 0.1, 5)


def npz(**arrays):
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    return stream.getvalue()


def npy():
    stream = io.BytesIO()
    np.save(stream, LOSS)
    return stream.getvalue()


def claims_to_be_huge():
    """An array whose header says 2⁵⁰ numbers."""
    stream = io.BytesIO()
    header = {"descr": "<f8", "fortran_order": False, "shape": (2**50,)}
    np.lib.format.write_array_header_1_0(stream, header)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as members:
        members.writestr("times.npy", stream.getvalue())
    return archive.getvalue()


DAMAGED = {
    "empty.csv": b"",
    "header.csv": b"times,loss\n",
    "blank.csv": b"times,loss\n\n \n",
    "words.csv": b"times,loss\n1,two\n",
    "ragged.csv": b"times,loss\n1,2\n3\n",
    "wider.csv": b"times,loss\n1,2,3\n",
    "twice.csv": b"times,loss,loss\n1,2,3\n",
    "no_loss.csv": b"times,lost\n1,2\n",
    "no_times.csv": b"time,loss\n1,2\n",
    "binary.csv": bytes(range(256)) * 8,
    "latin.csv": "times,loss,é\n1,2,3\n".encode("latin-1"),
    "renamed.npz": npy(),
    "garbage.npz": b"PK\x03\x04" + bytes(range(256)),
    "cut.npz": npz(times=TIMES, loss=LOSS)[:-40],
    "empty.npz": b"",
    "nothing.npz": npz(),
    "words.npz": npz(times=np.array(["a"]), loss=np.array(["b"])),
    "complex.npz": npz(times=TIMES, loss=LOSS + 1j),
    "objects.npz": npz(times=np.array([{}], dtype=object), loss=LOSS),
    "scalars.npz": npz(times=np.array(1.0), loss=np.array(2.0)),
    "unequal.npz": npz(times=TIMES, loss=LOSS[1:]),
    "square.npz": npz(times=TIMES, loss=np.outer(LOSS, LOSS)),
    "huge.npz": claims_to_be_huge(),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_what_is_no_curve_is_refused_in_one_line(tmp_path, refused, name):
    (tmp_path / name).write_bytes(DAMAGED[name])
    with refused("curve", "a file of times and losses") as caught:
        read_curve(tmp_path / name)
    assert "\n" not in str(caught.value)


def test_a_file_that_unpacks_to_more_than_the_largest_is_refused(tmp_path, monkeypatch, refused):
    path = tmp_path / "bomb.npz"
    np.savez_compressed(path, times=np.arange(1.0, 2e5), loss=np.ones(199_999))
    assert read_curve(path)[0].size == 199_999
    monkeypatch.setattr(storage, "LARGEST", 2**20)
    assert path.stat().st_size < 2**20
    with refused("curve", "a file of times and losses"):
        read_curve(path)


@pytest.mark.parametrize(
    "path", ["/dev/zero", "/", "", "null\0byte", "x" * 5000, None, 5, b"\xff.csv", ["a.csv"]]
)
def test_what_is_no_file_is_refused(path):
    with pytest.raises(ArgumentError, match=r"^curve must be a file of times and losses"):
        read_curve(path)


def test_a_curve_written_by_a_spreadsheet_is_read(tmp_path):
    path = tmp_path / "c.csv"
    path.write_bytes(
        "\ufefftimes,loss_1,note,loss_0\r\n1,0.5,7,0.25\r\n10,0.05,7,0.025\r\n".encode()
    )
    times, loss = read_curve(path)
    assert times.tolist() == [1.0, 10.0]
    assert loss.tolist() == [[0.25, 0.025], [0.5, 0.05]]
