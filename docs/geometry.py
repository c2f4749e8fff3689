"""The page of geometry, from the committed numbers of its validation and of a real matrix."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from importlib import metadata, util
from pathlib import Path
from typing import Any

import claims

from superlaw.storage import to_json, write_text
from superlaw.theory.documents.document import Table
from superlaw.theory.documents.markdown import table

DOCS = Path(__file__).parent
REPORT = DOCS / "results" / "geometry.json"
WORDS = DOCS / "results" / "wordllama.json"
"""Derived statistics only; what they are derived from is named in it."""
SHOWN = {
    "mean_overlap": "mean overlap",
    "mean_square_overlap": "mean square overlap",
    "capacity": "capacity",
    "frame_potential_z": "z of the frame potential",
    "median_spread": "median spread cv²",
    "localised_fraction": "localised, p < 0.05",
}


HEAD = """# Geometry of matrices

How do features, the rows of a matrix, share its dimensions, and is that more than chance? All is
measured on the frame operator F = Σ w wᵀ; identities and chance values are derived in
[frames](derivations/frames.md). In words: the *capacity* is the part of the dimensions that
features use, Σ D/rank (G5), 1 if each lies in one eigenspace of F; the *spread* of a feature
over eigenspaces is cv² of its spectral measure (G14), and it counts as *localised* at 5 % if it
is spread less than 95 % of *Haar* features, which are drawn at random at the same eigenvalues;
*overlaps* are cosines. Features that overlap with each other and with no others are a block, and
an exact test of its cosines tells whether it is an association *scheme*, and its name (pentagon,
Petersen, …)."""


def measure(size: str = "full") -> None:
    """Run the validation and keep its numbers; measure the real matrix where it is installed."""
    from superlaw.validation.validate import validate

    claims.keep("geometry", validate("geometry", size=size, progress=True), {})
    if util.find_spec("wordllama") is not None:
        measure_words()


def measure_words() -> None:
    """Keep the geometry of the token embeddings that the package wordllama ships."""
    from superlaw.solvers.spectra.geometry import geometry

    (file,) = (f for f in metadata.files("wordllama") or () if f.suffix == ".safetensors")
    path = Path(str(file.locate()))
    found: dict[str, Any] = {}
    for unit in (False, True):
        told = geometry(path, unit=unit).to_dict()
        for version in told["versions"]:
            levels = version.pop("eigenvalues")
            mean = told["n_features"] / told["dimension"]
            version["extreme_levels"] = [float(levels[0] / mean), float(levels[-1] / mean)]
        found["unit rows" if unit else "as stored"] = told
    facts = {
        "package": "wordllama",
        "version": metadata.version("wordllama"),
        "licence": metadata.metadata("wordllama")["License"].splitlines()[0],
        "file": str(file),
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }
    write_text(WORDS, to_json(facts | {"geometry": found}) + "\n")


def pages() -> Iterator[tuple[Path, str]]:
    """Yield the page."""
    report = json.loads(REPORT.read_text("utf-8"))
    parts = (
        HEAD,
        "How to ask: [the tutorial](tutorial.md). `superlaw geometry FILE --out DIR` writes a page "
        "with the figures; several files of different widths give the law of overlaps against "
        "width. Frequencies of English words are on [a page of their own](words.md).",
        f"Made by {claims.command('geometry', report['configuration'])} {claims.CHECKS} Where the "
        "quantity itself is near 0, 1 is added to it.",
        *claims.sections(report, {}, {"toys": _toys, "merging": _merging}),
        *_words(json.loads(WORDS.read_text("utf-8"))),
    )
    yield DOCS / "geometry.md", "\n\n".join(parts) + "\n"


def _toys(claim: dict[str, Any]) -> Iterator[str]:
    """Yield what every start of every toy model formed."""
    starts: dict[str, list[str]] = {}
    for row in claim["readings"]["formed"]:
        told = ", ".join(f"{count} as {name}" for name, count in row["formed"].items())
        starts.setdefault(row["toy"], []).append(told)
    yield (
        "What each start formed, in features; those that are missing are shorter than half of the "
        "longest. Not every start finds the code of the best:"
    )
    count = max(map(len, starts.values()))
    heads = ("toy model", *(f"start {k + 1}" for k in range(count)))
    yield table(Table(heads, tuple((toy, *told) for toy, told in starts.items())))


def _merging(claim: dict[str, Any]) -> Iterator[str]:
    """Yield the frame of each toy model along its training."""
    yield (
        "Along the training, means over seeds; in brackets Haar features at the eigenvalues of "
        "that time. Where the spread of features is well below that in brackets they have "
        "concentrated: that is seen only once capacity has risen, and little is left to gain."
    )
    heads = ("toy model", "step", "loss", "capacity", "spread of eigenvalues", "of features")
    rows = tuple(
        (
            row["toy"],
            str(row["step"]),
            f"{row['loss']:.3f}",
            f"{row['capacity']:.4f} ({row['haar_capacity']:.4f})",
            f"{row['level_spread']:.4f}",
            f"{row['spread']:.4f} ({row['haar_spread']:.4f})",
        )
        for row in claim["readings"]["along"][::2]
    )
    yield table(Table(heads, rows))


def _found(told: dict[str, Any]) -> str:
    """Say what to see in the real matrix."""
    versions = [version for measured in told.values() for version in measured["versions"]]
    capacity, chance, localised = (
        " to ".join(dict.fromkeys(f"{end(v[name] for v in versions):.2f}" for end in (min, max)))
        for name in ("capacity", "chance_capacity", "localised_fraction")
    )
    return (
        f"It uses less of its dimensions than chance would (capacity {capacity}, by chance "
        f"{chance}), and of its features {localised} are localised, by chance 0.05."
    )


def _words(told: dict[str, Any]) -> Iterator[str]:
    """Yield the section of the real matrix."""
    first = next(iter(told["geometry"].values()))
    yield "## A real matrix"
    yield (
        f"The token embeddings of {told['package']} {told['version']} ({told['licence']}), "
        f"`{told['file']}`, sha256 {told['sha256'][:16]}…: {first['n_features']} rows of "
        f"{first['dimension']}, {first['dtype']}. {_found(told['geometry'])} In brackets stands "
        "what chance gives at this shape, these norms and this spectrum; *centred* is without the "
        "mean row, *cleaned* also without the directions that stand out, as many as are removed. "
        "Every number, and no weight, is in [wordllama.json](results/wordllama.json); "
        "`superlaw geometry` with `--unit`, or without, measures it again."
    )
    for rows, measured in told["geometry"].items():
        versions = measured["versions"]
        heads = (rows, *(f"{v['name']}, {v['removed']} removed" for v in versions))
        cells = [
            (words, *(f"{v[key]:.4g} ({v.get('chance_' + key, 0.0):.4g})" for v in versions))
            for key, words in SHOWN.items()
        ]
        yield table(Table(heads, tuple(cells)))
