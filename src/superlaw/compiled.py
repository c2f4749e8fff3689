"""Compiled kernels: numba's `njit` with a disk cache that notices an edit in any kernel file.

numba's own cache looks at the file of the function only, so that after an edit of a helper in
another file it would serve the old machine code. Here the stamp covers every kernel file of the
package: helpers and constants are shared between files, never repeated.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from numba import config, njit
from numba.core import typeinfer
from numba.core.caching import FunctionCache, IndexDataCacheFile

Kernel = Callable[..., Any]
"""A compiled function; plain Python where compilation is switched off."""
LOOSE = {"reassoc", "contract", "nsz"}
"""What the compiler may do with sums: several partial sums, fused multiply-adds. NaN and infinity
keep their meaning."""
_MARKS = (b"superlaw.compiled", b"from numba import")
_said: set[str] = set()


def kernel(*signatures: Any, **options: Any) -> Callable[[Kernel], Kernel]:
    """Return a decorator that compiles a function, once a machine.

    Parameters
    ----------
    *signatures : numba signatures
        Compiled when the file is imported, and then no others; without any, when first called.
    **options
        Further options of `numba.njit`, such as parallel=True or fastmath={...}.

    Returns
    -------
    callable
        It releases the interpreter, divides as numpy does and is kept on disk where possible.
    """

    def decorate(function: Kernel) -> Kernel:
        if config.DISABLE_JIT:  # type: ignore[attr-defined]
            return function
        dispatcher = njit(nogil=True, error_model="numpy", **options)(function)
        _keep_on_disk(dispatcher)
        with typeinfer.register_dispatcher(dispatcher):
            for signature in signatures:
                dispatcher.compile(signature)
        if signatures:
            dispatcher.disable_compile()
        return dispatcher

    return decorate


def helper(**options: Any) -> Callable[[Kernel], Kernel]:
    """Return a decorator for what is compiled into the kernels that call it, and nowhere else.

    Always inlined: left as a call, a helper with reordered sums would have other last bits in the
    process that compiles its kernel than in those that read the kernel from disk.
    """
    return njit(nogil=True, error_model="numpy", forceinline=True, **options)


@cache
def digest() -> str:
    """Return the sha256 of all kernel files."""
    total = hashlib.sha256()
    for path in kernel_files():
        total.update(path.read_bytes())
    return total.hexdigest()


def kernel_files() -> Iterator[Path]:
    """Yield the files of the package that name numba or this module, in a fixed order."""
    for folder, inner, names in os.walk(Path(__file__).parent, followlinks=True):
        inner.sort()
        for path in (Path(folder) / name for name in sorted(names) if name.endswith(".py")):
            text = path.read_bytes()
            if any(mark in text for mark in _MARKS):
                yield path


def compile_all() -> None:
    """Compile every kernel of the package, or find it on disk: what a new machine does once.

    Files are shared out to all processors, each to a process that leaves its kernels on disk.
    """
    folder = Path(__file__).parent
    files = (path.relative_to(folder).with_suffix("").parts for path in kernel_files())
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        for job in [pool.submit(_compile, ".".join((folder.name, *parts))) for parts in files]:
            job.result()


def _compile(module: str) -> None:
    """Import a file of kernels, which compiles them."""
    import_module(module)


class _Cache(FunctionCache):
    """The disk cache of one function, stamped with all kernel files."""

    def __init__(self, function: Kernel) -> None:
        super().__init__(function)
        self._cache_file = IndexDataCacheFile(
            cache_path=self._cache_path,
            filename_base=self._impl.filename_base,
            source_stamp=(self._impl.locator.get_source_stamp(), digest()),
        )

    def load_overload(self, signature: Any, context: Any) -> Any:
        found = super().load_overload(signature, context)
        if found is None:
            _say("superlaw: compiling, once on this machine …")
        return found


def _keep_on_disk(dispatcher: Any) -> None:
    """Give a dispatcher its cache; without one it is compiled in every process: slow, never wrong.

    There is none where no folder can be written to, or where numba's own names have moved; nor for
    what is typed into a session, which has no file and needs no remedy.
    """
    try:
        dispatcher._cache = _Cache(dispatcher.py_func)
    except (AttributeError, TypeError, RuntimeError, OSError):
        if os.path.isfile(dispatcher.py_func.__code__.co_filename):
            _say("superlaw: no folder for compiled code can be written to; set NUMBA_CACHE_DIR")


def _say(line: str) -> None:
    """Print a line to stderr, once a process."""
    if line not in _said:
        _said.add(line)
        print(line, file=sys.stderr)
