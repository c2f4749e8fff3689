"""Training exponents: what power of time the loss falls with, and under which hypotheses.

Plain arithmetic on purpose: an answer costs milliseconds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

from superlaw.arguments import refuse
from superlaw.notices import Notice
from superlaw.setting.optimizer import SGD, Adam, GradientFlow, Optimizer
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.theory.laws import (
    leak_exponent,
    leak_prefactor,
    noise_exponent,
    sequential_exponent,
    sequential_prefactor,
    slowdown,
    two_layer_exponent,
)
from superlaw.theory.superposition import crossover_time, slope_limits, unit_slope_time
from superlaw.theory.visibility import features_needed, visible_window

_CROSSOVER = (
    "Superposed: the local slope crosses over between limits that depend on the data; an exponent "
    "near 1 is a value of that crossover, not a law. Interference, which the cross-talk theory "
    "leaves out, makes the whole loss flatter and later: sl.solve has it."
)
_NO_BIAS = (
    "Without a trained bias interference is never filtered: the loss reaches a floor early and "
    "its slope stays far below 1."
)


@dataclass(frozen=True)
class Exponent:
    """The exponent α of L ≈ prefactor · t^-α, or why there is none.

    Parameters
    ----------
    exponent : float or None
        α; None outside the hypotheses.
    regime : str
        "power law", "leak", "noise", "power law with logarithms", "logarithmic",
        "not summable", "exponential", "open", "crossover" or "floor".
    window : (float, float) or None
        Cut-offs (1/λ_1, 1/λ_N) between which the law may hold [time]; infinite N has none above.
    visible : (float, float) or None
        Times at which the local slope is within 10 % of α [time]; None if there are none.
    prefactor : float or None
        Leading-order prefactor, where it is known.
    assumptions : tuple of str
        Hypotheses under which the value holds.
    equation : str
        Derivation step behind the exponent.
    formula : str
        The formula of that step.
    explanation : str
        One sentence for the reader.
    warnings : tuple of Notice
        Coded warnings.
    limits : (float, float) or None
        Superposed students: local slopes long before and long after the crossover.
    crossover : float or None
        Their crossover time t_K.
    unit_slope : float or None
        Time at which their local slope passes 1 in the cross-talk theory, without interference.
    floor : float or None
        Least loss a student can reach, as a fraction of the loss at time 0, where a law is known.
    """

    exponent: float | None
    regime: str
    window: tuple[float, float] | None
    visible: tuple[float, float] | None
    prefactor: float | None
    assumptions: tuple[str, ...]
    equation: str
    formula: str
    explanation: str
    warnings: tuple[Notice, ...] = ()
    limits: tuple[float, float] | None = None
    crossover: float | None = None
    unit_slope: float | None = None
    floor: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as plain data."""
        return {
            "exponent": self.exponent,
            "regime": self.regime,
            "window": self.window,
            "visible": self.visible,
            "prefactor": self.prefactor,
            "assumptions": self.assumptions,
            "equation": self.equation,
            "formula": self.formula,
            "explanation": self.explanation,
            "limits": self.limits,
            "crossover": self.crossover,
            "unit_slope": self.unit_slope,
            "floor": self.floor,
            "warnings": self.warnings,
        }

    def __str__(self) -> str:
        value = "none" if self.exponent is None else f"{self.exponent:.6g}"
        lines = [
            f"exponent   {value}   ({self.formula}, {self.equation})",
            f"regime     {self.regime}",
        ]
        if self.prefactor is not None:
            lines.append(f"prefactor  {self.prefactor:.6g}")
        lines.append(f"window     {_span(self.window)}")
        if self.regime in ("crossover", "floor"):
            lines += self._superposed_lines()
        else:
            lines.append(f"visible    {_span(self.visible)}  (local slope within 10 %)")
        lines += [f"assuming   {assumption}" for assumption in self.assumptions]
        lines.append(self.explanation)
        return "\n".join(lines + [str(notice) for notice in self.warnings])

    def _superposed_lines(self) -> list[str]:
        """Return what is said of a superposed student only."""
        lines = []
        if self.limits is not None:
            before, after = self.limits
            lines.append(f"slope      {before:.4g} long before the crossover, {after:.4g} after it")
        if self.crossover is not None:
            lines.append(f"crossover  t_K = {self.crossover:.4g}")
        if self.unit_slope is not None:
            lines.append(f"slope 1    at t = {self.unit_slope:.4g} in the cross-talk theory")
        if self.floor is not None:
            lines.append(f"floor      at least {self.floor:.4g} of the loss at time 0")
        return lines


