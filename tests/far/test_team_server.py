"""Several people's studies on one tracking server: `mlflow server` on PostgreSQL, with a user and a password."""

from __future__ import annotations

import json
import re
import time
import warnings
from collections import Counter

import pytest
from tests.far.team import PASSWORDS, USERS

from oneaxis.errors import StoreUnreachable

USER = USERS[0]
PASSWORD = PASSWORDS[USER]
REST = "all is on disk; to write the rest: oneaxis sync"
LONGEST = 900.0  # seconds; MLflow's cold start takes minutes on a machine that is overloaded


def test_several_studies_share_a_server_that_may_be_gone_and_no_file_holds_its_password(shared_host, team):
    apps = [shared_host("waits") for _ in USERS]
    started = [
        app.start_sweep("x=choice(2)", tracking="auto", **team.environment(user))
        for app, user in zip(apps, USERS, strict=True)
    ]
    try:
        for app, process in zip(apps, started, strict=True):
            until(lambda app=app: list(app.root.glob("multirun/*/*/tracking.json")), process)

        team.door.close()
        (apps[0].root / "go 2").touch()
        out, errors = started[0].communicate(timeout=LONGEST)
        assert (started[0].returncode, errors) == (0, ""), out
        assert apps[0].study.metric("score") == {"reference": 1.0, "x=2": 2.0}
        assert REST in out, "the study didn't wait for the server"

        team.door.open()
        for app, process in zip(apps[1:], started[1:], strict=True):
            (app.root / "go 2").touch()
            out, errors = process.communicate(timeout=LONGEST)
            assert (process.returncode, errors) == (0, ""), out
            assert REST not in out
    finally:
        if team.door.closed:  # others use it, too
            team.door.open()
        for process in started:
            process.kill()
            process.communicate()
    synced = apps[0].python("-m", "oneaxis.cli", "sync", **team.environment(USERS[0]))
    assert synced.status == 0, synced

    runs = runs_of(team)
    names = {app.study.name for app in apps}
    assert {run.info.status for run in runs} == {"FINISHED"}
    assert Counter(run.info.run_name for run in runs if run.info.run_name not in names) == {
        "reference": len(USERS),
        "x=2": len(USERS),
    }
    assert sum(run.info.run_name in names for run in runs) == len(USERS)
    written = [path for app in apps for path in app.root.rglob("*") if path.is_file()]
    kept = [path.read_bytes() for path in written] + [str(run.to_dictionary()).encode() for run in runs]
    assert not [password for password in PASSWORDS.values() if any(password.encode() in each for each in kept)]


def with_password(uri, password=PASSWORD):
    return uri.replace("//", f"//{USER}:{password}@")


LAUNCHERS = {
    "basic": ["hydra/launcher=basic"],
    "oneaxis": ["hydra/launcher=oneaxis", "hydra.sweeper.workers=2"],
    "joblib": ["hydra/launcher=joblib", "hydra.launcher.n_jobs=2"],
    "submitit": ["hydra/launcher=submitit_local", "hydra.sweeper.workers=2"],
}


@pytest.mark.parametrize("launcher", LAUNCHERS)
def test_a_task_that_logs_itself_finds_user_and_password_of_the_address_and_no_file_or_output_holds_them(
    host, team, launcher
):
    app = host("logs_mlflow")
    ended = app.sweep(
        "how=choice(start_run,set_experiment)", *LAUNCHERS[launcher], tracking=with_password(team.door.uri)
    )
    assert ended.status == 0, ended
    parent = app.study.name
    mine = {run.info.run_name: run for run in runs_of(team) if run.data.tags.get("oneaxis.study") == app.study.id}
    assert set(mine) == {parent, "reference", "how=start_run", "how=set_experiment"}
    assert [mine[f"how={way}"].data.metrics["own"] for way in ("start_run", "set_experiment")] == [0.5, 0.5]
    left = [path for path in app.root.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert [path for path in left if PASSWORD.encode() in path.read_bytes()] == []
    assert PASSWORD not in ended.out + ended.err
    assert not [run for run in mine.values() if PASSWORD in str(run.to_dictionary())]
    assert app.left == ["multirun"], "a store of its own"
    before, after = re.search(r"before: (.*); after: (.*)", ended.out).groups()
    assert after == before


def test_slurm_hands_user_and_password_on_as_well(cluster, submit, team):
    app = submit("logs_mlflow")
    ended = app.sweep("how=choice(start_run)", "hydra/launcher=submitit_slurm", tracking=with_password(team.door.uri))
    assert ended.status == 0, ended
    mine = {run.info.run_name: run for run in runs_of(team) if run.data.tags.get("oneaxis.study") == app.study.id}
    assert mine["how=start_run"].data.metrics["own"] == 0.5
    left = [path for path in app.root.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert [path for path in left if PASSWORD.encode() in path.read_bytes()] == []


def test_a_single_run_that_logs_itself_finds_user_and_password_of_the_address(host, team):
    app = host("logs_mlflow")
    ours = [
        "hydra/callbacks=oneaxis",
        "hydra/sweeper=oneaxis",
        f"hydra.sweeper.tracking={with_password(team.door.uri)}",
    ]
    ended = app.python("app.py", *ours, "how=start_run")
    assert ended.status == 0, ended
    assert PASSWORD not in ended.out + ended.err
    study = json.loads(next(app.root.rglob("study.json")).read_text())
    [run] = [run for run in runs_of(team) if run.data.tags.get("oneaxis.study") == study["id"]]
    assert run.data.metrics["own"] == 0.5


def test_a_wrong_password_is_told_in_a_line(host, team):
    app = host("plain")
    ended = app.sweep("lr=0.5", tracking=with_password(team.door.uri, "forgotten"))
    assert ended.status == 0, ended
    assert "<" not in ended.out.partition("MLflow:")[2]
    assert "forgotten" not in ended.out + ended.err
    assert (
        "tracking server answers 401 Unauthorized; set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, "
        "or mend them in the address"
    ) in ended.said


def test_runs_of_an_experiment_behind_a_password_that_is_wrong_are_refused_in_a_line(team):
    from oneaxis.tracking.runs import experiment_runs

    with pytest.raises(
        StoreUnreachable, match="tracking server answers 401 Unauthorized; set MLFLOW_TRACKING_USERNAME"
    ):
        experiment_runs("looks", with_password(team.door.uri, "forgotten"))


def test_a_look_at_data_prints_no_password(team, tmp_path, capsys):
    from oneaxis.tracking.data_run import write_data_run

    write_data_run(with_password(team.door.uri), "looks", tmp_path, name="data: x", note="", counts={}, config={})
    assert PASSWORD not in "".join(capsys.readouterr())


def until(condition, process):
    deadline = time.monotonic() + LONGEST
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.1)


def runs_of(team):
    """Every run on the server, asked past its door."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # other people's deprecations, at import
        from mlflow import MlflowClient

        client = MlflowClient(tracking_uri=team.server.uri)
        return list(client.search_runs([one.experiment_id for one in client.search_experiments()]))
