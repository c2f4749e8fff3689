"""Networks: gradients are derivatives, sparse training equals dense training, flows resume."""

import numpy as np
import pytest
from scipy.integrate import quad

from superlaw.setting.amplitude import AMPLITUDES
from superlaw.setting.embedding import embedding
from superlaw.setting.optimizer import SGD, Adam, GradientFlow
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.validation.training.kernels.gate_moments import RELU_LAWS, gate_moments
from superlaw.validation.training.loss import ExactLoss, SampledLoss
from superlaw.validation.training.networks import SparseTrainer
from superlaw.validation.training.simulate import simulate

TASK = PowerLawTask(1.5, 0.5, 12)
DENSITY = {
    "uniform": lambda v: 0.5 * (v < 2.0),
    "half-normal": lambda v: 2.0 / np.pi * np.exp(-(v**2) / np.pi),
}


@pytest.mark.kernels
@pytest.mark.parametrize("law", RELU_LAWS)
@pytest.mark.parametrize(("S", "beta"), [(1.0, 0.3), (0.9, -0.7), (-1.0, 0.4), (-0.2, -0.1)])
def test_gate_moments_are_integrals_over_open_gates(law, S, beta):
    for k, moment in enumerate(gate_moments(AMPLITUDES[law].code, S, beta)):
        if law == "constant":
            wanted = float(S + beta >= 0.0)
        else:
            jump = [x for x in (-beta / S, 2.0) if 0.0 < x < 12.0]
            density = DENSITY[law]
            wanted = quad(
                lambda v, k=k, density=density: v**k * density(v) * (v * S + beta >= 0.0),
                0.0,
                12.0,
                points=jump,
                limit=200,
            )[0]
        assert moment == pytest.approx(wanted, abs=1e-7)


@pytest.mark.kernels
@pytest.mark.parametrize(
    ("activation", "amplitude"),
    [("relu", "uniform"), ("relu", "half-normal"), ("linear", "uniform"), ("linear", "symmetric")],
)
def test_descent_is_minus_the_derivative_of_the_loss(activation, amplitude):
    rng, n = np.random.default_rng(0), 5
    task = PowerLawTask(1.2, 0.3, n, amplitude=amplitude)
    loss = ExactLoss(task, Student(activation=activation).on(n))
    S, beta, scratch = rng.normal(size=(n, n)), 0.3 * rng.normal(size=n), np.empty(n)
    bias_descent = np.empty(n)
    descent = loss.descend(S, beta, bias_descent).copy()

    def total(S, beta):
        loss.descend(S, beta, scratch)
        return loss.losses.sum()

    h = 1e-6
    for j in range(n):
        step = np.zeros(n)
        step[j] = h
        slope = (total(S, beta + step) - total(S, beta - step)) / (2.0 * h)
        assert -bias_descent[j] == pytest.approx(slope, abs=1e-7)
        for i in range(n):
            shift = np.outer(step, np.eye(n)[i])
            slope = (total(S + shift, beta) - total(S - shift, beta)) / (2.0 * h)
            assert -descent[j, i] == pytest.approx(slope, abs=1e-7)


def _dense_gradients(trainer, x):
    """Return the gradients of a batch x (batch, N) with respect to W, B and β, densely."""
    W, B, beta, n = trainer.columns.T, trainer.B, trainer.beta, len(x)
    has_B, D = trainer.has_B, trainer.decoder.T
    h = x @ W.T
    z = h @ B.T if has_B else h
    u = z @ D + beta
    is_open = u >= 0.0 if trainer.student.activation == "relu" else np.ones_like(u, bool)
    r = np.where(is_open, u - x * trainer.target, 0.0) / n
    back = r @ D.T
    into, decoder = (back @ B if has_B else back).T @ x, z.T @ r
    columns = into if trainer.student.decoder else decoder + into
    found = {"columns": columns, "decoder": decoder, "B": h.T @ back, "beta": r.sum(axis=0)}
    return {name: gradient.T for name, gradient in found.items()}


