"""Figures that lie beside pages, with their captions, which one file has."""

from __future__ import annotations

import tomllib
from pathlib import Path

from superlaw.theory.documents.markdown import captioned


class Captions:
    """Captions by the name of the figure; one without a caption cannot be shown.

    Parameters
    ----------
    pages : Path
        Folder of the pages, with captions.toml and figures/.
    """

    def __init__(self, pages: Path) -> None:
        text = (pages / "captions.toml").read_text(encoding="utf-8")
        self.texts: dict[str, str] = tomllib.loads(text)

    def figure(self, name: str) -> str:
        """Return a figure of a page with its caption below it."""
        return captioned(f"figures/{name}.svg", self.texts[name])
