"""Run claims and gather their verdicts."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor

from superlaw.arguments import fitting, flag, one_of, positive, refuse, whole
from superlaw.execution.pools import Pool
from superlaw.validation.claims.claim import Claim, ClaimResult
from superlaw.validation.claims.size import SIZES, Conditions, Size
from superlaw.validation.claims.suites import selection
from superlaw.validation.reports.report import Report

EXECUTORS = ("serial", "processes")
"""In threads one simulation would wait for another: its seeds are in them already."""
MOST_PLANTED = 10.0
"""Factor by which exponents stay those of spectra."""


def validate(
    *names: str,
    seeds: int | None = None,
    n_features: int | None = None,
    size: str = "full",
    entropy: int = 0,
    planted: float = 1.0,
    runs: str | None = None,
    executor: str | Executor = "serial",
    workers: int | None = None,
    progress: bool = False,
    on_claim: Callable[[ClaimResult], None] | None = None,
) -> Report:
    """Compare theory with simulated training, claim by claim.

    Parameters
    ----------
    *names : str
        Suites ("sequential", "superposed", "trained", "geometry", "width") or single claims;
        everything if left out.
    seeds, n_features : int, optional
        Runs and features of the simulations; those of `size` if left out.
    size : {"full", "small", "demo"}
        N = 1024 (networks 512), 8 seeds, t = 1e4; a quick form; or that of `make demo`.
    entropy : int
        Root of all random streams.
    planted : float
        Negative control: predict with the frequency exponent times this; claims must fail.
    runs : str, optional
        Folder in which every simulation is kept, by what it is of, to resume from.
    executor : {"serial", "processes"} or concurrent.futures.Executor
        One simulation after another, its seeds in threads; or simulations beside one another, to
        the same bits. Any other executor (Dask, MPI, …) is used and left open.
    workers : int, optional
        Processes; the number of processors if left out.
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
        If a name is unknown, or a number outside its rule or taken by none of the claims.

    Examples
    --------
    >>> validate("two_layer").passed
    True
    """
    flag("progress", progress)
    planted = positive("planted", planted, remedy := "Leave it out, or give a factor such as 1.1.")
    if not 1.0 / MOST_PLANTED <= planted <= MOST_PLANTED:
        refuse("planted", f"between {1.0 / MOST_PLANTED:g} and {MOST_PLANTED:g}", planted, remedy)
    entropy = whole("entropy", entropy, "Give a whole number.", minimum=0)
    if on_claim is not None and not callable(on_claim):
        refuse("on_claim", "a function of a ClaimResult", on_claim, "Leave it out.")
    _check_executor(executor, workers)
    how = (progress, runs, executor, workers)
    conditions = Conditions(_size(size, seeds, n_features), entropy, planted, *how)
    chosen, results = selection(names), []
    _check_taken(chosen, seeds=seeds, n_features=n_features, entropy=entropy or None)
    for claim in chosen:
        claim.check(conditions)
    for claim in chosen:
        results.append(claim.examine(conditions))
        if on_claim is not None:
            on_claim(results[-1])
    return Report(" ".join(names) or "all claims", tuple(results), conditions)


def _check_executor(executor: str | Executor, workers: int | None) -> None:
    """Refuse what runs no simulations."""
    if isinstance(executor, str):
        one_of("executor", executor, EXECUTORS)
    if executor == "serial" and workers is not None:
        refuse("workers", 'left out with executor "serial"', workers, 'Give "processes".')
    Pool(executor, workers).close(at_once=False)


def _check_taken(claims: tuple[Claim, ...], **given: int | None) -> None:
    """Refuse what none of the claims takes."""
    for name, value in given.items():
        if value is not None and not any(name in claim.takes for claim in claims):
            refuse(name, "left out with these claims", value, "They do without.")


def _size(name: str, seeds: int | None, n_features: int | None) -> Size:
    """Return a size by name, with the seeds and features asked for."""
    size = SIZES[one_of("size", name, SIZES)]
    if seeds is not None:
        size = size.with_each(seeds=whole("seeds", seeds, "Give at least 3.", minimum=3))
    if n_features is not None:
        n = whole("n_features", n_features, "Give at least 32.", minimum=32)
        fitting("n_features", n, 8.0 * n**2, "Give fewer, e.g. 1024.")
        size = size.with_each(n_features=n)
    return size
