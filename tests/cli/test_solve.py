"""superlaw solve: what a curve says of its accuracy, and direct flows."""

import json

TASK = "solve -a 1.3 -b 0.25 -N 512 -K 64 --per-decade 1 --t-start 1"


def test_json_states_the_band_and_the_scatter_at_every_time(as_json):
    answer = as_json(*f"{TASK} --t-end 1e5".split())
    band, scatter = answer["error_band"], answer["scatter"]
    assert len(band) == len(scatter) == len(answer["times"]) == 6
    assert band[-1] is scatter[-1] is None
    assert all(0.0 < s < h < 0.5 for s, h in zip(scatter[1:-1], band[1:-1], strict=True))
    assert {notice["code"] for notice in answer["warnings"]} == {"W-UNVALIDATED", "W-CLOSURE"}


def test_json_states_none_where_nothing_was_compared(as_json):
    answer = as_json(*"solve -a 1.3 -N 100 -K 10 --t-end 1".split())
    assert answer["error_band"] is answer["scatter"] is None
    assert [notice["code"] for notice in answer["warnings"]] == ["W-UNVALIDATED"]
    exact = as_json(*"solve -a 1.3 -N 100".split())
    assert exact["error_band"] is exact["scatter"] is None


def test_direct_flows_from_the_command_line(as_json, run):
    line = "solve -a 1.5 -b 0.5 -N 32 -K 8 --t-end 1 --per-decade 2 --method direct"
    answer = as_json(*f"{line} --seeds 2".split())
    assert answer["method"].startswith("direct (log-mean of 2 population flows")
    assert all(h > 0.0 for h in answer["error_band"] + answer["scatter"])
    code, out, err = run(*"solve -a 1.5 -N 4096 -K 64 --method direct".split())
    assert (code, out) == (2, "") and "n_features must be at most 2048" in err


def test_a_plot_shades_the_band(run, tmp_path):
    plots = [tmp_path / name for name in ("with.svg", "without.svg")]
    lines = f"{TASK} --t-end 2", "solve -a 1.3 -N 512 --t-end 2"
    for line, plot in zip(lines, plots, strict=True):
        code, *_ = run(*line.split(), "--plot", str(plot))
        assert code == 0
    drawn, bare = (plot.read_text() for plot in plots)
    assert "log-mean of direct flows" in drawn and "FillBetweenPolyCollection" in drawn
    assert "log-mean of direct flows" not in bare


def test_a_saved_curve_keeps_its_band(run, tmp_path):
    from superlaw.solvers.solution import Solution

    out = tmp_path / "curve.csv"
    code, text, _ = run(*f"{TASK} --t-end 10".split(), "--out", str(out), "--json")
    assert code == 0
    assert Solution.load(out).error_band.tolist() == json.loads(text)["error_band"]
