"""Population flow of every student: gradients, steps, observables."""

import threading

import numpy as np
import pytest

from superlaw.setting.amplitude import AMPLITUDES
from superlaw.setting.optimizer import GradientFlow
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.validation.training import interactions
from superlaw.validation.training.kernels.gate_moments import RELU_LAWS
from superlaw.validation.training.simulate import simulate
from superlaw.validation.training.students import population_flow

STUDENTS = {
    "fixed": Student(3),
    "tight": Student(3, embedding="tight_frame", bias=False),
    "trained": Student(3, embedding="trained"),
    "tied": Student(3, tied=True, init=0.8),
    "untied": Student(3, decoder="random"),
    "linear": Student(3, activation="linear", bias=True),
    "linear tied": Student(3, activation="linear", bias=True, tied=True),
    "linear untied": Student(3, activation="linear", bias=True, decoder="transpose"),
    "entries": Student(activation="relu", embedding="identity"),
    "linear entries": Student(activation="linear", embedding="identity", bias=True),
}


def _flow(student, n=7, *, seed=0, rtol=1e-3, dtype=np.float64, pool=None, law="uniform"):
    """Return a flow, moved off its start so that every gate is in a general position."""
    task, rng = PowerLawTask(1.3, 0.4, n, amplitude=law), np.random.default_rng(seed)
    tracked = np.array([1, n])
    flow = population_flow(task, student.on(n), GradientFlow(rtol), rng, tracked, dtype, pool)
    flow.stepper.y += (0.3 * rng.standard_normal(flow.stepper.y.size)).astype(dtype)
    if not flow.trains_bias:
        flow.parts(flow.stepper.y)["beta"][:] = 0.0
    return flow


def _student_map(student, parts, W):
    """S of the parameters, as the docstring of `Student` has it."""
    if student.tied:
        return parts["W"] @ parts["W"].T
    if student.decoder:
        return parts["decoder"] @ parts["W"].T
    if student.embedding == "identity":
        return parts["B"]
    columns = parts["W"] if student.embedding == "trained" else W
    return columns @ parts["B"] @ columns.T


def _loss(features, S, beta, *, is_relu):
    """The loss by Gauss-Legendre over open gates, in complex arithmetic: an independent code.

    Exact for v uniform on (0, 2), as the square of f is a parabola where the gate is open.
    """
    nodes, weights = np.polynomial.legendre.leggauss(3)
    total = 0.0
    for j in range(len(S)):
        for i in range(len(S)):
            s, b, a = S[j, i], beta[j], features.target[i] * (i == j)
            cut = -b / s
            inside = 0.0 < cut.real < 2.0 and is_relu
            for low, high in ((0.0, cut), (cut, 2.0)) if inside else ((0.0, 2.0),):
                v = 0.5 * (high + low) + 0.5 * (high - low) * nodes
                f = v * s + b
                is_open = not is_relu or f[1].real > 0.0
                square = ((f if is_open else 0.0) - a * v) ** 2
                total += 0.25 * features.p[i] * (high - low) * 0.5 * weights @ square
    return total


@pytest.mark.kernels
@pytest.mark.parametrize("name", STUDENTS)
def test_flow_descends_the_gradient_of_an_independent_loss(name):
    """By the complex step: its derivatives are exact to rounding."""
    student = STUDENTS[name].on(7)
    flow = _flow(STUDENTS[name])
    y, rate = flow.stepper.y, np.empty_like(flow.stepper.y)
    flow._rate(y, rate)
    W = flow.factors.columns if hasattr(flow.factors, "columns") else None

    def loss(y):
        parts = flow.parts(y)
        S = _student_map(student, parts, W)
        return _loss(flow.features, S, parts["beta"], is_relu=flow.is_relu)

    n_trained = y.size if flow.trains_bias else y.size - 7
    slopes = np.zeros_like(y)
    for k in range(n_trained):
        shifted = y.astype(complex)
        shifted[k] += 1e-30j
        slopes[k] = loss(shifted).imag / 1e-30
    np.testing.assert_allclose(rate, -slopes, atol=1e-13)
    parts = flow.parts(y)
    found = flow.response.losses(*flow.factors.factors(parts), parts["beta"])
    assert sum(found) == pytest.approx(loss(y.astype(complex)).real, rel=1e-12)


@pytest.mark.kernels
@pytest.mark.parametrize("law", RELU_LAWS)
@pytest.mark.parametrize("name", ["fixed", "trained", "tied", "untied", "entries"])
def test_flow_descends_for_every_amplitude_law(name, law):
    flow = _flow(STUDENTS[name], law=law, seed=3)
    y, rate = flow.stepper.y, np.empty_like(flow.stepper.y)
    flow._rate(y, rate)

    def loss(y):
        parts = flow.parts(y)
        return sum(flow.response.losses(*flow.factors.factors(parts), parts["beta"]))

    h = 1e-6
    for k in range(y.size):
        step = h * (np.arange(y.size) == k)
        assert -rate[k] == pytest.approx((loss(y + step) - loss(y - step)) / (2.0 * h), abs=2e-8)


