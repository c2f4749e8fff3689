"""How long seeds take, before they are run: a rough estimate, told, and refused if too long."""

from __future__ import annotations

import math

from superlaw.arguments import LONGEST, lasting, positive
from superlaw.progress import duration, say
from superlaw.setting.optimizer import GradientFlow
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.direct import flow_seconds
from superlaw.validation.training.plan import Plan
from superlaw.validation.training.thinned import columns

STEP_SECONDS, FEATURE_SECONDS = 1e-7, 3e-9
"""A step takes at least the one and, for each feature, the other (N = 16 and 1024, batch 1)."""

TOLD_SECONDS = 10.0
"""What takes longer is told before it starts, to who wants to see progress."""


def check_time(plan: Plan, at_once: int, hours: float | None) -> None:
    """Refuse what is estimated to take longer than was asked for."""
    longest = LONGEST if hours is None else 3600.0 * positive("hours", hours, "Give e.g. 10.")
    each = seconds_of_seed(plan)
    remedy = "End earlier, choose a smaller N or K, or ask for it: hours=…."
    lasting("times", float(plan.times[-1]), each, remedy, longest)
    total = each * plan.seeds / at_once
    lasting("seeds", plan.seeds, total, "Ask for fewer, or for more: hours=….", longest)


def tell_time(plan: Plan, at_once: int) -> None:
    """Say on stderr how long all seeds are estimated to take from nothing, unless it is short."""
    seconds = seconds_of_seed(plan) * math.ceil(plan.seeds / at_once)
    if seconds > TOLD_SECONDS:
        how = "about" if isinstance(plan.optimizer, GradientFlow) else "at least"
        plural = "" if plan.seeds == 1 else "s"
        say(f"superlaw: {plan.seeds} seed{plural}, {how} {duration(seconds)} in all, estimated")


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
    if plan.n_classes is None:
        return flow_seconds(plan.case, last, plan.precision, [n])
    assert isinstance(task, PowerLawTask)  # `simulate` refuses others
    return flow_seconds(plan.case, last, plan.precision, columns(task, plan.n_classes, last))
