"""The compiled closure is the one that is derived: its steps from R13 on, at random states."""

import dataclasses

import numpy as np
import pytest
import sympy as sp

from superlaw.solvers.closures.kernels.row_replica import closure_rates
from superlaw.solvers.closures.kernels.row_replica_pairs import Model, State, moments
from superlaw.solvers.closures.row_replica import exchange, gaussian_cells
from superlaw.theory.derivations import find_step
from superlaw.theory.symbols import (
    D_ji,
    Delta,
    K,
    M_ji,
    N,
    angle,
    kc_i,
    kr_j,
    mu,
    omega_B,
    r_0,
    r_1,
    t,
    turn_rate,
    xi,
)

TOLERANCE = 1e-11
"""Sums of some ten terms in double precision, in another order."""
SIZE, WIDTH = 4, 2.5


@dataclasses.dataclass
class Case:
    """A state, its rates by the kernel, and what the derivation calls their ingredients."""

    state: State
    rate: State
    known: dict


def _state(fill):
    shapes = ((SIZE, 1), (SIZE, 1), (SIZE,), (SIZE,), (3,), (SIZE, SIZE, 1), (SIZE, 0, 1))
    return State(*(fill(shape) for shape in shapes))


def _case(seed):
    """Give every feature a class and one replica of its own; marks ±1 leave no fluctuations."""
    rng = np.random.default_rng(seed)
    state = _state(lambda shape: rng.uniform(0.4, 0.8, shape))
    state.beta[:], state.head[:] = -0.2 * state.beta, 0.3 * (state.head - 0.6)
    state.column[:], state.row[:] = state.column + 1.0, state.row + 1.0
    marks = rng.choice([-1.0, 1.0], (SIZE, SIZE, 1))
    model = Model(
        np.ones(SIZE),
        rng.uniform(0.1, 0.4, SIZE),
        rng.uniform(0.3, 1.0, SIZE),
        WIDTH,
        1.0,
        marks,
        np.zeros((SIZE, 1)),
        np.zeros(1),
        np.ones(1),
        np.zeros(0),
    )
    rate = _state(np.zeros)
    closure_rates(model, state, rate)
    return Case(state, rate, _known(model, state, rate))


def _known(model, state, rate):
    """Work out the symbols of R13 to R17, entry by entry, from R4, R10 and R12."""
    s, (trace, norm, _) = state.s[:, 0], state.bulk
    D, sigma, gain, echo, power = (np.zeros((SIZE, SIZE)) for _ in range(5))
    for j in range(SIZE):
        for i in range(SIZE):
            sigma[j, i] = np.sqrt((state.column[i] + state.row[j] - norm) / WIDTH)
            field = sigma[j, i] * model.marks[j, i, 0] + state.head[j, i, 0]
            S, target = (s[j], model.target[j]) if i == j else (field, 0.0)
            _, m1, m2 = moments(S, state.beta[j, 0])
            D[j, i] = -model.p[i] * ((S - target) * m2 + state.beta[j, 0] * m1)
            gain[j, i] = -model.marks[j, i, 0] * D[j, i] / sigma[j, i]
            echo[j, i] = model.marks[j, i, 0] * state.head[j, i, 0] / sigma[j, i]
            power[j, i] = S * D[j, i]
    overlap = (s[:, None] + s[None, :] - trace) / WIDTH
    off = ~np.eye(SIZE, dtype=bool)
    return {
        "D": D,
        "sigma": sigma,
        "xi": model.marks[:, :, 0],
        "k": gain * off,
        "{(GD)}": -gain * overlap * off,
        "{(SD)}": power * off,
        "{(GM)}": echo * overlap * off,
        "s": s,
        "k^c": (gain * off).sum(0) / WIDTH,
        "k^r": (gain * off).sum(1) / WIDTH,
        "Delta": (gain * off).sum() / WIDTH**2,
        "rates": rate.bulk,
    }


def _stated(step_id, case, feature):
    """Return the right side of a step at one feature; sums leave the feature itself out."""
    rhs = find_step(step_id).rhs
    j, k = sp.symbols("j k", integer=True, positive=True)

    def others(part):
        return sp.Add(*(part.function.subs(j, n + 1) for n in range(SIZE) if n != feature))

    rhs = rhs.subs({sp.Derivative(mu, t): sp.Symbol("dmu"), sp.Derivative(r_0, t): sp.Symbol("dr")})
    rhs = rhs.subs(k, feature + 1).replace(lambda part: isinstance(part, sp.Sum), others)
    values = {
        entry: case.known[str(entry.base)][tuple(int(index) - 1 for index in entry.indices)]
        for entry in rhs.atoms(sp.Indexed)
    }
    norms = {r"|B w_{k}|": case.state.column, r"|B^T w_{k}|": case.state.row}
    values |= {sp.Symbol(name): np.sqrt(norm[feature]) for name, norm in norms.items()}
    values |= {K: WIDTH, N: SIZE, Delta: case.known["Delta"]}
    values |= {mu: case.state.bulk[0], r_0: case.state.bulk[1]}
    values |= {sp.Symbol("dmu"): case.rate.bulk[0], sp.Symbol("dr"): case.rate.bulk[1]}
    return float(rhs.xreplace({symbol: sp.Float(value, 17) for symbol, value in values.items()}))


