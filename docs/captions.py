"""Captions of the figures of the documents; a figure without one cannot be shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from superlaw.theory.documents.captions import Captions

DOCS = Path(__file__).parent
CAPTIONS = Captions(DOCS)
figure = CAPTIONS.figure
_FIGURE = re.compile(r"^!\[([^\]]*)\]\(figures/([^)]+)\.svg\)$", re.MULTILINE)
_TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
_GALLERY = """# Gallery

Every figure of these pages, with its caption; a title leads to the page that says how it was
made."""


def gallery(pages: dict[Path, str]) -> Iterator[tuple[Path, str]]:
    """Yield the page of all figures that these pages show.

    Raises
    ------
    ValueError
        If a figure is shown on no page, or without its caption.
    """
    parts, shown = [_GALLERY], set()
    for path, text in pages.items():
        found = list(_FIGURE.finditer(text))
        if not found:
            continue
        heading = _TITLE.search(text)
        assert heading is not None
        parts.append(f"## [{heading[1]}]({path.name})")
        for match in found:
            if CAPTIONS.texts[match[2]] not in text[match.end() :]:
                raise ValueError(f"{match[2]} has no caption in {path.name}")
            parts.append(figure(match[2]))
            shown.add(match[2])
    lost = {path.stem for path in (DOCS / "figures").glob("*.svg")} - shown
    if lost:
        raise ValueError(f"figures on no page: {', '.join(sorted(lost))}")
    yield DOCS / "gallery.md", "\n\n".join(parts) + "\n"
