"""Training exponents: what power of time the loss falls with, and under which hypotheses.

Plain arithmetic on purpose: an answer costs milliseconds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

from superlaw.arguments import refuse
from superlaw.notices import Notice
from superlaw.theory.laws import (
    leak_exponent,
    leak_prefactor,
    noise_exponent,
    sequential_exponent,
    sequential_prefactor,
    slowdown,
    two_layer_exponent,
)
from superlaw.theory.optimizers import SGD
from superlaw.theory.students import Student
from superlaw.theory.tasks import PowerLawTask
from superlaw.theory.visibility import features_needed, visible_window


@dataclass(frozen=True)
class Exponent:
    """The exponent α of L ≈ prefactor · t^-α, or why there is none.

    Parameters
    ----------
    value : float or None
        α; None outside the hypotheses.
    regime : str
        "power law", "leak", "noise", "power law with logarithms", "logarithmic",
        "not summable", "exponential" or "open".
    window : (float, float) or None
        Cut-offs (1/λ_1, 1/λ_N) between which the law may hold [time]; infinite N has none above.
    visible : (float, float) or None
        Times at which the local slope is within 10 % of α [time]; None if there are none.
    prefactor : float or None
        Leading-order prefactor, where it is known.
    assumptions : tuple of str
        Hypotheses under which the value holds.
    equation : str
        Derivation step behind the value.
    formula : str
        The formula of that step.
    explanation : str
        One sentence for the reader.
    notices : tuple of Notice
        Coded warnings.
    """

    value: float | None
    regime: str
    window: tuple[float, float] | None
    visible: tuple[float, float] | None
    prefactor: float | None
    assumptions: tuple[str, ...]
    equation: str
    formula: str
    explanation: str
    notices: tuple[Notice, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as plain data; `exponent` is the value."""
        return {
            "exponent": self.value,
            "regime": self.regime,
            "window": self.window,
            "visible_window": self.visible,
            "prefactor": self.prefactor,
            "assumptions": self.assumptions,
            "equation": self.equation,
            "formula": self.formula,
            "explanation": self.explanation,
            "warnings": [{"code": n.code, "message": n.message} for n in self.notices],
        }

    def __str__(self) -> str:
        value = "none" if self.value is None else f"{self.value:.6g}"
        lines = [
            f"exponent   {value}   ({self.formula}, {self.equation})",
            f"regime     {self.regime}",
        ]
        if self.prefactor is not None:
            lines.append(f"prefactor  {self.prefactor:.6g}")
        lines.append(f"window     {_span(self.window)}")
        lines.append(f"visible    {_span(self.visible)}  (local slope within 10 %)")
        lines += [f"assuming   {assumption}" for assumption in self.assumptions]
        lines.append(self.explanation)
        return "\n".join(lines + [str(notice) for notice in self.notices])


def exponent(
    task: PowerLawTask, student: Student | None = None, optimizer: SGD | None = None
) -> Exponent:
    """Return the training exponent of a task, with its hypotheses.

    One layer: α = (a + 2b − 1)/a (S14); inputs with a mean: min(α, 3 − 1/a) (M12); two layers:
    (a + 2b − 1)/(a + b) (T6); SGD on independent centred inputs: min(α, 2 − 1/a) (N9).

    Parameters
    ----------
    task : PowerLawTask
        Data and teacher; `n_features=None` asks for infinitely many features.
    student : Student, optional
        One layer, K = N, if left out.
    optimizer : SGD, optional
        Gradient flow if left out.

    Returns
    -------
    Exponent
        Outside the hypotheses its value is None and `regime` says what happens instead.

    Raises
    ------
    ArgumentError
        If the combination is not covered.

    Examples
    --------
    >>> exponent(PowerLawTask(a=1.5, b=0.5)).value
    1.0
    >>> exponent(PowerLawTask(a=0.5, b=0.1)).regime
    'not summable'
    """
    student = student or Student()
    if student.depth == 2:
        return _two_layer(task, student, optimizer)
    answer = _degenerate(task) or _sequential(task)
    if answer.value is None:
        return answer
    noisy = optimizer is not None and optimizer.batch is not None
    if task.has_coupled_modes:
        return _open(answer) if noisy else _leak(task, answer)
    if noisy and optimizer is not None:
        return _under_noise(task, answer, optimizer)
    return answer


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
    return replace(answer, prefactor=prefactor, visible=visible, notices=notices)


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
        value=leak_exponent(task.a),
        regime="leak",
        prefactor=leak_prefactor(task) if task.is_normalisable else None,
        visible=None,
        assumptions=("a > 1", "b > a", "every entry of S is trained", *_time_assumption(task)),
        equation="M10",
        formula="3 - 1/a",
        explanation="Learned rows leak through the mean of the inputs; their slow columns decide.",
        notices=(),
    )


def _under_noise(task: PowerLawTask, modes: Exponent, optimizer: SGD) -> Exponent:
    """Return what mini-batches make of the mode exponent."""
    batch = optimizer.batch or 1
    factor = slowdown(task, optimizer.lr, batch)
    if factor <= 0.0:
        bound = optimizer.lr / (1.0 - factor)
        refuse("lr", f"below {bound:.6g} for this batch", optimizer.lr, "Lower it (N2).")
    if task.activity == "bernoulli" and 2.0 * task.b > task.a > 1.0:
        return replace(
            modes,
            value=noise_exponent(task.a),
            regime="noise",
            prefactor=None,
            visible=None,
            assumptions=("a > 1", "2b > a", "fixed learning rate", *_time_assumption(task)),
            equation="N7",
            formula="2 - 1/a",
            explanation="Mini-batch noise kicks slow modes; their memory of it decides.",
            notices=(),
        )
    why = (
        "2b ≤ a: noise stays below (N9)"
        if task.activity == "bernoulli"
        else "no noise is added (N3)"
    )
    prefactor = modes.prefactor
    if prefactor is not None and modes.value is not None:
        prefactor *= factor**-modes.value
    return replace(modes, prefactor=prefactor, assumptions=(*modes.assumptions, why))


def _open(modes: Exponent) -> Exponent:
    return replace(
        modes,
        value=None,
        regime="open",
        prefactor=None,
        visible=None,
        explanation="No exponent is known for SGD noise on inputs with a mean; ask for gradient "
        'flow, or use amplitude="symmetric".',
        notices=(),
    )


def _two_layer(task: PowerLawTask, student: Student, optimizer: SGD | None) -> Exponent:
    if task.activity != "one":
        refuse("activity", '"one" for two layers', task.activity, "Use depth=1 (steps M1-M12).")
    if optimizer is not None and optimizer.batch is not None:
        refuse("batch", "None for two layers", optimizer.batch, "Ask for gradient flow.")
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
        return replace(answer, regime="power law with logarithms", equation="T9", notices=(notice,))
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
        value=value,
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
