"""What is ours lies in a place of ours: a task's own files, of whatever name, stay and are never read as a record."""

from __future__ import annotations

import json

import pytest
from tests.hosts.names.app import NAMES

from oneaxis.study.curves import read_curves
from oneaxis.study.folder import StudyFolder
from oneaxis.study.predictions import read_examples
from oneaxis.trial.journal import curve_file

LEFT = {"reference": 0.9, "lr=0.2": 0.8}


def is_whole(app, root=None):
    """Every trial finished, with its curve and what it predicted."""
    folder = StudyFolder(root or app.study.root)
    study = folder.read_study()
    records = folder.records(study)
    assert {study.plan.trials[index].folder: record.metrics["acc"] for index, record in records.items()} == LEFT
    curves = read_curves(folder, study, records, LEFT)
    losses = {name: curve["loss"].mean for name, curve in curves.items()}
    assert losses == {"reference": [0.1, 0.05], "lr=0.2": [0.2, 0.1]}
    predicted = [read_examples(folder, trial, records[trial.index]).predicted for trial in study.plan.trials]
    assert predicted == [(0, 0), (0, 1)]
    return folder


def theirs_stay(job):
    assert {name for name in NAMES if (job / name).read_text() == '{"mine": 1}'} == set(NAMES)


@pytest.mark.parametrize("launcher", ["basic", "oneaxis", "joblib"])
def test_files_of_a_task_stay_whatever_their_names(host, launcher):
    app = host("names")
    ended = app.sweep("lr=choice(0.2)", f"hydra/launcher={launcher}", "hydra.sweep.dir=study")
    assert ended.status == 0, ended
    folder = is_whole(app, app.root / "study")
    for name in LEFT:
        theirs_stay(folder.job(name))


@pytest.mark.parametrize("how", ["folders", "removed", "elsewhere", "copies"])
def test_whatever_a_task_does_to_its_folder_its_trial_is_whole(host, how):
    app = host("names")
    ended = app.sweep("lr=choice(0.2)", f"how={how}", "hydra/launcher=basic", "hydra.sweep.dir=study")
    assert ended.status == 0, ended
    is_whole(app, app.root / "study")


def test_what_an_attempt_left_is_set_aside_with_the_tasks_files_and_commands_know_ours(host):
    app = host("names")
    line = ["lr=choice(0.2)", "how=dies", "hydra/launcher=oneaxis"]
    ended = app.sweep(*line, "hydra.sweep.dir=study")
    assert ended.status == 0, ended
    folder = is_whole(app, app.root / "study")
    job = folder.job("lr=0.2")
    for left in (job, job / ".oneaxis" / "attempts" / "1"):
        theirs_stay(left)
    again = app.sweep(*line, "hydra.sweep.dir=second", "hydra.sweeper.reuse=force")
    assert "Reused: 2 of 2 trials, from study" in again.said, again
    is_whole(app, app.root / "second")
    for command in ("compare", "resume", "report"):
        assert app.python("-m", "oneaxis.cli", command, "study").status == 0
    theirs_stay(job)


def test_a_study_whose_jobs_work_in_its_own_folder_keeps_its_files_apart(host):
    app = host("names")
    for _ in range(2):  # it goes on
        ended = app.sweep("lr=choice(0.2)", "hydra.sweep.dir=study", "hydra.sweep.subdir=.", report=True)
        assert ended.status == 0, ended
    root = app.root / "study"
    assert "report: study/.oneaxis/report.html" in ended.said
    theirs_stay(root)
    is_whole(app, root)
    assert json.loads((root / ".oneaxis" / "comparison.json").read_text())["schema"] == 1
    assert "Study: study" in app.python("-m", "oneaxis.cli", "compare").said


@pytest.mark.parametrize("how", ["files", "removed"])
def test_a_single_run_keeps_its_files_apart(host, how):
    app = host("names")
    ours = ["hydra/sweeper=oneaxis", "hydra/callbacks=oneaxis", "hydra.sweeper.tracking=null", f"how={how}"]
    ended = app.python("app.py", *ours, "hydra.run.dir=run")
    assert ended.status == 0, ended
    folder = StudyFolder(app.root / "run")
    assert len(curve_file(folder.root, folder.record(".").curves).read_text().splitlines()) == 2
    assert folder.read_study().single
    assert folder.record(".").metrics == {"acc": 0.9}
    assert app.python("-m", "oneaxis.cli", "report", "run").status == 0
    if how == "files":
        theirs_stay(folder.root)
        assert app.python("app.py", *ours, "hydra.run.dir=run").status == 0  # a second one in the folder of the first
        assert folder.record(".").metrics == StudyFolder(app.root / "run-2").record(".").metrics == {"acc": 0.9}


def test_a_job_folder_that_ends_as_its_trial_is_called_is_not_taken_for_the_trials(host):
    app = host("names")
    subdir = "hydra.sweep.subdir=x/${hydra.job.override_dirname}"
    ended = app.sweep("lr=choice(0.2)", "hydra/launcher=basic", "hydra.sweep.dir=study", subdir)
    assert ended.status == 0, ended
    is_whole(app, app.root / "study")
