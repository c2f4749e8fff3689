"""Curves as loggers write them."""

import json

import numpy as np
import pytest

from superlaw.validation.fitting.logs import read_logs

WANDB = (
    '"Step","run-a - train/loss","run-a - train/loss__MIN","run-a - train/loss__MAX",'
    '"run-b - train/loss","run-b - train/loss__MIN","run-b - train/loss__MAX"\n'
    '"1","0.5","0.4","0.6","0.51","0.5","0.6"\n"10","0.25","","","0.24","",""\n"20","","","","","",""\n'
)
TENSORBOARD = "Wall time,Step,Value\n1700000000.1,1,0.5\n1700000001.1,10,0.25\n"


def _write(folder, name, text):
    (folder / name).write_text(text)
    return folder / name


def test_an_export_of_weights_and_biases(tmp_path):
    times, loss = read_logs([_write(tmp_path, "wandb.csv", WANDB)])
    assert times.tolist() == [1.0, 10.0]
    assert loss.tolist() == [[0.5, 0.25], [0.51, 0.24]]


def test_an_export_of_tensorboard(tmp_path):
    times, loss = read_logs([_write(tmp_path, "tb.csv", TENSORBOARD)])
    assert times.tolist() == [1.0, 10.0] and loss.tolist() == [[0.5, 0.25]]


def test_json_lines_skip_rows_of_other_metrics(tmp_path):
    rows = [
        {"step": 1, "train": {"loss": 2.0}},
        {"step": 2, "lr": 0.1},
        {"step": 3, "train": {"loss": 1.0}},
    ]
    path = _write(tmp_path, "log.jsonl", "\n".join(map(json.dumps, rows)))
    times, loss = read_logs([path])
    assert times.tolist() == [1.0, 3.0] and loss.tolist() == [[2.0, 1.0]]


def test_named_columns_and_several_files_are_seeds(tmp_path):
    texts = [f"epoch,nll,other\n1,3,9\n2,{2 + k},9\n" for k in range(3)]
    paths = [_write(tmp_path, f"{k}.csv", text) for k, text in enumerate(texts)]
    times, loss = read_logs(paths, time="epoch", loss="nll")
    assert times.tolist() == [1.0, 2.0] and loss.shape == (3, 2)
    assert read_logs(paths[:1], time="epoch", loss="nll,other")[1].tolist() == [[3, 2], [9, 9]]


@pytest.mark.parametrize(
    ("text", "options", "name"),
    [
        ("epoch,loss\n1,2\n", {}, "time"),
        ("step,nll\n1,2\n", {}, "loss"),
        ("step,val_loss,train_loss\n1,2,3\n", {}, "loss"),
        ("step,loss\n1,2\n", {"loss": "nll"}, "loss"),
        ("step,loss\n1,2\n3\n", {}, "curve"),
        ("step,loss\nx,y\n", {}, "curve"),
        ("", {}, "curve"),
    ],
)
def test_columns_that_are_not_there_are_refused(tmp_path, refused, text, options, name):
    with refused(name):
        read_logs([_write(tmp_path, "curve.csv", text)], **options)


def test_files_of_other_times_are_refused(tmp_path, refused):
    one = _write(tmp_path, "one.csv", "step,loss\n1,2\n2,1\n")
    other = _write(tmp_path, "other.csv", "step,loss\n1,2\n3,1\n")
    with refused("curve", "files with the times"):
        read_logs([one, other])
    with refused("curve"):
        read_logs([])


def test_what_the_program_writes_it_reads(tmp_path):
    np.savez(tmp_path / "c.npz", times=[1.0, 2.0], loss_10=[3.0, 4.0], loss_2=[1.0, 2.0])
    assert read_logs([tmp_path / "c.npz"])[1].tolist() == [[1.0, 2.0], [3.0, 4.0]]


def test_a_copy_is_no_second_seed(tmp_path, refused):
    np.savez(tmp_path / "c.npz", times=[1.0, 2.0], loss=[3.0, 4.0])
    np.savez(tmp_path / "d.npz", times=[1.0, 2.0], loss=[3.0, 4.0])
    with refused("curve", "seeds that differ"):
        read_logs([tmp_path / "c.npz", tmp_path / "d.npz"])
