import json
import os
import re
import signal
import subprocess
import sys
import time

import numpy as np
import pytest


def test_exponent_answers_with_its_hypotheses(as_json):
    answer = as_json("exponent", "-a", 1.5, "-b", 0.25)
    assert answer["exponent"] == pytest.approx(2 / 3, abs=1e-15)
    assert {"regime", "window", "prefactor", "assumptions", "equation"} <= set(answer)
    assert answer["equation"] == "S14"


def test_exponent_is_null_outside_its_hypotheses(as_json):
    answer = as_json("exponent", "-a", 0.5, "-b", 0.1)
    assert answer["exponent"] is None
    assert answer["regime"] == "not summable"


def test_solve_gives_curve_floor_and_status(as_json, tmp_path):
    out = tmp_path / "curve.csv"
    answer = as_json("solve", "-a", 1.1, "-b", 0.3, "-N", "1e9", "--t-end", "1e12", "--out", out,
        "--plot", tmp_path / "curve.svg",
    )  # fmt: skip
    assert {"times", "loss", "floor", "status", "message", "method"} <= set(answer)
    assert answer["status"] == "success"
    assert answer["times"][-1] == 1e12
    assert max(answer["error_bound"]) < 1e-6
    assert np.loadtxt(out, delimiter=",", skiprows=1).shape[0] == len(answer["times"])
    assert (tmp_path / "curve.manifest.json").exists()
    assert (tmp_path / "curve.svg").read_text().startswith("<?xml")


def test_what_a_solver_does_not_know_is_null_and_no_failure(as_json):
    answer = as_json("solve", "-a", 1.5, "-N", 16, "-K", 8, "--t-end", 2)
    assert answer["status"] == "success"
    assert answer["floor"] is None


def test_fit_takes_names_of_columns_several_files_and_draws(as_json, tmp_path):
    times = np.geomspace(1.0, 1e3, 30)
    rng = np.random.default_rng(0)
    names = [tmp_path / f"seed{k}.csv" for k in range(4)]
    for name in names:
        loss = 2.0 * times**-0.5 * (1.0 + 0.01 * rng.normal(size=30))
        np.savetxt(name, np.c_[times, loss], delimiter=",", header="epoch,nll", comments="")
    asked = ("--time", "epoch", "--loss", "nll", "--plot", tmp_path / "fit.svg")
    fit = as_json("fit", *names, *asked)
    assert len(fit["per_seed"]) == 4 and abs(fit["exponent"] - 0.5) < 0.02
    assert "exponent" in (tmp_path / "fit.svg").read_text()


def test_simulate_then_fit(as_json, tmp_path):
    folder = tmp_path / "runs"
    runs = as_json("simulate", "-a", 1.5, "-N", 64, "--seeds", 3, "--t-end", 50, "--out", folder)
    assert np.shape(runs["loss"])[0] == 3
    fit = as_json("fit", folder / "curve.csv")
    assert set(fit["standard_error"]) == {"noise", "seeds", "window", "model", "solver"}


@pytest.mark.slow
def test_simulate_says_what_shared_columns_cost(as_json):
    case = ("-a", 1.5, "-b", 0.5, "-N", 1e5, "-K", 2, "--tied", "--t-start", 1, "--t-end", 10)
    classes = ("--features", "classes", "--n-classes", 32, "--per-decade", 2, "--seeds", 2)
    runs = as_json("simulate", *case, *classes)
    assert np.shape(runs["loss"]) == (2, 3) and len(runs["thinning_error"]) == 3


def test_validate_exits_1_when_a_claim_fails(run, tmp_path):
    code, out, _ = run(
        "validate", "two_layer", "--size", "small", "--planted", 1.1, "--out", tmp_path / "planted"
    )
    assert code == 1
    assert "FAIL" in out
    page = (tmp_path / "planted" / "index.html").read_text()
    assert "http" not in page.replace("http://www.w3.org", "")  # nothing is fetched
    assert json.loads((tmp_path / "planted" / "report.json").read_text())["passed"] is False


def test_derive_checks_and_writes(run, tmp_path):
    code, out, _ = run("derive", "frames", "--check", "--runs", tmp_path)
    assert code == 0
    assert "proved" in out
    code, _, _ = run("derive", "frames", "--out", tmp_path, "--runs", tmp_path)
    assert (tmp_path / "frames.md").read_text().startswith("# Spectral measures of features")


@pytest.mark.parametrize(
    ("form", "suffix", "start"),
    [("myst", "md", "# "), ("tex", "tex", "\\documentclass"), ("html", "html", "<!DOCTYPE html>")],
)
def test_derive_writes_every_format(run, tmp_path, verdicts, ledger_of, form, suffix, start):
    ledger_of("frames")
    code, _, _ = run("derive", "frames", "--format", form, "--out", tmp_path, "--runs", verdicts)
    assert code == 0
    assert (tmp_path / f"frames.{suffix}").read_text().startswith(start)


def test_derive_specialises(run, verdicts):
    case = ("-a", "1.5", "-b", "0.25", "-N", "64", "--t-end", "10")
    _, out, _ = run("derive", "sequential", *case, "--simulate", "--runs", verdicts)
    assert "\\alpha = 0.666667" in out
    assert "## Solved and simulated" in out
    case = ("-a", "1.5", "-b", "-0.5", "-N", "64")
    _, out, _ = run("derive", "sequential", *case, "--runs", verdicts)
    assert "Step [S14](#step-s14) no longer holds" in out


