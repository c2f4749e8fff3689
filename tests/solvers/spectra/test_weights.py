"""Matrices in files: the same numbers as in memory, and one line for what is damaged or lies."""

import json
import zipfile

import numpy as np
import pytest
from gguf import GGMLQuantizationType, GGUFWriter, quants
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save_file

from superlaw.arguments import ArgumentError
from superlaw.solvers.spectra.geometry import geometry
from superlaw.solvers.spectra.weights.reading import read

RNG = np.random.default_rng(3)
W = RNG.normal(size=(12, 64)).astype(np.float32)
KINDS = ("npy", "npz", "safetensors", "gguf")


def _write(path, **tensors):
    kind = path.suffix
    if kind == ".npy":
        np.save(path, tensors["w"])
    elif kind == ".npz":
        np.savez_compressed(path, **tensors)
    elif kind == ".safetensors":
        save_file(tensors, path)
    else:
        writer = GGUFWriter(path, "none")
        for name, values in tensors.items():
            writer.add_tensor(name, values)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
    return path


def _raw_safetensors(path, header, data=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)
    return path


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", [np.float16, np.float32])
@pytest.mark.parametrize("columns", [False, True])
def test_a_file_has_the_geometry_of_its_matrix(tmp_path, kind, dtype, columns):
    values = W.astype(dtype)
    path = _write(tmp_path / f"m.{kind}", w=values)
    found, known = geometry(path, columns=columns), geometry(values, columns=columns)
    assert found.versions == known.versions
    assert (found.n_features, found.dimension) == (values.T if columns else values).shape
    assert found.dtype == values.dtype


def test_fortran_order_and_whole_numbers(tmp_path):
    np.save(tmp_path / "f.npy", np.asfortranarray(W))
    assert geometry(tmp_path / "f.npy").versions == geometry(W).versions
    np.save(tmp_path / "i.npy", np.arange(12).reshape(4, 3))
    assert geometry(str(tmp_path / "i.npy")).rank == 2


def test_bfloat16(tmp_path):
    upper = (W.view(np.uint32) >> 16).astype(np.uint16)
    kept = (upper.astype(np.uint32) << 16).view(np.float32)
    header = {"w": {"dtype": "BF16", "shape": list(W.shape), "data_offsets": [0, 2 * W.size]}}
    path = _raw_safetensors(tmp_path / "b.safetensors", header, upper.tobytes())
    found = geometry(path)
    assert found.versions == geometry(kept).versions
    assert found.dtype == "bfloat16"
    assert geometry(path, columns=True).versions == geometry(kept, columns=True).versions


@pytest.mark.parametrize("kind", ["Q8_0", "Q4_0", "BF16"])
def test_quantised(tmp_path, kind):
    form = GGMLQuantizationType[kind]
    packed = quants.quantize(W, form)
    writer = GGUFWriter(tmp_path / "q.gguf", "none")
    writer.add_tensor("w", packed, raw_dtype=form)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    unpacked = quants.dequantize(packed, form)
    for columns in (False, True):
        found = geometry(tmp_path / "q.gguf", columns=columns)
        assert found.versions == geometry(unpacked, columns=columns).versions
    assert found.dtype == ("bfloat16" if kind == "BF16" else kind)


@pytest.mark.parametrize("kind", KINDS[1:])
def test_a_tensor_is_chosen_by_name(tmp_path, refused, kind):
    path = _write(tmp_path / f"m.{kind}", head=W, body=W[:5], bias=W[0])
    assert geometry(path, "body").n_features == 5
    with refused("tensor", "Did you mean 'head'"):
        geometry(path, "haed")
    with refused("tensor", "Choose from (head, body|body, head): 2 matrices"):
        geometry(path)
    with refused("tensor", "Choose a matrix"):
        geometry(path, "bias")


def _shards(folder):
    for k in (1, 2, 3):
        save_file({f"w{k}": W[: k + 2]}, folder / f"model-{k:05d}-of-00003.safetensors")
    return folder


def test_shards(tmp_path, refused):
    assert geometry(_shards(tmp_path), "w3").n_features == 5
    (tmp_path / "model-00002-of-00003.safetensors").unlink()
    with refused("matrix", "model-00002-of-00003.safetensors is missing"):
        geometry(tmp_path, "w3")


def test_shards_of_an_index(tmp_path, refused):
    save_file({"w": W}, tmp_path / "a.safetensors")
    index = tmp_path / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": {"w": "a.safetensors"}}))
    assert geometry(tmp_path).n_features == len(W)
    index.write_text(json.dumps({"weight_map": {"w": "a.safetensors", "v": "../b.safetensors"}}))
    with refused("matrix", "b.safetensors is missing"):
        geometry(tmp_path)


@pytest.mark.parametrize("name", ["m.pt", "m.bin", "m.pkl", "m.ckpt"])
def test_pickles_are_refused_unread(tmp_path, refused, name):
    (tmp_path / name).write_bytes(b"\x80\x04cos\nsystem\n(S'false'\ntR.")
    with refused("matrix", "A pickle may run any code: convert it"):
        geometry(tmp_path / name)


