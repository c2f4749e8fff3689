"""In strong superposition, W trained, tasks whose slopes differ by far without it share one."""

from __future__ import annotations

from superlaw.figures.panels import Picture
from superlaw.theory.laws.tied import BAND, measured_slope
from superlaw.validation.claims.check import Check
from superlaw.validation.claims.claim import Claim, Findings
from superlaw.validation.claims.size import Conditions
from superlaw.validation.claims.trained import flows, pictures

QUARTER = 0.25
"""Largest spread of the shared slope, over that of K = N."""
CONTROL_TOLERANCE = 0.05


def run(conditions: Conditions) -> Findings:
    """Compare slopes over one window: each with the shared one, their spread with that of K = N."""
    tasks = flows.tasks(conditions)
    width = conditions.size.trained.n_features // flows.SHARE
    narrow = flows.tied(tasks, width, conditions)
    wide = flows.alone(flows.alike(conditions), conditions)
    shared = conditions.planted * measured_slope(conditions.size.trained.n_features, width)
    by_share = {share: _others(share, conditions) for share in conditions.size.trained.shares}
    checks = (
        *slope_checks({task: narrow[task] for task in wide}, shared),
        spread_check({task: narrow[task] for task in wide}, conditions),
        *control_checks(wide, conditions),
        *_unlike_checks(narrow, shared),
        *_other_spreads(by_share, conditions),
    )
    by_share[flows.SHARE] = narrow
    panels: list[Picture] = [
        pictures.maps_beside_theory(by_share),
        pictures.slope_map("K = N", wide),
        pictures.balance({task: narrow[task] for task in wide}),
    ]
    if len(by_share) > 1:
        panels.append(pictures.against_share(by_share))
    headline = pictures.side_by_side(narrow, wide, shared)
    groups = (*by_share.values(), wide)
    every = tuple(each for runs in groups for each in runs.values())
    rows = [flows.read(task, each) for runs in groups for task, each in runs.items()]
    found = {"slopes": rows}
    return Findings(checks, tuple(panels), every, _remark(narrow, wide), headline, found)


def _others(share: int, conditions: Conditions) -> pictures.Runs:
    """Return the flows of another N/K."""
    width = conditions.size.trained.n_features // share
    return flows.tied(flows.tasks(conditions), width, conditions)


def slope_checks(runs: pictures.Runs, shared: float) -> list[Check]:
    """Compare the slope of each task with the one that they share."""
    return [
        Check(
            f"{flows.name(task)}, slope of N/K = {flows.SHARE}",
            shared,
            flows.slope(each),
            tolerance=BAND,
        )
        for task, each in runs.items()
    ]


def spread_check(
    runs: pictures.Runs, conditions: Conditions, label: str = "spread over (a, b)"
) -> Check:
    """Compare the spread over tasks with that of K = N, by theory at this N."""
    free = [flows.theory_slope(conditions.believed(x), each.times) for x, each in runs.items()]
    own = [flows.slope(each) for each in runs.values()]
    limit = QUARTER * flows.spread(free)
    return Check(label, limit, flows.spread(own), bound="below")


def _other_spreads(by_share: dict[int, pictures.Runs], conditions: Conditions) -> list[Check]:
    """Compare the spread over tasks at other N/K with that of K = N, where it is claimed."""
    return [
        spread_check(_without_equal_targets(runs), conditions, f"N/K = {share}, spread over (a, b)")
        for share, runs in by_share.items()
        if share < flows.SHARE
    ]


def _without_equal_targets(runs: pictures.Runs) -> pictures.Runs:
    return {task: each for task, each in runs.items() if task.b != flows.UNLIKE}


def control_checks(runs: pictures.Runs, conditions: Conditions) -> list[Check]:
    """Compare K = N, by the same code and window, with the theory at this N."""
    return [
        Check(
            f"{flows.name(task)}, slope of K = N",
            flows.theory_slope(conditions.believed(task), each.times),
            flows.slope(each),
            tolerance=CONTROL_TOLERANCE,
        )
        for task, each in runs.items()
    ]


def _unlike_checks(runs: pictures.Runs, shared: float) -> list[Check]:
    """Show that tasks with b = 0 are flatter: the claim is not about them."""
    limit = (1.0 - BAND) * shared
    return [
        Check(f"{flows.name(task)}, flatter", limit, flows.slope(x), bound="below")
        for task, x in runs.items()
        if task.b == flows.UNLIKE and task.a < 2.0
    ]


def _remark(narrow: pictures.Runs, wide: pictures.Runs) -> str:
    starts = [float(narrow[x].mean[0]) / flows.first_loss(x) for x in wide]
    own = pictures.span({x: narrow[x] for x in wide})
    return (
        f"Over 12 ≤ t ≤ 1000 the slopes are {own} with N/K = 16 and {pictures.span(wide)} with "
        f"K = N. The interference of random columns starts the loss at {min(starts):.0f} to "
        f"{max(starts):.0f} times that of a student that says nothing, and the window is on the "
        f"way down from there. All this is about squared error, gradient flow and this start; "
        f"other students, and other N/K, have claims of their own."
    )


CLAIM = Claim(
    name="one_slope",
    statement=(
        "A tied student ReLU(WᵀWx + β) with N/K = 16, W trained by gradient flow from random unit "
        "columns, falls with one slope over 12 ≤ t ≤ 1000 for every (a, b) with b ≥ ¼: within "
        "10 % of the value that N/K² gives, spread by less than a quarter of what K = N shows. "
        "With b = 0 it is flatter. Measured, not derived."
    ),
    step="U7",
    solver="a fit to other flows; K = N: closed form",
    run=run,
    check=flows.check,
)
