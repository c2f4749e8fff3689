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


def changed(part, **values):
    """Return the page of other numbers in a part."""
    found = FOUND[part]["found"]
    other = [row | values for row in found] if isinstance(found, list) else found | values
    return page(FOUND | {part: FOUND[part] | {"found": other}})


def test_a_worse_measurement_misses_a_goal():
    assert f"Missed: {FOUND['steps']['found'][0]['code']}" in changed("steps", ratio=2.9)
    assert "Missed" not in changed("steps", ratio=3.1)
    assert "below 60, **missed**" in changed("whole", seconds=61.0)
    assert "below 60, met" in changed("whole", seconds=59.0)
    assert "a night of 8, **missed**" in changed("large", seconds=10.0)
    assert "11.1 (**missed**)" in changed("night", steps=4000, seconds=10.0)
    assert "7.9 (met)" in changed("night", steps=4000, seconds=7.1)


def test_parts_that_are_older_are_dated():
    source = FOUND["whole"]["provenance"] | {"date": "2001-02-03"}
    older = FOUND | {"whole": FOUND["whole"] | {"provenance": source}}
    assert "; whole on 2001-02-03" in page(older)


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
