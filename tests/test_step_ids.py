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
_CLOSED_FORMS = ("theory/laws.py", "theory/sequential.py", "theory/visibility.py")
_SOLVED = re.compile(r".*(_rates?|_loss|_sum)$|rate$|problem$")


def _docstrings(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
            yield getattr(node, "name", ""), ast.get_docstring(node) or ""


def _sources():
    rooms = ("theory", "solvers", "validation", "src/superlaw")
    return [path for room in rooms for path in sorted((ROOT / room).rglob("*.py"))]


def _must_name_a_step(path):
    """Return the public functions of a file that state a closed form or a right-hand side."""
    place = path.relative_to(ROOT).as_posix()
    whole = place in _CLOSED_FORMS
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            solved = place.startswith("solvers/") and _SOLVED.match(node.name)
            if whole or solved:
                yield f"{place}:{node.name}", ast.get_docstring(node) or ""


@pytest.mark.parametrize("path", _sources(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_step_ids_in_docstrings_resolve(path):
    for name, docstring in _docstrings(path):
        for found in _NAMED.findall(docstring):
            for step_id in _STEP.findall(" ".join(found)):
                assert find_step(step_id), f"{path}:{name} names {step_id}"


def test_closed_forms_and_right_hand_sides_name_their_step():
    stated = dict(item for path in _sources() for item in _must_name_a_step(path))
    assert len(stated) > 15
    assert [name for name, docstring in stated.items() if not _STEP.search(docstring)] == []
    for docstring in stated.values():
        for step_id in _STEP.findall(docstring):
            assert find_step(step_id)


def test_notes_name_steps_that_exist():
    for name in NAMES:
        for step in derive(name).steps:
            words = re.sub(r"\$[^$]*\$", "", step.note)
            assert all(find_step(step_id) for step_id in _STEP.findall(words))


def test_an_unknown_step_is_detected():
    with pytest.raises(KeyError, match="S99"):
        find_step("S99")
    (found,) = _NAMED.findall("Derivation steps S1 and S99.")
    assert _STEP.findall(" ".join(found)) == ["S1", "S99"]
