"""The formats of documents, by the name that `superlaw derive --format` takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from superlaw.theory.documents import html, latex, markdown
from superlaw.theory.documents.document import Document, Figure

DRAWINGS = "drawings"
"""Folder of figures, beside the documents."""


@dataclass(frozen=True)
class Written:
    """A document with the figures that lie beside it.

    Parameters
    ----------
    name, text : str
    figures : dict of Figure
        By the name of their files, relative to the document.
    """

    name: str
    text: str
    figures: dict[str, Figure]


FORMATS: dict[str, Callable[..., str]] = {
    "md": markdown.github,
    "myst": markdown.myst,
    "tex": latex.article,
    "html": html.page,
}
SUFFIXES = {"md": ".md", "myst": ".md", "tex": ".tex", "html": ".html"}
_FIGURES = {"md": ".svg", "myst": ".svg", "tex": ".pdf"}
"""Formats whose figures are files of their own, which they take as a second argument."""


def written(document: Document, form: str) -> Written:
    """Return a document as a file, and its figures as files beside it."""
    name = f"{document.name}{SUFFIXES[form]}"
    if form not in _FIGURES:
        return Written(name, FORMATS[form](document), {})
    shown = [each for each in document.figures if form != "tex" or each.picture is not None]
    files = {
        f"{DRAWINGS}/{document.name}-{number}{_FIGURES[form]}": figure
        for number, figure in enumerate(shown, start=1)
    }
    return Written(name, FORMATS[form](document, files), files)
