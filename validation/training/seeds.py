"""Seeds under way: threads, slices, checkpoints, and what Ctrl-C leaves behind."""

from __future__ import annotations

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from superlaw import storage
from superlaw.arguments import refuse
from superlaw.solvers.integrators.stabilised import StepUnderflow
from superlaw.validation.training import seed_state
from superlaw.validation.training.ensemble import Ensemble
from superlaw.validation.training.plan import Plan, Trainer
from superlaw.validation.training.seed_state import SeedState

CHECKPOINT_SECONDS = 60.0
SLICE_SECONDS = 0.05
"""How long compiled code may run before Ctrl-C and checkpoints get their turn."""
DIVERGED = 1e3
"""A loss this many times its start has diverged."""


class SimulationInterrupted(KeyboardInterrupt):
    """Ctrl-C during a simulation; `ensemble` holds every finished seed (None if there is none)."""

    def __init__(self, message: str, ensemble: Ensemble | None) -> None:
        super().__init__(message)
        self.ensemble = ensemble


class DivergenceError(RuntimeError):
    """Training diverged; nothing of it is kept as a result."""


def run_folder(out: str | os.PathLike[str], plan: Plan) -> Path:
    """Return the folder of a run, new or of this very run with whole files in it."""
    folder = storage.output_folder(out)
    record = folder / "manifest.json"
    for path in sorted(folder.glob("seed-*.npz")):
        seed_state.load(path, plan.fingerprint)
    if not record.exists():
        facts = storage.manifest(plan.configuration, fingerprint=plan.fingerprint)
        storage.write_json(record, facts)
    elif plan.fingerprint not in record.read_text(encoding="utf-8"):
        refuse("out", "the folder of this very run", str(out), "Choose another folder.")
    return folder


class Runs:
    """All seeds of a plan.

    Parameters
    ----------
    plan : Plan
    folder : Path or None
        Where finished seeds and checkpoints go.
    progress : bool
        Show a bar on a terminal.
    """

    def __init__(self, plan: Plan, folder: Path | None, progress: bool) -> None:
        self.plan, self.folder = plan, folder
        self.stop = threading.Event()
        self.bar = _bar(plan) if progress else None

    def go(self, workers: int) -> Ensemble:
        """Run what is not finished yet; keep what is finished when interrupted."""
        seeds = [SeedRun(self, seed) for seed in range(self.plan.seeds)]
        with threadpool_limits(1), ThreadPoolExecutor(max_workers=workers) as pool:
            try:
                futures = [pool.submit(seed.go) for seed in seeds]
                for future in futures:
                    future.result()
            except BaseException as error:
                self.stop.set()
                pool.shutdown(wait=True, cancel_futures=True)
                if isinstance(error, KeyboardInterrupt):
                    kept = self._finished(seeds)
                    raise SimulationInterrupted(self._farewell(kept), kept) from None
                raise
            finally:
                if self.bar is not None:
                    self.bar.close()
        ensemble = self._finished(seeds)
        assert ensemble is not None
        return ensemble

    def show(self, work: float) -> None:
        """Move the bar on by a share of the work of a seed."""
        if self.bar is not None:
            self.bar.update(work)

    def _finished(self, seeds: list[SeedRun]) -> Ensemble | None:
        """Return the finished seeds as an ensemble."""
        done = [seed for seed in seeds if seed.is_finished]
        if not done:
            return None
        plan = self.plan
        rows = {
            name: np.array([seed.state.rows[name] for seed in done]) for name in done[0].state.rows
        }
        return Ensemble(
            times=plan.times,
            loss=rows.pop("loss"),
            seeds=tuple(seed.number for seed in done),
            tracked=plan.tracked,
            modes=rows.pop("modes"),
            configuration=plan.configuration | {"seeds": plan.seeds},
            observables=rows,
        )

    def _farewell(self, kept: Ensemble | None) -> str:
        n_kept = 0 if kept is None else len(kept.seeds)
        text = f"interrupted; {n_kept} of {self.plan.seeds} seeds are finished"
        if self.folder is None:
            return text + "; give an output folder (out=..., --out) to be able to resume"
        return text + f"; run the same command again to resume from {self.folder}"


class SeedRun:
    """One seed of a run: trained in short slices, measured at its goals, kept on disk."""

    def __init__(self, runs: Runs, number: int) -> None:
        self.runs, self.plan, self.number = runs, runs.plan, number
        self.state = SeedState({}, {}, {})
        self.saved = time.monotonic()
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
        """Train from the start, or from the last checkpoint, to the end or until stopped."""
        if self.runs.stop.is_set() or self._load():
            return
        trainer = self.plan.trainer(self.number)
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
        if time.monotonic() - self.saved > CHECKPOINT_SECONDS:
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
        start = self.state.rows["loss"][0] if self.state.rows else found["loss"]
        if not np.isfinite(found["loss"]) or found["loss"] > DIVERGED * start:
            when = f"t = {self.plan.times[self.n_measured]:.6g}"
            raise self._divergence(when, float(found["loss"]))
        for name, value in found.items():
            self.state.rows.setdefault(name, []).append(value)

    def _divergence(self, when: str, loss: float) -> DivergenceError:
        return DivergenceError(
            f"seed {self.number} diverged by {when} (loss {loss:.3g}) with {self.plan.optimizer}; "
            "lower lr or raise the batch"
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
        """Put a trainer where the checkpoint left it."""
        if self.state.trainer:
            trainer.restore(self.state.trainer)
            trainer.generator.bit_generator.state = self.state.generator

    def _keep(self, trainer: Trainer) -> None:
        """Write a checkpoint, or the finished seed without its weights."""
        self.saved = time.monotonic()
        if self.runs.folder is None:
            return
        finished, unfinished = self._paths(self.runs.folder)
        if self.is_finished:
            self.state.trainer, self.state.generator = {}, {}
            seed_state.save(finished, self.state, self.plan.fingerprint)
            unfinished.unlink(missing_ok=True)
            return
        self.state.trainer = trainer.arrays()
        self.state.generator = dict(trainer.generator.bit_generator.state)
        seed_state.save(unfinished, self.state, self.plan.fingerprint)


def _bar(plan: Plan) -> Any:
    """Return a progress bar over the work of all seeds; silent unless stderr is a terminal."""
    from tqdm import tqdm

    form = "{percentage:3.0f}%|{bar}| {elapsed} < {remaining}"
    return tqdm(total=float(plan.seeds), bar_format=form, leave=False, disable=None)
