"""The folder is the truth: MLflow can be written later, again, from anywhere, and by several studies at once."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from shutil import which

import pytest
from tests.conftest import Store

from oneaxis import cli

NAMES = ["reference", "lr=0.5", "lr=1", "model=forest"]


def contents(store):
    """All that the store holds of each run."""
    return {
        name: (
            run.info.run_id,
            run.info.status,
            run.info.start_time,
            run.info.end_time,
            run.data.params,
            run.data.tags,
            {key: store.client.get_metric_history(run.info.run_id, key) for key in run.data.metrics},
            sorted(file.path for file in store.client.list_artifacts(run.info.run_id)),
        )
        for name, run in store.runs.items()
    }


def test_an_offline_study_of_five_seeds_is_written_whole_by_sync_and_only_once(host, store, monkeypatch):
    app = host("plain")
    ended = app.sweep("lr=0.5,1", "model=forest,linear", "hydra.sweeper.seeds=5", tracking="offline")
    assert ended.status == 0, ended
    assert "MLflow: nothing written yet (offline); oneaxis sync multirun/" in ended.out
    assert app.left == ["multirun"]
    monkeypatch.chdir(app.root)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", store.uri)

    assert cli.main(["sync"]) == 0
    first = contents(store)
    expected = {f"{name} · seed {seed}" for name in NAMES for seed in range(1, 6)}
    assert set(first) == expected | {app.study.name}
    assert {status for _, status, *_ in first.values()} == {"FINISHED"}
    run = store.runs["lr=1 · seed 4"]
    assert run.data.tags["oneaxis.seed"] == run.data.params["seed"] == "4"
    assert run.data.metrics["val/score"] == app.study.records["lr=1, seed 4"]["metrics"]["val/score"]
    assert round(run.data.metrics["oneaxis.delta.val/score"], 9) == 0.75  # paired: the seed's own part is gone

    assert cli.main(["sync", str(app.study.root)]) == 0
    assert contents(store) == first


def can_mount():
    tried = subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False) if which("unshare") else None
    return tried is not None and tried.returncode == 0


@pytest.mark.skipif(not can_mount(), reason="needs a folder that even the superuser can't write")
def test_a_study_that_can_only_be_read_is_written_to_a_store_elsewhere(host, store):
    app = host("plain")
    assert app.sweep("lr=0.5,1", tracking="offline").status == 0
    command = [sys.executable, "-m", "oneaxis.cli", "sync", str(app.study.root), "--tracking", store.uri]
    read_only = 'mount --bind "$PWD" "$PWD" && mount -o remount,ro,bind "$PWD" && cd "$PWD" && exec "$@"'
    for _ in range(2):
        ended = subprocess.run(
            ["unshare", "-rm", "sh", "-c", read_only, "sh", *command],
            cwd=app.root,
            env=app.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
        assert ended.stderr == (
            f"oneaxis: {app.study.root} can't be written: which MLflow run is whose (tracking.json) isn't kept there, "
            "nor a log (tracking.log)\n"
        )
        names = [run.info.run_name for run in store.all_runs]
        assert sorted(names) == sorted([app.study.name, "reference", "lr=0.5", "lr=1"])
    assert not list(app.study.root.rglob("tracking.*"))
    run = store.runs["lr=1"]
    assert {file.path for file in store.client.list_artifacts(run.info.run_id)} == {"config.yaml", "record.json"}


def test_a_project_that_was_renamed_goes_on_where_it_is_now(host):
    app = host("plain")
    assert app.sweep("lr=0.5,1", "hydra.sweep.dir=st", tracking="auto").status == 0
    before, app.root = app.root, app.root.rename(app.root.with_name("renamed"))
    told = f"no artifacts are in MLflow: it has those of experiment app below {before}, which is gone;"
    written = app.python("-m", "oneaxis.cli", "sync", "st")
    assert written.status == 0, written
    assert told in written.err
    for command in (["status"], ["findings"], ["lineage"]):
        ended = app.python("-m", "oneaxis.cli", *command)
        assert ended.status == 0, ended
    gone_on = app.python("-m", "oneaxis.cli", "resume", "st")
    assert gone_on.status == 0, gone_on
    assert not before.exists()
    store = Store(app.root / "mlflow.db")
    run = store.runs["lr=1"]
    before.symlink_to(app.root)
    (artifacts,) = (app.root / "mlruns").glob(f"*/{run.info.run_id}/artifacts")
    (artifacts / "record.json").unlink()
    again = app.python("-m", "oneaxis.cli", "sync", "st")
    assert (again.status, again.err) == (0, "")
    assert (artifacts / "record.json").exists()


def test_studies_that_start_at_once_on_a_new_store_are_all_there(shared_host, new_store):
    apps = [shared_host("plain") for _ in range(4)]
    started = [app.start_sweep("lr=0.5,1", tracking=new_store.uri) for app in apps]
    for process in started:
        _, errors = process.communicate(timeout=900)
        assert (process.returncode, errors) == (0, "")
    names = Counter(run.info.run_name for run in new_store.all_runs)
    assert names.total() == 4 * (1 + 3)
    assert {name: names[name] for name in ("reference", "lr=0.5", "lr=1")} == {"reference": 4, "lr=0.5": 4, "lr=1": 4}


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="looks at processes as Linux shows them")
def test_the_mirror_ends_with_a_sweeper_that_is_killed(host, store):
    app = host("endings")
    sweeper = app.start_sweep("ending=choice(wait)", tracking=store.uri)
    while "waiting" not in sweeper.stdout.readline():
        assert sweeper.poll() is None
    [mirror] = map(int, Path(f"/proc/{sweeper.pid}/task/{sweeper.pid}/children").read_text().split())
    assert b"oneaxis.tracking.service" in Path(f"/proc/{mirror}/cmdline").read_bytes()
    descriptor = os.pidfd_open(mirror)
    ending = select.poll()
    ending.register(descriptor, select.POLLIN)
    sweeper.kill()
    sweeper.communicate()
    ended = ending.poll(60_000)
    if not ended:
        os.kill(mirror, signal.SIGKILL)
    os.close(descriptor)
    assert ended, "the mirror still ran"


def test_a_mirror_that_dies_costs_the_study_nothing(host):
    app = host("plain")
    (app.root / "broken" / "mlflow").mkdir(parents=True)
    (app.root / "broken" / "mlflow" / "__init__.py").write_text("raise ImportError('half installed')")
    ended = app.sweep("lr=0.5,1", tracking="auto", PYTHONPATH=str(app.root / "broken"))
    assert ended.status == 0, ended
    assert set(app.study.statuses.values()) == {"finished"}
    assert "MLflow: 3 trials lack there; " in ended.out
    assert "half installed" in ended.out
    assert f"oneaxis sync {app.study.root.relative_to(app.root)}" in ended.out
