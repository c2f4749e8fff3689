"""Sums over features by algebra are those of any matrix."""

import numpy as np
import pytest
import sympy as sp

from superlaw.theory.proof.index_sums import overlap, square_overlap, summed, weighted
from superlaw.theory.symbols import Lambda_k, mu_ik, r_F, square_norm_i, sum_i, sum_j, sum_k

ROUNDING = 1e-12
RNG = np.random.default_rng(11)
MATRICES = [RNG.normal(size=(7, 3)), RNG.normal(size=(3, 6)), np.ones((4, 1))]


def _frame(W):
    """Return the levels above zero of a frame operator, and the squared coordinates."""
    lam, vectors = np.linalg.eigh(W.T @ W)
    kept = lam > 1e-9 * lam.max()
    return lam[kept], (W @ vectors[:, kept]) ** 2


def _numbers(found, lam, squares):
    """Evaluate a sum over levels, for each feature."""
    (limits,) = found.limits
    assert limits == (sum_k, 1, r_F)
    term = sp.lambdify((Lambda_k, mu_ik, square_norm_i), found.function, "numpy")
    norms = squares.sum(axis=1, keepdims=True)
    return np.broadcast_to(term(lam, squares / norms, norms), squares.shape).sum(axis=1)


@pytest.mark.parametrize("W", MATRICES, ids=str)
def test_sums_are_those_of_a_matrix(W):
    lam, squares = _frame(W)
    gram = W @ W.T
    one = _numbers(summed(square_overlap(), features=(sum_j,)), lam, squares)
    np.testing.assert_allclose(one, (gram**2).sum(axis=1), rtol=ROUNDING)
    every = _numbers(summed(square_overlap(), features=(sum_j, sum_i)), lam, squares)
    np.testing.assert_allclose(every, (gram**2).sum(), rtol=ROUNDING)
    rank = _numbers(summed(weighted(-1), features=(sum_i,)), lam, squares)
    np.testing.assert_allclose(rank, np.linalg.matrix_rank(W), rtol=ROUNDING)
    own = _numbers(summed(weighted(1), features=()), lam, squares)
    np.testing.assert_allclose(own, np.einsum("id,de,ie->i", W, W.T @ W, W), rtol=ROUNDING)


def test_what_is_no_sum_over_one_level_is_refused():
    with pytest.raises(ValueError, match="no sum over one level"):
        summed(overlap(sum_i, sum_j), features=())
