"""Other packages at their best settings: compiled right-hand sides, losses only, no stored states.

Each run gets (problem, times, rtol) and returns the losses and the evaluations it took. Absolute
tolerances are rtol times the size against which errors count, entry by entry where a package takes
that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.problems import WIDTH, Problem, Unsuitable, spectrum
from superlaw.curves import Array

Answer = tuple[Array, int]
DENSE_UP_TO = 2000
"""Largest N for dense Jacobians."""
MOST_STAGES = 10_000
POWER_STEPS, POWER_ERROR = 100, 0.01
"""Of SUNDIALS' stabilised steps: stages in one, and the power iteration for its spectral radius."""
IN_JAX = ("linear", "two_layer", "cross_talk")
"""Problems that are written in jax too."""


def _dense(problem: Problem) -> Unsuitable:
    n = len(problem.y0)
    return Unsuitable(f"dense Jacobian: {8 * n * n / 2**30:.0f} GiB")


def _counted(problem: Problem) -> tuple[Callable[..., Array], list[int]]:
    """Return rhs(t, y) that allocates its result, and where its calls are counted."""
    calls = [0]

    def rhs(t: float, y: Array) -> Array:
        out = np.empty_like(y)
        problem.rhs(y, out)
        calls[0] += 1
        return out

    return rhs, calls


def _stepped(solver: Any, problem: Problem, times: Array) -> Array:
    """Drive a scipy-like solver; losses from its dense output, no state kept."""
    losses = []
    while len(losses) < len(times):
        message = solver.step()
        if solver.status == "failed":
            raise RuntimeError(message)
        dense = None
        while len(losses) < len(times) and times[len(losses)] <= solver.t:
            dense = dense or solver.dense_output()
            losses.append(problem.loss(dense(times[len(losses)])))
    return np.array(losses)


def scipy_method(name: str) -> Callable[[Problem, Array, float], Answer]:
    """Return a run by one of scipy's classes; implicit ones get the Jacobian's diagonal."""

    def run(problem: Problem, times: Array, rtol: float) -> Answer:
        import scipy.integrate as si
        import scipy.sparse as sp

        if problem.diagonal is None and name in ("BDF", "Radau", "LSODA"):
            raise _dense(problem)
        rhs, calls = _counted(problem)
        options: dict[str, Any] = {"rtol": rtol, "atol": rtol * problem.scale}
        if name in ("BDF", "Radau"):

            def jacobian(t: float, y: Array) -> Any:
                out = np.empty_like(y)
                problem.diagonal(y, out)
                return sp.diags_array(out, format="csc")

            options["jac"] = jacobian
        if name == "LSODA" and problem.is_separable:
            options |= {"lband": 0, "uband": 0}
        solver = getattr(si, name)(rhs, 0.0, problem.y0, times[-1], **options)
        return _stepped(solver, problem, times), calls[0]

    return run


def extensisq_method(name: str) -> Callable[[Problem, Array, float], Answer]:
    """Return a run by one of extensisq's classes."""

    def run(problem: Problem, times: Array, rtol: float) -> Answer:
        import extensisq

        rhs, calls = _counted(problem)
        options = {"rtol": rtol, "atol": rtol * problem.scale}
        solver = getattr(extensisq, name)(rhs, 0.0, problem.y0, times[-1], **options)
        return _stepped(solver, problem, times), calls[0]

    return run


def cvode(kind: str) -> Callable[[Problem, Array, float], Answer]:
    """Return a run by CVODE's BDF: "gmres", "gmres+Jv", "gmres+Jv+diagonal" or "band"."""

    def run(problem: Problem, times: Array, rtol: float) -> Answer:
        from sksundae.cvode import CVODE

        calls = [0]

        def rhs(t: float, y: Array, out: Array) -> None:
            problem.rhs(y, out)
            calls[0] += 1

        solver = CVODE(rhs, **_cvode_options(kind, problem, rtol))
        solver.init_step(0.0, problem.y0)
        losses = []
        for t in times:
            state = solver.step(t)
            if not state.success:
                raise RuntimeError(str(state.message))
            losses.append(problem.loss(np.asarray(state.y).reshape(-1)))
        return np.array(losses), calls[0]

    return run


