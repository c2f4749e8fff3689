"""Whole command lines, good, bad and extreme: an answer or one clear line, never a traceback."""

import contextlib
import io
import json
import os
import re

import numpy as np
import pytest
from hostile import (
    COUNTS,
    GOOD_PATHS,
    NUMBERS,
    PATHS,
    WORDS,
    compile_everything,
    limited,
    mostly,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import superlaw as sl
from superlaw.cli import main
from superlaw.cli.dispatch import parsers

COMMANDS = parsers()[1]
GOOD = {
    "task.a": ("1.5", "1.1", "0.5"),
    "task.b": ("0.25", "0", "-0.5", "2"),
    "task.n_features": ("2", "16", "64", "1e3"),
    "student.width": ("1", "8", "64"),
    "student.depth": ("1", "2"),
    "optimizer.lr": ("0.01", "0.1"),
    "optimizer.batch": ("1", "16"),
    "times.t_start": ("0.1", "1"),
    "times.t_end": ("2", "20"),
    "times.per_decade": ("1", "10"),
    "simulate.seeds": ("1", "2"),
    "simulate.workers": ("1", "2"),
    "validate.seeds": ("3",),
    "validate.n_features": ("64",),
    "validate.claims": ("two_layer", "exponent"),
    "validate.workers": ("0",),
    "validate.size": ("small",),
    "derive.names": ("frames", "nonzero_mean"),
    "curve.paths": ("given.csv", "given.npz"),
    "explain.lr": ("0.1", "1"),
    "sgd.batch": ("1", "8"),
    "sgd.momentum": ("0", "0.5"),
    "source.a": ("1.2", "0.5"),
    "source.n_features": ("9", "64"),
    "source.file": ("given.csv", "none.csv"),
    "law.widths": ("2,3", "8", "3,2", "1e9"),
    "law.density": ("1", "0.5"),
    "matrix.paths": ("given.npy", "given.npz"),
    "matrix.tensor": ("given", "times"),
    "geometry.leading": ("0", "1"),
    "geometry.sampled_rows": ("1", "9"),
    "saved.path": ("solved.npz", "given.npz"),
    "sweep.file": ("map.toml", "given.csv"),
    "sweep.executor": ("threads",),
    "sweep.workers": ("1", "2"),
    "sweep.scheduler": ("tcp://nowhere:0",),
}
ALWAYS = {
    "simulate": {"task.a", "task.n_features", "times.t_end", "simulate.seeds"},
    "solve": {"task.a", "task.n_features", "times.t_end"},
    "exponent": {"task.a"},
    "fit": {"curve.paths"},
    "explain": {"curve.paths", "task.a", "task.n_features", "explain.lr"},
    "geometry": {"matrix.paths"},
    "validate": {"validate.claims", "validate.size"},
    "derive": {"derive.names"},
    "info": set(),
    "width": {"source.n_features", "law.widths"},
    "sweep": {"sweep.file", "sweep.executor"},
    "report": {"saved.path"},
}


def values(option):
    """Draw the text of a value of an option."""
    kind, good = option.kind, GOOD.get(option.dest)
    if kind.choices:
        return mostly(good or kind.choices, WORDS)
    if kind.metavar == "COUNTS":
        return mostly(good, COUNTS)
    if kind.metavar in ("NUMBER", "COUNT"):
        default = ("1", "2") if kind.metavar == "COUNT" else ("0.5", "1.5")
        return mostly(good or default, NUMBERS if kind.metavar == "NUMBER" else COUNTS)
    if kind.metavar in ("FILE", "DIR", "CURVE", "MATRIX"):
        return mostly(good or GOOD_PATHS, PATHS)
    return mostly(good or ("two_layer", "front"), WORDS)


@st.composite
def lines(draw, name):
    """Draw a command line of a command."""
    line = [name]
    for option in COMMANDS[name].options:
        chance = 0 if option.dest in ALWAYS[name] else 5
        if draw(st.integers(0, chance)):
            continue
        flag = [draw(st.sampled_from(option.option_strings))] if option.option_strings else []
        line += flag if option.nargs == 0 else [*flag, draw(values(option))]
    return [*line, *draw(st.sampled_from(([], ["--json"], ["--json", "--quiet"])))]


def answered(line):
    """Run a line; return its code, its output and what it said on stderr."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), limited(line):
        try:
            code = main(line)
        except SystemExit as leaving:
            code = leaving.code
    return code, out.getvalue(), err.getvalue()


def check(line):
    code, out, err = answered(line)
    assert code in (0, 1, 2, 3), line
    if code in (2, 3):
        last = err.strip().splitlines()[-1]
        assert last.startswith("superlaw") and len(last) < 1200, line
    if code == 2:
        assert out == "" or "cannot write" in err, line
    if code == 0:
        assert out, line
        assert not re.search(r"\bnan\b", out), line
        if "--json" in line:
            json.loads(out)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a curve, a file in place of a folder, and a folder in place of a file."""
    compile_everything()
    home, path = os.getcwd(), tmp_path_factory.mktemp("hostile")
    os.chdir(path)
    (path / "folder.csv").mkdir()
    (path / "folder").write_text("")
    times = np.geomspace(1.0, 100.0, 12)
    np.save(path / "given.npy", np.sin(np.arange(24.0)).reshape(8, 3))
    np.savez(path / "given.npz", times=times, loss=times**-0.5)
    rows = "\n".join(f"{t},{t**-0.5}" for t in times)
    sl.solve(sl.PowerLawTask(1.5, 0.0, 16), times=times).save(path / "solved.npz")
    (path / "map.toml").write_text("[grid]\ntask.a = [1.5, 2.0]\n")
    (path / "given.csv").write_text(f"times,loss\n{rows}\n")
    yield path
    os.chdir(home)


LOOSE = dict(
    deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None
)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_line_is_answered_or_refused(folder, name):
    @settings(max_examples=2 if name == "validate" else 6, **LOOSE)
    @given(lines(name))
    def draws(line):
        check(line)

    draws()


@pytest.mark.long
@pytest.mark.parametrize("name", COMMANDS)
def test_very_many_command_lines_are_answered_or_refused(folder, name):
    @settings(max_examples=40 if name == "validate" else 600, **(LOOSE | {"derandomize": False}))
    @given(lines(name))
    def draws(line):
        check(line)

    draws()
