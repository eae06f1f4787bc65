"""A job that fails before its task, in its folder, its logging or its environment, costs that trial and no other."""

from __future__ import annotations

import pytest

LAUNCHERS = {
    "basic": [],
    "joblib": ["hydra/launcher=joblib", "hydra.launcher.n_jobs=2"],
    "submitit_local": ["hydra/launcher=submitit_local"],
    "oneaxis": ["hydra/launcher=oneaxis", "hydra.sweeper.workers=2"],
}


LONG, FILE = "x" * 256, "/dev/null/jobs"  # names that no folder can have
FAILED = {
    f"folder={FILE}": "Not a directory",
    f"folder={LONG}": "File name too long",
    "level=LOUD": "Unable to configure handler 'file'",
    "variable=missing": "Environment variable 'missing' not found",
    "leaves=true": "SystemExit: 3",
}


@pytest.mark.parametrize("launcher", LAUNCHERS)
def test_one_failed_row_a_job_and_all_others_run(host, launcher):
    app = host("before_task")
    slow = launcher in ("joblib", "submitit_local")  # two kinds tell there
    few = [f"folder={FILE},other", "variable=choice(missing)"]
    more = [f"folder={FILE},{LONG},other", "variable=choice(missing)", "level=LOUD,INFO", "leaves=choice(true)"]
    ended = app.sweep(*(few if slow else more), "hydra.sweep.dir=st", *LAUNCHERS[launcher], given="1")
    assert ended.status == 1
    failed = {
        name: words for name, words in FAILED.items() if not slow or name in (f"folder={FILE}", "variable=missing")
    }
    statuses = dict(app.study.statuses)
    assert {statuses.pop(name) for name in failed} == {"failed"}
    assert statuses == {"reference": "finished", "folder=other": "finished"}
    for name, words in failed.items():
        assert words in app.study.records[name]["failure"]["message"]
    assert "the launcher stopped" not in ended.said
    assert not (app.study.root / ".started").exists()


def test_it_runs_into_it_once_more_with_resume_and_then_not_where_it_was_mended(host):
    app = host("before_task")
    app.sweep("variable=choice(missing)", "level=choice(LOUD)", "lr=choice(0.2)", given="1")
    ended = app.python("-m", "oneaxis.cli", "resume", given="1", missing="1")
    assert ended.status == 1
    assert "Done: 2 of 4 trials" in ended.out
    assert app.study.statuses == {
        "reference": "finished",
        "variable=missing": "finished",
        "level=LOUD": "failed",
        "lr=0.2": "finished",
    }


def test_a_launcher_that_can_start_nothing_is_told_at_once(host):
    app = host("before_task")
    ended = app.sweep("lr=choice(0.2)", "hydra/launcher=joblib", "hydra.launcher.n_jobs=0", given="1")
    assert ended.status == 1
    assert "the launcher stopped: ValueError: n_jobs == 0 in Parallel has no meaning" in ended.said
    assert app.study.statuses == {}
