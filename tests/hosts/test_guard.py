"""A config file edited during a study: no trial runs with it, whatever launcher composes the jobs.

The trials of the small model edit, before they end, the file that `model=large` is composed from.
"""

from __future__ import annotations

import pytest

LAUNCHERS = {"basic": [], "joblib": ["hydra/launcher=joblib", "hydra.launcher.n_jobs=2"]}
AXES = ["lr=choice(0.75)", "model=choice(large)"]

each_launcher = pytest.mark.parametrize("launcher", LAUNCHERS)


@each_launcher
def test_an_edit_during_the_study_changes_no_trial(host, launcher):
    app = host("edits")
    ended = app.sweep(*AXES, *LAUNCHERS[launcher])
    assert ended.status == 0, ended
    assert "1000" in (app.root / "conf" / "model" / "large.yaml").read_text()
    assert app.study.records["model=large"]["config"]["model"]["width"] == 9
    assert app.study.metric("score") == {"reference": 1.5, "lr=0.75": 1.75, "model=large": 9.5}


@each_launcher
def test_where_the_files_can_not_be_frozen_the_trials_that_an_edit_reaches_are_refused(host, launcher):
    app = host("edits")
    ended = app.sweep(*AXES, *LAUNCHERS[launcher], app="other_hydra.py")
    assert "note: the files in use aren't frozen for this study: Hydra 1.9.0 is not one" in ended.said
    assert app.study.statuses == {"reference": "finished", "lr=0.75": "finished", "model=large": "refused"}
    record = app.study.records["model=large"]
    assert record["failure"]["kind"] == "NotThePlannedConfig"
    assert record["config"]["model"]["width"] == 1000  # what was found, for whoever looks for the reason
    assert (record["metrics"], record["seconds"]) == ({}, None)  # the task never ran
    assert ended.status == 1
    summary = " ".join(ended.err.split())
    assert "1 of 3 trials have no result" in summary
    assert "refused: model=large: NotThePlannedConfig: model=large: the job's configuration isn't the one" in summary
    assert "was a file in the config folder edited during the study? Start the study again" in summary
