"""The page of sweeps says what was measured, and nothing else."""

import json
from pathlib import Path

from benchmarks.sweeps_page import page

DOCS = Path(__file__).parents[2] / "docs"
FOUND = json.loads((DOCS / "results" / "sweeps.json").read_text("utf-8"))


def test_the_page_is_that_of_the_numbers():
    assert (DOCS / "sweeps.md").read_text("utf-8") == page(FOUND)


def test_the_plan_follows_the_numbers():
    row = FOUND["points"][0]
    doubled = FOUND | {"points": [row | {"bytes_on_disk": 2e4}, FOUND["points"][1]]}
    assert "| on disk, numbers only | 20.0 GB, a file a point |" in page(doubled)
    assert all(each["stored"] > 0.0 for each in FOUND["overhead"])
