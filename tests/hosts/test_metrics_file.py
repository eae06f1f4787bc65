"""Metrics that a task leaves in a file: only what this very trial wrote counts."""

from __future__ import annotations

import pytest

FILE = "hydra.sweeper.policy.metrics_file=metrics.json"
OLDER = "metrics.json was there before and isn't this trial's"


def test_a_file_that_the_trial_of_another_seed_left_in_the_same_folder_is_not_read(host):
    app = host("leaves")
    ended = app.sweep("lr=0.25,0.5", "hydra.sweeper.seeds=3", FILE, "silent_lr=0.25", "silent_seed=2")
    assert ended.status == 1, ended
    record = app.study.records["lr=0.25, seed 2"]
    assert (record["status"], record["metrics"]) == ("failed", {})
    assert record["failure"]["kind"] == "NoMetric"
    assert "the task left no such file in its job folder" in record["failure"]["message"]
    assert OLDER in record["failure"]["message"]
    assert OLDER in ended.said
    assert [name for name, status in app.study.statuses.items() if status != "finished"] == ["lr=0.25, seed 2"]
    assert app.study.metric("acc")["lr=0.25, seed 3"] == pytest.approx(0.28), "a file written anew is read"


def test_a_file_that_an_earlier_attempt_left_is_not_read(host):
    app = host("leaves")
    (app.root / "raise").touch()
    # Not in the trial's own folder of the study, where an attempt that failed is set aside.
    study = ["lr=0.25,0.5", FILE, "silent_lr=0.25", "hydra.sweep.dir=kept", "hydra.sweep.subdir=jobs/${lr}"]
    assert app.sweep(*study).status == 1
    assert (app.root / "kept" / "jobs" / "0.25" / "metrics.json").exists()
    (app.root / "silent").touch()
    ended = app.python("-m", "oneaxis.cli", "resume", "kept")
    assert ended.status == 1, ended
    record = app.study.records["lr=0.25"]
    assert (record["status"], record["failure"]["kind"]) == ("failed", "NoMetric")
    assert OLDER in record["failure"]["message"]


def test_a_file_that_trials_share_and_append_to_is_read(host):
    app = host("leaves")
    ended = app.sweep("lr=0.25,0.5", "hydra.sweeper.seeds=3", "hydra.sweeper.policy.metrics_file=*.jsonl")
    assert ended.status == 0, ended
    sides = {"reference": 0.125, "lr=0.25": 0.25, "lr=0.5": 0.5}
    expected = {f"{name}, seed {seed}": lr + seed / 100 for name, lr in sides.items() for seed in (1, 2, 3)}
    assert app.study.metric("acc") == pytest.approx(expected)


def test_a_single_run_in_a_folder_of_earlier_runs_reads_what_it_wrote_alone(host):
    app = host("leaves")
    command = [
        "app.py", "hydra/sweeper=oneaxis", "hydra/callbacks=oneaxis", "hydra.sweeper.tracking=null", FILE,
        "hydra.run.dir=kept", "silent_lr=0.125",
    ]  # fmt: skip
    assert app.python(*command).status == 0
    assert app.study.metric("acc")["reference"] == pytest.approx(0.135)
    (app.root / "silent").touch()
    ended = app.python(*command)
    assert app.studies[-1].statuses["reference"] == "failed"
    assert OLDER in ended.said


SHARED = ["lr=0.25,0.5", FILE, "hydra.sweep.subdir=all"]
OURS = ["hydra/launcher=oneaxis", "hydra.sweeper.workers=2"]


@pytest.mark.parametrize(
    "more, status",
    [
        (OURS, 1),
        (["hydra/launcher=joblib"], 1),
        ([*OURS, "hydra.sweeper.workers=1"], 0),
        ([*OURS, "hydra.sweep.subdir=${lr}"], 0),
        ([*OURS, "hydra.sweep.subdir=${lr}", "hydra.sweeper.seeds=2"], 1),
        ([*OURS, "hydra.sweep.subdir=${lr}/${seed}", "hydra.sweeper.seeds=2"], 0),
        ([*OURS, "hydra.sweeper.policy.metrics_file=null", "hydra.sweeper.policy.metric=x"], 0),
    ],
)
def test_trials_that_would_write_one_file_at_the_same_time_are_refused(host, more, status):
    ended = host("leaves").sweep(*SHARED, *more, "hydra.sweeper.dry_run=true")
    assert ended.status == status, ended
    assert ("would write it at the same time into the same job folder" in ended.said) == bool(status)
