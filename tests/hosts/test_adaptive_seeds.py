"""Adaptive seeds and limits, in whole studies."""

from __future__ import annotations

import json
import re

import pytest


@pytest.fixture(scope="module")
def ended(shared_host):
    """Three deviations: a large effect, none, and one that always fails."""
    app = shared_host("noisy")
    return app, app.sweep(
        "shift=choice(5.0)", "other=choice(1)", "fail=choice(true)", "hydra.sweeper.seeds=adaptive",
        "hydra.sweep.dir=study",
    )  # fmt: skip


def trials_of(root):
    counts = {}
    for path in root.rglob("record.json"):
        record = json.loads(path.read_text())
        counts[record["axis"] or "reference"] = counts.get(record["axis"] or "reference", 0) + 1
    return counts


def test_only_the_undecided_get_more_seeds_and_the_reference_keeps_up(ended):
    app, study = ended
    counts = trials_of(app.root / "study")

    assert study.status == 1, "a failed trial is told by the exit status"
    assert (counts["shift"], counts["fail"]) == (3, 3)
    assert counts["reference"] == counts["other"] > 3
    assert "Plan: 12 to 60 trials" in study.said
    assert "look after 3 seeds: 1 of 3 deviations go on" in study.said


def test_the_comparison_is_left_with_its_verdicts_and_what_was_saved(ended):
    app, _ = ended
    content = json.loads((app.root / "study" / "comparison.json").read_text())
    rows = {row["axis"]: row for row in content["rows"]}

    assert rows["shift"]["verdict"] == "better"
    assert rows["fail"]["verdict"] == "failed"
    assert rows["other"]["verdict"] in ("inconclusive", "worse", "better")
    assert content["saved"] == 60 - sum(trials_of(app.root / "study").values())


def test_trials_that_no_look_needed_are_not_missing(ended):
    _, study = ended
    assert "missing" not in study.said
    assert "runs saved against all seeds for all" in study.said


def test_only_what_was_needed_counts_where_it_is_said_what_failed(ended):
    app, study = ended
    assert f"3 of {sum(trials_of(app.root / 'study').values())} trials have no result:" in study.said


def test_a_study_that_needs_no_more_seeds_lacks_nothing(shared_host):
    app = shared_host("noisy")
    assert app.sweep("shift=choice(5.0)", "hydra.sweeper.seeds=adaptive", "hydra.sweep.dir=studies/kept").status == 0
    state = app.python("-m", "oneaxis.cli", "status")
    assert "the newest just now: 6 trials findings" in state.said
    again = app.python("-m", "oneaxis.cli", "resume", "studies/kept")
    assert again.status == 0, again
    assert "Done: 6 of 6 trials\nNothing is left to run.\n" in again.out
    assert "was tried" not in again.said, "its own rows"
    other = app.sweep("shift=choice(5.0)", "hydra.sweeper.seeds=adaptive", "hydra.sweeper.dry_run=true")
    assert "over 3 seeds (studies/kept)" in other.said, "the folder as commands take it"


def test_what_runs_is_foreseen_up_to_the_next_look(shared_host):
    app = shared_host("noisy")
    assert app.sweep("shift=choice(5.0)", "hydra.sweeper.seeds=1").status == 0
    ahead = app.sweep("shift=choice(5.0)", "hydra.sweeper.seeds=adaptive", "hydra.sweeper.dry_run=true")
    assert re.search(r"To run: \d of 6 trials, about .* of compute, up to the next look\n", ahead.out)


def test_a_plan_beyond_max_trials_is_refused_before_anything_runs(shared_host):
    app = shared_host("noisy")
    study = app.sweep(
        "shift=choice(0.5)", "hydra.sweeper.seeds=5", "hydra.sweeper.max_trials=9", "hydra.sweep.dir=study"
    )

    assert study.status == 1
    assert "hydra.sweeper.max_trials is 9, and the plan doesn't fit: it has 10 trials" in study.said
    assert not (app.root / "study").exists()


def test_when_the_time_is_up_no_further_seed_is_started_and_what_lacks_is_said(shared_host):
    app = shared_host("noisy")
    study = app.sweep(
        "shift=choice(0.5)", "hydra.sweeper.seeds=4", "hydra.sweeper.max_minutes=1e-9", "hydra.sweep.dir=study"
    )

    assert study.status == 1
    assert "stopped by hydra.sweeper.max_minutes=1e-09: 6 trials were not started" in study.said
    assert trials_of(app.root / "study") == {"reference": 1, "shift": 1}
