"""A lock is held by one process at a time, and by none after its owner was killed."""

import subprocess
import sys
import threading

from superlaw import progress
from superlaw.execution.locks import claimed, locked

HOLD = """
import sys, time
from pathlib import Path
from superlaw.execution.locks import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def _holder(path):
    """Start a process that holds a lock."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, path], stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"held\n"
    return process


def test_a_lock_is_claimed_once_and_gone_afterwards(tmp_path):
    path = tmp_path / ".lock"
    with claimed(path) as first, claimed(path) as second:
        assert first and not second
    with claimed(path) as again:
        assert again
    assert not path.exists()


def test_a_second_process_waits_and_says_so_and_a_killed_owner_lets_go(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(progress, "_said", set())
    path, entered = tmp_path / ".lock", threading.Event()
    with _holder(path) as holder:

        def enter():
            with locked(path, what="the folder"):
                entered.set()

        thread = threading.Thread(target=enter)
        thread.start()
        assert not entered.wait(0.3)
        holder.kill()
        thread.join(10.0)
    assert entered.is_set()
    assert "another process works in the folder" in capsys.readouterr().err


def test_many_claims_in_turn_never_overlap(tmp_path):
    path, inside, overlaps = tmp_path / ".lock", [], []

    def enter():
        for _ in range(50):
            with locked(path):
                inside.append(1)
                overlaps.append(len(inside) > 1)
                inside.pop()

    threads = [threading.Thread(target=enter) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(overlaps) == 200 and not any(overlaps)
