"""Run claims and gather their verdicts."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, replace

from superlaw.arguments import one_of, positive, whole
from superlaw.validation.claims.claim import SIZES, SUITES, ClaimResult, claim
from superlaw.validation.reports.report import Report


def validate(
    *names: str,
    seeds: int | None = None,
    n_features: int | None = None,
    size: str = "full",
    entropy: int = 0,
    planted: float = 1.0,
    runs: str | None = None,
    progress: bool = False,
    on_claim: Callable[[ClaimResult], None] | None = None,
) -> Report:
    """Compare theory with simulated training, claim by claim.

    Parameters
    ----------
    *names : str
        Suites ("sequential", "superposed") or single claims; everything if left out.
    seeds, n_features : int, optional
        Runs and features of the simulations; those of `size` if left out.
    size : {"full", "small"}
        N = 1024 (networks 512), 8 seeds, t = 1e4; or a quick form.
    entropy : int
        Root of all random streams.
    planted : float
        Negative control: predict with the frequency exponent times this; claims must fail.
    runs : str, optional
        Folder in which the flows of the superposed claims are kept, to resume from.
    progress : bool
        Show bars on a terminal.
    on_claim : callable, optional
        Gets each `ClaimResult` as it comes in.

    Returns
    -------
    Report
        `.claims` with predicted, measured and verdict; `.passed`, `.table()`, `.save(folder)`.

    Raises
    ------
    ArgumentError
        If a name is unknown or a number outside its rule.

    Examples
    --------
    >>> validate("two_layer").passed
    True
    """
    one_of("size", size, SIZES)
    positive("planted", planted, "Leave it out, or give a factor such as 1.1.")
    chosen = replace(SIZES[size], planted=planted, progress=progress, runs=runs)
    if seeds is not None:
        chosen = replace(chosen, seeds=whole("seeds", seeds, "Give at least 3.", minimum=3))
    if n_features is not None:
        n = whole("n_features", n_features, "Give at least 32.", minimum=32)
        chosen = replace(chosen, n_features=n, n_network=n)
    selected = selection(names)
    results = []
    for name in selected:
        started = time.perf_counter()
        found = claim(name)(entropy, chosen)
        result = replace(found, seconds=time.perf_counter() - started)
        results.append(result)
        if on_claim is not None:
            on_claim(result)
    configuration = {"claims": selected, "entropy": entropy, "size": asdict(chosen)}
    return Report(" ".join(names) or "all claims", tuple(results), configuration)


def selection(names: tuple[str, ...]) -> list[str]:
    """Return the claims that suites and claims stand for, each once.

    Raises
    ------
    ArgumentError
        If a name is neither.
    """
    known = [*SUITES, *(name for suite in SUITES.values() for name in suite)]
    selected: list[str] = []
    for name in names or tuple(SUITES):
        one_of("claim", name, known)
        selected += [c for c in SUITES.get(name, (name,)) if c not in selected]
    return selected
