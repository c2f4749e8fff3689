"""Tasks: sparse features and a diagonal teacher; power laws of both."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import KW_ONLY, dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeVar

from superlaw.arguments import finite, one_of, positive, refuse, whole
from superlaw.setting.amplitude import AMPLITUDES, AmplitudeLaw
from superlaw.setting.harmonic import generalised_harmonic

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Index = TypeVar("Index", float, "NDArray[np.float64]")
"""A feature index: a number ≥ 1, whole or not, or an array of them."""

LARGEST_EXPONENT = 100.0
"""Of a and |b|: steeper spectra are one mode."""
LARGEST_N = 10**30
"""Of N and K: beyond it sums over features are those without end."""
LARGEST_DECADES = 300.0
"""λ_N a_N² and its parts stay above 10 to minus this: no power of i leaves the floats."""
SMALLEST_DENSITY = 1e-100
HEAD, PER_DECADE = 32, 24
"""Single features, and bins a decade of the rest: sums to 1e-3."""
Bins = list[tuple[float, float, float]]
"""Frequency, teacher's entry and number of the features of each bin."""


class Task(ABC):
    """Sparse features i = 1 … N of descending frequency p_i, teacher A = diag(a_i).

    An input is x_i = u_i v_i with u_i ∈ {0, 1} active with probability p_i and amplitude v_i; the
    target is A x and the loss L = ½ E‖ŷ − A x‖². Derivation steps S1 and S2.
    """

    activity: str
    amplitude: str

    @property
    @abstractmethod
    def n_features(self) -> int | None:
        """N; None if there are infinitely many."""

    @property
    @abstractmethod
    def density(self) -> float:
        """Expected number of active features Σp_i."""

    @property
    @abstractmethod
    def sum_of_squares(self) -> float:
        """Σ p_i²."""

    @property
    def is_normalisable(self) -> bool:
        """Whether the frequencies have a sum."""
        return True

    @abstractmethod
    def probability(self, i: Index) -> Index:
        """Return p_i."""

    @abstractmethod
    def target(self, i: Index) -> Index:
        """Return the teacher's entry a_i = A_ii."""

    @abstractmethod
    def bins(self) -> Bins:
        """Return bins of like features, for sums over N that are good to 1e-3."""

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """Return the task as plain data."""

    @property
    def law(self) -> AmplitudeLaw:
        """The amplitude law."""
        return AMPLITUDES[self.amplitude]

    @property
    def has_coupled_modes(self) -> bool:
        """Whether inputs have a mean that couples the modes through E[xxᵀ]."""
        return self.activity == "bernoulli" and self.law.moment(1) != 0.0

    def mean(self, i: Index) -> Index:
        """Return E[x_i] = p_i E[v]."""
        return self.law.moment(1) * self.probability(i)

    def second_moment(self, i: Index) -> Index:
        """Return λ_i = E[x_i²] = p_i E[v²], the rate at which mode i is learned."""
        return self.law.moment(2) * self.probability(i)

    def fourth_moment(self, i: Index) -> Index:
        """Return E[x_i⁴] = p_i E[v⁴]."""
        return self.law.moment(4) * self.probability(i)


