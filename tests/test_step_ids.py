import ast
import re
from pathlib import Path

import pytest

from superlaw.theory.derivations import NAMES, derive, find_step

ROOT = Path(__file__).resolve().parents[1]
_NAMED = re.compile(
    r"\bsteps? ((?:[A-Z]\d+(?:, |, and | and | or |-)?)+)"
    r"|\(((?:[FGHLMNRSTUWX]\d+(?:, | to |-)?)+)\)"
)
_STEP = re.compile(r"\b[A-Z]\d+\b")
_SOLVED = re.compile(r".*(_rates?|_loss|_sum)$|rate$|problem$")


def _sources():
    rooms = ("theory", "solvers", "validation", "src/superlaw")
    return [path for room in rooms for path in sorted((ROOT / room).rglob("*.py"))]


def _docstrings(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
            yield getattr(node, "name", ""), ast.get_docstring(node) or ""


def _named(text):
    """Return what docstrings of a source name as steps, with the function that does."""
    if _NAMED.search(text):  # or its docstrings cannot
        for name, docstring in _docstrings(text):
            for found in _NAMED.findall(docstring):
                yield from ((name, step_id) for step_id in _STEP.findall(" ".join(found)))


_PLAIN = ("decades", "exponential", "rates")
"""They compute, and state nothing of the theory."""


def _must_name_a_step(path):
    """Return the public functions of a file that state a closed form or a right-hand side."""
    place = path.relative_to(ROOT).as_posix()
    whole = place.startswith("theory/laws/")
    if not whole and not place.startswith("solvers/"):
        return
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            if node.name not in _PLAIN if whole else _SOLVED.match(node.name):
                yield f"{place}:{node.name}", ast.get_docstring(node) or ""


def test_step_ids_in_docstrings_resolve():
    known, unknown = {step.id for name in NAMES for step in derive(name).steps}, []
    for path in _sources():
        for name, step_id in _named(path.read_text(encoding="utf-8")):
            if step_id not in known:
                unknown.append(f"{path}:{name} names {step_id}")
    assert unknown == []


def test_a_step_that_does_not_exist_is_seen():
    text = 'def f():\n    """Return what steps S1 and S99 say."""\n'
    assert [*_named(text)] == [("f", "S1"), ("f", "S99")]


def test_closed_forms_and_right_hand_sides_name_their_step():
    stated = dict(item for path in _sources() for item in _must_name_a_step(path))
    assert len(stated) > 15
    sources = re.compile(f"{_STEP.pattern}|\\[(measured|literature)")
    assert [name for name, docstring in stated.items() if not sources.search(docstring)] == []
    for docstring in stated.values():
        for step_id in _STEP.findall(docstring):
            assert find_step(step_id)


def test_notes_name_steps_that_exist():
    for name in NAMES:
        for step in derive(name).steps:
            words = re.sub(r"\$[^$]*\$", "", step.note)
            assert all(find_step(step_id) for step_id in _STEP.findall(words))


def test_an_unknown_step_is_refused():
    with pytest.raises(KeyError, match="S99"):
        find_step("S99")
