"""The formats of documents, by the name that `superlaw derive --format` takes."""

from __future__ import annotations

from collections.abc import Callable

from superlaw.theory import markdown, tex, web
from superlaw.theory.document import Document

FORMATS: dict[str, Callable[[Document], str]] = {
    "md": markdown.github,
    "myst": markdown.myst,
    "tex": tex.article,
    "html": web.page,
}
SUFFIXES = {"md": ".md", "myst": ".md", "tex": ".tex", "html": ".html"}
