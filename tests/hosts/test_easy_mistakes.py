"""What a user gets wrong by accident is told before anything runs, or costs nothing that was computed."""

from __future__ import annotations

import signal

import pytest
from tests.launcher.test_local_launcher import processes_in, wait_until

REFUSED = {
    "environment variables of an option are a second change": (
        ["model=boosted,large"],
        ["your `model=boosted` also changes `hydra`", "hydra.job.env_set.BOOST: (absent) → 1"],
    ),
    "a file of axes without its header": (
        ["lr=1,2", "axes=headless"],
        ["the files of `axes` lack their first line, `# @package hydra.sweeper`"],
    ),
    "a seed as an axis of the settings": (
        ["hydra.sweeper.axes={seed:[1,2]}"],
        ["seeds are replicates, never an axis", "hydra.sweeper.seeds=[1,2]"],
    ),
    "a misspelt step": (
        ["hydra.sweeper.axes={lr:{time:[10]}}"],
        ["axis `lr`: the reference is the number 0.1", "steps are {times: [NUMBER, …]} or {plus: [NUMBER, …]}"],
    ),
    "no worker": (["lr=1,2", "hydra.sweeper.workers=0"], ["hydra.sweeper.workers is 0; give more than 0"]),
    "no time": (["lr=1,2", "hydra.sweeper.timeout_minutes=-1"], ["hydra.sweeper.timeout_minutes is -1.0; give more"]),
}


@pytest.mark.parametrize("overrides, words", REFUSED.values(), ids=REFUSED)
def test_it_is_refused_in_clear_words_and_leaves_nothing(host, overrides, words):
    app = host("mistakes")
    ended = app.sweep(*overrides, "hydra/launcher=oneaxis")
    assert ended.status == 1
    for word in words:
        assert word in ended.said
    assert app.left == []


def test_hydras_node_may_be_declared_to_go_along(host):
    app = host("mistakes")
    ended = app.sweep("model=choice(boosted)", "hydra.sweeper.carries={model:[hydra,model]}")
    assert ended.status == 0, ended.err
    assert "carried: hydra.job.env_set.BOOST: (absent) → 1" in ended.said


def test_a_misspelt_metric_loses_nothing(host):
    app = host("mistakes")
    ended = app.sweep("lr=1,2", "hydra.sweeper.policy.metric=scor")
    assert ended.status == 0, ended.err
    assert "no trial returned hydra.sweeper.policy.metric=scor; shown by score of score, other" in ended.said
    assert set(app.study.statuses.values()) == {"finished"}
    assert set(app.study.metric("score")) == {"reference", "lr=1", "lr=2"}


def test_a_study_without_an_axis_says_so(host):
    ended = host("mistakes").sweep("lr=1", "hydra.sweeper.dry_run=true")
    assert "there is no axis: the reference runs alone" in ended.said


def test_a_trial_that_dies_is_told_while_the_others_run(host):
    app = host("guardless")
    process = app.start(
        "app.py", "-m", "hydra/sweeper=oneaxis", "hydra/launcher=oneaxis", "do=kill,hang",
        "hydra.sweeper.tracking=null", "hydra.sweeper.workers=2", PYTHONUNBUFFERED="1",
    )  # fmt: skip
    said = ""
    while "died: do=kill" not in said or "reference: score" not in said:  # whichever comes first
        line = process.stdout.readline()
        assert line, said
        said += line
    assert not any(app.root.rglob("do=hang/record.json"))
    process.send_signal(signal.SIGTERM)
    rest, _ = process.communicate(timeout=900)
    assert process.returncode == 143
    assert "Interrupted: 1 of 3 trials are done and kept" in rest
    wait_until(lambda: not processes_in(app.root))
