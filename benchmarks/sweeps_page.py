"""The page of sweeps: how they run anywhere, what was measured, and a plan for a million points."""

from __future__ import annotations

from typing import Any

from superlaw.theory.documents.document import Table
from superlaw.theory.documents.markdown import table

MILLION = 10**6
CORES, JOB_SECONDS = 100, 10.0
"""Of the plan."""
_NAMES = {"serial": "serial", "threads": "threads", "processes": "processes", "dask": "Dask, local"}

_HEAD = """\
# Sweeps

`superlaw sweep map.toml --out map` measures every combination of some values:

```toml
measure = "fit"                  # exponent, solve, simulate, fit, width or geometry

[grid]                           # lists; the last field varies fastest
"task.a" = [1.1, 1.5, 2.0]
"student.width" = [32, 64, 128]

[fixed]
"task.b" = 0.5
"task.n_features" = 512
"run.curve" = "simulate"         # options of the measure
"seed" = 0
```

Fields are those of task, student and optimizer, or `"task.frequencies" = ["a.csv", "b.csv"]`
(measured ones instead of a power law; what is in a file decides, not its name), `times.t_start`,
`times.t_end`, `times.per_decade`, `seed`, and what the measure takes, as `run.…`; what it would
ignore is refused before any work. `map/table.csv` has a row for each point: its fields, `status`,
`value` and what else is known; a point that fails has its `reason`. `map/curves.csv` has the
curves. Each point is a file of `map/points`, written whole or not at all, under a name made of
its content: the same command resumes after Ctrl-C or a crash, a longer list measures only what is
new, and failures are tried again. `--plot map.svg` draws the map, or the curves.

In Python the same is `sl.sweep(grid, "fit", fixed=…, out="map")`, on any
`concurrent.futures.Executor`; the table has `to_csv`, `to_dataframe` (pandas) and `to_xarray`.
The numbers are the same to the last bit on every executor: linear algebra takes one thread in
each point.

## Clusters

`--executor dask` starts worker processes on this machine, `--scheduler tcp://…` uses a scheduler
that runs. A worker that dies is replaced and its points done again; if the scheduler dies, the
sweep stops, and the same call resumes it. Both are tested here with two local workers
(`tests/validation/sweeps/test_clusters.py`).

These were each run once, on two workers of one machine, by hand: maps of `exponent` and `solve`
came out as in one process. No test does it again.

- [mpi4py.futures](https://mpi4py.readthedocs.io/en/latest/mpi4py.futures.html): in a script that
  `mpiexec -n 64 python -m mpi4py.futures map.py` starts, give `MPIPoolExecutor()` to `sl.sweep`,
  under an `if __name__ == "__main__"` guard. It needs an MPI library.
- [submitit](https://facebookincubator.github.io/submitit): its jobs are no futures of the
  standard library, so submit the sweep itself, several times, into one folder:
  `executor.submit(sl.sweep, grid, "simulate", out="map")`. Each takes the points that no other
  works on, if the file system has locks; then call it once more to read the table. Run with
  `submitit.AutoExecutor(folder="log", cluster="local")`; `cluster="slurm"` was not.
- [Ray](https://docs.ray.io): its tasks become futures in a few lines, given to `sl.sweep`:

  ```python
  class RayExecutor(concurrent.futures.Executor):
      def __init__(self):
          self._run = ray.remote(lambda function, given: function(*given))

      def submit(self, function, /, *given):
          return self._run.remote(function, given).future()
  ```

  after `ray.init()`. Its joblib backend (`ray.util.joblib.register_ray`) runs what is given to
  `joblib.Parallel`, and is no executor: it does not take part in a sweep.

This one is put together from the documentation of its package and **was not run here**:

- [dask-jobqueue](https://jobqueue.dask.org) (Slurm, PBS, LSF, …): make a cluster of jobs, for
  instance `SLURMCluster(cores=8, processes=8, memory="16GB", walltime="04:00:00")`,
  `cluster.scale(jobs=10)`, and give `distributed.Client(cluster).get_executor()` to `sl.sweep`;
  or give the address of its scheduler to `--scheduler`.

## The same for claims and tables

There is one sweep in this code base. The simulations of claims, of the accuracy tables and of the
slopes of trained students are points of it (`sweeps.ensembles.simulations`): each is run once, kept
under its content in the folder of `--runs`, resumed in the middle of a seed, and shared by
processes that are given the same folder. Codes, toy models, verdicts on steps and
the fits whose coverage is counted are points too.
One simulation runs after another, its seeds in threads, unless `superlaw validate --workers n` or
`sl.validate(executor=…)` puts them beside one another, in processes or on a cluster, to the same
bits.

Benchmarks are no sweeps: what is measured there is time, rounds of two codes alternate so that
both see the same load, and one process at a time has the machine.

## What a job costs

"""


