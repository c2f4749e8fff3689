"""Training exponents: what power of time the loss falls with, and under which hypotheses.

Plain arithmetic on purpose: an answer costs milliseconds.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from superlaw.notices import Notice
from superlaw.setting.case import Case, case
from superlaw.setting.optimizer import GradientFlow, Optimizer
from superlaw.setting.student import Student
from superlaw.setting.table import MEASURED, POWER_LAW, Condition, Row, Table, among
from superlaw.setting.task import PowerLawTask, Task
from superlaw.theory import by_decade, shared_slope
from superlaw.theory.answer import Exponent, answer, time_assumption
from superlaw.theory.laws import coactive, sequential, sgd, superposed, two_layer

_CROSSOVER = (
    "Superposed: the local slope crosses over between limits that depend on the data; an exponent "
    "near 1 is a value of that crossover, not a law. Interference, which the cross-talk theory "
    "leaves out, makes the whole loss flatter and later: sl.solve has it."
)
_NO_BIAS = (
    "Without a trained bias interference is never filtered: the loss reaches a floor early and "
    "its slope stays far below 1."
)


def exponent(
    task: Task, student: Student | None = None, optimizer: Optimizer | None = None
) -> Exponent:
    """Return the training exponent of a task, with its hypotheses.

    One layer: α = (a + 2b − 1)/a (S14); inputs with a mean: min(α, 3 − 1/a) (M12); two layers:
    (a + 2b − 1)/(a + b) (T6); SGD on independent centred inputs: min(α, 2 − 1/a) (N9). Superposed
    students have no single exponent: the answer has their limits, crossover, floor (X5, X9, X10).
    Tied students: a measured slope with its band, where flows were compared with it. Measured
    frequencies have a slope for each decade of time.

    Parameters
    ----------
    task : PowerLawTask or MeasuredTask
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
    studied = case(task, student, optimizer)
    return LAWS.row(studied).make(studied)


def _crossover(studied: Case) -> Exponent:
    """Return limits, crossover and floor of relu(WᵀB W x + β), W random unit columns."""
    task, width = studied.power_law, studied.student.width or 0
    found = replace(answer(task, None, "crossover", "X9", "none"), explanation=_CROSSOVER)
    if task.b != 0.0:
        note = "b ≠ 0: no limits are known, the time is that of finite sums"
        found = replace(found, assumptions=("a > 1", note, "W random unit columns"))
    else:
        found = replace(
            found,
            limits=superposed.slope_limits(task.a),
            crossover=superposed.crossover_time(task.a, width, task.second_moment(1.0)),
            assumptions=("a > 1", "b = 0", "W random unit columns", "1/λ_1 ≪ t ≪ 1/λ_N"),
        )
    if task.n_features is not None:
        found = replace(found, unit_slope=superposed.unit_slope_time(task, width))
    return found


def _without_bias(studied: Case) -> Exponent:
    """Return that interference which no bias filters leaves a floor."""
    return replace(answer(studied.task, None, "floor", "X20", "none"), explanation=_NO_BIAS)


def _bottleneck(studied: Case) -> Exponent:
    """Return the floor below which a linear student cannot fall."""
    task, student = studied.task, studied.student
    found = answer(task, None, "floor", "L16", "none")
    share = None if task.n_features is None else 1.0 - (student.width or 0) / task.n_features
    text = "A linear student loses what K dimensions cannot hold: no power law, a floor."
    return replace(found, floor=None if student.bias else share, explanation=text)


def _unknown(studied: Case) -> Exponent:
    """Return that nothing is known."""
    text = "No theory covers this student on this task: simulate it."
    return replace(answer(studied.task, None, "open", "X1", "none"), explanation=text)


def _degenerate(task: PowerLawTask) -> Exponent | None:
    """Return what happens where there is no power law at all."""
    excess = task.a + 2.0 * task.b - 1.0
    none = answer(task, None, "", "S12", "none")
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


def _sequential(studied: Case) -> Exponent:
    """Return the exponent of modes that are learned one after another."""
    task = studied.power_law
    none = _degenerate(task)
    if none is not None:
        return none
    alpha = sequential.sequential_exponent(task.a, task.b)
    found = answer(task, alpha, "power law", "S14", "(a + 2b - 1)/a")
    if found.window is None:
        return found
    prefactor = sequential.sequential_prefactor(task.a, task.b, task.second_moment(1.0))
    visible = sequential.visible_window(task, alpha)
    notices = () if visible else (_finite_size(task, alpha),)
    return replace(found, prefactor=_number(prefactor), visible=visible, warnings=notices)


def _finite_size(task: PowerLawTask, alpha: float) -> Notice:
    needed = math.ceil(sequential.features_needed(task, alpha))
    return Notice(
        "W-FINITE-SIZE",
        f"with N = {task.n_features} no time shows a local slope within 10 % of {alpha:.4g}; one "
        f"decade of it needs N of about 1e{needed}. Compare fits with the finite-N curve in the "
        "same window.",
    )


def _coactive(studied: Case) -> Exponent:
    """Return the smaller of the mode exponent and the leak exponent."""
    task, modes = studied.power_law, _sequential(studied)
    if modes.exponent is None:
        return modes
    if task.a <= 1.0:
        note = "the coupling through the mean is weak (a ≤ 1 and N large)"
        return replace(modes, assumptions=(*modes.assumptions, note))
    if task.b <= task.a:
        return replace(modes, assumptions=(*modes.assumptions, "b ≤ a: the leak is hidden (M12)"))
    return replace(
        modes,
        exponent=coactive.leak_exponent(task.a),
        regime="leak",
        prefactor=coactive.leak_prefactor(task),
        visible=None,
        assumptions=("a > 1", "b > a", "every entry of S is trained", *time_assumption(task)),
        equation="M10",
        formula="3 - 1/a",
        explanation="Learned rows leak through the mean of the inputs; their slow columns decide.",
        warnings=(),
    )


