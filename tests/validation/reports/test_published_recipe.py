"""The published recipe: losses on the way, and a training that was cut off goes on."""

import numpy as np
import pytest

from superlaw.validation.reports import published_recipe
from superlaw.validation.reports.published_recipe import Run, keep, runs
from superlaw.validation.sweeps.store import Store
from superlaw.validation.training.codes import AdamTrainer

SHORT = Run(20, 4, steps=60)


@pytest.fixture(autouse=True)
def few(monkeypatch):
    """Losses on the way soon, and of few samples."""
    monkeypatch.setattr(published_recipe, "MARKS", (0, 20, 40))
    monkeypatch.setattr(published_recipe, "SAMPLES", 1024)


def test_losses_fall_at_every_mark():
    record = keep(SHORT, Store())
    assert SHORT.marks == (0, 20, 40, 60) and record["losses"] == sorted(record["losses"])[::-1]
    assert all(error > 0.0 for error in record["errors"]) and len(record["biases"]) == 21


def test_a_training_that_was_cut_off_ends_in_the_same_bits(tmp_path, monkeypatch):
    whole, real = keep(SHORT, Store()), AdamTrainer.step

    def cut_off(trainer):
        real(trainer)
        if trainer.n_steps == 33:
            monkeypatch.setattr(AdamTrainer, "step", real)
            raise KeyboardInterrupt

    monkeypatch.setattr(AdamTrainer, "step", cut_off)
    with pytest.raises(KeyboardInterrupt):
        keep(SHORT, Store(tmp_path))
    taken = []
    monkeypatch.setattr(AdamTrainer, "step", lambda trainer: taken.append(real(trainer)))
    again = keep(SHORT, Store(tmp_path))
    assert len(taken) == SHORT.steps - 33
    assert np.array_equal(again["losses"], whole["losses"]) and again == whole


def test_trainings_are_different_ones():
    every = list(runs())
    assert len(every) == len(set(every)) and all(0 < run.width < run.n for run in every)
