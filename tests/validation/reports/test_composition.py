import numpy as np
import pytest
import sympy as sp

from superlaw.setting.task import PowerLawTask
from superlaw.theory.derivations import find_step
from superlaw.theory.symbols import K, r_0, sum_k
from superlaw.theory.symbols import N as FEATURES
from superlaw.validation.reports import composition

WIDTH, N = 96, 160


@pytest.fixture(scope="module")
def columns():
    W = np.random.default_rng(3).standard_normal((WIDTH, N))
    return W / np.linalg.norm(W, axis=0)


def _matrix(W, z):
    return W * z @ W.T


def test_what_features_have_put_into_B_is_found_and_leaves_no_rest(columns):
    z = np.random.default_rng(4).uniform(0.5, 1.0, (2, N))
    B = np.array([_matrix(columns, each) for each in z])
    found = composition.fitted(B, columns)
    np.testing.assert_allclose(found.rest, 0.0, atol=1e-12)
    np.testing.assert_allclose(found.parts, np.einsum("akl,bkl->ab", B, B) / WIDTH, rtol=1e-9)


def test_a_rest_has_nothing_in_common_with_parts_and_fades_by_its_own_angle(columns):
    """A rest that turns by a right angle while parts stay leaves only the parts in common."""
    skew = np.random.default_rng(5).standard_normal((2, WIDTH, WIDTH))
    skew -= np.swapaxes(skew, 1, 2)
    fixed = _matrix(columns, np.ones(N))
    B = fixed + np.array([skew[0], skew[0] + 1e-3 * skew[1], skew[1]])
    found = composition.fitted(B, columns)
    np.testing.assert_allclose(found.norms, np.sum(B**2, axis=(1, 2)) / WIDTH, rtol=1e-9)
    assert found.turned[1] == pytest.approx(1e-3, rel=0.1)
    assert found.turned[2] == pytest.approx(np.pi / 2, abs=0.05)
    parts, rest = found.parts[0, 2], np.sqrt(found.rest[0] * found.rest[2])
    total = np.sqrt(found.norms[0] * found.norms[2])
    fades = 1.0 / np.cosh(found.turned[2])
    assert found.correlation(np.array([0]), 2) == pytest.approx((parts + rest * fades) / total)


def test_mean_overlaps_of_classes_say_nearly_as_much(columns):
    """Where B is what features have put into it, in the mean over random columns (R27)."""
    task = PowerLawTask(1.5, 0.0, N)
    z = np.exp(-np.arange(N) / 60.0)
    B = np.array([_matrix(columns, z), _matrix(columns, z**2)])
    exact = composition.fitted(B, columns)
    stated = composition.of(task, B, columns, exact)
    np.testing.assert_allclose(stated.parts, exact.parts, rtol=0.05)
    assert np.all(stated.rest < 0.05 * stated.norms)
    s = composition.overlaps(B, columns)
    by_hand = np.linalg.solve(np.full((N, N), 1 / WIDTH) + (1 - 1 / WIDTH) * np.eye(N), s.T)
    square = (by_hand.T @ by_hand) * (1 - 1 / WIDTH) + np.outer(*[by_hand.sum(0)] * 2) / WIDTH
    found = composition.from_overlaps(s, np.ones(N), WIDTH)
    np.testing.assert_allclose(found, square / WIDTH, rtol=1e-9)


def test_the_correlation_is_that_of_the_derivation():
    """R27 and R29 of three features in five dimensions, written out."""
    s, norms, angle = np.array([[0.2, 0.1, 0.05], [0.8, 0.5, 0.3]]), [0.3, 1.1], [0.4, 1.3]
    found = composition.known(s, np.ones(3), np.array(norms), np.array(angle), 5)
    part = find_step("R27").rhs.subs({FEATURES: 3, K: 5})
    learned = sp.IndexedBase("s")
    z = [
        [
            part.subs(sum_k, k).doit().xreplace({learned[n + 1]: row[n] for n in range(3)})
            for k in (1, 2, 3)
        ]
        for row in s
    ]
    sizes = {"e": found.rest[1], "e'": found.rest[0], "{r_0}'": norms[0], "vartheta_e": 0.9}
    known = {sp.Symbol(name, positive=True): value for name, value in sizes.items()} | {
        r_0: norms[1]
    }
    known |= {sp.IndexedBase("z")[n + 1]: z[1][n] for n in range(3)}
    known |= {sp.IndexedBase("z'")[n + 1]: z[0][n] for n in range(3)}
    step = find_step("R29").rhs.subs({FEATURES: 3, K: 5}).doit().xreplace(known)
    assert found.correlation(np.array([0]), 1)[0] == pytest.approx(float(step), rel=1e-12)
