"""Seeds under way: threads, slices, checkpoints, and what Ctrl-C leaves behind."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superlaw import storage
from superlaw.arguments import refuse
from superlaw.theory.optimizers import SGD
from superlaw.theory.students import Student
from superlaw.theory.tasks import PowerLawTask
from superlaw.validation import checkpoint
from superlaw.validation.checkpoint import SeedState
from superlaw.validation.ensemble import Ensemble
from superlaw.validation.full_rank import FullRankTrainer

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


@dataclass(frozen=True)
class Plan:
    """A fully resolved simulation."""

    task: PowerLawTask
    student: Student
    optimizer: SGD
    steps: NDArray[np.int64]
    tracked: NDArray[np.int64]
    seeds: int
    entropy: int

    @property
    def configuration(self) -> dict[str, Any]:
        """The plan as plain data, without the number of seeds (more may be added later)."""
        return {
            "task": self.task.to_dict(),
            "student": self.student.to_dict(),
            "optimizer": self.optimizer.to_dict(),
            "steps": self.steps.tolist(),
            "tracked": self.tracked.tolist(),
            "entropy": self.entropy,
        }

    @property
    def fingerprint(self) -> str:
        """A digest of the configuration, by which a folder knows its run."""
        return hashlib.sha256(storage.to_json(self.configuration).encode()).hexdigest()

    def trainer(self, seed: int) -> FullRankTrainer:
        """Return the student of a seed at its start."""
        child = np.random.SeedSequence(self.entropy, spawn_key=(seed,))
        generator = np.random.Generator(np.random.PCG64(child))
        return FullRankTrainer(self.task, self.optimizer, generator, self.tracked)


def run_folder(out: str | os.PathLike[str], plan: Plan) -> Path:
    """Return the folder of a run, new or of this very run with whole files in it."""
    folder = storage.output_folder(out)
    record = folder / "manifest.json"
    for path in sorted(folder.glob("seed-*.npz")):
        checkpoint.load(path, plan.fingerprint)
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
        with ThreadPoolExecutor(max_workers=workers) as pool:
            futures = [pool.submit(seed.go) for seed in seeds]
            try:
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

    def show(self, n_steps: int) -> None:
        """Move the bar on."""
        if self.bar is not None:
            self.bar.update(n_steps)

    def _finished(self, seeds: list[SeedRun]) -> Ensemble | None:
        """Return the finished seeds as an ensemble."""
        done = [seed for seed in seeds if seed.is_finished]
        if not done:
            return None
        plan = self.plan
        return Ensemble(
            times=np.asarray(plan.steps * plan.optimizer.lr, dtype=np.float64),
            loss=np.array([seed.state.rows["loss"] for seed in done]),
            seeds=tuple(seed.number for seed in done),
            tracked=plan.tracked,
            modes=np.array([seed.state.rows["modes"] for seed in done]),
            configuration=plan.configuration | {"seeds": plan.seeds},
        )

    def _farewell(self, kept: Ensemble | None) -> str:
        n_kept = 0 if kept is None else len(kept.seeds)
        text = f"interrupted; {n_kept} of {self.plan.seeds} seeds are finished"
        if self.folder is None:
            return text + "; give an output folder (out=..., --out) to be able to resume"
        return text + f"; run the same command again to resume from {self.folder}"


class SeedRun:
    """One seed of a run: trained in short slices, measured at its steps, kept on disk."""

    def __init__(self, runs: Runs, number: int) -> None:
        self.runs, self.plan, self.number = runs, runs.plan, number
        self.state = SeedState(0, {}, {}, {})
        self.saved = time.monotonic()
        self.budget = 16

    @property
    def is_finished(self) -> bool:
        """Whether every step has been measured."""
        return len(self.state.rows.get("loss", ())) == len(self.plan.steps)

    def go(self) -> None:
        """Train from the start, or from the last checkpoint, to the end or until stopped."""
        if self.runs.stop.is_set():
            return
        trainer = self.plan.trainer(self.number)
        self._resume(trainer)
        self.runs.show(self.state.steps_done)
        for step in self.plan.steps[len(self.state.rows.get("loss", ())) :]:
            while self.state.steps_done < step:
                if self.runs.stop.is_set():
                    self._keep(trainer)
                    return
                self._slice(trainer, int(step))
            self._measure(trainer)
        self._keep(trainer)

    def _slice(self, trainer: FullRankTrainer, until: int) -> None:
        """Train for about `SLICE_SECONDS`; where slices end does not change the result."""
        if time.monotonic() - self.saved > CHECKPOINT_SECONDS:
            self._keep(trainer)
        n_steps, started = min(self.budget, until - self.state.steps_done), time.perf_counter()
        trainer.advance(n_steps)
        seconds = max(time.perf_counter() - started, 1e-6)
        self.budget = max(1, min(2 * self.budget, int(n_steps * SLICE_SECONDS / seconds)))
        self.state.steps_done += n_steps
        self.runs.show(n_steps)

    def _measure(self, trainer: FullRankTrainer) -> None:
        found = trainer.measure()
        start = self.state.rows["loss"][0] if self.state.rows else found["loss"]
        if not np.isfinite(found["loss"]) or found["loss"] > DIVERGED * start:
            raise DivergenceError(
                f"seed {self.number} diverged at step {self.state.steps_done} (loss "
                f"{found['loss']:.3g}); lower lr={self.plan.optimizer.lr:g} or raise the batch"
            )
        for name, value in found.items():
            self.state.rows.setdefault(name, []).append(value)

    def _paths(self, folder: Path) -> tuple[Path, Path]:
        return folder / f"seed-{self.number:04d}.npz", folder / f"seed-{self.number:04d}.part.npz"

    def _resume(self, trainer: FullRankTrainer) -> None:
        for path in () if self.runs.folder is None else self._paths(self.runs.folder):
            if path.exists():
                self.state = checkpoint.load(path, self.plan.fingerprint)
                if self.state.trainer:
                    trainer.restore(self.state.trainer)
                    trainer.generator.bit_generator.state = self.state.generator
                return

    def _keep(self, trainer: FullRankTrainer) -> None:
        """Write a checkpoint, or the finished seed without its weights."""
        self.saved = time.monotonic()
        if self.runs.folder is None:
            return
        finished, unfinished = self._paths(self.runs.folder)
        if self.is_finished:
            self.state.trainer, self.state.generator = {}, {}
            checkpoint.save(finished, self.state, self.plan.fingerprint)
            unfinished.unlink(missing_ok=True)
            return
        self.state.trainer = trainer.arrays()
        self.state.generator = dict(trainer.generator.bit_generator.state)
        checkpoint.save(unfinished, self.state, self.plan.fingerprint)


def _bar(plan: Plan) -> Any:
    """Return a progress bar over the steps of all seeds; silent unless stderr is a terminal."""
    from tqdm import tqdm

    total = int(plan.steps[-1]) * plan.seeds
    return tqdm(total=total, unit="step", unit_scale=True, leave=False, disable=None)