@pytest.mark.kernels
@pytest.mark.parametrize("name", STUDENTS)
def test_shift_is_the_change_of_the_outputs_to_first_order(name):
    """E‖δŷ‖² by averaging over amplitudes, with gates that stay as they are."""
    flow, student = _flow(STUDENTS[name], seed=1), STUDENTS[name].on(7)
    y, rng = flow.stepper.y, np.random.default_rng(5)
    step, h = rng.standard_normal(y.size), 1e-6
    if not flow.trains_bias:
        flow.parts(step)["beta"][:] = 0.0
    parts, moved = flow.parts(y), flow.parts(step)
    moves = (*flow.factors.moves(parts, moved), moved["beta"])
    loss, square = flow.response.loss_and_shift(*flow.factors.factors(parts), parts["beta"], moves)
    W = flow.factors.columns if hasattr(flow.factors, "columns") else None
    v = (np.arange(4000) + 0.5) / 2000.0
    total = 0.0
    for i, p in enumerate(flow.features.p):
        sides = []
        for at in (y - h * step, y + h * step):
            each = flow.parts(at)
            S = _student_map(student, each, W)
            sides.append(v[:, None] * S[:, i] + each["beta"])
        change = (sides[1] - sides[0]) / (2.0 * h)
        total += (
            p * np.mean(np.sum(np.where(sides[0] > 0.0, change, 0.0) ** 2, axis=1))
            if (flow.is_relu)
            else p * np.mean(np.sum(change**2, axis=1))
        )
    assert square == pytest.approx(total, rel=2e-3)
    losses = flow.response.losses(*flow.factors.factors(parts), parts["beta"])
    assert loss == pytest.approx(sum(losses), rel=1e-12)


@pytest.mark.parametrize("name", STUDENTS)
def test_flow_is_the_limit_of_small_steps(name):
    """Heun steps of its own rates, which the tests above know to be right."""
    n, task = 24, PowerLawTask(1.5, 0.3, 24)
    student = Student(**{**STUDENTS[name].to_dict(), "width": STUDENTS[name].width and 8}).on(n)
    flow = population_flow(
        task, student, GradientFlow(1e-4), np.random.default_rng(0), np.array([1])
    )
    y, h = flow.stepper.y.copy(), 0.02
    first, second = np.empty_like(y), np.empty_like(y)
    for _ in range(round(5.0 / h)):
        flow._rate(y, first)
        flow._rate(y + h * first, second)
        y += 0.5 * h * (first + second)
    flow.advance(5.0, 10**6)
    parts = flow.parts(y)
    wanted = flow.response.losses(*flow.factors.factors(parts), parts["beta"])
    measured = flow.measure()
    assert measured["loss_diagonal"] == pytest.approx(wanted[0], rel=1e-3)
    assert measured["loss_interference"] == pytest.approx(wanted[1], rel=1e-3)


@pytest.mark.parametrize(
    "student",
    [
        Student(12, tied=True),
        pytest.param(Student(12), marks=pytest.mark.slow),
        pytest.param(Student(12, tied=True, init=0.3), marks=pytest.mark.slow),
        pytest.param(Student(12, embedding="trained"), marks=pytest.mark.slow),
        pytest.param(Student(12, decoder="random"), marks=pytest.mark.slow),
        pytest.param(Student(12, activation="linear"), marks=pytest.mark.slow),
    ],
)
def test_error_of_the_loss_is_of_the_size_of_the_tolerance(student):
    task, times = PowerLawTask(1.5, 0.5, 48), np.geomspace(0.1, 100.0, 12)
    reference, *others = (
        simulate(task, student, times, optimizer=GradientFlow(tolerance), seeds=1).loss[0]
        for tolerance in (1e-5, 1e-2, 1e-3)
    )
    for rtol, loss in zip((1e-2, 1e-3), others, strict=True):
        worst = float(np.max(np.abs(loss / reference - 1.0)))
        assert 0.1 * rtol < worst < 1.2 * rtol, f"{worst:.2g} for {rtol:g}"


@pytest.mark.parametrize(
    "student",
    [Student(16), pytest.param(Student(16, tied=True, init=0.5), marks=pytest.mark.slow)],
)
def test_precisions_agree(student):
    task, times = PowerLawTask(1.5, 0.25, 96), [0.1, 3.0, 100.0, 1000.0]
    double, single = (
        simulate(task, student, times, seeds=2, precision=precision)
        for precision in ("float64", "float32")
    )
    np.testing.assert_allclose(single.loss, double.loss, rtol=3e-3)
    assert not np.array_equal(single.loss, double.loss)


@pytest.mark.parametrize("student", [Student(8, tied=True), Student(8, embedding="trained")])
def test_times_between_steps_do_not_change_the_steps(student):
    task, ends = PowerLawTask(1.5, 0.5, 32), [7.0, 40.0]
    few = simulate(task, student, ends, seeds=1)
    many = simulate(task, student, [*np.geomspace(0.1, 6.9, 40), *ends], seeds=1)
    np.testing.assert_array_equal(few.loss[0], many.loss[0, -2:])
    smooth = np.diff(np.log(many.loss[0, :40]), 2)
    assert np.max(np.abs(smooth)) < 0.02