def _cvode_options(kind: str, problem: Problem, rtol: float) -> dict[str, Any]:
    """Return tolerances, the linear solver and the Jacobian that go with a kind of run."""
    from sksundae.cvode import CVODEJacTimes, CVODEPrecond

    if problem.times_vector is None and kind != "gmres":
        raise Unsuitable("no product with the Jacobian, which is not banded")

    def product(t: float, y: Array, rate: Array, v: Array, out: Array) -> None:
        problem.times_vector(y, v, out)

    diagonal = np.empty_like(problem.y0)

    def refresh(t: float, y: Array, rate: Array, jok: int, jnew: Any, gamma: float) -> None:
        problem.diagonal(y, diagonal)
        jnew[0] = 1

    def precondition(
        t: float, y: Array, rate: Array, right: Array, out: Array,
        gamma: float, delta: float, side: int,
    ) -> None:  # fmt: skip
        np.divide(right, 1.0 - gamma * diagonal, out=out)

    options: dict[str, Any] = {"rtol": rtol, "atol": rtol * problem.scale}
    options |= {"max_num_steps": 10**9, "linsolver": "gmres"}
    if kind == "band":
        if not problem.is_separable:
            raise Unsuitable("the Jacobian is not banded")
        options |= {"linsolver": "band", "lband": 0, "uband": 0}
    if "Jv" in kind:
        options["jactimes"] = CVODEJacTimes(None, product)
    if "diagonal" in kind:
        options["precond"] = CVODEPrecond(refresh, precondition)
    return options


def lsrkstep(method: str) -> Callable[[Problem, Array, float], Answer]:
    """Return a run by LSRKStep of SUNDIALS: "RKC_2" or "RKL_2", with its own spectral radius."""

    def run(problem: Problem, times: Array, rtol: float) -> Answer:
        from sundials4py import arkode, core

        _, context = core.SUNContext_Create(core.SUN_COMM_NULL)

        def vector(values: Array) -> Any:
            made = core.N_VNew_Serial(len(values), context)
            core.N_VGetArrayPointer(made)[:] = values
            return made

        def rhs(t: float, y: Any, out: Any, _: Any) -> int:
            problem.rhs(core.N_VGetArrayPointer(y), core.N_VGetArrayPointer(out))
            return 0

        y, scale, first = (vector(x) for x in (problem.y0, rtol * problem.scale, problem.scale))
        view = arkode.LSRKStepCreateSTS(rhs, 0.0, y, context)
        solver = view.get()
        radius = core.SUNDomEigEstimator_Power(first, POWER_STEPS, POWER_ERROR, context)
        arkode.ARKodeSVtolerances(solver, rtol, scale)
        arkode.ARKodeSetMaxNumSteps(solver, 10**9)
        arkode.LSRKStepSetSTSMethodByName(solver, f"ARKODE_LSRK_{method}")
        arkode.LSRKStepSetDomEigEstimator(solver, radius)
        arkode.LSRKStepSetMaxNumStages(solver, MOST_STAGES)
        losses = []
        for t in times:
            status, _ = arkode.ARKodeEvolve(solver, t, y, arkode.ARK_NORMAL)
            if status < 0:
                raise RuntimeError(arkode.ARKodeGetReturnFlagName(status))
            losses.append(problem.loss(core.N_VGetArrayPointer(y)))
        _, in_steps = arkode.ARKodeGetNumRhsEvals(solver, 0)
        _, in_radius = arkode.LSRKStepGetNumDomEigEstRhsEvals(solver)
        return np.array(losses), in_steps + in_radius

    return run


def cyrk(problem: Problem, times: Array, rtol: float) -> Answer:
    """CyRK's RK45."""
    from CyRK import pysolve_ivp

    calls = [0]

    def rhs(out: Array, t: float, y: Array) -> None:
        problem.rhs(y, out)
        calls[0] += 1

    found = pysolve_ivp(
        rhs, (0.0, times[-1]), problem.y0, method="RK45", t_eval=times, rtol=rtol,
        atol=rtol * float(problem.scale.max()), max_ram_MB=20_000, pass_dy_as_arg=True,
    )  # fmt: skip
    if not found.success:
        raise RuntimeError(str(found.message))
    return np.array([problem.loss(np.ascontiguousarray(y)) for y in found.y.T]), calls[0]


