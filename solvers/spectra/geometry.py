"""The geometry of any weight matrix: spectrum, spectral measures, overlaps, against chance."""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from superlaw.arguments import fitting, flag, lasting, refuse, whole
from superlaw.notices import Notice
from superlaw.progress import WorkBar
from superlaw.solvers.spectra import ensembles
from superlaw.solvers.spectra.answer import Geometry
from superlaw.solvers.spectra.blocks import MOST, blocks, cosines_shown
from superlaw.solvers.spectra.frames import Frame, operator, versions
from superlaw.solvers.spectra.measures import Features, measure
from superlaw.solvers.spectra.overlaps import Overlaps
from superlaw.solvers.spectra.rows import Rows, largest_entry, of_array
from superlaw.solvers.spectra.version import Version
from superlaw.solvers.spectra.weights.reading import read

SAMPLED = 128
"""Rows whose overlaps with all others are looked at."""
MATRICES = 16
"""Matrices of d × d in double precision that are held at a time."""
FLOPS = 1e10
"""Multiply-adds a second that any processor does, to say beforehand what would take too long."""
PASSES = 4
"""Products n d² of both passes: one triangle, two whole ones, three triangles."""


def geometry(
    matrix: ArrayLike | str | os.PathLike[str],
    tensor: str | None = None,
    *,
    columns: bool = False,
    unit: bool = False,
    leading: int | None = None,
    sampled_rows: int = SAMPLED,
    entropy: int = 0,
    progress: bool = False,
) -> Geometry:
    """Return the spectral geometry of a weight matrix, each figure beside what chance gives.

    F = Σ_i w_i w_iᵀ,  μ_i(l) = |P_l w_i|²/|w_i|²,  D_i = |w_i|²/E_μi[λ]   (derivation steps G1, G3)

    Features are not normalised unless asked for: norms are part of F, of D_i and of the capacity.
    Overlaps and frame potential are of unit features. Centring is legitimate for the head of a
    softmax, where a vector that is added to all rows changes no probability; the cleaned version
    shows what is left when the few directions that all features share are taken out.

    Parameters
    ----------
    matrix : array_like, (n, d), or path
        Rows are features; never copied whole. Files: .npy, .npz, .safetensors, .gguf, or a folder
        of .safetensors; they are mapped and read block by block.
    tensor : str, optional
        Name of the tensor in a file; may be left out where the file holds one matrix.
    columns : bool
        Take columns as features.
    unit : bool
        Divide each feature by its norm first.
    leading : int, optional
        Leading directions to remove in the cleaned version; if left out those that stand out, at
        most three: an eigenvalue above four means of those after it.
    sampled_rows : int
        Rows whose overlaps with all others give the fourth moment and the largest.
    entropy : int
        Root of the random choice of these rows, and of the null.
    progress : bool
        Show a bar on a terminal.

    Returns
    -------
    Geometry
        `.versions` (raw, centred, cleaned), `.blocks` with the names of the codes that they form,
        `.warnings`, `.to_dict()`.

    Raises
    ------
    ArgumentError
        If the matrix is none, has an entry that is not finite, or is too large for this machine;
        if a file is damaged, a pickle, or lacks the tensor.

    Examples
    --------
    >>> import numpy as np
    >>> pentagon = 2 * np.pi * np.arange(5) / 5
    >>> found = geometry(np.stack([np.cos(pentagon), np.sin(pentagon)], axis=1))
    >>> found.rank, round(found["raw"].capacity, 12), round(found["raw"].tight_frame_deviation, 12)
    (2, 1.0, 0.0)
    >>> [(block.name, block.size, block.scheme.is_localised) for block in found.blocks]
    [('pentagon', 5, True)]
    """
    flag("unit", unit)
    flag("progress", progress)
    entropy = whole("entropy", entropy, "Give a whole number.", minimum=0)
    sampled_rows = whole("sampled_rows", sampled_rows, "Give at least 1.")
    rows = replace(opened(matrix, tensor, columns=columns), is_unit=unit)
    if leading is not None:
        leading = whole("leading", leading, "Give 0, 1, 2 or 3.", minimum=0)
        if leading >= rows.dimension:
            refuse("leading", f"below the dimension {rows.dimension}", leading, "Remove fewer.")
    return _measured(rows, leading, sampled_rows, entropy, progress)


