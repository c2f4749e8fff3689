import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import sympy as sp

from superlaw.figures.panels import Panel, Series
from superlaw.theory.derivations import NAMES, derive
from superlaw.theory.documents.document import (
    Document,
    Equation,
    Figure,
    Heading,
    Paragraph,
    Table,
    compose,
)
from superlaw.theory.documents.equations import broken, latex
from superlaw.theory.documents.formats import FORMATS, written
from superlaw.theory.documents.html import numbered
from superlaw.theory.documents.in_numbers import numbers, outside
from superlaw.theory.documents.markup import linked, translated
from superlaw.theory.references import REFERENCES
from superlaw.theory.symbols import L_0, NOTATION, a, b, t

ROOT = Path(__file__).resolve().parents[3]
_TEX_COMPLAINTS = re.compile(r"^(?:!|Overfull|Underfull|LaTeX Warning|Package \w+ Warning).*", re.M)


@pytest.fixture(scope="module", params=NAMES)
def document(request, ledger_of):
    return compose(derive(request.param), ledger_of(request.param))


@pytest.fixture(scope="module")
def texts(document):
    """Return the document in each format."""
    return {form: write(document) for form, write in FORMATS.items()}


def _equations(document):
    return [block for block in document.blocks if isinstance(block, Equation)]


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_documents_are_the_same_bytes_again(document, texts, form):
    assert FORMATS[form](document) == texts[form]


def test_every_format_numbers_every_step(document, texts):
    marks = {"md": r"\tag{%s}", "myst": r"\tag{%s}", "tex": r"\label{%s}", "html": 'id="%s"'}
    steps = derive(document.name).steps
    for form, mark in marks.items():
        missing = [step.id for step in steps if mark % step.id not in texts[form]]
        assert missing == [], form


def test_every_reference_has_a_target(document):
    """Whatever is named as a step, a work or a figure is there, in each format."""
    text = written(document, "tex").text
    for used, given in ((r"\\ref\{(\w+)\}", r"\\label\{(\w+)\}"), (r"\\cite\{([\w,]+)\}", "")):
        targets = re.findall(given or r"\\bibitem\{(\w+)\}", text)
        cited = {each for found in re.findall(used, text) for each in found.split(",")}
        assert cited <= set(targets) and len(targets) == len(set(targets))
    assert document.steps & set(re.findall(r"\\ref\{(\w+)\}", text)) or len(document.steps) < 3
    for work in derive(document.name).references:
        assert REFERENCES[work].split(". ")[0][0].isupper() and rf"\bibitem{{{work}}}" in text
    assert r"\begin{picture}" in text
    page = written(document, "md")
    assert set(re.findall(r"\]\(#([\w-]+)\)", page.text)) <= set(
        re.findall(r'id="([^"]+)"', page.text)
    )
    assert re.findall(r"\]\((drawings/[^)]+)\)", page.text) == [*page.figures]
    assert {step.id for step in derive(document.name).borrowed} <= document.steps


def test_curves_are_files_beside_a_document():
    panel = Panel("", "t", "L", (Series("x", np.array([1.0, 2.0]), np.array([1.0, 0.5])),))
    toy = Document(
        "toy", "toy", (Figure("<svg ></svg>", "A curve.", panel), Figure("<svg >", "B."))
    )
    page, article = written(toy, "md"), written(toy, "tex")
    assert "![A curve.](drawings/toy-1.svg)\n\n*A curve.*" in page.text
    assert [*page.figures] == ["drawings/toy-1.svg", "drawings/toy-2.svg"]
    assert r"\includegraphics[width=0.8\linewidth]{drawings/toy-1.pdf}" in article.text
    assert [*article.figures] == ["drawings/toy-1.pdf"] and "toy-" not in FORMATS["md"](toy)


def test_words_outside_formulas_are_plain(document):
    """Any TeX sets them, and no formula hides in words."""
    texts = [block.text for block in document.blocks if isinstance(block, (Heading, Paragraph))]
    texts += [c for b in document.blocks if isinstance(b, Table) for row in b.rows for c in row]
    for text in texts:
        words = translated(text, str, dict.fromkeys(("math", "code", "strong", "em"), lambda _: ""))
        assert words.isascii(), text
        assert not set(words) & set("$^\\"), text


