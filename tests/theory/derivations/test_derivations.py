import pytest

from superlaw.theory.derivations import NAMES, derive, find_step

PROVED_OR_BETTER = ("proved", "verified", "assumed")


@pytest.mark.parametrize("name", NAMES)
def test_every_step_holds(name, ledger_of):
    ledger = ledger_of(name)
    assert [row.id for row in ledger.rows] == [step.id for step in derive(name).steps]
    assert ledger.is_good, f"\n{ledger}"
    assert {row.status for row in ledger.rows} <= set(PROVED_OR_BETTER)
    for row in ledger.rows:
        assert row.n_points > 0 or row.status == "assumed"


def test_exponents_are_proved_on_both_routes(ledger_of):
    rows = {row.id: row for name in NAMES for row in ledger_of(name).rows}
    for step_id in ("S14", "S17", "T6", "T8", "M10", "M11", "N7", "N8"):
        assert rows[step_id].status == "proved"


def test_ids_are_unique_over_all_derivations():
    ids = [step.id for name in NAMES for step in derive(name).steps]
    assert len(ids) == len(set(ids))
    assert find_step("S14").title == "Exponent of the sequential regime"


def test_unknown_derivation_is_refused(refused):
    with refused("derivation", "Did you mean 'sgd'"):
        derive("sgdd")
    for old in ("nonzero_mean", "linear", "relu", "crossover"):
        with refused("derivation", "bottleneck, superposed, cross_talk"):
            derive(old)


def test_markdown_numbers_its_equations_and_is_reproducible():
    text = derive("frames").to_markdown()
    assert text == derive("frames").to_markdown()
    for step in derive("frames").steps:
        assert f"\\tag{{{step.id}}}" in text
