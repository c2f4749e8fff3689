"""What the theory was when it was checked: a digest of its files and of what they rest on."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import metadata
from pathlib import Path

_RESTS_ON = ("sympy", "mpmath", "numpy", "scipy")


@cache
def source_digest() -> str:
    """Return the sha256 of all files of the theory, and of the versions of what computes them."""
    root, total = Path(__file__).parent, hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        total.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    for name in _RESTS_ON:
        total.update(f"{name} {metadata.version(name)}".encode())
    return total.hexdigest()
