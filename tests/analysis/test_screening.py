"""A screen: everyone one seed, those outside of the noise the rest; no more wrong verdicts than without it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.analysis.study import plan
from tests.analysis.test_adaptive import noisy, play

from oneaxis.analysis.comparison import compare
from oneaxis.vocabulary import Policy

AXES = [("a", "1"), ("b", "1"), ("c", "1"), ("d", "1")]


def made(max_trials=None, seeds=5):
    return replace(plan(AXES, seeds=range(seeds)), looks=(1, seeds), max_trials=max_trials)


def test_the_reference_runs_all_its_seeds_and_the_others_one_first():
    rounds, _, _ = play(made(), noisy({}))
    assert [(trial.deviation, trial.seed) for trial in rounds[0] if trial.deviation] == [
        ("a=1", 0), ("b=1", 0), ("c=1", 0), ("d=1", 0),
    ]  # fmt: skip
    assert [trial.seed for trial in rounds[0] if trial.deviation is None] == [0, 1, 2, 3, 4]


def test_only_what_stands_out_gets_all_seeds_and_then_a_verdict():
    rounds, found, known = play(made(), noisy({"a": 5.0, "b": -5.0}))
    assert {trial.deviation for trial in rounds[1]} == {"a=1", "b=1"}
    assert {row.axis: row.verdict for row in found.rows} == {"a": "better", "b": "worse", "c": "inside", "d": "inside"}
    assert [row.deltas["acc"].n for row in found.rows] == [5, 5, 1, 1]
    assert found.saved == 25 - len(known) == 8
    assert all(row.missing == 0 for row in (found.reference, *found.rows))


def test_a_verdict_has_the_level_that_it_has_without_a_screen():
    _, screened, known = play(made(), noisy({"a": 5.0}))
    plain = compare(replace(made(), looks=()), known, Policy(metric="acc"))
    assert screened.rows[0].deltas["acc"] == plain.rows[0].deltas["acc"]


@pytest.mark.parametrize("looks, name, counted", [((1, 5), "d=1", 1), ((3, 5), "a=1", 3)])
def test_runs_beyond_the_look_count_in_no_part_of_a_row(looks, name, counted):
    """An earlier study's, taken over: the screen gives one up that has them all, or the first look decides it."""
    design = replace(made(), looks=looks)
    _, before, known = play(design, noisy({"a": 5.0}))
    row = next(each for each in before.rows if each.name == name)
    later = {
        trial.index: replace(known[0], trial=trial.index, deviation=name, seed=trial.seed, metrics={"acc": 1e6})
        for trial in design.trials
        if trial.deviation == name and trial.index not in known
    }
    found = compare(design, {**known, **later}, Policy(metric="acc"))
    after = next(each for each in found.rows if each.name == name)
    assert (row.finished, row.metrics["acc"].n) == (counted, counted)
    assert (after.finished, after.deltas, after.verdict) == (5, row.deltas, row.verdict)
    assert (after.metrics, after.seconds) == (row.metrics, row.seconds)


def test_the_noise_band_has_the_plain_level_however_many_are_screened():
    _, found, _ = play(made(), noisy({"a": 5.0}))
    assert (found.band.confidence, found.k) == (0.95, 4)


def test_one_that_failed_at_its_first_seed_gets_no_more():
    rounds, found, _ = play(made(), noisy({"a": 5.0}), failed={("a=1", 0)})
    assert len(rounds) == 1
    assert found.rows[0].verdict == "failed"


def test_without_a_noise_band_nothing_stands_out_and_that_is_said():
    rounds, found, _ = play(made(), noisy({"a": 5.0}), failed={(None, seed) for seed in (1, 2, 3, 4)})
    assert len(rounds) == 1
    assert found.rows[0].verdict == "no verdict"
    assert "fewer than 3 pairs" in found.rows[0].reason


def test_under_a_limit_the_farthest_go_on_and_the_others_say_why_not():
    rounds, found, known = play(made(max_trials=4 + 5 + 4), noisy({"a": 5.0, "b": -9.0}))
    assert {trial.deviation for trial in rounds[1]} == {"b=1"}
    assert found.rows[0].verdict == "outside"
    assert "stopped by max_trials=13" in found.rows[0].reason
    assert len(known) == 13


@pytest.mark.parametrize("lacking", [0, 3])
def test_before_the_screen_is_complete_nobody_goes_on(lacking):
    study = made()
    _, _, known = play(study, noisy({"a": 5.0}))
    first = {trial.index for trial in study.trials if trial.deviation is None or trial.seed == 0}
    part = {index: record for index, record in known.items() if index in first}
    del part[[trial.index for trial in study.trials if trial.deviation is None][lacking]]
    found = compare(study, part, Policy(metric="acc"))
    assert {row.verdict for row in found.rows} == {"no verdict"}
    assert all("its first look, after 1 seed, isn't complete" in row.reason for row in found.rows)
