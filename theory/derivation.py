"""Derivations: equations that follow from each other, each checked by machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import sympy as sp

from superlaw.arguments import one_of

RULES = (
    "definition",
    "identity",
    "substitution",
    "integration",
    "ODE solution",
    "asymptotics",
    "limit",
    "closure",
)


@dataclass(frozen=True)
class Equal:
    """Two expressions that must be the same at every point inside the hypotheses.

    Parameters
    ----------
    left, right : sympy expression or matrix
        Worked out independently of each other.
    instance : bool
        True if they state the equation at one size only (three features, say): agreement then
        verifies the step and does not prove it.
    """

    left: Any
    right: Any
    instance: bool = False


@dataclass(frozen=True)
class Tends:
    """Two expressions whose ratio must tend to 1 along the given points.

    Parameters
    ----------
    left, right : sympy expression
        The exact form and its asymptotic one.
    points : tuple of dict
        Substitutions that go towards the limit.
    """

    left: sp.Expr
    right: sp.Expr
    points: tuple[dict[sp.Symbol, Any], ...]


Check = Equal | Tends


def _given(*_: Step) -> tuple[Check, ...]:
    return ()


@dataclass(frozen=True)
class Step:
    """One numbered equation of a derivation.

    Parameters
    ----------
    id : str
        The equation's number, the same in documents, docstrings, messages and results.
    title : str
        What it says, in a few words.
    lhs, rhs : sympy expression
        The equation.
    rule : str
        How it follows; one of `RULES`.
    note : str
        One sentence of explanation.
    follows : tuple of str
        Ids of the steps it follows from.
    by : callable
        (this step, *parents) ↦ the checks that derive it again from its parents. None for what is
        taken as given: definitions and closures.
    hypotheses : tuple of sympy relations
        Where it holds.
    """

    id: str
    title: str
    lhs: Any
    rhs: Any
    rule: str
    note: str
    follows: tuple[str, ...] = ()
    by: Callable[..., Iterable[Check]] = _given
    hypotheses: tuple[Any, ...] = field(default=())

    def __post_init__(self) -> None:
        """Refuse a step that could not be checked."""
        one_of("rule", self.rule, RULES)
        if (self.by is _given) != (self.rule in ("definition", "closure")):
            raise ValueError(f"{self.id}: exactly definitions and closures are taken as given")

    @property
    def is_given(self) -> bool:
        """Whether the step is taken as given: a definition, a modelling assumption, a closure."""
        return self.by is _given

    @property
    def equation(self) -> sp.Eq:
        """The equation as one sympy object."""
        return sp.Eq(self.lhs, self.rhs, evaluate=False)


@dataclass(frozen=True)
class Derivation:
    """Steps in order, each following from earlier ones.

    Parameters
    ----------
    name : str
        How `superlaw derive` calls it.
    title : str
        Heading of its documents.
    summary : str
        What it shows and where it holds.
    steps : tuple of Step
        In an order in which parents come first.
    """

    name: str
    title: str
    summary: str
    steps: tuple[Step, ...]

    def __post_init__(self) -> None:
        """Refuse a derivation that is not an ordered graph."""
        seen: set[str] = set()
        for step in self.steps:
            missing = set(step.follows) - seen
            if missing or step.id in seen:
                raise ValueError(f"{step.id} repeats an id or follows from later {sorted(missing)}")
            seen.add(step.id)

    def __getitem__(self, step_id: str) -> Step:
        """Return the step with this id."""
        for step in self.steps:
            if step.id == step_id:
                return step
        raise KeyError(step_id)

    def parents(self, step: Step) -> tuple[Step, ...]:
        """Return the steps that `step` follows from."""
        return tuple(self[parent] for parent in step.follows)

    def checks(self, step: Step) -> tuple[Check, ...]:
        """Derive `step` again from its parents."""
        return tuple(step.by(step, *self.parents(step)))

    def altered(self, step_id: str, rhs: Any) -> Derivation:
        """Return the derivation with another right side in one step (for negative controls)."""
        steps = tuple(replace(s, rhs=rhs) if s.id == step_id else s for s in self.steps)
        return replace(self, steps=steps)

    def verify(self) -> Ledger:
        """Check every step, symbolically and at random points.

        Returns
        -------
        Ledger
            One row a step: status, checks made, largest deviation.
        """
        from superlaw.theory.verification import verify

        return Ledger(self.name, tuple(verify(self, step) for step in self.steps))

    def to_markdown(self) -> str:
        """Return the derivation as a Markdown document with numbered equations."""
        from superlaw.theory.markdown import render

        return render(self)


@dataclass(frozen=True)
class Verdict:
    """What checking one step gave.

    Parameters
    ----------
    id : str
        The step.
    status : {"proved", "verified", "assumed", "failed"}
        proved: symbolically and numerically; verified: numerically; assumed: taken as given.
    n_points : int
        Points at which it was checked numerically.
    deviation : float
        Largest relative deviation seen there (for asymptotics: at the last point).
    """

    id: str
    status: str
    n_points: int
    deviation: float


@dataclass(frozen=True)
class Ledger:
    """The verdicts of a derivation.

    Parameters
    ----------
    name : str
        The derivation.
    rows : tuple of Verdict
        One a step, in order.
    """

    name: str
    rows: tuple[Verdict, ...]

    @property
    def is_good(self) -> bool:
        """Whether no step failed."""
        return all(row.status != "failed" for row in self.rows)

    def __str__(self) -> str:
        lines = [f"{'step':6}{'status':10}{'points':>7}{'deviation':>12}"]
        lines += [
            f"{row.id:6}{row.status:10}{row.n_points:7d}{row.deviation:12.1e}" for row in self.rows
        ]
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Return the ledger as plain data."""
        rows = [
            {"id": r.id, "status": r.status, "n_points": r.n_points, "deviation": r.deviation}
            for r in self.rows
        ]
        return {"derivation": self.name, "steps": rows}