def _samples(trainer):
    """Return the batch that a trainer has just drawn, as dense inputs."""
    batch, x = trainer._batch, np.zeros((len(trainer._batch.pattern), len(trainer.target)))
    for row, (u, scale) in enumerate(zip(batch.pattern, batch.scale, strict=True)):
        if u >= 0:
            span = slice(batch.starts[u], batch.starts[u + 1])
            x[row, batch.index[span]] = scale * batch.amplitude[span]
    return x


@pytest.mark.kernels
@pytest.mark.parametrize("activity", ["one", "bernoulli"])
@pytest.mark.parametrize(
    "student",
    [
        Student(5),
        Student(5, activation="linear", embedding="tight_frame"),
        Student(5, embedding="trained"),
        Student(5, tied=True, init=0.5),
        Student(5, decoder="transpose"),
        Student(5, decoder="random"),
        Student(activation="relu", embedding="identity"),
    ],
)
def test_sparse_steps_are_dense_steps(activity, student):
    task, lr = PowerLawTask(1.2, 0.5, 12, activity=activity), 0.05
    resolved, rng = student.on(12), np.random.default_rng(1)
    trainer = SparseTrainer(task, resolved, SGD(lr, 16), rng, np.array([1]))
    for step in range(1, 8):
        names = trainer._trained()
        before = {name: getattr(trainer, name).copy() for name in names}
        trainer.advance(step, 1)
        after = {name: getattr(trainer, name).copy() for name in before}
        for name, value in before.items():
            getattr(trainer, name)[:] = value
        gradients = _dense_gradients(trainer, _samples(trainer))
        for name, value in before.items():
            wanted = value - lr * gradients[name]
            np.testing.assert_allclose(after[name], wanted, atol=1e-12, err_msg=name)
            getattr(trainer, name)[:] = after[name]


@pytest.mark.parametrize("optimizer", [SGD(0.02, 8, momentum=0.5), Adam(0.01, 8)])
def test_memories_follow_their_definition(optimizer):
    trainer = SparseTrainer(
        TASK, Student(5).on(12), optimizer, np.random.default_rng(1), np.array([1])
    )
    first, second, wanted = 0.0, 0.0, trainer.B.copy()
    for step in range(1, 6):
        before = trainer.B.copy(), trainer.beta.copy()
        trainer.advance(step, 1)
        after = trainer.B.copy(), trainer.beta.copy()
        trainer.B[:], trainer.beta[:] = before
        g = _dense_gradients(trainer, _samples(trainer))["B"]
        trainer.B[:], trainer.beta[:] = after
        if isinstance(optimizer, SGD):
            first = 0.5 * first + g
            wanted -= 0.02 * first
        else:
            first, second = 0.9 * first + 0.1 * g, 0.999 * second + 0.001 * g**2
            root = np.sqrt(second / (1.0 - 0.999**step)) + 1e-8
            wanted -= 0.01 * first / (1.0 - 0.9**step) / root
        np.testing.assert_allclose(trainer.B, wanted, rtol=1e-9, atol=1e-12)


@pytest.mark.slow
def test_mean_of_sgd_is_near_the_flow_and_precisions_agree():
    task, student, times = PowerLawTask(1.5, 0.0, 64), Student(16), [1.0, 10.0]
    flow = simulate(task, student, times, seeds=4)
    runs = {
        precision: simulate(
            task, student, times, optimizer=SGD(0.01, 64), seeds=4, precision=precision
        )
        for precision in ("float64", "float32")
    }
    np.testing.assert_allclose(runs["float64"].loss, flow.loss, rtol=0.03)
    np.testing.assert_allclose(runs["float32"].loss, runs["float64"].loss, rtol=1e-4)
    assert not np.array_equal(runs["float32"].loss, runs["float64"].loss)


def test_student_of_all_dimensions_is_the_sequential_student():
    """K = N through the code of the superposed student is the control of every claim."""
    from superlaw.solvers.solve import solve

    task, times = PowerLawTask(1.5, 0.5, 64), [1.0, 10.0, 100.0]
    student = Student(activation="linear", embedding="identity")
    flow = simulate(task, student, times, optimizer=GradientFlow(1e-5), seeds=1)
    np.testing.assert_allclose(flow.loss[0], solve(task, times=times).loss, rtol=1e-3)