def _under_noise(studied: Case) -> Exponent:
    """Return what mini-batches make of the mode exponent."""
    task, optimizer, modes = studied.power_law, studied.optimizer, _sequential(studied)
    if modes.exponent is None or isinstance(optimizer, GradientFlow) or optimizer.batch is None:
        return modes
    if task.activity == "bernoulli" and 2.0 * task.b > task.a > 1.0:
        return replace(
            modes,
            exponent=sgd.noise_exponent(task.a),
            regime="noise",
            prefactor=None,
            visible=None,
            assumptions=("a > 1", "2b > a", "fixed learning rate", *time_assumption(task)),
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
    factor = sgd.slowdown(task, optimizer.time_per_step, optimizer.batch)
    prefactor = modes.prefactor
    if prefactor is not None:
        prefactor = _number(prefactor * sequential.exponential(-modes.exponent * math.log(factor)))
    return replace(modes, prefactor=prefactor, assumptions=(*modes.assumptions, why))


def _noisy_coactive(studied: Case) -> Exponent:
    """Return that noise on inputs with a mean is open, where there is a power law at all."""
    modes = _sequential(studied)
    if modes.exponent is None:
        return modes
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


def _two_layer(studied: Case) -> Exponent:
    """Return the exponent of two balanced diagonal layers."""
    task, student = studied.power_law, studied.student
    none = _degenerate(task)
    if none is not None:
        return none
    alpha = two_layer.two_layer_exponent(task.a, task.b)
    found = answer(task, alpha, "power law", "T6", "(a + 2b - 1)/(a + b)")
    if found.window is not None:  # modes are learned at the pace of λ_i a_i
        last = found.window[1] / task.target(float(task.n_features or 1))
        found = replace(found, window=(found.window[0], last))
    if student.init_profile == "flat":
        notice = Notice(
            "W-LOGARITHM",
            f"a flat start s_0 = {student.init:g} delays mode i by log(a_i/s_0): the local slope "
            "creeps towards the exponent, and features with a_i < s_0 start above their target.",
        )
        return replace(found, regime="power law with logarithms", equation="T9", warnings=(notice,))
    return found


def _number(value: float) -> float | None:
    """Return a number, or None where it is no float."""
    return value if math.isfinite(value) else None


_RANDOM = among("embedding", "random")
_POSITIVE = Condition("amplitude", "positive", lambda c: c.task.amplitude != "symmetric")
_NOISE_FREE = Condition("batch", "None", lambda case: not case.is_sampled)
_ABOVE_1 = Condition("a", "above 1", lambda case: case.power_law.a > 1.0)
_ANY = ("one", "centred", "mean")
_LAW: tuple[tuple[str, ...], tuple[Condition, ...]] = ((), (POWER_LAW,))
_DATA: tuple[tuple[str, ...], tuple[Condition, ...]] = ((), (MEASURED,))
_SHARED = Row[Callable[[Case], Exponent]](
    "universal, measured",
    shared_slope.shared,
    ("tied",),
    ("one",),
    ("flow",),
    conditions=tuple(dict.fromkeys((*shared_slope.KIND, *shared_slope.CONDITIONS))),
)
LAWS: Table[Callable[[Case], Exponent]] = Table(
    "predict",
    "Leave the optimizer out for gradient flow, or simulate.",
    (
        Row("sequential modes", _sequential, ("plain",), ("one", "centred"), ("flow",), *_LAW),
        Row("leak", _coactive, ("plain",), ("mean",), ("flow",), *_LAW),
        Row("leak", _coactive, ("plain",), ("mean",), ("sgd",), (), (POWER_LAW, _NOISE_FREE)),
        Row("noise", _under_noise, ("plain",), ("one", "centred"), ("sgd",), *_LAW),
        Row("noise", _under_noise, ("plain",), ("one",), ("momentum",), *_LAW),
        Row("open", _noisy_coactive, ("plain",), ("mean",), ("sgd",), *_LAW),
        Row("two layers", _two_layer, ("two_layer",), ("one",), ("flow",), *_LAW),
        Row("by decade", by_decade.sequential, ("plain",), ("one", "centred"), ("flow",), *_DATA),
        Row("by decade", by_decade.coupled, ("plain",), ("mean",), ("flow",), *_DATA),
        Row("by decade", by_decade.mean_sgd, ("plain",), ("one",), ("sgd",), *_DATA),
        Row("by decade", by_decade.two_layer, ("two_layer",), ("one",), ("flow",), *_DATA),
        Row("linear floor", _bottleneck, ("bottleneck",), ("one",), ("flow",)),
        Row(
            "floor without bias",
            _without_bias,
            ("superposed",),
            ("one",),
            ("flow",),
            conditions=(_RANDOM, _POSITIVE, among("bias", False)),
        ),
        Row(
            "crossover",
            _crossover,
            ("superposed",),
            ("one",),
            ("flow",),
            conditions=(POWER_LAW, _RANDOM, _POSITIVE, among("bias", True), _ABOVE_1),
        ),
        Row(
            "by decade",
            by_decade.crossover,
            ("superposed",),
            ("one",),
            ("flow",),
            conditions=(MEASURED, _RANDOM, _POSITIVE, among("bias", True)),
        ),
        Row("open", _unknown, ("bottleneck",), ("centred", "mean"), ("flow",)),
        _SHARED,
        Row("open", shared_slope.not_shared, ("tied",), _ANY, ("flow",)),
        Row("open", _unknown, ("superposed", "trained", "untied"), _ANY, ("flow",)),
    ),
)
"""Which law covers which case; the first row that covers it answers."""