def exponent(
    task: PowerLawTask, student: Student | None = None, optimizer: Optimizer | None = None
) -> Exponent:
    """Return the training exponent of a task, with its hypotheses.

    One layer: α = (a + 2b − 1)/a (S14); inputs with a mean: min(α, 3 − 1/a) (M12); two layers:
    (a + 2b − 1)/(a + b) (T6); SGD on independent centred inputs: min(α, 2 − 1/a) (N9). Superposed
    students have no single exponent: the answer has their limits, crossover, floor (X5, X9, X10).

    Parameters
    ----------
    task : PowerLawTask
        Data and teacher; `n_features=None` asks for infinitely many features.
    student : Student, optional
        One layer, K = N, if left out.
    optimizer : SGD or GradientFlow, optional
        Gradient flow if left out.

    Returns
    -------
    Exponent
        Outside the hypotheses it is None and `regime` says what happens instead.

    Raises
    ------
    ArgumentError
        If the combination is not covered.

    Examples
    --------
    >>> exponent(PowerLawTask(a=1.5, b=0.5)).exponent
    1.0
    >>> exponent(PowerLawTask(a=0.5, b=0.1)).regime
    'not summable'
    """
    student = student or Student()
    if student.is_network(task.n_features):
        return _network(task, student.on(task.n_features), optimizer)
    if student.depth == 2:
        return _two_layer(task, student, optimizer)
    answer = _degenerate(task) or _sequential(task)
    if answer.exponent is None:
        return answer
    if isinstance(optimizer, Adam):
        refuse("optimizer", "SGD or gradient flow", optimizer, "Leave it out, or simulate.")
    if isinstance(optimizer, SGD) and optimizer.momentum and task.activity != "one":
        rule = "without momentum where several features are active"
        refuse("optimizer", rule, optimizer, "Leave it out, or use sl.solve.")
    noisy = isinstance(optimizer, SGD) and optimizer.batch is not None
    if task.has_coupled_modes:
        return _open(answer) if noisy else _leak(task, answer)
    if noisy and isinstance(optimizer, SGD):
        return _under_noise(task, answer, optimizer)
    return answer


def _network(task: PowerLawTask, student: Student, optimizer: Optimizer | None) -> Exponent:
    """Return what is known of a ŷ = φ(WᵀB W x + β)."""
    if optimizer is not None and not isinstance(optimizer, GradientFlow):
        remedy = "Leave it out for gradient flow, or simulate."
        refuse("optimizer", "left out for a network", optimizer, remedy)
    if student.width == task.n_features:
        remedy = "Leave activation, bias and embedding out for K = N, or simulate."
        refuse("width", "below N for a network", student.width, remedy)
    if task.activity != "one" or student.embedding not in ("random", "tight_frame"):
        return _unknown(task)
    width = student.width or 0
    if student.activation == "linear":
        return _linear_network(task, width, bool(student.bias))
    if student.embedding != "random" or task.amplitude == "symmetric":
        return _unknown(task)
    answer = replace(_answer(task, None, "crossover", "X9", "none"), explanation=_CROSSOVER)
    if not student.bias:
        return replace(answer, regime="floor", equation="X20", explanation=_NO_BIAS)
    if task.a <= 1.0:
        return _unknown(task)
    if task.b != 0.0:
        note = "b ≠ 0: no limits are known, the time is that of finite sums"
        answer = replace(answer, assumptions=("a > 1", note, "W random unit columns"))
    else:
        answer = replace(
            answer,
            limits=slope_limits(task.a),
            crossover=crossover_time(task.a, width, task.second_moment(1.0)),
            assumptions=("a > 1", "b = 0", "W random unit columns", "1/λ_1 ≪ t ≪ 1/λ_N"),
        )
    if task.n_features is not None:
        answer = replace(answer, unit_slope=unit_slope_time(task, width))
    return answer


