"""A task that uses MLflow itself lands in its own child run; one that doesn't never imports it."""

from __future__ import annotations

import re

import pytest

BASIC = []
JOBLIB = ["hydra/launcher=joblib", "hydra.launcher.n_jobs=2"]
WAYS = ["left_open", "log_metric", "start_run", "set_experiment", "raise"]


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
        assert run.data.metrics.get("delta.score") == (None if way == "raise" else 0)
    # The reference used no MLflow: it never imported it, and nothing strayed into its run.
    assert app.study.records["reference"]["metrics"] | {"loaded_before": 0} == {"score": 1, "loaded_before": 0}
    assert "own" not in runs["reference"].data.metrics
    before, after = re.search(r"before: (.*); after: (.*)", ended.out).groups()
    assert after == before
