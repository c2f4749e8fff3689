"""In which part of the loss the row-replica closure is off: for its page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from superlaw.curves import Array
from superlaw.theory.documents.document import Table
from superlaw.theory.documents.markdown import measured_on, table
from superlaw.validation.reports.loss_parts import CLOSED, PARTS
from superlaw.validation.reports.measuring import nearest

FOUND = Path(__file__).parent / "results" / "loss_parts.json"
EARLY, MISSED = 100.0, 0.1
"""What was aimed at with b > 0: up to this time, this far."""
BEFORE = 1e3
"""A time when the loss has not yet risen without bias."""
TEXT = """While a feature is active its own output has a loss, and so have all others, which see its
interference. How far is the closure off in each, as a part of the loss of flows, and how many
outputs are closed? Losses here are means over seeds, not log-means."""
CLOSED_EARLY = """With bias and b > 0, at t = {early:g}, where it is off by more than
{missed:.0%}: at N/K up to {few:g} the closure is below flows, by {below}; {own} of that is in
own outputs, and with b = 1 it has {closed} of the outputs closed where flows have
{closed_of_flows}. At N/K = {many:g} it is above them, by {above}; {others} of that is in other
outputs, and with b = 1 it has {open} closed where flows have {open_of_flows}. Marks are not what
opens them: with bounded marks and more rows (above) at least {kept} of each of these deviations is
left. What may be is [few directions](#few-directions)."""
OPENING = """With bias and b = 0 the closure has as many closed as flows have, within {dead:.2f},
and they open when those of flows do. At N/K up to {few:g} it is below flows at t = {first:g}, by
{below}, {own} of that in own outputs. With a = 2 it is above them at t = {opened:g}, by {late}, all
of that in own outputs, the last of which have opened by then."""
FEW, FIRST, OPENED = 4.0, 10.0, 1e3
"""N/K and times at which aims are missed with b = 0."""
HALF_OPEN = """Without bias, at N/K = 2, outputs stay half open. From t = {before:g} to {last:g} the
loss of other outputs rises to {rise} of what it was in the closure, and falls to {fall} in flows,
while that of own outputs falls in both. R13 forgets too soon what a row has learned of others, and
most where no gate closes ([memory](#memory)): that this is the reason is likely, and not shown.
Where the whole loss rises with it the closure ends (`invariant`). Bounded marks and more rows do
not help.

In the table `loss` is the deviation of the closure, in brackets that of own and of other outputs;
`both` is the deviation with bounded marks and more rows; `closed` is the part of outputs that is
closed, in brackets that of flows."""


def sections() -> Iterator[str]:
    """Yield in which part of the loss the closure is off, and how many outputs are closed."""
    found = json.loads(FOUND.read_text("utf-8"))
    yield f"## Parts of the loss\n\n{TEXT} {measured_on(found['provenance'])}."
    yield _said(found)
    yield _opening(found)
    yield _half_open(found)
    yield _table(found)


def parts(found: dict[str, Any], name: str = "as it stands") -> Array:
    """Return how far a closure is off in own and in other outputs, over the loss of flows.

    Shape (n_rows, 2, n_times).
    """
    closure, flows = (
        np.array([[row[of][part] for part in PARTS] for row in found["rows"]])
        for of in (name, "flows")
    )
    return np.asarray((closure - flows) / flows.sum(axis=1, keepdims=True))


def closed(found: dict[str, Any], name: str) -> Array:
    """Return which part of outputs is closed, shape (n_rows, n_times)."""
    return np.array([row[name][CLOSED] for row in found["rows"]])


def _said(found: dict[str, Any]) -> str:
    """Return where the closure is off early, and how many outputs it has closed there."""
    k = nearest(np.array(found["times"]), EARLY)
    rows = {**found, "rows": [row for row in found["rows"] if row["bias"]]}
    b, share = (np.array([row[name] for row in rows["rows"]]) for name in ("b", "share"))
    many, off, both = share.max(), parts(rows)[:, :, k], parts(rows, "both")[:, :, k].sum(axis=1)
    total, (own, others) = off.sum(axis=1), off.T
    here, equal = (b > 0.0) & (np.abs(total) > MISSED), b == 1.0
    low, high = here & (share < many), here & (share == many)
    if total[low].max() > 0.0 or total[high].min() < 0.0:
        raise ValueError("the closure is not below flows, and above them at N/K = 16: untrue")
    mine, flown = (closed(rows, name)[:, k] for name in ("as it stands", "flows"))
    if np.any((mine >= flown)[here & equal]):
        raise ValueError("the closure has not fewer outputs closed: the page is untrue")
    return CLOSED_EARLY.format(
        early=EARLY,
        missed=MISSED,
        few=share[low].max(),
        many=many,
        below=_span(-total[low]),
        own=_span((own / total)[low]),
        above=_span(total[high]),
        others=_span((others / total)[high]),
        closed=_span(mine[low & equal]),
        closed_of_flows=_span(flown[low & equal]),
        open=_span(mine[high & equal]),
        open_of_flows=_span(flown[high & equal]),
        kept=f"{np.min((both / total)[here]):.0%}",
    )


def _opening(found: dict[str, Any]) -> str:
    """Return where the closure is off with b = 0, and that outputs open when those of flows do."""
    times = np.array(found["times"])
    rows = {**found, "rows": [row for row in found["rows"] if row["bias"] and row["b"] == 0.0]}
    few = np.array([row["share"] <= FEW for row in rows["rows"]])
    steep = few & np.array([row["a"] == 2.0 for row in rows["rows"]])
    mine, flown = (closed(rows, name) for name in ("as it stands", "flows"))
    own, others = np.moveaxis(parts(rows), 1, 0)
    first, opened = nearest(times, FIRST), nearest(times, OPENED)
    early, late = (own + others)[few, first], (own + others)[steep, opened]
    if early.max() > 0.0 or np.any(late > own[steep, opened]) or flown[:, opened].max() > 0.005:
        raise ValueError("with b = 0 the closure is off elsewhere: the page is untrue")
    return OPENING.format(
        dead=np.abs(mine - flown).max(),
        few=FEW,
        first=times[first],
        below=_span(-early),
        own=_span(own[few, first] / early),
        opened=times[opened],
        late=_span(late),
    )


def _half_open(found: dict[str, Any]) -> str:
    """Return what rises without bias."""
    rows, times = [row for row in found["rows"] if not row["bias"]], np.array(found["times"])
    before = nearest(times, BEFORE)
    closure, flows = (
        np.array([[row[of][part] for row in rows] for part in PARTS])
        for of in ("as it stands", "flows")
    )
    (own, mine), (own_of_flows, flown) = (
        each[:, :, -1] / each[:, :, before] for each in (closure, flows)
    )
    if mine.min() < 1.0 or max(flown.max(), own.max(), own_of_flows.max()) > 1.0:
        raise ValueError("without bias not only what others say rises: the page is untrue")
    return HALF_OPEN.format(
        before=times[before], last=times[-1], rise=_span(mine), fall=_span(flown)
    )


def _span(values: Array) -> str:
    """Return the least and the largest of some parts, in words."""
    return f"{values.min():.0%} to {values.max():.0%}"


def _table(found: dict[str, Any]) -> str:
    own, others = np.moveaxis(parts(found), 1, 0)
    both, lines = parts(found, "both").sum(axis=1), []
    mine, flown = closed(found, "as it stands"), closed(found, "flows")
    for n, row in enumerate(found["rows"]):
        cells = []
        for k in range(len(found["times"])):
            off = f"{own[n, k] + others[n, k]:+.1%} ({own[n, k]:+.1%}, {others[n, k]:+.1%})"
            cells += [off, f"{both[n, k]:+.1%}", f"{mine[n, k]:.2f} ({flown[n, k]:.2f})"]
        place = (f"{row[name]:g}" for name in ("share", "a", "b", "seeds"))
        lines.append(("with" if row["bias"] else "without", *place, *cells))
    heads = (
        f"t = {time:g}, {name}" for time in found["times"] for name in ("loss", "both", "closed")
    )
    return table(Table(("bias", "N/K", "a", "b", "seeds", *heads), tuple(lines)))
