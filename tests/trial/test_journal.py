"""What a task may tell its trial: kept inside a trial, harmless outside of one."""

from __future__ import annotations

import hashlib
import json
import math
import shutil
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

import oneaxis
from oneaxis.trial import journal
from oneaxis.trial.own import PLACE


@pytest.fixture
def notes(tmp_path):
    yield journal.open_journal(tmp_path)
    journal.close_journal()


def curve(folder):
    return [json.loads(line) for line in (folder / PLACE / "curves.jsonl").read_text().splitlines()]


def test_outside_a_trial_nothing_happens(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    oneaxis.log(1, loss=0.5)
    oneaxis.predictions([1], [2], [3, 4])
    oneaxis.fingerprint_data(train="/nowhere")
    with oneaxis.phase("load"):
        pass

    assert list(tmp_path.iterdir()) == []


def test_after_a_trial_nothing_happens(tmp_path):
    journal.open_journal(tmp_path)
    journal.close_journal()
    oneaxis.log(1, loss=0.5)

    assert list(tmp_path.iterdir()) == []


def test_points_of_the_learning_curve_are_appended(notes):
    oneaxis.log(0, loss=1, **{"val/acc": np.float32(0.5)})
    oneaxis.log(10, loss=0.5)

    first, second = curve(notes.folder)
    assert (first["step"], first["metrics"]) == (0, {"loss": 1.0, "val/acc": 0.5})
    assert (second["step"], second["metrics"]) == (10, {"loss": 0.5})
    assert 0 <= first["seconds"] <= second["seconds"]


def test_each_point_is_on_disk_at_once(notes):
    """A job that is killed keeps its curve up to there."""
    for step in range(3):
        oneaxis.log(step, loss=step)
        assert len(curve(notes.folder)) == step + 1


def test_a_trial_that_logs_nothing_leaves_no_curve(notes):
    notes.show()
    assert notes.curves_file is None
    assert list(notes.folder.iterdir()) == []


def test_a_task_that_empties_its_folder_keeps_its_curve(notes):
    oneaxis.log(0, loss=1)
    shutil.rmtree(notes.folder)
    oneaxis.log(1, loss=2)
    notes.show()
    assert notes.curves_file == "curves.jsonl"
    assert [json.loads(line)["step"] for line in (notes.folder / "curves.jsonl").read_text().splitlines()] == [0, 1]


def test_a_metric_that_runs_away_stays_in_the_curve(notes):
    oneaxis.log(0, loss=math.nan, other=math.inf)

    [point] = curve(notes.folder)
    assert math.isnan(point["metrics"]["loss"])
    assert math.isinf(point["metrics"]["other"])


@pytest.mark.parametrize("value", ["text", None, [1, 2]])
def test_a_point_that_is_no_number_is_the_tasks_own_error(notes, value):
    with pytest.raises((TypeError, ValueError)):
        oneaxis.log(0, loss=value)


def test_times_of_a_phase_add_up_even_if_it_raises(notes, monkeypatch):
    clock = iter([10.0, 12.0, 20.0, 25.0, 30.0, 30.5])
    monkeypatch.setattr(journal, "time", SimpleNamespace(perf_counter=lambda: next(clock)))

    with oneaxis.phase("load"):
        pass
    with pytest.raises(KeyError), oneaxis.phase("load"):
        raise KeyError
    with oneaxis.phase("train"):
        pass

    assert notes.phases == {"load": 7.0, "train": 0.5}


@pytest.mark.parametrize(
    "ids, truth, predicted",
    [
        ([1, 2], [0, 1], [1, 1]),
        (["a", "é"], [0.5, 1.5], [True, False]),
        ([0, 1, 2], [[0, 0], [1, 0], [0, 1]], [1.5, 2.5, 3.5]),
        ([], [], []),
    ],
)
@pytest.mark.parametrize("given_as", [list, tuple, iter, np.array], ids=["list", "tuple", "iterator", "array"])
def test_predictions_are_kept_a_row_each(notes, given_as, ids, truth, predicted):
    oneaxis.predictions(given_as(ids), given_as(truth), given_as(predicted))

    notes.show()

    kept = np.load(notes.folder / "predictions.npz", allow_pickle=False)
    assert notes.predictions_file == "predictions.npz"
    assert [kept[name].tolist() for name in ("ids", "truth", "predicted")] == [ids, truth, predicted]
    assert [path.name for path in notes.folder.rglob("*") if path.is_file()] == ["predictions.npz"]


@pytest.mark.parametrize(
    "parts, message",
    [
        (([1, 2], [1], [1, 2]), "lengths differ: {'ids': 2, 'truth': 1, 'predicted': 2}"),
        (([1], [None], [1]), "`truth` holds objects; give numbers or text"),
        (([1], [1], [{"a": 1}]), "`predicted` holds objects"),
    ],
)
def test_predictions_that_do_not_fit_are_refused_and_nothing_is_written(notes, parts, message):
    with pytest.raises(ValueError, match=r"oneaxis\.predictions") as caught:
        oneaxis.predictions(*parts)

    assert message in str(caught.value)
    notes.show()
    assert notes.predictions_file is None
    assert list(notes.folder.iterdir()) == []


def fingerprint(notes, part):
    oneaxis.fingerprint_data(part=part)
    return notes.data["part"]


X = np.arange(6, dtype=np.float64).reshape(2, 3)


def test_the_same_data_has_the_same_fingerprint_however_it_lies_in_memory(notes):
    assert fingerprint(notes, X) == fingerprint(notes, X.copy(order="F")) == fingerprint(notes, X[::1])
    assert len(fingerprint(notes, X)) == 64


def test_every_change_of_the_data_changes_the_fingerprint(notes, tmp_path):
    one, other = tmp_path / "one.csv", tmp_path / "other.csv"
    one.write_text("a,b\n1,2\n")
    other.write_text("a,b\n1,3\n")
    short, rest, empty = tmp_path / "short.csv", tmp_path / "rest.csv", tmp_path / "empty.csv"
    short.write_text("a,b\n")
    rest.write_text("1,2\n")
    empty.write_text("")
    changed = X.copy()
    changed[0, 0] = 1e-300
    parts = [
        X, changed, X.T, X.ravel(), X.astype(np.float32), X[:1], X[::-1], (X, X), (X,) * 3, np.float64(1.0),
        np.array([]), np.array([[]]), np.array(["a", "b"]), np.array(["ab"]), np.array([1, 2]),
        np.array([1, 2], dtype=np.int32), np.array([True, False]), np.array([1 + 2j]),
        np.array(["2020-01-01"], dtype="datetime64[D]"),
        str(one), other, (one, other), (other, one), (short, rest), (short, rest, empty), (X, one),
    ]  # fmt: skip

    found = [fingerprint(notes, part) for part in parts]
    assert len(set(found)) == len(parts)


def test_a_file_is_fingerprinted_by_its_bytes_and_not_by_its_name(notes, tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_bytes(b"\0" * 3_000_000)
    other.write_bytes(b"\0" * 3_000_000)

    assert fingerprint(notes, one) == fingerprint(notes, str(other))


def test_several_parts_are_named(notes):
    oneaxis.fingerprint_data(train=(X, X), evaluation=X)
    oneaxis.fingerprint_data(more=X)

    assert list(notes.data) == ["train", "evaluation", "more"]
    assert notes.data["evaluation"] == notes.data["more"]


@pytest.mark.parametrize("part", [np.array([None, {}]), object(), [{"a": 1}]])
def test_objects_have_no_fingerprint(notes, part):
    with pytest.raises(ValueError, match="give arrays of numbers or text, or paths of files"):
        oneaxis.fingerprint_data(part=part)


def test_a_missing_file_is_the_tasks_own_error(notes):
    with pytest.raises(FileNotFoundError):
        oneaxis.fingerprint_data(part="/nowhere/at/all.csv")


def test_a_file_has_one_known_fingerprint(notes, tmp_path):
    (tmp_path / "file").write_bytes(b"abc")
    assert fingerprint(notes, tmp_path / "file") == hashlib.sha256(b"file:3:abc").hexdigest()


def test_tasks_that_only_log_import_nothing_heavy(tmp_path):
    code = (
        "import sys, oneaxis; from oneaxis.trial.journal import open_journal; from pathlib import Path\n"
        f"open_journal(Path({str(tmp_path)!r})); oneaxis.log(1, a=2)\n"
        "print([name for name in ('numpy', 'hydra', 'omegaconf', 'mlflow', 'rich') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
