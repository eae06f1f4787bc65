"""Several people's studies on one tracking server: `mlflow server` on PostgreSQL, with a user and a password."""

from __future__ import annotations

import time
import warnings
from collections import Counter

from tests.far.team import PASSWORDS, USERS

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
        assert "lack there" in out, "the study didn't wait for the server"

        team.door.open()
        for app, process in zip(apps[1:], started[1:], strict=True):
            (app.root / "go 2").touch()
            out, errors = process.communicate(timeout=LONGEST)
            assert (process.returncode, errors) == (0, ""), out
            assert "lack there" not in out
    finally:
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
