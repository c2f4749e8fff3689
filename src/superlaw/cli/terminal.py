"""The terminal: letters it cannot show, lines it should not, and what silence means."""

from __future__ import annotations

import codecs
import os
import sys
import unicodedata
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr
from io import TextIOWrapper

_ASCII = {
    "α": "alpha", "β": "beta", "η": "eta", "λ": "lambda", "μ": "mu", "π": "pi", "ρ": "rho",
    "σ": "sigma", "τ": "tau", "φ": "phi", "θ": "theta", "ω": "omega", "Σ": "sum", "Λ": "Lambda",
    "∞": "inf", "∝": "~", "≈": "~", "≪": "<<", "≫": ">>", "≤": "<=", "≥": ">=", "≠": "!=",
    "−": "-", "–": "-", "—": "-", "·": "*", "×": "x", "√": "sqrt", "→": "->", "∫": "int", "∂": "d",
    "∈": "in", "…": "...", "½": "1/2", "¼": "1/4", "²": "^2", "³": "^3", "⁻": "^-", "ᵀ": "^T",
    "±": "+-", "‖": "||", "⟨": "<", "⟩": ">", "“": '"', "”": '"', "’": "'",
}  # fmt: skip
_FALLBACK = "superlaw-ascii"


@contextmanager
def terminal() -> Iterator[None]:
    """Spell letters out where they cannot be shown, and keep libraries' warnings to ourselves."""
    codecs.register_error(_FALLBACK, _in_ascii)
    with ExitStack() as kept:
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper):
                kept.callback(stream.reconfigure, errors=stream.errors)
                stream.reconfigure(errors=_FALLBACK)
        kept.enter_context(warnings.catch_warnings())
        if not sys.warnoptions:  # python -W asks for them
            warnings.simplefilter("ignore")
        yield


@contextmanager
def silence(quiet: bool) -> Iterator[None]:
    """Keep stderr empty while a command runs: no bars, no verdicts, no line about compiling."""
    with ExitStack() as kept:
        if quiet:
            nowhere = kept.enter_context(open(os.devnull, "w", encoding="utf-8"))
            kept.enter_context(redirect_stderr(nowhere))
        yield


def _in_ascii(error: UnicodeError) -> tuple[str, int]:
    """Spell out what an encoding lacks; see `codecs.register_error`."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letters = error.object[error.start : error.end]
    return "".join(map(_spelled, letters)), error.end


def _spelled(letter: str) -> str:
    if letter in _ASCII:
        return _ASCII[letter]
    plain = unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()
    return plain or "?"
