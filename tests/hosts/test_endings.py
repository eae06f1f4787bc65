"""Every way a task can end: what fails is a record with its reason, and the rest goes on."""

from __future__ import annotations

import pytest

from oneaxis.trial.outcome import NONE_RETURNED

LAUNCHERS = {"basic": [], "joblib": ["hydra/launcher=joblib", "hydra.launcher.n_jobs=2"]}
FAILED = {
    "raise": ("ValueError", "the data are gone\nand nobody knows where"),
    "exit": ("SystemExit", "the task called sys.exit(3)"),
    "exit_well": ("SystemExit", "the task called sys.exit(0)"),
    "none": (
        "NoMetric",
        NONE_RETURNED,
    ),
    "text": ("NotANumber", "metric `score` is 'high' (str); return a number"),
    "not_a_number": ("NotFinite", "metric `score` is nan"),
    "empty": ("NoMetric", "the task returned an empty dict; return at least one metric"),
}


@pytest.fixture(scope="module", params=LAUNCHERS)
def failing(shared_host, request):
    """A study in which every trial fails but the reference and the last one."""
    app = shared_host("endings")
    return app, app.sweep(f"ending={','.join(FAILED)}", "+late=choice(1)", *LAUNCHERS[request.param])


def test_each_failure_is_a_record_with_its_reason(failing):
    app, _ = failing
    records = app.study.records
    failures = {ending: records[f"ending={ending}"]["failure"] for ending in FAILED}
    assert {ending: (found["kind"], found["message"]) for ending, found in failures.items()} == FAILED
    traceback = failures["raise"]["traceback"]
    assert traceback.endswith("ValueError: the data are gone\nand nobody knows where\n")
    # A pickled `main` may have no file to read its lines from; it depends on how joblib packs it.
    assert 'raise ValueError("the data are gone' in traceback or "<dynamic-code>" in traceback


def test_the_other_trials_run(failing):
    app, _ = failing
    assert app.study.statuses == {
        "reference": "finished",
        **{f"ending={ending}": "failed" for ending in FAILED},
        "late=1": "finished",
    }


def test_the_summary_names_each_in_one_line_and_the_exit_status_is_1(failing):
    _, ended = failing
    assert ended.status == 1
    assert "7 of 9 trials have no result:" in ended.err
    for ending, (kind, message) in FAILED.items():
        assert f"  failed: ending={ending}: {kind}: {message.splitlines()[0]}" in ended.err.splitlines()


@pytest.mark.parametrize("ending", ["raise", "exit", "none"])
def test_fail_fast_stops_at_the_first_failure(host, ending):
    app = host("endings")
    ended = app.sweep(f"ending={ending},good", "+late=1,2", "hydra.sweeper.fail_fast=true")
    assert ended.status == 1
    assert app.study.statuses == {"reference": "finished", f"ending={ending}": "failed"}
    assert "missing: late=1: it left no record" in ended.err


def test_a_process_that_dies_leaves_what_was_finished(host):
    app = host("endings")
    ended = app.sweep("+early=choice(1)", "ending=choice(kill)", "+late=choice(1)")
    assert ended.status == 9
    assert app.study.statuses == {"reference": "finished", "early=1": "finished"}
    seen = app.python("-m", "oneaxis.cli", "compare")
    assert seen.status == 1
    assert "missing: ending=kill: it left no record" in seen.out
    assert "missing: late=1: it left no record" in seen.out


def test_interrupted_keeps_what_was_finished_and_says_so(host):
    app = host("endings")
    ended = app.sweep("+early=choice(1)", "ending=choice(interrupt)", "+late=choice(1)")
    assert ended.status == 130
    assert app.study.statuses == {"reference": "finished", "early=1": "finished"}
    assert f"To go on: oneaxis resume {app.study.root.relative_to(app.root)}" in ended.out
    assert "again: oneaxis compare" in ended.out
    assert "Traceback" not in ended.err
