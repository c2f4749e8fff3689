"""Students: the network that learns the teacher."""

from __future__ import annotations

from dataclasses import KW_ONLY, asdict, dataclass, replace
from typing import Any

from superlaw.arguments import finite, flag, one_of, positive, refuse, whole
from superlaw.setting.task import counted

ACTIVATIONS = ("linear", "relu")
SMALLEST_INIT = 1e-100
"""Of two layers: a smaller start takes longer than any loss curve."""
SHORTEST, LONGEST = 1e-12, 100.0
"""Columns that are trained: shorter ones leave single precision when squared, longer ones are so
stiff that no flow ends."""
EMBEDDINGS = ("identity", "random", "tight_frame", "trained")
DECODERS = ("transpose", "random")


@dataclass(frozen=True)
class Student:
    """A student of the teacher: as wide as the features, or narrower (superposition).

    K = N: one layer learns ŷ = S x; mode i follows ds_i/dt = λ_i (a_i − s_i) from s_i(0) = 0 (S7).
    Two layers, S = U V balanced and diagonal, follow ds_i/dt = 2 λ_i s_i (a_i − s_i) (T1) and need
    a start above zero.

    K < N: features are embedded in K dimensions by the columns of W, ŷ = φ(WᵀB W x + β), and B is
    trained from B = β = 0 with the gate open at zero (R6). What is left out is chosen by `on`:
    relu, trained bias, random fixed unit columns for K < N; linear, no bias, W = 1 for K = N.

    Parameters
    ----------
    width : int or None
        Width K; None means K = N.
    depth : {1, 2}
        Number of trained layers, K = N only.
    activation : {"linear", "relu"}, optional
        φ.
    bias : bool, optional
        Whether β is trained; β = 0 otherwise.
    embedding : {"identity", "random", "tight_frame", "trained"}, optional
        W: 1 (K = N), independent uniform unit columns, a random tight frame WWᵀ = (N/K) 1, or unit
        columns that are trained too.
    tied : bool
        ŷ = φ(WᵀW x + β): no B, W trained, and relu with a bias unless said otherwise, at any K.
    decoder : {"transpose", "random"}, optional
        ŷ = φ(DᵀW x + β): no B, W and D trained, D started as W or from columns of its own; relu
        with a bias unless said otherwise, at any K.
    init : float
        Size of the start of a two-layer student, between 0 and 1; 1e-3 if left out. Where W is
        trained, the norm of its columns (and of those of D) at the start, 1e-12 to 100; 1 if left
        out.
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
    activation: str | None = None
    bias: bool | None = None
    embedding: str | None = None
    tied: bool = False
    decoder: str | None = None
    init: float | None = None
    init_profile: str = "target"

    def __post_init__(self) -> None:
        """Refuse what does not define a student."""
        if self.width is not None:
            object.__setattr__(self, "width", counted("width", self.width, "Give 1 ≤ K ≤ N."))
        object.__setattr__(self, "depth", whole("depth", self.depth, "Give 1 or 2."))
        if self.depth > 2:
            refuse("depth", "1 or 2", self.depth, "Deeper students are not covered by the theory.")
        one_of("init_profile", self.init_profile, ("target", "flat"))
        self._check_network()
        self._check_init()

    def _check_network(self) -> None:
        for name in ("bias", "tied"):
            if getattr(self, name) is not None:
                flag(name, getattr(self, name))
        if self.activation is not None:
            one_of("activation", self.activation, ACTIVATIONS)
        if self.embedding is not None:
            one_of("embedding", self.embedding, EMBEDDINGS)
        if self.decoder is not None:
            one_of("decoder", self.decoder, DECODERS)
            if self.tied:
                refuse("decoder", "left out for a tied student", self.decoder, "Its D is W.")
        if self._is_factored and self.embedding not in (None, "trained"):
            remedy = 'It has no B to train for a W that is fixed: use embedding="trained".'
            refuse(
                "embedding",
                '"trained" for a tied student or one with a decoder',
                self.embedding,
                remedy,
            )
        if self.depth == 2 and self._names_a_network:
            refuse("depth", "1 with activation, bias, embedding or tied", 2, "Leave them out.")

    @property
    def _is_factored(self) -> bool:
        """Whether it has no B."""
        return self.tied or self.decoder is not None

    @property
    def _names_a_network(self) -> bool:
        """Whether anything is said about ŷ = φ(WᵀB W x + β)."""
        return self._is_factored or any(
            part is not None for part in (self.activation, self.bias, self.embedding)
        )

    def _check_init(self) -> None:
        if self.depth == 1:
            self._check_columns()
            if self.init_profile != "target":
                remedy = "Leave it out, or use depth=2."
                refuse("init_profile", "left out for one layer", self.init_profile, remedy)
            return
        init = 1e-3 if self.init is None else self.init
        init = positive("init", init, "Two layers at zero never learn: give e.g. init=1e-3.")
        if init < SMALLEST_INIT:
            refuse("init", f"at least {SMALLEST_INIT:g}", init, "Give e.g. init=1e-3.")
        if init >= 1.0:
            refuse("init", "below 1", init, "Start below the target: give e.g. init=1e-3.")
        object.__setattr__(self, "init", init)

    def _check_columns(self) -> None:
        """Refuse a start that one layer does not have."""
        if self._is_factored or self.embedding == "trained":
            if self.init is not None:
                remedy = "Give the norm of the columns of W, e.g. init=0.3."
                object.__setattr__(self, "init", positive("init", self.init, remedy))
                if not SHORTEST <= self.init <= LONGEST:
                    rule = f"between {SHORTEST:g} and {LONGEST:g} for trained columns"
                    refuse("init", rule, self.init, remedy)
        elif self.init is not None and finite("init", self.init, "Leave it out.") != 0.0:
            remedy = "Leave it out, train W (tied, decoder or embedding), or use depth=2."
            refuse("init", "0 for one layer and a fixed W", self.init, remedy)

    def on(self, n_features: int | None) -> Student:
        """Return the student of N features with every choice made; two layers have none.

        Raises
        ------
        ArgumentError
            If the student cannot embed N features.
        """
        width = n_features if self.width is None else self.width
        if n_features is not None and width is not None and width > n_features:
            refuse("width", f"at most N = {n_features}", width, "Give 1 ≤ K ≤ N.")
        narrow = width != n_features
        if narrow and self.depth == 2:
            refuse("depth", "1 for K < N", self.depth, "Leave the width out, or use depth=1.")
        if narrow and self.embedding == "identity":
            remedy = 'Use embedding="random", or leave the width out.'
            refuse(
                "embedding", '"random", "tight_frame" or "trained" for K < N', "identity", remedy
            )
        if self.depth == 2:
            return self
        factored = self._is_factored
        default = "trained" if factored else "random" if narrow else "identity"
        activation = self.activation or ("relu" if narrow or factored else "linear")
        return replace(
            self,
            width=width,
            activation=activation,
            bias=activation == "relu" if self.bias is None else self.bias,
            embedding=self.embedding or default,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the student as plain data."""
        return asdict(self)
