"""The one decision: of which kind a task, a student and its training are.

Theory, solvers and training each hold a table of the cases they cover (`superlaw.setting.table`);
what is not in it is refused, and nothing else decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from superlaw.arguments import refuse
from superlaw.setting.optimizer import SGD, Adam, GradientFlow, Optimizer
from superlaw.setting.stability import largest_stable_lr
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask, Task

STUDENTS = {
    "plain": "ŷ = S x, one layer of N × N entries",
    "two_layer": "ŷ = U V x, balanced and diagonal",
    "bottleneck": "ŷ = WᵀB W x + β, K < N, W fixed",
    "superposed": "ŷ = relu(WᵀB W x + β), K < N, W fixed",
    "square": "ŷ = φ(WᵀB W x + β), K = N, W fixed",
    "trained": "ŷ = φ(WᵀB W x + β), W trained too",
    "tied": "ŷ = φ(WᵀW x + β), W trained, no B",
    "untied": "ŷ = φ(DᵀW x + β), W and D trained, no B",
}
"""Kinds of student, each with its formula."""
INPUTS = {
    "one": "exactly one active feature",
    "centred": "independent features, inputs of mean 0",
    "mean": "independent features, inputs with a mean",
}
"""Kinds of inputs."""
DYNAMICS = {
    "flow": "gradient flow",
    "sgd": "SGD",
    "momentum": "SGD with momentum",
    "adam": "Adam",
}
"""Kinds of training."""
PASSED = {
    "plain": "no width",
    "two_layer": "depth=2",
    "bottleneck": 'width below N with activation="linear"',
    "superposed": "width below N",
    "square": 'no width with activation="relu", a bias or an embedding',
    "trained": 'embedding="trained"',
    "tied": "tied=True",
    "untied": 'decoder="random" or "transpose"',
    "one": 'activity="one"',
    "centred": 'activity="bernoulli" with amplitude="symmetric"',
    "mean": 'activity="bernoulli"',
    "flow": "no optimizer",
    "sgd": "sl.SGD(lr=0.05)",
    "momentum": "sl.SGD(lr=0.05, momentum=0.9)",
    "adam": "sl.Adam(lr=0.001)",
}
"""What is passed for each kind."""


@dataclass(frozen=True)
class Case:
    """A task, a student and its training with every choice made, and the kind of each.

    Parameters
    ----------
    task : Task
    student : Student
        As `Student.on` resolves it for the features of the task.
    optimizer : SGD, Adam or GradientFlow
    kind : str
        Key of `STUDENTS`.
    inputs : str
        Key of `INPUTS`.
    dynamics : str
        Key of `DYNAMICS`.
    """

    task: Task
    student: Student
    optimizer: Optimizer
    kind: str
    inputs: str
    dynamics: str

    @property
    def is_sampled(self) -> bool:
        """Whether steps are taken on samples, so that training carries their noise."""
        return not isinstance(self.optimizer, GradientFlow) and self.optimizer.batch is not None

    @property
    def power_law(self) -> PowerLawTask:
        """The task of a row for power laws."""
        assert isinstance(self.task, PowerLawTask)  # by the row's condition
        return self.task

    def argument(self, name: str) -> Any:
        """Return the value of an argument of the task, the student or the optimizer."""
        for part in (self.task, self.student, self.optimizer):
            if hasattr(part, name):
                return getattr(part, name)
        return getattr(self, name)


def case(task: Task, student: Student | None = None, optimizer: Optimizer | None = None) -> Case:
    """Return of which kind a task, a student and its training are.

    Parameters
    ----------
    task : Task
        Data and teacher.
    student : Student, optional
        One layer, K = N, if left out.
    optimizer : SGD, Adam or GradientFlow, optional
        Gradient flow if left out.

    Raises
    ------
    ArgumentError
        If one is of another type, the student cannot embed the features, or the plain student is
        unstable at the learning rate.

    Examples
    --------
    >>> case(PowerLawTask(a=1.5, n_features=512), Student(width=64)).kind
    'superposed'
    """
    if not isinstance(task, Task):
        remedy = "E.g. sl.PowerLawTask(a=1.5, b=0.25)."
        refuse("task", "a PowerLawTask or a MeasuredTask", task, remedy)
    if not isinstance(student, Student | None):
        refuse("student", "a Student", student, "E.g. sl.Student(width=512).")
    if not isinstance(optimizer, Optimizer | None):
        refuse("optimizer", "SGD, Adam or GradientFlow", optimizer, "E.g. sl.SGD(lr=0.05).")
    resolved = (student or Student()).on(task.n_features)
    trained = optimizer or GradientFlow()
    found = Case(task, resolved, trained, _kind(resolved, task), _inputs(task), _dynamics(trained))
    _check_stable(found)
    return found


def _kind(student: Student, task: Task) -> str:
    """Return the kind of a student with every choice made."""
    if student.depth == 2:
        return "two_layer"
    if student.tied:
        return "tied"
    if student.decoder is not None:
        return "untied"
    if student.embedding == "trained":
        return "trained"
    is_linear = student.activation == "linear"
    if student.width != task.n_features:
        return "bottleneck" if is_linear else "superposed"
    is_plain = is_linear and student.embedding == "identity" and not student.bias
    return "plain" if is_plain else "square"


def _inputs(task: Task) -> str:
    """Return the kind of the inputs of a task."""
    if task.activity == "one":
        return "one"
    return "mean" if task.has_coupled_modes else "centred"


def _dynamics(optimizer: Optimizer) -> str:
    """Return the kind of training."""
    if isinstance(optimizer, GradientFlow):
        return "flow"
    if isinstance(optimizer, Adam):
        return "adam"
    return "momentum" if optimizer.momentum else "sgd"


def _check_stable(found: Case) -> None:
    """Refuse a learning rate at which the plain student's mean-square error grows."""
    optimizer = found.optimizer
    if found.kind != "plain" or not isinstance(optimizer, SGD):
        return
    bound = largest_stable_lr(found.task, optimizer.batch, optimizer.momentum)
    if optimizer.lr >= bound:
        remedy = "Lower it, or raise the batch (N1, N4, N16)."
        refuse("lr", f"below {bound:.6g} to be stable", optimizer.lr, remedy)
