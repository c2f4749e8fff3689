"""The goals, and whether the measurements meet them."""

from __future__ import annotations

from dataclasses import dataclass
from math import log10
from typing import Any

from benchmarks.rows import GOAL_ERROR, Row, finished, good, is_ours, of_study, slope

FASTER, FLOOR, CLASSES_FASTER, CLASSES_SECONDS, FIRST_CALL = 5.0, 1.5, 1000.0, 0.1, 1.0
STEPS_A_DECADE = 15.0
"""What counts as constant: so many steps more for ten times the time, wherever it ends."""
CLOSURE_SECONDS = 1.5
LINEAR_WITHIN = 0.15
"""Exponent of the time against N may be this far above 1."""


@dataclass(frozen=True)
class Goal:
    """One goal: what was wanted, what was measured, whether it is met, and why not."""

    wanted: str
    measured: str
    is_met: bool
    reason: str = ""


def judge(results: dict[str, Any]) -> list[Goal]:
    """Return every goal with its verdict."""
    full = of_study(results, "full", "cross_talk")
    ours, peer, note = _opponents(full)
    found = []
    if ours and peer:
        found += [_speed(ours, peer, note), _memory(ours, peer)]
    found.append(_floor(results["floor"]))
    found += _classes(results["classes"], peer)
    found += _growth(results)
    found.append(_closure(results["closure"]))
    seconds = results["first_call"]
    found.append(
        Goal(
            f"first call of a new process, imports included: under {FIRST_CALL:g} s",
            f"{seconds:.2f} s",
            seconds < FIRST_CALL,
            ""
            if seconds < FIRST_CALL
            else f"numba takes {results['numba_ready']:.2f} s of it before any compiled function "
            "can run",
        )
    )
    return found


def _opponents(rows: list[Row]) -> tuple[Row | None, Row | None, str]:
    """Return our fastest row at the goal's error, the best peer, and what to say of it."""
    ours = next(iter(good(row for row in rows if is_ours(row))), None)
    peers = [row for row in rows if not is_ours(row)]
    reached = good(peers)
    if reached:
        return ours, reached[0], ""
    near = sorted(finished(peers), key=lambda row: row["error"])
    note = f"; no peer reached {GOAL_ERROR:g} in its time, this is the one that came nearest"
    return ours, near[0] if near else None, note


def _speed(ours: Row, peer: Row, note: str) -> Goal:
    ratio = peer["seconds"] / ours["seconds"]
    return Goal(
        f"coupled problem, N = {ours['n_features']:,}, error ≤ {GOAL_ERROR:g}: {FASTER:g} times "
        "faster than the best peer",
        f"{ratio:.0f} times: {ours['seconds']:.2f} s ({ours['solver']}, error "
        f"{ours['error']:.0e}) against {peer['seconds']:.1f} s ({peer['solver']}, error "
        f"{peer['error']:.0e}{note})",
        ratio >= FASTER,
    )


def _memory(ours: Row, peer: Row) -> Goal:
    ratio = ours["bytes"] / peer["bytes"]
    return Goal(
        "with at most its memory",
        f"{ours['bytes'] / 2**20:.0f} MiB against {peer['bytes'] / 2**20:.0f} MiB",
        ratio <= 1.0,
        "" if ratio <= 1.0 else "the copies in blocks of state, scales, weights and parameters",
    )


def _floor(floor: dict[str, float]) -> Goal:
    """Judge a step against the longer of what its memory and its arithmetic take by themselves."""
    memory, arithmetic = floor["floor_a_step"], floor["arithmetic"]
    step, longest = floor["seconds_a_step"], max(memory, arithmetic)
    return Goal(
        f"a step within a factor {FLOOR:g} of the longer of its arithmetic, the same two passes "
        "over arrays that stay in the cache, and of its memory traffic, all in one run",
        f"{step / longest:.1f}: {1e3 * step:.1f} ms a step against {1e3 * arithmetic:.1f} ms of "
        f"arithmetic and {1e3 * memory:.1f} ms for {floor['bytes_a_step'] / 1e6:.0f} MB at "
        f"{floor['bandwidth'] / 1e9:.1f} GB/s ({step / memory:.1f} times that alone)",
        step <= FLOOR * longest,
        ""
        if step <= FLOOR * longest
        else f"the two passes take {1e3 * floor['passes']:.1f} ms of it",
    )


def _closure(found: dict[str, Any]) -> Goal:
    """Judge the closure by the time of a processor: it has one thread."""
    seconds, work = found["processor"], found["steps"].split("; ")[-1]
    is_met = seconds < CLOSURE_SECONDS
    return Goal(
        f"closure at N = 10^6, K = 5·10^5, to t = {found['t1']:g}: under {CLOSURE_SECONDS:g} s of "
        "a processor",
        f"{seconds:.2f} s ({found['seconds']:.2f} s by the clock; {work})",
        is_met,
        "" if is_met else "stability asks for nearly all rates, output times for few",
    )


def _classes(rows: list[Row], peer: Row | None) -> list[Goal]:
    coupled = [row for row in rows if row["problem"] == "cross_talk"]
    here = coupled[0]
    slowest = max(coupled, key=lambda row: row["seconds"])
    checked = [row for row in rows if "error" in row]
    is_true = all(row["error"] <= row["stated"] for row in checked)
    right = here["error"] <= GOAL_ERROR
    found = [
        Goal(
            f"feature classes: under {CLASSES_SECONDS:g} s up to N = 10^12",
            f"{slowest['seconds']:.3f} s at N = {slowest['n_features']:.0e}",
            slowest["seconds"] < CLASSES_SECONDS,
        ),
        Goal(
            f"the same answer to {GOAL_ERROR:g}, the stated error true",
            f"error {here['error']:.0e}, stated {here['stated']:.0e}; true in "
            f"{sum(row['error'] <= row['stated'] for row in checked)} of {len(checked)} problems",
            right and is_true,
        ),
    ]
    if peer:
        ratio = peer["seconds"] / here["seconds"]
        found.append(
            Goal(
                f"{CLASSES_FASTER:g} times faster than the best peer at full N",
                f"{ratio:.0f} times",
                ratio >= CLASSES_FASTER,
            )
        )
    return found


def _growth(results: dict[str, Any]) -> list[Goal]:
    by_n = [row for row in finished(of_study(results, "growth")) if is_ours(row)]
    spans = [row for row in finished(of_study(results, "span")) if is_ours(row)]
    if min(len(by_n), len(spans)) < 2:  # stopped early
        return []
    power = slope([row["n_features"] for row in by_n], [row["seconds"] for row in by_n])
    first, last = spans[0], spans[-1]
    paces = [row["work"] for row in spans]
    decades = [_decades(row) for row in spans]
    a_decade = [
        (more - less) / (d_more - d_less)
        for less, more, d_less, d_more in zip(paces, paces[1:], decades, decades[1:], strict=False)
    ]
    low, high = min(row["n_features"] for row in by_n), max(row["n_features"] for row in by_n)
    return [
        Goal(
            f"cost linear in N from {low:.0e} to {high:.0e}",
            f"time ∝ N^{power:.2f}",
            power <= 1.0 + LINEAR_WITHIN,
        ),
        Goal(
            "cost constant per decade of time",
            f"{first['work']} steps to t = {first['t1']:g}, {last['work']} to t = {last['t1']:g}: "
            f"{min(a_decade):.1f} to {max(a_decade):.1f} more a decade",
            max(a_decade) <= STEPS_A_DECADE,
        ),
    ]


def _decades(row: Row) -> float:
    return log10(row["t1"] / row["t0"])
