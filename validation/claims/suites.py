"""Suites of claims, found from the folders: a new claim is one new file in one of them."""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from superlaw.arguments import one_of
from superlaw.validation import claims
from superlaw.validation.claims.claim import Claim


@cache
def suites() -> dict[str, tuple[Claim, ...]]:
    """Return the claims of each suite, in the order of the derivation steps that they rest on."""
    folders = sorted(found.name for found in iter_modules(claims.__path__) if found.ispkg)
    return {folder: _suite(f"{claims.__name__}.{folder}") for folder in folders}


def selection(names: tuple[str, ...]) -> tuple[Claim, ...]:
    """Return the claims that suites and claims stand for, each once; all without a name.

    Raises
    ------
    ArgumentError
        If a name is neither.
    """
    known = suites() | {claim.name: (claim,) for suite in suites().values() for claim in suite}
    chosen: dict[str, Claim] = {}
    for name in names or tuple(suites()):
        one_of("claim", name, known)
        chosen |= {claim.name: claim for claim in known[name]}
    return tuple(chosen.values())


def _suite(package: str) -> tuple[Claim, ...]:
    """Return the claims of a folder; what its claims share stands beside them."""
    folder = import_module(package)
    modules = [import_module(f"{package}.{m.name}") for m in iter_modules(folder.__path__)]
    found = [module.CLAIM for module in modules if hasattr(module, "CLAIM")]
    return tuple(sorted(found, key=lambda claim: _place(claim, folder.ORDER)))


def _place(claim: Claim, order: str) -> tuple[int, int, str]:
    """Return where a claim stands: letters of derivations in the given order, others after."""
    letter, number = re.fullmatch(r"([A-Z]+)(\d+)", claim.step).groups()  # type: ignore[union-attr]
    return order.find(letter) % (len(order) + 1), int(number), claim.name
