"""Running text of documents: plain words, $formulas$, `code`, *emphasis* and **strong** words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

_MARKS = re.compile(
    r"\$(?P<math>[^$]+)\$|`(?P<code>[^`]+)`|\*\*(?P<strong>[^*]+)\*\*|\*(?P<em>[^*]+)\*"
)

STEP = re.compile(r"\b([A-Z]\d+)\b")
"""A step's id in running text."""


def linked(text: str, link: Callable[[str], str]) -> str:
    """Return running text in which `link` writes the ids of steps; formulas and code stay."""

    def words(each: str) -> str:
        return STEP.sub(lambda found: link(found[1]), each)

    marked: dict[str, Callable[[str], str]] = {
        "math": lambda each: f"${each}$",
        "code": lambda each: f"`{each}`",
        "strong": lambda each: f"**{words(each)}**",
        "em": lambda each: f"*{words(each)}*",
    }
    return translated(text, words, marked)


def translated(
    text: str, plain: Callable[[str], str], marked: Mapping[str, Callable[[str], str]]
) -> str:
    """Return text in another markup.

    Parameters
    ----------
    text : str
        Running text.
    plain : callable
        Writes plain words.
    marked : mapping
        By kind (math, code, strong, em), what writes the marked words.
    """
    parts, end = [], 0
    for found in _MARKS.finditer(text):
        kind = str(found.lastgroup)
        parts += [plain(text[end : found.start()]), marked[kind](found.group(kind))]
        end = found.end()
    return "".join([*parts, plain(text[end:])])
