"""Hydra's Ray launcher, on a local cluster: a smoke test in a job of its own (`make ray`), since Ray is heavy."""

from __future__ import annotations

import pytest

pytest.importorskip("hydra_plugins.hydra_ray_launcher", reason="Ray isn't installed: `make ray` installs and tests it")

RAY = ["hydra/launcher=ray", "+hydra.launcher.ray.init.num_cpus=2", "+hydra.launcher.ray.init.include_dashboard=false"]


def test_ray_gives_the_results_of_the_basic_launcher(host):
    app = host("plain")
    for launcher in ([], RAY):
        ended = app.sweep("lr=0.5,1", "hydra.sweeper.seeds=2", *launcher)
        assert ended.status == 0, ended
    basic, ray = app.studies
    assert ray.metric("val/score") == basic.metric("val/score")
    assert {record["digest"] for record in ray.records.values()} == {
        record["digest"] for record in basic.records.values()
    }
    assert set(ray.statuses.values()) == {"finished"}


def test_without_a_shared_disk_records_are_rebuilt_from_what_ray_returns(host, tmp_path):
    """Given a working folder of Ray's own, jobs run in a copy of the app and leave all their files there."""
    app = host("plain")
    elsewhere = f"+hydra.launcher.ray.init.runtime_env.working_dir={app.root}"
    ended = app.sweep("lr=0.5,1", *RAY, elsewhere)
    assert ended.status == 0, ended
    assert set(app.study.statuses.values()) == {"finished"}
    assert app.study.metric("val/score")["lr=1"] != app.study.metric("val/score")["reference"]
    # The job's own files are where it ran.
    assert not list(app.study.root.rglob(".hydra/config.yaml"))


def test_a_worker_that_dies_costs_no_other_trial_its_result(host):
    app = host("endings")
    ended = app.sweep("ending=choice(kill)", "+late=1,2", *RAY)
    assert ended.status == 1
    assert app.study.statuses == {
        "reference": "finished",
        "ending=kill": "failed",
        "late=1": "finished",
        "late=2": "finished",
    }
    failure = app.study.records["ending=kill"]["failure"]
    assert failure["message"].endswith("so it ended twice, and was given up")