def test_latex_is_balanced(document):
    """A structural check for machines without TeX."""
    text = FORMATS["tex"](document)
    opened = re.findall(r"\\begin\{(\w+\*?)\}", text)
    assert sorted(opened) == sorted(re.findall(r"\\end\{(\w+\*?)\}", text))
    assert text.count("{") == text.count("}")
    labels = re.findall(r"\\label\{(\w+)\}", text)
    assert len(labels) == len(set(labels))
    for line in (line for equation in _equations(document) for line in equation.lines):
        assert line.count(r"\left") == line.count(r"\right")
        assert line.count("{") == line.count("}")


@pytest.mark.skipif(
    shutil.which("pdflatex") is None, reason="no TeX here: see the structural check"
)
def test_latex_compiles_without_complaints(document, tmp_path):
    (tmp_path / "document.tex").write_text(FORMATS["tex"](document), encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "document.tex"]
    for _ in range(2):
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    log = (tmp_path / "document.log").read_text(encoding="latin-1")
    assert done.returncode == 0, log[-2000:]
    assert _TEX_COMPLAINTS.findall(log) == []


def test_html_loads_nothing(texts):
    text = texts["html"]
    assert not re.search(r"<(script|link|img|iframe)\b|@import|url\(", text)
    assert re.findall(r'(?:src|href)="(?!#)', text) == []
    assert "<math" in text
    assert "<svg" in text
    assert "$" not in re.sub(r"<style>.*?</style>", "", text, flags=re.S)


def test_html_links_lead_somewhere(texts):
    targets = set(re.findall(r'id="(\w+)"', texts["html"]))
    assert set(re.findall(r'href="#([^"]+)"', texts["html"])) <= targets


def test_letters_keep_their_case():
    L = sp.Symbol("L")
    html = FORMATS["html"](Document("toy", "toy", (Equation("Z1", broken(L, t)),)))
    assert "<mi>L</mi>" in html
    assert "<mi>l</mi>" not in html


def test_long_sums_go_on_in_the_next_line():
    long = sum(sp.Symbol(f"y_{n}") ** n for n in range(2, 30))
    assert len(broken(L_0, long)) > 1
    assert broken(L_0, a + b) == (f"{latex(L_0)} = {latex(a + b)}",)


def test_notebooks_get_a_fragment():
    text = derive("frames")._repr_html_()
    assert text.startswith("<h1>")
    assert "<html" not in text


def test_references_are_known():
    bib = (ROOT / "docs" / "references.bib").read_text(encoding="utf-8")
    used = {key for name in NAMES for key in derive(name).references}
    assert used == set(REFERENCES)
    assert [key for key in used if f"{{{key}," not in bib] == []


def test_outside_its_hypotheses_a_derivation_says_so():
    sequential = derive("sequential")
    assert outside(sequential, {a: 1.5, b: 0.25}) == {}
    lost = outside(sequential, {a: 1.5, b: -0.5})
    assert lost["S12"] == "it needs $a + 2 b > 1$"
    assert lost["S18"] == "it follows from S17"
    assert "S15" not in lost


def test_numbers_of_a_case_are_those_of_its_steps():
    (*_, table) = numbers(derive("sequential"), {a: 1.5, b: 0.25})
    assert ("S14", r"$\alpha = 0.666667$") in table.rows
    (*_, broken_table) = numbers(derive("sequential"), {a: 1.5, b: -0.5})
    assert "S14" not in {row[0] for row in broken_table.rows}


def test_symbols_have_distinct_names():
    assert len({known.code for known in NOTATION.values()}) == len(NOTATION)


def test_steps_are_linked_in_words_and_neither_in_formulas_nor_in_code():
    text = "S1, *from S2*, **S3**; $S4$ and `S5` stay"
    told = linked(text, lambda step_id: f"[{step_id}]")
    assert told == "[S1], *from [S2]*, **[S3]**; $S4$ and `S5` stay"


def test_lines_of_a_formula_stand_apart_and_those_of_a_matrix_do_not():
    matrix = r"\left[\begin{matrix}a\\b\end{matrix}\right] = c \tag{X1}"
    lines = r"\begin{aligned}&a = b\\&\quad + c\end{aligned} \tag{X2}"
    assert [numbered(each, "block").count("<math") for each in (matrix, lines)] == [1, 2]
    assert numbered(matrix, "block").endswith("<span>(X1)</span>")
