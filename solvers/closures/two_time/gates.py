"""How open the gates of entries are: moments of an input over where an output is open (R4)."""

from __future__ import annotations

import numpy as np

from superlaw.curves import Array

SMALL = 1e-200
"""Below any S that is not 0."""
SECOND = 4.0 / 3.0
"""m_2 of a gate that is always open, E[u²]."""


def moments(S: Array, beta: Array) -> tuple[Array, Array, Array]:
    """Return m_0, m_1, m_2 = E[uⁿ; S u + β > 0], n = 0, 1, 2, u uniform on [0, 2].

    Parameters
    ----------
    S, beta : ndarray
        Entries and biases, of shapes that broadcast.
    """
    opens = S > 0.0
    x = np.clip(np.where(opens, -beta, beta) / np.maximum(np.abs(S), SMALL), 0.0, 2.0)
    below = (0.5 * x, 0.25 * x**2, x**3 / 6.0)
    whole = (1.0, 1.0, SECOND)
    m0, m1, m2 = (
        np.where(opens, all_ - part, part) for all_, part in zip(whole, below, strict=True)
    )
    return m0, m1, m2


def edge(s: Array, beta: Array) -> Array:
    """Return x/(2s), by which the edge of an own entry moves with its bias; 0 where none is."""
    opens = s > 0.0
    x = np.where(opens, -beta / np.where(opens, s, 1.0), 0.0)
    return np.asarray(np.where((x > 0.0) & (x < 2.0), 0.5 * x / np.where(opens, s, 1.0), 0.0))
