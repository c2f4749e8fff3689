"""How long a seed takes, before it is run: a rough estimate, to refuse what nobody waits for."""

from __future__ import annotations

from superlaw.setting.optimizer import GradientFlow
from superlaw.validation.training.plan import Plan

STEP_SECONDS, FEATURE_SECONDS = 1e-7, 3e-9
"""A step takes at least the one and, for each feature, the other (N = 16 and 1024, batch 1)."""
PAIR_SECONDS = {"float32": 6e-10, "float64": 1.2e-9}
"""Of a pair of features and a dimension in each of √(ρt) evaluations, ρ = λ_1 (1 + N/K): the whole
of a flow at N = 2048, K = 64, t = 10³ over their number (26 s in single precision)."""


def seconds_of_seed(plan: Plan) -> float:
    """Seconds of one seed on one processor: at least for steps, roughly for a flow.

    Parameters
    ----------
    plan : Plan
    """
    task, last = plan.task, float(plan.goals[-1])
    n = float(task.n_features or 0)
    if not isinstance(plan.optimizer, GradientFlow):
        return last * (STEP_SECONDS + FEATURE_SECONDS * n)
    student = plan.case.student
    fastest, width = float(task.second_moment(1.0)), float(student.width or n)
    if student.embedding == "identity":
        work, rate = n * n, fastest
    else:
        columns = [n] if plan.n_classes is None else [plan.n_classes / part for part in (1, 2, 4)]
        linear = student.activation == "linear"
        work = sum(m * width * (width if linear else m) for m in columns)
        rate = fastest * (1.0 + n / width)
    return PAIR_SECONDS[plan.precision] * work * (1.0 + (rate * last) ** 0.5)
