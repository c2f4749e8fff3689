"""What simulated training returns: one loss curve a seed."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from superlaw import storage
from superlaw.arguments import ArgumentError, refuse
from superlaw.curves import read_columns
from superlaw.figures.panels import Panel, Series
from superlaw.results import DrawnResult
from superlaw.validation.training import seed_state
from superlaw.validation.training.extrapolation import ADDED, CHANGE, thinning_error

Array = NDArray[np.float64]
ROWS_SHOWN = 14
MOSTLY_DEAD = 0.5
"""Part of the outputs that say nothing at the end from which on the table says so."""
_MANIFEST = ".manifest.json"


@dataclass(frozen=True, eq=False, repr=False)
class Ensemble(DrawnResult):
    """Independent training runs of one student on one task.

    Parameters
    ----------
    times : ndarray
        Gradient-flow times, learning rate × steps, shape (n_times,).
    loss : ndarray
        Population loss, exact at each time, shape (n_seeds, n_times).
    seeds : tuple of int
        Which seeds of the run these are.
    tracked : ndarray
        Features whose mode is reported, counted from 1, shape (n_tracked,).
    modes : ndarray
        Learned part s_i of the tracked features, shape (n_seeds, n_times, n_tracked).
    configuration : dict
        The full resolved configuration, enough to run it again.
    observables : dict of ndarray
        Further quantities, shape (n_seeds, n_times) each: for networks the parts of the loss, the
        fraction of dead units, tr B/K, and the sampling error of a test-set loss; where W is
        trained, the frame of its columns (`frame.frame_of`): capacity, level_spread, spread, and
        haar_capacity and haar_spread of random features at the same eigenvalues.
    """

    times: Array
    loss: Array
    seeds: tuple[int, ...]
    tracked: NDArray[np.int64]
    modes: Array
    configuration: dict[str, Any]
    observables: dict[str, Array] = field(default_factory=dict)

    @classmethod
    def of_rows(
        cls,
        times: Array,
        tracked: NDArray[np.int64],
        rows: Mapping[int, Mapping[str, Sequence[NDArray[Any]]]],
        configuration: dict[str, Any],
    ) -> Ensemble:
        """Return the ensemble of what was measured at each time, by seed and by name."""
        names = next(iter(rows.values()))
        columns = {
            name: np.array([of_seed[name] for of_seed in rows.values()], dtype=np.float64)
            for name in names
        }
        return cls(
            times=times,
            loss=columns.pop("loss"),
            seeds=tuple(rows),
            tracked=tracked,
            modes=columns.pop("modes"),
            configuration=configuration,
            observables=columns,
        )

    @property
    def mean(self) -> Array:
        """Mean loss over seeds, shape (n_times,)."""
        return np.asarray(self.loss.mean(axis=0))

    @property
    def thinning_error(self) -> Array | None:
        """Relative error that thinned features leave in the log-mean loss, shape (n_times,).

        None where every feature has a column of its own.
        """
        if ADDED not in self.observables:
            return None
        return thinning_error(self.times, self.observables[ADDED], self.observables[CHANGE])

    @property
    def standard_error(self) -> Array:
        """Standard error of the mean loss over seeds, shape (n_times,)."""
        return standard_error(self.loss)

    def to_dict(self) -> dict[str, Any]:
        """Return the ensemble as plain data."""
        return {
            "times": self.times,
            "loss": self.loss,
            "mean": self.mean,
            "standard_error": self.standard_error if len(self.seeds) > 1 else None,
            "thinning_error": self.thinning_error,
            "seeds": self.seeds,
            "tracked": self.tracked,
            "modes": self.modes,
            "observables": self.observables,
            "configuration": self.configuration,
        }

    def columns(self) -> dict[str, Array]:
        """Return times, mean loss, its standard error and each run (loss_0, …)."""
        columns = {"times": self.times, "mean": self.mean}
        if len(self.seeds) > 1:
            columns["standard_error"] = self.standard_error
        return columns | {f"loss_{k}": run for k, run in zip(self.seeds, self.loss, strict=True)}

    def picture(self) -> Panel:
        """Return the mean loss, with a band of one standard error where seeds tell it."""
        plural = "" if len(self.seeds) == 1 else "s"
        series = [Series(f"mean of {len(self.seeds)} seed{plural}", self.times, self.mean)]
        if len(self.seeds) > 1:
            low = np.maximum(self.mean - self.standard_error, 0.5 * self.mean)
            high = self.mean + self.standard_error
            name = "one standard error"
            series.append(Series(name, self.times, low, style="band", upper=high, paired=True))
        return Panel("", "time t", "population loss L", tuple(series))

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the ensemble as .csv or .npz, and `<name>.manifest.json` beside it.

        The file holds times, mean loss, its standard error and each run (loss_0, …), the manifest
        all the rest, at full precision.

        Raises
        ------
        ArgumentError
            If the name has another ending or cannot be written to.
        OutputError
            If the disk is full.
        """
        target = storage.output_file(path, (".csv", ".npz"))
        storage.write_arrays(target, self.columns())
        rest = {name: getattr(self, name) for name in ("seeds", "tracked", "modes", "observables")}
        facts = storage.manifest(self.configuration, **rest)
        storage.write_json(target.with_suffix(_MANIFEST), facts)
        return target

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Ensemble:
        """Return the ensemble that `save` wrote, or the finished seeds of a folder of `simulate`.

        Raises
        ------
        ArgumentError
            If a file or its manifest is missing, damaged, altered, or not an ensemble's.
        """
        source = storage.named(path)
        try:
            return _of_folder(source) if source.is_dir() else _of_file(source)
        except ArgumentError:
            raise
        except storage.DAMAGED as error:
            rule = "an ensemble with its manifest, or a folder of simulate with finished seeds"
            refuse("path", rule, str(path), f"{storage.reason(error)}.")

    def __repr__(self) -> str:
        last = {"t_end": float(self.times[-1])} if len(self.times) else {}
        return self._brief(n_seeds=len(self.seeds), n_times=len(self.times), **last)

    def _dead_at_the_end(self) -> float:
        """Return the largest part of its outputs that a student has lost."""
        dead = self.observables.get("dead_fraction")
        return 0.0 if dead is None or not dead.size else float(dead[:, -1].max())

    def __str__(self) -> str:
        plural = "" if len(self.seeds) == 1 else "s"
        lines = [f"{len(self.seeds)} seed{plural}, {len(self.times)} times"]
        lines.append(f"{'time':>12}{'mean loss':>16}{'standard error':>18}")
        is_known = len(self.seeds) > 1
        errors = (
            [f"{e:.2g}" for e in self.standard_error] if is_known else ["unknown"] * len(self.times)
        )
        every = max(1, -(-len(self.times) // ROWS_SHOWN))
        if self.thinning_error is not None:
            lines[0] += f"; error of thinning up to {np.max(self.thinning_error):.1%}"
        dead = self._dead_at_the_end()
        if dead >= MOSTLY_DEAD:
            lines[0] += f"; up to {dead:.0%} of the outputs say nothing at the end"
        rows = list(zip(self.times, self.mean, errors, strict=True))
        lines += [f"{t:12.4g}{mean:16.8g}{error:>18}" for t, mean, error in rows[::-every][::-1]]
        return "\n".join(lines)


def _of_file(source: Path) -> Ensemble:
    """Return the ensemble of a file and its manifest."""
    columns = read_columns(source)
    facts = storage.read_json(source.with_suffix(_MANIFEST))
    seeds = tuple(int(k) for k in facts["seeds"])
    return Ensemble(
        times=columns["times"],
        loss=np.array([columns[f"loss_{k}"] for k in seeds]),
        seeds=seeds,
        tracked=np.array(facts["tracked"], dtype=np.int64),
        modes=np.array(facts["modes"], dtype=np.float64),
        configuration=facts["configuration"],
        observables={name: np.array(v, np.float64) for name, v in facts["observables"].items()},
    )


def _of_folder(folder: Path) -> Ensemble:
    """Return the finished seeds of a run."""
    facts = storage.read_json(folder / storage.RECORD)
    rows = {
        int(path.stem.removeprefix("seed-")): seed_state.load(path, facts["fingerprint"]).rows
        for path in sorted(folder.glob("seed-*.npz"))
        if not path.stem.endswith(".part")
    }
    if not rows:
        raise ValueError("no seed is finished")
    configuration = facts["configuration"] | {"seeds": len(rows)}
    tracked = np.array(configuration["tracked"], dtype=np.int64)
    return Ensemble.of_rows(np.array(facts["times"], np.float64), tracked, rows, configuration)


def standard_error(values: Array) -> Array:
    """Return the standard error of the mean over the first axis."""
    return np.asarray(values.std(axis=0, ddof=1) / np.sqrt(len(values)))


def z_score(values: Array, predicted: Array) -> Array:
    """Return how far the mean over seeds lies from a prediction, in normal standard deviations.

    Student's t of n − 1 degrees of freedom, turned into the normal deviate of the same tail
    probability: |z| < 4 then means the same for 3 seeds and for 300.

    Parameters
    ----------
    values : ndarray, (n_seeds, ...)
    predicted : ndarray, (...)
    """
    error, gap = standard_error(values), values.mean(axis=0) - predicted
    exact = np.abs(gap) <= 1e-12 * np.abs(predicted)
    with np.errstate(invalid="ignore", divide="ignore"):
        t = np.where(exact, 0.0, gap / error)
    tail = stats.t.logsf(np.abs(t), len(values) - 1)
    return np.asarray(np.sign(t) * -stats.norm.ppf(np.exp(tail)))
