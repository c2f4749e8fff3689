"""Matrices in GGUF files, quantised ones included."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superlaw.solvers.spectra.weights.safetensors_files import bfloat16
from superlaw.solvers.spectra.weights.tensor import Tensor


def one(path: Path) -> dict[str, Tensor]:
    """Return the tensors of a file."""
    from gguf import GGUFReader  # the extra [weights]

    class Bounded(GGUFReader):
        """Stops at the end of the file: a header may promise more values than there are bytes."""

        def _get(self, offset: int, dtype: Any, count: int = 1, *more: Any, **named: Any) -> Any:
            part = super()._get(offset, dtype, count, *more, **named)
            if len(part) != int(count):
                raise ValueError("it ends before its header does")
            return part

    return {tensor.name: _tensor(tensor) for tensor in Bounded(path).tensors}


def _tensor(tensor: Any) -> Tensor:
    from gguf import GGMLQuantizationType, quants  # the extra [weights]

    kind, shape = tensor.tensor_type, tuple(int(n) for n in reversed(tensor.shape))
    data: NDArray[Any] = tensor.data
    if data.dtype != np.uint8:
        return Tensor(shape, lambda: data)
    if kind == GGMLQuantizationType.BF16:
        return Tensor(shape, lambda: data.view("<u2"), "bfloat16", bfloat16)
    decode = partial(quants.dequantize, qtype=kind)
    decode(data[:1])  # raises if this kind cannot be unpacked
    return Tensor(shape, lambda: data, kind.name, decode, is_packed=True)
