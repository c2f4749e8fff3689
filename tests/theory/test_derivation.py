import pickle

from superlaw.theory.derivation import About
from superlaw.theory.derivations import derive


def test_steps_are_checked_once_and_told_as_they_are():
    front = derive("front").altered("F3", 2)
    told = []
    ledger = front.verify(told.append)
    assert tuple(told) == ledger.rows
    assert front.verify() == ledger
    assert [row.id for row in ledger.rows] == [step.id for step in front.steps]


def test_a_check_that_was_cut_off_goes_on_where_it_was(monkeypatch):
    from superlaw.theory import derivation

    front, checked = derive("front").altered("F3", 2), []

    def verdict(graph, step):
        checked.append(step.id)
        if len(checked) == 3:
            raise KeyboardInterrupt
        return verify(graph, step)

    verify = derivation.verify
    monkeypatch.setattr(derivation, "verify", verdict)
    try:
        front.verify()
    except KeyboardInterrupt:
        assert checked == ["F1", "F2", "F3"]
    front.verify()
    assert checked == ["F1", "F2", "F3", "F3", *(f"F{k}" for k in range(4, len(front.steps) + 1))]


def test_a_derivation_pickles():
    again = pickle.loads(pickle.dumps(derive("two_layer")))
    assert again == derive("two_layer")
    assert again.about == About(kinds=("two_layer",), student={"depth": 2})


def test_every_format_is_a_method():
    front = derive("front")
    texts = [front.to_markdown(), front.to_myst(), front.to_latex(), front.to_html()]
    assert texts == [front.written(form) for form in ("md", "myst", "tex", "html")]
    assert len(set(texts)) == 4
