"""An option that would change nothing is refused, not dropped."""

import pytest

TASK = "-a 1.5 -b 0.5 -N 16 --t-end 3"


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (f"solve {TASK} -K 12 --tied --init 0.3", "init"),
        (f"solve {TASK} --rtol 1e-3", "rtol"),
        (f"solve {TASK} -K 8 --features all", "features"),
        (f"solve {TASK} --save-every 5", "save_every"),
        (f"solve {TASK} --init-profile flat", "init_profile"),
        (f"solve {TASK} --optimizer flow --lr 0.1", "lr"),
        (f"simulate {TASK} --n-classes 5", "n_classes"),
        (f"simulate {TASK} --save-every 5", "save_every"),
        (f"simulate {TASK} -K 4 --optimizer adam --momentum 0.5", "momentum"),
        ("derive front --check --format html", "format"),
        ("derive front --check --out new", "out"),
        ("derive front --check --simulate", "simulate"),
        ("derive front --check -a 1.5", "a"),
        ("derive front --check --t-end 5", "t_end"),
        ("validate two_layer --list --planted 1.1", "planted"),
        ("validate two_layer --list --out new", "out"),
        ("validate two_layer --seeds 3", "seeds"),
        ("width --law even -N 9 -a 1.2 --widths 2", "a"),
        ("width --law power -N 9 -a 1.2 --scale 3 --widths 2", "scale"),
        ("width --law even -N 9 --widths 2 --starts 3", "starts"),
        ("sweep map.toml --executor threads --scheduler tcp://10.0.0.1:8786", "scheduler"),
        ("sweep map.toml --executor dask --scheduler tcp://10.0.0.1:8786 --workers 2", "workers"),
    ],
)
def test_what_would_change_nothing_is_refused(run, tmp_path, monkeypatch, line, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "map.toml").write_text("[grid]\ntask.a = [1.5, 2.0]\n")
    code, out, err = run(*line.split())
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert f": {name} must be " in err


def test_a_list_is_of_the_claims_that_are_named(as_json):
    assert as_json("validate", "two_layer", "--list").keys() == {"sequential"}
    assert as_json("validate", "--list").keys() > {"sequential", "trained"}


@pytest.mark.parametrize("factor", [1e300, 20.0, 1e-9])
def test_a_planted_factor_leaves_a_spectrum(run, tmp_path, monkeypatch, factor):
    monkeypatch.chdir(tmp_path)
    code, _, err = run("validate", "leak", "--planted", factor)
    assert code == 2
    assert "planted must be between 0.1 and 10" in err


def test_a_planted_factor_leaves_an_exponent_to_predict(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, _, err = run("validate", "exponent", "--size", "small", "--planted", 0.5)
    assert code == 2
    assert "planted must be above 0.909 for a = 1.1" in err
