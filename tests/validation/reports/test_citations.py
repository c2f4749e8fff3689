"""What a result rests on, as BibTeX: each entry known, whole, and cited by something."""

import re
from pathlib import Path

import numpy as np
import pytest

import superlaw as sl
from superlaw.theory.derivations import NAMES
from superlaw.validation.reports import citations
from superlaw.validation.reports.citations import _KEYS, entries

TASK = sl.PowerLawTask(a=1.5, b=0.25, n_features=16)
TIMES = [1.0, 2.0]
NETWORK = sl.Student(width=8)


def cited(result):
    """Return the keys that a result cites."""
    return re.findall(r"^@\w+\{(\w+),$", sl.cite(result), re.MULTILINE)


def test_a_curve_cites_its_method():
    assert "steinebach2023rodas5p" in cited(sl.solve(TASK, times=TIMES, method="rosenbrock"))
    exact = cited(sl.solve(TASK, times=TIMES))
    assert exact == ["superlaw", "superposition2026"]
    assert "kingma2015" in cited(sl.simulate(TASK, NETWORK, TIMES, optimizer=sl.Adam(), seeds=1))
    assert "kingma2015" not in cited(sl.simulate(TASK, NETWORK, TIMES, seeds=1))


@pytest.mark.slow
def test_others_cite_what_they_rest_on():
    assert "bordelon2024" in cited(sl.exponent(TASK))
    assert cited(sl.derive("frames")) == ["superlaw", "spectral2026"]
    assert "marchenkopastur1967" in cited(sl.geometry(np.sin(np.arange(24.0)).reshape(8, 3)))
    assert "welch1974" in cited(sl.width_law(np.full(9, 1 / 9), [2]))
    assert cited(sl.fit_power_law((np.arange(1.0, 9.0), np.arange(1.0, 9.0) ** -0.5))) == [
        "superlaw"
    ]


def test_every_entry_is_whole_and_cited_by_something():
    for key, entry in entries().items():
        assert entry.count("{") == entry.count("}") and f"{{{key}," in entry, key
        assert "title = {" in entry and "year = {" in entry, key
        assert "VERSION" not in entry
    source = Path(citations.__file__).read_text(encoding="utf-8")
    used = {key for name in NAMES for key in sl.derive(name).references}
    assert [key for key in entries() if f'"{key}"' not in source and key not in used] == []


def test_what_is_no_result_is_refused(refused):
    with refused("result", "Exponent, Solution"):
        sl.cite(TASK)
    assert {kind.__name__ for kind in _KEYS} >= {"Exponent", "Solution", "Ensemble", "Report"}