def diffrax_method(name: str) -> Callable[[Problem, Array, float], Answer]:
    """Return a run by one of diffrax's solvers, compiled by XLA for the processor."""

    def run(problem: Problem, times: Array, rtol: float) -> Answer:
        if problem.name not in IN_JAX:
            raise Unsuitable("its right-hand side is no program of jax")
        import jax

        jax.config.update("jax_enable_x64", True)
        import diffrax as dx
        import jax.numpy as jnp

        n = len(problem.y0)
        if name == "Kvaerno5" and n > DENSE_UP_TO:
            raise _dense(problem)
        field, loss = _in_jax(problem, jnp)

        @jax.jit
        def solved(y0: Any, rtol: Any) -> tuple[Any, Any]:
            found = dx.diffeqsolve(
                dx.ODETerm(lambda t, y, _: field(y)), getattr(dx, name)(), 0.0, times[-1], None, y0,
                saveat=dx.SaveAt(ts=jnp.asarray(times), fn=lambda t, y, _: loss(y)),
                stepsize_controller=dx.PIDController(
                    rtol=rtol, atol=rtol * float(problem.scale.max())
                ),
                max_steps=None,
            )  # fmt: skip
            return found.ys, found.stats["num_steps"]

        losses, steps = solved(jnp.asarray(problem.y0), rtol)
        return np.asarray(losses), int(steps) * {"Tsit5": 6, "Kvaerno5": 7}[name]

    return run


def _in_jax(problem: Problem, jnp: Any) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Return the right-hand side and the loss in jax."""
    n = len(problem.y0)
    lam, target = (jnp.asarray(x) for x in spectrum(np.arange(1.0, n + 1.0), n))
    if problem.name == "two_layer":
        return (
            lambda y: 2.0 * lam * y * (target - y),
            lambda y: 0.5 * jnp.sum(lam * (target - y) ** 2),
        )
    if problem.name == "linear":
        return lambda y: -lam * y, lambda y: 0.5 * jnp.sum(lam * y * y)
    return (
        lambda y: -lam * y - jnp.sum(lam * y) * WIDTH / n,
        lambda y: 0.5 * jnp.sum(lam * y * y),
    )


def numbalsoda(problem: Problem, times: Array, rtol: float) -> Answer:
    """Numbalsoda's LSODA, with a right-hand side compiled to a C function."""
    from numba import carray, cfunc
    from numbalsoda import lsoda, lsoda_sig

    n, name = len(problem.y0), problem.name
    if n > DENSE_UP_TO:
        raise _dense(problem)
    lam, target = spectrum(np.arange(1.0, n + 1.0), n)

    @cfunc(lsoda_sig)
    def rhs(t, y_, out_, data):
        y, out = carray(y_, (n,)), carray(out_, (n,))
        drive = 0.0
        if name == "cross_talk":
            for i in range(n):
                drive += lam[i] * y[i] * WIDTH / n
        for i in range(n):
            if name == "two_layer":
                out[i] = 2.0 * lam[i] * y[i] * (target[i] - y[i])
            else:
                out[i] = -lam[i] * y[i] - drive

    grid = np.concatenate([[0.0], times])
    states, success = lsoda(
        rhs.address, problem.y0, grid, rtol=rtol, atol=rtol * float(problem.scale.min())
    )
    if not success:
        raise RuntimeError("it says success=False and nothing more")
    return np.array([problem.loss(np.ascontiguousarray(y)) for y in states[1:]]), 0


SOLVERS: dict[str, Callable[[Problem, Array, float], Answer]] = {
    **{f"scipy {name}": scipy_method(name) for name in ("RK45", "DOP853", "LSODA", "BDF", "Radau")},
    **{f"CVODE {kind}": cvode(kind) for kind in ("gmres", "gmres+Jv", "gmres+Jv+diagonal", "band")},
    **{f"LSRKStep {name}": lsrkstep(name) for name in ("RKC_2", "RKL_2")},
    "extensisq SSV2stab": extensisq_method("SSV2stab"),
    "CyRK RK45": cyrk,
    "diffrax Tsit5": diffrax_method("Tsit5"),
    "diffrax Kvaerno5": diffrax_method("Kvaerno5"),
    "numbalsoda LSODA": numbalsoda,
}
