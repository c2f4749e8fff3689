"""Seeds under way: threads, slices, resume files, and what an interruption leaves behind."""

from __future__ import annotations

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from superlaw import storage
from superlaw.arguments import refuse
from superlaw.execution.jobs import execute
from superlaw.execution.locks import locked
from superlaw.execution.signals import interruptible
from superlaw.progress import WorkBar, say
from superlaw.setting.optimizer import Adam, GradientFlow
from superlaw.solvers.integrators.stabilised import StepUnderflow
from superlaw.solvers.solution import NumericsError
from superlaw.validation.training import seed_state
from superlaw.validation.training.ensemble import Ensemble
from superlaw.validation.training.extrapolation import unextrapolated
from superlaw.validation.training.plan import Plan, Trainer
from superlaw.validation.training.seed_state import SeedState

SAVE_SECONDS = 60.0
"""How often an unfinished seed is saved unless the caller says otherwise."""
SLICE_SECONDS = 0.05
"""How long compiled code may run before Ctrl-C and resume files get their turn."""
DIVERGED = 1e3
"""A loss this many times that at t = 0 has diverged; a start may be exact."""
NOTHING = 1e-9
"""Part of ½ λ_1, what the first feature alone costs, below which a first loss is nothing."""
RISE, SMALL = 10.0, 1e-6
"""A flow oscillates if its loss rises by this many tolerances, and this part of that at t = 0."""
SWING = 5.0
"""Adam oscillates if its loss comes to this many times the least it had: steps that are small
enough leave it well below, larger ones take it far above."""


class SimulationInterrupted(KeyboardInterrupt):
    """A simulation was interrupted; `ensemble` holds the finished seeds, None if there are none."""

    def __init__(self, message: str, ensemble: Ensemble | None = None) -> None:
        super().__init__(message)
        self.ensemble = ensemble


class DivergenceError(NumericsError):
    """Training diverged; nothing of it is kept as a result."""


def run_folder(out: str | os.PathLike[str], plan: Plan) -> Path:
    """Return the folder of a run, new or of this very run."""
    folder = storage.output_folder(out)
    record = folder / storage.RECORD
    if not record.exists():
        facts = storage.manifest(plan.configuration, fingerprint=plan.fingerprint, times=plan.times)
        try:
            storage.write_json(record, facts)
        except storage.OutputError as error:
            refuse("out", "a folder that can be written to", str(out), f"{error.reason}.")
    elif plan.fingerprint not in record.read_text(encoding="utf-8", errors="replace"):
        refuse("out", "the folder of this very run", str(out), "Choose another folder.")
    return folder


