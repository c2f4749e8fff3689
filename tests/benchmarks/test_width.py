"""The page of width training says what was measured; PyTorch's loops make the same steps."""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import width
from benchmarks.width_page import page

DOCS = Path(__file__).parents[2] / "docs"
FOUND = json.loads((DOCS / "results" / "width_speed.json").read_text("utf-8"))


def test_the_page_is_that_of_the_numbers():
    assert (DOCS / "width_speed.md").read_text("utf-8") == page(FOUND)


def test_a_worse_measurement_misses_a_goal():
    slow = [row | {"ratio": 2.9} for row in FOUND["steps"]]
    assert f"Missed: {slow[0]['code']}" in page(FOUND | {"steps": slow})
    fast = [row | {"ratio": 3.1} for row in FOUND["steps"]]
    assert "Missed" not in page(FOUND | {"steps": fast})
    assert "below 60, **missed**" in page(FOUND | {"whole": FOUND["whole"] | {"seconds": 61.0}})
    assert "below 60, met" in page(FOUND | {"whole": FOUND["whole"] | {"seconds": 59.0}})
    crawling = [row | {"seconds": 10.0} for row in FOUND["large"]]
    assert "a night of 12, **missed**" in page(FOUND | {"large": crawling})


@pytest.mark.slow
def test_the_exact_steps_of_both_codes_are_the_same():
    pytest.importorskip("torch")
    from benchmarks.width_torch import exact_step

    trainer = width._trainer(60, 6, width._recipe("exact"))
    trainer.b -= 0.1
    step = exact_step(trainer.p, trainer.W, trainer.b, trainer.recipe, is_compiled=False)
    for _ in range(5):
        trainer.step()
        columns = step()
    assert columns == pytest.approx(trainer.W, abs=1e-5)
    assert np.abs(trainer.W - width._trainer(60, 6, trainer.recipe).W).max() > 0.04
