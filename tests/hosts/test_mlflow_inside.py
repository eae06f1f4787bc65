"""A task that uses MLflow itself lands in its own child run; one that doesn't never imports it."""

from __future__ import annotations

import os
import re

import pytest

BASIC = []
JOBLIB = ["hydra/launcher=joblib", "hydra.launcher.n_jobs=2"]
WAYS = ["left_open", "log_metric", "start_run", "parent_run_id", "set_experiment", "raise"]


@pytest.mark.parametrize(
    "script, launcher, ways",
    [
        ("app.py", BASIC, WAYS),
        ("top.py", BASIC, WAYS),
        ("top.py", JOBLIB, ["left_open"]),
    ],
    ids=["imported within the task", "imported at the top", "at the top, on joblib"],
)
def test_what_a_task_logs_lands_in_its_own_child_run_and_nothing_else_changes(host, store, script, launcher, ways):
    app = host("logs_mlflow")
    ended = app.sweep(f"how=choice({','.join(ways)})", *launcher, app=script, tracking=store.uri)
    assert ended.status == ("raise" in ways), ended
    runs = store.runs  # by name: a second run of any trial would be an error here
    parent = app.study.name
    assert set(runs) == {parent, "reference", *(f"how={way}" for way in ways)}
    assert len({run.info.experiment_id for run in runs.values()}) == 1
    for way in ways:
        run = runs[f"how={way}"]
        assert run.data.metrics["own"] == 0.5, way
        assert run.data.params.get("mine") == ("yes" if way == "start_run" else None)
        assert run.data.params["how"] == run.data.tags["oneaxis.value"] == way
        assert run.info.status == ("FAILED" if way == "raise" else "FINISHED"), way
        assert run.data.metrics.get("oneaxis.delta.score") == (None if way == "raise" else 0)
    # The reference used no MLflow: it never imported it, and nothing strayed into its run.
    assert app.study.records["reference"]["metrics"] | {"loaded_before": 0} == {"score": 1, "loaded_before": 0}
    assert "own" not in runs["reference"].data.metrics
    before, after = re.search(r"before: (.*); after: (.*)", ended.out).groups()
    assert after == before


def test_loggers_that_make_their_experiment_at_the_same_moment_land_in_their_trials_runs(host, store):
    app = host("logs_mlflow")
    at_once = ["hydra/launcher=oneaxis", "hydra.sweeper.workers=2"]
    # Relative, as people export it, and not as the study keeps it.
    own = {"tracking": "auto", "MLFLOW_TRACKING_URI": f"sqlite:///{os.path.relpath(store.path, app.root)}"}
    ended = app.sweep("how=choice(logger,another logger)", *at_once, **own)
    assert ended.status == 0, ended
    names = ["reference", "how=logger", "how=another logger"]
    runs = store.runs  # by name: a second run of any trial would be an error here
    assert set(runs) == {app.study.name, *names}
    assert [runs[name].data.metrics.get("own") for name in names] == [None, 0.5, 0.5]
    assert {each.name for each in store.client.search_experiments()} == {"Default", "app"}


def test_a_process_that_ends_within_a_run_leaves_none_running(host, store):
    app = host("logs_mlflow")
    ended = app.sweep("how=choice(ends)", "hydra/launcher=oneaxis", tracking=store.uri)
    assert ended.status == 1, ended
    assert "so it ended twice, and was given up" in ended.said
    experiment = store.runs[app.study.name].info.experiment_id
    found = store.client.search_runs([experiment], run_view_type=3)  # the first attempt's are in the trash
    assert sorted((run.info.run_name, run.info.status, run.info.lifecycle_stage) for run in found) == [
        (app.study.name, "FAILED", "active"),
        ("how=ends", "FAILED", "active"),
        ("how=ends", "KILLED", "deleted"),
        ("inner", "FAILED", "active"),
        ("inner", "KILLED", "deleted"),
        ("reference", "FINISHED", "active"),
    ]