def opened(
    matrix: ArrayLike | str | os.PathLike[str], tensor: str | None, *, columns: bool
) -> Rows:
    """Return the features of an array or of a file, of which no more than the header is read.

    Raises
    ------
    ArgumentError
        If there are none, or too many for this machine.
    """
    rows = _rows(matrix, tensor, flag("columns", columns))
    _check_size(rows)
    return rows


def _rows(matrix: ArrayLike | str | os.PathLike[str], tensor: str | None, columns: bool) -> Rows:
    """Return the features of an array or of a file."""
    if tensor is not None and not isinstance(tensor, str):
        refuse("tensor", "the name of a tensor", tensor, "Leave it out where there is one.")
    if isinstance(matrix, str | os.PathLike):
        return read(matrix, tensor, columns=columns)
    if tensor is not None:
        refuse("tensor", "left out where the matrix is no file", tensor, "Leave it out.")
    return of_array(matrix, columns=columns)


def _check_size(rows: Rows) -> None:
    """Refuse what takes more memory or time than there is."""
    form, d = f"{rows.n} × {rows.dimension}", rows.dimension
    remedy = "Dimensions are squared, features are not: see columns."
    fitting("matrix", form, MATRICES * 8.0 * d * d + 200.0 * rows.n, remedy)
    work = PASSES * rows.n * float(d) ** 2 + 30.0 * float(d) ** 3
    lasting("matrix", form, work / FLOPS, remedy)


def _measured(
    rows: Rows, leading: int | None, sampled_rows: int, entropy: int, progress: bool
) -> Geometry:
    scale = largest_entry(rows)
    rng = np.random.default_rng(np.random.SeedSequence(entropy))
    places = np.sort(rng.choice(rows.n, min(sampled_rows, rows.n), replace=False))
    with WorkBar(progress, float(PASSES * rows.n)) as bar:
        total, F = operator(rows, scale, bar.move)
        frames = versions(rows, total, F, leading)
        parts = measure(rows, scale, frames, places, lambda done: bar.move((PASSES - 1) * done))
    found = tuple(
        _version(frame, *part, scale, rows.dimension, rng)
        for frame, part in zip(frames, parts, strict=True)
    )
    features = rows.numbers(0, rows.n if rows.n <= MOST else 0) / scale
    formed = blocks(features) if len(features) else ()
    return Geometry(
        source=rows.name,
        n_features=rows.n,
        dimension=rows.dimension,
        dtype=rows.dtype,
        precision=np.dtype(rows.precision).name,
        versions=found,
        blocks=formed,
        block_cosines=cosines_shown(features, formed),
        warnings=_notices(rows.n, found),
    )


def _version(
    frame: Frame,
    features: Features,
    overlaps: Overlaps,
    scale: float,
    dimension: int,
    rng: np.random.Generator,
) -> Version:
    """Return one version in the units of the matrix."""
    lam = frame.eigenvalues
    if frame.rank:
        null = ensembles.haar(lam[: frame.rank], rng).spreads
    else:
        null = np.zeros(ensembles.DRAWS)
    square = scale * scale
    scaled = replace(features, square_norms=features.square_norms * square)
    removed = dimension - len(lam)
    return Version(frame.name, removed, lam * square, frame.rank, scaled, overlaps, null)


def _notices(n: int, found: tuple[Version, ...]) -> tuple[Notice, ...]:
    """Return what a reader must know of the numbers."""
    notices = []
    if n > MOST:
        message = f"blocks are looked for among {MOST} features at most, and here are {n}"
        notices.append(Notice("W-BLOCKS", message))
    for version in found:
        zero = n - version.overlaps.n
        if zero:
            message = f"{zero} of {n} features of the {version.name} matrix are zero; they count in"
            notices.append(Notice("W-ZERO-FEATURES", f"{message} no overlap and no quantile"))
    flat = [version.name for version in found if version.rank and version.is_flat]
    if flat:
        message = f"all eigenvalues are equal ({', '.join(flat)})"
        notices.append(
            Notice("W-FLAT-SPECTRUM", f"{message}: every feature is localised by necessity")
        )
    return tuple(notices)
