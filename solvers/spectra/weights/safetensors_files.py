"""Matrices in .safetensors files, and in folders of shards of one model."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superlaw import storage
from superlaw.arguments import refuse
from superlaw.solvers.spectra.weights.tensor import Tensor

KINDS = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1",
    "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "u1", "BF16": "<u2",
}  # fmt: skip
_INDEX = "model.safetensors.index.json"
_SHARD = re.compile(r"(.*-)(\d+)(-of-)(\d+)(\.safetensors)")


def one(path: Path) -> dict[str, Tensor]:
    """Return the tensors of a file, once its whole header was found to be true."""
    from safetensors import safe_open  # the extra [weights]

    with safe_open(path, framework="numpy"):
        pass  # refuses offsets and shapes that are not those of the file
    with open(path, "rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        table = json.loads(stream.read(length))
    table.pop("__metadata__", None)
    return {name: _tensor(path, 8 + length, entry) for name, entry in table.items()}


def folder(path: Path) -> dict[str, Tensor]:
    """Return the tensors of all shards in a folder; a shard that is missing is named."""
    found: dict[str, Tensor] = {}
    for shard in _shards(path):
        if not shard.is_file():
            refuse("matrix", "a folder with every shard", str(path), f"{shard.name} is missing.")
        found |= one(shard)
    return found


def bfloat16(stored: NDArray[Any]) -> NDArray[Any]:
    """Return numbers whose upper halves in single precision are stored."""
    return (stored.astype(np.uint32) << 16).view(np.float32)


def _tensor(path: Path, start: int, entry: dict[str, Any]) -> Tensor:
    shape, kind = tuple(entry["shape"]), entry["dtype"]
    first, _ = entry["data_offsets"]

    def mapped() -> NDArray[Any]:
        if kind not in KINDS:
            refuse("tensor", f"stored as one of {', '.join(KINDS)}", kind, "Convert it.")
        return np.memmap(path, KINDS[kind], "r", start + first, shape)

    if kind == "BF16":
        return Tensor(shape, mapped, "bfloat16", bfloat16)
    return Tensor(shape, mapped)


def _shards(path: Path) -> list[Path]:
    """Return the shards that an index, or the names of those that are there, speak of."""
    index = path / _INDEX
    if index.is_file():
        named = storage.read_json(index)["weight_map"].values()
        return [path / Path(name).name for name in sorted(set(named))]
    there = sorted(path.glob("*.safetensors"))
    numbered = [found for shard in there if (found := _SHARD.fullmatch(shard.name))]
    expected = {
        f"{head}{k:0{len(number)}d}{of}{count}{tail}"
        for head, number, of, count, tail in (found.groups() for found in numbered)
        for k in range(1, min(int(count), 10_000) + 1)
    }
    return sorted({*there, *(path / name for name in expected)})
