"""A march of a few features, converged: every matrix solves the equation of its step.

With more dimensions than features, where rounds settle to many digits.
"""

import numpy as np
import pytest

from superlaw.setting.task import PowerLawTask
from superlaw.solvers.closures.kernels.two_time_fields import slopes
from superlaw.solvers.closures.two_time import march as marching
from superlaw.solvers.closures.two_time import sampling
from superlaw.solvers.closures.two_time.closure import observe
from superlaw.solvers.closures.two_time.gates import moments

pytestmark = pytest.mark.kernels
N, K = 8, 40
TIMES = np.array([0.3, 0.7, 1.5, 3.0])
OTHERS = np.ones((N, N)) - np.eye(N)


@pytest.fixture(scope="module")
def march():
    """Return a march at its last time, each time iterated until nothing moves."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sampling, "N_ROWS", 10)
        patched.setattr(sampling, "LEAST_ROWS", 2)
        patched.setattr(marching, "TOLERANCE", 1e-11)
        patched.setattr(marching, "MOST_ROUNDS", 80)
        found = marching.March(sampling.sample(PowerLawTask(1.2, 0.3, N)), K, TIMES)
        assert list(found.steps()) == list(range(TIMES.size))
    return found


def inverse(*parts):
    return np.linalg.inv(sum(parts))


def transposed(matrix):
    return np.swapaxes(matrix, -1, -2)


def test_entries_follow_their_fields_and_biases_their_drives(march):
    model, rows, columns, whole = march.model, march.rows, march.columns, march.whole
    S, beta = rows.S, rows.beta[:, None]
    m0, m1, m2 = moments(S, beta)
    own = model.column < 0
    column = np.where(own, model.of[:, None], model.column)
    target = np.where(own, model.target[model.of][:, None], 0.0)[..., None]
    p = model.p[column][..., None]
    np.testing.assert_allclose(rows.D, -p * ((S - target) * m2 + beta * m1), atol=1e-9)
    drive = -np.sum(model.weight[..., None] * p * ((S - target) * m1 + beta * m0), axis=1)
    np.testing.assert_allclose(rows.beta @ model.d.T, drive, atol=1e-7)
    for r, g in enumerate(model.of):
        for e in range(1, N + 1):
            h = model.column[e]
            learned = columns.s[g] + columns.s[h] - whole.mu
            field = rows.root[r, h] @ model.marks[r, e] + learned * model.overlaps[r, e] / K**0.5
            forces = rows.D[r, e] + columns.through[g, h]
            np.testing.assert_allclose(S[r, e], field + rows.kept[r, h] @ forces, atol=1e-6)


def test_own_entries_and_the_trace_follow_what_pulls_at_them(march):
    model, rows, columns, whole = march.model, march.rows, march.columns, march.whole
    x = columns.s - whole.mu
    for r, g in enumerate(model.of):
        others = OTHERS[g]
        pull = np.zeros(TIMES.size)
        for h in np.flatnonzero(others):
            screened = columns.before[h] @ rows.mean[r, h].astype(float)
            pull += (columns.answers[h, g] + screened) @ columns.s[h] / K
        np.testing.assert_allclose(rows.pull[r], pull, atol=1e-7)
        single = (others * (model.overlaps[r, 1:] ** 2 - 1.0)) @ x / K
        field = whole.mu + single + rows.own_root @ model.marks[r, 0]
        force = rows.D[r, 0] * (1.0 - 1.0 / K) + rows.pull[r]
        np.testing.assert_allclose(rows.S[r, 0], field + rows.kept[r, g] @ force, atol=1e-6)
    drive = model.share @ rows.D[:, 0]
    learned = columns.s[:, None] + columns.s - whole.mu
    across = np.einsum("gh,ghnk,ghk->n", OTHERS, columns.answers, learned) / K
    np.testing.assert_allclose(model.d @ whole.mu, (drive + across) / K, atol=1e-6)


def test_answers_are_those_of_the_whole_row(march):
    """Against one linear system of all entries and the bias, each entry kicked in turn (R47)."""
    model, rows, T = march.model, march.rows, TIMES.size
    for r in range(0, len(model.of), 3):
        g = model.of[r]
        system, drives = np.eye((N + 2) * T), np.zeros(((N + 2) * T, (N + 2) * T))
        bias = slice((N + 1) * T, None)
        system[bias, bias] = model.d
        for e in range(N + 1):
            h = g if e == 0 else model.column[e]
            target, part = (model.target[g], 1.0 - 1.0 / K) if e == 0 else (0.0, 1.0)
            by = np.array(
                [slopes(rows.S[r, e, n], rows.beta[r, n], model.p[h], target) for n in range(T)]
            )
            at, R = slice(e * T, (e + 1) * T), part * rows.kept[r, h].astype(float)
            drives[at, at], drives[at, bias] = np.diag(by[:, 0]), np.diag(by[:, 1])
            system[at] -= R @ drives[at]
            weight = model.weight[r, e]
            system[bias, at] -= weight * np.diag(by[:, 2])
            system[bias, bias] -= weight * np.diag(by[:, 3])
        moved = np.linalg.inv(system)
        for j in range(1, N + 1):
            at = slice(j * T, (j + 1) * T)
            if model.weight[r, j] == 0.0:
                continue
            # the drive of the entry itself, not of all that its weight stands for
            answer = drives[at] @ moved[:, at]
            np.testing.assert_allclose(rows.q[r, j], answer, atol=2e-6)


def test_columns_rows_and_everything_answer_as_stated(march):
    model, rows, columns, whole = march.model, march.rows, march.columns, march.whole
    d, eye = model.d, np.eye(TIMES.size)
    X = np.einsum("gh,ghab->hab", OTHERS, columns.answers) / K
    np.testing.assert_allclose(columns.X, X, atol=1e-10)
    np.testing.assert_allclose(whole.left, inverse(d, -whole.X, -whole.Y), atol=1e-6)
    T = X @ np.linalg.inv(eye - whole.left @ X)
    np.testing.assert_allclose(columns.T, T, atol=1e-6)
    np.testing.assert_allclose(whole.X, T.sum(axis=0) / K, atol=1e-6)
    before, after = eye + T @ whole.left, eye + whole.left @ T
    q, wanted = rows.mean.astype(float), OTHERS[model.of]
    x = np.einsum("rh,hab,rhbc,hcd->rad", wanted, before, q, after, optimize=True) / K
    np.testing.assert_allclose(rows.as_one, x, atol=1e-6)
    kept = np.linalg.inv(d - columns.all[None] - rows.as_one[:, None])
    np.testing.assert_allclose(rows.kept, kept, atol=1e-5)
    x = rows.as_one[:, None]
    row = x @ kept @ x + x @ kept @ q + q @ kept @ x + x @ kept @ q @ kept @ x
    row = np.einsum("rh,r,rhab->hab", wanted, model.share, row) / (N - 1.0)
    np.testing.assert_allclose(columns.Y, N / K * row, atol=1e-6)
    np.testing.assert_allclose(columns.all, whole.X + columns.X + columns.Y, atol=1e-6)
    assert np.abs(columns.Y).max() > 1e-4


def test_covariances_are_those_of_forces_and_answers(march):
    model, rows, columns, whole = march.model, march.rows, march.columns, march.whole
    d, eye, x = model.d, np.eye(TIMES.size), columns.s - whole.mu
    forces = np.einsum("rh,r,rhn,rhk->hnk", OTHERS[model.of], model.share, *2 * (rows.D[:, 1:],))
    np.testing.assert_allclose(columns.forces, forces, atol=1e-10)
    for i in range(N):
        R = inverse(d, -columns.all[i])
        G = eye + R @ (columns.all[i] - whole.all)
        seen = whole.square - np.outer(x[i], x[i]) / K
        shown = np.zeros_like(seen)
        for j in np.flatnonzero(OTHERS[i]):
            excess = columns.row_norm[j] - whole.square
            excess = excess + np.outer(x[j], columns.s[j] + columns.s[i] - whole.mu)
            shown += columns.answers[j, i] @ excess.T / K
        mixed = R @ shown @ G.T
        stated = G @ seen @ G.T + R @ forces[i] @ R.T + mixed + mixed.T
        np.testing.assert_allclose(columns.norm[i], stated, atol=2e-6)
    for symmetric in (columns.norm, rows.norm, columns.forces, rows.forces, whole.square):
        np.testing.assert_array_equal(symmetric, transposed(symmetric))


def test_rows_have_the_covariance_of_screened_forces(march):
    model, rows, columns, whole = march.model, march.rows, march.columns, march.whole
    eye, x = np.eye(TIMES.size), columns.s - whole.mu
    for r, i in enumerate(model.of):
        force = rows.D[r, 1:] + columns.through[i]
        screened = np.einsum("hnm,hm->hn", columns.before, force)
        np.testing.assert_allclose(rows.screened[r, 1:], screened, atol=1e-9)
        R = inverse(model.d, -whole.all, -rows.as_one[r])
        G, F = eye + R @ rows.as_one[r], np.einsum("h,hn,hk->nk", OTHERS[i], screened, screened)
        shown = np.zeros_like(F)
        for j in np.flatnonzero(OTHERS[i]):
            excess = columns.norm[j] - whole.square
            excess = excess + np.outer(x[j], columns.s[j] + columns.s[i] - whole.mu)
            shown += columns.before[j] @ columns.answers[i, j] @ excess.T / K
        seen, mixed = whole.square - np.outer(x[i], x[i]) / K, R @ shown @ G.T
        stated = G @ seen @ G.T + R @ F @ R.T + mixed + mixed.T
        np.testing.assert_allclose(rows.norm[r], stated, atol=2e-6)


def test_what_other_rows_do_goes_through_their_biases(march):
    model, rows, columns, whole = march.model, march.rows, march.columns, march.whole
    for j in range(N):
        stated = np.zeros((N, TIMES.size))
        for r, k in enumerate(model.of):
            U, V = rows.U[r].astype(float), rows.V[r].astype(float)
            by = rows.slopes[r]
            learned = columns.s[k] + columns.s[j] - whole.mu
            moved = rows.b[r] @ (by[j + 1, 2] * (V[j + 1] @ learned))
            for i in range(N):
                if k not in (i, j) and i != j:
                    stated[i] += model.share[r] / K * U[i + 1] @ (by[i + 1, 1] * moved)
        np.testing.assert_allclose(columns.through[j], stated, atol=1e-7)
    assert np.abs(columns.through).max() > 1e-5


def test_the_whole_is_the_mean_of_its_modes(march):
    model, columns, whole, squares = march.model, march.columns, march.whole, []
    for level in model.modes / model.modes.mean():
        R = np.linalg.inv(model.d - level * whole.X - columns.X)
        x = columns.s - whole.mu
        own = level * (R @ columns.forces @ transposed(R) + x[:, :, None] * x[:, None])
        own, sees = own.sum(axis=0) / K, R @ columns.X
        square = own
        for _ in range(60):
            square = own + np.sum(sees @ square @ transposed(sees), axis=0) / K
        squares.append(square)
    np.testing.assert_allclose(whole.square, np.mean(squares, axis=0), rtol=1e-5)


def test_roots_of_fields_have_their_covariance(march):
    model, rows, columns = march.model, march.rows, march.columns
    for r in range(len(model.of)):
        for h in np.flatnonzero(OTHERS[model.of[r]]):
            root = rows.root[r, h].astype(float)
            put_in = np.outer(rows.put_in[r, h], rows.put_in[r, h])
            stated = (columns.norm[h] + rows.norm[r] - march.whole.square - put_in) / K
            diagonal = np.diagonal(root @ root.T)
            expected = np.diagonal(stated)
            assert np.all((diagonal > expected - 1e-6) & np.isfinite(root).all())


def test_what_is_observed_adds_up(march):
    row = observe(march, TIMES.size - 1)
    assert row["loss"] == pytest.approx(row["loss_diagonal"] + row["loss_interference"])
    assert 0.0 <= row["dead_fraction"] < 1.0
    assert row["frobenius"] > row["trace"] ** 2 > 0.0
