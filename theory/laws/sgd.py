"""Mini-batch noise on the plain student."""

from __future__ import annotations

from superlaw.setting.task import Task


def noise_exponent(a: float) -> float:
    """Return 2 − 1/a, the exponent of the memory of SGD noise.

    Source: derivation step N7 [derived]; holds for a > 1.
    """
    return 2.0 - 1.0 / a


def slowdown(task: Task, time_per_step: float, batch: int) -> float:
    """Return 1 − η E[v⁴]/(2B(1 − m) E[v²]), the factor of SGD on the rates of rare modes.

    Source: derivation steps N2 and N16 [derived], η/(1 − m) the time of a step; the student is
    stable in mean square while it is positive.
    """
    return 1.0 - time_per_step * task.law.moment(4) / (2.0 * batch * task.law.moment(2))
