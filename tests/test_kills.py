"""kill -9 at random moments: what is resumed has the same bits, and at most the interval is lost.

`SUPERLAW_KILLS=50 python -m pytest -m long tests/test_kills.py` kills each command fifty times.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time

import pytest

pytestmark = pytest.mark.long

KILLS = int(os.environ.get("SUPERLAW_KILLS", "3"))
INTERVAL, SLACK = 0.2, 2.0
"""Seconds between resume files, and what a loaded machine may add."""
INTEGRATE = """
import sys
import numpy as np
import superlaw as sl
from superlaw.solvers.models.families import coactive
i = np.arange(1.0, 20001.0)
lam = i**-1.2 / np.sum(i**-1.2)
problem = coactive.problem(lam, 0.5 * lam, i**-0.25, np.ones(len(i)))
found = sl.integrate(problem, np.geomspace(0.1, 3e4, 30), method="tsit5", keep_state="last",
                     resume=sys.argv[1] + "/run.npz", save_every=float(sys.argv[2]))
print(sl.Solution.to_dict(found)["loss"].tobytes().hex(), found.state.tobytes().hex()[:4096])
"""


def _superlaw(*arguments):
    return lambda folder: [sys.executable, "-m", "superlaw", *(a.format(folder) for a in arguments)]


SAVE = ("--save-every", str(INTERVAL), "--json", "--quiet")
COMMANDS = {
    "simulate": _superlaw(
        *"simulate -a 1.5 -b 0.25 -N 256 --t-end 5e4 --seeds 3 --workers 1 --out {}".split(), *SAVE
    ),
    "solve": _superlaw(
        *"solve -a 1.5 -b 0.25 -N 512 -K 128 --t-end 2e4 --resume {}/run.npz".split(), *SAVE
    ),
    "validate": _superlaw(
        *"validate noise leak --size small --runs {0}/runs --out {0}/report --json --quiet".split()
    ),
    "integrate": lambda folder: [sys.executable, "-c", INTEGRATE, str(folder), str(INTERVAL)],
}


def _answer(name, text):
    """Return what must not depend on interruptions: all but how long it took."""
    if name == "integrate":
        return text
    answer = json.loads(text)
    if name == "validate":
        return [claim["checks"] for claim in answer["claims"]]
    return answer


def _whole(name, folder):
    """Run a command to its end; return its answer and the seconds it took."""
    folder.mkdir(exist_ok=True)
    started = time.monotonic()
    done = subprocess.run(COMMANDS[name](folder), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return _answer(name, done.stdout), time.monotonic() - started


def _newest(folder):
    """Return when a resume file was last written, as seconds since the epoch."""
    return max((path.stat().st_mtime for path in folder.rglob("*.npz")), default=0.0)


def _run(name, folder):
    return subprocess.Popen(
        COMMANDS[name](folder), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )


def _await_a_moment(process, folder, rng, seconds):
    """Wait for a random moment of a whole run, or, as often, soon after its first resume file."""
    started = time.time()
    if rng.random() < 0.5:
        end = started + rng.uniform(0.1, 1.0) * seconds
    else:
        while process.poll() is None and _newest(folder) <= started:
            time.sleep(0.01)
        end = time.time() + rng.uniform(0.0, 3.0 * INTERVAL)
    while process.poll() is None and time.time() < end:
        time.sleep(0.01)


@pytest.mark.parametrize("name", COMMANDS)
def test_killed_and_resumed_is_the_same_to_the_bit(tmp_path, name):
    rng, folder = random.Random(name), tmp_path / "killed"
    whole, seconds = _whole(name, tmp_path / "whole")
    kills = ages = 0
    while kills < KILLS or folder.exists():
        folder.mkdir(exist_ok=True)
        started, process = time.time(), _run(name, folder)
        if kills < KILLS:
            _await_a_moment(process, folder, rng, seconds)
            killed = time.time()
            process.kill()  # does nothing to one that has ended
        text, _ = process.communicate()
        if process.returncode == -signal.SIGKILL:
            kills += 1
            if name != "validate" and not text and _newest(folder) > started:
                ages += 1
                assert killed - _newest(folder) < INTERVAL + SLACK
            continue
        assert process.returncode == 0
        assert _answer(name, text) == whole
        shutil.rmtree(folder)
    print(f"{name}: {kills} kills, {ages} of them with a resume file of their own")
    assert ages or name == "validate"
