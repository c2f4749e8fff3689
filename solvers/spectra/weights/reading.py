"""A matrix in a file, by the kind of file and the name of a tensor."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from superlaw import storage
from superlaw.arguments import ArgumentError, refuse
from superlaw.solvers.spectra.rows import Rows
from superlaw.solvers.spectra.weights import gguf_files, numpy_files, safetensors_files
from superlaw.solvers.spectra.weights.tensor import Tensor, chosen

KINDS: dict[str, Callable[[Path], dict[str, Tensor]]] = {
    ".npy": numpy_files.one,
    ".npz": numpy_files.several,
    ".safetensors": safetensors_files.one,
    ".gguf": gguf_files.one,
}
PICKLED = (".pt", ".pth", ".bin", ".ckpt", ".pkl", ".pickle", ".joblib")
_RULE = f"a file ending in {', '.join(KINDS)}, or a folder of .safetensors"


def read(path: str | os.PathLike[str], tensor: str | None, *, columns: bool) -> Rows:
    """Return the features of a matrix in a file; nothing is read yet but its header.

    Raises
    ------
    ArgumentError
        If there is no such file or tensor, the file is damaged or lies about its size, or it is a
        pickle, which may run any code when it is loaded.
    """
    shown, place = _place(path)
    try:
        tensors = _tensors(place, shown)
        name = chosen(tensors, tensor, place.name)
        return tensors[name].rows(name, columns)
    except ImportError as error:
        refuse("matrix", "a file that can be read here", shown, _missing(error))
    except ArgumentError:
        raise
    except Exception as error:  # a damaged header can fail anywhere inside the readers
        refuse("matrix", "a whole file of matrices", shown, f"{storage.reason(error)}.")


def _place(path: str | os.PathLike[str]) -> tuple[str, Path]:
    """Return a path as text and as what exists, or refuse it."""
    try:
        shown = os.fspath(path)
        place = Path(shown)
        exists = place.exists()
    except (OSError, ValueError, TypeError) as error:
        refuse("matrix", "the name of a file or folder", path, f"{storage.reason(error)}.")
    if not exists:
        refuse("matrix", _RULE, shown, "There is no such file.")
    return shown, place


def _tensors(place: Path, shown: str) -> dict[str, Tensor]:
    """Return what a file or a folder of shards holds."""
    if place.is_dir():
        return safetensors_files.folder(place)
    kind = place.suffix.lower()
    if kind in PICKLED:
        remedy = "A pickle may run any code: convert it with safetensors.torch.save_file."
        refuse("matrix", _RULE, shown, remedy)
    if kind not in KINDS or not place.is_file():
        refuse("matrix", _RULE, shown, "Convert it to one of these.")
    return KINDS[kind](place)


def _missing(error: ImportError) -> str:
    return f"{error.name} is not installed: pip install 'superlaw[weights]'."
