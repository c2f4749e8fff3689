import multiprocessing
import pickle
from dataclasses import replace

import numpy as np
import pytest

import superlaw as sl
from superlaw.notices import Notice
from superlaw.results import Result, equal

TASK = sl.PowerLawTask(a=1.5, b=0.25, n_features=32)
TIMES = np.geomspace(1.0, 100.0, 9)
ROWS = np.sin(np.arange(60.0) ** 2).reshape(12, 5)


def results(ledger_of):
    """One result of every public kind."""
    curve = sl.solve(TASK, times=TIMES)
    return {
        "Exponent": sl.exponent(TASK),
        "Solution": curve,
        "PowerLawFit": sl.fit_power_law(curve),
        "Ensemble": sl.simulate(TASK, times=TIMES[:2], seeds=2),
        "Explanation": sl.explain(curve, TASK),
        "Report": sl.validate("two_layer", size="small"),
        "Geometry": sl.geometry(ROWS),
        "OverlapLaw": sl.overlap_law([ROWS, ROWS[:, :4], ROWS[:, :3]]),
        "WidthLaw": sl.width_law(np.full(9, 1 / 9), [2, 3]),
        "SweepTable": sl.sweep({"task.a": [1.5, 2.0]}, executor="serial"),
        "Derivation": sl.derive("front"),
        "Ledger": ledger_of("frames"),
    }


def errors():
    """One of every public error, with what it carries."""
    curve = sl.solve(TASK, times=TIMES)
    runs = sl.simulate(TASK, times=TIMES[:2], seeds=2)
    return {
        "ArgumentError": sl.ArgumentError("a must be above 0; got a=-1."),
        "NumericsError": replace(curve, status="max_steps", message="ran out").failure(),
        "DivergenceError": sl.DivergenceError("seed 0 diverged"),
        "SimulationInterrupted": sl.SimulationInterrupted("interrupted", runs),
    }


def fail(error):
    """Raise an error in another process."""
    raise error


def echo(value):
    """Return a value from another process."""
    return value


@pytest.fixture(scope="module")
def found(ledger_of):
    return results(ledger_of)


@pytest.fixture(scope="module")
def pool():
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as workers:
        yield workers


PUBLIC = [getattr(sl, name) for name in sl.__all__]
KINDS = [kind for kind in PUBLIC if isinstance(kind, type)]
NAMES = [kind.__name__ for kind in KINDS if issubclass(kind, (Result, sl.Exponent))]
NAMES += ["Derivation", "Ledger"]


def test_every_public_result_and_error_is_here(found):
    assert set(NAMES) == set(found)
    assert {k.__name__ for k in KINDS if issubclass(k, BaseException)} == set(errors())


@pytest.mark.parametrize("name", NAMES)
def test_a_result_equals_its_copy_and_no_other(found, name):
    copy = pickle.loads(pickle.dumps(found[name]))
    assert copy == found[name]
    others = [result for kind, result in found.items() if kind != name]
    assert all(found[name] != other for other in [*others, None, 1.0])


@pytest.mark.parametrize("name", NAMES)
def test_a_result_shows_itself_in_one_short_line(found, name):
    assert repr(found[name]).startswith(f"{name}(")
    assert len(repr(found[name])) < 120
    assert "\n" not in repr(found[name])
    assert len(str(found[name]).splitlines()) < 40


def test_equal_sees_one_bit_and_takes_unknowns_as_equal():
    one = {"x": np.array([1.0, np.nan]), "y": (1, float("nan"))}
    assert equal(one, {"x": np.array([1.0, np.nan]), "y": (1, float("nan"))})
    assert not equal(one, {"x": np.array([np.nextafter(1.0, 2.0), np.nan]), "y": one["y"]})
    assert not equal(np.zeros(3), np.zeros(3, np.float32))
    assert not equal(np.zeros(3), np.zeros(1))
    assert not equal([1.0], (1.0,))


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_results_come_back_from_a_spawned_process(found, pool, name):
    assert pool.apply_async(echo, (found[name],)).get(300) == found[name]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["ArgumentError", "NumericsError", "DivergenceError"])
def test_errors_come_back_from_a_spawned_process_with_what_they_carry(pool, name):
    expected = errors()[name]
    with pytest.raises(type(expected)) as caught:
        pool.map_async(fail, [expected]).get(300)
    assert str(caught.value) == str(expected)
    assert equal(vars(caught.value), vars(expected))


@pytest.mark.slow
def test_an_interruption_carries_its_seeds_between_processes(pool):
    expected = errors()["SimulationInterrupted"]
    copy = pool.apply_async(echo, (expected,)).get(300)
    assert str(copy) == str(expected)
    assert copy.ensemble == expected.ensemble


def test_divergence_is_a_failure_of_numerics():
    assert issubclass(sl.DivergenceError, sl.NumericsError)


@pytest.mark.parametrize("suffix", [".npz", ".csv"])
def test_a_solution_comes_back_from_its_file_to_the_last_bit(tmp_path, suffix):
    curve = sl.solve(TASK, times=TIMES)
    curve = replace(
        curve,
        warnings=(Notice("W-ROUNDING", "late"),),
        events={"reached": 3.25, "not": float("nan")},
        floor=float("nan"),
        local_slope=np.where(curve.times < 10.0, curve.local_slope, np.nan),
        observables={"front": curve.loss * 2.0},
        state=np.arange(3.0) if suffix == ".npz" else None,
    )
    curve.save(tmp_path / f"c{suffix}")
    assert sl.Solution.load(tmp_path / f"c{suffix}") == curve


@pytest.mark.parametrize("text", ["", "[]", "{", '{"status": "success"}', "[" * 100_000])
def test_a_garbage_manifest_is_refused(tmp_path, refused, text):
    sl.solve(TASK, times=TIMES).save(tmp_path / "c.npz")
    (tmp_path / "c.manifest.json").write_text(text)
    with refused("path", "a solution with its manifest"):
        sl.Solution.load(tmp_path / "c.npz")
