"""Where stochastic gradient descent on the plain student is stable: plain arithmetic."""

from __future__ import annotations

from superlaw.setting.task import Task


def largest_stable_lr(task: Task, batch: int | None, momentum: float = 0.0) -> float:
    """Return the learning rate below which the mean-square error of every column contracts.

    2(1 − m)/[(1 − 1/B) λ + ρ/B − 2mλ/(1 + m)], ρ = max_k E[‖x‖² x_k²]/E[x_k²], at the rate λ that
    makes it least, from steps N1, N4 and N12 to N14 [derived]: a moment matrix that has 1 as an
    eigenvalue. Exact for one active feature and for population gradients (B = None: 2(1 + m)/λ);
    sufficient for several active features, where the term in 2mλ is left out.

    Parameters
    ----------
    task : Task
        With N = None the limit of many features.
    batch : int or None
        Samples per step B; None for the population gradient.
    momentum : float
        m.

    Examples
    --------
    >>> from superlaw.setting.task import PowerLawTask
    >>> round(largest_stable_lr(PowerLawTask(a=1.5, n_features=1000), batch=1), 4)
    0.8333
    """
    fastest, noise = _fastest(task), _noise(task)
    share = 0.0 if batch is None else 1.0 / batch
    is_exact = task.activity == "one" or batch is None
    relief = 2.0 * momentum / (1.0 + momentum) if is_exact else 0.0
    pull = (1.0 - share - relief) * fastest
    # Where the rate enters with a minus sign, the slowest modes (λ → 0) are the least stable.
    curvature = share * noise + (pull if batch is None else max(pull, 0.0))
    return 2.0 * (1.0 - momentum) / curvature if curvature > 0.0 else float("inf")


def _fastest(task: Task) -> float:
    """Return the largest eigenvalue of E[xxᵀ], or a bound on it."""
    if not task.is_normalisable:
        return 0.0
    fastest = task.second_moment(1.0)
    if task.activity == "bernoulli":
        fastest += task.law.moment(1) ** 2 * task.sum_of_squares
    return fastest


def _noise(task: Task) -> float:
    """Return max_k E[‖x‖² x_k²]/E[x_k²], or a bound on it."""
    own = task.law.moment(4) / task.law.moment(2)
    return own + task.law.moment(2) * task.density * (task.activity == "bernoulli")
