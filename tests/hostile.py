"""Hostile values, by what they are given for: good, bad and extreme ones, drawn by hypothesis."""

import signal
import time
from contextlib import contextmanager

import numpy as np
from hypothesis import strategies as st

SECONDS = 60.0
"""Longest a call may take: those drawn are small, or must be refused."""

DIGITS = "9" * 400
NUMBERS = ("nan", "inf", "-inf", "two", "", "0", "-1", "-0.5", "1e308", "-1e308", "1e5", "1e-300",
           "1e-320", "1e400", "1e30", DIGITS, "9" * 5000, "0x1", "1_000", "½", "1e-9")  # fmt: skip
COUNTS = ("0", "-3", "1.5", "nan", "inf", "many", "", "1e9", "1e12", "1e30", "1e308", DIGITS)
WORDS = ("nonsense", "", "ONE", "λ", "x" * 1000, "-", "auto ")
PATHS = ("", "a\0b.csv", "x" * 300 + ".csv", "/", "/proc/x/y.csv", "folder", "folder.csv",
         "out.txt", "out", "ä.csv", "/dev/null", "/dev/zero", "missing.csv")  # fmt: skip
GOOD_PATHS = ("curve.csv", "curve.npz", "out.json", "plot.svg", "new")

OBJECTS = (
    None, True, "", "text", b"bytes", 0, -1, 1, 2.5, 10**400, 1j, float("nan"), float("inf"), 1e308,
    5e-324, [], (), {}, {"a": 1}, [1.0, 2.0], ["a"], [None], object(), object, int, np.nan,
    np.array(1.0), np.array([]), np.array([1.0, 2.0, 3.0]), np.zeros((2, 2)), np.array(["a"]),
    np.array([np.nan, 1.0]), np.float32(2.0), np.int64(3), np.bool_(True), lambda x: x, range(3),
)  # fmt: skip


class Hang(BaseException):
    """A call took longer than it may."""


@contextmanager
def limited(what):
    """Fail if the body takes longer than `SECONDS`; compiled code is noticed when it returns."""

    def ring(*_):
        raise Hang(f"{what} took over {SECONDS} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    began = time.monotonic()
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)
    assert time.monotonic() - began < SECONDS, f"{what} took over {SECONDS} s"


def mostly(good, hostile):
    """Draw a good value three times out of four."""
    return st.integers(0, 3).flatmap(lambda k: st.sampled_from(hostile if k == 0 else good))


def compile_everything():
    """Compile what the calls use, which takes longer than a call may."""
    import superlaw as sl
    from superlaw.solvers.solve import METHODS

    task, centred = sl.PowerLawTask(1.5, n_features=8), {"activity": "bernoulli"}
    several = sl.PowerLawTask(1.5, n_features=8, amplitude="symmetric", **centred)
    coupled = sl.PowerLawTask(1.5, n_features=8, **centred)
    for studied, student in ((task, None), (task, sl.Student(depth=2)), (task, sl.Student(4))):
        for method in METHODS:
            try:
                sl.solve(studied, student, [1.0], method=method)
            except sl.ArgumentError:
                continue
    for optimizer in (None, sl.SGD(lr=1e-3), sl.SGD(lr=1e-3, momentum=0.5), sl.Adam()):
        for studied in (task, several, coupled):
            for student in (None, sl.Student(4), sl.Student(4, tied=True)):
                for run in (sl.solve, sl.simulate):
                    try:
                        run(studied, student, [0.1], optimizer=optimizer)
                    except sl.ArgumentError:
                        continue