def page(found: dict[str, Any]) -> str:
    """Return the page of what was measured."""
    rows = tuple(
        (_NAMES[row["executor"]], *(_both(row, name) for name in ("in_memory", "stored")))
        for row in found["overhead"]
    )
    points = tuple(
        (
            row["measure"],
            f"{row['bytes']:.0f}",
            f"{row['bytes_on_disk']:.0f}",
            _ms(row["seconds_to_read"]),
        )
        for row in found["points"]
    )
    made = found["provenance"]
    how = f"Written by `{made['command']}` ({made['date']}, version {made['version']})"
    costs = table(Table(("executor", "in memory", "into a folder"), rows))
    stored = table(Table(("measure", "bytes", "bytes on disk", "to read"), points))
    return (
        f"{_HEAD}{how}: points that do nothing, two workers, a machine that others share; "
        "medians. In brackets the caller's own processor time."
        f"\n\n{costs}\n\nA stored point, and reading it back when a sweep resumes:\n\n{stored}"
        f"\n\n{_plan(found)}"
    )


def _plan(found: dict[str, Any]) -> str:
    """Return what a million points take, by these numbers."""
    overhead = {row["executor"]: row for row in found["overhead"]}
    spent = {name: _hours(row["stored_cpu"] * MILLION) for name, row in overhead.items()}
    exponents, curves = found["points"]
    read, held = exponents["seconds_to_read"], found["bytes_in_memory"]
    each = f"{JOB_SECONDS:g} s a point"
    fed = JOB_SECONDS / overhead["dask"]["stored"]
    disk = [f"{row['bytes_on_disk'] * MILLION / 1e9:.1f} GB" for row in (exponents, curves)]
    rows = (
        ("jobs", f"{MILLION:,}, one a point"),
        ("work", f"{_hours(JOB_SECONDS * MILLION / CORES)} of {CORES} cores, {each}"),
        ("the caller's processor time, processes", spent["processes"]),
        ("the same on Dask", spent["dask"]),
        (f"cores that one caller keeps busy by the clock, {each}", f"{fed:,.0f}, on Dask"),
        ("on disk, numbers only", f"{disk[0]}, a file a point"),
        ("on disk, with curves", disk[1]),
        ("in the caller's memory", f"{held * MILLION / 1e9:.1f} GB"),
        ("to read all of it when resuming", _hours(read * MILLION)),
    )
    return (
        "## A million points\n\nBy these numbers, not run:\n\n"
        f"{table(Table(('what', 'how much'), rows))}\n\n"
        "Points of a millisecond are dominated by the job: let one point do more (several seeds). "
        "Where a file system has few files to give, give each value of one field a folder.\n"
    )


def _both(row: dict[str, Any], name: str) -> str:
    return f"{_ms(row[name])} ({1e3 * row[f'{name}_cpu']:.2f})"


def _ms(seconds: float) -> str:
    return f"{1e3 * seconds:.2f} ms"


def _hours(seconds: float) -> str:
    return f"{seconds / 3600.0:.1f} hours" if seconds > 5400.0 else f"{seconds / 60.0:.0f} minutes"