def test_idle_processors_share_a_seed_and_change_no_bit(monkeypatch):
    """One seed on a machine of four: its evaluations are shared, its numbers are those of one."""
    task, student = PowerLawTask(1.5, 0.5, 128), Student(16, tied=True)
    alone = simulate(task, student, [1.0, 30.0], seeds=1)
    monkeypatch.setattr(interactions, "SHARE_WORK", 128 * 128)
    monkeypatch.setattr("os.cpu_count", lambda: 4)
    threads = set()
    original = interactions.pull_together

    def noting(*arguments):
        threads.add(threading.current_thread().name)
        original(*arguments)

    monkeypatch.setattr(interactions, "pull_together", noting)
    shared = simulate(task, student, [1.0, 30.0], seeds=1)
    assert len(threads) > 1
    np.testing.assert_array_equal(shared.loss, alone.loss)


def test_trained_students_are_flows_unless_an_optimizer_is_named():
    task = PowerLawTask(1.5, 0.5, 24)
    for student in (
        Student(6, tied=True),
        Student(6, embedding="trained"),
        Student(6, decoder="random"),
    ):
        runs = simulate(task, student, [1.0, 10.0], seeds=2)
        assert runs.configuration["optimizer"]["name"] == "flow"
        assert np.all(np.diff(runs.loss, axis=1) < 0.0)


def test_start_norm_and_decoder_are_the_start():
    task = PowerLawTask(1.5, 0.5, 24)
    small = simulate(task, Student(6, tied=True, init=0.3), [1e-9], seeds=1)
    np.testing.assert_allclose(small.observables["norms"], 0.3, rtol=1e-7)
    np.testing.assert_allclose(small.modes, 0.09, rtol=1e-7)
    copy = simulate(task, Student(6, decoder="transpose"), [1e-9], seeds=1)
    tied = simulate(task, Student(6, tied=True), [1e-9], seeds=1)
    np.testing.assert_allclose(copy.loss, tied.loss, rtol=1e-7)
    other = simulate(task, Student(6, decoder="random"), [1e-9], seeds=1)
    assert abs(other.modes).max() < 0.99


@pytest.mark.parametrize("name", STUDENTS)
def test_observables_are_those_of_the_student_map(name):
    n, task = 20, PowerLawTask(1.2, 0.2, 20)
    student = Student(**{**STUDENTS[name].to_dict(), "width": STUDENTS[name].width and 6}).on(n)
    tracked = np.array([1, 5, 20])
    flow = population_flow(task, student, GradientFlow(), np.random.default_rng(2), tracked)
    flow.advance(4.0, 10**6)
    found, parts = flow.measure(), flow.state()
    W = flow.factors.columns if hasattr(flow.factors, "columns") else None
    S = _student_map(student, parts, W)
    np.testing.assert_allclose(found["modes"], np.diag(S)[tracked - 1], atol=1e-14)
    np.testing.assert_allclose(found["thresholds"], parts["beta"][tracked - 1])
    spans = [slice(0, 3), slice(3, 7), slice(7, 15), slice(15, 20)]
    off = S**2 * (1.0 - np.eye(n))
    for j, rows in enumerate(spans):
        for i, columns in enumerate(spans):
            n_pairs = off[rows, columns].size - (i == j) * len(range(*rows.indices(n)))
            wanted = off[rows, columns].sum() / n_pairs
            assert found["overlaps"][j, i] == pytest.approx(wanted, rel=1e-10, abs=1e-16)
    own = [
        p * np.mean((np.maximum(v * s + b, 0.0) - a * v) ** 2) if flow.is_relu else 0.0
        for v in [(np.arange(2000) + 0.5) / 1000.0]
        for p, s, b, a in zip(
            flow.features.p, np.diag(S), parts["beta"], flow.features.target, strict=True
        )
    ]
    if flow.is_relu:
        assert found["loss_diagonal"] == pytest.approx(0.5 * sum(own), rel=1e-4)


@pytest.mark.parametrize("law", RELU_LAWS)
def test_flows_lower_the_loss_for_every_amplitude_law(law):
    task = PowerLawTask(1.5, 0.5, 32, amplitude=law)
    runs = simulate(task, Student(8, tied=True), np.geomspace(0.1, 100.0, 16), seeds=2)
    assert np.all(np.diff(runs.loss, axis=1) < 0.0)
    assert AMPLITUDES[law].code == RELU_LAWS.index(law)


def test_a_start_that_is_exact_has_not_diverged():
    """Two columns at right angles solve the task at once: a loss of 1e-29 was judged against 0."""
    runs = simulate(
        PowerLawTask(1.1, 0.0, 2), Student(decoder="transpose", bias=True), [1.0, 1e3], seeds=1
    )
    assert runs.loss.max() < 1e-20
