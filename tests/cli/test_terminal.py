import io
import json
import os
import subprocess
import sys
import warnings

import numpy as np
import pytest
from gguf import GGUFWriter
from safetensors.numpy import save_file

import superlaw as sl
from superlaw.cli import main
from superlaw.cli.dispatch import COMMANDS
from superlaw.cli.terminal import terminal

EXPONENT = ("exponent", "-a", "1.5", "-b", "0.25")
FRAMES = ("derive", "frames")
SUPERLAW = (sys.executable, "-m", "superlaw")


def shell(command, **settings):
    """Run a line of a shell in which `superlaw` is this one; return code, stdout and stderr."""
    line = command.replace("superlaw", f"'{sys.executable}' -m superlaw", 1)
    ended = subprocess.run(
        ["bash", "-o", "pipefail", "-c", line], capture_output=True, text=True, **settings
    )
    return ended.returncode, ended.stdout, ended.stderr


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
@pytest.mark.parametrize("arguments", [EXPONENT, FRAMES, ("solve", "--help")])
def test_every_encoding_shows_every_letter(monkeypatch, verdicts, ledger_of, encoding, arguments):
    if arguments is FRAMES:
        ledger_of("frames")
    content = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(content, encoding=encoding))
    try:
        runs = ("--runs", str(verdicts)) if arguments is FRAMES else ()
        assert main([*arguments, *runs]) == 0
    except SystemExit as leaving:
        assert leaving.code == 0
    sys.stdout.flush()
    text = content.getvalue().decode(encoding)
    assert len(text) > 100
    assert "?" not in text
    if encoding == "utf-8" and arguments is not FRAMES:
        assert not text.isascii()


def test_an_encoding_given_by_the_environment_is_kept_to():
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    code, out, _ = shell("superlaw exponent -a 1.5 -b 0.25", env=environment)
    assert code == 0
    assert "1/lambda_1 << t" in out
    code, _, err = shell("superlaw exponent -a λ", env=environment)
    assert code == 2
    assert "a must be a number" in err


def test_a_reader_that_leaves_ends_a_command_quietly():
    code, out, err = shell("superlaw solve -a 1.1 -b 0.3 -N 1e4 --json --quiet | head -1")
    assert (code, out, err) == (0, "{\n", "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
@pytest.mark.parametrize(
    "line",
    ["superlaw exponent -a 1.5", "superlaw --version",
     *(pytest.param(line, marks=pytest.mark.slow) for line in
       ("superlaw completion bash", "superlaw derive frames --json --runs {}"))],
)  # fmt: skip
def test_output_that_does_not_arrive_is_not_success(line, verdicts, ledger_of):
    ledger_of("frames")
    code, _, err = shell(f"{line.format(verdicts)} > /dev/full")
    assert code == 2
    assert "cannot write standard output: No space left on device" in err
    assert err.count("\n") == 1


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
def test_an_answer_is_printed_where_its_file_cannot_be_written(run, tmp_path, monkeypatch):
    from superlaw import storage

    def full(*_):
        raise storage.OutputError("curve.csv", "No space left on device")

    monkeypatch.setattr(storage, "write_arrays", full)
    out = tmp_path / "curve.csv"
    code, text, err = run("solve", "-a", 1.5, "-N", 64, "--json", "--out", out)
    assert code == 2
    assert json.loads(text)["status"] == "success"
    assert err == "superlaw solve: cannot write curve.csv: No space left on device\n"


def test_quiet_says_nothing_but_why_it_fails(run, tmp_path):
    code, out, err = run("validate", "front", "--size", "small", "--quiet", "--out", tmp_path)
    assert (code, err) == (0, "")
    assert "PASS" in out
    code, out, err = run("exponent", "-a", -1, "--quiet")
    assert (code, out) == (2, "")
    assert err.startswith("superlaw exponent: a must be above 0")


def test_warnings_of_libraries_stay_inside_and_streams_are_put_back():
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="strict")
    with warnings.catch_warnings(record=True) as caught, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", stream)
        with terminal():
            warnings.warn("of a library", RuntimeWarning, stacklevel=1)
            print("λ", end="")
    assert caught == []
    assert stream.errors == "strict"
    with pytest.raises(UnicodeEncodeError):
        stream.write("λ")


def test_unknown_numbers_do_not_leave_as_success(run, monkeypatch):
    from dataclasses import replace

    from superlaw.theory import exponents

    real = exponents.exponent
    monkeypatch.setattr(
        exponents, "exponent", lambda *of: replace(real(*of), prefactor=float("nan"))
    )
    code, _, err = run(*EXPONENT)
    assert code == 3
    assert "prefactor is not a number" in err


