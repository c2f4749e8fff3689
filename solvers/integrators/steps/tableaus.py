"""Methods as data: Runge-Kutta and Rosenbrock tableaus, with their sources."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from superlaw.curves import Array
from superlaw.solvers.integrators.steps.layout import LANES

ROUNDING = 1e-12
"""Coefficients below this are the rounding error of zero."""


@dataclass(frozen=True)
class Tableau:
    """Coefficients of a one-step method with an embedded error estimate.

    Explicit Runge-Kutta: k_i = F(y + h Σ a_ij k_j), y_new = y + h Σ b_i k_i, error h Σ e_i k_i.
    Rosenbrock (Hairer & Wanner, Solving ODEs II, IV.7.25): (1/(hγ) − J) u_i = F(y + Σ a_ij u_j) +
    Σ (c_ij/h) u_j, y_new = y + Σ b_i u_i, error Σ e_i u_i.
    Dense output: y(t + θh) = y + h Σ_rj θ^r D_rj k_j (r from 1) for Runge-Kutta, and
    (1 − θ) y + θ (y_new + (1 − θ) Σ_rj θ^(r−1) D_rj u_j) for Rosenbrock.

    Parameters
    ----------
    name : str
        How `integrate` calls it.
    order, embedded_order : int
        Order of y_new and of the solution it is compared with.
    A : ndarray
        Stage coefficients a_ij, (stages, stages).
    b, e : ndarray
        Weights of the step and of the error, (stages,).
    D : ndarray
        Dense output, (rows, stages).
    source : str
        Where the numbers were published.
    C : ndarray
        Right-side coefficients c_ij (Rosenbrock).
    gamma : float
        Diagonal γ; 0 for explicit methods.
    """

    name: str
    order: int
    embedded_order: int
    A: Array
    b: Array
    e: Array
    D: Array
    source: str
    C: Array = field(default_factory=lambda: np.zeros((0, 0)))
    gamma: float = 0.0

    @property
    def n_stages(self) -> int:
        """Number of stages."""
        return len(self.b)

    def padded(self) -> tuple[Array, Array, Array, Array, Array]:
        """Return A, C, b, e, D with zeros up to a multiple of `LANES` stages."""
        room = -self.n_stages % LANES
        square, line, rows = ((0, room), (0, room)), (0, room), ((0, 0), (0, room))
        C = self.C if self.gamma else np.zeros_like(self.A)
        A, C = np.pad(self.A, square), np.pad(C, square)
        return A, C, np.pad(self.b, line), np.pad(self.e, line), np.pad(self.D, rows)

    def in_resolvents(self) -> Tableau:
        """Return a Rosenbrock tableau over v_k = Q^k F(y), Q = (1 − hγJ)⁻¹, instead of stages.

        On linear problems u_i = hγ Σ_k κ_ik v_k: from (1/(hγ) − J) u_i = F(y) + J Σ a_ij u_j +
        Σ (c_ij/h) u_j and hγ Q J = Q − 1 follows κ_i = Q + (Q − 1) Σ a_ij κ_j + γ Q Σ c_ij κ_j
        [derived], polynomials in Q without constant term.
        """
        n = self.n_stages
        kappa = np.zeros((n, n + 2))
        for i in range(n):
            state, right = self.A[i] @ kappa, self.C[i] @ kappa
            kappa[i] = -state
            kappa[i, 1:] += state[:-1] + self.gamma * right[:-1]
            kappa[i, 1] += 1.0
        kappa = kappa[:, 1 : 1 + np.flatnonzero(np.abs(kappa).max(axis=0) > ROUNDING).max()]
        size = kappa.shape[1]
        return replace(
            self,
            A=np.zeros((size, size)),
            C=np.zeros((size, size)),
            b=self.b @ kappa,
            e=self.e @ kappa,
            D=self.D @ kappa,
        )


def _lower(*rows: list[float]) -> Array:
    """Return strictly lower triangular rows (the first stage's is empty) as a square matrix."""
    matrix = np.zeros((len(rows) + 1, len(rows) + 1))
    for i, row in enumerate(rows, start=1):
        matrix[i, : len(row)] = row
    return matrix


TSIT5 = Tableau(
    name="tsit5",
    order=5,
    embedded_order=4,
    A=_lower(
        [0.161],
        [-0.008480655492356989, 0.335480655492357],
        [2.8971530571054935, -6.359448489975075, 4.3622954328695815],
        [5.325864828439257, -11.748883564062828, 7.4955393428898365, -0.09249506636175525],
        [
            5.86145544294642,
            -12.92096931784711,
            8.159367898576159,
            -0.071584973281401,
            -0.028269050394068383,
        ],
        [
            0.09646076681806523,
            0.01,
            0.4798896504144996,
            1.379008574103742,
            -3.290069515436081,
            2.324710524099774,
        ],
    ),
    b=np.array(
        [
            0.09646076681806523,
            0.01,
            0.4798896504144996,
            1.379008574103742,
            -3.290069515436081,
            2.324710524099774,
            0.0,
        ]
    ),
    e=np.array(
        [
            -0.00178001105222577714,
            -0.0008164344596567469,
            0.007880878010261995,
            -0.1447110071732629,
            0.5823571654525552,
            -0.45808210592918697,
            0.015151515151515152,
        ]
    ),
    D=np.array(
        [
            [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
            [
                -2.763706197274826,
                0.1317,
                3.9302962368947516,
                -12.411077166933676,
                37.50931341651104,
                -27.896526289197286,
                1.5,
            ],
            [
                2.9132554618219126,
                -0.2234,
                -5.941033872131505,
                30.33818863028232,
                -88.1789048947664,
                65.09189467479366,
                -4.0,
            ],
            [
                -1.0530884977290216,
                0.1017,
                2.490627285651253,
                -16.548102889244902,
                47.37952196281928,
                -34.87065786149661,
                2.5,
            ],
        ]
    ),
    source="Tsitouras, Computers & Mathematics with Applications 62 (2011) 770",
)

DOPRI5 = Tableau(
    name="dopri5",
    order=5,
    embedded_order=4,
    A=_lower(
        [1 / 5],
        [3 / 40, 9 / 40],
        [44 / 45, -56 / 15, 32 / 9],
        [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
        [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
        [35 / 384, 0.0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
    ),
    b=np.array([35 / 384, 0.0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84, 0.0]),
    e=np.array([71 / 57600, 0.0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40]),
    D=np.array(
        [
            [1, 0, 0, 0, 0, 0, 0],
            [
                -8048581381 / 2820520608,
                0,
                131558114200 / 32700410799,
                -1754552775 / 470086768,
                127303824393 / 49829197408,
                -282668133 / 205662961,
                40617522 / 29380423,
            ],
            [
                8663915743 / 2820520608,
                0,
                -68118460800 / 10900136933,
                14199869525 / 1410260304,
                -318862633887 / 49829197408,
                2019193451 / 616988883,
                -110615467 / 29380423,
            ],
            [
                -12715105075 / 11282082432,
                0,
                87487479700 / 32700410799,
                -10690763975 / 1880347072,
                701980252875 / 199316789632,
                -1453857185 / 822651844,
                69997945 / 29380423,
            ],
        ]
    ),
    source="Dormand & Prince, Journal of Computational and Applied Mathematics 6 (1980) 19; dense "
    "output: Shampine, Mathematics of Computation 46 (1986) 135",
)

_RODAS5P_LAST = [
    -7.502846399306121,
    2.561846144803919,
    -11.627539656261098,
    -0.18268767659942256,
    0.030198172008377946,
]
RODAS5P = Tableau(
    name="rosenbrock",
    order=5,
    embedded_order=4,
    gamma=0.21193756319429014,
    A=_lower(
        [3.0],
        [2.849394379747939, 0.45842242204463923],
        [-6.954028509809101, 2.489845061869568, -10.358996098473584],
        [2.8029986275628964, 0.5072464736228206, -0.3988312541770524, -0.04721187230404641],
        _RODAS5P_LAST,
        [*_RODAS5P_LAST, 1.0],
        [*_RODAS5P_LAST, 1.0, 1.0],
    ),
    C=_lower(
        [-14.155112264123755],
        [-17.97296035885952, -2.859693295451294],
        [147.12150275711716, -1.41221402718213, 71.68940251302358],
        [165.43517024871676, -0.4592823456491126, 42.90938336958603, -5.961986721573306],
        [
            24.854864614690072,
            -3.0009227002832186,
            47.4931110020768,
            5.5814197821558125,
            -0.6610691825249471,
        ],
        [
            30.91273214028599,
            -3.1208243349937974,
            77.79954646070892,
            34.28646028294783,
            -19.097331116725623,
            -28.087943162872662,
        ],
        [
            37.80277123390563,
            -3.2571969029072276,
            112.26918849496327,
            66.9347231244047,
            -40.06618937091002,
            -54.66780262877968,
            -9.48861652309627,
        ],
    ),
    b=np.array([*_RODAS5P_LAST, 1.0, 1.0, 1.0]),
    e=np.array([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0]),
    D=np.array(
        [
            [
                25.948786856663858,
                -2.5579724845846235,
                10.433815404888879,
                -2.3679251022685204,
                0.524948541321073,
                1.1241088310450404,
                0.4272876194431874,
                -0.17202221070155493,
            ],
            [
                -9.91568850695171,
                -0.9689944594115154,
                3.0438037242978453,
                -24.495224566215796,
                20.176138334709044,
                15.98066361424651,
                -6.789040303419874,
                -6.710236069923372,
            ],
            [
                11.419903575922262,
                2.8879645146136994,
                72.92137995996029,
                80.12511834622643,
                -52.072871366152654,
                -59.78993625266729,
                -0.15582684282751913,
                4.883087185713722,
            ],
        ]
    ),
    source="Steinebach, BIT Numerical Mathematics 63 (2023) 27 (Rodas5P)",
)

HOCHBRUCK_OSTERMANN = Tableau(
    name="exponential",
    order=3,
    embedded_order=2,
    A=np.zeros((0, 0)),
    b=np.zeros(3),
    e=np.zeros(3),
    D=np.zeros((0, 0)),
    source="Hochbruck & Ostermann, SIAM Journal on Numerical Analysis 43 (2005) 1069; coefficients "
    "are functions of the Jacobian and stand in `exponential`",
)