@dataclass(frozen=True)
class PowerLawTask(Task):
    """Sparse features i = 1 … N, frequency p_i ∝ i^-a, teacher A = diag(i^-b).

    An input is x_i = u_i v_i with u_i ∈ {0, 1} active with probability p_i and amplitude v_i; the
    target is A x and the loss L = ½ E‖ŷ − A x‖². Derivation steps S1 and S2.

    Parameters
    ----------
    a : float
        Feature-frequency exponent, above 0 [dimensionless].
    b : float
        Teacher-importance exponent [dimensionless].
    n_features : int or None
        Number of features N; None means infinitely many, for `exponent` only.
    activity : {"one", "bernoulli"}
        "one": exactly one feature is active, so E[xxᵀ] is diagonal and the mode law exact.
        "bernoulli": each is active on its own, so several are active at once and, unless the
        amplitude is "symmetric", the inputs have a mean that couples the modes.
    density : float
        Expected number of active features Σp_i; 1 for activity "one".
    amplitude : {"uniform", "constant", "half-normal", "symmetric"}
        Law of v: U(0,2), 1, √(π/2)|g| (all of mean 1), or U(−2,2).

    Raises
    ------
    ArgumentError
        If an argument is outside its rule.

    Examples
    --------
    >>> task = PowerLawTask(a=1.5, b=0.25, n_features=1_000_000)
    >>> round(task.second_moment(1), 4)
    0.5108
    """

    a: float
    b: float = 0.0
    n_features: int | None = None
    _: KW_ONLY
    activity: str = "one"
    density: float = 1.0
    amplitude: str = "uniform"

    def __post_init__(self) -> None:
        """Refuse what does not define a task."""
        a = positive("a", self.a, "Frequencies must fall with the rank: give a > 0, e.g. -a 1.5.")
        b = finite("b", self.b, "Give the teacher exponent b, e.g. -b 0.25.")
        for name, value in (("a", a), ("b", b)):
            if abs(value) > LARGEST_EXPONENT:
                refuse(name, f"within ±{LARGEST_EXPONENT:g}", value, "Spectra are never so steep.")
        object.__setattr__(self, "a", a)
        object.__setattr__(self, "b", b)
        if self.n_features is not None:
            n = counted("n_features", self.n_features, "Give a number of features, e.g. -N 1e6.")
            object.__setattr__(self, "n_features", n)
        density = positive("density", self.density, "Give the expected number of active features.")
        if density < SMALLEST_DENSITY:
            refuse(
                "density", f"at least {SMALLEST_DENSITY:g}", density, "Give more active features."
            )
        object.__setattr__(self, "density", density)
        one_of("activity", self.activity, ("one", "bernoulli"))
        one_of("amplitude", self.amplitude, AMPLITUDES)
        self._check_powers()
        self._check_density()

    def _check_powers(self) -> None:
        """Refuse spectra that no float holds."""
        decades = math.log10(self.n_features or 1)
        steepest = LARGEST_DECADES / decades if decades else math.inf
        if self.a + 2.0 * abs(self.b) > steepest:
            name = "a" if self.a > steepest else "b"
            rule = f"such that a + 2|b| ≤ {steepest:.4g} with N = {self.n_features:.4g}"
            refuse(name, rule, getattr(self, name), "Give fewer features or smaller exponents.")

    def _check_density(self) -> None:
        if self.activity == "one" and self.density != 1.0:
            refuse(
                "density",
                "1 when exactly one feature is active",
                self.density,
                'Use activity="bernoulli" for other densities.',
            )
        if self.activity == "bernoulli" and self.is_normalisable and self.probability(1.0) >= 1.0:
            refuse(
                "density",
                "small enough that p_1 < 1",
                self.density,
                f"Give density below {self.harmonic_sum:.6g}.",
            )

    @property
    def is_normalisable(self) -> bool:
        """Whether Σ i^-a is finite: always at finite N, for a > 1 without end."""
        return self.n_features is not None or self.a > 1.0

    @cached_property
    def harmonic_sum(self) -> float:
        """Σ_{i≤N} i^-a, by direct summation of the head and Euler-Maclaurin for the tail."""
        return generalised_harmonic(self.n_features, self.a)

    def probability(self, i: Index) -> Index:
        """Return p_i = density · i^-a / Σ j^-a."""
        return self.density / self.harmonic_sum * i**-self.a

    def target(self, i: Index) -> Index:
        """Return the teacher's entry a_i = A_ii = i^-b."""
        return i**-self.b

    @property
    def sum_of_squares(self) -> float:
        """Σ p_i²."""
        scale = self.density / self.harmonic_sum
        return scale**2 * generalised_harmonic(self.n_features, 2.0 * self.a)

    def bins(self) -> Bins:
        """Return single features and, after them, neighbours as one at their geometric mean."""
        n = self.n_features or 0
        edges = list(range(1, min(n, HEAD) + 2))
        while edges[-1] <= n:
            edges.append(min(n + 1, max(edges[-1] + 1, round(edges[-1] * 10 ** (1 / PER_DECADE)))))
        middles = [
            (float(i), 1.0) if j == i + 1 else ((i * (j - 1)) ** 0.5, float(j - i))
            for i, j in pairwise(edges)
        ]
        return [(self.probability(i), self.target(i), count) for i, count in middles]

    def to_dict(self) -> dict[str, Any]:
        """Return the task as plain data."""
        return {
            "a": self.a,
            "b": self.b,
            "n_features": self.n_features,
            "activity": self.activity,
            "density": self.density,
            "amplitude": self.amplitude,
        }


def counted(name: str, value: Any, remedy: str) -> int:
    """Return a number of features or dimensions as an int from 1 to `LARGEST_N`, or refuse it."""
    number = whole(name, value, remedy)
    if number > LARGEST_N:
        refuse(name, "at most 1e30", f"about 1e{number.bit_length() * 0.30103:.0f}", remedy)
    return number
