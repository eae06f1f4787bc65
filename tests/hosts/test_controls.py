"""`hydra.sweeper.controls` on an app that somebody else wrote: could its experiment see anything?"""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module")
def controlled(shared_host):
    """A bite on a key that only changes the noise: the experiment can't see it."""
    app = shared_host("noisy")
    controls = "hydra.sweeper.controls={repeat: true, bite: {other: 7}, placebo: {fail: false}}"
    refused = app.sweep("shift=choice(0.001)", controls)
    controls = "hydra.sweeper.controls={repeat: true, bite: {other: 7}}"
    return app, refused, app.sweep("shift=choice(0.001)", controls, "hydra.sweeper.seeds=3")


def test_a_placebo_that_equals_the_reference_is_refused(controlled):
    _, refused, _ = controlled
    assert refused.status == 1
    assert "the control `placebo: fail=false` equals the reference; give it another value" in refused.said


def test_they_run_beside_the_study_and_are_told(controlled):
    app, _, ended = controlled
    assert ended.status == 0, ended.err
    assert "Plan: 10 trials = (the reference + 1 deviation) × 3 seeds + 4 controls" in ended.out
    assert "control, bite: other: 0 → 7" in ended.out
    assert "✓ all 10 trials finished" in ended.said
    assert "✓ repeat: the same bits" in ended.said
    assert "! bite other=7: didn't register (val_accuracy" in ended.said
    roles = [record["role"] for record in app.study.records.values()]
    assert sorted(roles) == ["control"] * 4 + ["deviation"] * 3 + ["reference"] * 3


def test_a_null_result_says_that_nothing_could_be_seen(controlled):
    _, _, ended = controlled
    assert "the experiment could not see: its bite didn't register" in ended.said


@pytest.mark.parametrize(
    "typed, words",
    [
        ("hydra.sweeper.controls={bit: {a: 1}}", "hydra.sweeper.controls.bit is {'a': 1}; write {repeat: true, bite:"),
        ("hydra.sweeper.controls={bite: 'shift=1,2'}", "hydra.sweeper.controls.bite is `shift=1,2`; a control is one"),
    ],
)
def test_what_is_no_control_is_refused(host, typed, words):
    ended = host("noisy").sweep("shift=choice(1)", typed)
    assert ended.status == 1
    assert words in ended.said