def test_writing_a_derivation_loads_no_kernels_and_no_plots(verdicts, ledger_of):
    ledger_of("frames")
    code = (
        "import sys; from superlaw.cli import main; main(['derive', 'frames', '--runs', "
        f"{str(verdicts)!r}]); sys.exit(bool({{'numba', 'matplotlib'}} & set(sys.modules)))"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


@pytest.mark.slow
def test_derive_everything_skips_by_name_what_the_parameters_are_not_about(run, tmp_path, verdicts):
    case = ("-a", "1.5", "-N", "64", "-K", "16", "--t-end", "1", "--out", tmp_path)
    code, _, err = run("derive", *case, "--runs", verdicts)
    assert code == 0
    skipped = re.findall(r"derive: (\w+) has no example here", err)
    assert skipped == ["sequential", "front", "two_layer", "coactive", "sgd"]
    assert "## Solved" in (tmp_path / "bottleneck.md").read_text()
    assert "## Solved" not in (tmp_path / "front.md").read_text()
    code, _, err = run("derive", "front", *case)
    assert code == 2
    assert "for the derivation front" in err


def test_derive_writes_nothing_for_a_bad_case(run, tmp_path):
    code, _, _ = run("derive", "-a", "-1", "--out", tmp_path / "new")
    assert code == 2
    assert not (tmp_path / "new").exists()


def test_derive_check_fails_on_a_wrong_step(run, monkeypatch):
    from superlaw.theory import derivations

    right = derivations.derive("frames")
    monkeypatch.setattr(derivations, "derive", lambda _: right.altered("G5", right["G5"].rhs * 2))
    code, out, _ = run("derive", "frames", "--check")
    assert code == 1
    assert "G5    failed" in out


def test_geometry_answers_beside_chance(as_json, run, tmp_path):
    np.save(tmp_path / "m.npy", np.sin(np.arange(60.0) ** 2).reshape(20, 3))
    out = tmp_path / "features.csv"
    answer = as_json("geometry", tmp_path / "m.npy", "--out", out)
    assert [version["name"] for version in answer["versions"]] == ["raw", "centred", "cleaned"]
    assert {
        "mean_overlap", "mean_square_overlap", "capacity", "chance_capacity", "frame_potential_z",
        "tight_frame_deviation", "localised_fraction",
    } <= set(answer["versions"][0])  # fmt: skip
    assert (answer["n_features"], answer["dimension"], answer["rank"]) == (20, 3, 3)
    assert np.loadtxt(out, delimiter=",", skiprows=1).shape == (20, 5)
    turned = as_json("geometry", tmp_path / "m.npy", "--columns")
    assert (turned["n_features"], turned["dimension"]) == (3, 20)
    code, text, _ = run("geometry", tmp_path / "m.npy")
    assert code == 0 and "capacity" in text and "(by chance)" in text


def test_lists_and_info(as_json):
    assert "modes" in as_json("validate", "--list")["sequential"]
    assert "numba" in as_json("info")["packages"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["exponent"], "a must be given"),
        (["exponent", "-a", "0"], "a must be above 0"),
        (["exponent", "-a", "nan"], "a must be a finite number"),
        (["exponent", "-a", "two"], "a must be a number"),
        (["exponent", "-a", "1.5", "-N", "0"], "n_features must be at least 1"),
        (["exponent", "-a", "1.5", "-N", "10.5"], "n_features must be a whole number"),
        (["solve", "-a", "1.5"], "n_features must be a finite number"),
        (["solve", "-a", "1.5", "-N", "64", "-K", "100"], "width must be"),
        (["solve", "-a", "1.5", "-N", "64", "--t-start", "-1"], "t_start must be above 0"),
        (
            ["solve", "-a", "1.5", "-N", "64", "--t-start", "9", "--t-end", "3"],
            "t_end must be above",
        ),
        (["solve", "-a", "1.5", "-N", "64", "--method", "euler"], "method must be one of"),
        (["solve", "-a", "1.5", "-N", "64", "--out", "curve.txt"], "out must be a file name"),
        (["solve", "-a", "1.5", "-N", "64", "--out", "/proc/x/c.csv"], "out must be a folder"),
        (["simulate", "-a", "1.5", "-N", "64", "--lr", "2"], "lr must be below"),
        (["simulate", "-a", "1.5", "-N", "1e7"], "GiB"),
        (["fit", "missing.csv"], "curve must be a file"),
        (["geometry", "missing.npy"], "matrix must be a file"),
        (["geometry", "model.pt"], "There is no such file"),
        (["geometry"], "the following arguments are required: MATRIX"),
        (["validate", "modse"], "Did you mean 'modes'"),
        (["derive", "sequentail"], "Did you mean 'sequential'"),
        (["derive", "--format", "docx"], "format must be one of"),
        (["derive", "front", "--out", "/proc/x"], "out must be a folder"),
        (["derive", "front", "-b", "1"], "a must be given"),
        (["derive", "front", "--simulate"], "a must be given"),
        (["exponent", "-a", "1.5", "--frobnicate"], "unrecognized arguments"),
        (["slove"], "invalid choice"),
    ],
)
def test_bad_input_gets_one_line_and_exit_code_2(run, tmp_path, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    code, out, err = run(*arguments)
    assert code == 2
    assert out == ""
    assert words in err
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_interrupted_simulation_keeps_its_seeds_and_resumes(tmp_path):
    command = [
        sys.executable, "-m", "superlaw", "simulate", "-a", "1.5", "-N", "256", "--seeds", "3",
        "--t-end", "3e4", "--out", str(tmp_path / "runs"),
    ]  # fmt: skip
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    while not (tmp_path / "runs" / "manifest.json").exists():
        time.sleep(0.05)
    time.sleep(0.3)
    os.kill(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "run the same command again to resume" in err
    assert list((tmp_path / "runs").glob("seed-*.part.npz"))
