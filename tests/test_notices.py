from pathlib import Path

import pytest

from superlaw.notices import CODES, Notice

ROOT = Path(__file__).resolve().parents[1]
PAGES = ROOT / "docs" / "warnings"


def test_every_code_has_a_page_and_every_page_a_code():
    assert {path.stem for path in PAGES.glob("*.md")} == set(CODES)


@pytest.mark.parametrize("code", sorted(CODES))
def test_a_page_says_why_and_what_to_do(code):
    page = (PAGES / f"{code}.md").read_text(encoding="utf-8")
    assert page.startswith(f"# {code}\n")
    assert "## Why it is there" in page
    assert "## What to do" in page


def test_every_code_is_emitted_somewhere():
    rooms = ("theory", "solvers", "validation")
    code = "".join(p.read_text("utf-8") for room in rooms for p in (ROOT / room).rglob("*.py"))
    assert [name for name in CODES if f'"{name}"' not in code] == []


def test_an_undocumented_code_is_refused():
    with pytest.raises(KeyError, match="W-NOTHING"):
        Notice("W-NOTHING", "")