def _linear_network(task: PowerLawTask, width: int, trains_bias: bool) -> Exponent:
    """Return the floor below which a linear student cannot fall."""
    answer = _answer(task, None, "floor", "L16", "none")
    share = None if task.n_features is None else 1.0 - width / task.n_features
    text = "A linear student loses what K dimensions cannot hold: no power law, a floor."
    return replace(answer, floor=None if trains_bias else share, explanation=text)


def _unknown(task: PowerLawTask) -> Exponent:
    """Return that nothing is known."""
    text = "No theory covers this student on this task: simulate it."
    return replace(_answer(task, None, "open", "X1", "none"), explanation=text)


def _degenerate(task: PowerLawTask) -> Exponent | None:
    """Return what happens where there is no power law at all."""
    excess = task.a + 2.0 * task.b - 1.0
    none = _answer(task, None, "", "S12", "none")
    if task.n_features == 1:
        return replace(none, regime="exponential", explanation="One mode falls exponentially.")
    if abs(excess) < 1e-12:
        return replace(
            none,
            regime="logarithmic",
            explanation="a + 2b = 1: the loss falls as log(λ_1 N^a / t) until 1/λ_N, and "
            "exponentially after.",
        )
    if excess < 0.0:
        return replace(
            none,
            regime="not summable",
            explanation=f"a + 2b = {task.a + 2 * task.b:.6g} < 1: Σ λ_i a_i² is carried by the "
            "rarest features, so the loss stays near its start until 1/λ_N and then falls "
            "exponentially.",
        )
    return None


def _sequential(task: PowerLawTask) -> Exponent:
    alpha = sequential_exponent(task.a, task.b)
    answer = _answer(task, alpha, "power law", "S14", "(a + 2b - 1)/a")
    if answer.window is None:
        return answer
    prefactor = sequential_prefactor(task.a, task.b, task.second_moment(1.0))
    visible = visible_window(task, alpha)
    notices = () if visible else (_finite_size(task, alpha),)
    return replace(answer, prefactor=prefactor, visible=visible, warnings=notices)


def _finite_size(task: PowerLawTask, alpha: float) -> Notice:
    return Notice(
        "W-FINITE-SIZE",
        f"with N = {task.n_features} no time shows a local slope within 10 % of {alpha:.4g}; one "
        f"decade of it needs N of about 1e{math.ceil(features_needed(task, alpha))}. Compare fits "
        "with the finite-N curve in the same window.",
    )


def _leak(task: PowerLawTask, modes: Exponent) -> Exponent:
    """Return the smaller of the mode exponent and the leak exponent."""
    if task.a <= 1.0:
        note = "the coupling through the mean is weak (a ≤ 1 and N large)"
        return replace(modes, assumptions=(*modes.assumptions, note))
    if task.b <= task.a:
        return replace(modes, assumptions=(*modes.assumptions, "b ≤ a: the leak is hidden (M12)"))
    return replace(
        modes,
        exponent=leak_exponent(task.a),
        regime="leak",
        prefactor=leak_prefactor(task) if task.is_normalisable else None,
        visible=None,
        assumptions=("a > 1", "b > a", "every entry of S is trained", *_time_assumption(task)),
        equation="M10",
        formula="3 - 1/a",
        explanation="Learned rows leak through the mean of the inputs; their slow columns decide.",
        warnings=(),
    )