@pytest.mark.parametrize(
    "optimizer",
    [
        GradientFlow(),
        SGD(0.01, 8, momentum=0.5),
        pytest.param(Adam(0.01, 8), marks=pytest.mark.slow),
    ],
)
def test_interrupted_network_resumes_to_the_identical_result(tmp_path, monkeypatch, optimizer):
    from superlaw.validation.training import seeds as runs_module

    task, student, times = PowerLawTask(1.5, 0.0, 32), Student(8), [1.0, 5.0, 20.0]
    whole = simulate(task, student, times, optimizer=optimizer, seeds=2)
    monkeypatch.setattr(runs_module, "SLICE_SECONDS", 0.0)
    kept = []
    original = runs_module.seed_state.save

    def save_then_stop(path, state, fingerprint):
        original(path, state, fingerprint)
        kept.append(path)
        if len(kept) == 5:
            raise KeyboardInterrupt

    monkeypatch.setattr(runs_module.seed_state, "save", save_then_stop)
    with pytest.raises(runs_module.SimulationInterrupted):
        simulate(
            task,
            student,
            times,
            optimizer=optimizer,
            seeds=2,
            workers=1,
            out=tmp_path,
            save_every=1e-9,
        )
    monkeypatch.undo()
    resumed = simulate(task, student, times, optimizer=optimizer, seeds=2, out=tmp_path)
    np.testing.assert_array_equal(resumed.loss, whole.loss)
    np.testing.assert_array_equal(
        resumed.observables["dead_fraction"], whole.observables["dead_fraction"]
    )


def test_sampled_loss_is_the_exact_one_within_its_error():
    """One active feature written as independent ones of small density: no co-activation."""
    rng, n = np.random.default_rng(0), 8
    S, beta = 0.4 * rng.normal(size=(n, n)), np.zeros(n)
    sparse = PowerLawTask(1.5, 0.0, n, activity="bernoulli", density=0.01)
    student = Student(4).on(n)
    losses = [
        SampledLoss(sparse, student, np.random.default_rng(seed))(S, beta) for seed in range(40)
    ]
    mean = np.mean([found["loss"] for found in losses]) / 0.01
    error = np.std([found["loss"] for found in losses]) / 0.01 / np.sqrt(40)
    exact = float(ExactLoss(PowerLawTask(1.5, 0.0, n), student)(S, beta)["loss"])
    assert abs(mean - exact) < 4.0 * error + 0.02 * exact
    assert 0.5 < np.mean([f["sampling_error"] for f in losses]) / 0.01 / (error * np.sqrt(40)) < 2.0


def test_a_shuffled_teacher_is_told_from_the_true_one():
    """Negative control of the closure: the same targets in another order are another task."""
    from superlaw.solvers.solve import solve

    class Shuffled(PowerLawTask):
        def target(self, i):
            return np.asarray(super().target(i))[::-1]

    times, student = [1.0, 30.0], Student(32)
    runs = simulate(Shuffled(1.5, 1.0, 128), student, times, seeds=4)
    closure = solve(PowerLawTask(1.5, 1.0, 128), student, times).loss
    assert np.all(np.abs(closure / runs.mean - 1.0) > 0.2)


@pytest.mark.parametrize("kind", ["identity", "random", "tight_frame"])
def test_embeddings_are_what_they_say(kind):
    width = 12 if kind == "identity" else 5
    W = embedding(kind, width, 12, np.random.default_rng(0))
    assert W.shape == (width, 12)
    if kind == "tight_frame":
        np.testing.assert_allclose(W @ W.T, 12 / 5 * np.eye(5), atol=1e-12)
    else:
        np.testing.assert_allclose(np.linalg.norm(W, axis=0), 1.0)


def test_divergence_is_told_at_once(monkeypatch):
    from superlaw.validation.training.seeds import DivergenceError

    monkeypatch.setattr(
        "superlaw.validation.training.simulate.largest_stable_network_lr", lambda *_: np.inf
    )
    with pytest.raises(DivergenceError, match="lower lr"):
        simulate(
            PowerLawTask(1.5, 0.0, 32),
            Student(8, activation="linear"),
            [1e9],
            optimizer=SGD(5.0, 4),
            seeds=1,
        )
