"""The disk cache of kernels notices an edit of a helper in another file."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import JIT
from numba import types

import superlaw
from superlaw import compiled

HELPER = """from superlaw.compiled import helper

@helper()
def factor():
    return {value}
"""
ANY_ORDER = ("relu_descent", "linear_descent", "sample_losses")
"""Kernels that read S in the order it comes in, of a student without embedding a transpose."""
KERNEL = """from numba import float64

from superlaw.compiled import kernel
from superlaw.lent import factor

@kernel(float64(float64))
def scaled(x):
    return factor() * x

if __name__ == "__main__":
    print(scaled(10.0))
"""


def _run(root, cache):
    """Return what the kernel of a copied package prints, and what it says on stderr."""
    done = subprocess.run(
        [sys.executable, "-m", "superlaw.borrower"],
        env=os.environ
        | {"PYTHONPATH": str(root), "NUMBA_CACHE_DIR": str(cache), "NUMBA_DISABLE_JIT": "0"},
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout), done.stderr


def _package(root):
    """Copy what a kernel needs, and add one that calls a helper of another file."""
    package = root / "superlaw"
    package.mkdir(parents=True)
    for name in ("__init__.py", "compiled.py"):
        shutil.copy(Path(superlaw.__file__).parent / name, package)
    (package / "borrower.py").write_text(KERNEL)
    return package


@pytest.mark.slow
def test_edit_of_a_helper_in_another_file_is_noticed(tmp_path):
    package, cache = _package(tmp_path / "copy"), tmp_path / "cache"
    (package / "lent.py").write_text(HELPER.format(value=2.0))
    first, said = _run(package.parent, cache)
    again, said_again = _run(package.parent, cache)
    assert first == again == 20.0
    assert "compiling, once" in said
    assert "compiling" not in said_again  # the cache was hit
    (package / "lent.py").write_text(HELPER.format(value=3.0))
    files = sorted(cache.rglob("*.nb?"))
    after, said_after = _run(package.parent, cache)
    assert after == 30.0
    assert "compiling" in said_after
    assert sorted(cache.rglob("*.nb?")) == files  # overwritten, not piled up


def test_without_a_cache_kernels_are_compiled_all_the_same(monkeypatch, capsys):
    def refuse(_):
        raise RuntimeError("cannot cache function: no locator available")

    monkeypatch.setattr(compiled, "_Cache", refuse)
    monkeypatch.setattr(compiled, "_said", set())

    @compiled.kernel()
    def doubled(x):
        return 2 * x

    assert doubled(21) == 42
    if compiled.config.DISABLE_JIT:
        return
    assert "NUMBA_CACHE_DIR" in capsys.readouterr().err


@pytest.mark.slow
def test_what_is_typed_into_a_session_needs_no_folder():
    typed = "from superlaw.compiled import kernel\nprint(kernel()(lambda: 2)())\n"
    done = subprocess.run([sys.executable], input=typed, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("2\n", "")


@compiled.helper(fastmath=compiled.LOOSE)
def _half_of_a_sum(values):
    total = 0.0
    for k in range(values.size):
        for j in range(values.size):
            total += values[k] * values[j]
    return 0.5 * total


@pytest.mark.skipif(not JIT, reason="looks at compiled code")
def test_helpers_are_inlined_so_that_cached_code_has_the_bits_of_fresh_code():
    @compiled.kernel(types.float64(types.float64[::1], types.float64[::1]))
    def thrice(x, y):
        return _half_of_a_sum(x) + _half_of_a_sum(y) + _half_of_a_sum(x[1:])

    assert thrice(np.ones(3), np.ones(2)) == 4.5 + 2.0 + 2.0
    if not sum(thrice.stats.cache_misses.values()):
        return  # code from the disk cannot be shown
    code = "\n".join(thrice.inspect_llvm().values())
    calls = [line for line in code.splitlines() if " call " in line and "_half_of_a_sum" in line]
    assert calls == []


def test_every_kernel_is_compiled_for_given_types_when_its_file_is_imported():
    seen = 0
    for path in compiled.kernel_files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for call in getattr(node, "decorator_list", ()):
                if isinstance(call, ast.Call) and ast.unparse(call.func) == "kernel":
                    seen += 1
                    assert call.args or node.name in ANY_ORDER, (path, node.name)
    assert seen > 40


def _is_compiled(function):
    """Whether a function carries @kernel(...) or @helper(...)."""
    names = {ast.unparse(decorator).partition("(")[0] for decorator in function.decorator_list}
    return bool(names & {"kernel", "helper"})


def _used_in_kernels(tree):
    """Return the names that compiled functions of a file use."""
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    bodies = (ast.walk(function) for function in functions if _is_compiled(function))
    return {node.id for body in bodies for node in body if isinstance(node, ast.Name)}


def test_what_kernels_take_from_other_files_is_covered_by_the_digest():
    root = Path(superlaw.__file__).parent
    covered = {path.relative_to(root).as_posix() for path in compiled.kernel_files()}
    taken = 0
    for name in covered:
        tree = ast.parse((root / name).read_text(encoding="utf-8"))
        used = _used_in_kernels(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("superlaw."):
                shared = used & {alias.asname or alias.name for alias in node.names}
                source = node.module.removeprefix("superlaw.").replace(".", "/") + ".py"
                taken += len(shared)
                assert not shared or source in covered, (name, shared, source)
    assert taken > 20
