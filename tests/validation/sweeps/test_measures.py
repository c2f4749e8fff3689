"""Each measure gives what the public function gives; what it would ignore is refused."""

import numpy as np
import pytest

import superlaw as sl
from superlaw.setting.measured import read_task
from superlaw.validation.sweeps.measures import widths
from superlaw.validation.sweeps.measures.table import MEASURES

TASK = {"task.a": 1.5, "task.b": 0.25, "task.n_features": 32}
TIMES = {"times.t_start": 1.0, "times.t_end": 50.0, "times.per_decade": 8}
PLAIN = sl.PowerLawTask(1.5, 0.25, 32)
GRID = sl.log_times(1.0, 50.0, 8)


def one(measure, **more):
    """Return the row and the curve of the one point of a grid; `seed` and `run__x` are fields."""
    fields = {name.replace("__", "."): value for name, value in more.items()}
    table = sl.sweep({}, measure, fixed=fields, executor="serial")
    (row,), (curve,) = table.rows, table.curves
    assert row["status"] == "done", row
    return row, curve


def test_exponent():
    row, curve = one("exponent", **TASK)
    assert row["value"] == sl.exponent(PLAIN).exponent and curve is None
    assert (row["equation"], row["warnings"]) == ("S14", "W-FINITE-SIZE")
    row, _ = one("exponent", **TASK, student__width=8)
    assert (row["value"], row["regime"]) == (None, "crossover")


def test_solve():
    row, curve = one("solve", **TASK, **TIMES)
    expected = sl.solve(PLAIN, times=GRID)
    assert row["value"] == expected.loss[-1]
    np.testing.assert_array_equal(curve["loss"], expected.loss)
    np.testing.assert_array_equal(curve["times"], GRID)


def test_simulate_draws_from_the_seed():
    optimizer = {"optimizer.lr": 0.1, "optimizer.batch": 2}
    found = {}
    for seed in (0, 3):
        row, curve = one("simulate", **TASK, **TIMES, **optimizer, seed=seed)
        runs = sl.simulate(PLAIN, None, GRID, optimizer=sl.SGD(0.1, 2), seeds=1, entropy=seed)
        np.testing.assert_array_equal(curve["loss"], runs.loss[0])
        assert (row["seeds"], row["standard_error"]) == (1, None)
        found[seed] = row["value"]
    assert found[0] != found[3]
    row, curve = one("simulate", **TASK, **TIMES, **optimizer, run__seeds=2)
    assert row["standard_error"] == curve["error"][-1] > 0


def test_fit():
    row, _ = one("fit", **TASK, **TIMES, run__model="straight", run__start=2.0)
    expected = sl.fit_power_law(sl.solve(PLAIN, times=GRID), model="straight", window=(2.0, 50.0))
    assert row["value"] == expected.exponent and row["model"] == "straight"
    row, _ = one("fit", **TASK, **TIMES, run__curve="simulate", seed=1, run__model="straight")
    runs = sl.simulate(PLAIN, None, GRID, seeds=1, entropy=1)
    assert row["value"] == sl.fit_power_law(runs, model="straight").exponent


def test_width():
    fields = {"task.a": 1.2, "task.n_features": 60, "student.width": 12}
    row, _ = one("width", **fields)
    (predicted,) = sl.width_law(sl.PowerLawTask(1.2, 0.0, 60), [12]).predicted
    assert row["value"] == row["predicted"] == predicted


def test_width_takes_what_training_takes(monkeypatch):
    fields = {"task.a": 1.2, "task.n_features": 20, "student.width": 4, "seed": 1}
    options = {"train": True, "starts": 1, "steps": 5, "weight_decay": 0.5, "batch": 8}
    law, given = sl.width_law(sl.PowerLawTask(1.2, 0.0, 20), [4]), []
    monkeypatch.setattr(widths, "width_law", lambda *_, **more: given.append(more) or law)
    one("width", **fields, **{f"run__{name}": value for name, value in options.items()})
    assert given == [options | {"entropy": 1}]


