"""The formats of documents, by the name that `superlaw derive --format` takes."""

from __future__ import annotations

from collections.abc import Callable

from superlaw.theory.documents import html, latex, markdown
from superlaw.theory.documents.document import Document

FORMATS: dict[str, Callable[[Document], str]] = {
    "md": markdown.github,
    "myst": markdown.myst,
    "tex": latex.article,
    "html": html.page,
}
SUFFIXES = {"md": ".md", "myst": ".md", "tex": ".tex", "html": ".html"}
