"""The one place where the symbols of the theory are defined, with meaning and domain."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp


@dataclass(frozen=True, slots=True)
class Notation:
    """What a symbol means, how code spells it and where numeric checks draw it from.

    Parameters
    ----------
    symbol : sympy.Symbol
        The symbol, with its assumptions.
    code : str
        How code spells it.
    meaning : str
        One phrase.
    low, high : float
        Range of the random values used in numeric checks; both whole for whole symbols.
    """

    symbol: sp.Symbol
    code: str
    meaning: str
    low: float
    high: float


_SPELLED = {
    "lambda": "ridge",
    "i^*": "i_star",
    "m^+_0": "m_plus_0",
    "m^+_1": "m_plus_1",
    "m^+_2": "m_plus_2",
    "k^c_i": "kc_i",
    "k^r_j": "kr_j",
    "R_ji": "kept_ji",
    "R_b": "kept_any",
    "R^c_i": "kept_i",
    "R^r_j": "kept_j",
    "X^c_i": "Xc_i",
    "X^r_j": "Xr_j",
    "Y^r_j": "Yr_j",
    "C^c_i": "Cc_i",
    "C^r_j": "Cr_j",
    r"L_{\infty}": "L_inf",
    r"\gamma": "weight_decay",
    "|B w_{i}|": "column_i",
    "|B^T w_{j}|": "row_j",
    "|w_{i}|^2": "square_norm_i",
}
NOTATION: dict[str, Notation] = {}


def _define(name: str, meaning: str, low: float, high: float, **assumptions: bool) -> sp.Symbol:
    symbol = sp.Symbol(name, **(assumptions or {"positive": True}))
    NOTATION[name] = Notation(symbol, _SPELLED.get(name, name), meaning, low, high)
    return symbol


a = _define("a", r"feature-frequency exponent, $p_i \propto i^{-a}$", 0.6, 3.0)
b = _define("b", "teacher-importance exponent, $a_i = i^{-b}$", -0.5, 2.5, real=True)
t = _define("t", "gradient-flow time: learning rate times steps", 0.1, 5.0)
i = _define("i", "feature index, 1 to $N$, also as a continuous variable", 1.0, 9.0)
N = _define("N", "number of features", 3, 9, integer=True, positive=True)
p_1 = _define("p_1", "frequency of the most frequent feature", 0.05, 0.95)
p_i = _define("p_i", "frequency of feature $i$", 0.05, 0.95)
p_j = _define("p_j", "frequency of feature $j$", 0.05, 0.95)
m_1 = _define("m_1", r"mean amplitude $\mathrm{E}[v]$", 0.2, 1.5)
m_2 = _define("m_2", r"second amplitude moment $\mathrm{E}[v^2]$", 0.5, 2.0)
m_4 = _define("m_4", r"fourth amplitude moment $\mathrm{E}[v^4]$", 0.5, 4.0)
lam_1 = _define("lambda_1", "second moment of the most frequent feature", 0.1, 1.3)
lam_i = _define("lambda_i", r"input second moment $\mathrm{E}[x_i^2] = m_2 p_i$", 0.05, 1.3)
lam_j = _define("lambda_j", "input second moment of feature $j$", 0.05, 1.3)
lam_k = _define("lambda_k", "input second moment of feature $k$", 0.05, 1.3)
a_i = _define("a_i", "teacher entry $A_{ii}$", 0.1, 1.0)
a_j = _define("a_j", "teacher entry $A_{jj}$", 0.1, 1.0)
S_jk = _define(
    "S_jk", "entry of the student's map, from feature $k$ to output $j$", -1.0, 1.0, real=True
)
A_jk = _define("A_jk", "entry of the teacher", -1.0, 1.0, real=True)
s_i = _define("s_i", "learned part of mode $i$, diagonal entry of $S$", 0.0, 1.0)
v = _define("v", "amplitude of an active feature", 0.1, 2.0)
u = _define(
    "u", r"rescaled rate $2 \lambda_1 t\, i^{-a}$, activity $u_i$, or interference", 0.1, 5.0
)
alpha = _define("alpha", r"training exponent, $L \sim t^{-\alpha}$", 0.1, 3.0)
alpha_2 = _define("alpha_2", "training exponent of a two-layer student", 0.1, 3.0)
i_star = _define("i^*", "travelling front: the feature learned at time $t$", 1.0, 9.0)
eta = _define("eta", "learning rate", 0.01, 0.5)
gamma = _define(r"\gamma", "weight decay", 0.05, 1.0)
m = _define("m", "heavy-ball momentum", 0.05, 0.9)
B = _define("B", "batch size", 1, 9, integer=True, positive=True)
n = _define("n", "number of training steps", 1, 9, integer=True, positive=True)
epsilon = _define("epsilon", "relative start $s_i(0)/a_i$ of a two-layer student", 0.001, 0.5)
s_0 = _define("s_0", "start of a mode", 0.001, 0.1)
z = _define("z", "resolvent variable", 2.0, 5.0)
q = _define("q", r"rank-one loop $\sum_l \mu_l^2 d_l$", 0.1, 0.9)
d_j = _define("d_j", "free resolvent $1/(z - c_j)$", 0.1, 2.0)
d_k = _define("d_k", "free resolvent $1/(z - c_k)$", 0.1, 2.0)
chi = _define("chi", r"dressing of the leak, $\sum_l \mu_l^2/c_l$", 0.1, 2.0)
kappa = _define(
    "kappa", r"strength of the leak, $\sum_j a_j^2 \mu_j^2/(c_j(1 + \chi))^2$", 0.1, 2.0
)
mu_1 = _define("mu_1", "input mean of the most frequent feature", 0.05, 0.9)
mu_i = _define("mu_i", r"input mean $\mathrm{E}[x_i] = m_1 p_i$", 0.05, 0.9)
mu_j = _define("mu_j", "input mean of feature $j$", 0.05, 0.9)
mu_k = _define("mu_k", "input mean of feature $k$", 0.05, 0.9)
c_1 = _define("c_1", r"coefficient of $c_i \approx c_1 i^{-a}$ for rare features", 0.1, 1.3)
c_i = _define("c_i", r"input variance $\mathrm{E}[x_i^2] - \mu_i^2$", 0.05, 1.3)
c_j = _define("c_j", "input variance of feature $j$", 0.05, 1.3)
c_k = _define("c_k", "input variance of feature $k$", 0.05, 1.3)
tau = _define("tau", "steps since a noise kick", 1.0, 9.0)
phi = _define("phi", "share of a mode's loss that is still to be learned", 0.02, 0.45)
x = _define("x", r"position relative to the front, $i/i^*$", 0.2, 5.0)
delta = _define("delta", "relative excess of the local slope over the exponent", 0.01, 0.5)
H = _define("H", "number of features summed one by one", 2, 9, integer=True, positive=True)
K = _define("K", "width of the student", 2, 9, integer=True, positive=True)
nu = _define("nu", "features per dimension, $N/K$", 1.5, 4.0)
z_1 = _define("z_1", "resolvent variable of $W W^T$", 2.0, 5.0)
z_2 = _define("z_2", r"resolvent variable of $W \Lambda W^T$", 2.0, 5.0)
r = _define("r", "resolvent seen by a column that is not part of it", 0.1, 0.9)
omega = _define("omega", r"subordination, $\omega(z) = 1/r(z)$", 2.0, 5.0)
omega_1 = _define("omega_1", r"subordination of $W W^T$", 2.0, 5.0)
omega_2 = _define("omega_2", r"subordination of $W \Lambda W^T$", 2.0, 5.0)
w_0 = _define("w_0", r"$-\omega(0)$: the scale below which features find no room", 0.05, 1.0)
y_i = _define("y_i", "weight of column $i$ in a random matrix", 0.05, 1.0)
X_i = _define("X_i", r"$\lambda_i a_i$", 0.05, 1.3)
g_k = _define("g_k", "eigenvalue of $W W^T$", 0.2, 3.0)
f_l = _define("f_l", r"eigenvalue of $W \Lambda W^T$", 0.2, 3.0)
Y_kl = _define("Y_kl", r"entry of $W \Lambda A W^T$ in both eigenbases", -1.0, 1.0, real=True)
L_0 = _define("L_0", "loss before training", 0.1, 1.0)
L_inf = _define(r"L_{\infty}", "floor: loss after infinite training", 0.05, 1.0)
Phi = _define("Phi", "trace of two resolvents", 0.1, 2.0)
Psi = _define("Psi", "trace that gives the loss of a tight frame", 0.1, 2.0)
S_ji = _define("S_ji", "entry of the student's map, from feature $i$ to output $j$", 0.1, 1.5)
A_ji = _define("A_ji", "entry of the teacher, zero unless $i = j$", 0.1, 1.0)
beta_j = _define("beta_j", "bias of output $j$", -0.15, -0.01, real=True)
v_0 = _define("v_0", "amplitude at which an output opens", 0.05, 1.9)
k = _define("k", "order of a moment", 0, 4, integer=True, nonnegative=True)
m_plus_0 = _define("m^+_0", "probability that an output is open", 0.1, 1.0)
m_plus_1 = _define("m^+_1", r"$E[v]$ on the active interval", 0.1, 1.0)
m_plus_2 = _define("m^+_2", r"$E[v^2]$ on the active interval", 0.1, 1.3)
mu = _define("mu", r"what all features have learned together, $\mathrm{tr}\, B/K$", 0.05, 0.9)
r_0 = _define("r_0", r"$|B|^2/K$", 1.0, 2.0)
r_1 = _define("r_1", r"$|\dot B|^2/K$", 1.0, 2.0)
omega_B = _define("omega_B", r"how fast $B$ turns, the speed of $B/|B|$", 0.05, 0.5)
angle = _define("vartheta", r"how far $B$ has turned, $\int \omega_B\, dt$", 0.05, 2.0)
turn_rate = _define("kappa_xi", "rate at which the marks of tail columns turn", 0.02, 0.25)
s_j = _define("s_j", "learned part of mode $j$", 0.05, 1.0)
s_k = _define("s_k", "learned part of mode $k$", 0.05, 1.0)
a_k = _define("a_k", "teacher entry of feature $k$", 0.1, 1.0)
sigma_ji = _define("sigma_ji", "size of the interference in entry $(j, i)$", 0.1, 1.0)
xi = _define("xi", "standard Gaussian mark of an entry", -2.0, 2.0, real=True)
M_ji = _define("M_ji", "response: what training has added to an entry", -1.0, 1.0, real=True)
D_ji = _define("D_ji", r"drive of an entry, $-\partial L/\partial S_{ji}$", -1.0, 1.0, real=True)
k_ji = _define("k_ji", r"gain of an entry, $-E[\xi D_{ji}]/\sigma_{ji}$", 0.05, 1.0)
kc_i = _define("k^c_i", r"reaction of a column, $\sum_j k_{ji}/K$", 0.05, 1.0)
kr_j = _define("k^r_j", r"reaction of a row, $\sum_i k_{ji}/K$", 0.05, 1.0)
Delta = _define("Delta", r"reaction of everything, $\sum_{ji} k_{ji}/K^2$", 0.05, 1.0)
kappa_j = _define("kappa_j", "stiffness of a bias: what its drive answers to it", 0.1, 1.0)
kept_ji = _define(
    "R_ji", "what is left of a kick of entry $(j, i)$ after a time, as a kernel", 0.1, 0.9
)
kept_any = _define("R_b", "what is left of a kick in a direction that no feature owns", 0.1, 0.9)
kept_i = _define("R^c_i", "what is left of a kick of column $i$, alike in all rows", 0.1, 0.9)
kept_j = _define("R^r_j", "what is left of a kick of row $j$, alike in all columns", 0.1, 0.9)
X = _define("X", "what everything answers to a response, as a kernel", -1.0, -0.1, real=True)
Xc_i = _define("X^c_i", "what column $i$ answers to a response", -1.0, -0.1, real=True)
Xr_j = _define("X^r_j", "what row $j$ answers to a response", -1.0, -0.1, real=True)
Yr_j = _define(
    "Y^r_j", "what row $j$ answers as one, screened before and after", -1.0, -0.1, real=True
)
Cc_i = _define("C^c_i", r"$(B w_i) \cdot (B w_i)'$ without $w_i$ itself, less $s_i s_i'$", 0.5, 2.0)
Cr_j = _define(
    "C^r_j", r"$(B^T w_j) \cdot (B^T w_j)'$ without $w_j$ itself, less $s_j s_j'$", 0.5, 2.0
)
column_i = _define("|B w_{i}|", "norm of what $B$ makes of column $i$", 0.5, 2.0)
row_j = _define("|B^T w_{j}|", "norm of what $B$ makes of row $j$", 0.5, 2.0)
t_K = _define("t_K", "crossover time", 0.5, 5.0)
theta = _define("theta", r"threshold of an output, $-\beta$", 0.1, 3.0)
sigma = _define("sigma", "size of the interference at an inactive output", 0.2, 2.0)

zeta = _define("zeta", r"share of amplitudes below the threshold, $\theta/(2 s)$", 0.02, 0.9)
h = _define("h", r"threshold over twice the interference, $\theta/(2 \sigma)$", 0.3, 3.0)
S_ij = _define("S_ij", r"overlap of two trained columns, entry $(i, j)$ of $W^T W$", 0.6, 1.5)
D_ij = _define("D_ij", r"drive of an entry, $-\partial L/\partial S_{ij}$", -1.0, 1.0, real=True)
P_ji = _define("P_ji", "work that an entry and its bias do on the student", -1.0, 1.0, real=True)
Y_ij = _define("Y_ij", "what repulsion has added to column $j$ along $i$", -1.0, 1.0, real=True)
Y_ji = _define("Y_ji", "what repulsion has added to column $i$ along $j$", -1.0, 1.0, real=True)
Lambda_k = _define("Lambda_k", "level: eigenvalue of a frame operator", 0.2, 3.0)
Lambda_l = _define("Lambda_l", "another level", 0.2, 3.0)
mu_ik = _define("mu_ik", "share of the norm of feature $i$ in eigenspace $k$", 0.1, 0.9)
mu_il = _define("mu_il", "share of the norm of feature $i$ in eigenspace $l$", 0.1, 0.9)
square_norm_i = _define("|w_{i}|^2", "squared norm of feature $i$", 0.2, 2.0)
r_F = _define("r_F", "rank of a frame operator", 2, 9, integer=True, positive=True)

s = _define("s", "gain of an output, squared norm of its column", 1.0, 3.0)
c = _define("c", "largest cosine that a code keeps out", 0.05, 0.9)
b_j = _define("b_j", "bias of an output, at most 0", -0.9, -0.1, real=True)
ridge = _define("lambda", r"ridge: a cost $\tfrac12 \lambda |w|^2$ of norm", 0.01, 0.2)

sum_i, sum_j, sum_k, sum_l = sp.symbols("i j k l", integer=True, positive=True)
"""Indices that sums count through: whole, where `i` runs through the reals."""
