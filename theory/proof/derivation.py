"""What a derivation is made of: numbered equations, and the graph of what follows from what."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Self

import sympy as sp

from superlaw.arguments import one_of, refuse
from superlaw.theory.proof.checks import Check

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
        One or two sentences of explanation, formulas between dollar signs.
    follows : tuple of str
        Ids of the steps it follows from, its own derivation's or those it builds on.
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
class Graph:
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
    builds_on : tuple of Graph
        Derivations from which steps may follow too.
    references : tuple of str
        Where the ideas come from; keys of `superlaw.theory.references.REFERENCES`.
    """

    name: str
    title: str
    summary: str
    steps: tuple[Step, ...]
    builds_on: tuple[Graph, ...] = ()
    references: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse steps that do not follow each other in order."""
        seen = {step.id for other in self.builds_on for step in other.steps}
        for step in self.steps:
            missing = set(step.follows) - seen
            if missing or step.id in seen:
                raise ValueError(f"{step.id} repeats an id or follows from later {sorted(missing)}")
            seen.add(step.id)

    def __getitem__(self, step_id: str) -> Step:
        """Return the step with this id, its own or one it builds on."""
        for graph in (self, *self.builds_on):
            for step in graph.steps:
                if step.id == step_id:
                    return step
        raise KeyError(step_id)

    @property
    def borrowed(self) -> tuple[Step, ...]:
        """Steps of other derivations from which steps of this one follow."""
        used = {parent for step in self.steps for parent in step.follows}
        return tuple(s for other in self.builds_on for s in other.steps if s.id in used)

    def parents(self, step: Step) -> tuple[Step, ...]:
        """Return the steps that `step` follows from."""
        return tuple(self[parent] for parent in step.follows)

    def checks(self, step: Step) -> tuple[Check, ...]:
        """Derive `step` again from its parents."""
        return tuple(step.by(step, *self.parents(step)))

    def altered(self, step_id: str, rhs: Any) -> Self:
        """Return the graph with another right side in one step (for negative controls).

        Parameters
        ----------
        step_id : str
            One of its own steps.
        rhs : sympy expression or number
            The right side to put there.

        Raises
        ------
        ArgumentError
            If it has no such step, or the right side is neither an expression nor a number.
        """
        one_of("step", step_id, [step.id for step in self.steps])
        try:
            other = sp.sympify(rhs, strict=True)
        except sp.SympifyError:
            refuse("rhs", "a sympy expression or a number", rhs, "Strings are not evaluated.")
        steps = tuple(replace(s, rhs=other) if s.id == step_id else s for s in self.steps)
        return replace(self, steps=steps)
