"""Measure and write the page: `python -m benchmarks [--size small|full] [--docs | --resume]`.

`--docs` writes the page from the kept measurements; `--resume` measures only cases they lack.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks import extras, page
from benchmarks.studies import SIZES, cases
from superlaw import storage

ROOT = Path(__file__).parent.parent
SETUP_SECONDS = 6.0
"""Allowed besides the limit of a case: imports, warm-up, the closed form of a million features."""
PACKAGES = (
    "superlaw", "numpy", "scipy", "numba", "scikit-sundae", "extensisq", "CyRK", "diffrax", "jax",
    "numbalsoda", "sundials4py",
)  # fmt: skip


def main() -> int:
    """Measure everything, keep the rows, write the page."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="full")
    parser.add_argument("--docs", action="store_true", help="write the page only")
    parser.add_argument("--resume", action="store_true", help="keep the cases already measured")
    parser.add_argument("--out", type=Path, help="folder; docs/ for the full size if left out")
    chosen = parser.parse_args()
    default = ROOT / "docs" if chosen.size == "full" else ROOT / "report" / "benchmarks"
    out = chosen.out or default
    results = out / "results" / "benchmarks.json"
    if not chosen.docs:
        results.parent.mkdir(parents=True, exist_ok=True)
        kept = json.loads(results.read_text(encoding="utf-8")) if chosen.resume else {}
        measure(chosen.size, results, kept)
    for path, text in page.write(json.loads(results.read_text(encoding="utf-8"))):
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        storage.write_text(out / path, text)
    print(out / "benchmarks.md")
    return 0


def measure(size: str, path: Path, kept: dict[str, Any]) -> None:
    """Write the machine, its bandwidth, and a row for every case and tolerance, as they come."""
    machine = {"processors": os.cpu_count(), "python": platform.python_version()}
    results = {
        "size": size,
        "machine": kept.get("machine", machine),
        "packages": kept.get("packages") or {name: _version(name) for name in PACKAGES},
        **extras.measure(SIZES[size].full, kept),
    }
    rows: list[dict[str, Any]] = []
    todo = cases(SIZES[size])
    for number, case in enumerate(todo, start=1):
        plain = storage.plain(case)
        there = [row for row in kept.get("rows", ()) if plain.items() <= row.items()]
        found = there or _rows(case)
        rows += found
        storage.write_json(path, results | {"rows": rows})
        words = f"[{number}/{len(todo)}] {case['study']} {case['problem']} N={case['n_features']}"
        best = min((r["seconds"] for r in found if "seconds" in r), default=float("nan"))
        print(f"{words} {case['solver']}: {found[-1]['status']} {best:.3g} s", file=sys.stderr)


def _rows(case: dict[str, Any]) -> list[dict[str, Any]]:
    """Run a case in its own process; a tolerance it did not get to is a row as well."""
    command = [sys.executable, "-m", "benchmarks.worker", json.dumps(case)]
    limit = case["limit"] + SETUP_SECONDS * (1.0 + case["n_features"] / 1e6)
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=limit, cwd=ROOT, check=False
        )
        text, status = done.stdout, f"failed: ended with code {done.returncode}"
    except subprocess.TimeoutExpired as stopped:
        text = stopped.stdout.decode() if isinstance(stopped.stdout, bytes) else ""
        status = f"stopped after {case['limit']:.0f} s"
    rows = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    done_with = {row.get("rtol") for row in rows}
    if None in done_with:  # it said why it cannot
        return rows
    missing = [rtol for rtol in case["rtols"] if rtol not in done_with]
    return rows + [case | {"rtol": rtol, "status": status} for rtol in missing]


def _version(name: str) -> str:
    from importlib import metadata

    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"


if __name__ == "__main__":
    raise SystemExit(main())