@pytest.fixture(scope="module", params=range(5))
def case(request):
    return _case(request.param)


@pytest.mark.kernels
@pytest.mark.parametrize(("step_id", "part"), [("R15", "s"), ("R16", "column"), ("R17", "row")])
def test_the_kernel_is_the_derived_closure(case, step_id, part):
    for feature in range(SIZE):
        found = float(np.ravel(getattr(case.rate, part))[feature])
        assert found == pytest.approx(_stated(step_id, case, feature), rel=TOLERANCE, abs=1e-13)


@pytest.mark.kernels
def test_the_kernel_lets_responses_fade_as_derived(case):
    for j in range(SIZE):
        for i in range(SIZE):
            if i != j:
                point = {
                    D_ji: case.known["D"][j, i],
                    M_ji: case.state.head[j, i, 0],
                    kc_i: case.known["k^c"][i],
                    kr_j: case.known["k^r"][j],
                    Delta: case.known["Delta"],
                }
                stated = float(find_step("R13").rhs.subs(point))
                assert case.rate.head[j, i, 0] == pytest.approx(stated, rel=TOLERANCE)


def _turning(case, speed):
    """Return ω_B by R21 and R22, from the rates that entries have."""
    point = {r_1: np.sum(case.known["D"] * speed) / WIDTH, r_0: case.state.bulk[1]}
    rhs = find_step("R22").rhs.subs(sp.Derivative(r_0, t), case.rate.bulk[1])
    return float(rhs.subs(point)) ** 0.5


@pytest.mark.kernels
def test_the_kernel_turns_as_derived(case):
    norms = case.rate.column[None, :] + case.rate.row[:, None] - case.rate.bulk[1]
    speed = norms / (2.0 * WIDTH * case.known["sigma"]) * case.known["xi"]
    speed += case.rate.head[:, :, 0]
    np.fill_diagonal(speed, case.rate.s[:, 0])
    stated = _turning(case, speed)
    assert case.rate.bulk[2] == pytest.approx(stated, rel=TOLERANCE)
    assert _turning(case, 1.01 * speed) != pytest.approx(stated, rel=TOLERANCE)


N_TURNED = 6
"""Classes of one feature, the last four of them seen through nodes."""


@pytest.mark.kernels
@pytest.mark.parametrize("power", [0, 1, 2])
def test_responses_forget_turned_marks_as_derived(power):
    """On nodes of unequal distance, constants and lines as under R26; means of any response."""
    z, w = gaussian_cells(6, 3.0)
    turned, still = (_tails(power, edges, z, w) for edges in (exchange(z, w), 0.0 * z[1:]))
    state, rate = turned
    change = (rate.tail - still[1].tail)[2, 3]
    kappa = find_step("R25").rhs.subs({omega_B: rate.bulk[2], angle: state.bulk[2]})
    assert np.sum(w * change) == pytest.approx(0.0, abs=1e-14)
    generator = find_step("R26").rhs.coeff(turn_rate).subs(M_ji, xi**power).doit()
    stated = sp.lambdify(xi, generator * kappa)(z - np.sum(w * z)) + 0.0 * z
    if power < 2:
        np.testing.assert_allclose(change, stated, atol=1e-13)
    else:
        assert np.sum(w * change * z**2) == pytest.approx(np.sum(w * stated * z**2), rel=0.1)


def _tails(power, edges, z, w):
    """Return a state whose responses are powers of the mark, and its rates."""
    heads, tails = (N_TURNED, 2, 1), (N_TURNED, N_TURNED - 2, len(z))
    shapes = (N_TURNED, 1), (N_TURNED, 1), (N_TURNED,), (N_TURNED,), (3,), heads, tails
    state, rate = (State(*(np.full(shape, fill) for shape in shapes)) for fill in (0.5, 0.0))
    state.beta[:], state.column[:], state.row[:] = -0.1, 1.5, 1.5
    state.tail[:] = (z - np.sum(w * z)) ** power
    p, one = np.geomspace(0.4, 0.02, N_TURNED), np.ones(N_TURNED)
    marks = np.ones(heads), np.zeros((N_TURNED, 1))
    closure_rates(Model(one, p, one, WIDTH, 1.0, *marks, z, w, edges), state, rate)
    return state, rate


@pytest.mark.kernels
@pytest.mark.parametrize("step_id", ["R15", "R16", "R17"])
def test_another_reaction_is_detected(case, step_id):
    other = dataclasses.replace(case, known=case.known | {"Delta": 1.01 * case.known["Delta"]})
    assert _stated(step_id, other, 0) != pytest.approx(_stated(step_id, case, 0), rel=TOLERANCE)
