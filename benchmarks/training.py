"""Training steps a second against a PyTorch loop: `python -m benchmarks.training [--docs]`.

Both train the same student (ReLU, trained bias, fixed random W) by SGD on the same task in float32,
sampling included, one thread each; rounds alternate, and what is kept is the ratio of each round.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from superlaw import storage
from superlaw.setting.optimizer import SGD
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.theory.documents.document import Table
from superlaw.theory.documents.markdown import table
from superlaw.validation.training.networks import SparseTrainer

DOCS = Path(__file__).parent.parent / "docs"
RESULTS = DOCS / "results" / "training.json"
CASES = ((1024, 128, 64, 3.0), (1024, 128, 512, 3.0), (1024, 512, 64, 2.0), (1024, 512, 512, 2.0))
"""N, K, batch and the ratio aimed at."""
WARM_UP, ROUNDS = 200, 7
STEPS = {64: 200, 512: 60}
LR = 0.05


def main() -> int:
    """Measure, keep the rows, write the page."""
    if "--docs" not in sys.argv[1:]:
        with threadpool_limits(1):
            rows = [_case(*case) for case in CASES]
            found = {"rows": rows, "gemm": _peak()}
        storage.write_text(RESULTS, storage.to_json(found) + "\n")
    storage.write_text(DOCS / "training.md", _page(json.loads(RESULTS.read_text("utf-8"))))
    return 0


def _case(n: int, width: int, batch: int, goal: float) -> dict[str, Any]:
    """Return the seconds a step of both, round by round."""
    task = PowerLawTask(1.5, 0.0, n)
    trainer = SparseTrainer(
        task,
        Student(width).on(n),
        SGD(LR, batch),
        np.random.default_rng(0),
        np.array([1]),
        np.float32,
    )

    def ours(steps: int) -> None:
        trainer.advance(trainer.position + steps, steps)

    theirs = _torch_loop(task, trainer.columns, batch)
    ours(WARM_UP), theirs(WARM_UP)
    rounds = [(_seconds(ours, STEPS[batch]), _seconds(theirs, STEPS[batch])) for _ in range(ROUNDS)]
    patterns, is_open = _load(trainer)
    return {
        "n_features": n,
        "width": width,
        "batch": batch,
        "goal": goal,
        "ours": statistics.median(first for first, _ in rounds),
        "torch": statistics.median(second for _, second in rounds),
        "ratio": statistics.median(second / first for first, second in rounds),
        "patterns": patterns,
        "open": is_open,
        "flops": 4.0 * patterns * width * (width + n),
    }


def _seconds(run: Callable[[int], None], steps: int) -> float:
    started = time.perf_counter()
    run(steps)
    return (time.perf_counter() - started) / steps


def _load(trainer: SparseTrainer) -> tuple[float, float]:
    """Return distinct inputs a batch and the fraction of open gates, over ten steps."""
    found = []
    for _ in range(10):
        trainer.advance(trainer.position + 1, 1)
        patterns = int(trainer._batch.pattern.max()) + 1
        found.append((patterns, float(np.mean(trainer._gradient[:patterns] != 0.0))))
    patterns, is_open = np.mean(found, axis=0)
    return float(patterns), float(is_open)


def _torch_loop(task: PowerLawTask, columns: Any, batch: int) -> Callable[[int], None]:
    """Return a plain, well-kept PyTorch loop: sampling, gather, two products, autograd."""
    import torch

    torch.set_num_threads(1)
    n, width = columns.shape
    i = np.arange(1.0, n + 1.0)
    cumulative = torch.tensor(np.cumsum(task.probability(i)), dtype=torch.float32)
    target = torch.tensor(task.target(i), dtype=torch.float32)
    W = torch.tensor(columns)
    Wt = W.T.contiguous()
    B = torch.zeros(width, width, requires_grad=True)
    beta = torch.zeros(n, requires_grad=True)
    optimizer = torch.optim.SGD([B, beta], lr=LR)
    row = torch.arange(batch)

    def run(steps: int) -> None:
        for _ in range(steps):
            feature = torch.searchsorted(cumulative, torch.rand(batch)).clamp_(max=n - 1)
            v = 2.0 * torch.rand(batch)
            h = v[:, None] * W[feature]
            residual = torch.relu(h @ B.T @ Wt + beta)
            wanted = torch.zeros(batch, n)
            wanted[row, feature] = v * target[feature]
            loss = 0.5 * (residual - wanted).square().sum() / batch
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()

    return run


def _peak() -> float:
    """Return float32 operations a second of a large product."""
    A = np.ones((1024, 1024), np.float32)
    A @ A
    seconds = min(
        _seconds(lambda steps: [A @ A for _ in range(steps)] and None, 5) for _ in range(5)
    )
    return float(2.0 * 1024**3 / seconds)


def _page(found: dict[str, Any]) -> str:
    rows = tuple(
        (
            str(row["n_features"]),
            str(row["width"]),
            str(row["batch"]),
            f"{1e3 * row['ours']:.2f} ms",
            f"{1e3 * row['torch']:.2f} ms",
            f"{row['ratio']:.1f} (goal {row['goal']:g}, "
            f"{'met' if row['ratio'] >= row['goal'] else '**missed**'})",
            f"{row['patterns']:.0f}",
            f"{100 * row['open']:.0f} %",
            f"{100 * row['flops'] / row['ours'] / found['gemm']:.0f} %",
        )
        for row in found["rows"]
    )
    heads = (
        "N", "K", "batch", "superlaw", "PyTorch", "ratio", "distinct inputs", "open gates",
        "of peak",
    )  # fmt: skip
    return (
        "# Training steps against PyTorch\n\nWritten by `python -m benchmarks.training`: SGD on "
        "the ReLU student with a = 1.5, b = 0, one active feature, float32, one thread each, "
        "sampling included; medians of seven alternating rounds after 200 steps. The work that is "
        "left is dense: four products of the distinct inputs of a batch, which the last column "
        "puts against the fastest large product of this machine "
        f"({found['gemm'] / 1e9:.0f} GFlop/s).\n\n{table(Table(heads, rows))}\n"
    )


if __name__ == "__main__":
    raise SystemExit(main())
