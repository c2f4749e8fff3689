"""The maps of other students: what is trained, how slopes are read, and what must fail."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from superlaw.arguments import ArgumentError
from superlaw.curves import log_times
from superlaw.setting.optimizer import SGD, Adam
from superlaw.setting.student import Student
from superlaw.validation.claims.size import SIZES, Conditions
from superlaw.validation.claims.trained import flows, other_students
from superlaw.validation.reports import other_maps
from superlaw.validation.training.ensemble import Ensemble
from superlaw.validation.training.simulate import check_simulation

DOCS = Path(__file__).parents[3] / "docs"
STORED, TIED = (DOCS / "results" / f"{name}.json" for name in ("other_maps", "trained"))
A, B = (1.1, 1.3, 1.5, 2.0, 2.5), (0.0, 0.25, 0.5, 0.75, 1.0)


def test_what_has_a_map_is_what_the_claim_compares():
    found = other_maps.trainings(512, 16)
    flown = other_students.students(32)
    assert {kind: x.student for kind, x in found.items() if kind in flown} == {
        kind: student for kind, student in flown.items() if kind != "tied"
    }
    sampled = [x for kind, x in found.items() if kind not in flown]
    assert all(x.student == flown["tied"] for x in sampled)
    assert [type(x.optimizer) for x in sampled] == [SGD, Adam, Adam]
    windows = {type(x.optimizer): x.window for x in found.values()}
    assert windows.pop(Adam) == other_students.ADAPTIVE_WINDOW
    assert set(windows.values()) == {flows.WINDOW}


def test_measuring_reads_each_student_over_its_own_window(tmp_path, monkeypatch):
    """Flows fall as t^-0.9; with Adam as t^-2 in its window and not at all elsewhere."""
    seen = set()

    def run(students, conditions, optimizer=flows.OPTIMIZER, t_end=None):
        times = log_times(0.1, t_end or 1e3, flows.PER_DECADE)
        first, last = other_students.ADAPTIVE_WINDOW
        law = np.clip(times, first, last) ** -2.0 if t_end else times**-0.9
        seeds = conditions.size.trained.seeds
        seen.update(student.width for _, student in students.values())
        return {key: ensemble(*x, times, law, seeds) for key, x in students.items()}

    monkeypatch.setattr(flows, "run", run)
    out = tmp_path / "maps.json"
    other_maps.main(["--out", str(out), "--shares", "16", "8", "2"])
    found = json.loads(out.read_text())
    assert len(found["rows"]) == (3 * 6 + 1) * 25 and len(found["theory"]) == 25
    for row in found["rows"]:
        assert row["slope"] == pytest.approx(2.0 if "Adam" in row["student"] else 0.9, abs=1e-3)
        many = row["K"] == 32 or (row["K"] == 64 and "," not in row["student"])
        assert row["seeds"] == (4 if many else 2)
    assert seen == {32, 64, 256, None}


def ensemble(task, student, times, law, seeds):
    """An ensemble whose seeds have one power law, and a share of own loss of one half."""
    loss = np.outer(np.linspace(1.0, 1.1, seeds), law)
    return Ensemble(
        times=times,
        loss=loss,
        seeds=tuple(range(seeds)),
        tracked=np.zeros(0, np.int64),
        modes=np.zeros((seeds, len(times), 0)),
        observables={"loss_diagonal": 0.5 * loss},
        configuration={"student": student.to_dict()},
    )


def read(path):
    return json.loads(path.read_text("utf-8"))


@pytest.fixture
def page(docs_script):
    """The script that tells what was measured."""
    return docs_script("other_maps")


def test_the_stored_maps_have_every_cell():
    found = read(STORED)
    assert found["provenance"]["command"] == other_maps.COMMAND
    cells = {(x["student"], x["N"] // x["K"], x["a"], x["b"]) for x in found["rows"]}
    assert len(cells) == len(found["rows"])
    maps = {(kind, x) for x in other_maps.SHARES for kind in other_maps.trainings(512, x)}
    assert len(maps) == 5 * 6
    maps.add(("K = N, Adam, lr 0.003", 1))
    assert cells == {(*key, a, b) for key in maps for a in A for b in B}


def test_the_stored_maps_have_the_corners_of_the_claim():
    """Flows and samples of the same seeds, measured on another day."""
    (claim,) = (x for x in read(TIED)["claims"] if x["name"] == "other_students")
    own = {(x["student"], x["K"], x["a"], x["b"]): x["slope"] for x in read(STORED)["rows"]}
    rows = [row for row in claim["readings"]["slopes"] if row["student"] != "tied"]
    assert len(rows) == 16
    for row in rows:
        found = own[row["student"], row["K"], row["a"], row["b"]]
        assert found == pytest.approx(row["slope"], abs=2e-4)


def test_the_figure_shows_the_numbers_that_are_stored(page):
    """Each panel lists its slopes row by row, from b = 0."""
    text = (DOCS / "figures" / "other_maps.svg").read_text("utf-8")
    shown = iter(re.findall(r">(\d\.\d\d)</text>", text))  # ticks besides
    found, cells = page._read()
    panels = [found["theory"], *(x for (_, share), x in cells.items() if share in (1, 16))]
    expected = [
        f"{row['slope']:.2f}"
        for rows in panels
        for row in sorted(rows, key=lambda row: (row["b"], row["a"]))
    ]
    assert len(panels) == 9 and all(value in shown for value in expected)


def rows(spread):
    """Slopes that a and b spread by as much in all; those of b = 0 are far off."""
    return [
        {"a": a, "b": b, "slope": (1.0 + spread * (i + j - 1) / 7) if b else 9.0}
        for i, a in enumerate(A)
        for j, b in enumerate(B)
    ]


def test_a_slope_is_shared_by_the_rule_of_the_claim(page):
    """Less than a quarter of K = N, and a control that is spread by more."""
    cells = {("one", 16): rows(0.24), ("one", 2): rows(0.26), ("two", 16): rows(0.26)}
    cells["K = N", 1] = rows(0.1)
    text = page._verdict(rows(1.0), cells)
    assert "K = N spreads by 1.00" in text
    assert "shared by: one, at N/K = 16. At no N/K of the table by: two." in text
    assert text.endswith("slopes depend more on a for: two.")


def test_the_top_of_the_page_says_where_a_slope_is_shared_and_where_not(page, monkeypatch):
    cells = {("tied", 16): rows(0.24), ("tied", 32): rows(0.26), ("two", 16): rows(0.26)}
    monkeypatch.setattr(page, "_read", lambda: ({"theory": rows(1.0)}, cells))
    text = page.headline()
    assert "where the student is tied, at N/K = 16: the largest" in text and "below 0.25" in text
    assert "**None is shared** at N/K = 32 (tied 0.26), nor at any N/K by two." in text
    assert "keeps to that limit at N/K = none" in text  # slopes of b = 0 are far off
    shown = (DOCS / "trained.md").read_text("utf-8").split("\n\n")[1]
    monkeypatch.undo()
    monkeypatch.syspath_prepend(DOCS)
    assert shown == page.headline()


def test_steps_are_stable_at_every_share():
    """At the rate of the others some tasks would be refused at N/K = 32."""
    times, tasks = log_times(0.1, 1e3, flows.PER_DECADE), flows.tasks(Conditions(SIZES["full"]))
    for share in other_maps.SHARES:
        training = other_maps.trainings(512, share)["tied, SGD"]
        for task in tasks:
            check_simulation(task, training.student, times, optimizer=training.optimizer, seeds=2)
    student = Student(512 // other_maps.CROWDED, tied=True)
    with pytest.raises(ArgumentError, match="stable"):
        check_simulation(tasks[-1], student, times, optimizer=other_students.STEPS, seeds=2)
