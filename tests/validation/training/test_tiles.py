"""The exact pull in tiles is that of lists of pairs, whatever the tiles and the biases."""

import numpy as np
import pytest

from superlaw.setting.frequencies import by_law
from superlaw.validation.training import tiles
from superlaw.validation.training.codes import single_features
from superlaw.validation.training.interactions import Interactions
from superlaw.validation.training.kernels.tiles import PIECE
from superlaw.validation.width.starts import plain

N, M = 21, 4


def pulls(pull, n):
    found = np.full((n, M), np.nan), np.full(n, np.nan)
    pull(*found)
    return np.hstack([found[0], found[1][:, None]])


@pytest.mark.parametrize("sides", [(5, 10), (3, 32), (32, 64)])
@pytest.mark.parametrize("bias", ["both signs", "below 0", "0"])
def test_tiles_pull_as_lists_of_pairs_do(sides, bias, monkeypatch):
    """Tiles in pieces, tiles that hold all that comes after, one that holds everything."""
    monkeypatch.setattr(tiles, "ROWS", sides[0])
    monkeypatch.setattr(tiles, "COLUMNS", sides[1])
    W, b = plain(N, M, np.random.default_rng(3), 0.5)
    compare(W, {"both signs": b, "below 0": -np.abs(b), "0": 0.0 * b}[bias])


def test_tiles_of_more_rows_for_long_columns_pull_as_lists_of_pairs_do(monkeypatch):
    for name, value in {"ROWS": 1, "MORE_ROWS": 3, "PART": 1, "COLUMNS": 8}.items():
        monkeypatch.setattr(tiles, name, value)
    W, b = plain(N, M, np.random.default_rng(5), 0.5)
    assert len(tiles.Tiles(single_features(by_law("power", N, a=1.2)), M)._rows) == N // 3
    compare(W, b)


def test_tiles_pull_as_lists_of_pairs_do_where_some_pieces_only_close():
    """Biases above 0 in the middle of a long tile."""
    n = 2 * PIECE + 40
    W, b = plain(n, M, np.random.default_rng(4), 0.5)
    compare(W, np.where(np.arange(n) // PIECE == 1, b, -np.abs(b)))


def compare(W, b):
    """Compare both pulls, and that of tiles with itself."""
    features = single_features(by_law("power", len(b), a=1.2)).cast(np.float64)
    listed = Interactions(features, M, is_tied=True, two_sided=False)
    wanted = pulls(lambda w, beta: listed.pull(W, W, b, w, w, beta), len(b))
    in_tiles = tiles.Tiles(features, M)
    found = pulls(lambda w, beta: in_tiles.pull(W, b, w, beta), len(b))
    assert found == pytest.approx(wanted, rel=1e-12, abs=1e-15)
    again = pulls(lambda w, beta: in_tiles.pull(W, b, w, beta), len(b))
    assert np.array_equal(found, again)
