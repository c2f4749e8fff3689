import inspect
import re
import subprocess
import sys

import pytest

import superlaw as sl

PUBLIC = {
    "Adam", "ArgumentError", "DivergenceError", "Ensemble", "Event", "Explanation", "Exponent",
    "Geometry", "GradientFlow", "MeanField", "MeasuredTask", "NumericsError", "OverlapLaw",
    "PowerLawFit", "PowerLawTask", "Report", "SGD", "SimulationInterrupted", "Solution", "Student",
    "SweepTable", "WidthLaw", "cite", "derive", "explain", "exponent", "fit_power_law", "geometry",
    "integrate", "log_times", "overlap_law", "read_curve", "simulate", "solve", "sweep", "validate",
    "width_law",
}  # fmt: skip


def test_public_names_are_these():
    assert set(sl.__all__) == PUBLIC == set(dir(sl))


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_every_public_name_resolves_to_its_home(name):
    assert getattr(sl, name).__module__ == sl._HOME[name]


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'slove'"):
        sl.slove  # noqa: B018


def test_version_is_that_of_the_distribution():
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", sl.__version__)


@pytest.mark.parametrize("name", sorted(n for n in PUBLIC if inspect.isfunction(getattr(sl, n))))
def test_every_public_function_documents_itself_with_an_example(name):
    text = inspect.getdoc(getattr(sl, name))
    for section in ("Parameters", "Returns", "Raises", "Examples"):
        assert f"{section}\n---" in text, section
    assert ">>>" in text


def test_exponent_loads_nothing_heavy():
    code = (
        "import sys, superlaw as sl; sl.exponent(sl.PowerLawTask(a=1.5, n_features=10**6));"
        "heavy = {'numpy', 'scipy', 'sympy', 'numba', 'matplotlib'} & set(sys.modules);"
        "raise SystemExit(str(heavy) if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    "call",
    [
        "sl.solve(task)",
        "sl.solve(task, sl.Student(depth=2))",
        "sl.solve(task, times=[1, 10], optimizer=sl.SGD(lr=0.05, batch=16))",
        "sl.solve(sl.PowerLawTask(1.5, 0.3, 100, activity='bernoulli'))",
    ],
)
def test_a_closed_form_loads_no_compiler(call):
    code = f"import sys, superlaw as sl; task = sl.PowerLawTask(1.5, 0.3, 100); {call};"
    code += "raise SystemExit('numba' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
