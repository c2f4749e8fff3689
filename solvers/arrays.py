"""The array type that travels between the rooms."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
"""Double precision, as every loss curve here needs it."""
