"""The drawing of all derivations: every step once, at its status, with its link and arrows."""

import importlib.util
import re
from pathlib import Path

import sympy as sp

from superlaw.theory.proof.derivation import Graph, Step
from superlaw.theory.proof.ledger import Ledger, Verdict

FILE = Path(__file__).parents[1] / "docs" / "overview.py"


def _docs():
    spec = importlib.util.spec_from_file_location("overview", FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _step(name, rule="identity", follows=()):
    x = sp.Symbol("x")
    given = {} if rule == "definition" else {"by": lambda *_: ()}
    return Step(name, f"Title of ${name}$ < 1", x, x, rule, "", follows, **given)


def test_every_step_is_a_link_at_its_status():
    first = Graph("first", "First", "", (_step("A1", "definition"), _step("A2", follows=("A1",))))
    second = Graph("second", "Second", "", (_step("B1", follows=("A2", "A1")),), (first,))
    ledgers = [
        Ledger("first", (Verdict("A1", "assumed", 0, 0.0), Verdict("A2", "proved", 1, 0.0))),
        Ledger("second", (Verdict("B1", "verified", 1, 0.0),)),
    ]
    text = _docs().overview(list(zip((first, second), ledgers, strict=True)), "pages")
    links = re.findall(r'<a href="pages/(\w+)\.html#step-(\w+)"><title>([^<]*)</title>', text)
    assert links == [
        ("first", "a1", "A1. Title of A1 &lt; 1 (definition, assumed)"),
        ("first", "a2", "A2. Title of A2 &lt; 1 (identity, proved)"),
        ("second", "b1", "B1. Title of B1 &lt; 1 (identity, verified)"),
    ]
    assert text.count("<path d=") == 1 and text.count('<path class="across" d=') == 2 + 1
    assert text.count("<rect ") == 1 + 1 and text.count('fill="currentColor"/>') == 1 + 1
    assert "certified" not in text.split("</style>")[1]
