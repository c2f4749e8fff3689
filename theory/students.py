"""Students: the network that learns the teacher."""

from __future__ import annotations

from dataclasses import KW_ONLY, asdict, dataclass
from typing import Any

from superlaw.arguments import one_of, positive, refuse, whole


@dataclass(frozen=True)
class Student:
    """A student of the teacher, as wide as the features (no superposition).

    One layer learns ŷ = S x; mode i follows ds_i/dt = λ_i (a_i − s_i) from s_i(0) = 0 (S7). Two
    layers, S = U V balanced and diagonal, follow ds_i/dt = 2 λ_i s_i (a_i − s_i) (T1) and need a
    start above zero.

    Parameters
    ----------
    width : int or None
        Width K; None means K = N.
    depth : {1, 2}
        Number of trained layers.
    init : float
        Size of the start of a two-layer student, between 0 and 1; 1e-3 if left out.
    init_profile : {"target", "flat"}
        s_i(0) = init · a_i, or s_i(0) = init for every mode.

    Raises
    ------
    ArgumentError
        If an argument is outside its rule.
    """

    width: int | None = None
    _: KW_ONLY
    depth: int = 1
    init: float | None = None
    init_profile: str = "target"

    def __post_init__(self) -> None:
        """Refuse what does not define a student."""
        if self.width is not None:
            object.__setattr__(self, "width", whole("width", self.width, "Give 1 ≤ K ≤ N."))
        if self.depth not in (1, 2):
            refuse("depth", "1 or 2", self.depth, "Deeper students are not covered by the theory.")
        one_of("init_profile", self.init_profile, ("target", "flat"))
        self._check_init()

    def _check_init(self) -> None:
        if self.depth == 1:
            if self.init not in (None, 0.0):
                refuse("init", "0 for one layer", self.init, "Leave it out, or use depth=2.")
            return
        init = 1e-3 if self.init is None else self.init
        positive("init", init, "Two layers at zero never learn: give e.g. init=1e-3.")
        if init >= 1.0:
            refuse("init", "below 1", init, "Start below the target: give e.g. init=1e-3.")
        object.__setattr__(self, "init", float(init))

    def to_dict(self) -> dict[str, Any]:
        """Return the student as plain data."""
        return asdict(self)
