"""Trainings beside those of another code: what is trained again, and what scatter explains."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from superlaw.validation.reports import other_trainings
from superlaw.validation.reports.other_trainings import (
    MORE_DRAWS,
    Training,
    compared,
    draws,
    keep,
    read,
)
from superlaw.validation.sweeps.store import Store

DOCS = Path(__file__).parents[3] / "docs"
ROW = Training("power", 2.0, 25, 0.5, 1.0, 4000, 1024, loss=1.0, error=0.03, represented=30)
SHORT = dataclasses.replace(ROW, steps=100)


def record(loss, error=0.04):
    return {"loss": loss, "error": error, "represented": 31}


@pytest.mark.parametrize(("loss", "more"), [(1.04, 0), (1.06, MORE_DRAWS), (0.9, MORE_DRAWS)])
def test_short_rows_come_first_and_a_row_that_is_off_is_drawn_again(loss, more):
    store, order = Store(), []
    for row, draw in draws([ROW, SHORT], store):
        order.append((row.steps, draw))
        store.save(row.asked(draw), record(loss))
    assert order == [(steps, draw) for steps in (100, 4000) for draw in range(1 + more)]
    assert not list(draws([ROW, SHORT], store))


def test_a_row_that_sampling_does_not_explain_is_drawn_again():
    row, store = dataclasses.replace(ROW, error=0.003), Store()
    store.save(row.asked(0), record(1.02, error=0.004))
    assert len([*draws([row], store)]) == MORE_DRAWS


def test_a_training_that_was_cut_off_is_yielded_again():
    assert [*draws([ROW], Store())] == [(ROW, 0)]


def test_one_draw_is_off_by_sampling_errors_alone():
    store = Store()
    store.save(ROW.asked(0), record(1.1))
    found = compared(ROW, store)
    assert found["scatter"] is None and found["deviation"] == pytest.approx(0.1)
    assert found["z"] == pytest.approx(0.1 / np.hypot(0.03, 0.04))


def test_scatter_counts_on_both_sides():
    """Draws of sd .3, sampling .04: .3/√n of the mean, √(.3² − .04² + .03²) of the other one."""
    store = Store()
    losses = (1.2, 1.5, 1.8)
    for k, loss in enumerate(losses):
        store.save(ROW.asked(k), record(loss))
    found = compared(ROW, store)
    assert found["found"] == pytest.approx(losses) and found["counts"] == [31] * 3
    assert found["scatter"] == pytest.approx(0.3 / 1.5)
    other = 0.3**2 - 0.04**2 + 0.03**2
    assert found["z"] == pytest.approx(0.5 / np.sqrt(0.3**2 / 3.0 + other))


def test_a_row_that_was_not_trained_is_left_out():
    assert compared(ROW, Store()) is None


def test_a_draw_is_decided_by_what_is_asked(monkeypatch):
    monkeypatch.setattr(other_trainings, "TEST_SAMPLES", 1024)
    monkeypatch.setattr(other_trainings, "N", 40)
    row, store = dataclasses.replace(ROW, width=3, steps=4, batch=16), Store()
    for draw in (0, 1):
        keep(row, draw, store)
    first, second = (store.load(row.asked(draw)) for draw in (0, 1))
    assert first == other_trainings.trained(row, 0) and first["loss"] != second["loss"]


def test_committed_trainings_are_near_enough_or_within_the_scatter_of_draws():
    rows = json.loads((DOCS / "results" / "width_rows.json").read_text("utf-8"))["rows"]
    known = {json.dumps(row.asked(0)): row for row in read(DOCS / "reference/width_trainings.csv")}
    names = {field.name for field in dataclasses.fields(Training)}
    for row in rows:
        other = Training(**{name: row[name] for name in names})
        assert known.pop(json.dumps(other.asked(0))) == other
        if abs(row["found"][0] / other.loss - 1.0) > other.allowed:
            assert len(row["found"]) > 1 and abs(row["z"]) < 3.0
