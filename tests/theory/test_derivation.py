import pickle

from superlaw.theory.derivation import About
from superlaw.theory.derivations import derive


def test_steps_are_checked_once_and_told_as_they_are():
    frames = derive("frames").altered("G3", 2)
    told = []
    ledger = frames.verify(told.append)
    assert tuple(told) == ledger.rows
    assert frames.verify() == ledger
    assert [row.id for row in ledger.rows] == [step.id for step in frames.steps]


def test_a_check_that_was_cut_off_goes_on_where_it_was(monkeypatch):
    from superlaw.theory import derivation

    frames, checked = derive("frames").altered("G3", 2), []

    def verdict(graph, step):
        checked.append(step.id)
        if len(checked) == 3:
            raise KeyboardInterrupt
        return verify(graph, step)

    verify = derivation.verify
    monkeypatch.setattr(derivation, "verify", verdict)
    try:
        frames.verify()
    except KeyboardInterrupt:
        assert checked == ["G1", "G2", "G3"]
    frames.verify()
    assert checked == ["G1", "G2", "G3", "G3", *(f"G{k}" for k in range(4, len(frames.steps) + 1))]


def test_a_derivation_pickles():
    again = pickle.loads(pickle.dumps(derive("two_layer")))
    assert again == derive("two_layer")
    assert again.about == About(kinds=("two_layer",), student={"depth": 2})


def test_every_format_is_a_method():
    frames = derive("frames")
    texts = [frames.to_markdown(), frames.to_myst(), frames.to_latex(), frames.to_html()]
    assert texts == [frames.written(form) for form in ("md", "myst", "tex", "html")]
    assert len(set(texts)) == 4
