"""The tableaus are what they claim to be: all order conditions hold, one of the next does not."""

import itertools

import numpy as np
import pytest

from superlaw.solvers.integrators.steps.tableaus import DOPRI5, RODAS5P, TSIT5

CONDITIONS = 1e-11
"""Published with about fifteen digits; products of them keep at least eleven."""
VIOLATED = 1e-5
EXPLICIT = (TSIT5, DOPRI5)


def rooted_trees(order):
    """Return all rooted trees with `order` nodes, as sorted tuples of subtrees."""
    if order == 1:
        return [()]
    trees = set()
    for parts in _partitions(order - 1):
        for children in itertools.product(*(rooted_trees(part) for part in parts)):
            trees.add(tuple(sorted(children)))
    return sorted(trees)


def _partitions(n, largest=None):
    largest = largest or n
    if n == 0:
        yield ()
    for part in range(min(n, largest), 0, -1):
        for rest in _partitions(n - part, part):
            yield (part, *rest)


def _size(tree):
    return 1 + sum(map(_size, tree))


def _density(tree):
    return _size(tree) * np.prod([_density(child) for child in tree])


def _explicit_stage(tree, A):
    """Elementary weight of each stage: Π over subtrees of A·(weight)."""
    product = np.ones(len(A))
    for child in tree:
        product = product * (A @ _explicit_stage(child, A))
    return product


def _rosenbrock_stage(tree, alpha, beta):
    """The same for Rosenbrock: a node with one branch sees α + γ = β, others see α."""
    if len(tree) == 1:
        return beta @ _rosenbrock_stage(tree[0], alpha, beta)
    product = np.ones(len(alpha))
    for child in tree:
        product = product * (alpha @ _rosenbrock_stage(child, alpha, beta))
    return product


def _residuals(order, stage, weights):
    return [weights @ stage(tree) - 1.0 / _density(tree) for tree in rooted_trees(order)]


def _classical(tableau):
    """Return α, β = α + Γ and weights of a Rosenbrock method from its transformed coefficients.

    Hairer & Wanner II, IV.7.24: U = Γ k h, A = α Γ⁻¹, C = diag(1/γ) − Γ⁻¹, m = b Γ⁻¹.
    """
    inverse = np.eye(tableau.n_stages) / tableau.gamma - tableau.C
    gamma = np.linalg.inv(inverse)
    alpha = tableau.A @ gamma
    return alpha, alpha + gamma, tableau.b @ gamma, (tableau.b - tableau.e) @ gamma


def test_number_of_rooted_trees():
    assert [len(rooted_trees(n)) for n in range(1, 7)] == [1, 1, 2, 4, 9, 20]


@pytest.mark.parametrize("tableau", EXPLICIT, ids=lambda t: t.name)
def test_explicit_order_conditions(tableau):
    for embedded, order in ((False, tableau.order), (True, tableau.embedded_order)):
        weights = tableau.b - tableau.e if embedded else tableau.b

        def stage(tree):
            return _explicit_stage(tree, tableau.A)

        for p in range(1, order + 1):
            assert np.max(np.abs(_residuals(p, stage, weights))) < CONDITIONS, (embedded, p)
        assert np.max(np.abs(_residuals(order + 1, stage, weights))) > VIOLATED


@pytest.mark.parametrize("tableau", EXPLICIT, ids=lambda t: t.name)
def test_last_two_explicit_stages_are_at_the_end_of_the_step(tableau):
    """The stiffness estimate divides differences of these two."""
    np.testing.assert_allclose(tableau.A[-2:].sum(axis=1), 1.0, atol=1e-12)


def test_rosenbrock_order_conditions():
    alpha, beta, weights, embedded = _classical(RODAS5P)

    def stage(tree):
        return _rosenbrock_stage(tree, alpha, beta)

    for b, order in ((weights, RODAS5P.order), (embedded, RODAS5P.embedded_order)):
        for p in range(1, order + 1):
            assert np.max(np.abs(_residuals(p, stage, b))) < CONDITIONS, p
        assert np.max(np.abs(_residuals(order + 1, stage, b))) > VIOLATED


def _stability(tableau, z):
    """R(z) of a Rosenbrock method: y' = λy in one step, z = hλ."""
    _, beta, weights, _ = _classical(tableau)
    ones = np.ones(tableau.n_stages)
    return 1.0 + z * weights @ np.linalg.solve(np.eye(tableau.n_stages) - z * beta, ones)


def test_rosenbrock_is_stable_along_the_negative_axis_and_damps_at_infinity():
    values = np.array([_stability(RODAS5P, -z) for z in np.geomspace(1e-3, 1e9, 400)])
    assert np.max(np.abs(values)) < 1.0
    assert abs(_stability(RODAS5P, -1e9)) < 1e-6
    half_plane = [abs(_stability(RODAS5P, 1j * y)) for y in np.geomspace(1e-2, 1e4, 200)]
    assert max(half_plane) <= 1.0 + 1e-9


def test_rosenbrock_is_stiffly_accurate():
    """y_new is the last stage's state plus its own increment."""
    np.testing.assert_array_equal(RODAS5P.b[:-1], RODAS5P.A[-1, :-1])
    assert RODAS5P.b[-1] == 1.0


@pytest.mark.parametrize("tableau", (*EXPLICIT, RODAS5P), ids=lambda t: t.name)
def test_a_changed_digit_is_detected(tableau):
    wrong = tableau.b.copy()
    wrong[0] += 1e-6
    if tableau.gamma:
        alpha, beta, _, _ = _classical(tableau)
        inverse = np.linalg.inv(np.eye(tableau.n_stages) / tableau.gamma - tableau.C)
        residual = _residuals(1, lambda tree: _rosenbrock_stage(tree, alpha, beta), wrong @ inverse)
    else:
        residual = _residuals(1, lambda tree: _explicit_stage(tree, tableau.A), wrong)
    assert np.max(np.abs(residual)) > CONDITIONS