def _under_noise(task: PowerLawTask, modes: Exponent, optimizer: SGD) -> Exponent:
    """Return what mini-batches make of the mode exponent."""
    batch = optimizer.batch or 1
    factor = slowdown(task, optimizer.time_per_step, batch)
    if factor <= 0.0:
        bound = optimizer.lr / (1.0 - factor)
        refuse("lr", f"below {bound:.6g} for this batch", optimizer.lr, "Lower it (N2, N16).")
    if task.activity == "bernoulli" and 2.0 * task.b > task.a > 1.0:
        return replace(
            modes,
            exponent=noise_exponent(task.a),
            regime="noise",
            prefactor=None,
            visible=None,
            assumptions=("a > 1", "2b > a", "fixed learning rate", *_time_assumption(task)),
            equation="N7",
            formula="2 - 1/a",
            explanation="Mini-batch noise kicks slow modes; their memory of it decides.",
            warnings=(),
        )
    why = (
        "2b ≤ a: noise stays below (N9)"
        if task.activity == "bernoulli"
        else "no noise is added (N3)"
    )
    prefactor = modes.prefactor
    if prefactor is not None and modes.exponent is not None:
        prefactor *= factor**-modes.exponent
    return replace(modes, prefactor=prefactor, assumptions=(*modes.assumptions, why))


def _open(modes: Exponent) -> Exponent:
    return replace(
        modes,
        exponent=None,
        regime="open",
        prefactor=None,
        visible=None,
        explanation="No exponent is known for SGD noise on inputs with a mean; ask for gradient "
        'flow, or use amplitude="symmetric".',
        warnings=(),
    )


def _two_layer(task: PowerLawTask, student: Student, optimizer: Optimizer | None) -> Exponent:
    if task.activity != "one":
        refuse("activity", '"one" for two layers', task.activity, "Use depth=1 (steps M1-M12).")
    if optimizer is not None and getattr(optimizer, "batch", None) is not None:
        refuse("optimizer", "left out for two layers", optimizer, "Ask for gradient flow.")
    answer = _degenerate(task)
    if answer is not None:
        return answer
    if task.a + task.b <= 0.0:
        refuse("b", "above -a for two layers", task.b, "The front does not move otherwise (T7).")
    alpha = two_layer_exponent(task.a, task.b)
    answer = _answer(task, alpha, "power law", "T6", "(a + 2b - 1)/(a + b)")
    if answer.window is not None:  # modes are learned at the pace of λ_i a_i
        last = answer.window[1] / task.target(float(task.n_features or 1))
        answer = replace(answer, window=(answer.window[0], last))
    if student.init_profile == "flat":
        notice = Notice(
            "W-LOGARITHM",
            f"a flat start s_0 = {student.init:g} delays mode i by log(a_i/s_0): the local slope "
            "creeps towards the exponent, and features with a_i < s_0 start above their target.",
        )
        return replace(
            answer, regime="power law with logarithms", equation="T9", warnings=(notice,)
        )
    return answer


def _answer(
    task: PowerLawTask, value: float | None, regime: str, equation: str, formula: str
) -> Exponent:
    """Return an answer with the parts that every regime shares."""
    window = None
    if task.is_normalisable:
        n, fastest = task.n_features, task.second_moment(1.0)
        slowest = task.second_moment(float(n)) if n is not None else 0.0
        window = (1.0 / fastest, 1.0 / slowest if slowest > 0.0 else math.inf)
    return Exponent(
        exponent=value,
        regime=regime,
        window=window,
        visible=None,
        prefactor=None,
        assumptions=("a > 0", "a + 2b > 1", *_time_assumption(task)) if value is not None else (),
        equation=equation,
        formula=formula,
        explanation="Modes are learned one after another; the exponent depends on the data.",
    )


def _time_assumption(task: PowerLawTask) -> tuple[str, ...]:
    if not task.is_normalisable:
        return ("N finite, since Σ i^-a diverges for a ≤ 1 (give N for window and prefactor)",)
    return ("1/λ_1 ≪ t",) if task.n_features is None else ("1/λ_1 ≪ t ≪ 1/λ_N",)


def _span(window: tuple[float, float] | None) -> str:
    return "none" if window is None else f"{window[0]:.4g} … {window[1]:.4g}"
