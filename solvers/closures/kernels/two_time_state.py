"""What the two-time closure marches on: a grid of times, replicas of rows, classes of columns.

Indices: r replicas of rows, e their entries (0 is the own one), g, h classes, n, m times. What is
causal is a lower triangular matrix [time, earlier time], so that a product is an integral over
time; rows of these matrices are filled one time after the other.
"""

from __future__ import annotations

from collections import namedtuple

from numba import float32, float64, int64, types, void

_vector, _matrix, _cube = float64[::1], float64[:, ::1], float64[:, :, ::1]
_four, _light, _flat = float64[:, :, :, ::1], float32[:, :, :, ::1], float32[:, ::1]
_index = int64[::1]

Model = namedtuple(
    "Model",
    (
        "d",  # differentiation in time (T, T)
        "n",  # multiplicity of each class (G,)
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
        "marks",  # standard normals (R, E, T)
        "overlaps",  # w_j·w_i √K, standard normals (R, E)
        "modes",  # eigenvalues of W Wᵀ, equally likely (M,)
    ),
)
MODEL = types.NamedTuple(
    (
        *(_matrix, _vector, _vector, _vector, float64, int64, _index, _vector, _index),
        *(_matrix, _index, _index, _index, _matrix, _cube, _matrix, _vector),
    ),
    Model,
)

Rows = namedtuple(
    "Rows",
    (
        "S",  # entries (R, E, T)
        "D",  # their drives (R, E, T)
        "beta",  # biases (R, T)
        "kept",  # R_ji, what is left of a kick of an entry of each class (R, G, T, T)
        "root",  # root of the covariance of the field of an entry (R, G, T, T)
        "own_root",  # that of the own one, less what single columns do (T, T)
        "slopes",  # dD/dS, dD/dβ, dg/dS, dg/dβ of entries asked (R, Q, 4, T)
        "U",  # (1 − D_S R)⁻¹ of entries asked (R, Q, T, T)
        "V",  # (1 − R D_S)⁻¹ (R, Q, T, T)
        "q",  # answers (R, Q, T, T)
        "mean",  # mean answer of an entry of each class (R, G, T, T)
        "b",  # what is left of a kick of the bias (R, T, T)
        "as_one",  # what a row answers in all its columns, Y^r (R, T, T)
        "left",  # (R_b⁻¹ − Y^r)⁻¹ (R, T, T)
        "sees",  # 1 + left Y^r (R, T, T)
        "norm",  # covariance of Bᵀw_j without its own direction (R, T, T)
        "forces",  # Σ E_i D_ji D_ji' E_i' (R, T, T)
        "screened",  # E_i D_ji (R, E, T)
        "put_in",  # what an entry of a single column has put into Bᵀw_j (R, H, T)
        "pull",  # what others do to the own entry (R, T)
        "swing",  # drive of the bias by what single columns have learned (R, H, T)
        "swung",  # the bias that follows (R, H, T)
    ),
)
ROWS = types.NamedTuple(
    (
        *(_cube, _cube, _matrix, _light, _light, _flat, _four, *(_light,) * 4),
        *(_cube,) * 8,
        *(_matrix, _cube, _cube),
    ),
    Rows,
)

LIGHT = ("kept", "root", "own_root", "U", "V", "q", "mean")
"""Parts of rows in single precision: they take nearly all of the memory."""

Columns = namedtuple(
    "Columns",
    (
        "s",  # w_iᵀ B w_i (G, T)
        "answers",  # mean answer of an entry, classes of row and column (G, G, T, T)
        "screened",  # the same, screened by its column (G, G, T, T)
        "through",  # F_ji through biases of other rows, j single (H, G, T)
        "X",  # X^c, the answer of a column (G, T, T)
        "T",  # the same, as one (G, T, T)
        "before",  # E = 1 + T R_b (G, T, T)
        "after",  # 1 + R_b T (G, T, T)
        "Y",  # what rows add that answer as ones (G, T, T)
        "all",  # X + X^c + Y (G, T, T)
        "left",  # R_i (G, T, T)
        "sees",  # 1 + R_i (X^c + Y − Y_b) (G, T, T)
        "norm",  # covariance of B w_i without its own direction (G, T, T)
        "row_norm",  # mean of that of rows (G, T, T)
        "forces",  # Σ D_ji D_ji' (G, T, T)
        "shown",  # what learned rows show a column (G, T, T)
        "row_shown",  # what learned columns show a row (G, T, T)
    ),
)
COLUMNS = types.NamedTuple((_matrix, _four, _four, *(_cube,) * 14), Columns)

Whole = namedtuple(
    "Whole",
    (
        "mu",  # tr B/K (T,)
        "X",  # what all columns answer (T, T)
        "Y",  # what rows add that answer as ones (T, T)
        "all",  # X + Y (T, T)
        "left",  # R_b (T, T)
        "square",  # tr B B'ᵀ/K − μ μ' (T, T)
        "shared",  # X of a mode of W Wᵀ (T, T)
        "nothing",  # zeros (T, T)
        "mode_left",  # R of a mode and a column (M, G, T, T)
        "mode_sees",  # R X^c (M, G, T, T)
        "mode_square",  # of a mode (M, T, T)
    ),
)
WHOLE = types.NamedTuple((_vector, *(_matrix,) * 7, _four, _four, _cube), Whole)

STAGE = void(int64, MODEL, ROWS, COLUMNS, WHOLE)
"""Of all that fills row n of matrices: n, model, rows, columns, whole."""
