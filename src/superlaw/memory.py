"""Memory that this process may use: of the machine, of its container, of its shell's limit."""

from __future__ import annotations

import math
import os
from pathlib import Path

_GROUPS = Path("/sys/fs/cgroup")
_LIMITS = ("memory.max", "memory/memory.limit_in_bytes")
"""Files of a container's limit, in the second and in the first version of Linux's groups."""


def available() -> float:
    """Return the bytes this process may use; infinity where nobody says."""
    return min(_machine(), _container(), _shell())


def _machine() -> float:
    try:
        return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (AttributeError, ValueError, OSError):  # not on Windows
        return math.inf


def _container() -> float:
    """Return the limit of the group of this process and of all above it."""
    folders = {_GROUPS}
    for line in _text(Path("/proc/self/cgroup")).splitlines():
        own = _GROUPS / line.rpartition(":")[2].lstrip("/")
        folders.update(
            folder for folder in (own, *own.parents) if _GROUPS in (folder, *folder.parents)
        )
    limits = (_text(folder / name).strip() for folder in folders for name in _LIMITS)
    return min((float(limit) for limit in limits if limit.isdecimal()), default=math.inf)


def _shell() -> float:
    """Return the limit that `ulimit` has set."""
    try:
        import resource
    except ImportError:  # not on Windows
        return math.inf
    soft = [resource.getrlimit(kind)[0] for kind in (resource.RLIMIT_AS, resource.RLIMIT_DATA)]
    return min(
        (float(limit) for limit in soft if limit != resource.RLIM_INFINITY), default=math.inf
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, ValueError):
        return ""