def _npy(path, shape, dtype="<f8", data=b""):
    text = f"{{'descr': {dtype!r}, 'fortran_order': False, 'shape': {shape}, }}".encode()
    text += b" " * (-(len(text) + 11) % 64) + b"\n"
    path.write_bytes(b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + data)
    return path


def _entry(shape, first, last, kind="F32"):
    return {"w": {"dtype": kind, "shape": shape, "data_offsets": [first, last]}}


DAMAGED = {
    "objects.npy": lambda p: np.save(p, np.array([[object()]]), allow_pickle=True),
    "short.npy": lambda p: _npy(p, (4, 4), data=bytes(8)),
    "long.npy": lambda p: _npy(p, (1, 1), data=bytes(80)),
    "huge.npy": lambda p: _npy(p, (2**40, 2**40)),
    "negative.npy": lambda p: _npy(p, (-1, -8), data=bytes(64)),
    "record.npy": lambda p: _npy(p, (2, 2), dtype="|V8", data=bytes(32)),
    "empty.npy": lambda p: p.write_bytes(b""),
    "text.npz": lambda p: p.write_bytes(b"PK\x03\x04 no archive"),
    "header.safetensors": lambda p: p.write_bytes((2**60).to_bytes(8, "little") + b"{}"),
    "json.safetensors": lambda p: _raw_safetensors(p, b"{not json"),
    "short.safetensors": lambda p: _raw_safetensors(p, _entry([4, 4], 0, 64), bytes(60)),
    "lying.safetensors": lambda p: _raw_safetensors(p, _entry([400, 4], 0, 64), bytes(64)),
    "huge.safetensors": lambda p: _raw_safetensors(p, _entry([2**62, 8], 0, 64), bytes(64)),
    "outside.safetensors": lambda p: _raw_safetensors(p, _entry([4, 4], 64, 128), bytes(64)),
    "short.gguf": lambda p: p.write_bytes(b"GGUF\x03\x00\x00\x00" + b"\xff" * 16),
    "empty.gguf": lambda p: p.write_bytes(b""),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_what_is_damaged_or_lies_is_refused(tmp_path, refused, name):
    DAMAGED[name](tmp_path / name)
    with refused("matrix", "") as caught:
        geometry(tmp_path / name)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 400


def test_gguf_array_that_never_ends(tmp_path, refused):
    """The header promises 2^60 values: reading stops where the file does."""
    key, u8, array = b"a", 0, 9
    body = b"GGUF" + (3).to_bytes(4, "little") + bytes(8) + (1).to_bytes(8, "little")
    body += len(key).to_bytes(8, "little") + key + array.to_bytes(4, "little")
    body += u8.to_bytes(4, "little") + (2**60).to_bytes(8, "little")
    (tmp_path / "a.gguf").write_bytes(body)
    with refused("matrix", "ends before its header"):
        geometry(tmp_path / "a.gguf")


def test_archive_that_unpacks_to_more_than_it_says(tmp_path, refused):
    with zipfile.ZipFile(tmp_path / "z.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("w.npy", _npy(tmp_path / "w.npy", (2**14, 2**14)).read_bytes())
    with refused("matrix", "room for"):
        geometry(tmp_path / "z.npz")


@pytest.mark.parametrize("path", ["missing.npy", "text.txt", "a\0b.npy", "/dev/zero", ""])
def test_what_is_no_file_is_refused(tmp_path, monkeypatch, refused, path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text.txt").write_text("1,2")
    with refused("matrix" if path else "(matrix|tensor)"):
        geometry(path)


def _mutated(content, changes, end):
    found = bytearray(content)
    for place, value in changes:
        found[place % len(found)] = value
    return bytes(found[: len(found) - end % len(found)])


def _fuzz(tmp_path, kind, examples):
    path = _write(tmp_path / f"m.{kind}", w=W[:4, :32])
    whole = path.read_bytes()
    header = st.integers(0, min(len(whole), 400) - 1)
    change = st.tuples(st.one_of(header, st.integers(0, len(whole) - 1)), st.integers(0, 255))

    @settings(max_examples=examples, deadline=None, database=None)
    @given(st.lists(change, max_size=6), st.one_of(st.just(0), st.integers(0, len(whole) - 1)))
    def draws(changes, end):
        path.write_bytes(_mutated(whole, changes, end))
        try:
            rows = read(path, None, columns=False)
            for _ in rows.blocks():
                pass
        except ArgumentError as error:
            assert "\n" not in str(error)

    draws()


@pytest.mark.parametrize("kind", KINDS)
def test_mutated_files_are_read_or_refused(tmp_path, kind):
    _fuzz(tmp_path, kind, 60)


@pytest.mark.long
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", KINDS)
def test_very_many_mutated_files_are_read_or_refused(tmp_path, kind):
    _fuzz(tmp_path, kind, 10_000)
