"""How long a seed takes, before it is run: a rough estimate, to refuse what nobody waits for."""

from __future__ import annotations

from superlaw.setting.optimizer import GradientFlow
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.direct import flow_seconds
from superlaw.validation.training.plan import Plan
from superlaw.validation.training.thinned import columns

STEP_SECONDS, FEATURE_SECONDS = 1e-7, 3e-9
"""A step takes at least the one and, for each feature, the other (N = 16 and 1024, batch 1)."""


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
