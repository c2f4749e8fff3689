"""The page of measured frequencies: those of English words, derived statistics only.

`python docs/words.py words.csv` writes the frequencies themselves, for `superlaw width` and others.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from importlib import metadata, util
from pathlib import Path
from typing import Any

import numpy as np

from superlaw.curves import Array
from superlaw.setting.measured import MeasuredTask
from superlaw.storage import to_json, write_arrays, write_text
from superlaw.theory.documents.document import Table
from superlaw.theory.documents.markdown import table
from superlaw.theory.exponents import exponent

DOCS = Path(__file__).parent
RESULTS = DOCS / "results" / "wordfreq.json"
"""No list of words or of frequencies; what the numbers are derived from is named in it."""
FILE = "large_en.msgpack.gz"


def frequencies() -> Array:
    """Return the frequencies of English words that the package wordfreq ships, descending."""
    from wordfreq import get_frequency_dict  # the extra [words]

    found = get_frequency_dict("en", wordlist="large")
    return np.sort(np.fromiter(found.values(), dtype=np.float64))[::-1]


def local_exponents(p: Array) -> list[dict[str, float]]:
    """Return −d ln p/d ln i in each decade of the rank i, by least squares, every rank alike."""
    log_i, log_p = np.log(np.arange(1.0, len(p) + 1.0)), np.log(p)
    rows = []
    for first in 10 ** np.arange(int(np.log10(len(p))) + 1):
        last = min(10 * first, len(p))
        inside = slice(first - 1, last)
        slope = np.polyfit(log_i[inside], log_p[inside], 1)[0]
        rows.append({"first": float(first), "last": float(last), "exponent": float(-slope)})
    return rows


def measure() -> None:
    """Keep what is derived from the frequencies, where the package is installed."""
    if util.find_spec("wordfreq") is None:
        return
    (file,) = (f for f in metadata.files("wordfreq") or () if f.name == FILE)
    p = frequencies()
    facts = {
        "package": "wordfreq",
        "version": metadata.version("wordfreq"),
        "licence": metadata.metadata("wordfreq")["License"],
        "file": str(file),
        "sha256": hashlib.sha256(Path(str(file.locate())).read_bytes()).hexdigest(),
        "n_words": len(p),
        "sum": float(p.sum()),
        "largest": float(p[0]),
        "least": float(p[-1]),
        "different": len(np.unique(p)),
        "exponents": local_exponents(p),
        "decades": [each.to_dict() for each in exponent(MeasuredTask(p / p.sum())).decades],
    }
    write_text(RESULTS, to_json(facts) + "\n")


def pages() -> Iterator[tuple[Path, str]]:
    """Yield the page."""
    told: dict[str, Any] = json.loads(RESULTS.read_text("utf-8"))
    rows = tuple(
        (f"{row['first']:,.0f} to {row['last']:,.0f}", f"{row['exponent']:.2f}")
        for row in told["exponents"]
    )
    decades = tuple(
        (f"{each['from']:.0e} to {each['to']:.0e}", f"{each['slope']:.3f}", f"{each['front']:,.0f}")
        for each in told["decades"]
    )
    parts = (
        "# Measured frequencies: English words",
        f"{told['n_words']:,} words of {told['package']} {told['version']} ({told['licence']}), "
        f"`{told['file']}`, sha256 {told['sha256'][:16]}…. Their frequencies add up to "
        f"{told['sum']:.4f}, from {told['largest']:.4f} to {told['least']:.1e}; they are stored in "
        f"steps of a hundredth of a decade, as {told['different']} different numbers.",
        f"No power law describes them: the local exponent of frequency against rank goes from "
        f"{rows[0][1]} to {rows[-1][1]}, so that what depends on an exponent depends on which "
        "words are meant.",
        table(Table(("ranks", "local exponent"), rows)),
        "## How their loss falls",
        "A student that learns words one by one, K = N, all of equal importance, has no one "
        "exponent either: each decade of time has a slope of its own, and the front tells how many "
        "words are learned at its end (`sl.exponent(sl.MeasuredTask(p))`, step S9).",
        table(Table(("time", "slope of the loss", "words learned"), decades)),
        "`superlaw exponent --frequencies words.csv` prints this table, and `solve`, `simulate`, "
        "`explain` and `derive` take the same file; with a column `importance` words count "
        "unequally.",
        "Every number is in [wordfreq.json](results/wordfreq.json). The frequencies themselves are "
        "not kept here; `python docs/words.py words.csv` writes them, with the extra `[words]`, "
        "divided by their sum, and `superlaw width --frequencies words.csv` reads them.",
    )
    yield DOCS / "words.md", "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    found = frequencies()
    write_arrays(sys.argv[1], {"frequency": found / found.sum()})
