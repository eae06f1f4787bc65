"""Which file of metrics is a task's own: one that it wrote or changed."""

from __future__ import annotations

import json
import os

import pytest

from oneaxis.trial.outcome import expect, measured
from oneaxis.trial.own import made

NAME = "metrics.json"


def write(path, acc):
    path.write_text(json.dumps({"acc": acc}))
    os.utime(path, ns=(1, 1))  # long ago


def written_beside_and_moved(path):
    write(path.with_suffix(".new"), 0.5)
    path.with_suffix(".new").replace(path)


def of(folder, task, pattern=NAME):
    expected = expect(folder, pattern)
    task()
    return measured(None, expected=expected, logged=dict)


def test_a_file_that_nobody_touched_is_an_earlier_ones(tmp_path):
    write(tmp_path / NAME, 0.25)
    metrics, failure = of(tmp_path, lambda: None)

    assert metrics == {}
    assert failure.kind == "NoMetric"
    assert failure.message == (
        f"the task left no such file in its job folder {tmp_path} (hydra.sweeper.policy.metrics_file=metrics.json): "
        "metrics.json was there before and isn't this trial's; write it in each trial, or give each its own folder "
        "(hydra.sweep.subdir)"
    )


@pytest.mark.parametrize(
    "task",
    [
        lambda path: path.write_text('{"acc": 0.5}'),
        lambda path: path.write_text('{"acc": 0.50}'),
        written_beside_and_moved,
    ],
    ids=["written again, the same", "written again", "another in its place"],
)
def test_a_file_that_the_task_wrote_is_its_own(tmp_path, task):
    write(tmp_path / NAME, 0.5)

    assert of(tmp_path, lambda: task(tmp_path / NAME)) == ({"acc": 0.5}, None)


def test_what_is_appended_to_is_read(tmp_path):
    log = tmp_path / "log.csv"
    log.write_text("epoch,acc\n1,0.25\n")

    assert of(tmp_path, lambda: log.write_text("epoch,acc\n1,0.25\n1,0.5\n"), "*.csv") == ({"acc": 0.5}, None)


def test_among_several_an_earlier_one_is_never_read_even_if_newer(tmp_path):
    for version in "01":
        (tmp_path / f"version_{version}").mkdir()
    (tmp_path / "version_0" / NAME).write_text('{"acc": 0.25}')

    assert of(tmp_path, lambda: write(tmp_path / "version_1" / NAME, 0.5), f"version_*/{NAME}") == ({"acc": 0.5}, None)


def test_what_is_ours_is_no_file_of_metrics(tmp_path):
    assert of(tmp_path, lambda: write(made(tmp_path) / "record.json", 1.0), "**/*.json")[0] == {}


def test_where_no_file_is_named_nobody_looks_for_one(tmp_path):
    assert expect(tmp_path, None) is None


@pytest.mark.parametrize("pattern", ["/tmp/metrics.json", ""])
def test_what_is_no_name_within_the_folder_costs_the_metrics_alone(tmp_path, pattern):
    metrics, failure = of(tmp_path, lambda: None, pattern)
    assert (metrics, failure.kind) == ({}, "NoMetric")
    assert "the task left no such file in its job folder" in failure.message
