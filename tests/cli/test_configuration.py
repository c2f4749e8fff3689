import os
import threading

import pytest

from superlaw.cli.dispatch import parsers


def test_flags_overrule_the_file(as_json, tmp_path):
    config = tmp_path / "run.toml"
    config.write_text("[task]\na = 2.0\nb = 0.5\n")
    assert as_json("exponent", "--config", config)["exponent"] == 1.0
    assert as_json("exponent", "--config", config, "-b", 1)["exponent"] == 1.5


def test_a_key_with_a_typo_is_named(run, tmp_path):
    config = tmp_path / "run.toml"
    config.write_text("[task]\na = 2.0\nn_feature = 100\n")
    code, _, err = run("exponent", "--config", config)
    assert code == 2
    assert "Did you mean 'task.n_features'?" in err


@pytest.mark.parametrize(
    ("command", "text", "words"),
    [
        ("exponent", "[task]\na = '2'", "a must be a number"),
        ("exponent", "[task]\na = true", "a must be a number"),
        ("exponent", "[task]\na = [1.5]", "a must be a number"),
        ("exponent", "[task]\na = {b = 1}", "a must be a number"),
        ("exponent", "[task]\na = nan", "a must be a finite number"),
        ("exponent", "[task]\na = 1e999", "a must be a finite number"),
        ("exponent", "[task]\na = 2026-01-01", "a must be a number"),
        ("exponent", "[task]\na = 1\nn_features = 1" + "0" * 400, "n_features must be"),
        ("exponent", "[task]\nn_features = 1" + "0" * 5000, "config must be a readable TOML file"),
        ("exponent", "[task]\nactivity = 5", "activity must be a word"),
        ("exponent", "[student]\ntied = 'yes'", "tied must be true or false"),
        ("exponent", "[student]\ntied = 1", "tied must be true or false"),
        ("exponent", "task = 5", "config must be made of known keys"),
        ("exponent", "[task.a]\nb = 1", "a must be a number"),
        ("exponent", '"task.a.b" = 1', "config must be made of known keys"),
        ("exponent", "[[task]]\na = 1", "config must be made of known keys"),
        ("exponent", "a = " + "[" * 5000, "config must be"),
        ("solve", "[files]\nout = 5", "out must be the name of a file or folder"),
        ("solve", '[files]\nout = ""', "out must be the name of a file or folder"),
        ("solve", '[files]\nout = "a\\u0000b.csv"', "out must be the name of a file or folder"),
        ("validate", "[validate]\nclaims = 5", "claims must be a list of words"),
        ("validate", "[validate]\nclaims = [5]", "claims must be a list of words"),
        ("validate", "[files]\nlist = 1", "list must be true or false"),
        ("derive", "[derive]\nnames = 'front'", "names must be a list of words"),
        ("info", "[info]\nx = 1", "config must be left out|config must be made of known keys"),
    ],
)
def test_a_value_of_the_file_is_checked_as_a_flag_is(run, tmp_path, command, text, words):
    config = tmp_path / "run.toml"
    config.write_text(text)
    code, out, err = run(command, "--config", config)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert any(part in err for part in words.split("|"))
    assert len(err) < 600


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00", bytes(range(256)), "a = 'ä'".encode("latin-1"), b"\0" * 4096]
)
@pytest.mark.parametrize("command", ["exponent", "info"])
def test_a_file_that_is_no_text_is_refused(run, tmp_path, content, command):
    config = tmp_path / "run.toml"
    config.write_bytes(content)
    code, _, err = run(command, "--config", config)
    assert (code, err.count("\n")) == (2, 1)


@pytest.mark.parametrize("path", ["/dev/zero", "/", "missing.toml", "", "x" * 5000])
def test_what_is_no_file_is_refused(run, path):
    code, _, err = run("exponent", "--config", path)
    assert (code, err.count("\n")) == (2, 1)
    assert "config must be a readable TOML file" in err


def test_a_pipe_is_read(run, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_text("[task]\na = 2.0\n"))
    writer.start()
    code, out, _ = run("exponent", "--config", pipe)
    writer.join()
    assert code == 0
    assert "exponent" in out


@pytest.mark.parametrize(
    ("flag", "value", "words"),
    [
        ("-N", "9" * 400, "n_features must be"),
        ("-N", "9" * 5000, "n_features must be"),
        ("-a", "1e5", "a must be"),
        ("-b", "1e5", "b must be"),
        ("-a", "-1e5", "a must be"),
        ("-a", "0x10", "a must be a number"),
        ("--t-end", "1e308", "t_end must be"),
        ("--t-start", "1e-320", "t_start must be"),
        ("--t-end", "0.10000000000000001", "t_end must be"),
        ("--per-decade", "1e12", "per_decade must be"),
        ("--per-decade", "nan", "per_decade must be"),
        ("--out", "a\0.csv", "out must be"),
        ("--out", "x" * 300 + ".csv", "out must be"),
        ("--out", "y" * 245 + ".csv", "out must be"),
        ("--out", "folder.csv", "out must be a file name"),
        ("--plot", "curve.txt", "plot must be a file name ending in"),
    ],
)
def test_magnitudes_and_names_are_refused_in_one_line(
    run, tmp_path, monkeypatch, flag, value, words
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.csv").mkdir()
    code, out, err = run("solve", "-a", "1.5", "-N", "64", flag, value)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert words in err
    assert len(err) < 400
    assert len(list(tmp_path.iterdir())) == 1


def test_every_option_of_every_command_names_its_type():
    for parser in parsers()[1].values():
        for option in parser.options:
            assert option.help
            if option.nargs != 0:
                assert option.metavar in {
                    "NUMBER",
                    "COUNT",
                    "COUNTS",
                    "FILE",
                    "DIR",
                    "CURVE",
                    "MATRIX",
                    "CLAIM",
                    "NAME",
                } or (option.kind.choices)
