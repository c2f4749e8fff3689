"""The exact pull in tiles is that of lists of pairs, whatever the tiles and the biases."""

import numpy as np
import pytest

from superlaw.setting.frequencies import by_law
from superlaw.validation.training import tiles
from superlaw.validation.training.codes import single_features
from superlaw.validation.training.interactions import Interactions
from superlaw.validation.width.starts import plain

N, M = 21, 4


def pulls(pull):
    found = np.full((N, M), np.nan), np.full(N, np.nan)
    pull(*found)
    return np.hstack([found[0], found[1][:, None]])


@pytest.mark.parametrize("size", [5, 8, 32])
@pytest.mark.parametrize("bias", ["both signs", "below 0", "0"])
def test_tiles_pull_as_lists_of_pairs_do(size, bias, monkeypatch):
    """Tiles of unequal size, one that holds everything; open, closing and mixed outputs."""
    monkeypatch.setattr(tiles, "TILE", size)
    features = single_features(by_law("power", N, a=1.2)).cast(np.float64)
    W, b = plain(N, M, np.random.default_rng(3), 0.5)
    b = {"both signs": b, "below 0": -np.abs(b), "0": 0.0 * b}[bias]
    listed = Interactions(features, M, is_tied=True, two_sided=False)
    wanted = pulls(lambda w, beta: listed.pull(W, W, b, w, w, beta))
    in_tiles = tiles.Tiles(features, M)
    found = pulls(lambda w, beta: in_tiles.pull(W, b, w, beta))
    assert found == pytest.approx(wanted, rel=1e-12, abs=1e-15)
    again = pulls(lambda w, beta: in_tiles.pull(W, b, w, beta))
    assert np.array_equal(found, again)