def test_measured_frequencies_are_values_of_a_grid(tmp_path):
    files = [str(tmp_path / name) for name in ("a.csv", "b.csv")]
    times = {"times.t_end": 5.0}
    for out, sign in ((1, 1.0), (2, -1.0), (2, -1.0)):
        for k, file in enumerate(files):
            p = np.arange(1.0, 40.0) ** -(1.5 + sign * k / 4)
            np.savetxt(file, p / p.sum(), header="frequency", comments="")
        grid, folder = {"task.frequencies": files, "times.per_decade": [2, 3]}, tmp_path / "out"
        table = sl.sweep(grid, "solve", fixed=times, out=folder, executor="serial")
        expected = [sl.solve(read_task(file), times=sl.log_times(0.1, 5.0, n)).loss[-1]
                    for file in files for n in (2, 3)]  # fmt: skip
        assert table.column("value") == expected
        assert len(list(folder.glob("points/*/*.json"))) == 2 + 2 * out  # b.csv is another one
    assert table.column("task.frequencies") == [files[0]] * 2 + [files[1]] * 2


def test_geometry_of_a_file_follows_its_content(tmp_path):
    path, out = tmp_path / "m.npy", tmp_path / "out"
    values = []
    for k in (1, 2, 1):
        np.save(path, np.sin(k * np.arange(24.0) ** 2).reshape(8, 3))
        table = sl.sweep({"run.matrix": [str(path)]}, "geometry", out=out, executor="serial")
        values.append(table.rows[0]["value"])
        assert values[-1] == pytest.approx(sl.geometry(path).versions[0].capacity, rel=1e-12)
    assert values[0] == values[2] != values[1]
    assert len(list(out.glob("points/*/*.json"))) == 2


def test_geometry_of_trained_columns():
    student = {"student.width": 4, "student.tied": True}
    row, _ = one("geometry", **TASK, **TIMES, **student, run__seeds=1)
    assert 0.5 < row["value"] <= 1.0 + 1e-12 and row["capacity"] == row["value"]
    table = sl.sweep({"student.width": [4, 8]}, "geometry", fixed=TASK | {"times.t_end": 1.0})
    assert all("W is trained" in row["reason"] for row in table.failures) and table.failures


@pytest.mark.parametrize(
    ("measure", "fields", "name"),
    [
        ("exponent", {"task.a": 1.5, "times.t_end": 5.0}, "field"),
        ("exponent", {"task.a": 1.5, "seed": 1}, "field"),
        ("exponent", {"task.b": 1.5}, "task.a"),
        ("exponent", {"task.a": 1.5, "task.frequencies": "p.csv"}, "task.frequencies"),
        ("solve", {"task.a": 1.5, "run.mehtod": "exact"}, "field"),
        ("width", {"task.a": 1.5}, "student.width"),
        ("width", {"task.a": 1.5, "student.width": 4, "student.tied": True}, "field"),
        ("expnent", {"task.a": 1.5}, "measure"),
        (3, {"task.a": 1.5}, "measure"),
    ],
)
def test_what_a_measure_lacks_is_refused_before_any_work(refused, tmp_path, measure, fields, name):
    with refused(name):
        sl.sweep({}, measure, fixed=fields, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("measure", "fields", "words"),
    [
        ("fit", {"run.seeds": 3}, "run.seeds must be left out with solve"),
        ("fit", {"seed": 3}, "seed must be left out with solve"),
        ("fit", {"run.curve": "simulate", "run.rtol": 1e-3}, "run.rtol must be left out"),
        ("geometry", {"run.matrix": "m.npy"}, "task.a must be left out with a matrix"),
        ("geometry", {"run.tensor": "w"}, "run.tensor must be left out with no matrix"),
        ("solve", {"student.width": 64}, "width must be at most N"),
    ],
)
def test_what_a_point_would_ignore_is_its_reason(measure, fields, words):
    table = sl.sweep({}, measure, fixed=TASK | fields, executor="serial")
    assert words in table.failures[0]["reason"]


def test_every_measure_says_what_its_value_is():
    for name, measure in MEASURES.items():
        assert measure.name == name and measure.value