class Runs:
    """All seeds of a plan.

    Parameters
    ----------
    plan : Plan
    folder : Path or None
        Where finished seeds and resume files go.
    save_every : float
        Seconds between resume files of an unfinished seed.
    progress : bool
        Show a bar on a terminal.
    """

    def __init__(
        self,
        plan: Plan,
        folder: Path | None = None,
        save_every: float = SAVE_SECONDS,
        *,
        progress: bool = False,
    ) -> None:
        self.plan, self.folder, self.save_every = plan, folder, save_every
        self.stop = threading.Event()
        self.bar = WorkBar(progress, float(plan.seeds))
        self.pool: ThreadPoolExecutor | None = None
        self.unsaved = ""

    def go(self, workers: int) -> Ensemble:
        """Run what is not finished yet, alone in the folder; keep what is finished on Ctrl-C."""
        if self.folder is None:
            return self._go(workers)
        with interruptible(), locked(self.folder / ".lock", what=str(self.folder)):
            for path in sorted(self.folder.glob("seed-*.npz")):
                seed_state.load(path, self.plan.fingerprint)
            return self._go(workers)

    def _go(self, workers: int) -> Ensemble:
        seeds = [SeedRun(self, number) for number in range(self.plan.seeds)]
        threads = max(1, (os.cpu_count() or 1) // workers)
        with self.bar, threadpool_limits(1), ThreadPoolExecutor(threads) as idle:
            self.pool = idle if threads > 1 else None
            try:
                execute(SeedRun.go, seeds, workers=workers, on_cancel=self.stop.set)
                ensemble = self._finished(seeds)
            except KeyboardInterrupt as error:
                kept = self._finished(seeds)
                raise SimulationInterrupted(self._farewell(kept, str(error)), kept) from None
        assert ensemble is not None
        return ensemble

    def save(self, path: Path, state: SeedState) -> bool:
        """Write a resume file; on a full disk say so and go on: the result is in memory."""
        try:
            seed_state.save(path, state, self.plan.fingerprint)
        except storage.OutputError as error:
            self.unsaved = str(error)
            say(f"superlaw: {error}; the run goes on without")
            return False
        self.unsaved = ""
        return True

    def show(self, work: float) -> None:
        """Move the bar on by a share of the work of a seed."""
        self.bar.move(work)

    def _finished(self, seeds: list[SeedRun]) -> Ensemble | None:
        """Return the finished seeds as an ensemble."""
        rows = {seed.number: seed.state.rows for seed in seeds if seed.is_finished}
        if not rows:
            return None
        plan = self.plan
        configuration = plan.configuration | {"seeds": plan.seeds}
        return Ensemble.of_rows(plan.times, plan.tracked, rows, configuration)

    def _farewell(self, kept: Ensemble | None, why: str) -> str:
        n_kept = 0 if kept is None else len(kept.seeds)
        text = f"{why or 'interrupted'}; {n_kept} of {self.plan.seeds} seeds are finished"
        if self.folder is None:
            return text + "; none is kept: superlaw simulate --out (out=...) can resume"
        if self.unsaved:
            return f"{text}; {self.unsaved}: what is unsaved is lost"
        return text + f"; run the same command again to resume from {self.folder}"


class SeedRun:
    """One seed of a run: trained in short slices, measured at its goals, kept on disk."""

    def __init__(self, runs: Runs, number: int) -> None:
        self.runs, self.plan, self.number = runs, runs.plan, number
        self.state = SeedState({}, {}, {})
        self.saved = time.monotonic()
        self.first_loss = np.nan
        self.budget = 16

    @property
    def n_measured(self) -> int:
        """Number of goals that have been measured."""
        return len(self.state.rows.get("loss", ()))

    @property
    def is_finished(self) -> bool:
        """Whether every goal has been measured."""
        return self.n_measured == len(self.plan.goals)

    def go(self) -> None:
        """Train from the start, or from its resume file, to the end or until stopped."""
        if self.runs.stop.is_set() or self._load():
            return
        trainer = self.plan.trainer(self.number, self.runs.pool)
        least = NOTHING * 0.5 * float(self.plan.task.second_moment(1.0))
        self.first_loss = max(least, float(trainer.measure()["loss"]))
        self._resume(trainer)
        self.runs.show(self.plan.work(trainer.position))
        for goal in self.plan.goals[self.n_measured :]:
            while trainer.position < goal:
                if self.runs.stop.is_set():
                    self._keep(trainer)
                    return
                self._slice(trainer, float(goal))
            self._measure(trainer)
        self._keep(trainer)

    def _slice(self, trainer: Trainer, goal: float) -> None:
        """Train for about `SLICE_SECONDS`; where slices end does not change the result."""
        if time.monotonic() - self.saved > self.runs.save_every:
            self._keep(trainer)
        before, started = trainer.position, time.perf_counter()
        try:
            trainer.advance(goal, self.budget)
        except StepUnderflow:
            raise self._divergence(f"time {trainer.position:g}", float("nan")) from None
        if not all(np.isfinite(kept).all() for kept in trainer.arrays().values()):
            raise self._divergence(f"step or time {trainer.position:g}", float("inf"))
        seconds = max(time.perf_counter() - started, 1e-6)
        self.budget = max(1, min(2 * self.budget, int(self.budget * SLICE_SECONDS / seconds)))
        self.runs.show(self.plan.work(trainer.position) - self.plan.work(before))

    def _measure(self, trainer: Trainer) -> None:
        found = trainer.measure()
        if not found["loss"] <= DIVERGED * self.first_loss:
            when = f"t = {self.plan.times[self.n_measured]:.6g}"
            raise self._divergence(when, float(found["loss"]))
        if self._has_risen(float(unextrapolated(found))):
            when = f"t = {self.plan.times[self.n_measured]:.6g}, where it rises"
            raise self._divergence(when, float(found["loss"]))
        for name, value in found.items():
            self.state.rows.setdefault(name, []).append(value)

    def _has_risen(self, loss: float) -> bool:
        """Whether a flow goes up, as no gradient flow does, or Adam by far more than noise does."""
        optimizer, rows = self.plan.optimizer, self.state.rows
        least = SMALL * self.first_loss
        if not rows:
            return False
        before = unextrapolated({name: np.asarray(values) for name, values in rows.items()})
        if isinstance(optimizer, Adam):
            return loss > SWING * float(np.min(before)) + least
        if isinstance(optimizer, GradientFlow):
            return loss > float(before[-1]) * (1.0 + RISE * optimizer.rtol) + least
        return False

    def _divergence(self, when: str, loss: float) -> DivergenceError:
        is_flow = isinstance(self.plan.optimizer, GradientFlow)
        remedy = "lower rtol or take float64" if is_flow else "lower lr or raise the batch"
        return DivergenceError(
            f"seed {self.number} diverged by {when} (loss {loss:.3g}) with {self.plan.optimizer}; "
            f"{remedy}"
        )

    def _paths(self, folder: Path) -> tuple[Path, Path]:
        return folder / f"seed-{self.number:04d}.npz", folder / f"seed-{self.number:04d}.part.npz"

    def _load(self) -> bool:
        """Read what is on disk of this seed; return whether it is finished."""
        for path in () if self.runs.folder is None else self._paths(self.runs.folder):
            if path.exists():
                self.state = seed_state.load(path, self.plan.fingerprint)
                break
        if self.is_finished:
            self.runs.show(1.0)
        return self.is_finished

    def _resume(self, trainer: Trainer) -> None:
        """Put a trainer where the resume file left it."""
        if self.state.trainer:
            trainer.restore(self.state.trainer)
            trainer.generator.bit_generator.state = self.state.generator

    def _keep(self, trainer: Trainer) -> None:
        """Write a resume file, or the finished seed without its weights."""
        self.saved = time.monotonic()
        if self.runs.folder is None:
            return
        finished, unfinished = self._paths(self.runs.folder)
        if self.is_finished:
            self.state.trainer, self.state.generator = {}, {}
            if self.runs.save(finished, self.state):
                unfinished.unlink(missing_ok=True)
            return
        self.state.trainer = trainer.arrays()
        self.state.generator = dict(trainer.generator.bit_generator.state)
        self.runs.save(unfinished, self.state)
