import math
import os
import subprocess
import sys

import pytest

from superlaw import memory


def test_the_machine_has_memory():
    assert 2**28 < memory.available() < 2**50


def test_nobody_knows_where_the_system_does_not_say(monkeypatch):
    monkeypatch.delattr(os, "sysconf")
    monkeypatch.setattr(memory, "_GROUPS", memory.Path("/nowhere"))
    monkeypatch.setitem(sys.modules, "resource", None)
    assert memory.available() == math.inf


@pytest.mark.parametrize("name", ["memory.max", "memory/memory.limit_in_bytes"])
def test_the_limit_of_a_container_counts(monkeypatch, tmp_path, name):
    (tmp_path / "memory").mkdir()
    (tmp_path / name).write_text("123456789\n")
    monkeypatch.setattr(memory, "_GROUPS", tmp_path)
    assert memory.available() == 123456789
    (tmp_path / name).write_text("max\n")
    assert memory.available() > 2**28


def test_the_limit_of_a_shell_counts():
    code = "import superlaw.memory as m; print(m.available())"
    line = f"ulimit -v 8000000; '{sys.executable}' -c '{code}'"
    ended = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True)
    assert float(ended.stdout) <= 8000000 * 1024
