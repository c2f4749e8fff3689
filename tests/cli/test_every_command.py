"""Every command works where the terminal has few letters, the system says little, or no disk."""

import io
import json
import os
import sys

import numpy as np
import pytest

import superlaw as sl
from superlaw import storage
from superlaw.cli import main
from superlaw.cli.dispatch import COMMANDS

LINES = {
    "exponent": "exponent -a 1.5 -b 0.25",
    "solve": "solve -a 1.5 -N 16 --t-end 2 --per-decade 2",
    "simulate": "simulate -a 1.5 -N 8 --seeds 2 --t-end 1 --per-decade 2",
    "fit": "fit curve.csv --floor none",
    "explain": "explain curve.csv -a 1.5 -N 16 --lr 0.1",
    "geometry": "geometry matrix.npy",
    "validate": "validate two_layer --size small",
    "width": "width --law even -N 9 --widths 2,3",
    "sweep": "sweep map.toml",
    "report": "report solved.npz",
    "derive": "derive front --runs verdicts",
    "info": "info",
}
QUICK = ("derive", "exponent", "solve", "fit", "explain", "geometry", "info", "sweep")
NAMES = [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in LINES]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch, verdicts, ledger_of):
    """A folder with a curve, a matrix, a grid and verdicts on a derivation."""
    monkeypatch.chdir(tmp_path)
    ledger_of("front")
    os.symlink(verdicts, "verdicts")
    times = np.geomspace(1.0, 100.0, 12)
    curve = np.c_[times, times**-0.5]
    np.savetxt("curve.csv", curve, delimiter=",", header="times,loss", comments="")
    np.save("matrix.npy", np.sin(np.arange(24.0)).reshape(8, 3))
    sl.solve(sl.PowerLawTask(1.5, 0.0, 16), times=times).save("solved.npz")
    (tmp_path / "map.toml").write_text("[grid]\ntask.a = [1.5, 2.0]\n")
    return tmp_path


def test_every_command_has_a_line():
    assert set(LINES) == {command.name for command in COMMANDS}


@pytest.mark.parametrize("name", ["exponent", "fit", "explain", "info", "derive", "geometry"])
def test_what_out_wrote_is_what_was_printed_beside_what_was_asked(capsys, folder, name):
    checked = "--check" if name == "derive" else "--quiet"
    assert main([*LINES[name].split(), checked, "--json", "--out", "answer.json"]) == 0
    assert storage.read_json(folder / "answer.json") == json.loads(capsys.readouterr().out)
    assert storage.read_json(folder / "answer.manifest.json")["configuration"]


def test_a_folder_of_documents_says_what_was_asked(folder):
    assert main([*LINES["derive"].split(), "--out", "documents"]) == 0
    asked = storage.read_json(folder / "documents" / storage.RECORD)["configuration"]
    assert asked["derive"]["names"] == ["front"]


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
@pytest.mark.parametrize("name", NAMES)
def test_few_letters_and_a_system_that_says_little(monkeypatch, encoding, name):
    content = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(content, encoding=encoding))
    monkeypatch.delattr(os, "sysconf")
    monkeypatch.setitem(sys.modules, "resource", None)
    monkeypatch.setitem(sys.modules, "fcntl", None)
    assert main(LINES[name].split()) == 0
    sys.stdout.flush()
    text = content.getvalue().decode(encoding)
    assert len(text) > 30
    assert "?" not in text


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
@pytest.mark.parametrize("name", NAMES)
def test_a_full_disk_is_no_success(monkeypatch, capsys, name):
    with open("/dev/full", "w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        assert main([*LINES[name].split(), "--json"]) == 2
    assert "cannot write standard output: No space left on device" in capsys.readouterr().err


def test_documents_are_printed_where_they_cannot_be_written(folder, monkeypatch, capsys):
    def full(*_):
        raise storage.OutputError("front.md", "No space left on device")

    monkeypatch.setattr(storage, "write_text", full)
    assert main(["derive", "front", "--out", "documents", "--runs", "verdicts"]) == 2
    told = capsys.readouterr()
    assert told.out.startswith("# The travelling front")
    assert "cannot write front.md: No space left on device" in told.err
