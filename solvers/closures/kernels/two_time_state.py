"""What the two-time closure marches on: a grid of times, replicas of rows, classes of columns.

Indices: r replicas of rows, e their entries (0 is the own one), g, h classes, n, m times. Shapes: R
replicas, E entries, Q of them asked, G classes, H single features, M modes, T times, D derivatives.
What is causal is a lower triangular matrix [time, earlier time], so that a product is an integral
over time; rows of these matrices are filled one time after the other.
"""

from __future__ import annotations

from collections import namedtuple

from numba import float32, float64, int64, types, void

_vector, _matrix, _cube, _index = float64[::1], float64[:, ::1], float64[:, :, ::1], int64[::1]

Model = namedtuple(
    "Model",
    (
        "d",  # differentiation in time (T, T)
        "n",  # multiplicity of each class (G,)
        "others",  # n_h − δ_gh, columns of class h beside one of class g (G, G)
        "p",  # frequency (G,)
        "target",  # teacher entry (G,)
        "width",  # K
        "n_head",  # single features H
        "of",  # class of each replica (R,)
        "share",  # part of its class that a replica stands for, adding up to 1 (R,)
        "column",  # class of each entry, −1 for the own one (E,)
        "weight",  # columns that an entry stands for (R, E)
        "first",  # first entry of each class (G,)
        "count",  # entries of each class (G,)
        "asked",  # entries whose answers are followed, the own one first (Q,)
        "asked_weight",  # columns that each stands for (R, Q)
        "n_asked",  # of each class, without the own one (G,)
        "marks",  # standard normals (R, E, T)
        "overlaps",  # w_j·w_i √K, standard normals (R, E)
        "modes",  # eigenvalues of W Wᵀ, equally likely (M,)
    ),
)
MODEL = types.NamedTuple(
    (
        *(_matrix, _vector, _matrix, _vector, _vector, float64, int64, _index, _vector, _index),
        *(_matrix, _index, _index, _index, _matrix, _index, _cube, _matrix, _vector),
    ),
    Model,
)

OF_ROWS = {
    "S": "RET",  # entries
    "D": "RET",  # their drives
    "beta": "RT",  # biases
    "kept": "RGTT",  # R_ji, what is left of a kick of an entry of each class
    "root": "RGTT",  # root of the covariance of the field of an entry
    "own_root": "TT",  # that of the own one, less what single columns do
    "slopes": "RQDT",  # dD/dS, dD/dβ, dg/dS, dg/dβ of entries asked
    "U": "RQTT",  # (1 − D_S R)⁻¹ of entries asked
    "V": "RQTT",  # (1 − R D_S)⁻¹
    "q": "RQTT",  # answers
    "mean": "RGTT",  # mean answer of an entry of each class
    "b": "RTT",  # what is left of a kick of the bias
    "as_one": "RTT",  # what a row answers in all its columns, Y^r
    "left": "RTT",  # (R_b⁻¹ − Y^r)⁻¹
    "sees": "RTT",  # 1 + left Y^r
    "norm": "RTT",  # covariance of Bᵀw_j without its own direction
    "forces": "RTT",  # Σ E_i D_ji D_ji' E_i'
    "screened": "RET",  # E_i D_ji
    "put_in": "RHT",  # what an entry of a single column has put into Bᵀw_j
    "pull": "RT",  # what others do to the own entry
    "swing": "RHT",  # drive of the bias by what single columns have learned
    "swung": "RHT",  # the bias that follows
}
"""Parts of rows and their shapes."""
OF_COLUMNS = {
    "s": "GT",  # w_iᵀ B w_i
    "answers": "GGTT",  # mean answer of an entry, classes of row and column
    "screened": "GGTT",  # the same, screened by its column
    "through": "HGT",  # F_ji through biases of other rows, j single
    "X": "GTT",  # X^c, the answer of a column
    "T": "GTT",  # the same, as one
    "before": "GTT",  # E = 1 + T R_b
    "after": "GTT",  # 1 + R_b T
    "Y": "GTT",  # what rows add that answer as ones
    "all": "GTT",  # X + X^c + Y
    "left": "GTT",  # R_i
    "sees": "GTT",  # 1 + R_i (X^c + Y − Y_b)
    "norm": "GTT",  # covariance of B w_i without its own direction
    "row_norm": "GTT",  # mean of that of rows
    "forces": "GTT",  # Σ D_ji D_ji'
    "shown": "GTT",  # what learned rows show a column
    "row_shown": "GTT",  # what learned columns show a row
}
"""Parts of columns, by class."""
OF_WHOLE = {
    "mu": "T",  # tr B/K
    "X": "TT",  # what all columns answer
    "Y": "TT",  # what rows add that answer as ones
    "all": "TT",  # X + Y
    "left": "TT",  # R_b
    "square": "TT",  # tr B B'ᵀ/K − μ μ'
    "shared": "TT",  # X of a mode of W Wᵀ
    "mode_left": "MGTT",  # R of a mode and a column
    "mode_sees": "MGTT",  # R X^c
    "mode_square": "MTT",  # of a mode
}
"""Parts of B as a whole."""
LIGHT = ("kept", "root", "own_root", "U", "V", "q", "mean")
"""Parts in single precision: they take nearly all of the memory."""


def _state(name, parts):
    """Return a named tuple of these parts, which keeps their shapes, and numba's type of it."""
    state = namedtuple(name, parts)
    state.shapes = parts
    arrays = (
        types.Array(float32 if part in LIGHT else float64, len(shape), "C")
        for part, shape in parts.items()
    )
    return state, types.NamedTuple(tuple(arrays), state)


Rows, ROWS = _state("Rows", OF_ROWS)
Columns, COLUMNS = _state("Columns", OF_COLUMNS)
Whole, WHOLE = _state("Whole", OF_WHOLE)
STAGE = void(int64, MODEL, ROWS, COLUMNS, WHOLE)
"""Of all that fills row n of matrices: n, model, rows, columns, whole."""