def test_memory_that_runs_out_is_said_in_one_line(run, monkeypatch):
    from superlaw.theory import exponents

    def greedy(*_):
        raise MemoryError

    monkeypatch.setattr(exponents, "exponent", greedy)
    code, out, err = run(*EXPONENT)
    assert (code, out, err.count("\n")) == (3, "", 1)
    assert "out of memory" in err


def test_version_help_and_module():
    ended = subprocess.run([*SUPERLAW, "--version"], capture_output=True, text=True)
    assert ended.returncode == 0
    assert ended.stdout.startswith("superlaw ")


@pytest.mark.parametrize("name", [command.name for command in COMMANDS])
def test_help_has_examples_types_and_codes(run, name):
    code, out, _ = run(name, "--help")
    assert code == 0
    assert "examples:\n  superlaw " in out
    assert "exit codes:" in out
    assert "--json" in out and "--config FILE" in out and "--quiet" in out


COSTLY = ("sequential --size", "classes", "documents", "--train")


def examples():
    """Yield the examples that need no curve and no cluster, marked by what they cost."""
    for line in (line for command in COMMANDS for line in command.examples):
        mark = pytest.mark.long if any(word in line for word in COSTLY) else pytest.mark.slow
        if "superlaw fit" not in line and "--scheduler" not in line:
            yield pytest.param(line, marks=mark)


def _own_files(folder):
    """Write the files that the examples take to be the reader's own."""
    curve = sl.solve(sl.PowerLawTask(1.5, 0.25, 1024), times=sl.log_times(1.0, 1e3))
    curve.save(folder / "curve.npz")
    curve.save(folder / "curve.csv")
    logged = np.stack([curve.times, curve.loss], axis=1)
    np.savetxt(folder / "wandb.csv", logged, delimiter=",", header="Step,loss", comments="")
    rows = np.random.default_rng(0).standard_normal((32, 8))
    np.save(folder / "embedding.npy", rows)
    np.save(folder / "decoder.npy", rows.T)
    save_file({"lm_head.weight": rows}, folder / "model.safetensors")
    for width, name in ((4, "small"), (6, "large"), (8, "xl")):
        matrix = np.ascontiguousarray(rows[:, :width])
        save_file({"wte.weight": matrix}, folder / f"{name}.safetensors")
    writer = GGUFWriter(folder / "model.gguf", "none")
    writer.add_tensor("token_embd.weight", rows.astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    (folder / "map.toml").write_text('[grid]\n"task.a" = [1.5, 2.0]\n')
    ranks = np.arange(1.0, 513.0)
    np.savetxt(folder / "words.csv", 1.0 / ranks / np.sum(1.0 / ranks), header="p", comments="")


@pytest.mark.parametrize("line", list(examples()))
def test_examples_of_the_help_texts_work(run, tmp_path, monkeypatch, line):
    monkeypatch.chdir(tmp_path)
    _own_files(tmp_path)
    if line == "superlaw report map":
        run("sweep", "map.toml", "--out", "map", "--executor", "threads")
    if line == "superlaw report explain.json":
        run("explain", "curve.csv", "-a", 1.5, "-b", 0.25, "-N", 1024, "--out", "explain.json")
    code, out, _ = run(*line.split()[1:])
    assert code == (1 if "--planted" in line else 0)
    assert out


def test_methods_and_formats_of_the_help_texts_are_those_there_are():
    from superlaw.cli import derive, solve
    from superlaw.solvers.solve import METHODS
    from superlaw.theory.documents.formats import FORMATS

    assert solve.METHODS == tuple(METHODS)
    assert derive.FORMATS == tuple(FORMATS)


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_completion_names_every_command_flag_and_choice(run, name):
    code, out, _ = run("completion", name)
    assert code == 0
    for word in ("exponent", "derive", "per-decade", "half-normal", "rosenbrock"):
        assert word in out


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("superlaw ex", "exponent explain"),
        ("superlaw solve --per", "--per-decade"),
        ("superlaw solve --method tsi", "tsit5"),
        ("superlaw exponent --amplitude half", "half-normal"),
    ],
)
def test_bash_completes(words, expected):
    listed = " ".join(f"'{word}'" for word in words.split())
    line = (
        f'eval "$(superlaw completion bash)"; COMP_WORDS=({listed}); '
        'COMP_CWORD=$((${#COMP_WORDS[@]}-1)); _superlaw; echo "${COMPREPLY[@]}"'
    )
    assert shell(line)[1].strip() == expected
