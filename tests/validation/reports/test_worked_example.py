import numpy as np
import pytest

from superlaw.setting.case import INPUTS, STUDENTS, case
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.closures import accuracy
from superlaw.solvers.closures.measurements import CLOSURES
from superlaw.theory.derivations import NAMES, derive
from superlaw.theory.documents.document import Figure, Heading, Paragraph, Table
from superlaw.theory.documents.formats import FORMATS
from superlaw.validation.reports.documented import documented
from superlaw.validation.reports.worked_example import worked

TIMES = np.geomspace(0.1, 10.0, 13)
QUICK = ("sequential", "superposed")
SOLVED = [name for name in NAMES if derive(name).about is not None]


def _example(name, student=None, **task):
    about = derive(name).about
    width = {"width": 16} if about is not None and about.needs_width else {}
    return worked(derive(name), {"a": 1.5, "n_features": 64} | task, width | (student or {}), TIMES)


def _texts(blocks):
    return [block.text for block in blocks if isinstance(block, (Heading, Paragraph))]


@pytest.mark.parametrize("name", SOLVED)
def test_what_a_derivation_is_about_is_a_case_of_its_kind(name):
    about = derive(name).about
    assert set(about.kinds) <= set(STUDENTS)
    assert set(about.inputs) <= set(INPUTS)
    assert about.closure in ("", *CLOSURES)
    width = {"width": 16} if about.needs_width else {}
    task = PowerLawTask(**{"a": 1.5, "n_features": 64} | about.task)
    found = case(task, Student(**about.student | width), about.optimizer)
    assert (found.kind in about.kinds, found.inputs in about.inputs) == (True, True)


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in NAMES],
)
def test_every_derivation_is_worked_out_where_it_has_a_curve(name):
    blocks = _example(name)
    assert ("Solved" in _texts(blocks)) == (name in SOLVED)
    for table in (block for block in blocks if isinstance(block, Table) and "loss" in block.head):
        assert all(np.isfinite(float(cell)) for row in table.rows for cell in row)


def test_steps_of_sgd_are_whole_and_simulated_at_the_same_times():
    blocks = worked(derive("sgd"), {"a": 1.5, "n_features": 32}, {}, TIMES, simulated=True)
    (table,) = (b for b in blocks if isinstance(b, Table) and "simulated" in b.head)
    steps = np.array([float(row[0]) for row in table.rows]) / 0.05
    np.testing.assert_allclose(steps, np.round(steps), rtol=1e-4)
    assert "simulated" in next(b.svg for b in blocks if isinstance(b, Figure))


def test_notices_reach_the_document(ledger_of):
    blocks = worked(
        derive("superposed"), {"a": 1.5, "n_features": 100_000}, {"width": 10_000}, TIMES[:3]
    )
    (notice,) = (text for text in _texts(blocks) if text.startswith("**W-UNVALIDATED**"))
    assert "N = 100000" in notice
    for form in ("md", "tex"):
        text = FORMATS[form](documented(derive("superposed"), ledger_of("superposed"), blocks))
        assert "W-UNVALIDATED" in text
    assert any(text.startswith("**W-FINITE-SIZE**") for text in _texts(_example("sequential")))


def test_a_slope_that_is_not_known_is_called_so():
    case = {"a": 1.5, "b": 0.5, "n_features": 32}
    blocks = worked(derive("coactive"), case, {}, np.geomspace(1.0, 1e6, 9))
    table = next(block for block in blocks[::-1] if isinstance(block, Table))
    assert table.rows[-1][2] == "unknown"


def test_a_case_that_a_derivation_is_not_about_is_refused(refused):
    with refused("student", "sequential; got student='superposed'"):
        _example("sequential", {"width": 8})
    with refused("student", "superposed.* got student='bottleneck'"):
        _example("superposed", {"activation": "linear"})
    with refused("inputs", "one for the derivation front; got inputs='mean'"):
        _example("front", activity="bernoulli")
    with refused("activity", "'bernoulli' for the derivation coactive"):
        _example("coactive", activity="one")
    with refused("depth", "2 for the derivation two_layer"):
        _example("two_layer", {"depth": 1})
    with refused("width", "left out for the derivation sequential"):
        _example("sequential", {"width": 8}, n_features=None)
    with refused("simulate", "left out for the derivation threshold"):
        worked(derive("threshold"), {"a": 1.5}, {}, TIMES, simulated=True)


@pytest.mark.slow
def test_only_derivations_with_a_closure_quote_measurements(ledger_of):
    for name in NAMES:
        texts = _texts(documented(derive(name), ledger_of(name)).blocks)
        quoted = [text for text in texts if text == accuracy.sentence("row_replica")]
        assert len(quoted) == (name == "superposed")
