"""Linear students with K < N: loss curves and floors from deterministic equivalents (L1 to L17).

The flow dB/dt = W A Λ Wᵀ − WWᵀ B WΛWᵀ is solved by two resolvents. For wide networks they depend on
W through its law only, by a subordination function ω(z) that solves one scalar equation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superlaw.curves import Array
from superlaw.solvers.models.contour import inverse_transforms

Complex = NDArray[np.complex128]
N_FRAME_NODES = 24
"""Over the spectrum of WWᵀ (random columns)."""
NEWTON_STEPS, TOLERANCE = 30, 1e-13
ON_THE_WAY = 0.01
"""Relative error of ω that a point on the way may keep: the next one converges from there."""
HALVINGS = 60
"""Of an interval of ln w, some tens long: to the last digits."""
CONTINUATION = 1.6
"""Factor by which |z| comes in from infinity, where ω is known."""


@dataclass(frozen=True)
class Spectrum:
    """Rates, targets and multiplicities of the features, and the width.

    Parameters
    ----------
    lam, target, weight : ndarray
        λ_i, a_i and n_i of the classes, shape (G,).
    width : int
        K, below Σ n_i.
    """

    lam: Array
    target: Array
    weight: Array
    width: int

    @property
    def n_features(self) -> float:
        """N."""
        return float(self.weight.sum())

    @property
    def share(self) -> float:
        """K/N."""
        return self.width / self.n_features

    @property
    def start(self) -> float:
        """Loss at time 0."""
        return float(0.5 * np.sum(self.weight * self.lam * self.target**2))


def floor(spectrum: Spectrum) -> float:
    """Return the loss at infinite time, the same for random columns and tight frames (L14, L15).

    L_∞ = ½[Σ n a²λ − (K/N) Σ n a²λ²/(w+λ) − (w/N)(Σ n aλ/(w+λ))²] with Σ n λ/(w+λ) = K.
    """
    lam, a, n = spectrum.lam, spectrum.target, spectrum.weight
    w = ridge(spectrum)
    kept = spectrum.share * np.sum(n * (a * lam) ** 2 / (w + lam))
    shared = w / spectrum.n_features * np.sum(n * a * lam / (w + lam)) ** 2
    return spectrum.start - float(0.5 * (kept + shared))


def ridge(spectrum: Spectrum) -> float:
    """Return w with Σ n λ/(w + λ) = K: −ω at z = 0 (L13)."""
    lam, n = spectrum.lam, spectrum.weight

    # Σ nλ/(w+λ) is between K at w = λ_N (N−K)/K and at w = Σnλ/K
    low = np.log(lam.min() * (1.0 / spectrum.share - 1.0)) - 1e-9
    high = np.log(np.sum(n * lam) / spectrum.width) + 1e-9
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        is_below = np.sum(n * lam / (np.exp(middle) + lam)) > spectrum.width
        low, high = (middle, high) if is_below else (low, middle)
    return float(np.exp(0.5 * (low + high)))


def tight_frame_loss(times: Array, spectrum: Spectrum) -> tuple[Array, Array]:
    """Return loss and local slope for a tight frame, WWᵀ = (N/K) 1 (L11, L12).

    L = L_0 + ½ ∮ exp(−2(N/K)² z t) Ψ/z dz/2πi, Ψ = (K/N) Σ n X²h + (1 − K/N)(Σ n X h)²/Σ n h with
    X = aλ and h = 1/(ω(z) − λ).
    """
    lam, n, share = spectrum.lam, spectrum.weight, spectrum.share
    X, omega = spectrum.target * lam, _Subordination(spectrum, is_tight=True)

    def transform(s: Complex) -> Complex:
        h = 1.0 / (omega(-s)[:, None] - lam)
        psi = share * (h @ (n * X**2)) + (1.0 - share) * (h @ (n * X)) ** 2 / (h @ n)
        return np.asarray(psi / s)[None, :]

    value, change = inverse_transforms(2.0 * times[:, None] / share**2, transform)
    loss = spectrum.start + 0.5 * value[:, 0]
    return loss, -0.5 * change[:, 0] / loss


def random_columns_loss(times: Array, spectrum: Spectrum) -> tuple[Array, Array]:
    """Return loss and local slope for independent unit columns (L5, L10).

    L = L_∞ + ½ ∮∮ exp(−2 z_1 z_2 t) Φ/(z_1 z_2): z_1 runs over the Marchenko-Pastur spectrum of
    WWᵀ, where only the jump of Φ counts, z_2 around that of WΛWᵀ; its pole at 0 is subtracted.
    """
    jump = _FrameJump(spectrum)
    value, change = inverse_transforms(
        2.0 * times[:, None] * jump.nodes, lambda s: np.asarray(jump(-s) / s)
    )
    loss = floor(spectrum) + 0.5 * (value - jump.pole) @ jump.measure
    loss[times == 0.0] = spectrum.start
    return loss, -0.5 * (change @ jump.measure) / loss


class _FrameJump:
    """The jump of Φ(z_1, z_2) across the spectrum of WWᵀ at Chebyshev nodes z_1."""

    def __init__(self, spectrum: Spectrum) -> None:
        self.spectrum = spectrum
        ratio = 1.0 / spectrum.share
        angle = (np.arange(N_FRAME_NODES) + 0.5) * np.pi / N_FRAME_NODES
        spread = 2.0 * np.sqrt(ratio)
        self.nodes = 1.0 + ratio + spread * np.cos(angle)
        self.measure = spread * np.sin(angle) * np.pi / N_FRAME_NODES / self.nodes
        # ω_1 on the cut: z_1 = ω_1 (ω_1 − 1 + N/K)/(ω_1 − 1)
        b = ratio - 1.0 - self.nodes
        self.omega = 0.5 * (-b + 1j * np.sqrt(np.maximum(4.0 * self.nodes - b * b, 0.0)))
        self.sign = 1.0 if (1.0 / (self.omega[0] - 1.0)).imag < 0.0 else -1.0
        self.pole = self._pole()
        self.subordination = _Subordination(spectrum, is_tight=False)

    def _pole(self) -> Array:
        """Return the jump at z_2 = 0, where ω_2 = −w."""
        lam, n = self.spectrum.lam, self.spectrum.weight
        X, w = self.spectrum.target * lam, ridge(self.spectrum)
        own, shared = -np.sum(n * X**2 / (w + lam)), -np.sum(n * X / (w + lam))

        def phi(omega: Complex) -> Complex:
            coupled = w * shared**2 / self.spectrum.width / (omega - 1.0)
            return np.asarray(own / (omega - 1.0) - coupled)

        return self._across(phi(np.conj(self.omega)), phi(self.omega)).real

    def _across(self, below: Complex, above: Complex) -> Complex:
        return (below - above) / (2j * np.pi) * self.sign

    def __call__(self, z: Complex) -> Complex:
        """Return the jump at each z_2, shape (n_frame_nodes, n_nodes)."""
        spectrum = self.spectrum
        lam, n = spectrum.lam, spectrum.weight
        X, omega_2 = spectrum.target * lam, self.subordination(z)
        h = 1.0 / (omega_2[:, None] - lam)
        own, shared = h @ (n * X**2), h @ (n * X)
        loop = z / omega_2 - 1.0

        def phi(omega_1: Complex) -> Complex:
            h_1 = 1.0 / (omega_1[:, None] - 1.0)
            pair = omega_1[:, None] * omega_2 * (shared * h_1) ** 2
            return np.asarray(own * h_1 + pair / spectrum.width / (1.0 - loop * h_1))

        return self._across(phi(np.conj(self.omega)), phi(self.omega))


class _Subordination:
    """The subordination function ω(z), by Newton steps inwards from |z| = ∞ (L7, L9).

    It goes on from where it is: each call must be further in, on the same rays.
    """

    def __init__(self, spectrum: Spectrum, *, is_tight: bool) -> None:
        self.spectrum, self.is_tight = spectrum, is_tight
        self.equation: Any = _tight_equation if is_tight else _random_equation
        self.z: Complex | None = None
        self.omega: Complex = np.empty(0, complex)

    def __call__(self, z: Complex) -> Complex:
        """Return ω at each z."""
        start = self._far_out(z) if self.z is None else self.z
        stretch = np.abs(start) / np.abs(z)
        n_legs = int(np.ceil(np.log(stretch.max()) / np.log(CONTINUATION))) + 1
        for leg in range(1, n_legs):
            self._solve(z * stretch ** (1.0 - leg / n_legs), 6, ON_THE_WAY)
        self._solve(z, NEWTON_STEPS, TOLERANCE)
        self.z = z
        return self.omega

    def _far_out(self, z: Complex) -> Complex:
        """Return points on the same rays where ω is known, and start there."""
        lam, ratio = self.spectrum.lam, 1.0 / self.spectrum.share
        start = z * np.maximum(100.0 * lam.max() * max(1.0, ratio) / np.abs(z), 1.0)
        mean = np.sum(self.spectrum.weight * lam) / self.spectrum.width
        self.omega = start * ratio if self.is_tight else start - mean
        self._solve(start, 6, ON_THE_WAY)
        return np.asarray(start)

    def _solve(self, z: Complex, n_steps: int, tolerance: float) -> None:
        """Take Newton steps from where ω is."""
        for _ in range(n_steps):
            value, slope = self.equation(self.omega, self.spectrum)
            step = (value - z) / slope
            size = np.maximum(np.abs(step), 1e-200)
            self.omega = self.omega - step * np.minimum(1.0, 0.5 * np.abs(self.omega) / size)
            if np.all(np.abs(step) < tolerance * np.abs(self.omega)):
                return


def _random_equation(omega: Complex, spectrum: Spectrum) -> tuple[Complex, Complex]:
    """Return z = ω (1 + (1/K) Σ n λ/(ω − λ)) and dz/dω (L7)."""
    d = 1.0 / (omega[:, None] - spectrum.lam)
    moment = spectrum.weight * spectrum.lam / spectrum.width
    loop = 1.0 + d @ moment
    return omega * loop, loop - omega * ((d * d) @ moment)


def _tight_equation(omega: Complex, spectrum: Spectrum) -> tuple[Complex, Complex]:
    """Return z = ω − (1 − K/N) N/Σ(n/(ω − λ)) and dz/dω (L9)."""
    d = 1.0 / (omega[:, None] - spectrum.lam)
    part = spectrum.weight / spectrum.n_features
    mean, square, lost = d @ part, (d * d) @ part, 1.0 - spectrum.share
    return omega - lost / mean, 1.0 - lost * square / mean**2
