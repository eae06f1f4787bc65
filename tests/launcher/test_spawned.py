"""Where no process can be forked: a new interpreter per trial, with the same results and the same ends."""

from __future__ import annotations

import os
import signal

import pytest
from tests.launcher.test_local_launcher import LOCAL, processes_in, wait_until

SPAWN = {"ONEAXIS_SPAWN": "1"}


@pytest.fixture(scope="module")
def ended_badly(shared_host):
    app = shared_host("guardless")
    return app, app.sweep(
        LOCAL, "do=exit,kill,hang,unpicklable", "hydra.sweeper.workers=3", "hydra.sweeper.timeout_minutes=0.5", **SPAWN
    )


def test_each_trial_ends_as_it_would_in_a_fork(ended_badly):
    app, ended = ended_badly
    assert ended.status == 1
    failed = dict.fromkeys(["do=exit", "do=kill", "do=hang"], "failed")
    assert app.study.statuses == {"reference": "finished", "do=unpicklable": "finished", **failed}
    for name, words in (("exit", "status 7"), ("kill", "killed by SIGKILL"), ("hang", "longer than 30 s")):
        assert words in app.study.records[f"do={name}"]["failure"]["message"]
    assert app.study.metric("score")["do=unpicklable"] == 1.5


def test_the_cost_is_said_and_nothing_outlives_the_study(ended_badly):
    app, ended = ended_badly
    assert "each trial starts Python anew" in ended.out + ended.err
    assert not processes_in(app.root)


@pytest.mark.parametrize(
    "how, status", [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)], ids=["Ctrl-C", "kill"]
)
def test_nothing_outlives_the_sweeping_process(host, how, status):
    app = host("guardless")
    process = app.start_sweep(LOCAL, "do=choice(hang)", "hydra.sweeper.workers=2", **SPAWN)
    wait_until(lambda: any(app.root.rglob("reference/record.json")), 180)
    wait_until(lambda: any(app.root.rglob("do=hang/.hydra")), 180)
    os.kill(process.pid, how)
    process.communicate(timeout=900)
    assert process.returncode == status
    wait_until(lambda: not processes_in(app.root), 180)
